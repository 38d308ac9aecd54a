//! What the endpoint keeps for people: the ladder of each leg and trunk, and whom it turned away. No call is handled here.

use super::Endpoint;
use crate::api::{Origin, Path};
use crate::ladder::{Kept, LadderSize, Whose, mask};
use crate::message::{Message, Method, reason_phrase};
use crate::refused::{RefusedCounts, Sender, Turned, TurnedAway};
use cti_types::{LegId, Now};
use std::borrow::Cow;

impl Endpoint {
    /// The messages that are kept of a leg or a trunk; `None`: there are none, or no more. Their secrets are in them:
    /// see [`Endpoint::masked`].
    pub fn ladder(&self, whose: Whose) -> Option<Kept> {
        self.io.ladder.of(whose)
    }

    /// Whether messages of the leg are kept.
    pub fn keeps_ladder(&self, leg: LegId) -> bool {
        self.io.ladder.keeps(leg)
    }

    pub fn ladder_size(&self) -> LadderSize {
        self.io.ladder.size()
    }

    /// Forgets the messages of what was over long ago. Gives the legs of which nothing is kept any more since it was last asked.
    pub fn tidy(&mut self, now: Now) -> Vec<LegId> {
        self.io.ladder.forget_old(now);
        self.io.ladder.take_forgotten()
    }

    /// Who was turned away lately, and why.
    pub fn refused(&self) -> Vec<TurnedAway> {
        self.refused.entries()
    }

    pub fn refused_counts(&self) -> RefusedCounts {
        self.refused.counts()
    }

    /// A kept message as people may read it.
    pub fn masked(&self, bytes: &[u8]) -> String {
        let tokens: Vec<&str> = self.trunks.iter().filter_map(|trunk| self.trunks.token(trunk.id)).collect();
        mask::masked(bytes, &tokens)
    }

    /// Notes that the request at hand is turned away. `code` 0: without an answer.
    pub(super) fn turned_away(&mut self, path: Path, message: &Message, turned: Turned, code: u16, phrase: Cow<'static, str>) {
        let Some(bytes) = self.io.ladder.at_hand().cloned() else { return };
        let (sender, method, at) = (self.sender(path, message), message.method().as_str(), self.io.now.utc);
        self.refused.note(TurnedAway { sender, turned, method, code, phrase, path, bytes, count: 0, first: at, last: at });
    }

    /// The same for a call that the switch does not want.
    pub(super) fn call_turned_away(&mut self, id: LegId, code: u16, warning: Option<&str>) {
        let Some((sender, first)) = self.legs.get(&id).map(|leg| leg.peer).zip(self.io.ladder.first(id)) else { return };
        let sender = match sender {
            Origin::Trunk(trunk) => Sender::Trunk(trunk),
            Origin::Phone(phone) => Sender::Phone(phone),
        };
        let phrase = warning.map_or(Cow::Borrowed(reason_phrase(code)), |text| Cow::Owned(text.to_owned()));
        let (path, bytes, at) = (first.path, first.bytes.clone(), self.io.now.utc);
        let (turned, method) = (Turned::Answered, Method::Invite.as_str());
        self.refused.note(TurnedAway { sender, turned, method, code, phrase, path, bytes, count: 0, first: at, last: at });
    }

    /// Whom a request names as its sender, proven or not.
    fn sender(&self, path: Path, message: &Message) -> Sender {
        if let Some(trunk) = self.trunk_of(path.remote, message) {
            return Sender::Trunk(trunk.id);
        }
        let address = if message.method() == Method::Register { message.to() } else { message.from() };
        let named = address.and_then(|address| address.parsed_uri()).and_then(|uri| uri.user_plain());
        let user = self.digests.claimed(message).map(Cow::Borrowed).or(named);
        user.and_then(|user| self.phone_by_user.get(user.as_ref())).map_or(Sender::Stranger, |phone| Sender::Phone(*phone))
    }
}
