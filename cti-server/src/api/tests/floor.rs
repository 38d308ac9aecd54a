//! What the supervisor's floor and the agent's desk ask by REST beside calls: whom a call may be given to, why it went where it went, figures,
//! others' presence, messages to people, the server's own state. The switch is played here.

use super::*;
use crate::switch::{TargetKind, TargetsAsked, WaitingWhy, Why, WhyAsked};
use crm_core::{JournalEntry, JournalRecord};
use cti_types::acd::{Candidate, Decision, OfferEnd, Rejected};
use cti_types::event::{
    AssignmentEnd, Body, CallDirection, Channel, CloseReason, Event as LogEvent, LeaveReason, Role as Part, SegmentKind, Stream, WorkEnd,
};
use cti_types::{AssignmentId, InteractionId, OfferId, ParticipantId, QueueId, SkillId, WorkItemId};
use softphone_protocol::{PresenceView, Role};

const OPENED: i64 = 1_767_225_600_000_000;
const SKILL: SkillId = SkillId::from_u128(77);

/// A call in the log: 9 s in the queue, offered to this agent over another, a minute of talk, 10 s of wrap-up.
async fn answered_call(house: &House, queue: QueueId, agent: UserId, other: UserId) -> InteractionId {
    let id = InteractionId::from_u128(10);
    let (caller, desk) = (ParticipantId::from_u128(11), ParticipantId::from_u128(12));
    let (work, offer, assignment) = (WorkItemId::from_u128(13), OfferId::from_u128(14), AssignmentId::from_u128(15));
    let candidate = |agent, rejected| Candidate { agent, proficiency: 5, idle_ms: 1000, rejected };
    let candidates = vec![candidate(agent, None), candidate(other, Some(Rejected::MissingSkill(SKILL)))];
    let decision = Decision { rule: "longest_idle".into(), age_ms: 9_000, candidates, ..Decision::default() };
    let segment = |participant, segment, queue| Body::SegmentStarted { participant, segment, queue };
    let bodies = vec![
        (
            0,
            Body::Opened {
                channel: Channel::Voice,
                direction: CallDirection::Inbound,
                from: None,
                from_raw: None,
                to: "+15550100".into(),
                trunk: None,
                call_id: None,
                origin: None,
            },
        ),
        (0, Body::ParticipantJoined { participant: caller, role: Part::Customer, agent: None }),
        (0, segment(caller, SegmentKind::Waiting, Some(queue))),
        (0, Body::WorkQueued { work, queue, priority: 0, skills: Vec::new(), since: Utc(OPENED), credit_ms: 0 }),
        (5, Body::Offered { offer, work, agent, decision }),
        (5, Body::ParticipantJoined { participant: desk, role: Part::Agent, agent: Some(agent) }),
        (5, segment(desk, SegmentKind::Ringing, None)),
        (9, Body::OfferEnded { offer, work, agent, end: OfferEnd::Accepted }),
        (9, Body::WorkEnded { work, end: WorkEnd::Assigned(assignment) }),
        (9, Body::Assigned { assignment, work, agent, participant: desk }),
        (9, segment(caller, SegmentKind::Talking, None)),
        (9, segment(desk, SegmentKind::Talking, None)),
        (69, Body::ParticipantLeft { participant: caller, reason: LeaveReason::HungUp }),
        (69, segment(desk, SegmentKind::WrapUp, None)),
        (69, Body::WrapUpStarted { assignment, until: None }),
        (79, Body::AssignmentEnded { assignment, end: AssignmentEnd::Finished }),
        (79, Body::ParticipantLeft { participant: desk, reason: LeaveReason::HungUp }),
        (79, Body::Closed { reason: CloseReason::Completed }),
    ];
    let event = |(seq, (second, body)): (usize, (i64, Body))| {
        let at = Utc(OPENED + second * 1_000_000);
        JournalRecord::Event(LogEvent { stream: Stream::Interaction(id), seq: seq as u64 + 1, owner_epoch: 1, at, version: 1, body })
    };
    let records = bodies.into_iter().enumerate().map(event);
    let entries: Vec<JournalEntry> = records.zip(1..).map(|(record, position)| JournalEntry { position, record }).collect();
    let last = entries.last().unwrap().position;
    house.store.project("node", &entries, last).await.unwrap();
    id
}

