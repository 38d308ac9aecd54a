//! What happened, to be listed and read: interactions with their participants, work, recordings and events. Writes nothing but erasure.

mod detail;

pub use detail::*;

use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, Value, text};
use crate::error::{Result, StoreError};
use crate::identity::references::SAME_CUSTOMER;
use crate::model::{PAGE_DEFAULT, PAGE_MAX, Page, Who};
use crate::number::normalise;
use crate::store::Store;
use cti_types::{AgentId, CustomerId, InteractionId, Number, Party, QueueId, RecordingId, TeamId, TrunkId, Utc, WrapUpCodeId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// An interaction as a list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InteractionSummary {
    #[schema(value_type = Uuid)]
    pub id: InteractionId,
    /// `voice`, `voicemail`.
    pub channel: String,
    /// `inbound`, `outbound`, `internal`.
    pub direction: String,
    /// `open` or `closed`.
    pub state: String,
    /// The caller's number; none when withheld or erased.
    pub from: Option<String>,
    pub to: String,
    #[schema(value_type = Option<Uuid>)]
    pub trunk_id: Option<TrunkId>,
    /// The likeliest customer.
    #[schema(value_type = Option<Uuid>)]
    pub customer_id: Option<CustomerId>,
    /// The last queue it waited in.
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    /// The last agent it was given to.
    #[schema(value_type = Option<Uuid>)]
    pub agent_id: Option<AgentId>,
    #[schema(value_type = i64)]
    pub opened_at: Utc,
    /// When an agent first talked.
    #[schema(value_type = Option<i64>)]
    pub answered_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub closed_at: Option<Utc>,
    pub close_reason: Option<String>,
    /// Of the customer, over, in ms: waiting and ringing; talking; on hold.
    pub wait_ms: i64,
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub wrap_up_ms: i64,
    #[schema(value_type = Option<Uuid>)]
    pub wrap_up_code_id: Option<WrapUpCodeId>,
    pub recorded: bool,
}

/// Which interactions. All that are given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InteractionFilter {
    /// Opened at or after.
    pub from: Option<Utc>,
    /// Opened before.
    pub to: Option<Utc>,
    /// The last queue.
    pub queue: Option<QueueId>,
    /// The last agent.
    pub agent: Option<AgentId>,
    /// Any customer identified, not only the likeliest.
    pub customer: Option<CustomerId>,
    /// The caller's number, however written, or the number dialled exactly.
    pub number: Option<String>,
    /// `open` or `closed`.
    pub state: Option<String>,
    /// Why it closed.
    pub reason: Option<String>,
    /// `inbound`, `outbound`, `internal`.
    pub direction: Option<String>,
    /// `voice`, `voicemail`.
    pub channel: Option<String>,
    pub wrap_up_code: Option<WrapUpCodeId>,
    pub recorded: Option<bool>,
    /// Whether an agent talked.
    pub answered: Option<bool>,
    /// Talked at least, and at most, so long.
    pub talk_min_ms: Option<i64>,
    pub talk_max_ms: Option<i64>,
    /// Of the last agent, as teams are now.
    pub team: Option<TeamId>,
    /// Each must stand in a note, the name the network sent, or the name of the wrap-up code; at most [`WORDS_MAX`].
    pub words: Vec<String>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to [`PAGE_MAX`].
    pub limit: Option<u32>,
}

/// Most words looked for at once.
pub const WORDS_MAX: usize = 8;
/// What no index finds is looked for in so many interactions at once; the page may be short then, and its `next` goes on behind them.
const LOOKED_AT_MAX: usize = 20_000;

const SUMMARY: &str = "i.id, i.channel, i.direction, i.state, p.value, i.to_number, i.trunk_id, i.customer_id, i.queue_id, i.agent_id, \
     i.opened_at, i.answered_at, i.closed_at, i.close_reason, i.wait_ms, i.talk_ms, i.hold_ms, i.wrap_up_ms, i.wrap_up_code_id, i.recorded";
