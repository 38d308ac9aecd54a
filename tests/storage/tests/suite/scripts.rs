//! Scripts: versions, runs that go on where they were left, and answers that are written into the record or not at all.

use crate::config::{queue, user};
use crm_core::model::*;
use crm_core::script::{Document, RunState, ScriptRun, StartRun};
use crm_core::{ListQuery, StoreError, Viewer, Who};
use cti_types::{Chance, CustomerId, InteractionId, QueueId};
use serde_json::{Map, Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_wrong_document_is_refused_and_a_right_one_is_published,
    a_queue_has_one_active_script,
    a_run_goes_on_where_it_was_left_with_the_version_it_began_with,
    answers_are_written_into_the_record,
    what_the_record_refuses_is_named_by_its_input_and_nothing_is_kept,
    of_two_answers_at_once_one_is_refused,
    a_run_is_of_whom_the_contact_turns_out_to_be,
    answers_open_the_contacts_ticket_and_change_it,
    answers_go_by_the_definitions_of_fields_and_by_the_rights_of_who_answers,
);

fn who() -> Who {
    Who::system("test")
}

fn document(greeting: &str) -> Document {
    serde_json::from_value(json!({
        "start": "ask",
        "steps": [
            { "id": "ask", "text": { "en": format!("{greeting} {{card.name}}, account {{ivr.account}}") },
              "inputs": [
                { "name": "company", "label": { "en": "Company" }, "kind": "text", "write": { "to": "customer", "field": "company" } },
                { "name": "tongue", "label": { "en": "Language" }, "kind": "text", "write": { "to": "customer", "field": "language" } },
                { "name": "budget", "label": { "en": "Budget" }, "kind": "number", "write": { "to": "customer", "field": "attributes.budget" } },
                { "name": "wish", "label": { "en": "Wish" }, "kind": "text", "write": { "to": "customer", "field": "notes" } },
              ],
              "branches": [{ "when": { "field": "card.tier", "op": "eq", "value": "gold" }, "next": "gold" }], "next": "end" },
            { "id": "gold", "text": { "en": "Gold: {answers.budget}" }, "next": "end" },
            { "id": "end", "text": { "en": "Bye" }, "end": true },
        ],
    }))
    .expect("a document")
}

struct Scene {
    agent: Who,
    queue: QueueId,
    script: ScriptId,
    customer: CustomerId,
}

async fn scene(db: &TestStore) -> Scene {
    let agent = Who::user(db.store.insert(&who(), NOW, user("ann")).await.expect("a user").id, "test");
    let queue = db.store.insert(&who(), NOW, queue("Sales")).await.expect("a queue").id;
    let data = Script { name: "Talk".into(), queue_id: Some(queue), active: true };
    let script = db.store.insert(&who(), NOW, data).await.expect("a script").id;
    db.store.add_script_version(&who(), NOW, script, document("Hello")).await.expect("a version");
    db.store.publish_script_version(&who(), NOW, script, 1).await.expect("live");
    let data = json!({ "name": "Noah *W*", "tier": "gold", "notes": "first", "attributes": { "account": "77" } });
    let customer = serde_json::from_value(data).expect("a customer");
    let customer = db.store.create_customer(&who(), NOW, customer, &[]).await.expect("a customer").0.id;
    Scene { agent, queue, script, customer }
}

fn start(scene: &Scene) -> StartRun {
    StartRun {
        script_id: None,
        queue_id: Some(scene.queue),
        interaction_id: InteractionId::new(NOW, &mut Chance::from_number(1)),
        customer_id: Some(scene.customer),
        language: None,
        data: [("account".to_owned(), "4711".to_owned())].into(),
    }
}

