//! Idempotency keys: a create that is sent twice is done once. In memory, so a restart forgets them.

use super::Api;
use super::caller::Caller;
use super::extract::JsonBody;
use super::problem::{Answer, Problem};
use super::serves::boxed;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cti_types::Tick;
use futures_util::future::BoxFuture;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Answers kept. At the bound the oldest is forgotten.
const KEPT_MAX: usize = 10_000;
/// Bytes of all answers kept. At the bound the oldest is forgotten.
const KEPT_BYTES_MAX: usize = 32 << 20;
const KEPT_FOR: Duration = Duration::from_secs(24 * 3_600);
/// Keyed creates under way. One more is refused with 503.
const UNDER_WAY_MAX: usize = 1_000;
const KEY_BYTES_MAX: usize = 255;

/// What a create answers.
#[derive(Clone, Debug)]
pub(super) struct Made {
    status: StatusCode,
    /// The path of what was made.
    location: Option<String>,
    version: Option<i64>,
    body: Bytes,
}

impl Made {
    /// 201 with this body.
    fn new(body: &impl Serialize) -> Answer<Made> {
        let body = serde_json::to_vec(body).map_err(|_| {
            tracing::error!("an answer cannot be written as JSON");
            Problem::unexpected()
        })?;
        Ok(Made { status: StatusCode::CREATED, location: None, version: None, body: body.into() })
    }

    /// 204: it is done, and nothing was made.
    pub(super) fn done() -> Made {
        Made { status: StatusCode::NO_CONTENT, location: None, version: None, body: Bytes::new() }
    }

    /// With its path.
    pub(super) fn at(body: &impl Serialize, location: String) -> Answer<Made> {
        Ok(Made { location: Some(location), ..Made::new(body)? })
    }

    /// With its path and version.
    pub(super) fn row(body: &impl Serialize, location: String, version: i64) -> Answer<Made> {
        Ok(Made { location: Some(location), version: Some(version), ..Made::new(body)? })
    }
}

impl IntoResponse for Made {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        if self.status != StatusCode::NO_CONTENT {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(version) = self.version.and_then(|version| HeaderValue::try_from(format!("\"{version}\"")).ok()) {
            headers.insert(header::ETAG, version);
        }
        response
    }
}

/// The `Idempotency-Key` header, if any.
pub(super) struct IdempotencyKey(Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let Some(key) = parts.headers.get("idempotency-key") else { return Ok(IdempotencyKey(None)) };
        match key.to_str() {
            Ok(key) if !key.is_empty() && key.len() <= KEY_BYTES_MAX => Ok(IdempotencyKey(Some(key.to_owned()))),
            Ok(_) | Err(_) => Err(Problem::malformed("Idempotency-Key: give 1 to 255 visible ASCII characters")),
        }
    }
}

type Hash = [u8; 32];

#[derive(Debug)]
enum Entry {
    UnderWay { body: Hash },
    Done { body: Hash, made: Made },
}

/// The keys of late. See the module.
#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: HashMap<Hash, Entry>,
    /// Done ones, the oldest first.
    order: VecDeque<(Hash, Tick)>,
    bytes: usize,
    under_way: usize,
}

impl Kept {
    fn forget_oldest(&mut self) {
        if let Some((hash, _)) = self.order.pop_front() {
            if let Some(Entry::Done { made, .. }) = self.entries.remove(&hash) {
                self.bytes -= made.body.len();
            }
        }
    }

    fn forget_old(&mut self, now: Tick) {
        while self.order.front().is_some_and(|(_, at)| now.since(*at) > KEPT_FOR) {
            self.forget_oldest();
        }
    }

    /// `Some`: the answer of before. `None`: go on, and say how it went by `end`.
    fn begin(&mut self, now: Tick, key: Hash, body: Hash) -> Answer<Option<Made>> {
        self.forget_old(now);
        let other = || Problem::invalid("", "this Idempotency-Key was used with another body; choose a new one");
        match self.entries.get(&key) {
            Some(Entry::Done { body: before, made }) if *before == body => return Ok(Some(made.clone())),
            Some(Entry::UnderWay { body: before }) if *before == body => {
                return Err(Problem::conflict("the first request with this Idempotency-Key is still under way"));
            }
            Some(Entry::Done { .. } | Entry::UnderWay { .. }) => return Err(other()),
            None => {}
        }
        if self.under_way >= UNDER_WAY_MAX {
            return Err(Problem::unavailable("too many requests with an Idempotency-Key are under way"));
        }
        self.under_way += 1;
        self.entries.insert(key, Entry::UnderWay { body });
        Ok(None)
    }

    /// Keeps an answer; forgets the key of a failure, so that it may be tried again.
    fn end(&mut self, now: Tick, key: Hash, made: Option<&Made>) {
        self.under_way = self.under_way.saturating_sub(1);
        let Some(Entry::UnderWay { body }) = self.entries.remove(&key) else { return };
        let Some(made) = made else { return };
        while self.order.len() >= KEPT_MAX || (self.bytes + made.body.len() > KEPT_BYTES_MAX && !self.order.is_empty()) {
            self.forget_oldest();
        }
        self.bytes += made.body.len();
        self.order.push_back((key, now));
        self.entries.insert(key, Entry::Done { body, made: made.clone() });
    }
}

