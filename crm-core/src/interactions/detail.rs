//! One interaction with all that belongs to it. Personal values are put in where they are still kept, masked ones stay masked.

use super::InteractionSummary;
use crate::db::{Row, Tx, text};
use crate::error::{Result, StoreError};
use crate::store::Store;
use cti_types::acd::Decision;
use cti_types::{AgentId, AssignmentId, CustomerId, InteractionId, ParticipantId, QueueId, RecordingId, Utc, WorkItemId, WrapUpCodeId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most events given with an interaction; of a longer stream these are the first, and `events_more` is set.
pub const EVENTS_MAX: usize = 5_000;
/// Stands for a value that was collected to be kept off screens.
const MASK: &str = "***";

/// An interaction with everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InteractionDetail {
    #[serde(flatten)]
    pub summary: InteractionSummary,
    /// SIP Call-ID.
    pub call_id: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub origin_id: Option<InteractionId>,
    /// All customers identified, the likeliest first.
    #[schema(value_type = Vec<Uuid>)]
    pub customers: Vec<CustomerId>,
    pub note: Option<String>,
    /// What the flow collected; masked values as `***`, erased ones as null.
    pub data: BTreeMap<String, Option<String>>,
    pub participants: Vec<ParticipantView>,
    pub work_items: Vec<WorkItemView>,
    pub assignments: Vec<AssignmentView>,
    pub recordings: Vec<RecordingView>,
    /// Of the channel `voicemail`: the message it is about.
    pub message: Option<MessageView>,
    pub events: Vec<EventView>,
    pub events_more: bool,
}

/// One party from joining to leaving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParticipantView {
    #[schema(value_type = Uuid)]
    pub id: ParticipantId,
    pub role: String,
    #[schema(value_type = Option<Uuid>)]
    pub agent_id: Option<AgentId>,
    #[schema(value_type = i64)]
    pub joined_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub left_at: Option<Utc>,
    pub leave_reason: Option<String>,
    /// Codec, packets, loss, jitter, round trip, once the leg is over.
    #[schema(value_type = Option<Object>)]
    pub media: Option<Json>,
    /// Who answered a call of ours: `person`, `machine`, `unsure`; none: it was not listened.
    pub answerer: Option<String>,
    /// They tile the time from joining to leaving.
    pub segments: Vec<SegmentView>,
}

/// A stretch of a participant's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentView {
    pub kind: String,
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[schema(value_type = i64)]
    pub started_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
}

/// One pass of work through a queue, with the offers made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkItemView {
    #[schema(value_type = Uuid)]
    pub id: WorkItemId,
    pub pass: i64,
    #[schema(value_type = Uuid)]
    pub queue_id: QueueId,
    pub priority: i64,
    /// When the waiting began; earlier than `queued_at` for work that brought its age.
    #[schema(value_type = i64)]
    pub since: Utc,
    #[schema(value_type = i64)]
    pub queued_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
    /// `assigned`, `abandoned`, `left`, `overflowed`, `server_lost`.
    pub outcome: Option<String>,
    /// The assignment, the other queue, or why it left.
    pub detail: Option<String>,
    pub offers: Vec<OfferView>,
}

/// Work held out to one agent, and why to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferView {
    #[schema(value_type = Uuid)]
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub agent_id: AgentId,
    #[schema(value_type = i64)]
    pub offered_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
    pub outcome: Option<String>,
    /// The rule, the age, and each candidate with why not.
    #[schema(value_type = Object)]
    pub decision: Decision,
}

/// Work given to one agent, to the end of their wrap-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssignmentView {
    #[schema(value_type = Uuid)]
    pub id: AssignmentId,
    #[schema(value_type = Uuid)]
    pub work_id: WorkItemId,
    #[schema(value_type = Uuid)]
    pub agent_id: AgentId,
    #[schema(value_type = Uuid)]
    pub participant_id: ParticipantId,
    #[schema(value_type = i64)]
    pub assigned_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub wrap_up_at: Option<Utc>,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
    pub outcome: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub wrap_up_code_id: Option<WrapUpCodeId>,
    pub note: Option<String>,
}

/// A recording with its parts on one timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordingView {
    #[schema(value_type = Uuid)]
    pub id: RecordingId,
    #[schema(value_type = Uuid)]
    pub interaction_id: InteractionId,
    #[schema(value_type = i64)]
    pub started_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub ended_at: Option<Utc>,
    pub frames_dropped: i64,
    /// What happened where on its timeline, first to last.
    pub markers: Vec<MarkerView>,
    /// Where something was lost: there is silence in its stead, or no part.
    pub gaps: Vec<GapView>,
    /// Of all gaps.
    pub lost_ms: i64,
    pub parts: Vec<RecordingPartView>,
}

