//! Messages that callers leave: taking them, offering them on screens, showing them. Whose they are, and who has them, is the
//! interactions' matter; when somebody has finished speaking is heard by the media engine. Extends [`Rooms`].

use super::agents::{Done, refuse};
use super::directory::Entry;
use super::lines::Ringing;
use super::rooms::{Contact, Rooms};
use super::verbs::Audited;
use super::{Audience, Effect, Found};
use crm_core::model::QueueVoicemail;
use cti_call::Input as CallInput;
use cti_interaction::{Input as Said, Kept, MessageState, MessageView, Restored};
use cti_types::event::MessageEnd;
use cti_types::flow::FlowInput;
use cti_types::mailbox::{MESSAGE_MIN, Mailbox, Taking};
use cti_types::media::{DetectLimits, DetectReason, EngineCommand};
use cti_types::{AgentId, AssignmentId, InteractionId, LegId, Now, Number, OfferId, ParticipantId, Party, RecordingId, Tick, UserId};
use softphone_protocol::{ErrorCode, WireError, key};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The language of the house's own words where no flow has chosen one.
const LANGUAGE: &str = "en";

/// A message that is being spoken, or is finished and waits for what is to become of it.
struct Spoken {
    interaction: InteractionId,
    recording: RecordingId,
    taking: Taking,
    began: Tick,
    /// Its length, once it is finished.
    finished: Option<Duration>,
    /// Who speaks: their call may be over before the message is kept.
    party: Party,
    called: String,
}

/// All messages that are not over. What is spoken has a leg; what was left is bounded by the interactions' room.
#[derive(Default)]
pub(super) struct Messages {
    spoken: BTreeMap<LegId, Spoken>,
    /// What was left, and on whose screen it is.
    left: BTreeMap<InteractionId, (MessageView, Option<AgentId>)>,
    /// Held out on screens.
    offers: BTreeMap<OfferId, Ringing>,
}

/// A message of the server's life before, for [`Event::Revive`](super::Event::Revive).
#[derive(Clone, Debug, PartialEq)]
pub struct Revived {
    pub message: InteractionId,
    pub restored: Restored,
}

impl Rooms {
    // ---- taking

    pub(super) fn take_message(&mut self, now: Now, interaction: InteractionId, leg: LegId, taking: Taking) {
        let contact = self.contacts.get(&interaction).map(|contact| (contact.party.clone(), contact.called.clone()));
        let Some((party, called)) = contact.filter(|_| self.interactions.has_room_for_message() && self.calls.is_up(leg)) else {
            return self.tell_flow(now, interaction, FlowInput::MessageTaken { is_one: false });
        };
        let recording = self.begin_recording(now, interaction);
        self.say(now, Said::MessageBegun { interaction, recording, mailbox: taking.mailbox });
        self.calls.handle(now, CallInput::TakeMessage { leg, recording: Some(recording) });
        if let Some(silence) = taking.silence {
            let limits = Some(finished_after(silence, taking.length_max));
            self.effects.push_back(Effect::Engine(EngineCommand::Detect { leg, limits }));
        }
        let spoken = Spoken { interaction, recording, taking, began: now.tick, finished: None, party, called };
        self.messages.spoken.insert(leg, spoken);
    }

    /// The engine heard silence, or all that a message holds. False: this leg leaves no message.
    pub(super) fn heard_out(&mut self, now: Now, leg: LegId, reason: DetectReason) -> bool {
        let Some(spoken) = self.messages.spoken.get(&leg) else { return false };
        let all = now.tick.since(spoken.began);
        let silent = match reason {
            DetectReason::InitialSilence => all,
            DetectReason::ShortGreeting => spoken.taking.silence.unwrap_or_default(),
            DetectReason::LongGreeting | DetectReason::ManyWords | DetectReason::LongWord | DetectReason::TooLong => Duration::ZERO,
        };
        self.finish_message(now, leg, silent);
        true
    }

