//! The network between server, callers and phones: delay, loss, duplicates, lateness, all drawn from the seed. Extends [`World`].

use crate::house::{CARRIER, PHONES, SERVER};
use crate::oracle::{Check, ensure};
use crate::register::addressee;
use crate::world::{Task, World};
use bytes::Bytes;
use cti_server::switch::Event;
use cti_sip::api::{Output, Path, Transport};
use std::net::SocketAddr;
use std::time::Duration;

/// How bad the network is, in thousandths of the packets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Network {
    pub(crate) lost: u64,
    pub(crate) twice: u64,
    pub(crate) late: u64,
}

impl World {
    pub(crate) fn send_from_phones(&mut self, bytes: Bytes) {
        self.transmit(PHONES, SERVER, bytes);
    }

    pub(crate) fn transmit(&mut self, from: SocketAddr, to: SocketAddr, bytes: Bytes) {
        if self.chance.below(1_000) < self.network.lost {
            return;
        }
        let copies = 1 + u32::from(self.chance.below(1_000) < self.network.twice);
        for _ in 0..copies {
            let late = if self.chance.below(1_000) < self.network.late { self.chance.below(400_000) } else { 0 };
            let delay = Duration::from_micros(100 + self.chance.below(40_000) + late);
            self.later(delay, Task::Packet { from, to, bytes: bytes.clone() });
        }
    }

    pub(crate) fn arrive(&mut self, from: SocketAddr, to: SocketAddr, bytes: Bytes) -> Check {
        let path = Path { transport: Transport::Udp, local: to, remote: from, stream: None };
        let now = self.now();
        if to == SERVER {
            return self.give(Event::Packet { path, bytes });
        }
        if to == CARRIER {
            self.carrier.handle_packet(now, path, bytes);
            return Ok(());
        }
        ensure!(to == PHONES, "a packet to {to}, where nobody is");
        let phone = std::str::from_utf8(&bytes).ok().and_then(|text| Some((addressee(text)?, text)));
        match phone {
            Some((n, text)) => {
                let next = self.registrations.get_mut(n).and_then(|r| r.response(now.tick, text, &mut self.chance));
                if let Some(bytes) = next {
                    self.send_from_phones(bytes);
                }
            }
            None => self.phones.handle_packet(now, path, bytes),
        }
        Ok(())
    }

    /// Lets callers and phones say what they have to say.
    pub(crate) fn peers_speak(&mut self) -> Check {
        loop {
            if let Some(output) = self.carrier.poll_output() {
                match output {
                    Output::Transmit { path, bytes } => self.transmit(CARRIER, path.remote, bytes),
                    Output::Event(event) => self.caller_event(event)?,
                }
            } else if let Some(output) = self.phones.poll_output() {
                match output {
                    Output::Transmit { path, bytes } => self.transmit(PHONES, path.remote, bytes),
                    Output::Event(event) => self.phone_event(event),
                }
            } else {
                return Ok(());
            }
        }
    }
}