/// Something to find in a recording again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarkerView {
    /// `held`, `retrieved`, `transferred`, `consulted`, `conferenced`, `intercepted`, `paused`, `resumed`.
    pub mark: String,
    pub offset_ms: i64,
}

/// What the disk did not take in time, or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GapView {
    pub offset_ms: i64,
    pub frames: i64,
    /// About how long it is.
    #[serde(default)]
    pub lost_ms: i64,
}

/// A message somebody left. Its recording belongs to the call, `origin_id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    #[schema(value_type = Uuid)]
    pub recording_id: RecordingId,
    /// For whom: a queue or an agent.
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[schema(value_type = Option<Uuid>)]
    pub agent_id: Option<AgentId>,
    pub duration_ms: i64,
    #[schema(value_type = i64)]
    pub left_at: Utc,
}

/// One sealed WAV.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecordingPartView {
    pub part: i64,
    /// Relative to the folder of recordings.
    pub file: String,
    pub offset_ms: i64,
    pub duration_ms: i64,
    pub bytes: i64,
    /// Hex.
    pub sha256: String,
}

/// One event of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    pub seq: i64,
    #[schema(value_type = i64)]
    pub at: Utc,
    pub kind: String,
    /// The event's fields, with personal values in place of their references: null when erased, `***` when masked.
    #[schema(value_type = Object)]
    pub body: Json,
}

impl Store {
    /// An interaction with its participants and segments, work and decisions, recordings and events.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`, `Corrupt`.
    pub async fn interaction(&self, id: InteractionId) -> Result<InteractionDetail> {
        // One snapshot: the parts of an interaction under way must fit together.
        let mut tx = self.db.begin_snapshot().await?;
        let tx = &mut tx;
        let summary = super::summary(tx, id).await?;
        let sql = "SELECT call_id, origin_id, note_ref, data FROM interaction WHERE id = $1";
        let rows = tx.fetch(sql, vec![text(id)]).await?;
        let row = rows.first().ok_or(StoreError::NotFound { resource: "interaction" })?;
        let (data, masked) = read_data(row.text(3)?)?;
        let people = Personals { values: personal_values(tx, id).await?, masked };
        let (events, events_more) = event_views(tx, id, &people).await?;
        let sql = "SELECT customer_id FROM interaction_customer WHERE interaction_id = $1 ORDER BY rank";
        let customers = tx.fetch(sql, vec![text(id)]).await?;
        Ok(InteractionDetail {
            call_id: row.opt_text(0).map(ToOwned::to_owned),
            origin_id: row.opt_id(1)?,
            customers: customers.iter().map(|row| row.id(0)).collect::<Result<_>>()?,
            note: row.opt_text(2).and_then(|note| people.value(note)),
            data: data.into_iter().map(|(key, value)| (key, people.value(&value))).collect(),
            participants: participant_views(tx, id).await?,
            work_items: work_views(tx, id).await?,
            assignments: assignment_views(tx, id, &people).await?,
            recordings: recordings_where(tx, "interaction_id", text(id)).await?,
            message: message_of(tx, id).await?,
            events,
            events_more,
            summary,
        })
    }

    /// The passes of an interaction's work through queues, with the offers made of each and why. Empty: none, or no such interaction.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn work_items(&self, id: InteractionId) -> Result<Vec<WorkItemView>> {
        work_views(&mut self.db.begin_snapshot().await?, id).await
    }

    /// The recordings of an interaction with their parts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn recordings(&self, id: InteractionId) -> Result<Vec<RecordingView>> {
        recordings_where(&mut self.db.begin_snapshot().await?, "interaction_id", text(id)).await
    }

    /// One recording with its parts.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn recording(&self, id: RecordingId) -> Result<RecordingView> {
        let mut found = recordings_where(&mut self.db.begin_snapshot().await?, "id", text(id)).await?;
        found.pop().ok_or(StoreError::NotFound { resource: "recording" })
    }
}

async fn personal_values(tx: &mut Tx, id: InteractionId) -> Result<BTreeMap<String, String>> {
    let rows = tx.fetch("SELECT id, value FROM personal WHERE interaction_id = $1", vec![text(id)]).await?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
}

