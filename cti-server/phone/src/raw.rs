//! A bare peer for odd cases: sends any text as SIP, receives with a matching helper, and does nothing by itself.

use crate::error::PhoneError;
use crate::message::{self, all, branch_of, cseq_of, first, header, param, unique};
use crate::wire::frame;
use bytes::{Bytes, BytesMut};
use rsip::headers::Headers;
use rsip::{Method, SipMessage};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

/// Messages put aside by [`RawPeer::wait_for`]; at the bound the oldest is dropped.
const ASIDE_MAX: usize = 256;

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: SocketAddr,
    /// The bytes, in case the parser's view is not enough.
    pub bytes: Bytes,
    pub message: SipMessage,
}

impl Received {
    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        match &self.message {
            SipMessage::Response(response) => Some(response.status_code.code()),
            SipMessage::Request(_) => None,
        }
    }

    /// The method of a request.
    pub fn method(&self) -> Option<Method> {
        match &self.message {
            SipMessage::Request(request) => Some(request.method),
            SipMessage::Response(_) => None,
        }
    }

    /// Number and method of CSeq.
    pub fn cseq(&self) -> Option<(u32, &str)> {
        cseq_of(self.headers())
    }

    pub fn headers(&self) -> &Headers {
        match &self.message {
            SipMessage::Request(request) => &request.headers,
            SipMessage::Response(response) => &response.headers,
        }
    }

    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        first(self.headers(), name)
    }

    pub fn body(&self) -> &[u8] {
        self.message.body()
    }

    /// Is it a response with this status to a request of this method?
    pub fn answers(&self, method: &str, status: u16) -> bool {
        self.status() == Some(status) && self.cseq().is_some_and(|(_, of)| of == method)
    }
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    Tcp { stream: TcpStream, buffer: BytesMut, peer: SocketAddr },
}

/// A socket that speaks SIP text.
#[derive(Debug)]
pub struct RawPeer {
    socket: Socket,
    local: SocketAddr,
    aside: VecDeque<Received>,
}

impl RawPeer {
    /// On UDP.
    pub async fn udp(addr: SocketAddr) -> Result<Self, PhoneError> {
        let socket = UdpSocket::bind(addr).await.map_err(PhoneError::Socket)?;
        let local = socket.local_addr().map_err(PhoneError::Socket)?;
        Ok(Self { socket: Socket::Udp(socket), local, aside: VecDeque::new() })
    }

