//! A call going out, from the INVITE to the answer, challenge and CANCEL included. What follows is in `session`.

use crate::agent::{Mail, UserAgent};
use crate::call::{ALLOW, Call, CallOptions, CallState, EndReason, Order, handle, until};
use crate::dialog::Dialog;
use crate::digest::{Algorithm, Challenge};
use crate::error::PhoneError;
use crate::message::{all, header, unique};
use crate::sdp::Direction;
use crate::session::Session;
use crate::transaction::ClientTransaction;
use rsip::{Method, Response};
use tokio::sync::oneshot;

impl UserAgent {
    /// Makes a call; the INVITE is on its way when this returns.
    ///
    /// # Errors
    /// `Socket` when no RTP port is free.
    pub fn call(&self, options: CallOptions) -> Result<Call, PhoneError> {
        let agent = &self.inner;
        let leg = agent.media.open(agent.local.ip(), &options.media).map_err(PhoneError::Socket)?;
        let (call_id, local_tag) = (format!("{:016x}{:016x}", unique(), unique()), format!("{:016x}", unique()));
        let host = options.from_host.clone().unwrap_or_else(|| agent.local.to_string());
        let display = options.from_display.as_ref().map(|name| format!("\"{name}\" ")).unwrap_or_default();
        let dialog = Dialog {
            agent: agent.clone(),
            local: format!("{display}<sip:{}@{host}>;tag={local_tag}", options.from_user),
            remote: format!("<{}>", options.to),
            target: options.to.clone(),
            routes: Vec::new(),
            contact: agent.contact(&options.from_user),
            peer: options.target,
            cseq: 0,
            remote_cseq: None,
            call_id: call_id.clone(),
            ours: true,
            local_tag,
        };
        let inbox = agent.open_dialog(&call_id, &dialog.local_tag);
        let (handle, teller, orders) = handle(call_id, leg.clone());
        let mut caller =
            Caller { session: Session::new(dialog, leg, options.media.clone(), teller, inbox, orders), options, cancelled: None };
        let invite = caller.invite(None);
        tokio::spawn(caller.run(invite));
        Ok(handle)
    }
}

/// A call going out, up to its answer.
struct Caller {
    session: Session,
    options: CallOptions,
    /// We want it no more, and who asked waits here.
    cancelled: Option<Vec<oneshot::Sender<Result<(), PhoneError>>>>,
}

impl Caller {
    fn invite(&mut self, authorization: Option<rsip::Header>) -> ClientTransaction {
        let mut extra = vec![header("Contact", self.session.dialog.contact.as_str()), header("Allow", ALLOW)];
        extra.extend(self.options.headers.iter().map(|(name, value)| header(name, value.as_str())));
        extra.extend(authorization);
        let body = if self.options.late_offer { Vec::new() } else { self.session.own_offer(Direction::SendRecv) };
        if !body.is_empty() {
            extra.push(header("Content-Type", "application/sdp"));
        }
        let dialog = &mut self.session.dialog;
        // The first request leaves the dialog's target as request URI but goes where the user says.
        dialog.cseq += 1;
        let mut headers = vec![
            header("Max-Forwards", "70"),
            header("From", dialog.local.as_str()),
            header("To", dialog.remote.as_str()),
            header("Call-ID", dialog.call_id.as_str()),
            header("CSeq", format!("{} INVITE", dialog.cseq)),
        ];
        headers.extend(extra);
        dialog.agent.start(Method::Invite, &self.options.to, headers, body, self.options.target)
    }

    async fn run(mut self, mut invite: ClientTransaction) {
        let mut challenged = false;
        let mut give_up: Option<tokio::time::Instant> = None;
        loop {
            tokio::select! {
                response = invite.next() => match response {
                    Ok(response) if response.status_code.code() < 200 => self.provisional(&response, &invite),
                    Ok(response) if response.status_code.code() < 300 => return self.accepted(&response, &invite).await,
                    Ok(response) if matches!(response.status_code.code(), 401 | 407) && !challenged && self.cancelled.is_none() => {
                        challenged = true;
                        match self.authorise(&response) {
                            Ok(authorization) => invite = self.invite(Some(authorization)),
                            Err(_) => return self.over(EndReason::Refused(response.status_code.code())),
                        }
                    }
                    Ok(_) if self.cancelled.is_some() => return self.over(EndReason::Cancelled),
                    Ok(response) => return self.over(EndReason::Refused(response.status_code.code())),
                    Err(_) => return self.over(EndReason::Timeout),
                },
                order = self.session.orders.recv(), if self.cancelled.is_none() => {
                    if self.order(order) {
                        // RFC 3261 9.1: a CANCEL waits for the first provisional response.
                        if invite.provisional {
                            self.send_cancel(&invite);
                        }
                        give_up = Some(tokio::time::Instant::now() + self.session.dialog.agent.t1 * 64);
                    }
                }
                mail = self.session.inbox.recv() => self.early(mail),
                () = until(give_up) => return self.over(EndReason::Cancelled),
            }
        }
    }

