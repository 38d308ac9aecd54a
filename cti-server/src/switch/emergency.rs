//! Calls for help: whatever an agent is doing makes way for them. Who is called, and by which trunk, is as for any other number (`outbound`).
//! Extends [`Rooms`].

use super::lines::Turned;
use super::rooms::Rooms;
use crm_core::dial::Dialled;
use cti_call::Input as CallInput;
use cti_interaction::{Input as Said, Target};
use cti_sip::api::Incoming;
use cti_types::dial::NumberClass;
use cti_types::{InteractionId, LegId, Now, Number, PhoneId, UserId};

/// Who dials on a telephone that is nobody's.
const NOBODY: UserId = UserId::from_u128(0);

impl Rooms {
    /// The number of police, fire or ambulance that was dialled, if it is one where this person sits.
    pub(super) fn help_wanted(&self, now: Now, user: UserId, raw: &str) -> Option<Number> {
        let (Dialled { number, class, .. }, _) = self.may_dial(now, user, raw).ok()?;
        (class == NumberClass::Emergency).then_some(number)
    }

    /// Makes way for a call for help that was asked for by command. `Some`: it is under way, by the telephone in the agent's hand: the
    /// customer of this call is on hold, as for any consultation. `None`: the agent is free to be called.
    pub(super) fn make_way(&mut self, now: Now, user: UserId, number: &Number) -> Option<InteractionId> {
        for leg in self.lines.legs_of_agent(user) {
            // What only rings is withdrawn when the agent's telephone is wanted.
            let in_hand = self.calls.is_up(leg) || self.outbound.is_own(leg);
            let Some(ringing) = self.lines.get(leg).and_then(|line| line.agent).filter(|_| in_hand) else { continue };
            let by = ringing.participant;
            if self.interactions.actions(by).give_up {
                self.say(now, Said::Returned { by });
            }
            if self.interactions.actions(by).consult {
                self.say(now, Said::ConsultAsked { by, to: Target::Number(number.clone()) });
                return Some(ringing.interaction);
            }
            // Nobody can be put on hold in it, so it ends. It is the agent's own leg: nothing refuses.
            let _ = self.hang_up(now, user, leg);
        }
        self.settle(now);
        None
    }

    /// A telephone nobody is signed in on calls: only for help, and that goes, whose telephone it may be. No agent is in such a call.
    pub(super) fn help_from(&mut self, now: Now, leg: LegId, phone: PhoneId, call: &Incoming) -> Result<(), Turned> {
        let by = self.directory.phones.get(&phone).and_then(|phone| phone.owner).unwrap_or(NOBODY);
        let Some(number) = self.help_wanted(now, by, &call.called) else {
            return Err((403, None, Some("nobody is signed in on this telephone".into())));
        };
        let to = number.as_str().unwrap_or_default().to_owned();
        let interaction = self.take_in(now, leg, call, (&to, None))?;
        self.outbound.help.insert(interaction, (by, number));
        Ok(())
    }

    /// Its port is open. False: the call is none of these.
    pub(super) fn help_opened(&mut self, now: Now, interaction: InteractionId) -> bool {
        let Some((by, number)) = self.outbound.help.remove(&interaction) else { return false };
        self.say(now, Said::HelpCalled { interaction, by, number });
        true
    }

    /// The same for a call that the agent's own telephone makes beside another: that one waits.
    pub(super) fn hold_others(&mut self, now: Now, user: UserId) {
        for leg in self.lines.legs_of_agent(user) {
            self.calls.handle(now, CallInput::Hold { leg });
        }
    }
}
