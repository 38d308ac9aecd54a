//! The SIP of interactions and trunks, and whom we turned away, as people may read it: which legs an interaction had, and their messages
//! with the secrets masked. What is kept is `cti-sip`'s; here it is only found and put into words. Extends [`Rooms`].

use super::rooms::Rooms;
use cti_sip::{Kept, Seen, Sender, Turned, TurnedAway, Way, Whose};
use cti_types::{InteractionId, LegId, Now, ParticipantId, PhoneId, TrunkId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use softphone_protocol::{ErrorCode, WireError};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Bytes of messages in one answer, shared by its legs: masking them holds the switch up. Of a leg that has more, the last are shown.
const SHOWN_BYTES_MAX: usize = 512 * 1024;

/// Whose SIP is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SipAsked {
    Interaction(InteractionId),
    /// Our own requests to it: probes and registration.
    Trunk(TrunkId),
    /// Whom we turned away.
    Refused,
}

/// The messages of the legs of one interaction, or of one trunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SipLadder {
    /// In the order they began.
    pub legs: Vec<SipLeg>,
}

/// The messages with one far side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SipLeg {
    /// Of an interaction only.
    #[schema(value_type = Option<Uuid>)]
    pub leg: Option<LegId>,
    /// Whose leg it is, or was last.
    #[schema(value_type = Option<Uuid>)]
    pub participant: Option<ParticipantId>,
    /// `leg`, `probes`, `registration`.
    pub kind: String,
    pub messages: Vec<SipMessage>,
    /// Messages that are not kept, or not any more.
    pub left_out: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SipMessage {
    /// Microseconds since 1970.
    pub at: i64,
    /// `in` or `out`, as the server sees it.
    pub way: String,
    /// `UDP`, `TCP`, `TLS`, `WS`, `WSS`.
    pub transport: String,
    /// The server's address.
    pub local: String,
    pub remote: String,
    /// The request or status line.
    pub first_line: String,
    /// The whole message; secrets are replaced by `[masked]`.
    pub text: String,
    /// Its length on the wire. When it is more than was kept, the text is the beginning.
    pub bytes: u64,
    /// How often it was sent again, and when last.
    pub repeats: u32,
    pub last_at: i64,
}

/// Whom the server turned away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SipRefused {
    /// Since the start: requests without credentials (every honest telephone's first), wrong ones, those not looked at after too many wrong
    /// ones, and other refusals.
    pub challenged: u64,
    pub wrong_credentials: u64,
    pub slowed: u64,
    pub refused: u64,
    /// The last of each sender and reason: those from trunks first, then those that name an account of ours, then strangers.
    pub requests: Vec<SipTurnedAway>,
}

/// Requests of one sender turned away for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SipTurnedAway {
    /// The trunk whose address it is.
    #[schema(value_type = Option<Uuid>)]
    pub trunk: Option<TrunkId>,
    /// The telephone that it names. Nothing proves that it is the one.
    #[schema(value_type = Option<Uuid>)]
    pub phone: Option<PhoneId>,
    pub remote: String,
    pub transport: String,
    pub method: String,
    /// `no_credentials`, `unknown_name`, `wrong_password`, `slowed`, `answered`.
    pub reason: String,
    /// The answer; none when it was not answered.
    pub code: Option<u16>,
    pub phrase: String,
    pub count: u64,
    pub first_at: i64,
    pub last_at: i64,
    /// The last one; secrets are masked, and a long one is cut off.
    pub text: String,
}

/// Which legs each interaction had: as long as messages of them are kept, and while they are up.
#[derive(Debug, Default)]
pub(super) struct Ladders {
    of: BTreeMap<InteractionId, Vec<(LegId, ParticipantId)>>,
    by_leg: BTreeMap<LegId, InteractionId>,
}

impl Ladders {
    /// The leg is, from now on, this participant's.
    pub(super) fn note(&mut self, interaction: InteractionId, leg: LegId, participant: ParticipantId) {
        self.forget(leg);
        self.by_leg.insert(leg, interaction);
        self.of.entry(interaction).or_default().push((leg, participant));
    }

    pub(super) fn forget(&mut self, leg: LegId) {
        let Some(interaction) = self.by_leg.remove(&leg) else { return };
        if let Some(legs) = self.of.get_mut(&interaction) {
            legs.retain(|(of, _)| *of != leg);
            if legs.is_empty() {
                self.of.remove(&interaction);
            }
        }
    }

