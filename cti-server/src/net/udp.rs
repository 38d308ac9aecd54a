//! SIP over UDP: one socket, one reading thread.

use super::{Door, NetCounters};
use bytes::Bytes;
use cti_sip::Verdict;
use cti_sip::api::{Path, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What the kernel may hold for us: a burst of a second at a thousand calls a second.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;
/// How often the reading thread looks whether the server has ended.
const LOOK_UP: std::time::Duration = std::time::Duration::from_millis(500);
/// The largest datagram there is.
const DATAGRAM_MAX: usize = 65_535;

pub(super) struct Udp {
    pub(super) local: SocketAddr,
    socket: Arc<UdpSocket>,
}

impl Udp {
    pub(super) fn open(listen: SocketAddr, door: Arc<Door>) -> io::Result<Udp> {
        let socket = Socket::new(Domain::for_address(listen), Type::DGRAM, Some(Protocol::UDP))?;
        // The kernel's own maximum may be lower; that is no reason not to start.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        socket.bind(&listen.into())?;
        let socket: Arc<UdpSocket> = Arc::new(socket.into());
        let local = socket.local_addr()?;
        socket.set_read_timeout(Some(LOOK_UP))?;
        let reading = Arc::clone(&socket);
        std::thread::Builder::new().name("sip-udp".into()).spawn(move || read(&reading, local, &door))?;
        Ok(Udp { local, socket })
    }

    pub(super) fn send(&self, to: SocketAddr, bytes: &Bytes, counters: &NetCounters) {
        if self.socket.send_to(bytes, to).is_err() {
            counters.send_errors.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn read(socket: &UdpSocket, local: SocketAddr, door: &Door) {
    let mut buffer = vec![0; DATAGRAM_MAX];
    loop {
        let (length, remote) = match socket.recv_from(&mut buffer) {
            Ok(read) => read,
            // Nothing came, or a port unreachable reported on this socket says nothing about the next datagram.
            Err(_) if door.inbox.is_closed() => return,
            Err(_) => continue,
        };
        let bytes = &buffer[..length];
        if door.admit_message(remote.ip(), bytes) == Verdict::Admit {
            let path = Path { transport: Transport::Udp, local, remote, stream: None };
            door.hand_on(path, Bytes::copy_from_slice(bytes));
        }
    }
}
