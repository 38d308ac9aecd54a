//! One dialog (RFC 3261 12): identifiers, sequence numbers, route set, remote target, and where its requests go.

use crate::api::{Path, Transport};
use crate::config::is_private;
use crate::io::Io;
use crate::message::{Message, Name, NameAddr, Scheme, Uri, Writer, wants_sips};
use std::net::{IpAddr, SocketAddr};

/// Most routes kept; a longer route set is cut, which only a broken proxy chain meets.
const ROUTES_MAX: usize = 20;

#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    pub(crate) local_tag: String,
    pub(crate) remote_tag: String,
    /// Values of our From and To in requests, tags included.
    local: String,
    remote: String,
    pub(crate) local_cseq: u32,
    pub(crate) remote_cseq: Option<u32>,
    routes: Vec<String>,
    target: String,
    /// Where the dialog came from or was answered from.
    path: Path,
    /// Requests always go to `path`: a phone behind NAT has no other way.
    pinned: bool,
    /// Made by a `sips:` URI: ours are such, too (RFC 3261 12.1.1, 12.1.2).
    sips: bool,
}

impl Dialog {
    /// As the one called, from the INVITE. `path` is where its answers go.
    pub(crate) fn called(invite: &Message, path: Path, local_tag: &str, pinned: bool) -> Dialog {
        let to = invite.get(Name::To).unwrap_or_default();
        Dialog {
            call_id: invite.call_id().unwrap_or_default().to_owned(),
            local_tag: local_tag.to_owned(),
            remote_tag: invite.from().and_then(|f| f.tag()).unwrap_or_default().to_owned(),
            local: format!("{to};tag={local_tag}"),
            remote: invite.get(Name::From).unwrap_or_default().to_owned(),
            local_cseq: 0,
            remote_cseq: invite.cseq().map(|c| c.number),
            routes: routes(invite),
            target: invite.contact().unwrap_or_default().to_owned(),
            path,
            pinned,
            sips: wants_sips(invite),
        }
    }

    /// As the caller, from a 2xx and the INVITE it answers. `path` is where the 2xx came from.
    pub(crate) fn calling(invite: &Message, answer: &Message, path: Path, pinned: bool) -> Dialog {
        let mut routes = routes(answer);
        routes.reverse();
        Dialog {
            call_id: invite.call_id().unwrap_or_default().to_owned(),
            local_tag: invite.from().and_then(|f| f.tag()).unwrap_or_default().to_owned(),
            remote_tag: answer.to().and_then(|t| t.tag()).unwrap_or_default().to_owned(),
            local: invite.get(Name::From).unwrap_or_default().to_owned(),
            remote: answer.get(Name::To).unwrap_or_default().to_owned(),
            local_cseq: invite.cseq().map_or(1, |c| c.number),
            remote_cseq: None,
            routes,
            // A 2xx without a usable Contact is answered where the INVITE went.
            target: answer.contact().filter(|c| Uri::parse(c).is_some()).unwrap_or(invite.request_uri()).to_owned(),
            path,
            pinned,
            sips: Uri::is_sips(invite.request_uri()),
        }
    }

    /// Whether our Contact in it is a `sips:` URI.
    pub(crate) fn is_sips(&self) -> bool {
        self.sips
    }

    /// Whether a request with these identifiers belongs to this dialog.
    pub(crate) fn owns(&self, message: &Message) -> bool {
        let from = message.from().and_then(|f| f.tag()).unwrap_or_default();
        message.call_id() == Some(self.call_id.as_str()) && from == self.remote_tag
    }

    /// Whether the far side is known at this address: where it came from, or where our requests to it go. Ports are not
    /// compared: NAT and streams change them.
    pub(crate) fn is_with(&self, io: &Io, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        ip == self.path.remote.ip().to_canonical() || ip == self.hop(io).remote.ip().to_canonical()
    }

    /// RFC 3261 12.2.2: true and remembered when the number is higher than any before.
    pub(crate) fn advance(&mut self, cseq: u32) -> bool {
        if self.remote_cseq.is_some_and(|last| cseq <= last) {
            return false;
        }
        self.remote_cseq = Some(cseq);
        true
    }

    /// Target refresh by a request or response of a session (RFC 3261 12.2.1.2, 12.2.2).
    pub(crate) fn refresh(&mut self, message: &Message) {
        if let Some(contact) = message.contact().filter(|c| Uri::parse(c).is_some()) {
            contact.clone_into(&mut self.target);
        }
    }

    /// A pinned dialog follows its phone when a request of it comes from a new address.
    pub(crate) fn follow(&mut self, path: Path) {
        if self.pinned {
            self.path = path;
        }
    }

    /// The next sequence number of ours.
    pub(crate) fn next_cseq(&mut self) -> u32 {
        self.local_cseq = self.local_cseq.wrapping_add(1) & 0x7fff_ffff;
        self.local_cseq
    }