const FROM: &str = "FROM interaction i LEFT JOIN personal p ON p.id = i.from_ref";

/// Conditions with their values, numbered as they come.
#[derive(Default)]
struct Where {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    /// `?` in the condition is the value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.conditions.push(condition.replace('?', &format!("${}", self.values.len())));
    }

    /// All conditions so far as one; the values stay.
    fn take(&mut self) -> String {
        let all = std::mem::take(&mut self.conditions);
        if all.is_empty() { "1 = 1".to_owned() } else { all.join(" AND ") }
    }
}

fn cursor(opened_at: Utc, id: InteractionId) -> String {
    format!("{}.{id}", opened_at.0)
}

impl Store {
    /// A page of interactions, the latest opened first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn interactions(&self, filter: &InteractionFilter) -> Result<Page<InteractionSummary>> {
        let limit = filter.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX) as usize;
        let mut conditions = conditions(filter)?;
        let clause = conditions.take();
        let by_index = conditions.values.len();
        looked_for(filter, &mut conditions);
        let looked_for = (!conditions.conditions.is_empty()).then(|| conditions.take());
        let sql = match (&filter.number, &looked_for) {
            (Some(number), looked_for) => {
                let normalised = normalise(number, self.country());
                conditions.values.push(Value::from(normalised.as_str().unwrap_or(number)));
                let clause = looked_for.as_ref().map_or_else(|| clause.clone(), |more| format!("{clause} AND {more}"));
                with_number(&clause, conditions.values.len(), limit + 1)
            }
            (None, Some(looked_for)) => format!(
                "SELECT {SUMMARY} FROM (SELECT * FROM interaction i WHERE {clause} ORDER BY i.opened_at DESC, i.id DESC \
                 LIMIT {LOOKED_AT_MAX}) AS i LEFT JOIN personal p ON p.id = i.from_ref WHERE {looked_for} \
                 ORDER BY i.opened_at DESC, i.id DESC LIMIT {}",
                limit + 1
            ),
            (None, None) => format!("SELECT {SUMMARY} {FROM} WHERE {clause} ORDER BY i.opened_at DESC, i.id DESC LIMIT {}", limit + 1),
        };
        let of_index: Vec<Value> = conditions.values.iter().take(by_index).cloned().collect();
        let rows = self.db.fetch(sql, conditions.values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_summary).collect::<Result<Vec<_>>>()?;
        let next = if more {
            items.last().map(|last| cursor(last.opened_at, last.id))
        } else if looked_for.is_some() && filter.number.is_none() {
            self.end_of_looked_at(&clause, of_index).await?
        } else {
            None
        };
        Ok(Page { items, next })
    }

    /// Where to go on behind the interactions that were looked at; `None`: these were all.
    async fn end_of_looked_at(&self, clause: &str, values: Vec<Value>) -> Result<Option<String>> {
        let sql = format!(
            "SELECT i.opened_at, i.id FROM interaction i WHERE {clause} ORDER BY i.opened_at DESC, i.id DESC LIMIT 1 OFFSET {}",
            LOOKED_AT_MAX - 1
        );
        let rows = self.db.fetch(sql, values).await?;
        rows.first().map(|row| Ok(cursor(Utc(row.int(0)?), row.id(1)?))).transpose()
    }

    /// One interaction as a list shows it.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn interaction_summary(&self, id: InteractionId) -> Result<InteractionSummary> {
        summary(&mut self.db.begin_snapshot().await?, id).await
    }

    /// Whether this agent was one of the interaction's participants. `false` as well when there is no such interaction.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn took_part(&self, id: InteractionId, agent: AgentId) -> Result<bool> {
        let sql = "SELECT id FROM participant WHERE interaction_id = $1 AND agent_id = $2 LIMIT 1";
        Ok(!self.db.fetch(sql, vec![text(id), text(agent)]).await?.is_empty())
    }

    /// Whether a recording of this interaction is what its caller said in a mailbox, left or not.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_message(&self, id: InteractionId, recording: RecordingId) -> Result<bool> {
        let sql = "SELECT body FROM event WHERE stream_kind = 'interaction' AND stream_id = $1 AND kind = 'message_begun'";
        let recording = recording.to_string();
        for row in self.db.fetch(sql, vec![text(id)]).await? {
            if row.text(0)?.contains(&recording) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether this agent was given a message that this is the recording of; to have been offered it is not enough.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn took_message(&self, recording: RecordingId, agent: AgentId) -> Result<bool> {
        let sql = "SELECT m.interaction_id FROM message m JOIN assignment a ON a.interaction_id = m.interaction_id \
                   WHERE m.recording_id = $1 AND a.agent_id = $2 LIMIT 1";
        Ok(!self.db.fetch(sql, vec![text(recording), text(agent)]).await?.is_empty())
    }

    /// The number of who left a message: as normalised, as it came, and the name shown. Nothing, once erased.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn caller_of(&self, id: InteractionId) -> Result<Party> {
        let sql = "SELECT kind, value FROM personal WHERE interaction_id = $1";
        let mut party = Party { number: Number::Anonymous, raw: String::new(), display: None };
        for row in self.db.fetch(sql, vec![text(id)]).await? {
            match row.text(0)? {
                "number" => party.number = normalise(row.text(1)?, self.country()),
                "raw_number" => row.text(1)?.clone_into(&mut party.raw),
                "display_name" => party.display = Some(row.text(1)?.to_owned()),
                _ => {}
            }
        }
        Ok(party)
    }

    /// Deletes the personal values of an interaction: numbers, names, what was collected, notes. The log and its figures stay.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn erase_personal(&self, who: &Who, now: Utc, id: InteractionId) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let erased = tx.execute("DELETE FROM personal WHERE interaction_id = $1", vec![text(id)]).await?;
        let after = Some(json!({ "erased": erased }));
        write_audit(self, &mut tx, who, now, Action::Delete, "personal", &id.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(erased)
    }
}

