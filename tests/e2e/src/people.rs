//! Callers, desk phones and the agents who sit at them, each with a voice that can be told from the others. Steered by the test, step by step.

use crate::{House, PATIENCE, Rest, Screen, until};
use cti_phone::{Call, CallOptions, IncomingCall, IncomingCalls, Media, RegisterOptions, Registration, UserAgent};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A free port of the own machine.
fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Somebody outside with a telephone; their calls come in over the trunk.
pub struct Caller {
    pub agent: UserAgent,
    pub number: String,
    /// The frequency they speak in, Hz.
    pub voice: u16,
}

impl Caller {
    pub async fn new(number: &str, voice: u16) -> Caller {
        let agent = UserAgent::bind(anywhere()).await.expect("a socket for the caller");
        Caller { agent, number: number.to_owned(), voice }
    }

    /// What a call of theirs looks like, to be changed before it is made.
    pub fn options(&self, house: &House, to: &str) -> CallOptions {
        CallOptions::new(house.sip(), format!("sip:{to}@{}", house.sip())).from_user(self.number.as_str()).media(Media::tone(self.voice))
    }

    /// Calls; the INVITE is out when this returns.
    pub fn call(&self, house: &House, to: &str) -> Call {
        self.agent.call(self.options(house, to)).expect("the call goes out")
    }

    /// Calls and waits for the answer.
    pub async fn connected(&self, house: &House, to: &str) -> Call {
        let mut call = self.call(house, to);
        within("the answer", call.answered()).await.expect("the call is answered");
        call
    }
}

/// A desk phone, registered or not yet.
pub struct Phone {
    pub agent: UserAgent,
    pub calls: IncomingCalls,
    pub registration: Option<Registration>,
    pub user: String,
}

impl Phone {
    /// Plugs the phone in and registers it.
    pub async fn registered(house: &House, user: &str, password: &str) -> Phone {
        let mut phone = Phone::unregistered(user).await;
        let options = RegisterOptions::new(house.sip(), user, password);
        phone.registration = Some(phone.agent.register(options).await.expect("the phone registers"));
        phone
    }

    pub async fn unregistered(user: &str) -> Phone {
        let agent = UserAgent::bind(anywhere()).await.expect("a socket for the phone");
        let calls = agent.incoming_for(user);
        Phone { agent, calls, registration: None, user: user.to_owned() }
    }

    /// Waits until it is called.
    pub async fn rings(&mut self) -> IncomingCall {
        within("the phone's ringing", self.calls.recv()).await.expect("a call")
    }

    /// Waits until it is called, rings and is lifted.
    pub async fn lifted(&mut self, voice: u16) -> Call {
        let incoming = self.rings().await;
        incoming.ring().await;
        let mut call = incoming.answer(Media::tone(voice)).await.expect("the call is taken");
        within("the end of the answer", call.answered()).await.expect("the call is up");
        call
    }
}

/// An agent at work: a session, a screen, a registered phone.
pub struct Desk {
    pub login: String,
    pub user: String,
    pub phone_id: String,
    pub rest: Rest,
    pub screen: Screen,
    pub phone: Phone,
}

impl Desk {
    /// Signs in on the agent's own phone; not ready yet.
    pub async fn open(house: &House, login: &str) -> Desk {
        let account = house.account(login).clone();
        let sip_user = account.phone.clone().expect("an agent with a phone");
        let phone = Phone::registered(house, &sip_user, account.phone_password.as_deref().unwrap_or_default()).await;
        let rest = house.rest().sign_in(login, &account.password).await;
        let text = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let me = rest.read("/session").await;
        let (user, phone_id) = (text(&me, "/user/id"), text(&me, "/phone/id"));
        let screen = Screen::open(house.http(), &rest).await;
        screen.tell(json!({ "do": "sign_in", "device": { "kind": "phone", "id": phone_id } })).await;
        screen.shown("not_ready").await;
        Desk { login: login.to_owned(), user, phone_id, rest, screen, phone }
    }

    /// Signs in and goes ready.
    pub async fn ready(house: &House, login: &str) -> Desk {
        let desk = Desk::open(house, login).await;
        desk.go_ready().await;
        desk
    }

    pub async fn go_ready(&self) {
        self.take_calls().await;
        self.screen.shown("ready").await;
    }

    /// Goes ready where calls are waiting: the first may ring before anybody sees the state ready.
    pub async fn take_calls(&self) {
        self.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
    }

    /// The agent's own leg of the call that is up.
    pub async fn leg(&self) -> String {
        let view = self.screen.entry("call/", |view| view.get("state").and_then(Value::as_str) != Some("ringing")).await;
        view.get("leg").and_then(Value::as_str).expect("a leg").to_owned()
    }

    /// Waits for the wrap-up, writes nothing and ends it.
    pub async fn finish_wrap_up(&self) {
        let view = self.screen.entry("wrap_up/", |_| true).await;
        let assignment = view.get("assignment").cloned().unwrap_or(Value::Null);
        self.screen.tell(json!({ "do": "finish_wrap_up", "assignment": assignment })).await;
        self.screen.no_entry("wrap_up/").await;
    }
}

/// Waits until each of the two hears only the other for a second.
pub async fn hear_each_other(a: &Call, voice_a: u16, b: &Call, voice_b: u16) {
    a.expect_tone(Some(voice_b));
    b.expect_tone(Some(voice_a));
    let (from_a, from_b) = (a.media(), b.media());
    until("a second of both voices", || {
        a.media().windows_right >= from_a.windows_right + 5 && b.media().windows_right >= from_b.windows_right + 5
    })
    .await;
}

/// Waits for it, at most as long as anything may take here.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => panic!("never: {what}"),
    }
}
