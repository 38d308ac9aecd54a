//! The system clock steps an hour while calls are under way: what is timed by ticks does not notice, and nobody is signed out.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "durations in the log are compared with measured ones")]

use e2e::record::{assert_tiled, closed, interaction, kinds, now_us, number, outcomes, text};
use e2e::{Caller, Database, Desk, House, WallClock, hear_each_other, within};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const HOUR_S: i64 = 3_600;
const CALLER: &str = "+12025550114";
const OTHER: &str = "+12025550113";
/// How far a duration in the log may be from the measured one, beyond what the measuring itself leaves open.
const SLACK: Duration = Duration::from_millis(50);
/// How late a timer of a busy machine may be: a step of the clock would be an hour.
const LATE: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(2);

async fn house(clock: &WallClock) -> House {
    let house = House::start_with(Database::Sqlite, clock.setup()).await;
    let row = house.rest().find("/queues", "name", "sales").await;
    let limit_ms = LIMIT.as_millis() as u64;
    let patch = json!({ "wrap_up_max_ms": limit_ms, "offer_timeout_ms": 10 * limit_ms });
    assert_eq!(house.rest().patch(&format!("/queues/{}", text(&row, "/id")), &patch).await.status, 200);
    house
}

/// How long the participant of this role did this, all together.
fn lasted(one: &Value, role: &str, kind: &str) -> Duration {
    let participants = one.get("participants").and_then(Value::as_array).unwrap();
    let of_role = participants.iter().filter(|participant| text(participant, "/role") == role);
    let segments = of_role.filter_map(|participant| participant.get("segments").and_then(Value::as_array)).flatten();
    let of_kind = segments.filter(|segment| text(segment, "/kind") == kind);
    Duration::from_micros(of_kind.map(|segment| (number(segment, "/ended_at") - number(segment, "/started_at")) as u64).sum())
}

fn within_bounds(what: &str, lasted: Duration, least: Duration, most: Duration) {
    assert!(lasted + SLACK >= least && lasted <= most + SLACK, "{what}: {lasted:?}, measured {least:?} to {most:?}");
}

async fn a_call_and_its_wrap_up_outlive_a_step(by_s: i64) {
    let clock = WallClock::new();
    let (house, since) = (house(&clock).await, now_us());
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.queue()).await;
    let incoming = alice.phone.rings().await;
    let lifting = Instant::now();
    let mut ours = incoming.answer(cti_phone::Media::tone(1500)).await.unwrap();
    within("the answer", ours.answered()).await.unwrap();
    alice.screen.shown("talking").await;
    let talking = Instant::now();
    hear_each_other(&out, 600, &ours, 1500).await;
    clock.step(by_s);
    hear_each_other(&out, 600, &ours, 1500).await;
    let (at_least, leaving) = (talking.elapsed(), Instant::now());
    out.hang_up().await.unwrap();
    alice.screen.shown("wrap_up").await;
    let at_most = lifting.elapsed();
    // And back, so that the wrap-up ends at a time at which it had not begun, or long after it was to end.
    clock.step(0);
    alice.screen.shown("ready").await;
    assert!(leaving.elapsed() + SLACK >= LIMIT, "the wrap-up ended too soon");
    let one = closed(&house, CALLER, since).await;
    assert_tiled(&one);
    assert_eq!(kinds(&one, "agent"), ["ringing", "talking", "wrap_up"]);
    for role in ["customer", "agent"] {
        within_bounds(role, lasted(&one, role, "talking"), at_least, at_most);
    }
    within_bounds("wrap-up", lasted(&one, "agent", "wrap_up"), LIMIT, LIMIT + LATE);
}

async fn an_offer_rings_its_time_though_the_clock_steps(by_s: i64) {
    let clock = WallClock::new();
    let (house, since) = (house(&clock).await, now_us());
    let row = house.rest().find("/queues", "name", "sales").await;
    let patch = json!({ "offer_timeout_ms": LIMIT.as_millis() as u64 });
    assert_eq!(house.rest().patch(&format!("/queues/{}", text(&row, "/id")), &patch).await.status, 200);
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(CALLER, 600).await;
    let out = caller.connected(&house, house.queue()).await;
    let _rings = alice.phone.rings().await;
    clock.step(by_s);
    alice.screen.shown("not_ready").await;
    out.hang_up().await.unwrap();
    let one = closed(&house, CALLER, since).await;
    assert_eq!(outcomes(&one), ["no_answer"]);
    within_bounds("the offer", lasted(&one, "agent", "ringing"), LIMIT, LIMIT + LATE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_and_its_wrap_up_outlive_a_step_forward() {
    a_call_and_its_wrap_up_outlive_a_step(HOUR_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_and_its_wrap_up_outlive_a_step_back() {
    a_call_and_its_wrap_up_outlive_a_step(-HOUR_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_rings_its_time_though_the_clock_steps_forward() {
    an_offer_rings_its_time_though_the_clock_steps(HOUR_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_rings_its_time_though_the_clock_steps_back() {
    an_offer_rings_its_time_though_the_clock_steps(-HOUR_S).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_stays_so_and_phones_register_on_either_side_of_a_step() {
    let clock = WallClock::new();
    let (house, began) = (house(&clock).await, now_us());
    let mut alice = Desk::open(&house, "alice").await;
    for (by_s, login) in [(HOUR_S, "bob"), (0, "jonas"), (-HOUR_S, "mei")] {
        clock.step(by_s);
        // The session, the socket and the telephone of before.
        assert_eq!(text(&alice.rest.read("/session").await, "/user/login"), "alice");
        alice.go_ready().await;
        // A new challenge, a new session, a new socket.
        let _new = Desk::open(&house, login).await;
        // And a call, dated by the clock as it stands.
        let caller = Caller::new(OTHER, 600).await;
        let out = caller.connected(&house, house.queue()).await;
        let ours = alice.phone.lifted(1500).await;
        hear_each_other(&out, 600, &ours, 1500).await;
        let dated = began + by_s * 1_000_000;
        let fits = |one: &Value| (0..HOUR_S * 500_000).contains(&(number(one, "/opened_at") - dated));
        interaction(&house, OTHER, dated, "the call by the stepped clock", fits).await;
        out.hang_up().await.unwrap();
        alice.finish_wrap_up().await;
    }
}
