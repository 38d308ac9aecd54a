//! The telephone in the page step by step, without chance: offered, taken over, in a call, gone and back. No engine, no telephone.

use crate::engine::PAGE_SDP;
use crate::house::{House, SALES, agent_id};
use cti_server::switch::{Audience, Effect, Event, Rooms};
use cti_types::media::{EngineCommand, EngineEvent};
use cti_types::{Chance, LegId, Now, Tick, UserId, Utc};
use serde_json::{Value, json};
use softphone_protocol::{Command, Device, ErrorCode, Role, SessionNo, WireError};
use std::collections::BTreeMap;
use std::time::Duration;

const FIRST: SessionNo = SessionNo(1);
const SECOND: SessionNo = SessionNo(2);

/// The rooms with one agent at a page.
struct Desk {
    rooms: Rooms,
    now: Now,
    user: UserId,
    me: BTreeMap<String, Value>,
    commands: Vec<EngineCommand>,
    reply: Option<Result<Value, WireError>>,
}

impl Desk {
    fn new() -> Desk {
        let now = Now { tick: Tick(1_000_000_000), utc: Utc(1_790_000_000_000_000) };
        let rooms = crate::world::rooms(1, now, BTreeMap::new(), false).unwrap();
        let (user, me, commands) = (agent_id(0), BTreeMap::new(), Vec::new());
        let mut desk = Desk { rooms, now, user, me, commands, reply: None };
        let mut house = House::new(&mut Chance::from_number(1), false).unwrap();
        house.directory.agents.get_mut(&user).unwrap().settings.queues = vec![SALES];
        house.directory.queues.get_mut(&SALES).unwrap().settings.wrap_up_max = Duration::ZERO;
        desk.give(Event::Directory(Box::new(house.directory)));
        desk.give(Event::SocketOpened { session: FIRST, user });
        desk.ask(FIRST, Command::SignIn { device: Device::Browser, take_over: false }).unwrap();
        desk
    }

    /// The same, its page connected; the standing leg.
    fn connected() -> (Desk, LegId) {
        let mut desk = Desk::new();
        desk.offer(FIRST, "one", false).unwrap();
        let standing = desk.standing();
        desk.give(Event::Engine(EngineEvent::Connected { leg: standing }));
        (desk, standing)
    }

    fn give(&mut self, event: Event) {
        self.rooms.handle(self.now, event);
        self.take();
    }

    fn take(&mut self) {
        let effects: Vec<Effect> = self.rooms.drain().collect();
        for effect in effects {
            match effect {
                Effect::Publish { audience: Audience::Me(user), key, value } if user == self.user => match value {
                    Some(text) => drop(self.me.insert(key, serde_json::from_str(&text).unwrap())),
                    None => drop(self.me.remove(&key)),
                },
                Effect::Engine(command) => self.commands.push(command),
                Effect::Reply { result, .. } => self.reply = Some(result),
                _ => {}
            }
        }
        self.rooms.check().unwrap();
    }

    fn ask(&mut self, session: SessionNo, command: Command) -> Result<Value, WireError> {
        self.give(Event::Command { session, user: self.user, role: Role::Agent, id: 1, command });
        self.reply.take().expect("a reply")
    }

    fn offer(&mut self, session: SessionNo, client: &str, take_over: bool) -> Result<Value, WireError> {
        self.ask(session, Command::AudioOffer { sdp: PAGE_SDP.into(), client: client.into(), label: client.into(), take_over })
    }

    fn wait(&mut self, time: Duration) {
        let until = self.now.tick + time;
        while let Some(at) = self.rooms.poll_timeout().filter(|at| *at <= until) {
            self.now.tick = self.now.tick.max(at);
            self.rooms.handle_timeout(self.now);
            self.take();
        }
        self.now.tick = until;
    }

    fn entry(&self, key: &str, path: &str) -> Value {
        self.me.get(key).and_then(|view| view.pointer(path)).cloned().unwrap_or_default()
    }

    /// State, owner and whether the agent can be reached.
    fn audio(&self) -> (Value, Value, Value) {
        (self.entry("audio", "/state"), self.entry("audio", "/client"), self.entry("agent", "/device/reachable"))
    }

    fn standing(&self) -> LegId {
        let mut stands = self.commands.iter().filter_map(|command| match command {
            EngineCommand::Stand { leg, .. } => Some(*leg),
            _ => None,
        });
        stands.next_back().expect("a standing leg")
    }

    /// The agent dials; the leg of the call in their page.
    fn dials(&mut self, standing: LegId) -> LegId {
        let dial = Command::Dial { number: "+12025550142".into(), queue: SALES, detect: None };
        self.ask(FIRST, dial).unwrap();
        let attached = self.commands.iter().find_map(|command| match command {
            EngineCommand::Attach { standing: to, leg, .. } if *to == standing => Some(*leg),
            _ => None,
        });
        let leg = attached.expect("the call in the page");
        self.give(Event::Engine(EngineEvent::Opened { leg }));
        leg
    }

    fn closes(&self, leg: LegId) -> bool {
        self.commands.iter().any(|command| matches!(command, EngineCommand::Close { leg: closed } if *closed == leg))
    }
}