/// What must hold of an interaction, but for its numbers.
fn conditions(filter: &InteractionFilter) -> Result<Where> {
    let mut all = Where::default();
    if let Some(from) = filter.from {
        all.and("i.opened_at >= ?", from);
    }
    if let Some(to) = filter.to {
        all.and("i.opened_at < ?", to);
    }
    if let Some(queue) = filter.queue {
        all.and("i.queue_id = ?", queue.to_string());
    }
    if let Some(agent) = filter.agent {
        all.and("i.agent_id = ?", agent.to_string());
    }
    if let Some(customer) = filter.customer {
        let theirs = format!("SELECT ic.interaction_id FROM interaction_customer ic WHERE ic.customer_id IN ({SAME_CUSTOMER})");
        all.and(&format!("i.id IN ({theirs})"), customer.to_string());
    }
    if let Some(state) = &filter.state {
        all.and("i.state = ?", state.as_str());
    }
    if let Some(reason) = &filter.reason {
        all.and("i.close_reason = ?", reason.as_str());
    }
    if let Some(cursor) = &filter.cursor {
        let parsed = cursor.split_once('.').and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.parse::<InteractionId>().ok()?)));
        let Some((at, id)) = parsed else {
            return Err(StoreError::invalid("interaction", "cursor", "give back the `next` of the page before"));
        };
        all.and(&format!("(i.opened_at, i.id) < ({at}, ?)"), id.to_string());
    }
    Ok(all)
}

