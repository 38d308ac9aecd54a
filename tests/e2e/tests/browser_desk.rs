//! The telephone in the agent's page: a standing connection by WebRTC, calls answered in it by command, held, kept while the page is gone,
//! taken over by another page, given back to the queue; measured at both ends and in the recording.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common_cases;
mod common_web;

use common_cases::{Place, closed, events, interaction, somebody, text};
use common_web::Browser;
use cti_phone::{Call, EndReason};
use e2e::{Caller, Database, Heard, House, Recording, Screen, Setup, until, within};
use serde_json::{Value, json};

const CALLER: u16 = 600;
const AGENT: u16 = 1500;
const SECOND: u16 = 1050;
/// Windows of a recording that may be spoilt or missing at the places where sound begins or ends.
const EDGES: usize = 10;

/// A page of the agent's: what is on its screen, and the browser it is in.
struct Page {
    screen: Screen,
    browser: Browser,
    client: &'static str,
    voice: u16,
}

impl Page {
    /// The agent signs in with the browser, connects the audio and is ready.
    async fn ready(house: &House, place: &Place) -> Page {
        let (screen, browser) = (place.at_page(house).await, Browser::desk(AGENT, &[CALLER, AGENT, SECOND]).await);
        let mut page = Page { screen, browser, client: "first", voice: AGENT };
        page.connect(false).await;
        page.screen.entry("agent", |view| view.pointer("/device/reachable") == Some(&json!(true))).await;
        page.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
        page.screen.shown("ready").await;
        page
    }

    async fn offer(&mut self, take_over: bool) -> Value {
        let offered = self.browser.ask(json!({ "command": "offer" })).await;
        json!({ "do": "audio_offer", "sdp": text(&offered, "/sdp"), "client": self.client, "label": self.client, "take_over": take_over })
    }

    async fn connect(&mut self, take_over: bool) {
        let offer = self.offer(take_over).await;
        let answer = self.screen.ask(offer).await.unwrap();
        self.browser.ask(json!({ "command": "answer", "sdp": text(&answer, "/sdp") })).await;
        self.audio("connected").await;
    }

    /// Waits until the audio is so and this page's.
    async fn audio(&self, state: &str) {
        self.screen.entry("audio", |view| text(view, "/state") == state && text(view, "/client") == self.client).await;
    }

    /// Waits for a call and answers it; the leg.
    async fn answers(&self) -> String {
        let offer = self.screen.entry("offer/", |_| true).await;
        assert_eq!(text(&offer, "/device_note"), "answer_here");
        let call = self.screen.entry("call/", |view| text(view, "/state") == "ringing").await;
        let leg = text(&call, "/leg").to_owned();
        // The engine has it in the page a moment after the screen shows it.
        e2e::eventually("the answer", async || self.screen.ask(json!({ "do": "answer", "call": leg })).await.ok()).await;
        self.screen.shown("talking").await;
        leg
    }

    async fn both_hear(&self, call: &Call) {
        hears(call, self.voice).await;
        self.browser.hears(CALLER, &[self.voice]).await;
    }
}

async fn hears(call: &Call, voice: u16) {
    call.expect_tone(Some(voice));
    let before = call.media().windows_right;
    until("a second of the voice", || call.media().windows_right >= before + 5).await;
}

/// What the caller hears is something else than the agent.
async fn hears_music(call: &Call) {
    let before = call.media().windows_wrong;
    until("music", || call.media().windows_wrong >= before + 5).await;
}

