//! The rows an interaction's state amounts to, table by table. Computes lengths and words; decides nothing.

use super::super::tables::*;
use super::{Assignment, Fold, Opening};
use crate::db::{Value, text};
use cti_types::Utc;
use cti_types::acd::OfferEnd;
use cti_types::event::{Role, SegmentKind, WorkEnd};
use cti_types::mailbox::Mailbox;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

impl Fold {
    /// The rows as they should stand.
    pub(in crate::project) fn rows(&self) -> Rows {
        self.rows_unlike(&Fold::new(self.id))
    }

    /// The rows without those of parts that are the same in `other`, a fold of the same stream.
    pub(in crate::project) fn rows_unlike(&self, other: &Fold) -> Rows {
        let mut rows = Rows::new();
        let id = text(self.id);
        if let Some(opening) = &self.opening {
            put(&mut rows, INTERACTION, self.interaction_row(opening));
            for (rank, customer) in self.customers.iter().enumerate() {
                let row = vec![id.clone(), text(customer), Value::from(rank as i64), Value::from(opening.at)];
                put(&mut rows, INTERACTION_CUSTOMER, row);
            }
        }
        self.participant_rows(&id, other, &mut rows);
        self.work_rows(&id, other, &mut rows);
        self.recording_rows(&id, other, &mut rows);
        if let Some((at, left)) = self.message {
            let (queue, agent) = match left.mailbox {
                Mailbox::Queue(queue) => (Some(queue), None),
                Mailbox::Agent(agent) => (None, Some(agent)),
            };
            let (recording, length) = (text(left.recording), Value::from(left.duration_ms));
            put(&mut rows, MESSAGE, vec![id.clone(), recording, optional(queue), optional(agent), length, Value::from(at)]);
        }
        rows
    }

    fn interaction_row(&self, opening: &Opening) -> Vec<Value> {
        let customers = || self.participants.values().filter(|participant| participant.role == Role::Customer);
        let spent = |kind| customers().map(|participant| participant.spent(kind)).sum::<i64>();
        let wait = spent(SegmentKind::Waiting) + spent(SegmentKind::Ringing);
        let wrap_up: i64 = self.assignments.values().map(Assignment::wrap_up_length).sum();
        // The wrap-up shown is that of the last agent; an earlier one's stays with their assignment.
        let last = self.last_assignment.and_then(|id| self.assignments.get(&id));
        let earlier =
            |pick: fn(&Assignment) -> Option<String>| last.and_then(pick).or_else(|| self.assignments.values().rev().find_map(pick));
        let data: BTreeMap<&str, serde_json::Value> =
            self.data.iter().map(|(key, (value, masked))| (key.as_str(), json!({ "value": value, "masked": masked }))).collect();
        vec![
            text(self.id),
            Value::from(opening.channel.word()),
            Value::from(opening.direction.word()),
            Value::from(if self.closed.is_some() { "closed" } else { "open" }),
            optional(opening.from),
            optional(opening.from_raw),
            Value::from(opening.to.as_str()),
            optional(opening.trunk),
            Value::from(opening.call_id.clone()),
            optional(opening.origin),
            optional(self.customers.first()),
            optional(self.passes.last().map(|pass| pass.queue)),
            optional(self.last_agent),
            optional(self.flow.map(|flow| flow.flow)),
            Value::from(self.flow.map(|flow| i64::from(flow.version))),
            Value::from(opening.at),
            instant(self.answered),
            instant(self.closed.map(|(at, _)| at)),
            Value::from(self.closed.map(|(_, reason)| reason.word().to_owned())),
            Value::from(wait / 1000),
            Value::from(spent(SegmentKind::Talking) / 1000),
            Value::from(spent(SegmentKind::OnHold) / 1000),
            Value::from(wrap_up / 1000),
            Value::from(earlier(|assignment| assignment.code.map(|code| code.to_string()))),
            Value::from(earlier(|assignment| assignment.note.map(|note| note.to_string()))),
            json_text(&data),
            Value::from(!self.recordings.is_empty() || self.message.is_some()),
        ]
    }

    fn participant_rows(&self, id: &Value, other: &Fold, rows: &mut Rows) {
        for (participant, of) in self.participants.iter().filter(|(id, of)| other.participants.get(id) != Some(of)) {
            let row = vec![
                text(participant),
                id.clone(),
                Value::from(of.role.word()),
                optional(of.agent),
                Value::from(of.joined),
                instant(of.left.map(|(at, _)| at)),
                Value::from(of.left.map(|(_, reason)| reason.word().to_owned())),
                Value::from(of.media.clone()),
                Value::from(of.answerer.clone()),
            ];
            put(rows, PARTICIPANT, row);
            for (ordinal, segment) in of.segments.iter().enumerate() {
                let row = vec![
                    text(participant),
                    Value::from(ordinal as i64),
                    id.clone(),
                    Value::from(segment.kind.word()),
                    optional(segment.queue),
                    Value::from(segment.started),
                    instant(segment.ended),
                ];
                put(rows, SEGMENT, row);
            }
        }
    }

