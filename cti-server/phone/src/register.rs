//! A phone's registration: digest, refresh before it runs out, removal. Calls are not its business.

use crate::agent::{Inner, UserAgent};
use crate::digest::{Algorithm, Challenge};
use crate::error::PhoneError;
use crate::message::{all, first, header, param, unique, uri_of};
use rsip::{Method, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// What to register, where.
#[derive(Clone, Debug)]
pub struct RegisterOptions {
    pub registrar: SocketAddr,
    /// Host of the address of record; `None`: the registrar's address.
    pub domain: Option<String>,
    pub user: String,
    pub password: String,
    /// Seconds asked for; the registrar may give fewer.
    pub expires_s: u32,
    /// Which challenge to answer when several are offered.
    pub prefer: Algorithm,
}

impl RegisterOptions {
    /// For ten minutes, SHA-256 preferred.
    pub fn new(registrar: SocketAddr, user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { registrar, domain: None, user: user.into(), password: password.into(), expires_s: 600, prefer: Algorithm::Sha256 }
    }
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// Registered for so many seconds since the last refresh.
    Registered {
        expires_s: u32,
    },
    /// The last refresh failed with this status (0: no answer); it is tried again after a while.
    Failed(u16),
    Removed,
}

/// A registration that keeps itself fresh. Dropped, it is left to run out.
#[derive(Debug)]
pub struct Registration {
    orders: mpsc::Sender<oneshot::Sender<Result<(), PhoneError>>>,
    state: watch::Receiver<RegistrationState>,
}

impl Registration {
    pub fn state(&self) -> RegistrationState {
        *self.state.borrow()
    }

    /// Removes the contact and waits for the registrar's consent.
    pub async fn unregister(self) -> Result<(), PhoneError> {
        let (reply, result) = oneshot::channel();
        self.orders.send(reply).await.map_err(|_| PhoneError::WrongState("not registered"))?;
        result.await.unwrap_or(Err(PhoneError::Timeout))
    }
}

impl UserAgent {
    /// Registers and, once that worked, keeps the registration fresh.
    ///
    /// # Errors
    /// `Refused` with the registrar's status (401 or 403: wrong password), `Timeout`, `Challenge`.
    pub async fn register(&self, options: RegisterOptions) -> Result<Registration, PhoneError> {
        let mut registrar = Registrar::new(self.inner.clone(), options);
        let granted = registrar.register(registrar.options.expires_s).await?;
        let (orders, inbox) = mpsc::channel(1);
        let (state_tx, state) = watch::channel(RegistrationState::Registered { expires_s: granted });
        tokio::spawn(registrar.keep(granted, state_tx, inbox));
        Ok(Registration { orders, state })
    }
}

struct Registrar {
    agent: Arc<Inner>,
    options: RegisterOptions,
    call_id: String,
    tag: String,
    cseq: u32,
    /// The last challenge and how often it was answered: its nonce serves until the registrar wants another.
    challenge: Option<(Challenge, u32)>,
}

impl Registrar {
    fn new(agent: Arc<Inner>, options: RegisterOptions) -> Self {
        Self { agent, options, call_id: format!("{:016x}", unique()), tag: format!("{:016x}", unique()), cseq: 0, challenge: None }
    }

    fn uri(&self) -> String {
        let domain = self.options.domain.clone().unwrap_or_else(|| self.options.registrar.to_string());
        format!("sip:{domain}")
    }

    async fn keep(
        mut self,
        mut granted_s: u32,
        state: watch::Sender<RegistrationState>,
        mut orders: mpsc::Receiver<oneshot::Sender<Result<(), PhoneError>>>,
    ) {
        loop {
            // Half of the time leaves room for a whole failed transaction before it runs out.
            let wait = Duration::from_millis(u64::from(granted_s.max(1)) * 500);
            tokio::select! {
                order = orders.recv() => {
                    let Some(reply) = order else { return };
                    let result = self.register(0).await.map(|_| ());
                    state.send_replace(RegistrationState::Removed);
                    let _ = reply.send(result);
                    return;
                }
                () = tokio::time::sleep(wait) => match self.register(self.options.expires_s).await {
                    Ok(granted) => {
                        granted_s = granted;
                        state.send_replace(RegistrationState::Registered { expires_s: granted });
                    }
                    Err(error) => {
                        let code = if let PhoneError::Refused(code) = error { code } else { 0 };
                        state.send_replace(RegistrationState::Failed(code));
                        granted_s = granted_s.min(30);
                    }
                },
            }
        }
    }

    /// One REGISTER with as many challenges as are reasonable; gives the seconds granted.
    async fn register(&mut self, expires_s: u32) -> Result<u32, PhoneError> {
        let mut expires_s = expires_s;
        for _ in 0..4 {
            let response = self.once(expires_s).await?;
            match response.status_code.code() {
                200..300 => return Ok(granted(&response, &self.agent.contact(&self.options.user), expires_s)),
                401 | 407 => {
                    let name = if response.status_code.code() == 407 { "Proxy-Authenticate" } else { "WWW-Authenticate" };
                    let answered = self.challenge.take();
                    let challenge = Challenge::choose(all(&response.headers, name), self.options.prefer)?;
                    // A new nonce to an answered challenge that is not stale means: wrong password.
                    if answered.is_some_and(|(_, count)| count == 1) && !challenge.stale {
                        return Err(PhoneError::Refused(response.status_code.code()));
                    }
                    self.challenge = Some((challenge, 0));
                }
                423 => {
                    let least = first(&response.headers, "Min-Expires").and_then(|value| value.trim().parse().ok());
                    expires_s = least.ok_or(PhoneError::Refused(423))?;
                }
                code => return Err(PhoneError::Refused(code)),
            }
        }
        Err(PhoneError::Refused(401))
    }

    async fn once(&mut self, expires_s: u32) -> Result<Response, PhoneError> {
        self.cseq += 1;
        let uri = self.uri();
        let aor = format!("sip:{}@{}", self.options.user, uri.trim_start_matches("sip:"));
        let mut headers = vec![
            header("Max-Forwards", "70"),
            header("From", format!("<{aor}>;tag={}", self.tag)),
            header("To", format!("<{aor}>")),
            header("Call-ID", self.call_id.as_str()),
            header("CSeq", format!("{} REGISTER", self.cseq)),
            header("Contact", self.agent.contact(&self.options.user)),
            header("Expires", expires_s.to_string()),
        ];
        if let Some((challenge, count)) = &mut self.challenge {
            *count += 1;
            let (user, password) = (&self.options.user, &self.options.password);
            let value = challenge.answer(user, password, "REGISTER", &uri, *count, &format!("{:016x}", unique()));
            headers.push(header("Authorization", value));
        }
        self.agent.start(Method::Register, &uri, headers, Vec::new(), self.options.registrar).finish().await
    }
}

/// What the registrar gave our contact: its own `expires`, else the header, else what was asked for.
fn granted(response: &Response, contact: &str, asked: u32) -> u32 {
    let own = all(&response.headers, "Contact").flat_map(|line| line.split(',')).find(|one| uri_of(one) == uri_of(contact));
    let value = own.and_then(|own| param(own, "expires")).or_else(|| first(&response.headers, "Expires"));
    value.and_then(|value| value.trim().parse().ok()).unwrap_or(asked)
}
