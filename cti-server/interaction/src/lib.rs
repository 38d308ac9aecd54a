//! The life of interactions on any channel: participants, segments, work items, assignments, transfers, supervision, wrap-up, closure.
//!
//! It knows no SIP and no media. It is told facts ([`Input`]), keeps the truth of who is in the interaction and in
//! what state, and says what neighbours must do ([`Output`]): enqueue, ring, connect, hang up. Every change is an
//! [`Event`](cti_types::event::Event) of the log; segments tile each participant's time because starting one ends the one before,
//! and follow from the state, so that no step can forget to start one.

mod consult;
mod interaction;
mod messages;
mod recording;
mod room;
mod supervise;
mod talk;
mod transfer;
mod views;
mod words;
mod work;

pub use room::Interactions;
pub use words::{
    Actions, Arrival, AssignmentView, DialAsked, DialFor, Input, Kept, MessageState, MessageView, Output, ParticipantView, Restored, Ring,
    Target,
};

use std::time::Duration;

/// The bounds of the room; at each the newcomer is refused, what is under way is not harmed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most interactions open at once, messages not counted; one more is refused by [`Interactions::has_room`], but for a 64th part of as
    /// many again that are kept for calls for help ([`Interactions::has_room_for_help`]).
    pub open_max: usize,
    /// Most messages that wait or are being dealt with; one more is refused by [`Interactions::has_room_for_message`].
    pub messages_max: usize,
    /// Most values a flow may set on one interaction; more are ignored.
    pub data_max: usize,
    /// Most node visits logged per interaction; more are not logged.
    pub visits_max: usize,
    /// How long a closed interaction still takes notes (the sealed recording, the last media report).
    pub late_notes: Duration,
    /// Most closed interactions that still take notes; beyond it the oldest is forgotten, its late notes are dropped.
    pub late_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            open_max: 20_000,
            messages_max: 10_000,
            data_max: 64,
            visits_max: 1_000,
            late_notes: Duration::from_secs(300),
            late_max: 50_000,
        }
    }
}