    fn work_rows(&self, id: &Value, other: &Fold, rows: &mut Rows) {
        for (_, pass) in self.passes.iter().enumerate().filter(|(at, pass)| other.passes.get(*at) != Some(pass)) {
            let end = pass.ended.as_ref().map(|(_, end)| end);
            let row = vec![
                text(pass.work),
                Value::from(pass.number),
                id.clone(),
                text(pass.queue),
                Value::from(u32::from(pass.priority)),
                json_text(&pass.skills),
                Value::from(pass.since),
                Value::from(pass.queued),
                instant(pass.ended.map(|(at, _)| at)),
                Value::from(end.map(|end| work_end_word(end).to_owned())),
                Value::from(end.and_then(work_end_detail)),
            ];
            put(rows, WORK_ITEM, row);
        }
        for (offer, of) in self.offers.iter().filter(|(id, of)| other.offers.get(id) != Some(of)) {
            let row = vec![
                text(offer.hyphenated()),
                id.clone(),
                text(of.work),
                text(of.agent),
                Value::from(of.at),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map(|(_, end)| offer_end_word(end).to_owned())),
                json_text(&of.decision),
            ];
            put(rows, OFFER, row);
        }
        for (assignment, of) in self.assignments.iter().filter(|(id, of)| other.assignments.get(id) != Some(of)) {
            let row = vec![
                text(assignment),
                id.clone(),
                text(of.work),
                text(of.agent),
                text(of.participant),
                Value::from(of.at),
                instant(of.wrap_up.map(|(at, _)| at)),
                instant(of.wrap_up.and_then(|(_, until)| until)),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map(|(_, end)| end.word().to_owned())),
                optional(of.code),
                optional(of.note),
            ];
            put(rows, ASSIGNMENT, row);
        }
    }

    fn recording_rows(&self, id: &Value, other: &Fold, rows: &mut Rows) {
        for (recording, of) in self.recordings.iter().filter(|(id, of)| other.recordings.get(id) != Some(of)) {
            let markers: Vec<_> =
                of.markers.iter().map(|(offset_ms, mark)| json!({ "mark": mark.word(), "offset_ms": offset_ms })).collect();
            let gap =
                |(offset_ms, frames, lost_ms): &(u64, u64, u64)| json!({ "offset_ms": offset_ms, "frames": frames, "lost_ms": lost_ms });
            let gaps: Vec<_> = of.gaps.iter().map(gap).collect();
            let row = vec![
                text(recording),
                id.clone(),
                Value::from(of.started),
                instant(of.ended.map(|(at, _)| at)),
                Value::from(of.ended.map_or(0, |(_, dropped)| dropped)),
                json_text(&markers),
                json_text(&gaps),
            ];
            put(rows, RECORDING, row);
            for (part, sealed) in &of.parts {
                let row = vec![
                    text(recording),
                    Value::from(*part),
                    id.clone(),
                    Value::from(sealed.file.as_str()),
                    Value::from(sealed.offset_ms),
                    Value::from(sealed.duration_ms),
                    Value::from(sealed.bytes),
                    Value::from(sealed.sha256.as_str()),
                ];
                put(rows, RECORDING_PART, row);
            }
        }
    }
}

fn optional(id: Option<impl std::fmt::Display>) -> Value {
    Value::Text(id.map(|id| id.to_string()))
}

fn instant(at: Option<Utc>) -> Value {
    Value::Int(at.map(|at| at.0))
}

/// Plain data of ours always is JSON; should it ever not be, the column says so instead of the projector stopping.
fn json_text(value: &impl Serialize) -> Value {
    Value::from(serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned()))
}

fn offer_end_word(end: OfferEnd) -> &'static str {
    match end {
        OfferEnd::Accepted => "accepted",
        OfferEnd::Declined => "declined",
        OfferEnd::NoAnswer => "no_answer",
        OfferEnd::DeviceBusy => "device_busy",
        OfferEnd::DeviceUnreachable => "device_unreachable",
        OfferEnd::Withdrawn => "withdrawn",
    }
}

fn work_end_word(end: &WorkEnd) -> &'static str {
    match end {
        WorkEnd::Assigned(_) => "assigned",
        WorkEnd::Abandoned => "abandoned",
        WorkEnd::Left(_) => "left",
        WorkEnd::Overflowed(_) => "overflowed",
        WorkEnd::Moved(_) => "moved",
        WorkEnd::Taken(_) => "taken",
        WorkEnd::NotTaken(_) => "not_taken",
        WorkEnd::ServerLost => "server_lost",
    }
}

/// The assignment, the other queue, or why it left.
fn work_end_detail(end: &WorkEnd) -> Option<String> {
    match end {
        WorkEnd::Assigned(assignment) => Some(assignment.to_string()),
        WorkEnd::Overflowed(queue) | WorkEnd::Moved(queue) => Some(queue.to_string()),
        WorkEnd::Taken(agent) => Some(agent.to_string()),
        WorkEnd::NotTaken(why) => Some(why.word().to_owned()),
        WorkEnd::Left(why) => serde_json::to_value(why).ok().and_then(|word| word.as_str().map(ToOwned::to_owned)),
        WorkEnd::Abandoned | WorkEnd::ServerLost => None,
    }
}
