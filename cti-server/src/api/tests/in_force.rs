//! Writes that calls depend on are answered once calls follow them.

use super::*;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn a_write_is_answered_once_calls_follow_it_unless_its_sender_does_not_wait() {
    let (reached, at) = crate::in_force::in_force(0);
    let house = House::with(|state| state.in_force = at).await;
    let admin = house.admin().await;
    let make = |name: &str| house.post("/skills", &json!({ "name": name })).token(&admin);

    let start = Instant::now();
    let (answered, released) = tokio::join!(
        async {
            make("waits").send().await.is(201);
            Instant::now()
        },
        async {
            // As soon as it is written.
            while house.get("/skills").token(&admin).send().await.json()["items"].as_array().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            let released = Instant::now();
            reached.send_replace(u64::MAX);
            released
        }
    );
    assert!(answered >= released || answered - start >= Duration::from_secs(2), "{:?} before", released - answered);

    reached.send_replace(0);
    let start = Instant::now();
    make("at most").send().await.is(201);
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());

    // Thirty that do not wait: each would take two seconds.
    let start = Instant::now();
    for n in 0..10 {
        let prefer = if n % 2 == 0 { "respond-async" } else { "wait=5, Respond-Async" };
        make(&format!("at once {n}")).header("prefer", prefer).send().await.is(201);
        house.get("/skills").token(&admin).send().await.is(200);
        make("").send().await.refused(422, "invalid");
    }
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}