    /// The caller has finished; so long there was silence at the end.
    pub(super) fn finish_message(&mut self, now: Now, leg: LegId, silent: Duration) {
        let Some(spoken) = self.messages.spoken.get_mut(&leg).filter(|spoken| spoken.finished.is_none()) else { return };
        let length = now.tick.since(spoken.began).saturating_sub(silent);
        spoken.finished = Some(length);
        let (interaction, listened) = (spoken.interaction, spoken.taking.silence.is_some());
        self.calls.handle(now, CallInput::TakeMessage { leg, recording: None });
        if listened && self.calls.is_up(leg) {
            self.effects.push_back(Effect::Engine(EngineCommand::Detect { leg, limits: None }));
        }
        let is_one = length >= MESSAGE_MIN;
        if !is_one {
            self.drop_message(now, leg, MessageEnd::TooShort);
        }
        self.tell_flow(now, interaction, FlowInput::MessageTaken { is_one });
    }

    pub(super) fn drop_message(&mut self, now: Now, leg: LegId, end: MessageEnd) {
        let Some(Spoken { interaction, recording, finished, .. }) = self.messages.spoken.remove(&leg) else { return };
        let duration_ms = finished.unwrap_or_default().as_millis() as u64;
        self.say(now, Said::MessageDropped { interaction, recording, end, duration_ms });
    }

    pub(super) fn keep_message(&mut self, now: Now, leg: LegId) {
        let Some(spoken) = self.messages.spoken.remove(&leg) else { return };
        let Spoken { interaction, recording, taking: Taking { mailbox, .. }, finished, party, called, .. } = spoken;
        let found = self.contacts.get(&interaction).and_then(|contact| contact.found.clone());
        let customers = found.as_ref().map(|found| found.customers.clone()).unwrap_or_default();
        let duration_ms = finished.unwrap_or_default().as_millis() as u64;
        let wrap_up_max = self.wrap_up_of(mailbox);
        let kept = Kept { from: party, to: called, customers, recording, mailbox, duration_ms, wrap_up_max };
        let message = InteractionId::new(now.utc, &mut self.chance);
        let contact = self.contact_of(now, now.tick, &kept, found);
        self.contacts.insert(message, contact);
        self.say(now, Said::MessageKept { interaction, message, kept });
        if self.interactions.is_open(message) {
            self.look_up_message(now, message);
        } else {
            self.contacts.remove(&message);
        }
    }

    /// The caller's leg is over: who hangs up has finished, and wants their message delivered.
    pub(super) fn speaker_gone(&mut self, now: Now, leg: LegId) {
        if self.messages.spoken.contains_key(&leg) {
            self.finish_message(now, leg, Duration::ZERO);
            self.keep_message(now, leg);
        }
    }

    /// The customer may leave a message, in a flow that is nobody's document.
    pub(super) fn enter_voicemail(&mut self, now: Now, interaction: InteractionId, mailbox: Mailbox) {
        let Some(contact) = self.contacts.get(&interaction) else { return };
        let (party, called) = (contact.party.clone(), contact.called.clone());
        let settings = match mailbox {
            Mailbox::Queue(queue) => self.directory.queues.get(&queue).map(|queue| queue.voicemail.clone()).unwrap_or_default(),
            Mailbox::Agent(_) => QueueVoicemail::default(),
        };
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let silence = Some(seconds(settings.silence_seconds)).filter(|silence| !silence.is_zero());
        let taking = Taking { mailbox, length_max: seconds(settings.max_seconds), silence };
        let language = self.runs.language(interaction).unwrap_or(LANGUAGE).to_owned();
        let flow = Arc::new(ivr::Flow::voicemail(taking, vec![settings.greeting], &language));
        if let Some(leg) = self.lines.leg_of(contact.customer) {
            self.calls.handle(now, CallInput::Music { leg, music: None });
        }
        self.runs.end(interaction);
        let entry = Entry { flow, version: None, queue: None, language, trunk: None };
        self.runs.enter(interaction, entry, &party, &called, &mut self.chance);
        self.start_flow(now, interaction);
    }

    // ---- what was left