    fn provisional(&mut self, response: &Response, invite: &ClientTransaction) {
        let code = response.status_code.code();
        let first_one = matches!(*self.session.teller.state.borrow(), CallState::Calling);
        if self.cancelled.is_some() && first_one {
            self.send_cancel(invite);
        }
        if code == 100 {
            return;
        }
        self.session.teller.ringing(code);
        if !response.body.is_empty() && !self.options.late_offer {
            // Early media: hear it, and speak as a phone behind a NAT must.
            let _ = self.session.take_answer(&response.body);
        }
    }

    fn order(&mut self, order: Option<Order>) -> bool {
        let refuse = |reply: oneshot::Sender<Result<(), PhoneError>>| {
            let _ = reply.send(Err(PhoneError::WrongState("not answered yet")));
        };
        match order {
            Some(Order::HangUp(reply)) => self.cancelled = Some(vec![reply]),
            Some(Order::Cancel) | None => self.cancelled = Some(Vec::new()),
            Some(Order::Direction(_, reply) | Order::Info(_, reply) | Order::Answer(_, _, reply) | Order::Refer(_, _, reply)) => {
                refuse(reply)
            }
            Some(Order::Ring(_) | Order::Reject(_) | Order::Name(_)) => {}
        }
        self.cancelled.is_some()
    }

    fn send_cancel(&self, invite: &ClientTransaction) {
        let dialog = &self.session.dialog;
        let headers = vec![
            header("Max-Forwards", "70"),
            header("From", dialog.local.as_str()),
            header("To", format!("<{}>", self.options.to)),
            header("Call-ID", dialog.call_id.as_str()),
            header("CSeq", format!("{} CANCEL", dialog.cseq)),
        ];
        let cancel = dialog.agent.start_with(&invite.branch, Method::Cancel, &self.options.to, headers, Vec::new(), self.options.target);
        tokio::spawn(cancel.finish());
    }

    fn authorise(&self, response: &Response) -> Result<rsip::Header, PhoneError> {
        let (user, password) = self.options.credentials.as_ref().ok_or(PhoneError::Challenge("no password"))?;
        authorization(response, user, password, &self.options.to)
    }

    fn early(&mut self, mail: Option<Mail>) {
        if let Some(Mail::Request(request, from)) = mail {
            let code = if request.method == Method::Bye { 481 } else { 200 };
            self.session.dialog.respond(&request, from, code, Vec::new());
        }
    }

    async fn accepted(mut self, response: &Response, invite: &ClientTransaction) {
        self.session.dialog.confirm(&response.headers);
        let cseq = self.session.dialog.cseq;
        let (taken, body) = if self.options.late_offer {
            match self.session.take_offer(&response.body) {
                Ok(body) => (Ok(()), body),
                Err(error) => (Err(error), Vec::new()),
            }
        } else {
            (self.session.take_answer(&response.body), Vec::new())
        };
        self.session.dialog.ack(&invite.key, cseq, body);
        if let Some(replies) = self.cancelled {
            // The CANCEL crossed the 200 (RFC 3261 15): what was answered must be ended properly.
            return self.session.run_ending(replies, EndReason::Cancelled).await;
        }
        if taken.is_err() {
            return self.session.run_ending(Vec::new(), EndReason::BadDescription).await;
        }
        self.session.tell_answered(response.status_code.code());
        self.session.run(None).await;
    }

    fn over(self, reason: EndReason) {
        for reply in self.cancelled.into_iter().flatten() {
            let _ = reply.send(Ok(()));
        }
        self.session.close(reason);
    }
}

/// The header that answers a 401 or 407 to an INVITE.
fn authorization(response: &Response, user: &str, password: &str, uri: &str) -> Result<rsip::Header, PhoneError> {
    let proxy = response.status_code.code() == 407;
    let name = if proxy { "Proxy-Authenticate" } else { "WWW-Authenticate" };
    let challenge = Challenge::choose(all(&response.headers, name), Algorithm::Sha256)?;
    let value = challenge.answer(user, password, "INVITE", uri, 1, &format!("{:016x}", unique()));
    Ok(header(if proxy { "Proxy-Authorization" } else { "Authorization" }, value))
}