    /// On a TCP connection to `to`; all is sent there.
    pub async fn tcp(to: SocketAddr) -> Result<Self, PhoneError> {
        let stream = TcpStream::connect(to).await.map_err(PhoneError::Socket)?;
        let local = stream.local_addr().map_err(PhoneError::Socket)?;
        Ok(Self { socket: Socket::Tcp { stream, buffer: BytesMut::new(), peer: to }, local, aside: VecDeque::new() })
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Sends any bytes.
    pub async fn send(&mut self, text: impl AsRef<[u8]>, to: SocketAddr) -> Result<(), PhoneError> {
        let bytes = text.as_ref();
        match &mut self.socket {
            Socket::Udp(socket) => socket.send_to(bytes, to).await.map(|_| ()),
            Socket::Tcp { stream, .. } => stream.write_all(bytes).await,
        }
        .map_err(PhoneError::Socket)
    }

    /// The next message, those put aside first.
    ///
    /// # Errors
    /// `Timeout`, `BadMessage` for what rsip refuses, `Socket`.
    pub async fn receive(&mut self, within: Duration) -> Result<Received, PhoneError> {
        match self.aside.pop_front() {
            Some(received) => Ok(received),
            None => self.arrive(within).await,
        }
    }

    async fn arrive(&mut self, within: Duration) -> Result<Received, PhoneError> {
        let read = async {
            match &mut self.socket {
                Socket::Udp(socket) => {
                    let mut buffer = vec![0; 65_536];
                    let (len, from) = socket.recv_from(&mut buffer).await?;
                    buffer.truncate(len);
                    Ok((Bytes::from(buffer), from))
                }
                Socket::Tcp { stream, buffer, peer } => loop {
                    if let Some(bytes) = frame(buffer) {
                        return Ok((bytes, *peer));
                    }
                    if stream.read_buf(buffer).await? == 0 {
                        return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
                    }
                },
            }
        };
        let (bytes, from) = tokio::time::timeout(within, read).await.map_err(|_| PhoneError::Timeout)?.map_err(PhoneError::Socket)?;
        let message = message::parse(&readable(&bytes))?;
        Ok(Received { from, bytes, message })
    }

    /// The first message that fits; others are put aside for later.
    ///
    /// # Errors
    /// As [`Self::receive`]; `within` counts for the whole wait.
    pub async fn wait_for(&mut self, within: Duration, fits: impl Fn(&Received) -> bool) -> Result<Received, PhoneError> {
        if let Some(found) = self.aside.iter().position(&fits) {
            return self.aside.remove(found).ok_or(PhoneError::Timeout);
        }
        let end = tokio::time::Instant::now() + within;
        loop {
            let received = self.arrive(end.saturating_duration_since(tokio::time::Instant::now())).await?;
            if fits(&received) {
                return Ok(received);
            }
            if self.aside.len() >= ASIDE_MAX {
                self.aside.pop_front();
            }
            self.aside.push_back(received);
        }
    }

    /// How many messages that fit come (or came and were put aside) within this time; they are consumed.
    pub async fn count(&mut self, within: Duration, fits: impl Fn(&Received) -> bool) -> usize {
        let end = tokio::time::Instant::now() + within;
        let mut count = 0;
        loop {
            let left = end.saturating_duration_since(tokio::time::Instant::now());
            match self.wait_for(left, &fits).await {
                Ok(_) => count += 1,
                Err(PhoneError::BadMessage(_)) => {}
                Err(_) => break,
            }
        }
        count
    }

    /// Answers a request; `to_tag` goes to a To without tag, `extra` are whole header lines.
    pub async fn respond(&mut self, request: &Received, code: u16, to_tag: &str, extra: &[&str], body: &str) -> Result<(), PhoneError> {
        let SipMessage::Request(message) = &request.message else { return Err(PhoneError::WrongState("not a request")) };
        let mut headers: Vec<rsip::Header> =
            extra.iter().filter_map(|line| line.split_once(':')).map(|(name, value)| header(name, value.trim())).collect();
        if !body.is_empty() {
            headers.push(header("Content-Type", "application/sdp"));
        }
        let bytes = message::response(message, code, to_tag, headers, body.as_bytes().to_vec());
        self.send(bytes, request.from).await
    }

    /// A dialog's worth of tags for requests written by [`RawDialog::request`].
    pub fn dialog(&self, target: SocketAddr, request_uri: &str, from_user: &str) -> RawDialog {
        let transport = if matches!(self.socket, Socket::Udp(_)) { "UDP" } else { "TCP" };
        RawDialog {
            local: self.local,
            transport,
            target,
            request_uri: request_uri.to_owned(),
            from: format!("<sip:{from_user}@{}>;tag={:x}", self.local, unique()),
            to: format!("<{request_uri}>"),
            contact: format!("<sip:{from_user}@{}>", self.local),
            call_id: format!("{:016x}", unique()),
            cseq: 0,
            branch: String::new(),
        }
    }

    /// A plain PCMU/PCMA offer whose media port is the given one.
    pub fn offer(&self, rtp_port: u16) -> String {
        let ip = self.local.ip();
        format!(
            "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {rtp_port} RTP/AVP 0 8 101\r\n\
             a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
        )
    }
}

/// Writes the requests of one call as text. Every field may be changed to make a request odd.
#[derive(Clone, Debug)]
pub struct RawDialog {
    pub local: SocketAddr,
    pub transport: &'static str,
    pub target: SocketAddr,
    pub request_uri: String,
    pub from: String,
    pub to: String,
    pub contact: String,
    pub call_id: String,
    /// Of the last request written.
    pub cseq: u32,
    /// Branch of the last INVITE (or other request that is no ACK or CANCEL).
    pub branch: String,
}

impl RawDialog {
    /// The next request with a new branch and CSeq. `extra` are whole header lines.
    pub fn request(&mut self, method: &str, extra: &[&str], body: &str) -> String {
        self.cseq += 1;
        self.branch = format!("z9hG4bK{:016x}", unique());
        let branch = self.branch.clone();
        self.write(method, &branch, self.cseq, extra, body)
    }