    /// Takes in messages of the server's life before.
    pub(super) fn revive(&mut self, now: Now, all: Vec<Revived>) {
        for Revived { message, mut restored } in all {
            restored.kept.wrap_up_max = self.wrap_up_of(restored.kept.mailbox);
            let age = Duration::from_micros(u64::try_from(now.utc.0 - restored.at.0).unwrap_or_default());
            let contact = self.contact_of(now, now.tick.back(age), &restored.kept, None);
            self.contacts.insert(message, contact);
            self.say(now, Said::MessageRestored { message, restored });
            self.look_up_message(now, message);
        }
    }

    fn contact_of(&mut self, now: Now, since: Tick, kept: &Kept, found: Option<Found>) -> Contact {
        let queue = match kept.mailbox {
            Mailbox::Queue(queue) => Some(queue),
            Mailbox::Agent(_) => None,
        };
        Contact {
            // Nobody: a message has no customer on a telephone.
            customer: ParticipantId::new(now.utc, &mut self.chance),
            party: kept.from.clone(),
            called: kept.to.clone(),
            found,
            collected: Vec::new(),
            path: Vec::new(),
            queue,
            since,
            recording: None,
            decided: None,
            shown_in: None,
        }
    }

    fn look_up_message(&mut self, now: Now, message: InteractionId) {
        let Some(contact) = self.contacts.get(&message).filter(|contact| contact.found.is_none()) else { return };
        match contact.party.number.clone() {
            Number::Anonymous => self.found(now, message, Found::default()),
            number => self.effects.push_back(Effect::LookUp { interaction: message, number }),
        }
    }

    /// Whether somebody can find what is left in it.
    pub(super) fn is_there(&self, mailbox: Mailbox) -> bool {
        match mailbox {
            Mailbox::Queue(_) => true,
            Mailbox::Agent(agent) => self.directory.agents.get(&agent).is_some_and(|agent| agent.active),
        }
    }

    /// How long who takes a message may write about it.
    fn wrap_up_of(&self, mailbox: Mailbox) -> Duration {
        let queue = match mailbox {
            Mailbox::Queue(queue) => Some(queue),
            Mailbox::Agent(agent) => self.directory.agents.get(&agent).and_then(|agent| agent.settings.queues.first().copied()),
        };
        queue.and_then(|queue| self.directory.queues.get(&queue)).map(|queue| queue.settings.wrap_up_max).unwrap_or_default()
    }

    /// The offer is on the agent's screen; no telephone rings for it.
    pub(super) fn ring_screen(&mut self, now: Now, ringing: Ringing) {
        self.messages.offers.insert(ringing.offer, ringing);
        self.show_offer(now, &ringing);
    }

    pub(super) fn screen_offer_over(&mut self, offer: OfferId) {
        self.messages.offers.remove(&offer);
    }

    pub(super) fn message_over(&mut self, interaction: InteractionId) {
        if let Some((_, Some(agent))) = self.messages.left.remove(&interaction) {
            self.publish(Audience::Me(agent), key::message(interaction), None);
        }
    }

    pub(super) fn message_changed(&mut self, view: MessageView) {
        let interaction = view.interaction;
        if let (MessageState::Waiting { queue: Some(queue) }, Some(contact)) = (view.state, self.contacts.get_mut(&interaction)) {
            contact.queue = Some(queue);
        }
        let seen = match (view.state, view.left.mailbox) {
            (MessageState::Taken { agent, .. }, _) | (MessageState::Waiting { queue: None }, Mailbox::Agent(agent)) => Some(agent),
            (MessageState::Waiting { .. } | MessageState::Offered | MessageState::Over, _) => None,
        };
        let before = self.messages.left.insert(interaction, (view, seen)).and_then(|(_, before)| before);
        if let Some(agent) = before.filter(|_| before != seen) {
            self.publish(Audience::Me(agent), key::message(interaction), None);
        }
        self.show_message(interaction);
        self.changed_calls.insert(interaction);
    }

    /// The customer's card came for a message.
    pub(super) fn message_card_came(&mut self, now: Now, interaction: InteractionId) {
        let offers: Vec<Ringing> = self.messages.offers.values().filter(|ringing| ringing.interaction == interaction).copied().collect();
        for ringing in offers {
            self.show_offer(now, &ringing);
        }
        self.show_message(interaction);
    }