async fn event_views(tx: &mut Tx, id: InteractionId, people: &Personals) -> Result<(Vec<EventView>, bool)> {
    let sql = format!(
        "SELECT seq, at, kind, body FROM event WHERE stream_kind = 'interaction' AND stream_id = $1 ORDER BY seq LIMIT {}",
        EVENTS_MAX + 1
    );
    let rows = tx.fetch(sql, vec![text(id)]).await?;
    let more = rows.len() > EVENTS_MAX;
    let views = rows.iter().take(EVENTS_MAX).map(|row| {
        let mut body: Json = json_column(row, 3)?;
        let kind = row.text(2)?;
        people.resolve(kind, &mut body);
        Ok(EventView { seq: row.int(0)?, at: Utc(row.int(1)?), kind: kind.to_owned(), body })
    });
    Ok((views.collect::<Result<_>>()?, more))
}

async fn participant_views(tx: &mut Tx, id: InteractionId) -> Result<Vec<ParticipantView>> {
    let sql = "SELECT participant_id, kind, queue_id, started_at, ended_at FROM segment WHERE interaction_id = $1 \
               ORDER BY participant_id, ordinal";
    let mut segments: BTreeMap<ParticipantId, Vec<SegmentView>> = BTreeMap::new();
    for row in tx.fetch(sql, vec![text(id)]).await? {
        segments.entry(row.id(0)?).or_default().push(SegmentView {
            kind: row.text(1)?.to_owned(),
            queue_id: row.opt_id(2)?,
            started_at: Utc(row.int(3)?),
            ended_at: row.opt_int(4).map(Utc),
        });
    }
    let sql = "SELECT id, role, agent_id, joined_at, left_at, leave_reason, media, answerer FROM participant WHERE interaction_id = $1 \
               ORDER BY joined_at, id";
    let rows = tx.fetch(sql, vec![text(id)]).await?;
    rows.iter()
        .map(|row| {
            let participant: ParticipantId = row.id(0)?;
            Ok(ParticipantView {
                id: participant,
                role: row.text(1)?.to_owned(),
                agent_id: row.opt_id(2)?,
                joined_at: Utc(row.int(3)?),
                left_at: row.opt_int(4).map(Utc),
                leave_reason: row.opt_text(5).map(ToOwned::to_owned),
                media: if row.opt_text(6).is_some() { Some(json_column(row, 6)?) } else { None },
                answerer: row.opt_text(7).map(ToOwned::to_owned),
                segments: segments.remove(&participant).unwrap_or_default(),
            })
        })
        .collect()
}

async fn work_views(tx: &mut Tx, id: InteractionId) -> Result<Vec<WorkItemView>> {
    let sql = "SELECT id, pass, queue_id, priority, since, queued_at, ended_at, outcome, detail FROM work_item \
               WHERE interaction_id = $1 ORDER BY queued_at, id, pass";
    let mut items = Vec::new();
    for row in tx.fetch(sql, vec![text(id)]).await? {
        items.push(WorkItemView {
            id: row.id(0)?,
            pass: row.int(1)?,
            queue_id: row.id(2)?,
            priority: row.int(3)?,
            since: Utc(row.int(4)?),
            queued_at: Utc(row.int(5)?),
            ended_at: row.opt_int(6).map(Utc),
            outcome: row.opt_text(7).map(ToOwned::to_owned),
            detail: row.opt_text(8).map(ToOwned::to_owned),
            offers: Vec::new(),
        });
    }
    let sql = "SELECT work_id, id, agent_id, offered_at, ended_at, outcome, decision FROM offer WHERE interaction_id = $1 \
               ORDER BY offered_at, id";
    for row in tx.fetch(sql, vec![text(id)]).await? {
        let (work, offered_at) = (row.id::<WorkItemId>(0)?, Utc(row.int(3)?));
        let offer = OfferView {
            id: row.id(1)?,
            agent_id: row.id(2)?,
            offered_at,
            ended_at: row.opt_int(4).map(Utc),
            outcome: row.opt_text(5).map(ToOwned::to_owned),
            decision: json_column(&row, 6)?,
        };
        // The last pass that had begun when it was offered.
        if let Some(item) = items.iter_mut().rev().find(|item| item.id == work && item.queued_at <= offered_at) {
            item.offers.push(offer);
        }
    }
    Ok(items)
}

async fn assignment_views(tx: &mut Tx, id: InteractionId, people: &Personals) -> Result<Vec<AssignmentView>> {
    let sql = "SELECT id, work_id, agent_id, participant_id, assigned_at, wrap_up_at, ended_at, outcome, wrap_up_code_id, note_ref \
               FROM assignment WHERE interaction_id = $1 ORDER BY assigned_at, id";
    let rows = tx.fetch(sql, vec![text(id)]).await?;
    rows.iter()
        .map(|row| {
            Ok(AssignmentView {
                id: row.id(0)?,
                work_id: row.id(1)?,
                agent_id: row.id(2)?,
                participant_id: row.id(3)?,
                assigned_at: Utc(row.int(4)?),
                wrap_up_at: row.opt_int(5).map(Utc),
                ended_at: row.opt_int(6).map(Utc),
                outcome: row.opt_text(7).map(ToOwned::to_owned),
                wrap_up_code_id: row.opt_id(8)?,
                note: row.opt_text(9).and_then(|note| people.value(note)),
            })
        })
        .collect()
}

