//! Creates that are sent twice.

use super::*;

#[tokio::test]
async fn a_create_sent_twice_with_a_key_is_done_once() {
    let house = House::open().await;
    let admin = house.admin().await;
    let make = |name: &str, key: &str| house.post("/teams", &json!({ "name": name })).token(&admin).header("idempotency-key", key);
    let first = make("Red", "k1").send().await.is(201);
    let again = make("Red", "k1").send().await.is(201);
    assert_eq!(first.bytes, again.bytes);
    for name in ["location", "etag", "content-type"] {
        assert_eq!(first.header(name), again.header(name));
    }
    make("Blue", "k1").send().await.refused(422, "invalid");
    make("Green", "k2").send().await.is(201);
    let teams = house.get("/teams").token(&admin).send().await.json();
    assert_eq!(teams["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_belongs_to_its_caller_and_path() {
    let house = House::open().await;
    let other = house.person("other", &[UserRole::Admin]).await;
    let (admin, other) = (house.admin().await, house.token_of(other, &[UserRole::Admin]).await);
    let make = |path: &str, token: &str| house.post(path, &json!({ "name": "X" })).token(token).header("idempotency-key", "k");
    let ids = [
        make("/customers", &admin).send().await.is(201).json()["id"].clone(),
        make("/customers", &other).send().await.is(201).json()["id"].clone(),
        make("/skills", &admin).send().await.is(201).json()["id"].clone(),
    ];
    assert!(ids[0] != ids[1] && ids[0] != ids[2], "{ids:?}");
}

#[tokio::test]
async fn a_refused_create_may_be_mended_under_the_same_key() {
    let house = House::open().await;
    let admin = house.admin().await;
    let make = |name: &str| house.post("/teams", &json!({ "name": name })).token(&admin).header("idempotency-key", "k");
    make("").send().await.refused(422, "invalid");
    make("Red").send().await.is(201);
}

#[tokio::test]
async fn of_many_at_once_with_one_key_one_is_made() {
    let house = House::open().await;
    let admin = house.admin().await;
    let body = json!({ "name": "Red" });
    let all = (0..8).map(|_| house.post("/teams", &body).token(&admin).header("idempotency-key", "k").send());
    let statuses: Vec<u16> = futures_util::future::join_all(all).await.into_iter().map(|got| got.status).collect();
    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    assert_eq!(house.get("/teams").token(&admin).send().await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_call_whose_answer_is_late_is_made_once() {
    let mut house = House::open().await;
    let user = house.person("ann", &[UserRole::Agent]).await;
    let token = house.token_of(user, &[UserRole::Agent]).await;
    let (mut inboxes, asks) = (house.inboxes.take().unwrap(), house.asks.clone());
    let body = json!({ "user": user, "number": "+442079460000", "queue": NOBODY });
    let call = || house.post("/calls", &body).token(&token).header("idempotency-key", "k").send();
    let hung_up = async {
        let Some(Event::Asked { ask, .. }) = inboxes.next_of_desk().await else { panic!("nothing was asked") };
        ask
    };
    // The client goes as soon as the switch has its question.
    let ask = tokio::select! { ask = hung_up => ask, _ = call() => panic!("answered before the switch") };
    call().await.refused(409, "conflict");
    asks.answer(ask, Ok(json!({ "interaction": NOBODY })));
    let got = loop {
        let got = call().await;
        if got.status != 409 {
            break got;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(got.is(201).json()["interaction"], NOBODY);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let house = House::open().await;
    let admin = house.admin().await;
    for key in ["", &"k".repeat(256)] {
        let ask = house.post("/teams", &json!({ "name": "Red" })).token(&admin).header("idempotency-key", key);
        ask.send().await.refused(400, "malformed");
    }
}
