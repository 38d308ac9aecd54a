//! A calm line on the console whenever a call comes to something new. It reads the store like any other client; sample data only.

use crate::clock::Clock;
use crm_core::Store;
use crm_core::interactions::{InteractionDetail, InteractionFilter};
use crm_core::model::{Customer, Queue, User, WrapUpCode};
use cti_types::{AgentId, CustomerId, InteractionId, QueueId, Utc, WrapUpCodeId};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// How often the store is asked.
const EVERY: Duration = Duration::from_millis(500);
/// Calls followed at once; more than the demo's callers make. Further ones are shown when others end.
const FOLLOWED_MAX: u32 = 50;
/// Names remembered; then they are read again.
const NAMES_MAX: usize = 500;
/// Columns of the caller's name, of what happens, and of who with.
const CALLER_WIDTH: usize = 28;
const WHAT_WIDTH: usize = 26;

/// Follows the calls until told to stop.
pub(super) async fn watch(store: Store, clock: Clock, mut stop: watch::Receiver<bool>) {
    let since = clock.utc();
    let mut view = View { store, since, shown: BTreeMap::new(), names: BTreeMap::new() };
    while !*stop.borrow() {
        match view.look().await {
            Ok(lines) => lines.iter().for_each(|line| super::say(line)),
            Err(error) => tracing::debug!(%error, "the live view waits for the store"),
        }
        super::agents::pause(EVERY, &mut stop).await;
    }
}

struct View {
    store: Store,
    since: Utc,
    /// What was last printed of each open call.
    shown: BTreeMap<InteractionId, String>,
    /// By id as text: ids of all kinds are distinct.
    names: BTreeMap<String, String>,
}

impl View {
    async fn look(&mut self) -> crm_core::Result<Vec<String>> {
        let filter = InteractionFilter {
            from: Some(self.since),
            state: Some("open".into()),
            limit: Some(FOLLOWED_MAX),
            ..InteractionFilter::default()
        };
        let mut ids: Vec<InteractionId> = self.store.interactions(&filter).await?.items.iter().map(|call| call.id).collect();
        ids.extend(self.shown.keys());
        ids.sort_unstable();
        ids.dedup();
        let mut lines = Vec::new();
        for id in ids {
            let call = self.store.interaction(id).await?;
            let Some((at, what)) = self.stage(&call).await? else { continue };
            if self.shown.get(&id) != Some(&what) {
                let caller = self.caller(&call).await?;
                lines.push(line(at, &caller, &what, at.0 - call.summary.opened_at.0));
                self.shown.insert(id, what);
            }
            // Wrap-up goes on after the caller has left; the line of the end waits for it.
            if call.summary.closed_at.is_some() {
                self.shown.remove(&id);
            }
        }
        Ok(lines)
    }

    /// Where the call stands and since when; `None` while there is nothing worth a line.
    async fn stage(&mut self, call: &InteractionDetail) -> crm_core::Result<Option<(Utc, String)>> {
        if let Some(at) = call.summary.closed_at {
            return Ok(Some((at, self.ending(call).await?)));
        }
        let customer = call.participants.iter().find(|p| p.role == "customer");
        let Some(now) = customer.and_then(|p| p.segments.iter().find(|s| s.ended_at.is_none())) else { return Ok(None) };
        let with = match call.summary.agent_id {
            Some(agent) => self.agent(agent).await?,
            None => String::new(),
        };
        let queue = match now.queue_id {
            Some(queue) => self.queue(queue).await?,
            None => String::new(),
        };
        let what = match now.kind.as_str() {
            "ivr" => columns("menu", ""),
            "waiting" | "ringing" => columns(&format!("waits for {queue}"), ""),
            "talking" => columns(&format!("talks, {queue}"), &with),
            "on_hold" => columns("on hold", &with),
            _ => return Ok(None),
        };
        Ok(Some((now.started_at, what)))
    }

