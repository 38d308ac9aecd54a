//! The database is away while calls come: none is refused, nothing is lost. Only a full journal refuses new calls, for as long as it is full.
//!
//! `AWAY_SECONDS` (8) is how long it is away, `AWAY_CPS` (5) how many calls a second come meanwhile; 60 and 10 are the full size.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests, which read the clock")]

mod common_durable;

use common_durable::*;
use cti_phone::PhoneError;
use e2e::{Caller, Database, Desk, House, Setup, eventually, until, within};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};

const NOAH: &str = "+12025550112";
const EMMA: &str = "+442079460011";
/// Talk that is listened to after both ends have heard each other.
const TALK: Duration = Duration::from_millis(1_000);
/// A request the database is needed for is answered within this time: that of a connection attempt, with room for a busy machine.
const REFUSED_WITHIN: Duration = Duration::from_secs(4);
/// SQLite itself waits 5 s for a lock, and a writer may stand behind another.
const LOCKED_WITHIN: Duration = Duration::from_secs(13);
/// The note an agent writes: the longest allowed.
const NOTE_CHARS: usize = 4_000;

/// The tests stop the one PostgreSQL they share; one at a time.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_while_postgresql_is_stopped() {
    let _alone = ALONE.lock().await;
    calls_go_on(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_while_another_process_locks_sqlite() {
    let _alone = ALONE.lock().await;
    calls_go_on(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_journal_refuses_new_calls_until_it_is_emptied() {
    let _alone = ALONE.lock().await;
    let setup = Setup::default().set("JOURNAL__MAX_MIB", 2).set("JOURNAL__SEGMENT_MIB", 1);
    full_journal(House::start_with(Database::Postgres, setup).await).await;
}

/// What keeps the server from its database.
enum Away {
    Stopped,
    Locked(Box<SqliteConnection>),
}

impl Away {
    async fn begin(house: &House) -> Away {
        match house.postgres() {
            Some(server) => {
                let server = Arc::clone(server);
                tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
                Away::Stopped
            }
            None => {
                let mut locker = SqliteConnection::connect(&house.database_url()).await.unwrap();
                eventually("the lock", async || sqlx::query("BEGIN EXCLUSIVE").execute(&mut locker).await.ok()).await;
                Away::Locked(Box::new(locker))
            }
        }
    }

    async fn end(self, house: &House) {
        match self {
            Away::Stopped => {
                let server = Arc::clone(house.postgres().unwrap());
                tokio::task::spawn_blocking(move || server.start()).await.unwrap();
            }
            Away::Locked(mut locker) => drop(sqlx::query("ROLLBACK").execute(&mut *locker).await.unwrap()),
        }
    }
}

async fn calls_go_on(database: Database) {
    let (seconds, cps) = (size("AWAY_SECONDS", 8), size("AWAY_CPS", 5));
    let mut house = House::start_with(database, Setup::default()).await;
    let since = now_us();
    let alice = Desk::ready(&house, "alice").await;
    // A call takes its agent for about three seconds.
    let crew = Crew::hire(&house, cps * 4).await;
    assert_eq!(readiness(&house).await.0, 200);
    let customer = house.rest().items("/customers?limit=1").await.remove(0);
    let customer = format!("/customers/{}", text(&customer, "/id"));

    // Calls come at an even rate: some before it goes away, most while it is, some after.
    let count = (seconds + 2) * cps;
    let start = Instant::now();
    let calls = (0..count).map(|index| {
        let (crew, at) = (&crew, start + Duration::from_secs(1) * index as u32 / cps as u32);
        async move {
            tokio::time::sleep_until(at.into()).await;
            call(crew, index).await;
        }
    });
    let absence = async {
        until("the first calls", || start.elapsed() >= Duration::from_secs(1)).await;
        let away = Away::begin(&house).await;
        let back = Instant::now() + Duration::from_secs(seconds as u64);
        watch_it_away(&house, &alice, &customer).await;
        // So long it is away, whatever happens.
        tokio::time::sleep_until(back.into()).await;
        away.end(&house).await;
    };
    tokio::join!(futures_util::future::join_all(calls), absence);
    caught_up(&house).await;
    assert_eq!(readiness(&house).await.1.pointer("/database"), Some(&Value::Bool(true)));
    for index in 0..count {
        check_call(&house, index, since).await;
    }
    assert_eq!(counted(&house, "cordboard_journal_records_lost_total").await, 0);
    assert_eq!(counted(&house, "cordboard_calls_refused_total").await, 0);
    assert_healthy(&house).await;
    // Nobody's attempt to sign in was held against them.
    let account = house.account("bob");
    house.rest().sign_in(&account.name, &account.password).await;
    drop((crew, alice));
    rebuild_changes_no_row(&mut house).await;
}

/// One call from the first ring to the end.
async fn call(crew: &Crew, index: usize) {
    let mut talk = crew.talk(index).await;
    talk.hear_each_other().await;
    let end = Instant::now() + TALK;
    until("the talk", || Instant::now() >= end).await;
    talk.caller.hang_up().await.unwrap();
    within("the agent's end", talk.agent.ended()).await;
}

async fn check_call(house: &House, index: usize, since: i64) {
    let one = the_one(house, &caller_number(index), since, "the closed call", closed_and_sealed).await;
    assert_whole(&one);
    assert_eq!(text(&one, "/close_reason"), "completed");
    let (caller, agent) = voices(index);
    check_recording(house, &one, caller, agent).await;
}

/// While it is away: the server says so, agents go on working on their screens, and what cannot be served is refused soon and in form.
async fn watch_it_away(house: &House, alice: &Desk, customer: &str) {
    eventually("the projector says that it fails", async || {
        let (status, body) = readiness(house).await;
        assert_eq!(status, 200, "new calls are still taken: {body}");
        body.pointer("/projector/failing").and_then(Value::as_bool).filter(|failing| *failing)
    })
    .await;
    assert_eq!(counted(house, "cordboard_projector_failing").await, 1);
    let stopped = house.database() == Database::Postgres;
    assert_eq!(readiness(house).await.1.pointer("/database"), Some(&Value::Bool(!stopped)));

    let began = Instant::now();
    alice.screen.tell(json!({ "do": "set_presence", "presence": "not_ready" })).await;
    alice.screen.shown("not_ready").await;
    alice.screen.tell(json!({ "do": "set_presence", "presence": "ready" })).await;
    alice.screen.shown("ready").await;
    assert!(began.elapsed() < Duration::from_secs(1), "a screen does not wait for the database: {:?}", began.elapsed());

    if stopped {
        let account = house.account("bob");
        let login = json!({ "login": account.name, "password": account.password });
        refused_soon("GET /customers", house.rest().get("/customers"), REFUSED_WITHIN).await;
        refused_soon("POST /session", house.rest().post("/session", &login), REFUSED_WITHIN).await;
    } else {
        // Reading goes on beside a writer.
        assert_eq!(house.rest().get(customer).await.status, 200);
        let change = json!({ "notes": "Called about the lamp." });
        refused_soon("PATCH", house.rest().patch(customer, &change), LOCKED_WITHIN).await;
    }
}

async fn refused_soon(what: &str, request: impl Future<Output = e2e::Answer>, at_most: Duration) {
    let began = Instant::now();
    let answer = request.await;
    assert_eq!(answer.status, 503, "{what}: {}", answer.body);
    assert!(text(&answer.body, "/type").starts_with("urn:cordboard:problem:"), "{what}: {}", answer.body);
    assert!(began.elapsed() < at_most, "{what} took {:?}", began.elapsed());
}

/// An agent in wrap-up, and the assignment.
async fn in_wrap_up(house: &House, login: &str, from: &str) -> (Desk, String) {
    let mut desk = Desk::ready(house, login).await;
    let caller = Caller::new(from, 600).await;
    let out = caller.call(house, house.queue());
    let taken = desk.phone.lifted(1500).await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;
    out.hang_up().await.unwrap();
    let view = desk.screen.entry("wrap_up/", |_| true).await;
    let assignment = text(&view, "/assignment").to_owned();
    (desk, assignment)
}

async fn full_journal(mut house: House) {
    let since = now_us();
    let sales = house.rest().find("/queues", "name", "sales").await;
    let longer = house.rest().patch(&format!("/queues/{}", text(&sales, "/id")), &json!({ "wrap_up_max_ms": 600_000 })).await;
    assert_eq!(longer.status, 200, "{}", longer.body);
    let (bob, assignment) = in_wrap_up(&house, "bob", EMMA).await;
    let mut alice = Desk::ready(&house, "alice").await;
    let caller = Caller::new(NOAH, 600).await;
    let mut out = caller.call(&house, house.queue());
    let taken = alice.phone.lifted(1500).await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;

    let away = Away::begin(&house).await;
    let note = "永".repeat(NOTE_CHARS);
    eventually("the journal is full", async || {
        // A pen that is too fast is refused for a moment; the next stroke comes later.
        let _ = bob.screen.ask(json!({ "do": "set_wrap_up", "assignment": assignment, "note": note })).await;
        (metric(&house, "cordboard_journal_fill_ratio").await >= 1.0).then_some(())
    })
    .await;
    assert_eq!(readiness(&house).await.0, 503, "new calls are to go elsewhere");
    let other = Caller::new("+12025550113", 700).await;
    eventually("new calls are refused", async || match within("an answer", other.call(&house, house.queue()).answered()).await {
        Err(PhoneError::Refused(503)) => Some(()),
        _ => None,
    })
    .await;
    // The call under way is not harmed: it is heard, held, retrieved.
    let leg = alice.leg().await;
    alice.screen.tell(json!({ "do": "hold", "call": leg })).await;
    alice.screen.shown("hold").await;
    alice.screen.tell(json!({ "do": "retrieve", "call": leg })).await;
    alice.screen.shown("talking").await;
    e2e::hear_each_other(&out, 600, &taken, 1500).await;

    away.end(&house).await;
    caught_up(&house).await;
    eventually("new calls are taken", async || {
        let mut call = other.call(&house, house.queue());
        within("an answer", call.answered()).await.ok()?;
        Some(call)
    })
    .await
    .hang_up()
    .await
    .unwrap();
    taken.hang_up().await.unwrap();
    within("the caller's end", out.ended()).await;
    alice.finish_wrap_up().await;
    bob.screen.tell(json!({ "do": "set_wrap_up", "assignment": assignment, "note": "One lamp." })).await;
    bob.finish_wrap_up().await;
    let one = the_one(&house, NOAH, since, "the call that was up", closed_and_sealed).await;
    assert_whole(&one);
    assert_eq!(text(&one, "/close_reason"), "completed");
    let noted = the_one(&house, EMMA, since, "the call with the notes", closed_and_sealed).await;
    assert_whole(&noted);
    assert_eq!(text(&noted, "/note"), "One lamp.");
    assert_eq!(counted(&house, "cordboard_journal_records_lost_total").await, 0);
    assert_healthy(&house).await;
    drop((alice, bob));
    rebuild_changes_no_row(&mut house).await;
}