    /// A request in this dialog, up to and including User-Agent, and where it goes.
    pub(crate) fn request(&self, io: &Io, method: &str, cseq: u32, branch: &str) -> (Writer, Path) {
        let loose =
            self.routes.first().is_none_or(|r| NameAddr::parse(r).and_then(|r| r.parsed_uri()).is_some_and(|u| u.param("lr").is_some()));
        let first = self.first_route();
        let path = self.hop(io);
        // RFC 3261 12.2.1.1: a strict router wants itself in the Request-URI and the target as the last route.
        let mut writer = Writer::request(method, if loose { &self.target } else { first });
        write_via(&mut writer, io, path, branch);
        for route in self.routes.iter().skip(usize::from(!loose)) {
            writer.header("Route", route);
        }
        if !loose {
            writer.header("Route", format_args!("<{}>", self.target));
        }
        writer
            .header("Max-Forwards", 70)
            .header("From", &self.local)
            .header("To", &self.remote)
            .header("Call-ID", &self.call_id)
            .header("CSeq", format_args!("{cseq} {method}"))
            .header("User-Agent", &io.config.user_agent);
        (writer, path)
    }

    /// The first route's URI; empty when there is none.
    fn first_route(&self) -> &str {
        self.routes.first().and_then(|r| NameAddr::parse(r)).map_or("", |r| r.uri)
    }

    /// Where requests of this dialog go.
    fn hop(&self, io: &Io) -> Path {
        let first = self.first_route();
        self.next_hop(io, if first.is_empty() { &self.target } else { first })
    }

    /// Where a URI leads without resolving names: its address literal, when the far side can mean it; else back where
    /// the dialog came from.
    fn next_hop(&self, io: &Io, uri: &str) -> Path {
        let parsed = Uri::parse(uri).filter(|_| !self.pinned && !self.path.transport.is_theirs_to_open());
        let Some((uri, ip)) = parsed.and_then(|uri| Some((uri, uri.ip()?))) else { return self.path };
        // A private address told by a public peer is one from behind its NAT.
        if ip.is_ipv4() != self.path.remote.is_ipv4() || is_private(ip) && !is_private(self.path.remote.ip()) || ip.is_unspecified() {
            return self.path;
        }
        let transport = match uri.param("transport") {
            // What began where nobody could read it is not sent on where others can.
            _ if uri.scheme == Scheme::Sips || self.path.transport == Transport::Tls => Transport::Tls,
            Some(t) if t.eq_ignore_ascii_case("tls") => Transport::Tls,
            Some(t) if t.eq_ignore_ascii_case("tcp") => Transport::Tcp,
            Some(t) if t.eq_ignore_ascii_case("udp") => Transport::Udp,
            _ => self.path.transport,
        };
        let remote = SocketAddr::new(ip, uri.port.unwrap_or(transport.usual_port()));
        // A trunk's own address: the connection there is reused while it lasts, and opened anew when the one the dialog began on is gone.
        if transport.is_reliable() && io.peers.contains(&(transport, remote)) {
            return io.config.path_to(transport, remote).unwrap_or(self.path);
        }
        // TLS is opened to configured peers only: the name in anybody else's certificate is nothing that we were told.
        let stays = transport == Transport::Tcp && self.path.transport == Transport::Tcp && ip == self.path.remote.ip();
        if stays || transport == Transport::Tls {
            return self.path;
        }
        let same = Path { transport, local: self.path.local, remote, stream: None };
        if transport == self.path.transport { same } else { io.config.path_to(transport, remote).unwrap_or(self.path) }
    }
}

/// The Record-Route values that can be read; others would spoil every request of the dialog.
fn routes(message: &Message) -> Vec<String> {
    let usable = |route: &&str| NameAddr::parse(route).and_then(|r| r.parsed_uri()).is_some();
    message.values(Name::RecordRoute).filter(usable).take(ROUTES_MAX).map(str::to_owned).collect()
}

/// Via of a request of ours, with the address others should answer to.
pub(crate) fn write_via(writer: &mut Writer, io: &Io, path: Path, branch: &str) {
    let transport = path.transport.via();
    let sent_by = io.config.public(path.local);
    // RFC 5923 5: the connection we open may be used for requests to us, so that they need none of their own.
    let alias = if path.transport == Transport::Tls && path.stream.is_none() { ";alias" } else { "" };
    writer.header("Via", format_args!("SIP/2.0/{transport} {sent_by};branch={branch};rport{alias}"));
}

/// Our Contact for a peer on this path; `sips` where RFC 3261 8.1.1.8 and 12.1.1 want it so.
pub(crate) fn write_contact(writer: &mut Writer, io: &Io, path: Path, sips: bool) {
    writer.header("Contact", format_args!("<{}>", our_uri(io, path, sips, "")));
}

/// A URI of ours that leads here on this path; `user` with its `@`, or empty.
pub(crate) fn our_uri(io: &Io, path: Path, sips: bool, user: &str) -> String {
    let address = io.config.public(path.local);
    match path.transport {
        // RFC 5630 3.1.3: `transport=tls` says nothing that the scheme does not say.
        Transport::Tls if sips => format!("sips:{user}{address}"),
        transport => format!("{}:{user}{address}{}", if sips { "sips" } else { "sip" }, transport.uri_param()),
    }
}