    fn legs(&self, interaction: InteractionId) -> &[(LegId, ParticipantId)] {
        self.of.get(&interaction).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Rooms {
    /// A leg is over. One that SIP never knew leaves nothing that could be forgotten later.
    pub(super) fn ladder_over(&mut self, leg: LegId) {
        if !self.sip.keeps_ladder(leg) {
            self.lines.ladders.forget(leg);
        }
    }

    /// Forgets what was over long ago.
    pub(super) fn tidy_ladders(&mut self, now: Now) {
        for leg in self.sip.tidy(now) {
            self.lines.ladders.forget(leg);
        }
    }

    /// The answer to a question for SIP that was kept.
    pub(super) fn sip_kept(&self, asked: SipAsked) -> Result<Value, WireError> {
        let value = match asked {
            SipAsked::Interaction(interaction) => serde_json::to_value(self.ladder_of(interaction)?),
            SipAsked::Trunk(trunk) => serde_json::to_value(self.ladder_of_trunk(trunk)?),
            SipAsked::Refused => serde_json::to_value(self.turned_away()),
        };
        value.map_err(|_| WireError::new(ErrorCode::Internal, "the messages cannot be written as JSON"))
    }

    fn ladder_of(&self, interaction: InteractionId) -> Result<SipLadder, WireError> {
        let legs = self.lines.ladders.legs(interaction);
        let kept: Vec<_> = legs.iter().filter_map(|(leg, of)| Some((*leg, *of, self.sip.ladder(Whose::Leg(*leg))?))).collect();
        if kept.is_empty() {
            return Err(WireError::new(ErrorCode::NotFound, "no SIP is kept of this interaction, or no more"));
        }
        let most = SHOWN_BYTES_MAX / kept.len();
        let legs = kept.into_iter().map(|(leg, participant, kept)| SipLeg {
            leg: Some(leg),
            participant: Some(participant),
            ..self.shown("leg", kept, most)
        });
        let mut legs: Vec<SipLeg> = legs.collect();
        legs.sort_by_key(|leg| leg.messages.first().map(|message| message.at));
        Ok(SipLadder { legs })
    }

    fn ladder_of_trunk(&self, trunk: TrunkId) -> Result<SipLadder, WireError> {
        let mut legs = Vec::new();
        for (kind, whose) in [("registration", Whose::Registration(trunk)), ("probes", Whose::Probes(trunk))] {
            if let Some(kept) = self.sip.ladder(whose) {
                legs.push(self.shown(kind, kept, SHOWN_BYTES_MAX / 2));
            }
        }
        let nothing = legs.is_empty() && !self.sip.trunks().iter().any(|status| status.trunk == trunk);
        if nothing { Err(WireError::new(ErrorCode::NotFound, "no such trunk, or it is not active")) } else { Ok(SipLadder { legs }) }
    }

    fn shown(&self, kind: &str, kept: Kept, most: usize) -> SipLeg {
        let mut bytes = 0;
        let last = kept.messages.iter().rev().take_while(|seen| {
            bytes += seen.bytes.len();
            bytes <= most
        });
        let more = kept.messages.len() - last.count();
        let messages = kept.messages.iter().skip(more).map(|seen| self.message(seen)).collect();
        SipLeg { leg: None, participant: None, kind: kind.to_owned(), messages, left_out: kept.left_out + more as u64 }
    }

    fn message(&self, seen: &Seen) -> SipMessage {
        let text = self.sip.masked(&seen.bytes);
        let way = match seen.way {
            Way::In => "in",
            Way::Out => "out",
        };
        SipMessage {
            at: seen.at.utc.0,
            way: way.to_owned(),
            transport: seen.path.transport.via().to_owned(),
            local: seen.path.local.to_string(),
            remote: seen.path.remote.to_string(),
            first_line: text.lines().next().unwrap_or_default().to_owned(),
            text,
            bytes: seen.length as u64,
            repeats: seen.repeats,
            last_at: seen.last.0,
        }
    }

    fn turned_away(&self) -> SipRefused {
        let counts = self.sip.refused_counts();
        let requests = self.sip.refused().iter().map(|entry| self.request(entry)).collect();
        let (challenged, wrong_credentials) = (counts.challenged, counts.wrong_credentials);
        SipRefused { challenged, wrong_credentials, slowed: counts.slowed, refused: counts.refused, requests }
    }

    fn request(&self, entry: &TurnedAway) -> SipTurnedAway {
        let (trunk, phone) = match entry.sender {
            Sender::Trunk(trunk) => (Some(trunk), None),
            Sender::Phone(phone) => (None, Some(phone)),
            Sender::Stranger => (None, None),
        };
        let answered = match entry.turned {
            Turned::Slowed => None,
            Turned::NoCredentials | Turned::UnknownName | Turned::WrongPassword | Turned::Answered => Some(entry.code),
        };
        SipTurnedAway {
            trunk,
            phone,
            remote: entry.path.remote.to_string(),
            transport: entry.path.transport.via().to_owned(),
            method: entry.method.to_owned(),
            reason: entry.turned.word().to_owned(),
            code: answered,
            phrase: entry.phrase.clone().into_owned(),
            count: entry.count,
            first_at: entry.first.0,
            last_at: entry.last.0,
            text: self.sip.masked(&entry.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_is_its_last_participants_and_forgotten_with_its_interaction() {
        let (one, two) = (InteractionId::from_u128(1), InteractionId::from_u128(2));
        let (leg, other) = (LegId::from_u128(1), LegId::from_u128(2));
        let mut ladders = Ladders::default();
        ladders.note(one, leg, ParticipantId::from_u128(1));
        ladders.note(one, leg, ParticipantId::from_u128(2));
        ladders.note(two, other, ParticipantId::from_u128(3));
        assert_eq!(ladders.legs(one), [(leg, ParticipantId::from_u128(2))]);
        ladders.forget(leg);
        ladders.forget(leg);
        assert_eq!((ladders.legs(one), ladders.of.len(), ladders.by_leg.len()), (&[][..], 1, 1));
    }
}