fn given(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

async fn answer(db: &TestStore, scene: &Scene, run: &ScriptRun, value: Value) -> Result<ScriptRun, StoreError> {
    db.store.answer_script_run(&Viewer::program(), &scene.agent, NOW, run.id, run.version, &given(value)).await
}

async fn a_wrong_document_is_refused_and_a_right_one_is_published(db: TestStore) {
    let scene = scene(&db).await;
    let mut wrong = document("Hello");
    wrong.start = "nowhere".into();
    let refused = db.store.add_script_version(&who(), NOW, scene.script, wrong).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "start"), "{refused:?}");
    db.store.add_script_version(&who(), NOW, scene.script, document("Welcome")).await.expect("a version");
    assert_eq!(db.store.script_of_queue(scene.queue).await.expect("live").number, 1, "a draft is not live");
    db.store.publish_script_version(&who(), NOW, scene.script, 2).await.expect("live");
    let live = db.store.script_of_queue(scene.queue).await.expect("live");
    assert_eq!((live.number, live.document, live.state), (2, document("Welcome"), ScriptState::Live));
    let states: Vec<_> = db.store.script_versions(scene.script).await.expect("versions").into_iter().map(|v| v.state).collect();
    assert_eq!(states, [ScriptState::Live, ScriptState::Retired]);
    let none = db.store.publish_script_version(&who(), NOW, scene.script, 9).await;
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
    assert_eq!(db.store.script_of_queue(scene.queue).await.expect("still live").number, 2);
}

async fn a_queue_has_one_active_script(db: TestStore) {
    let scene = scene(&db).await;
    let other = |active| Script { name: format!("Other {active}"), queue_id: Some(scene.queue), active };
    let clash = db.store.insert(&who(), NOW, other(true)).await;
    assert!(matches!(&clash, Err(StoreError::Clash { field: "queue_id", .. })), "{clash:?}");
    db.store.insert(&who(), NOW, other(false)).await.expect("an inactive one");
    let used = db.store.delete::<Queue>(&who(), NOW, scene.queue, 1).await;
    assert!(matches!(used, Err(StoreError::InUse { .. })), "{used:?}");
    db.store.update::<Script>(&who(), NOW, scene.script, 1, &json!({ "active": false })).await.expect("a change");
    let none = db.store.script_of_queue(scene.queue).await;
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
}

async fn a_run_goes_on_where_it_was_left_with_the_version_it_began_with(db: TestStore) {
    let scene = scene(&db).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    assert_eq!(run.step.text, "Hello Noah \\*W\\*, account 4711");
    let run = answer(&db, &scene, &run, json!({ "budget": 5 })).await.expect("an answer");
    assert_eq!((run.step.id.as_str(), run.step.text.as_str(), run.version), ("gold", "Gold: 5", 2));
    db.store.add_script_version(&who(), NOW, scene.script, document("Welcome")).await.expect("a version");
    db.store.publish_script_version(&who(), NOW, scene.script, 2).await.expect("live");
    let again = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("the same run");
    assert_eq!(again, run);
    let back = db.store.script_run_back(&scene.agent, NOW, run.id, run.version).await.expect("back");
    assert_eq!(back.step.id, "ask");
    assert_eq!(back.step.inputs.iter().find(|input| input.name == "budget").and_then(|input| input.value.clone()), Some(json!(5)));
    let first = db.store.script_run_back(&scene.agent, NOW, run.id, back.version).await;
    assert!(matches!(first, Err(StoreError::Invalid { .. })), "{first:?}");
    let run = answer(&db, &scene, &back, json!({})).await.expect("an answer");
    let over = answer(&db, &scene, &run, json!({})).await.expect("an answer");
    assert_eq!((over.state, over.step.end), (RunState::Over, true));
    let more = answer(&db, &scene, &over, json!({})).await;
    assert!(matches!(more, Err(StoreError::Invalid { .. })), "{more:?}");
    assert_eq!(db.store.script_runs_of(NOW, run.interaction_id).await.expect("runs"), [over]);
}

