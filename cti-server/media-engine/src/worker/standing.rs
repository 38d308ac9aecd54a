//! Legs that stand without a call, for pages: patched into a call on its thread, and taken out of it again. No handshake and no port is
//! in the way of an answer.

use super::Worker;
use crate::lane::Datagram;
use crate::leg::Leg;
use crate::report::Reports;
use crate::sockets::Sockets;
use cti_media::forward::Rewriter;
use cti_types::media::{EngineCommand, EngineEvent, OpenError};
use cti_types::{LegId, Tick};

impl Worker {
    /// Opens a leg without a call, on the port of all pages.
    pub(super) fn stand(&mut self, id: LegId, out: Rewriter) {
        match self.try_stand(id, out) {
            Ok(()) => self.around.tell(EngineEvent::Opened { leg: id }),
            Err(error) => {
                self.routes.remove(id);
                if let Some(pages) = &self.pages {
                    pages.remove(id);
                }
                tracing::warn!(leg = %id, ?error, "a standing leg could not be opened");
                self.around.tell(EngineEvent::OpenFailed { leg: id, error });
            }
        }
    }

    fn try_stand(&mut self, id: LegId, out: Rewriter) -> Result<(), OpenError> {
        let pages = self.pages.as_ref().ok_or(OpenError::Bind)?;
        // It takes no descriptor, so it is none of the legs that are counted for those; it was counted there before it came here.
        if pages.count() > self.config.legs_max {
            return Err(OpenError::Full);
        }
        let socket = pages.socket.clone();
        self.numbers += 1;
        let reports = Reports::new(self.now, out.ssrc(), self.config.rtcp_interval);
        let mut leg = Box::new(Leg::new(id, self.numbers, 0, Sockets::Shared(socket), out, reports));
        leg.standing = Some(id);
        let slot = self.place(leg);
        self.slots.insert(id, slot);
        self.schedule(slot);
        Ok(())
    }

    /// A standing leg is this leg of a call from now on, here or on the thread of the call.
    pub(super) fn attach(&mut self, standing: LegId, id: LegId, group: u64) {
        let now = self.now;
        let slot = self.slots.get(&standing).copied();
        let Some(slot) = slot.filter(|slot| self.leg(*slot).is_some_and(|leg| leg.standing == Some(leg.id))) else {
            self.routes.remove(id);
            tracing::warn!(leg = %id, %standing, "a call cannot be attached: the leg stands no more, or is in another call");
            return self.around.tell(EngineEvent::OpenFailed { leg: id, error: OpenError::Bind });
        };
        // Whatever it heard before was no call.
        self.hear(standing, &[]);
        if let Some(leg) = self.leg(slot) {
            leg.attach(now, id);
        }
        let lane = self.routes.of_group(group);
        if lane == self.index {
            return self.settle_in(id, slot);
        }
        let Some(leg) = self.legs.get_mut(slot).and_then(Option::take) else { return };
        match self.routes.relocate((standing, id), lane, leg) {
            Ok(()) => {
                self.slots.remove(&standing);
                self.free.push(slot);
                self.counters.legs -= 1;
                if let Some(pages) = &self.pages {
                    pages.moves(standing, lane);
                }
                self.routes.wake(lane);
            }
            // Its end is on the way here.
            Err(leg) => {
                if let Some(place) = self.legs.get_mut(slot) {
                    *place = Some(leg);
                }
                self.settle_in(id, slot);
            }
        }
    }

    /// A standing leg comes from another thread, with its call.
    pub(super) fn arrive(&mut self, mut leg: Box<Leg>) {
        self.numbers += 1;
        (leg.number, leg.wake) = (self.numbers, Tick(u64::MAX));
        let (id, standing) = (leg.id, leg.standing);
        let slot = self.place(leg);
        if let Some(standing) = standing {
            self.slots.insert(standing, slot);
        }
        self.settle_in(id, slot);
    }

    fn settle_in(&mut self, id: LegId, slot: usize) {
        self.slots.insert(id, slot);
        self.heard_at_last(id, slot);
        self.schedule(slot);
        self.around.tell(EngineEvent::Opened { leg: id });
    }

    /// Ends the call of a standing leg, or the leg.
    pub(super) fn close_as(&mut self, slot: usize, id: LegId) {
        if self.leg(slot).is_some_and(|leg| leg.is_attached() && leg.id == id) {
            self.detach(slot);
        } else {
            self.close(slot);
        }
    }

    /// Ends the call of a standing leg, if it is in one.
    pub(super) fn detach(&mut self, slot: usize) {
        let now = self.now;
        let Some(leg) = self.leg(slot).filter(|leg| leg.is_attached()) else { return };
        let Some(standing) = leg.standing else { return };
        let (id, stats, hears) = (leg.id, leg.stats(), std::mem::take(&mut leg.hears));
        self.leave_mixes(&hears, slot);
        self.slots.remove(&id);
        self.routes.remove(id);
        if let Some(leg) = self.legs.get_mut(slot).and_then(Option::as_mut) {
            leg.detach(now, standing, &self.around);
        }
        self.around.tell(EngineEvent::Closed { leg: id, port: 0, stats });
        self.schedule(slot);
    }

    /// A command for a leg that is not here: it has moved meanwhile, or is over.
    pub(super) fn pass_on(&mut self, command: EngineCommand) {
        if let Some(lane) = self.routes.get(crate::engine::leg_of(&command)).filter(|lane| *lane != self.index) {
            self.routes.pass_on(lane, command);
        }
    }

    /// What came for standing legs at the port of all pages.
    pub(super) fn take_datagrams(&mut self) {
        let mut datagrams = std::mem::take(&mut self.datagrams);
        self.lane.take_datagrams(&mut datagrams);
        for Datagram { leg, from, bytes } in datagrams.drain(..) {
            // One that moved just now is missed there, as if the datagram were lost on the way.
            let Some(slot) = self.slots.get(&leg).copied() else { continue };
            let Some(place) = self.buffer.get_mut(..bytes.len()) else { continue };
            place.copy_from_slice(&bytes);
            self.packet(slot, bytes.len(), from);
        }
        self.datagrams = datagrams;
    }
}
