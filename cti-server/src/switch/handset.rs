//! What agents do by their desk phones alone: transfers (REFER), a second call as a consultation, taking a call over on another telephone
//! (Replaces). It becomes what the same command would do, by the same rights. Extends [`Rooms`].
//!
//! A second line is no participant: it is the agent's mouth and ear in the consultation, while their first leg holds the customer.

use super::Audience;
use super::lines::{Ringing, Turned};
use super::outbound::turned;
use super::rooms::Rooms;
use cti_call::{Input as CallInput, cause};
use cti_interaction::{Input as Said, Target};
use cti_sip::api::{Command as Sip, Incoming, Origin, Referred};
use cti_types::media::Clip;
use cti_types::{AgentId, LegId, Now, ParticipantId, PhoneId, PlayId, RecordingId};
use softphone_protocol::{ErrorCode, TargetAsked, WireError, key};
use std::collections::BTreeMap;

/// The second call of a telephone, by which an agent asks somebody aside.
struct Second {
    /// Whose consultation it is: the agent in their first call.
    by: ParticipantId,
    /// Who is to be asked; `None`: they are being asked.
    to: Option<Target>,
    /// Who answered.
    other: Option<ParticipantId>,
    /// The telephone has gone back to the customer for a while.
    with_customer: bool,
}

/// Legs that telephones of ours made for calls that are there already. Each ends with its leg, so there are no more than calls.
#[derive(Default)]
pub(super) struct Handsets {
    seconds: BTreeMap<LegId, Second>,
    /// New legs, and those whose place they take as soon as their ports are open.
    take_overs: BTreeMap<LegId, LegId>,
}

impl Handsets {
    /// Whether the leg is one of these.
    pub(super) fn has(&self, leg: LegId) -> bool {
        self.seconds.contains_key(&leg) || self.take_overs.contains_key(&leg)
    }

    /// The second line by which this participant asks somebody.
    pub(super) fn second_of(&self, by: ParticipantId) -> Option<LegId> {
        self.seconds.iter().find(|(_, second)| second.by == by).map(|(leg, _)| *leg)
    }
}

impl Rooms {
    /// A call from a telephone that belongs to one it has already; `None`: it is a call of its own.
    pub(super) fn by_handset(&mut self, now: Now, leg: LegId, call: &Incoming) -> Option<Result<(), Turned>> {
        let Origin::Phone(phone) = call.origin else { return None };
        if let Some(old) = call.replaces {
            return Some(self.takes_over(now, leg, phone, old, call));
        }
        let agent = self.desks.agent_on(phone)?;
        let mut mine = self.lines.legs_of_agent(agent).into_iter().filter_map(|leg| self.lines.get(leg)?.agent);
        let asks = mine.find(|ringing| self.interactions.actions(ringing.participant).consult)?;
        Some(self.second_call(now, leg, &asks, call))
    }

    // ---- transfer

    /// A telephone wants its call to go elsewhere.
    pub(super) fn referred(&mut self, now: Now, leg: LegId, to: &Referred) {
        let done = match to {
            Referred::User(user) => self.transfer_by_handset(now, leg, user),
            Referred::Call(other) => self.complete_by_handset(leg, *other),
        };
        match done {
            Ok(said) => {
                // First the answer: what follows ends the telephone's part.
                self.sip.handle_command(now, Sip::AnswerRefer { leg, code: 202 });
                self.say(now, said);
            }
            Err(error) => {
                let (code, _, _) = turned(error);
                self.sip.handle_command(now, Sip::AnswerRefer { leg, code });
            }
        }
    }

    fn transfer_by_handset(&mut self, now: Now, leg: LegId, user: &str) -> Result<Said, WireError> {
        let mine = self.lines.get(leg).and_then(|line| line.agent).ok_or_else(|| wrong("not a call with a customer"))?;
        if !self.interactions.actions(mine.participant).transfer {
            return Err(wrong("only who talks alone with the customer, and asks nobody, can transfer them"));
        }
        let to = self.named(now, mine.agent, user)?;
        Ok(Said::TransferAsked { by: mine.participant, to })
    }

    /// The two lines of one telephone become one call. Telephones refer either to the other.
    fn complete_by_handset(&self, leg: LegId, other: LegId) -> Result<Said, WireError> {
        let second = |leg: LegId| self.handsets.seconds.get(&leg).map(|second| second.by);
        let pair = |first: LegId, by: ParticipantId| self.lines.leg_of(by) == Some(first);
        let by = second(other).filter(|by| pair(leg, *by)).or_else(|| second(leg).filter(|by| pair(other, *by)));
        let by = by.filter(|by| self.interactions.actions(*by).consulting);
        by.map(|by| Said::Completed { by }).ok_or_else(|| wrong("nobody who is asked has answered"))
    }