async fn answers_are_written_into_the_record(db: TestStore) {
    let scene = scene(&db).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    let all = json!({ "company": "Northwind", "tongue": "zh", "budget": "1500", "wish": "wants a lamp" });
    let run = answer(&db, &scene, &run, all.clone()).await.expect("an answer");
    let customer = db.store.get::<Customer>(scene.customer).await.expect("the customer");
    assert_eq!((customer.company.as_deref(), customer.language.as_deref()), (Some("Northwind"), Some("zh")));
    assert_eq!(customer.notes, "first\nwants a lamp");
    assert_eq!(customer.attributes, [("account".to_owned(), "77".to_owned()), ("budget".to_owned(), "1500".to_owned())].into());
    // Answered again the note does not stand there twice, and what is left empty clears nothing.
    let back = db.store.script_run_back(&scene.agent, NOW, run.id, run.version).await.expect("back");
    answer(&db, &scene, &back, json!({ "wish": "wants a lamp" })).await.expect("an answer");
    let again = db.store.get::<Customer>(scene.customer).await.expect("the customer");
    assert_eq!((again.notes.as_str(), again.company.as_deref()), ("first\nwants a lamp", Some("Northwind")));
    let audit = ListQuery { equals: vec![("resource_id".into(), scene.customer.to_string())], ..ListQuery::default() };
    let audit = db.store.audit(&audit).await.expect("the audit").items;
    assert!(audit.iter().any(|row| row.action == "update" && row.user == scene.agent.user), "{audit:?}");
    let run_audit = ListQuery { equals: vec![("resource_id".into(), run.id.to_string())], ..ListQuery::default() };
    let text = serde_json::to_string(&db.store.audit(&run_audit).await.expect("the audit").items).expect("JSON");
    assert!(text.contains("budget") && !text.contains("Northwind"), "the run's own audit holds no answer: {text}");
}