impl Keys {
    fn with<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Does `work` once for each key of this caller on this path; a repetition with the same body gets the first answer again.
pub(super) async fn once(
    api: &Arc<Api>,
    caller: &Caller,
    path: &str,
    key: IdempotencyKey,
    body: &JsonBody,
    work: impl Future<Output = Answer<Made>> + Send + 'static,
) -> Answer<Response> {
    once_boxed(api, caller, path, key, body, boxed(work)).await
}

/// [`once`], compiled once for all that is made.
async fn once_boxed(
    api: &Arc<Api>,
    caller: &Caller,
    path: &str,
    key: IdempotencyKey,
    body: &JsonBody,
    work: BoxFuture<'static, Answer<Made>>,
) -> Answer<Response> {
    let Some(key) = key.0 else { return work.await.map(IntoResponse::into_response) };
    let mut scope = Sha256::new();
    for part in [caller.user.id.to_string().as_str(), path, key.as_str()] {
        scope.update(part.as_bytes());
        scope.update([0]);
    }
    let key: Hash = scope.finalize().into();
    let body: Hash = Sha256::digest(body.bytes()).into();
    if let Some(made) = api.keys.with(|kept| kept.begin(api.state.clock.tick(), key, body))? {
        return Ok(made.into_response());
    }
    // A task of its own: a client that hangs up must not leave the work half known.
    let task = tokio::spawn({
        let api = Arc::clone(api);
        async move {
            let mut under_way = UnderWay { api, key, made: None };
            let answer = work.await;
            under_way.made = answer.as_ref().ok().cloned();
            answer
        }
    });
    match task.await {
        Ok(answer) => answer.map(IntoResponse::into_response),
        Err(_) => {
            tracing::error!("a create panicked");
            Err(Problem::unexpected())
        }
    }
}

/// Says how it went even when the work panics.
struct UnderWay {
    api: Arc<Api>,
    key: Hash,
    made: Option<Made>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = self.api.state.clock.tick();
        self.api.keys.with(|kept| kept.end(now, self.key, self.made.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Tick = Tick(1_000_000);

    fn hash(n: u64) -> Hash {
        Sha256::digest(n.to_be_bytes()).into()
    }

    fn made(bytes: usize) -> Made {
        Made { status: StatusCode::CREATED, location: None, version: None, body: vec![b' '; bytes].into() }
    }

    #[test]
    fn a_repetition_gets_the_first_answer_and_another_body_is_refused() {
        let mut kept = Kept::default();
        assert!(kept.begin(NOW, hash(1), hash(2)).unwrap().is_none());
        assert_eq!(kept.begin(NOW, hash(1), hash(2)).unwrap_err().status(), 409);
        kept.end(NOW, hash(1), Some(&made(3)));
        assert_eq!(kept.begin(NOW, hash(1), hash(2)).unwrap().unwrap().body.len(), 3);
        assert_eq!(kept.begin(NOW, hash(1), hash(3)).unwrap_err().status(), 422);
    }

    #[test]
    fn a_failure_may_be_tried_again() {
        let mut kept = Kept::default();
        assert!(kept.begin(NOW, hash(1), hash(2)).unwrap().is_none());
        kept.end(NOW, hash(1), None);
        assert!(kept.begin(NOW, hash(1), hash(3)).unwrap().is_none());
    }

    #[test]
    fn keys_are_forgotten_after_a_day_and_at_the_bounds() {
        let mut kept = Kept::default();
        for n in 0..KEPT_MAX as u64 + 5 {
            kept.begin(NOW, hash(n), hash(0)).unwrap();
            kept.end(NOW, hash(n), Some(&made(1)));
        }
        assert_eq!((kept.entries.len(), kept.order.len(), kept.bytes, kept.under_way), (KEPT_MAX, KEPT_MAX, KEPT_MAX, 0));
        kept.begin(NOW, hash(u64::MAX), hash(0)).unwrap();
        kept.end(NOW, hash(u64::MAX), Some(&made(KEPT_BYTES_MAX)));
        assert_eq!((kept.entries.len(), kept.bytes), (1, KEPT_BYTES_MAX));
        let later = NOW + KEPT_FOR + Duration::from_secs(1);
        assert!(kept.begin(later, hash(u64::MAX), hash(1)).unwrap().is_none());
        assert_eq!(kept.bytes, 0);
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let mut kept = Kept::default();
        for n in 0..UNDER_WAY_MAX as u64 {
            kept.begin(NOW, hash(n), hash(0)).unwrap();
        }
        assert_eq!(kept.begin(NOW, hash(u64::MAX), hash(0)).unwrap_err().status(), 503);
    }
}