#[test]
fn an_agent_is_reachable_when_their_page_has_its_audio() {
    let mut desk = Desk::new();
    assert_eq!(desk.audio(), (json!("none"), json!(null), json!(false)));
    assert_eq!((desk.entry("agent", "/device/device/kind"), desk.entry("agent", "/device/can_answer")), (json!("browser"), json!(true)));
    let dial = Command::Dial { number: "+12025550142".into(), queue: SALES, detect: None };
    assert_eq!(desk.ask(FIRST, dial).unwrap_err().code, ErrorCode::DeviceUnreachable);
    let answer = desk.offer(FIRST, "one", false).unwrap();
    let sdp = answer.pointer("/sdp").and_then(Value::as_str).unwrap();
    for line in ["a=ice-lite\r\n", "m=audio 40000 UDP/TLS/RTP/SAVPF 111 ", "a=fingerprint:sha-256 07:", "a=rtcp-mux\r\n"] {
        assert!(sdp.contains(line), "{line} in {sdp}");
    }
    assert_eq!(desk.audio(), (json!("connecting"), json!("one"), json!(false)));
    let standing = desk.standing();
    desk.give(Event::Engine(EngineEvent::Connected { leg: standing }));
    assert_eq!(desk.audio(), (json!("connected"), json!("one"), json!(true)));
    desk.ask(FIRST, Command::AudioRelease).unwrap();
    assert_eq!(desk.audio(), (json!("none"), json!(null), json!(false)));
    assert!(desk.closes(standing));
    desk.ask(FIRST, Command::SignOut).unwrap();
    assert!(!desk.me.contains_key("audio"));
}

#[test]
fn an_offer_that_is_no_browsers_is_refused() {
    let mut desk = Desk::new();
    let one_way = PAGE_SDP.replace("sendrecv", "recvonly");
    let plain = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    for sdp in ["v=0", plain, &one_way] {
        let command = Command::AudioOffer { sdp: sdp.into(), client: "one".into(), label: String::new(), take_over: false };
        let error = desk.ask(FIRST, command).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::BadValue, Some("sdp")), "{sdp}");
    }
    assert_eq!(desk.audio().0, json!("none"));
}

#[test]
fn another_page_has_the_audio_only_when_it_takes_it_or_it_is_lost() {
    let (mut desk, standing) = Desk::connected();
    let user = desk.user;
    desk.give(Event::SocketOpened { session: SECOND, user });
    assert_eq!(desk.offer(SECOND, "two", false).unwrap_err().code, ErrorCode::Taken);
    desk.offer(SECOND, "two", true).unwrap();
    assert_eq!((desk.audio().1, desk.entry("audio", "/session")), (json!("two"), json!(2)));
    desk.give(Event::Engine(EngineEvent::Connected { leg: standing }));
    desk.give(Event::SocketClosed { session: SECOND, user });
    assert_eq!(desk.entry("audio", "/session"), json!(null));
    assert_eq!(desk.offer(FIRST, "one", false).unwrap_err().code, ErrorCode::Taken, "its media goes on");
    desk.give(Event::Engine(EngineEvent::MediaLost { leg: standing }));
    assert_eq!(desk.audio(), (json!("lost"), json!("two"), json!(false)));
    desk.offer(FIRST, "one", false).unwrap();
    assert_eq!((desk.audio().1, desk.standing()), (json!("one"), standing), "one leg for all of them");
}

#[test]
fn an_echo_test_ends_by_itself_or_with_a_call() {
    let (mut desk, standing) = Desk::connected();
    let hears = |desk: &Desk| {
        let heard = desk.commands.iter().rev().find_map(|command| match command {
            EngineCommand::Hear { leg, from } if *leg == standing => Some(from.clone()),
            _ => None,
        });
        heard.unwrap_or_default()
    };
    desk.ask(FIRST, Command::EchoTest { on: true }).unwrap();
    assert_eq!((hears(&desk), desk.entry("audio", "/echo_test")), (vec![standing], json!(true)));
    desk.wait(Duration::from_secs(61));
    assert_eq!((hears(&desk), desk.entry("audio", "/echo_test")), (vec![], json!(false)));
    desk.ask(FIRST, Command::EchoTest { on: true }).unwrap();
    desk.dials(standing);
    assert_eq!((hears(&desk), desk.entry("audio", "/echo_test")), (vec![], json!(false)));
    assert_eq!(desk.ask(FIRST, Command::EchoTest { on: true }).unwrap_err().code, ErrorCode::WrongState);
    assert_eq!(desk.ask(FIRST, Command::AudioRelease).unwrap_err().code, ErrorCode::WrongState);
}

#[test]
fn a_call_waits_for_its_page_and_no_longer_than_it_may() {
    let (mut desk, standing) = Desk::connected();
    let leg = desk.dials(standing);
    let call = format!("call/{leg}");
    assert_eq!(desk.entry(&call, "/state"), json!("dialling"), "it did not ring");

    desk.give(Event::Engine(EngineEvent::MediaLost { leg }));
    assert!(desk.audio().0 == json!("lost") && desk.entry("audio", "/until_ms").is_i64());
    desk.wait(Duration::from_secs(20));
    // Another page of the agent's: the time that is left is not more by that, until it is there.
    desk.offer(FIRST, "one", false).unwrap();
    assert!(desk.audio().0 == json!("connecting") && desk.entry("audio", "/until_ms").is_i64());
    desk.give(Event::Engine(EngineEvent::Connected { leg: standing }));
    assert_eq!((desk.audio().0, desk.entry("audio", "/until_ms")), (json!("connected"), json!(null)));
    desk.wait(Duration::from_secs(20));
    assert!(desk.me.contains_key(&call) && !desk.closes(leg));

    desk.give(Event::Engine(EngineEvent::MediaLost { leg: standing }));
    desk.wait(Duration::from_secs(31));
    assert!(!desk.me.contains_key(&call) && desk.closes(leg) && !desk.closes(standing));
    assert_eq!(desk.entry("agent", "/reason/kind"), json!("connection_lost"));
    // It comes back to an agent without a call.
    desk.give(Event::Engine(EngineEvent::MediaBack { leg: standing }));
    assert_eq!(desk.audio(), (json!("connected"), json!("one"), json!(true)));
}