/// What must hold besides, for which there is no index.
fn looked_for(filter: &InteractionFilter, all: &mut Where) {
    if let Some(direction) = &filter.direction {
        all.and("i.direction = ?", direction.as_str());
    }
    if let Some(channel) = &filter.channel {
        all.and("i.channel = ?", channel.as_str());
    }
    if let Some(code) = filter.wrap_up_code {
        all.and("i.wrap_up_code_id = ?", code.to_string());
    }
    if let Some(recorded) = filter.recorded {
        all.and("i.recorded = ?", i64::from(recorded));
    }
    match filter.answered {
        Some(true) => all.conditions.push("i.answered_at IS NOT NULL".to_owned()),
        Some(false) => all.conditions.push("i.answered_at IS NULL".to_owned()),
        None => {}
    }
    if let Some(least) = filter.talk_min_ms {
        all.and("i.talk_ms >= ?", least);
    }
    if let Some(most) = filter.talk_max_ms {
        all.and("i.talk_ms <= ?", most);
    }
    if let Some(team) = filter.team {
        all.and("i.agent_id IN (SELECT u.id FROM app_user u WHERE u.team_id = ?)", team.to_string());
    }
    for word in filter.words.iter().take(WORDS_MAX) {
        // What flows collect is not looked in: it may be masked, and would be found out letter by letter.
        let escaped = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        all.and(
            "(i.wrap_up_code_id IN (SELECT w.id FROM wrap_up_code w WHERE LOWER(w.name) LIKE LOWER(?) ESCAPE '!') \
             OR EXISTS (SELECT 1 FROM personal x WHERE x.interaction_id = i.id AND x.kind IN ('note', 'display_name') \
             AND LOWER(x.value) LIKE LOWER(?) ESCAPE '!'))",
            format!("%{escaped}%"),
        );
    }
}

/// Those from the number `$n` or to it, the latest first: each way by its own index and no further than the page goes, then both together. Who
/// called is found through the personal rows, so that an erased number is no longer found.
fn with_number(clause: &str, n: usize, limit: usize) -> String {
    format!(
        "WITH calling AS MATERIALIZED (SELECT i.id AS id, i.opened_at AS opened_at FROM \
         (SELECT DISTINCT pn.interaction_id AS id FROM personal pn WHERE pn.value = ${n} AND pn.kind IN ('number', 'raw_number')) AS c \
         CROSS JOIN interaction i WHERE i.id = c.id AND {clause}), \
         both_ways AS MATERIALIZED (SELECT * FROM (SELECT id, opened_at FROM calling ORDER BY opened_at DESC, id DESC LIMIT {limit}) AS a \
         UNION SELECT * FROM (SELECT i.id AS id, i.opened_at AS opened_at FROM interaction i WHERE i.to_number = ${n} AND {clause} \
         ORDER BY i.opened_at DESC, i.id DESC LIMIT {limit}) AS b) \
         SELECT {SUMMARY} FROM (SELECT id FROM both_ways ORDER BY opened_at DESC, id DESC LIMIT {limit}) AS h \
         CROSS JOIN interaction i LEFT JOIN personal p ON p.id = i.from_ref WHERE i.id = h.id ORDER BY i.opened_at DESC, i.id DESC"
    )
}

async fn summary(tx: &mut Tx, id: InteractionId) -> Result<InteractionSummary> {
    let rows = tx.fetch(format!("SELECT {SUMMARY} {FROM} WHERE i.id = $1"), vec![text(id)]).await?;
    rows.first().map_or(Err(StoreError::NotFound { resource: "interaction" }), read_summary)
}

fn read_summary(row: &Row) -> Result<InteractionSummary> {
    let owned = |at: usize| row.opt_text(at).map(ToOwned::to_owned);
    Ok(InteractionSummary {
        id: row.id(0)?,
        channel: row.text(1)?.to_owned(),
        direction: row.text(2)?.to_owned(),
        state: row.text(3)?.to_owned(),
        from: owned(4),
        to: row.text(5)?.to_owned(),
        trunk_id: row.opt_id(6)?,
        customer_id: row.opt_id(7)?,
        queue_id: row.opt_id(8)?,
        agent_id: row.opt_id(9)?,
        opened_at: Utc(row.int(10)?),
        answered_at: row.opt_int(11).map(Utc),
        closed_at: row.opt_int(12).map(Utc),
        close_reason: owned(13),
        wait_ms: row.int(14)?,
        talk_ms: row.int(15)?,
        hold_ms: row.int(16)?,
        wrap_up_ms: row.int(17)?,
        wrap_up_code_id: row.opt_id(18)?,
        recorded: row.int(19)? != 0,
    })
}