    fn show_message(&mut self, interaction: InteractionId) {
        let Some((view, Some(agent))) = self.messages.left.get(&interaction).copied() else { return };
        let assignment = match view.state {
            MessageState::Taken { assignment, .. } => Some(assignment),
            MessageState::Waiting { .. } | MessageState::Offered | MessageState::Over => None,
        };
        self.publish_message(agent, &view, assignment);
    }

    // ---- commands

    pub(super) fn accept(&mut self, now: Now, user: UserId, offer: OfferId) -> Done {
        let Some(ringing) = self.messages.offers.get(&offer).filter(|ringing| ringing.agent == user) else {
            // By REST the offer is that of the interaction in the path, which may be a call.
            let call = self.agents.get(&user).is_some_and(|state| state.offers.contains(&offer));
            let code = if call { ErrorCode::WrongState } else { ErrorCode::NotFound };
            return Err(WireError::new(code, "no such offer of a message, or it is over").field("offer"));
        };
        let participant = ringing.participant;
        self.say(now, Said::AgentAnswered { participant });
        Ok(())
    }

    pub(super) fn take_by_hand(&mut self, now: Now, user: UserId, interaction: InteractionId) -> Done {
        let Some(view) = self.interactions.message(interaction) else {
            return Err(WireError::new(ErrorCode::NotFound, "no such message, or it is dealt with").field("interaction"));
        };
        let queues = self.directory.agents.get(&user).map(|agent| agent.settings.queues.as_slice()).unwrap_or_default();
        let waits_in = self.contacts.get(&interaction).and_then(|contact| contact.queue);
        let mine = view.left.mailbox == Mailbox::Agent(user) || waits_in.is_some_and(|queue| queues.contains(&queue));
        if !mine && !self.may_supervise(user, None) {
            return refuse(ErrorCode::Forbidden, "this message is neither yours nor of a queue you serve");
        }
        if !matches!(view.state, MessageState::Waiting { .. }) {
            return refuse(ErrorCode::WrongState, "somebody has this message, or is asked to take it");
        }
        self.signed_in(user)?;
        if self.agents.get(&user).is_none_or(|state| !state.assignments.is_empty() || !state.offers.is_empty()) {
            return refuse(ErrorCode::WrongState, "you are busy yourself");
        }
        if !mine {
            let audited = Audited {
                at: now.utc,
                by: user,
                via: super::verbs::BY_SCREEN,
                action: "take",
                interaction: Some(interaction),
                agent: None,
                mode: None,
            };
            self.audit(audited);
        }
        self.say(now, Said::MessageAsked { interaction, agent: user });
        Ok(())
    }

    /// Ends dealing with a message, in one of two ways.
    pub(super) fn message_done(&mut self, now: Now, user: UserId, assignment: AssignmentId, said: fn(AssignmentId) -> Said) -> Done {
        let view = self.own_work(user, assignment)?.view;
        if self.interactions.message(view.interaction).is_none() {
            return refuse(ErrorCode::WrongState, "this is no message");
        }
        if view.wrap_up_until.is_some() {
            return refuse(ErrorCode::WrongState, "the message is dealt with already");
        }
        self.say(now, said(assignment));
        Ok(())
    }

    /// Nobody is at this agent's screens any more: what they were dealing with waits for somebody else.
    pub(super) fn return_messages(&mut self, now: Now, agent: AgentId) {
        let handled = |view: &cti_interaction::AssignmentView| view.segment == cti_types::event::SegmentKind::Handling;
        let open: Vec<AssignmentId> = self.desks.works_of(agent).filter(|(_, work)| handled(&work.view)).map(|(id, _)| id).collect();
        for assignment in open {
            self.say(now, Said::MessageReturned { assignment });
        }
    }
}

/// What the engine listens for: silence from the beginning, or after words, however many. The flow's own clock ends it at its longest.
fn finished_after(silence: Duration, length_max: Duration) -> DetectLimits {
    let ms = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    DetectLimits {
        initial_silence_ms: ms(silence),
        greeting_ms: u32::MAX,
        after_greeting_silence_ms: ms(silence),
        words: u32::MAX,
        word_ms_max: u32::MAX,
        total_ms: ms(length_max).saturating_mul(2),
        ..DetectLimits::default()
    }
}
