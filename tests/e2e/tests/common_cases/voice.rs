//! A voice made of single packets: it speaks in a tone, presses keys as tones, and remembers what it hears. Holds no test.

use super::TRUNK;
use cti_media::{g711, rtp, tone};
use cti_types::media::Codec;
use e2e::{eventually, until};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;

/// Samples in a packet of 20 ms.
const PACKET: usize = 160;
/// What a voice remembers of what it heard: the last 200 ms.
const EAR: usize = 1600;

/// The numbers in the headers of a stream: what the next packet carries.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    pub ssrc: u32,
    pub sequence: u16,
    pub timestamp: u32,
}

/// A pair of media sockets. It hears from the start; it speaks when it is told to.
pub struct Voice {
    rtp: Arc<UdpSocket>,
    pub rtcp: UdpSocket,
    ear: Arc<Mutex<(u64, VecDeque<i16>)>>,
    listening: AbortHandle,
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Voice {
    pub async fn open() -> Voice {
        Voice::open_at(TRUNK).await
    }

    /// An even port and the odd one above it.
    pub async fn open_at(ip: IpAddr) -> Voice {
        let pair = eventually("a free pair of ports", async || {
            let rtp = UdpSocket::bind(SocketAddr::new(ip, 0)).await.ok()?;
            let port = rtp.local_addr().ok()?.port();
            let rtcp = UdpSocket::bind(SocketAddr::new(ip, port.checked_add(1)?)).await.ok()?;
            (port % 2 == 0).then_some((rtp, rtcp))
        });
        let (rtp, rtcp) = pair.await;
        let rtp = Arc::new(rtp);
        let ear = Arc::new(Mutex::new((0, VecDeque::new())));
        let listening = tokio::spawn(listen(rtp.clone(), ear.clone())).abort_handle();
        Voice { rtp, rtcp, ear, listening }
    }

    pub fn port(&self) -> u16 {
        self.rtp.local_addr().expect("an address").port()
    }

    /// Packets heard so far.
    pub fn received(&self) -> u64 {
        self.ear.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Whether the last 200 ms were this tone.
    pub fn hears(&self, hz: u16) -> bool {
        let ear = self.ear.lock().unwrap_or_else(PoisonError::into_inner);
        let samples: Vec<i16> = ear.1.iter().copied().collect();
        samples.len() == EAR && tone::level_db(&samples, f64::from(hz)) > -20.0
    }

    /// Waits until it hears this tone.
    pub async fn hear(&self, hz: u16) {
        until(&format!("{hz} Hz at the caller"), || self.hears(hz)).await;
    }

    /// Speaks in this tone, a packet every 20 ms, until the speech is stopped or dropped.
    pub fn speak(&self, to: SocketAddr, hz: u16, begin: Numbering) -> Speech {
        let socket = self.rtp.clone();
        let next = Arc::new(Mutex::new(begin));
        let told = next.clone();
        let task = tokio::spawn(async move {
            let mut beat = tokio::time::interval(Duration::from_millis(20));
            for packet in 0u64.. {
                beat.tick().await;
                let at = told.lock().unwrap_or_else(PoisonError::into_inner).take();
                let samples = tone::sine(f64::from(hz), -12.0, packet * PACKET as u64, PACKET);
                // A port nobody has any more answers with an ICMP error; that is the test's business.
                let _ = socket.send_to(&at.packet(packet == 0, &samples), to).await;
            }
        });
        Speech { next, task: task.abort_handle() }
    }

    /// Presses these keys as tones (ITU-T Q.23), each 100 ms long and as much silence behind it; gives what the next packet would carry.
    pub async fn press(&self, to: SocketAddr, keys: &str, begin: Numbering) -> Numbering {
        const PACKETS: u64 = 5;
        let (mut next, mut beat) = (begin, tokio::time::interval(Duration::from_millis(20)));
        for (low, high) in keys.chars().map(frequencies) {
            for packet in 0..2 * PACKETS {
                beat.tick().await;
                let sine = |hz: f64| tone::sine(hz, -9.0, packet * PACKET as u64, PACKET);
                let sound: Vec<i16> = sine(low).iter().zip(sine(high)).map(|(low, high)| low + high).collect();
                let samples = if packet < PACKETS { sound } else { vec![0; PACKET] };
                let _ = self.rtp.send_to(&next.take().packet(packet == 0, &samples), to).await;
            }
        }
        next
    }
}

/// The two tones of a key, Hz.
fn frequencies(key: char) -> (f64, f64) {
    const ROWS: [(&str, f64); 4] = [("123A", 697.0), ("456B", 770.0), ("789C", 852.0), ("*0#D", 941.0)];
    const COLUMNS: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
    let find = |(keys, low): &(&str, f64)| keys.find(key).map(|at| (*low, COLUMNS[at]));
    ROWS.iter().find_map(find).expect("a key of a telephone")
}

impl Numbering {
    /// What this packet carries; from now on it is the next.
    fn take(&mut self) -> Numbering {
        let at = *self;
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(PACKET as u32);
        at
    }

    /// A packet of 20 ms of µ-law.
    fn packet(self, marker: bool, samples: &[i16]) -> [u8; rtp::HEADER_BYTES + PACKET] {
        let mut payload = [0; PACKET];
        g711::encode(Codec::Pcmu, samples, &mut payload);
        let mut bytes = [0; rtp::HEADER_BYTES + PACKET];
        let header = rtp::Header { payload_type: 0, marker, sequence: self.sequence, timestamp: self.timestamp, ssrc: self.ssrc };
        rtp::write(&header, &payload, &mut bytes).expect("a packet");
        bytes
    }
}

async fn listen(socket: Arc<UdpSocket>, ear: Arc<Mutex<(u64, VecDeque<i16>)>>) {
    let mut buffer = [0; rtp::PACKET_BYTES_MAX];
    loop {
        let Ok((length, _)) = socket.recv_from(&mut buffer).await else { continue };
        let Ok((header, payload)) = rtp::parse(&buffer[..length]) else { continue };
        if header.payload_type != 0 {
            continue;
        }
        let mut samples = vec![0; payload.len()];
        g711::decode(Codec::Pcmu, payload, &mut samples);
        let mut ear = ear.lock().unwrap_or_else(PoisonError::into_inner);
        ear.0 += 1;
        ear.1.extend(samples);
        let surplus = ear.1.len().saturating_sub(EAR);
        ear.1.drain(..surplus);
    }
}

/// A voice that speaks.
pub struct Speech {
    next: Arc<Mutex<Numbering>>,
    task: AbortHandle,
}

impl Speech {
    /// Falls silent; gives what the next packet would have carried.
    pub fn stop(self) -> Numbering {
        self.task.abort();
        self.next()
    }

    pub fn next(&self) -> Numbering {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.task.abort();
    }
}