    /// The ACK of a 2xx to the request with this CSeq.
    pub fn ack(&self, cseq: u32, body: &str) -> String {
        self.write("ACK", &format!("z9hG4bK{:016x}", unique()), cseq, &[], body)
    }

    /// The ACK of a refusal: the branch of the INVITE. Call it before another request is written.
    pub fn ack_refusal(&self) -> String {
        self.write("ACK", &self.branch, self.cseq, &[], "")
    }

    /// The CANCEL of the last request.
    pub fn cancel(&self) -> String {
        self.write("CANCEL", &self.branch, self.cseq, &[], "")
    }

    /// Takes tag and target from a response.
    pub fn confirm(&mut self, response: &Received) {
        if let Some(to) = response.header("To").filter(|to| param(to, "tag").is_some()) {
            to.clone_into(&mut self.to);
        }
        if let Some(contact) = response.header("Contact") {
            message::uri_of(contact).clone_into(&mut self.request_uri);
        }
    }

    /// Takes the dialog's other half from a request that came, our To being given `tag`.
    pub fn accept(peer: &RawPeer, invite: &Received, tag: &str) -> RawDialog {
        let uri = invite.header("Contact").map(message::uri_of).unwrap_or_default().to_owned();
        let mut dialog = peer.dialog(invite.from, &uri, "raw");
        let value = |name: &'static str| invite.header(name).unwrap_or_default().to_owned();
        dialog.from = format!("{};tag={tag}", value("To"));
        dialog.to = value("From");
        dialog.call_id = value("Call-ID");
        dialog
    }

    fn write(&self, method: &str, branch: &str, cseq: u32, extra: &[&str], body: &str) -> String {
        let mut out = format!(
            "{method} {} SIP/2.0\r\nVia: SIP/2.0/{} {};branch={branch};rport\r\nMax-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\n\
             Call-ID: {}\r\nCSeq: {cseq} {method}\r\nContact: {}\r\n",
            self.request_uri, self.transport, self.local, self.from, self.to, self.call_id, self.contact
        );
        for line in extra {
            out.push_str(line);
            out.push_str("\r\n");
        }
        if !body.is_empty() {
            out.push_str("Content-Type: application/sdp\r\n");
        }
        out.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        out
    }
}

/// What rsip is given to read: it knows no IPv6 address in a Request-URI, so a name stands there instead.
fn readable(bytes: &[u8]) -> Cow<'_, [u8]> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let place = |wanted: u8| line.iter().position(|byte| *byte == wanted);
    match (place(b'['), place(b']')) {
        (Some(begin), Some(end)) if begin < end => Cow::Owned([&bytes[..begin], b"ipv6.invalid", &bytes[end + 1..]].concat()),
        _ => Cow::Borrowed(bytes),
    }
}

/// Whether two messages are of the same transaction.
pub fn same_transaction(one: &Received, other: &Received) -> bool {
    branch_of(one.headers()).is_some() && branch_of(one.headers()) == branch_of(other.headers())
}

/// Every value of a header.
pub fn values<'a>(received: &'a Received, name: &'a str) -> Vec<&'a str> {
    all(received.headers(), name).collect()
}
