//! Questions of the API to the switch: each waits for its one answer. Decides nothing.

use serde_json::Value;
use softphone_protocol::{ErrorCode, WireError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Most questions that wait; a further one is refused.
const WAITING_MAX: usize = 1_024;
/// The switch answers within milliseconds; without an answer for so long it has none. Longer than a request lasts: what is asked under an
/// idempotency key goes on without its client, and the key stays taken until it is known how it went.
const TIME_MAX: Duration = Duration::from_secs(60);

/// What the switch says.
pub type Reply = Result<Value, WireError>;

#[derive(Default)]
struct Waiting {
    next: u64,
    open: BTreeMap<u64, oneshot::Sender<Reply>>,
}

/// The questions that are open. Cheap to clone.
#[derive(Clone, Default)]
pub struct Asks(Arc<Mutex<Waiting>>);

impl Asks {
    /// Asks by `put`, which is given the question's number, and waits for the answer.
    ///
    /// # Errors
    /// What the switch refuses with; `Busy` when too much waits; `Internal` without an answer.
    pub async fn ask<F: Future<Output = ()>>(&self, put: impl FnOnce(u64) -> F) -> Reply {
        let (answer, answered) = oneshot::channel();
        let number = {
            let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.open.len() >= WAITING_MAX {
                return Err(WireError::new(ErrorCode::Busy, "too many requests wait already; try again"));
            }
            waiting.next += 1;
            let number = waiting.next;
            waiting.open.insert(number, answer);
            number
        };
        // Whoever asks may give up waiting at any await.
        let _open = Open { asks: self, number };
        put(number).await;
        match tokio::time::timeout(TIME_MAX, answered).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) | Err(_) => Err(WireError::new(ErrorCode::Internal, "the switch gives no answer")),
        }
    }

    /// The switch's answer. One that nobody waits for any more is dropped.
    pub fn answer(&self, number: u64, reply: Reply) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&number);
        if let Some(waiting) = waiting {
            let _ = waiting.send(reply);
        }
    }
}

/// A question that is forgotten when nobody waits for it any more.
struct Open<'a> {
    asks: &'a Asks,
    number: u64,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.asks.0.lock().unwrap_or_else(PoisonError::into_inner).open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn a_question_nobody_waits_for_any_more_is_forgotten() {
        let asks = Asks::default();
        let short = Duration::from_millis(1);
        assert!(tokio::time::timeout(short, asks.ask(async |_| {})).await.is_err());
        assert!(asks.0.lock().unwrap().open.is_empty());
    }

    #[tokio::test]
    async fn each_question_gets_its_own_answer() {
        let asks = Asks::default();
        let both = [asks.clone(), asks.clone()];
        let one = both[0].ask(async |number| both[1].answer(number, Ok(json!(number))));
        let two = both[1].ask(async |number| both[0].answer(number, Err(WireError::new(ErrorCode::Forbidden, "no"))));
        assert_eq!(one.await, Ok(json!(1)));
        assert_eq!(two.await.map_err(|error| error.code), Err(ErrorCode::Forbidden));
        asks.answer(7, Ok(Value::Null));
        assert!(asks.0.lock().unwrap().open.is_empty());
    }
}