#[tokio::test]
async fn the_directory_is_asked_of_the_switch_in_ones_own_name() {
    let mut house = House::open().await;
    let ann = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let mut heard = house.switch(|_| Ok(json!({ "items": [{ "kind": "queue", "name": "Support" }], "more": false })));
    let got = house.get("/directory?q=sup%20x&kind=queue&limit=3").token(&token).send().await.is(200).json();
    assert_eq!(got["items"][0]["name"], "Support");
    let Some(Question::Targets(TargetsAsked { by, role, search, kind, limit })) = heard.recv().await else { panic!("nobody was asked") };
    assert_eq!((by, role, search.as_str(), kind, limit), (ann, Role::Agent, "sup x", Some(TargetKind::Queue), 3));
    house.get("/directory?kind=planet").token(&token).send().await.refused(422, "invalid");
    house.get("/directory?limit=501").token(&token).send().await.is(400);
}

#[tokio::test]
async fn a_decision_is_told_with_the_names_of_all_it_speaks_of() {
    let mut house = House::open().await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    let (ann_token, bob_token) = (house.token_of(ann, &[UserRole::Agent]).await, house.token_of(bob, &[UserRole::Agent]).await);
    let call = answered_call(&house, QueueId::from_u128(5), ann, bob).await;
    let mut heard = house.switch(|question| match question {
        Question::Why(WhyAsked { names, .. }) => {
            let waiting = WaitingWhy {
                queue: QueueId::from_u128(5),
                queue_name: Some("Support".into()),
                position: Some(2),
                priority: 3,
                since: 1,
                expected_wait_ms: Some(40_000),
                decision: Decision::default(),
            };
            let names = names.iter().map(|id| (*id, "somebody".to_owned())).collect();
            Ok(json!(Why { waiting: Some(waiting), names }))
        }
        other => panic!("{other:?}"),
    });
    let path = format!("/calls/{call}/decision");
    let got = house.get(&path).token(&ann_token).send().await.is(200).json();
    let offer = &got["offers"][0];
    assert_eq!((&offer["outcome"], &offer["agent"]), (&json!("accepted"), &json!(ann)));
    assert_eq!(offer["decision"]["candidates"][1]["rejected"], json!({ "why": "missing_skill", "detail": SKILL }));
    assert_eq!((&got["waiting"]["position"], &got["waiting"]["expected_wait_ms"]), (&json!(2), &json!(40_000)));
    assert_eq!(got["names"][bob.to_string()], "somebody");
    let Some(Question::Why(asked)) = heard.recv().await else { panic!("nobody was asked") };
    assert!(asked.interaction == call && asked.names.contains(&bob.0));
    house.get(&path).token(&bob_token).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn quarter_hours_are_told_with_what_follows_from_them() {
    let house = House::open().await;
    let admin = house.admin().await;
    let queue: QueueId = {
        let made = house.post("/queues", &json!({ "name": "Support" })).token(&admin).send().await.is(201).json();
        made["id"].as_str().unwrap().parse().unwrap()
    };
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    answered_call(&house, queue, ann, bob).await;
    let range = format!("from={OPENED}&to={}", OPENED + 3_600_000_000);
    let got = house.get(&format!("/statistics/intervals?{range}&queue={queue}")).token(&admin).send().await.is(200).json();
    let item = &got["items"][0];
    assert_eq!((&item["start_at"], &item["offered"], &item["answered_in_level"]), (&json!(OPENED), &json!(1), &json!(1)));
    assert_eq!(item["figures"]["level_permille"], 1000);
    assert_eq!((&item["figures"]["asa_ms"], &item["figures"]["aht_ms"]), (&json!(9_000), &json!(70_000)));
    assert_eq!((&got["total"]["offered"], &got["level_ms"]), (&json!(1), &json!(20_000)));
    let together = house.get(&format!("/statistics/intervals?{range}&by=total")).token(&admin).send().await.is(200).json();
    assert_eq!((&together["items"][0]["queue_id"], &together["items"][0]["offered"]), (&Value::Null, &json!(1)));
    // An agent sees those of queues they serve.
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    house.get(&format!("/statistics/intervals?{range}&queue={queue}")).token(&token).send().await.refused(403, "forbidden");
    let none = house.get(&format!("/statistics/intervals?{range}")).token(&token).send().await.is(200).json();
    assert_eq!(none["items"], json!([]));
    for query in ["from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from=2020-01-01T00:00:00Z", "by=moon", "a=b"] {
        house.get(&format!("/statistics/intervals?{query}")).token(&admin).send().await.refused(422, "invalid");
    }
}

#[tokio::test]
async fn an_agent_reads_their_own_figures_and_a_supervisor_everybodys() {
    let house = House::open().await;
    let boss = house.token(UserRole::Supervisor).await;
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    answered_call(&house, QueueId::from_u128(5), ann, bob).await;
    let range = format!("from={OPENED}&to={}", OPENED + 3_600_000_000);
    let all = house.get(&format!("/statistics/agents?{range}")).token(&boss).send().await.is(200).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let one = &all["items"][0];
    assert_eq!((&one["agent_id"], &one["name"], &one["handled"]), (&json!(ann), &json!("ann"), &json!(1)));
    assert_eq!((&one["talk_ms"], &one["wrap_up_ms"], &one["aht_ms"]), (&json!(60_000), &json!(10_000), &json!(70_000)));
    assert_eq!((&one["offers"], &one["not_answered"]), (&json!(1), &json!(0)));
    let bob_token = house.token_of(bob, &[UserRole::Agent]).await;
    let own = house.get(&format!("/statistics/agents?{range}")).token(&bob_token).send().await.is(200).json();
    assert_eq!((&own["items"][0]["agent_id"], &own["items"][0]["handled"]), (&json!(bob), &json!(0)));
    house.get(&format!("/statistics/agents?{range}&agent={ann}")).token(&bob_token).send().await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_supervisor_sets_presence_by_the_switch() {
    let mut house = House::open().await;
    let boss = house.token(UserRole::Supervisor).await;
    let mut heard = house.switch(|_| Ok(Value::Null));
    let path = format!("/users/{NOBODY}/presence");
    house.post(&path, &json!({ "presence": "logged_out" })).token(&boss).send().await.is(204);
    let Some(Question::Presence { role, via, agent, presence, reason, .. }) = heard.recv().await else { panic!("nobody was asked") };
    assert_eq!((role, via, presence, reason), (Role::Supervisor, "api_token", PresenceView::LoggedOut, None));
    assert_eq!(agent.to_string(), NOBODY);
    let wrong = house.post(&path, &json!({ "presence": "ready", "reason": NOBODY })).token(&boss).send().await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "reason");
}

#[tokio::test]
async fn a_message_stands_in_its_readers_notifications_and_the_audit_counts_them() {
    let house = House::open().await;
    let admin = house.admin().await;
    let team = house.post("/teams", &json!({ "name": "Red" })).token(&admin).send().await.is(201).json()["id"].clone();
    let (ann, bob) = (house.person("ann", &[UserRole::Agent]).await, house.person("bob", &[UserRole::Agent]).await);
    house.patch(&format!("/users/{ann}"), &json!({ "team_id": team })).token(&admin).version(1).send().await.is(200);
    let told = house.post("/notifications", &json!({ "team": team, "text": " Lunch at one " })).token(&admin).send().await.is(201);
    assert_eq!(told.json()["told"], 1);
    let token = house.token_of(ann, &[UserRole::Agent]).await;
    let unread = house.get("/notifications?unread=true").token(&token).send().await.is(200).json();
    assert_eq!((&unread["items"][0]["kind"], &unread["items"][0]["title"]), (&json!("message"), &json!("Lunch at one")));
    let audit = house.get("/audit?action=message").token(&admin).send().await.is(200).json();
    assert_eq!(audit["items"][0]["after"], json!({ "people": 1 }));
    // A supervisor with a team writes to its people alone.
    let boss = house.person("boss", &[UserRole::Supervisor]).await;
    house.patch(&format!("/users/{boss}"), &json!({ "team_id": team })).token(&admin).version(1).send().await.is(200);
    let boss = house.token_of(boss, &[UserRole::Supervisor]).await;
    let write = async |body: Value| house.post("/notifications", &body).token(&boss).send().await;
    write(json!({ "users": [ann], "text": "x" })).await.is(201);
    for body in [
        json!({ "users": [bob], "text": "x" }),
        json!({ "text": "x" }),
        json!({ "users": [ann], "everybody": true, "text": "x" }),
        json!({ "users": [ann], "text": "  " }),
        json!({ "users": [ann], "text": "x".repeat(501) }),
    ] {
        write(body).await.refused(422, "invalid");
    }
}

#[tokio::test]
async fn the_server_says_what_a_page_must_know_before_a_login() {
    let house = House::with(|state| state.demo_logins = vec!["agent1".into()]).await;
    let got = house.get("/status").send().await.is(200).json();
    assert_eq!((&got["demo"], &got["demo_logins"], &got["signed_in"]), (&json!(true), &json!(["agent1"]), &json!(false)));
    assert_eq!((&got["microphone"], &got["https"], &got["ready"]), (&json!(true), &json!(false), &json!(false)));
    let admin = house.admin().await;
    assert_eq!(house.get("/status").token(&admin).send().await.is(200).json()["signed_in"], true);
}