/// A caller who talks with the agent in the page.
async fn talking(house: &House, place: &Place, page: &Page) -> (Caller, Call, String) {
    let caller = somebody(CALLER).await;
    let out = caller.connected(house, &place.number).await;
    let leg = page.answers().await;
    page.both_hear(&out).await;
    (caller, out, leg)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_answered_held_and_goes_on_after_the_page_is_loaded_anew() {
    let house = House::start(Database::Sqlite).await;
    let place = Place::new(&house).await;
    let mut page = Page::ready(&house, &place).await;
    let (caller, mut out, leg) = talking(&house, &place, &page).await;

    page.screen.tell(json!({ "do": "hold", "call": leg })).await;
    page.screen.shown("hold").await;
    hears_music(&out).await;
    page.screen.tell(json!({ "do": "retrieve", "call": leg })).await;
    page.screen.shown("talking").await;
    page.both_hear(&out).await;

    page.browser.reload().await;
    page.screen = place.screen(&house).await;
    page.screen.entry("call/", |view| text(view, "/leg") == leg).await;
    page.connect(false).await;
    page.both_hear(&out).await;

    page.screen.tell(json!({ "do": "hang_up", "call": leg })).await;
    assert_eq!(within("the end of the caller's call", out.ended()).await, EndReason::RemoteHungUp);
    page.screen.shown("ready").await;
    // It stands, and takes the next.
    page.audio("connected").await;
    assert_recorded(&place, &caller.number).await;
    let (_caller, out, _leg) = talking(&house, &place, &page).await;
    out.hang_up().await.unwrap();
    page.screen.shown("ready").await;
}

/// Left the caller alone, right the agent alone.
async fn assert_recorded(place: &Place, number: &str) {
    let sealed = |one: &Value| one.pointer("/recordings/0/ended_at").is_some_and(Value::is_i64);
    let one = interaction(&place.rest, number, "the sealed recording", sealed).await;
    let parts = Recording::of(&place.rest, &one).await;
    let all = |side: fn(&Recording) -> &Vec<i16>| parts.iter().flat_map(|part| side(part).iter().copied()).collect::<Vec<i16>>();
    let (customer, agent) = (all(|part| &part.left), all(|part| &part.right));
    let (left, right) = (Heard::of(&customer, CALLER, &[AGENT]), Heard::of(&agent, AGENT, &[CALLER]));
    assert!(left.right > 10 && left.other <= 2 * EDGES, "{left:?}");
    // A browser beats time in a thread like any other: on a busy machine its tone has seams, which spoil the windows they fall into.
    assert!(right.right > 10, "{right:?}");
    assert_eq!(Heard::of(&agent, CALLER, &[AGENT]).right, 0, "only the agent is on the right: {right:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_page_takes_the_audio_over_when_it_is_asked_to_and_the_call_with_it() {
    let house = House::start(Database::Sqlite).await;
    let place = Place::new(&house).await;
    let first = Page::ready(&house, &place).await;
    let (_caller, mut out, leg) = talking(&house, &place, &first).await;

    let (screen, browser) = (place.screen(&house).await, Browser::desk(SECOND, &[CALLER, AGENT, SECOND]).await);
    let mut second = Page { screen, browser, client: "second", voice: SECOND };
    let offer = second.offer(false).await;
    let refusal = second.screen.ask(offer).await.unwrap_err();
    assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("taken", Some("client")));
    first.both_hear(&out).await;

    second.connect(true).await;
    // The first is told who has it.
    first.screen.entry("audio", |view| text(view, "/label") == "second" && text(view, "/state") == "connected").await;
    second.both_hear(&out).await;
    second.screen.tell(json!({ "do": "hang_up", "call": leg })).await;
    within("the end of the caller's call", out.ended()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_page_does_not_come_back_goes_to_its_place_in_the_queue() {
    let house = House::start_with(Database::Sqlite, Setup::default().set("LIMITS__PAGE_WAIT_S", 3)).await;
    let place = Place::new(&house).await;
    let mut page = Page::ready(&house, &place).await;
    let (caller, out, _leg) = talking(&house, &place, &page).await;

    page.browser.ask(json!({ "command": "close" })).await;
    page.audio("lost").await;
    hears_music(&out).await;
    let view = page.screen.entry("agent", |view| text(view, "/reason/kind") == "connection_lost").await;
    assert_eq!(text(&view, "/presence"), "not_ready");
    page.screen.no_entry("call/").await;

    // Back after all, they are asked again for who waits still.
    page.connect(false).await;
    page.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
    page.answers().await;
    page.both_hear(&out).await;
    out.hang_up().await.unwrap();
    let one = closed(&place.rest, &caller.number).await;
    let queued = events(&one, "work_queued");
    assert_eq!(queued.len(), 2);
    assert!(queued.iter().all(|event| event.pointer("/body/since") == queued[0].pointer("/body/since")), "the age is kept: {queued:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_hears_themselves_in_an_echo_test() {
    let house = House::start(Database::Sqlite).await;
    let place = Place::new(&house).await;
    let page = Page::ready(&house, &place).await;
    page.screen.tell(json!({ "do": "echo_test", "on": true })).await;
    page.screen.entry("audio", |view| view.pointer("/echo_test") == Some(&json!(true))).await;
    page.browser.hears(AGENT, &[CALLER]).await;
    // A call ends it.
    let (_caller, out, _leg) = talking(&house, &place, &page).await;
    page.screen.entry("audio", |view| view.pointer("/echo_test") == Some(&json!(false))).await;
    out.hang_up().await.unwrap();
}