    /// Whom a telephone means: one of our numbers, one of our people by login or telephone, or a number outside by the agent's own rights.
    fn named(&mut self, now: Now, agent: AgentId, user: &str) -> Result<Target, WireError> {
        let country = self.directory.country(None).to_owned();
        let number = self.lines.numbers.read(user, &country);
        let asked = match self.directory.entry(&number, user, None).map(|(_, entry)| (entry.queue, entry.version)) {
            Some((Some(queue), _)) => TargetAsked::Queue { id: queue },
            Some((None, Some(version))) => TargetAsked::Flow { id: version.flow },
            Some((None, None)) => return Err(WireError::new(ErrorCode::BadValue, "this number leads nowhere one can be sent")),
            None => match self.person(user) {
                Some(person) => TargetAsked::Agent { id: person },
                None => TargetAsked::Number { number: user.to_owned() },
            },
        };
        self.target(now, agent, &asked)
    }

    fn person(&self, user: &str) -> Option<AgentId> {
        let phone = self.directory.phones.iter().find(|(_, phone)| phone.account.user == user);
        let on_phone = phone.and_then(|(id, phone)| self.desks.agent_on(*id).or(phone.owner));
        let by_login = || self.directory.agents.iter().find(|(_, agent)| agent.login.eq_ignore_ascii_case(user)).map(|(id, _)| *id);
        on_phone.or_else(by_login)
    }

    // ---- consultation by a second call

    fn second_call(&mut self, now: Now, leg: LegId, mine: &Ringing, call: &Incoming) -> Result<(), Turned> {
        let to = self.named(now, mine.agent, &call.called).map_err(turned)?;
        if matches!(to, Target::Flow(_)) {
            return Err((403, None, Some("a flow can be asked nothing".into())));
        }
        self.own_line(now, leg, mine.interaction, call)?;
        if let Some(line) = self.lines.get_mut(leg) {
            line.speaks_for = Some(mine.participant);
        }
        let second = Second { by: mine.participant, to: Some(to), other: None, with_customer: false };
        self.handsets.seconds.insert(leg, second);
        self.calls.handle(now, CallInput::Incoming { leg, group: mine.interaction });
        self.open(leg);
        Ok(())
    }

    /// The port of such a leg is open. False when it is none.
    pub(super) fn handset_opened(&mut self, now: Now, leg: LegId) -> bool {
        if let Some(old) = self.handsets.take_overs.remove(&leg) {
            self.take_over(now, old, leg);
            return true;
        }
        let Some(second) = self.handsets.seconds.get_mut(&leg) else { return false };
        let by = second.by;
        match second.to.take() {
            Some(to) if self.interactions.actions(by).consult => {
                self.sip.handle_command(now, Sip::Provisional { leg, code: 180, sdp: None });
                self.say(now, Said::ConsultAsked { by, to });
            }
            // The customer has gone meanwhile, or somebody was asked in another way.
            Some(_) | None => self.end_second(now, leg, USER_BUSY),
        }
        true
    }

    /// Who was asked has answered: the second line is answered, too, and hears them. The customer waits at the first.
    pub(super) fn consult_by_second(
        &mut self,
        now: Now,
        (first, second): (LegId, LegId),
        other: LegId,
        recording: Option<RecordingId>,
        hold_music: Option<(PlayId, Clip)>,
    ) {
        let participant = self.lines.get(other).map(|line| line.participant);
        if let Some(entry) = self.handsets.seconds.get_mut(&second) {
            entry.other = participant;
        }
        self.calls.handle(now, CallInput::Answer { leg: second });
        self.calls.handle(now, CallInput::Connect { customer: other, agent: second, recording, hold_music });
        if self.calls.is_held_by_device(first) {
            // From here on the telephone goes to and fro as it likes.
            self.calls.handle(now, CallInput::Retrieve { leg: first });
        }
    }

    /// The telephone has put the customer on hold, or is back with them.
    pub(super) fn handset_turned(&mut self, now: Now, by: ParticipantId, with_customer: bool) {
        let second = self.handsets.seconds.values_mut().find(|second| second.by == by && second.other.is_some());
        let turned = second.is_some_and(|second| std::mem::replace(&mut second.with_customer, with_customer) != with_customer);
        if turned {
            self.say(now, Said::Swapped { by });
        }
    }

