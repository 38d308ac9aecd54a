//! Whether the media of a leg is encrypted: the rule of its trunk or telephone, and whether keys may be told to it. Extends [`Rooms`].
//! What is offered and answered by the rule is `cti-media`'s.

use super::lines::Turned;
use super::rooms::Rooms;
use cti_media::sdp::{Negotiator, Offer, SrtpPolicy};
use cti_sip::api::{Incoming, Origin, Target};
use cti_types::{PhoneId, TrunkId};

impl Rooms {
    /// For a leg that called us: what answers its offer. Turned away with 488 when the offer is not encrypted as it must be.
    pub(super) fn negotiator_in(&mut self, call: &Incoming, offer: Option<&Offer>) -> Result<Negotiator, Turned> {
        let rule = match call.origin {
            Origin::Trunk(trunk) => self.srtp_of_trunk(trunk),
            Origin::Phone(phone) => self.srtp_of_phone(phone),
        };
        let signalling = self.signalling_from(call);
        let negotiator = self.lines.spoken.negotiator(rule, signalling, &mut self.chance);
        if !negotiator.is_usable() {
            return Err((488, None, Some("media must be encrypted, and its keys are told over TLS only".to_owned())));
        }
        if let Some(offer) = offer {
            negotiator.admits(offer).map_err(|error| (error.sip_status(), None, Some(error.to_string())))?;
        }
        Ok(negotiator)
    }

    /// For a leg that we call. It may be of no use: see [`Negotiator::is_usable`].
    pub(super) fn negotiator_out(&mut self, target: &Target) -> Negotiator {
        let rule = match target {
            Target::Trunk { trunk, .. } | Target::Emergency { trunk, .. } => self.srtp_of_trunk(*trunk),
            Target::Phone(phone) => self.srtp_of_phone(*phone),
        };
        let signalling = self.signalling_to(target);
        self.lines.spoken.negotiator(rule, signalling, &mut self.chance)
    }

    fn srtp_of_trunk(&self, trunk: TrunkId) -> Option<SrtpPolicy> {
        self.directory.trunks.iter().find(|entry| entry.trunk.id == trunk).and_then(|entry| entry.srtp)
    }

    fn srtp_of_phone(&self, phone: PhoneId) -> Option<SrtpPolicy> {
        self.directory.phones.get(&phone).and_then(|phone| phone.srtp)
    }
}
