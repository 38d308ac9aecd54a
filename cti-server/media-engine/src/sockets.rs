//! The socket pair of a leg: bound, non-blocking, with the buffer and marking voice wants.

use cti_types::media::OpenError;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Expedited forwarding (RFC 3246, DSCP 46) in the upper six bits of the traffic class.
const EXPEDITED: u32 = 46 << 2;

/// What may pile up at the port of all pages while its thread is busy: as much as Linux grants by itself.
const SHARED_BUFFER_BYTES: usize = 400 * 1024;

/// By what a leg sends and receives.
pub(crate) enum Sockets {
    Own(Pair),
    /// The port of all pages; what comes there is handed over.
    Shared(Arc<UdpSocket>),
}

impl Sockets {
    pub(crate) fn rtp(&self) -> &UdpSocket {
        match self {
            Sockets::Own(pair) => &pair.rtp,
            Sockets::Shared(socket) => socket,
        }
    }

    pub(crate) fn rtcp(&self) -> &UdpSocket {
        match self {
            Sockets::Own(pair) => &pair.rtcp,
            Sockets::Shared(socket) => socket,
        }
    }

    /// Those that are the leg's alone.
    pub(crate) fn own(&self) -> Option<&Pair> {
        match self {
            Sockets::Own(pair) => Some(pair),
            Sockets::Shared(_) => None,
        }
    }
}

/// RTP on `port`, RTCP on the next one.
pub(crate) struct Pair {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
}

pub(crate) fn open(ip: IpAddr, port: u16, receive_buffer_bytes: usize) -> Result<Pair, OpenError> {
    let next = port.checked_add(1).ok_or(OpenError::Bind)?;
    let pair = bind(SocketAddr::new(ip, port), Some(receive_buffer_bytes))
        .and_then(|rtp| bind(SocketAddr::new(ip, next), None).map(|rtcp| Pair { rtp, rtcp }));
    pair.map_err(|error| open_error(&error))
}

/// The port of all pages; with port 0 the system chooses one.
pub(crate) fn open_shared(address: SocketAddr) -> io::Result<UdpSocket> {
    bind(address, Some(SHARED_BUFFER_BYTES))
}

fn bind(address: SocketAddr, receive_buffer_bytes: Option<usize>) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM.nonblocking(), Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    if let Some(bytes) = receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes)?;
        // Linux doubles what it grants (socket(7)), so less than asked means that the system's limit was hit.
        static SAID: AtomicBool = AtomicBool::new(false);
        let granted = socket.recv_buffer_size()?;
        if granted < bytes && !SAID.swap(true, Ordering::Relaxed) {
            tracing::warn!(granted, asked = bytes, "receive buffers are smaller than configured: raise net.core.rmem_max");
        }
    }
    // Marking is a favour of the network; some containers forbid it, and calls work without.
    let _ = if address.is_ipv6() { socket.set_tclass_v6(EXPEDITED) } else { socket.set_tos_v4(EXPEDITED) };
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Says so at the start if the process may not open as many files as the legs configured would take.
pub(crate) fn check_descriptor_limit(legs_max: usize) {
    /// What the rest of the program needs beside the media sockets.
    const OTHERS: usize = 256;
    let Ok(limits) = std::fs::read_to_string("/proc/self/limits") else { return };
    let allowed = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next()?.parse::<usize>().ok());
    let wanted = legs_max.saturating_mul(2).saturating_add(OTHERS);
    if let Some(allowed) = allowed.filter(|allowed| *allowed < wanted) {
        tracing::warn!(
            allowed,
            wanted,
            legs_max,
            "the limit of open files is too low for the legs configured: raise it (ulimit -n, LimitNOFILE)"
        );
    }
}

/// Out of descriptors, buffers or memory is `Full`; all else means that this address and port cannot be had.
pub(crate) fn open_error(error: &io::Error) -> OpenError {
    const ENOMEM: i32 = 12;
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    const ENOSPC: i32 = 28;
    const ENOBUFS: i32 = 105;
    static SAID: AtomicBool = AtomicBool::new(false);
    if !matches!(error.raw_os_error(), Some(ENOMEM | ENFILE | EMFILE | ENOSPC | ENOBUFS)) {
        return OpenError::Bind;
    }
    if !SAID.swap(true, Ordering::Relaxed) {
        tracing::error!(%error, "no more media sockets: raise the limit of open files (each leg takes two); new legs are refused");
    }
    OpenError::Full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_is_full_and_a_taken_or_foreign_address_is_not() {
        for (number, wanted) in
            [(24, OpenError::Full), (23, OpenError::Full), (105, OpenError::Full), (98, OpenError::Bind), (99, OpenError::Bind)]
        {
            assert_eq!(open_error(&io::Error::from_raw_os_error(number)), wanted, "errno {number}");
        }
    }

    #[test]
    fn the_last_port_has_no_neighbour() {
        assert_eq!(open(IpAddr::from([127, 0, 0, 1]), 65535, 1000).err(), Some(OpenError::Bind));
    }
}