async fn what_the_record_refuses_is_named_by_its_input_and_nothing_is_kept(db: TestStore) {
    let scene = scene(&db).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    let refused = answer(&db, &scene, &run, json!({ "company": "x".repeat(300), "tongue": "Klingon", "budget": 7 })).await;
    match refused {
        Err(StoreError::Invalid { errors, .. }) => {
            let mut fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            fields.sort_unstable();
            assert_eq!(fields, ["answers.company", "answers.tongue"]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(db.store.script_run(NOW, run.id).await.expect("the run"), run, "nothing has changed");
    assert!(!db.store.get::<Customer>(scene.customer).await.expect("the customer").attributes.contains_key("budget"));
    let nobody = StartRun { customer_id: None, interaction_id: InteractionId::new(NOW, &mut Chance::from_number(9)), ..start(&scene) };
    let run = db.store.start_script_run(&scene.agent, NOW, nobody).await.expect("a run without a customer");
    assert_eq!(run.step.text, "Hello …, account 4711");
    let refused = answer(&db, &scene, &run, json!({ "budget": 7 })).await;
    assert!(
        matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors.iter().any(|e| e.field == "answers.budget")),
        "{refused:?}"
    );
    answer(&db, &scene, &run, json!({})).await.expect("nothing is to be written");
}

async fn of_two_answers_at_once_one_is_refused(db: TestStore) {
    let scene = scene(&db).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    let (first, second) =
        tokio::join!(answer(&db, &scene, &run, json!({ "company": "One" })), answer(&db, &scene, &run, json!({ "company": "Two" })));
    let refused = [&first, &second].into_iter().filter(|result| matches!(result, Err(StoreError::VersionConflict { .. }))).count();
    assert_eq!(refused, 1, "{first:?} {second:?}");
    let kept = db.store.script_run(NOW, run.id).await.expect("the run");
    let company = db.store.get::<Customer>(scene.customer).await.expect("the customer").company.clone();
    assert_eq!(kept.answers.get("company").and_then(Value::as_str), company.as_deref(), "run and record say the same");
}

async fn define(db: &TestStore, field: Value) {
    db.store.insert(&who(), NOW, serde_json::from_value::<CustomField>(field).expect("a field")).await.expect("a field");
}

/// A script that writes to the customer's and the ticket's fields defined at run time.
async fn with_fields(db: &TestStore, scene: &Scene) -> TicketTypeId {
    define(db, json!({ "key": "seats", "type": "number", "editable_by": ["supervisor"] })).await;
    let options = json!([{ "value": "door" }, { "value": "lamp" }]);
    define(db, json!({ "resource": "ticket", "key": "part", "type": "list", "required": true, "options": options })).await;
    let kind = serde_json::from_value::<TicketType>(json!({ "name": "Repair" })).expect("a type");
    let kind = db.store.insert(&who(), NOW, kind).await.expect("a type").id;
    let choice = |value: &str| json!({ "value": value, "label": { "en": value } });
    let input = |name: &str, kind: &str, to: &str, field: &str| {
        let choices = if name == "part" { vec![choice("door"), choice("lamp")] } else { Vec::new() };
        let write = json!({ "to": to, "field": field });
        json!({ "name": name, "label": { "en": name }, "kind": kind, "choices": choices, "write": write })
    };
    let document = json!({
        "start": "ask", "ticket": { "type_id": kind, "title": { "en": "Repair: {answers.part}" } },
        "steps": [
            { "id": "ask", "text": { "en": "?" }, "next": "end", "inputs": [
                input("seats", "number", "customer", "fields.seats"), input("part", "choice", "ticket", "fields.part"),
                input("what", "text", "ticket", "description"), input("where", "text", "ticket", "address"),
            ] },
            { "id": "end", "text": { "en": "Bye" }, "end": true },
        ],
    });
    let document: Document = serde_json::from_value(document).expect("a document");
    let mut wrong = document.clone();
    wrong.steps[0].inputs[0].kind = crm_core::script::InputKind::Text;
    wrong.steps[0].inputs[1].choices.pop();
    wrong.steps[0].inputs[1].choices.push(serde_json::from_value(choice("roof")).expect("a choice"));
    let refused = db.store.add_script_version(&who(), NOW, scene.script, wrong).await;
    let Err(StoreError::Invalid { errors, .. }) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["steps[0].inputs[0].kind", "steps[0].inputs[1].choices[1].value"]);
    db.store.add_script_version(&who(), NOW, scene.script, document).await.expect("a version");
    db.store.publish_script_version(&who(), NOW, scene.script, 2).await.expect("live");
    kind
}

async fn answers_open_the_contacts_ticket_and_change_it(db: TestStore) {
    let scene = scene(&db).await;
    let kind = with_fields(&db, &scene).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    // What a ticket must have is asked before one is opened, and nothing is kept of the answer.
    let refused = answer(&db, &scene, &run, json!({ "what": "broken", "seats": 3 })).await;
    assert!(matches!(&refused, Err(StoreError::Invalid { errors, .. }) if errors[0].field == "answers.part"), "{refused:?}");
    assert_eq!(db.store.script_run(NOW, run.id).await.expect("the run"), run);
    assert!(db.store.get::<Customer>(scene.customer).await.expect("the customer").fields.is_empty());
    let asked = answer(&db, &scene, &run, json!({ "part": "door", "what": "broken", "seats": 3 })).await.expect("an answer");
    let opened = asked.ticket_id.expect("a ticket");
    let ticket = db.store.ticket_detail(opened).await.expect("the ticket");
    let data = &ticket.ticket.data;
    assert_eq!((data.type_id, data.title.as_str(), data.customer_id), (kind, "Repair: door", Some(scene.customer)));
    assert_eq!((data.fields.get("part"), data.description.as_str()), (Some(&json!("door")), "broken"));
    assert_eq!(ticket.interactions, [run.interaction_id], "it is the ticket of this contact");
    assert_eq!(db.store.get::<Customer>(scene.customer).await.expect("the customer").fields.get("seats"), Some(&json!(3)));
    // Answered again the same ticket is changed; somebody else wrote it meanwhile.
    db.store.update_ticket(&who(), NOW, opened, 1, &json!({ "description": "broken\nsince Monday" })).await.expect("a change");
    let back = db.store.script_run_back(&scene.agent, NOW, run.id, asked.version).await.expect("back");
    let again = answer(&db, &scene, &back, json!({ "part": "lamp", "what": "flickers", "where": "1 High St" })).await.expect("an answer");
    assert_eq!(again.ticket_id, Some(opened));
    let data = db.store.ticket(opened).await.expect("the ticket").data;
    assert_eq!((data.description.as_str(), data.address.as_str()), ("broken\nsince Monday\nflickers", "1 High St"));
    assert_eq!((data.fields.get("part"), data.title.as_str()), (Some(&json!("lamp")), "Repair: door"));
    // Another agent's run of the same contact comes to the same ticket.
    let other = Who::user(db.store.insert(&who(), NOW, user("bob")).await.expect("a user").id, "test");
    let run = db.store.start_script_run(&other, NOW, start(&scene)).await.expect("a run");
    let given = given(json!({ "where": "2 High St" }));
    let run = db.store.answer_script_run(&Viewer::program(), &other, NOW, run.id, 1, &given).await.expect("an answer");
    assert_eq!(run.ticket_id, Some(opened));
}

async fn answers_go_by_the_definitions_of_fields_and_by_the_rights_of_who_answers(db: TestStore) {
    let scene = scene(&db).await;
    with_fields(&db, &scene).await;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    let agent = Viewer::of(scene.agent.user.expect("a user"), [UserRole::Agent].into(), None);
    let say = async |value: Value| db.store.answer_script_run(&agent, &scene.agent, NOW, run.id, 1, &given(value)).await;
    let refused = say(json!({ "seats": 3, "part": "door" })).await;
    assert!(matches!(&refused, Err(StoreError::NotAllowed { errors, .. }) if errors[0].field == "answers.seats"), "{refused:?}");
    // A customer who went out of sight is not there.
    db.store
        .update::<Customer>(&who(), NOW, scene.customer, 1, &json!({ "visibility": "owner", "owner_id": owner(&db).await }))
        .await
        .expect("hidden");
    let refused = say(json!({ "seats": 3 })).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
    assert_eq!(db.store.script_run(NOW, run.id).await.expect("the run").version, 1, "nothing was kept");
}

async fn owner(db: &TestStore) -> cti_types::UserId {
    db.store.insert(&who(), NOW, user("boss")).await.expect("a user").id
}

async fn a_run_is_of_whom_the_contact_turns_out_to_be(db: TestStore) {
    let scene = scene(&db).await;
    let data = serde_json::from_value(json!({ "name": "Mia" })).expect("a customer");
    let mia = db.store.create_customer(&who(), NOW, data, &[]).await.expect("a customer").0.id;
    let run = db.store.start_script_run(&scene.agent, NOW, start(&scene)).await.expect("a run");
    let other = StartRun { script_id: Some(scene.script), queue_id: None, customer_id: Some(mia), ..start(&scene) };
    // No longer live: who is in it goes on all the same.
    db.store.update::<Script>(&who(), NOW, scene.script, 1, &json!({ "active": false })).await.expect("a change");
    let again = db.store.start_script_run(&scene.agent, NOW, other.clone()).await.expect("the same run");
    assert_eq!((again.id, again.customer_id, again.version), (run.id, Some(mia), 2));
    assert_eq!(again.step.text, "Hello Mia, account 4711");
    let nobody = StartRun { customer_id: None, ..other };
    assert_eq!(db.store.start_script_run(&scene.agent, NOW, nobody).await.expect("the same run"), again);
    answer(&db, &scene, &again, json!({ "company": "Northwind" })).await.expect("an answer");
    let company = async |id| db.store.get::<Customer>(id).await.expect("a customer").data.company;
    assert_eq!((company(mia).await.as_deref(), company(scene.customer).await), (Some("Northwind"), None));
}
