//! What is asked of the switch for `/calls`, and in whose name; the switch itself is played here.

use super::*;
use crate::switch::{Act, Where};
use softphone_protocol::{Command, RecordAsked, Role, TargetAsked};

fn done(_: &Question) -> Result<Value, WireError> {
    Ok(Value::Null)
}

#[tokio::test]
async fn a_verb_is_the_command_of_the_websocket_in_the_callers_own_name() {
    let mut house = House::open().await;
    let user = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(user, &[UserRole::Agent]).await;
    let mut heard = house.switch(done);
    let target = json!({ "to": { "kind": "number", "number": "+442079460000" } });
    for (verb, body) in [("hold", json!({})), ("transfer", target), ("record", json!({ "what": "pause" }))] {
        let got = house.post(&format!("/calls/{NOBODY}/{verb}"), &body).token(&token).send().await.is(204);
        assert!(got.bytes.is_empty());
        let Some(Question::Act(Act { by, via, role, agent, interaction, verb: said, command })) = heard.recv().await else {
            panic!("the switch was asked for no verb");
        };
        assert_eq!((by, agent, via, role, said), (user, user, "api_token", Role::Agent, verb));
        assert_eq!(interaction.to_string(), NOBODY);
        match (verb, command) {
            ("hold", Command::Hold { .. }) | ("record", Command::Record { what: RecordAsked::Pause, .. }) => {}
            ("transfer", Command::Transfer { to: TargetAsked::Number { number }, .. }) => assert_eq!(number, "+442079460000"),
            (verb, other) => panic!("{verb}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn only_who_oversees_others_acts_in_their_name() {
    let mut house = House::open().await;
    let (agent, boss) = (house.token(UserRole::Agent).await, house.token(UserRole::Supervisor).await);
    let mut heard = house.switch(done);
    let path = format!("/calls/{NOBODY}/hold?as_agent={NOBODY}");
    house.post(&path, &json!({})).token(&agent).send().await.refused(403, "forbidden");
    house.post(&path, &json!({})).token(&boss).send().await.is(204);
    let Some(Question::Act(act)) = heard.recv().await else { panic!("the switch was asked for no verb") };
    assert_eq!((act.agent.to_string().as_str(), act.role), (NOBODY, Role::Supervisor));
    assert!(act.by != act.agent);
}

#[tokio::test]
async fn what_a_command_could_not_say_is_refused_before_the_switch_is_asked() {
    let mut house = House::open().await;
    let admin = house.admin().await;
    let mut heard = house.switch(|_| panic!("the switch was asked"));
    let call = format!("/calls/{NOBODY}");
    for (verb, body) in [
        ("digits", json!({ "digits": "12x" })),
        ("digits", json!({})),
        ("hold", json!({ "call": NOBODY })),
        ("consult", json!({ "to": { "kind": "flow", "id": NOBODY } })),
        ("transfer", json!({ "to": { "kind": "number", "number": "1".repeat(41) } })),
        ("transfer", json!({ "to": { "kind": "planet", "id": NOBODY } })),
        ("move", json!({ "queue": NOBODY, "priority": 10 })),
        ("mode", json!({ "mode": "shout" })),
    ] {
        house.post(&format!("{call}/{verb}"), &body).token(&admin).send().await.refused(422, "invalid");
    }
    house.post(&format!("{call}/hold?as_agent=me"), &json!({})).token(&admin).send().await.refused(422, "invalid");
    house.post(&format!("{call}/hold?agent={NOBODY}"), &json!({})).token(&admin).send().await.refused(422, "invalid");
    house.post("/calls/7/hold", &json!({})).token(&admin).send().await.refused(404, "not-found");
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn each_refusal_of_the_switch_has_its_status() {
    type Refusal = fn(&Question) -> Result<Value, WireError>;
    let table: [(Refusal, u16, &str); 5] = [
        (|_| Err(WireError::new(ErrorCode::NotFound, "gone").field("call")), 404, "not-found"),
        (|_| Err(WireError::new(ErrorCode::NotFound, "no such queue").field("to")), 422, "invalid"),
        (|_| Err(WireError::new(ErrorCode::WrongState, "not now")), 409, "conflict"),
        (|_| Err(WireError::new(ErrorCode::Forbidden, "not yours")), 403, "forbidden"),
        (|_| Err(WireError::new(ErrorCode::Busy, "later")), 503, "busy"),
    ];
    for (answer, status, kind) in table {
        let mut house = House::open().await;
        let admin = house.admin().await;
        let _heard = house.switch(answer);
        house.post(&format!("/calls/{NOBODY}/swap"), &json!({})).token(&admin).send().await.refused(status, kind);
    }
}

#[tokio::test]
async fn a_verb_sent_twice_with_a_key_is_done_once_for_each_agent_and_verb() {
    let mut house = House::open().await;
    let admin = house.admin().await;
    let mut heard = house.switch(done);
    let send = |place: String| house.post(&place, &json!({})).token(&admin).header("idempotency-key", "k").send();
    for place in ["hold", "hold", "retrieve", "hold"] {
        send(format!("/calls/{NOBODY}/{place}")).await.is(204);
    }
    let mut asked = 0;
    while heard.try_recv().is_ok() {
        asked += 1;
    }
    assert_eq!(asked, 2);
    send(format!("/calls/{NOBODY}/hold?as_agent={NOBODY}")).await.is(204);
    assert!(heard.recv().await.is_some());
}

#[tokio::test]
async fn live_calls_are_asked_for_page_by_page_as_far_as_the_login_sees() {
    let mut house = House::open().await;
    let (agent, boss) = (house.token(UserRole::Agent).await, house.token(UserRole::Supervisor).await);
    let mut heard = house.switch(|_| Ok(json!({ "items": [], "next": null })));
    let page = house.get(&format!("/calls?cursor={NOBODY}&limit=7")).token(&agent).send().await.is(200).json();
    assert_eq!(page, json!({ "items": [], "next": null }));
    let Some(Question::Look(look)) = heard.recv().await else { panic!("nobody was asked") };
    assert!(look.role == Role::Agent && matches!(look.at, Where::Page { after: Some(_), limit: 7 }), "{look:?}");
    house.get(&format!("/calls/{NOBODY}")).token(&boss).send().await.is(200);
    let Some(Question::Look(look)) = heard.recv().await else { panic!("nobody was asked") };
    assert!(look.role == Role::Supervisor && matches!(look.at, Where::One(_)), "{look:?}");
    house.get("/calls?limit=0").token(&agent).send().await.refused(400, "malformed");
    house.get("/calls?cursor=x").token(&agent).send().await.refused(422, "invalid");
}