    async fn ending(&mut self, call: &InteractionDetail) -> crm_core::Result<String> {
        let how = match call.summary.close_reason.as_deref() {
            Some("completed") => "served",
            Some("abandoned") => "gave up waiting",
            Some("left_in_flow") => "left in the menu",
            Some("served_by_flow") => "ended by the menu",
            Some(other) => other,
            None => "over",
        };
        let with = match call.summary.agent_id {
            Some(agent) => self.agent(agent).await?,
            None => String::new(),
        };
        let code = match call.summary.wrap_up_code_id {
            Some(code) => format!(", {}", self.code(code).await?),
            None => String::new(),
        };
        Ok(columns(how, &format!("{with}{code}")))
    }

    async fn caller(&mut self, call: &InteractionDetail) -> crm_core::Result<String> {
        match (call.summary.customer_id, &call.summary.from) {
            (Some(id), _) => self.customer(id).await,
            (None, Some(number)) => Ok(number.clone()),
            (None, None) => Ok("number withheld".to_owned()),
        }
    }

    async fn customer(&mut self, id: CustomerId) -> crm_core::Result<String> {
        let store = self.store.clone();
        self.name(id.to_string(), async move {
            let customer = store.get::<Customer>(id).await?;
            let tier = if customer.tier == "none" { String::new() } else { format!(" ({})", customer.tier) };
            Ok(format!("{}{tier}", customer.name))
        })
        .await
    }

    async fn agent(&mut self, id: AgentId) -> crm_core::Result<String> {
        let store = self.store.clone();
        self.name(id.to_string(), async move { Ok(store.get::<User>(id).await?.name.clone()) }).await
    }

    async fn queue(&mut self, id: QueueId) -> crm_core::Result<String> {
        let store = self.store.clone();
        self.name(id.to_string(), async move { Ok(store.get::<Queue>(id).await?.name.clone()) }).await
    }

    async fn code(&mut self, id: WrapUpCodeId) -> crm_core::Result<String> {
        let store = self.store.clone();
        self.name(id.to_string(), async move { Ok(store.get::<WrapUpCode>(id).await?.name.clone()) }).await
    }

    async fn name(&mut self, id: String, read: impl Future<Output = crm_core::Result<String>>) -> crm_core::Result<String> {
        if let Some(name) = self.names.get(&id) {
            return Ok(name.clone());
        }
        let name = read.await?;
        if self.names.len() >= NAMES_MAX {
            self.names.clear();
        }
        self.names.insert(id, name.clone());
        Ok(name)
    }
}

fn columns(what: &str, with: &str) -> String {
    format!("{}{with}", padded(what, WHAT_WIDTH))
}

fn line(at: Utc, caller: &str, what: &str, so_far_us: i64) -> String {
    let second = at.0.div_euclid(1_000_000).rem_euclid(86_400);
    let (h, m, s) = (second / 3600, second / 60 % 60, second % 60);
    let text = format!("  {h:02}:{m:02}:{s:02}  {}{what}", padded(caller, CALLER_WIDTH));
    format!("{}{:>5} s", padded(&text, 12 + CALLER_WIDTH + WHAT_WIDTH + 34), so_far_us / 1_000_000)
}

/// Filled with blanks to so many columns; East Asian characters take two.
fn padded(text: &str, width: usize) -> String {
    let columns: usize = text.chars().map(|c| if ('\u{1100}'..='\u{ffe6}').contains(&c) { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(columns).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_columns_in_both_scripts() {
        let what = columns("talks, sales", "Mei Lin");
        let (one, two) =
            (line(Utc(3_661_000_000), "Emma Thompson (gold)", &what, 5_000_000), line(Utc(0), "王芳 (gold)", &what, 12_000_000));
        assert!(one.starts_with("  01:01:01  Emma Thompson (gold)        talks, sales              Mei Lin"), "{one}");
        assert!(one.ends_with("    5 s") && two.ends_with("   12 s"));
        assert_eq!(one.chars().count(), two.chars().count() + 2, "each of the two wide characters takes two columns");
    }
}
