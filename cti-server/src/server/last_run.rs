//! What the last run left: its journal is carried into the database, and what it had open is ended in the log.

use crate::journal::{Journal, Record};
use crate::projector::aside::Aside;
use crate::projector::{self, ProjectorState};
use crate::recovery;
use crate::switch::Revived;
use crate::switch::run::EPOCH_KEY;
use crm_core::{Store, StoreError};
use cti_types::event::{Body, Event as LogEvent, Personal, PersonalKind, Stream};
use cti_types::{AgentId, Chance, InteractionId, OwnerEpoch, PersonalId, Utc};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// What is left of the last run.
pub(super) struct Recovered {
    /// Parts of recordings that the log has now.
    pub(super) linked: Vec<(cti_types::RecordingId, u32)>,
    pub(super) messages: Vec<Revived>,
}

/// Catches the database up with the journal and ends in the log what the last run left open, but for messages.
pub(super) async fn recover(
    store: &Store,
    journal: &Arc<Journal>,
    node: &str,
    recordings: &Path,
    alive: Utc,
    aside: &Arc<Aside>,
    chance: &mut Chance,
    now: Utc,
) -> anyhow::Result<Recovered> {
    let mark = store.mark(node).await?.unwrap_or(0);
    journal.continue_after(mark)?;
    project_all(store, journal, node, mark, aside).await?;
    let dir = recordings.to_owned();
    let found = tokio::task::spawn_blocking(move || recordings::recover(&dir)).await??;
    let mut parts: BTreeMap<InteractionId, Vec<Body>> = BTreeMap::new();
    let mut linked = Vec::new();
    for part in found.into_iter().filter_map(|r| r.part) {
        if aside.holds(Stream::Interaction(part.interaction)) {
            // Its note stays, so that a later start finds it.
            continue;
        }
        linked.push((part.recording, part.part));
        parts.entry(part.interaction).or_default().push(Body::RecordingPart {
            recording: part.recording,
            part: part.part,
            file: part.file,
            offset_ms: part.offset_ms,
            duration_ms: part.duration_ms,
            bytes: part.bytes,
            sha256: part.sha256,
        });
    }
    let mut interactions: Vec<InteractionId> = store.open_interactions().await?;
    interactions.extend(parts.keys().copied());
    interactions.sort_unstable();
    interactions.dedup();
    // What the database knows of a stream kept aside is not its end.
    interactions.retain(|id| !aside.holds(Stream::Interaction(*id)));
    let (mut ended, mut messages) = (0, Vec::new());
    for id in interactions {
        let mut events = store.stream_events(Stream::Interaction(id)).await?;
        let message = InteractionId::new(now, chance);
        let closing = recovery::close_interaction(&events, alive, parts.get(&id).map(Vec::as_slice).unwrap_or_default(), message);
        events.extend(closing.iter().cloned());
        let mut records: Vec<Record> = closing.into_iter().map(Record::Event).collect();
        if let Some(cut_off) = recovery::cut_off(id, &events, message) {
            // In one write: a start that is cut short loses it as little.
            let begun = cut_off_message(store, chance, now, cut_off, id, message, &mut records).await?;
            messages.extend(recovery::waiting_message(message, &begun));
        }
        ended += usize::from(!records.is_empty());
        journal.append(&records)?;
        messages.extend(recovery::waiting_message(id, &events));
    }
    for agent in store.open_agents().await?.into_iter().filter(|agent| !aside.holds(Stream::Agent(*agent))) {
        let events = store.stream_events(Stream::Agent(agent)).await?;
        append_all(journal, recovery::close_agent(&events, alive))?;
    }
    if ended > 0 {
        tracing::warn!(interactions = ended, "ended what the last run left open");
    }
    let mark = store.mark(node).await?.unwrap_or(0);
    project_all(store, journal, node, mark, aside).await?;
    for revived in &mut messages {
        revived.restored.kept.from = store.caller_of(revived.message).await?;
    }
    Ok(Recovered { linked, messages })
}

/// What begins the stream of a message whose caller was speaking when the server died, with the caller's number.
async fn cut_off_message(
    store: &Store,
    chance: &mut Chance,
    now: Utc,
    cut_off: recovery::CutOff,
    origin: InteractionId,
    message: InteractionId,
    records: &mut Vec<Record>,
) -> anyhow::Result<Vec<LogEvent>> {
    let party = store.caller_of(origin).await?;
    let mut row = |kind: PersonalKind, value: String| {
        let id = PersonalId::new(now, chance);
        records.push(Record::Person(Personal { id, interaction: message, kind, value }));
        id
    };
    let from = party.number.as_str().map(|number| row(PersonalKind::Number, number.to_owned()));
    let from_raw = from.map(|_| row(PersonalKind::RawNumber, party.raw.clone()));
    if let Some(name) = party.display {
        row(PersonalKind::DisplayName, name);
    }
    let begun = recovery::begin_message(cut_off, message, from, from_raw);
    records.extend(begun.iter().cloned().map(Record::Event));
    Ok(begun)
}

fn append_all(journal: &Journal, events: Vec<LogEvent>) -> anyhow::Result<bool> {
    let records: Vec<Record> = events.into_iter().map(Record::Event).collect();
    journal.append(&records)?;
    Ok(!records.is_empty())
}

/// Projects everything that is in the journal now.
async fn project_all(store: &Store, journal: &Arc<Journal>, node: &str, mark: u64, aside: &Arc<Aside>) -> Result<(), StoreError> {
    let (sender, stop) = watch::channel(true);
    let state = Arc::new(ProjectorState::default());
    projector::run(store.clone(), Arc::clone(journal), node.to_owned(), mark, Arc::clone(aside), state, stop).await;
    drop(sender);
    store.ping().await
}

/// This life's epoch: later than the last one's, though the system clock was set back since.
pub(super) fn begin_epoch(state: &BTreeMap<String, Vec<u8>>, journal: &Journal, now: Utc) -> OwnerEpoch {
    let last = state.get(EPOCH_KEY).and_then(|bytes| bytes.as_slice().try_into().ok()).map_or(0, u32::from_le_bytes);
    let epoch = OwnerEpoch::at_start(now).max(OwnerEpoch(last.saturating_add(1)));
    let record = Record::State { key: EPOCH_KEY.to_owned(), bytes: epoch.0.to_le_bytes().to_vec() };
    if let Err(error) = journal.append(&[record]) {
        // As with the sign of life: a full disk at the start is no reason not to start.
        tracing::warn!(%error, "the journal took no epoch");
    }
    epoch
}

/// Where agents' streams go on, by number and time: after what the database has, or what is kept aside of them.
pub(super) fn go_on_after(aside: &Aside, seqs: &mut BTreeMap<AgentId, u64>, lasts: &mut BTreeMap<AgentId, Utc>) {
    for (agent, (seq, at)) in aside.agents() {
        seqs.entry(agent).and_modify(|known| *known = seq.max(*known)).or_insert(seq);
        lasts.entry(agent).and_modify(|known| *known = at.max(*known)).or_insert(at);
    }
}
