//! The dialog of a call (RFC 3261 12): tags, route set, target, CSeq; builds the requests inside it. Sends nothing by itself.

use crate::agent::Inner;
use crate::message::{self, address_of, all, first, header, param, uri_of};
use crate::transaction::ClientTransaction;
use bytes::Bytes;
use rsip::headers::{Header, Headers};
use rsip::{Method, Request};
use std::net::SocketAddr;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    pub(crate) agent: Arc<Inner>,
    pub(crate) call_id: String,
    /// We made the call, and so own its Call-ID.
    pub(crate) ours: bool,
    pub(crate) local_tag: String,
    /// `From` of our requests, tag included.
    pub(crate) local: String,
    /// `To` of our requests, with the tag once it is known.
    pub(crate) remote: String,
    pub(crate) target: String,
    pub(crate) routes: Vec<String>,
    pub(crate) contact: String,
    /// Where the peer's first message came from or ours went to; used when neither route nor target is an address.
    pub(crate) peer: SocketAddr,
    pub(crate) cseq: u32,
    /// CSeq of the peer's newest request.
    pub(crate) remote_cseq: Option<u32>,
}

impl Dialog {
    /// The dialog of an INVITE that came.
    pub(crate) fn of_invite(agent: &Arc<Inner>, invite: &Request, from: SocketAddr, tag: &str) -> Self {
        let value = |name| first(&invite.headers, name).unwrap_or_default().to_owned();
        let user = message::user_of(&invite.uri.to_string()).to_owned();
        Self {
            agent: agent.clone(),
            call_id: value("Call-ID"),
            ours: false,
            local_tag: tag.to_owned(),
            local: format!("{};tag={tag}", value("To")),
            remote: value("From"),
            target: uri_of(&value("Contact")).to_owned(),
            routes: routes(&invite.headers),
            contact: agent.contact(&user),
            peer: from,
            cseq: 0,
            remote_cseq: message::cseq_of(&invite.headers).map(|(number, _)| number),
        }
    }

    /// Takes tag, target and routes from a response to our INVITE.
    pub(crate) fn confirm(&mut self, headers: &Headers) {
        if let Some(to) = first(headers, "To").filter(|to| param(to, "tag").is_some()) {
            to.clone_into(&mut self.remote);
        }
        self.retarget(headers);
        self.routes = routes(headers);
        self.routes.reverse();
    }

    /// A target refresh (RFC 3261 12.2).
    pub(crate) fn retarget(&mut self, headers: &Headers) {
        if let Some(contact) = first(headers, "Contact") {
            uri_of(contact).clone_into(&mut self.target);
        }
    }

    /// Where requests go: the first route, else the target, else the peer as seen.
    pub(crate) fn next_hop(&self) -> SocketAddr {
        let hop = self.routes.first().map_or(self.target.as_str(), |route| uri_of(route));
        address_of(hop).unwrap_or(self.peer)
    }

    /// As a Replaces sent to the other side names it: the tags are the receiver's and then the sender's (RFC 3891 3).
    pub(crate) fn name(&self) -> String {
        let theirs = param(&self.remote, "tag").unwrap_or_default();
        format!("{};to-tag={theirs};from-tag={}", self.call_id, self.local_tag)
    }

    fn headers(&self, cseq: u32, method: Method) -> Vec<Header> {
        let mut headers = vec![
            header("Max-Forwards", "70"),
            header("From", self.local.as_str()),
            header("To", self.remote.as_str()),
            header("Call-ID", self.call_id.as_str()),
            header("CSeq", format!("{cseq} {method}")),
        ];
        headers.extend(self.routes.iter().map(|route| header("Route", route.as_str())));
        headers
    }

    /// Sends a request inside the dialog with the next CSeq.
    pub(crate) fn start(&mut self, method: Method, extra: Vec<Header>, body: Vec<u8>) -> ClientTransaction {
        self.cseq += 1;
        let mut headers = self.headers(self.cseq, method);
        headers.extend(extra);
        self.agent.start(method, &self.target, headers, body, self.next_hop())
    }

    /// Sends the ACK of a 2xx: a request of its own, with a branch of its own (RFC 3261 13.2.2.4); kept for 2xx that come again.
    pub(crate) fn ack(&self, transaction_key: &str, cseq: u32, body: Vec<u8>) {
        let mut headers = vec![self.agent.via(&message::new_branch())];
        headers.extend(self.headers(cseq, Method::Ack));
        if !body.is_empty() {
            headers.push(header("Content-Type", "application/sdp"));
        }
        let bytes = Bytes::from(message::request(Method::Ack, &self.target, headers, body).to_string());
        self.agent.keep_ack(transaction_key, bytes.clone());
        self.agent.send(&bytes, self.next_hop());
    }

    /// Answers a request of the peer; with a body it is a session description.
    pub(crate) fn respond(&self, request: &Request, from: SocketAddr, code: u16, body: Vec<u8>) -> Bytes {
        let mut extra = vec![header("Contact", self.contact.as_str()), header("Allow", crate::call::ALLOW)];
        if !body.is_empty() {
            extra.push(header("Content-Type", "application/sdp"));
        }
        let bytes = message::response(request, code, &self.local_tag, extra, body);
        self.agent.respond(request, from, bytes.clone());
        bytes
    }
}

fn routes(headers: &Headers) -> Vec<String> {
    all(headers, "Record-Route").flat_map(|line| line.split(',')).map(|route| route.trim().to_owned()).collect()
}