    /// The one consulted is with the customer from now on; the second line is needed no longer.
    pub(super) fn join_lines(&mut self, now: Now, by: ParticipantId) {
        let Some(second) = self.handsets.second_of(by) else { return };
        let interaction = self.lines.get(second).map(|line| line.interaction);
        let other = self.handsets.seconds.get(&second).and_then(|second| second.other);
        self.end_second(now, second, cause::NORMAL_CLEARING);
        let customer = interaction.and_then(|interaction| self.contacts.get(&interaction)).map(|contact| contact.customer);
        if let (Some(interaction), Some(customer), Some(other)) = (interaction, customer, other) {
            self.connect(now, interaction, customer, other);
        }
    }

    pub(super) fn end_second_of(&mut self, now: Now, by: ParticipantId, cause: u16) {
        if let Some(second) = self.handsets.second_of(by) {
            self.end_second(now, second, cause);
        }
    }

    /// Ends a second line. The recording of what was said by it ends with it.
    fn end_second(&mut self, now: Now, leg: LegId, cause: u16) {
        let Some(second) = self.handsets.seconds.remove(&leg) else { return };
        if let Some(other) = second.other.and_then(|other| self.lines.leg_of(other)) {
            self.calls.handle(now, CallInput::Record { leg: other, recording: None });
        }
        self.calls.handle(now, CallInput::End { leg, cause });
    }

    /// Somebody takes the place of an agent who asks by a second line: they go on asking by their only one. Gives who is asked, once they
    /// have answered, and whether the telephone was with the customer meanwhile.
    pub(super) fn end_second_line_of(&mut self, now: Now, by: ParticipantId) -> Option<(ParticipantId, bool)> {
        let second = self.handsets.second_of(by)?;
        let asked = self.handsets.seconds.get(&second).and_then(|second| Some((second.other?, second.with_customer)));
        self.end_second(now, second, cause::NORMAL_CLEARING);
        asked
    }

    /// A leg is over: of a second line the asking ends, of a first its second line.
    pub(super) fn handset_over(&mut self, now: Now, leg: LegId, participant: ParticipantId) {
        self.handsets.take_overs.remove(&leg);
        if let Some(second) = self.handsets.seconds.remove(&leg) {
            self.say(now, Said::Returned { by: second.by });
        }
        self.end_second_of(now, participant, cause::NORMAL_CLEARING);
    }

    /// Whether the agent of this leg asks somebody by a second line.
    pub(super) fn asks_by_second_line(&self, call: LegId) -> bool {
        self.lines.get(call).is_some_and(|line| self.handsets.second_of(line.participant).is_some())
    }

    // ---- another telephone

    /// One of an agent's telephones takes a call from another of theirs; nobody else's.
    fn takes_over(&mut self, now: Now, leg: LegId, phone: PhoneId, old: LegId, call: &Incoming) -> Result<(), Turned> {
        let Some(mine) = self.lines.get(old).and_then(|line| line.agent) else { return Err((481, None, None)) };
        let owner = self.directory.phones.get(&phone).and_then(|phone| phone.owner);
        if owner != Some(mine.agent) && self.desks.agent_on(phone) != Some(mine.agent) {
            return Err((403, None, Some("this call is somebody else's".into())));
        }
        // Who is asked aside is what the consultation is about: it would be over with their first telephone.
        if self.interactions.asked_by(mine.participant).is_some() {
            return Err((486, None, Some("a call in which one is consulted stays on its telephone".into())));
        }
        self.own_line(now, leg, mine.interaction, call)?;
        self.handsets.take_overs.insert(leg, old);
        self.calls.handle(now, CallInput::Incoming { leg, group: mine.interaction });
        self.open(leg);
        Ok(())
    }

    fn take_over(&mut self, now: Now, old: LegId, new: LegId) {
        let mine = self.lines.get(old).and_then(|line| line.agent);
        let Some(mine) = mine.filter(|mine| self.interactions.asked_by(mine.participant).is_none()) else {
            return self.calls.handle(now, CallInput::End { leg: new, cause: cause::NORMAL_CLEARING });
        };
        let (up, held) = (self.calls.is_up(old), self.calls.is_held_by_device(old) || self.calls.is_held_by_command(old));
        self.lines.hand_over(old, new);
        self.calls.handle(now, CallInput::Answer { leg: new });
        if up {
            self.calls.handle(now, CallInput::Replace { old, new });
        }
        self.calls.handle(now, CallInput::End { leg: old, cause: cause::NORMAL_CLEARING });
        if up && held {
            // Who lifts another telephone wants to talk.
            self.say(now, Said::Retrieved { participant: mine.participant });
        }
        self.publish(Audience::Me(mine.agent), key::call(old), None);
        self.show_call(now, new);
    }
}

fn wrong(message: &str) -> WireError {
    WireError::new(ErrorCode::WrongState, message)
}

/// Q.850 17: user busy.
const USER_BUSY: u16 = 17;