async fn message_of(tx: &mut Tx, id: InteractionId) -> Result<Option<MessageView>> {
    let sql = "SELECT recording_id, queue_id, agent_id, duration_ms, left_at FROM message WHERE interaction_id = $1";
    let rows = tx.fetch(sql, vec![text(id)]).await?;
    let read = |row: &Row| {
        Ok(MessageView {
            recording_id: row.id(0)?,
            queue_id: row.opt_id(1)?,
            agent_id: row.opt_id(2)?,
            duration_ms: row.int(3)?,
            left_at: Utc(row.int(4)?),
        })
    };
    rows.first().map(read).transpose()
}

async fn recordings_where(tx: &mut Tx, column: &'static str, value: crate::db::Value) -> Result<Vec<RecordingView>> {
    let sql = format!(
        "SELECT id, interaction_id, started_at, ended_at, frames_dropped, markers, gaps FROM recording WHERE {column} = $1 \
         ORDER BY started_at, id"
    );
    let mut all = Vec::new();
    for row in tx.fetch(sql, vec![value]).await? {
        let id: RecordingId = row.id(0)?;
        let sql = "SELECT part, file, offset_ms, duration_ms, bytes, sha256 FROM recording_part WHERE recording_id = $1 ORDER BY part";
        let parts = tx.fetch(sql, vec![text(id)]).await?;
        let gaps: Vec<GapView> = json_column(&row, 6)?;
        all.push(RecordingView {
            id,
            interaction_id: row.id(1)?,
            started_at: Utc(row.int(2)?),
            ended_at: row.opt_int(3).map(Utc),
            frames_dropped: row.int(4)?,
            markers: json_column(&row, 5)?,
            lost_ms: gaps.iter().map(|gap| gap.lost_ms).sum(),
            gaps,
            parts: parts.iter().map(read_part).collect::<Result<_>>()?,
        });
    }
    Ok(all)
}

fn read_part(row: &Row) -> Result<RecordingPartView> {
    Ok(RecordingPartView {
        part: row.int(0)?,
        file: row.text(1)?.to_owned(),
        offset_ms: row.int(2)?,
        duration_ms: row.int(3)?,
        bytes: row.int(4)?,
        sha256: row.text(5)?.to_owned(),
    })
}

fn json_column<T: serde::de::DeserializeOwned>(row: &Row, at: usize) -> Result<T> {
    serde_json::from_str(row.text(at)?).map_err(|error| StoreError::corrupt_from("a JSON column cannot be read", error))
}

/// The column `data`: each key with its reference, and the references that are masked.
fn read_data(column: &str) -> Result<(BTreeMap<String, String>, BTreeSet<String>)> {
    #[derive(Deserialize)]
    struct Item {
        value: String,
        masked: bool,
    }
    let items: BTreeMap<String, Item> =
        serde_json::from_str(column).map_err(|error| StoreError::corrupt_from("the data of an interaction cannot be read", error))?;
    let masked = items.values().filter(|item| item.masked).map(|item| item.value.clone()).collect();
    Ok((items.into_iter().map(|(key, item)| (key, item.value)).collect(), masked))
}

/// The personal values an interaction's events refer to.
struct Personals {
    values: BTreeMap<String, String>,
    masked: BTreeSet<String>,
}

impl Personals {
    fn value(&self, reference: &str) -> Option<String> {
        if self.masked.contains(reference) {
            return Some(MASK.to_owned());
        }
        self.values.get(reference).cloned()
    }

    /// Puts values in place of references. Which fields are references is told by the event's kind (`cti_types::event::Body`).
    fn resolve(&self, kind: &str, body: &mut Json) {
        let fields: &[&str] = match kind {
            "opened" => &["from", "from_raw"],
            "data_set" => &["value"],
            "wrap_up_set" => &["note"],
            _ => &[],
        };
        // A value overwritten later was masked all the same.
        let masked = body.get("masked").and_then(Json::as_bool).unwrap_or(false);
        for field in fields {
            if let Some(slot) = body.get_mut(*field) {
                if let Some(reference) = slot.as_str() {
                    *slot = if masked { Json::from(MASK) } else { self.value(reference).map_or(Json::Null, Json::from) };
                }
            }
        }
    }
}
