//! Erasing, holding and keeping, by the API.

use super::*;

#[tokio::test]
async fn a_customer_is_held_then_erased_with_a_certificate() {
    let house = House::open().await;
    let admin = house.admin().await;
    let made = house.post("/customers", &json!({ "name": "Ada Secret" })).token(&admin).send().await.is(201).json();
    let id = made["id"].as_str().unwrap();
    let hold = json!({ "subject": "customer", "subject_id": id, "reason": "case 9" });
    let hold = house.post("/legal-holds", &hold).token(&admin).send().await.is(201);
    let place = hold.header("location").to_owned();
    let erase = |body: Value| house.post(&format!("/customers/{id}/erase"), &body).token(&admin);
    erase(json!({ "reason": "asked for" })).send().await.refused(428, "version-required");
    let refused = erase(json!({ "reason": "asked for" })).version(1).send().await.refused(409, "conflict");
    assert!(refused["detail"].as_str().unwrap().contains("legal hold"), "{refused}");
    house.post(&format!("{place}/lift"), &json!({})).token(&admin).send().await.refused(422, "invalid");
    house.post(&format!("{place}/lift"), &json!({ "reason": "settled" })).token(&admin).send().await.is(200);
    let listed = house.get(&format!("/legal-holds?subject_id={id}&standing=false")).token(&admin).send().await.is(200).json();
    assert_eq!(listed["items"][0]["lift_reason"], "settled");
    let done = erase(json!({ "reason": "asked for" })).version(1).send().await.is(200).json();
    let certificate = house.get(&format!("/erasures/{}", done["id"].as_str().unwrap())).token(&admin).send().await.is(200);
    assert_eq!(certificate.json()["state"], "done");
    let text = String::from_utf8(certificate.bytes).unwrap();
    assert!(!text.contains("Secret"), "{text}");
    assert_eq!(house.get(&format!("/customers/{id}")).token(&admin).send().await.is(200).json()["name"], "(erased)");
    let audit = house.get(&format!("/audit?resource_id={id}")).token(&admin).send().await.json();
    assert!(!audit.to_string().contains("Secret"), "{audit}");
    let actions: Vec<&str> = audit["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions.len(), 4);
    for action in ["create", "hold", "lift", "erase"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
}

#[tokio::test]
async fn files_of_erased_recordings_are_gone() {
    let house = House::open().await;
    let folder = house.folder.path().join("recordings");
    std::fs::write(folder.join("a.wav"), b"sound").unwrap();
    house.sql("INSERT INTO file_erasure (file, erasure_id, bytes, asked_at, tries) VALUES ('a.wav', NULL, 5, 0, 0), ('../db.sqlite', NULL, 5, 0, 0)").await;
    house.chores.work_off().await;
    assert!(!folder.join("a.wav").exists());
    let left = house.store.files_to_erase(10).await.unwrap();
    assert_eq!(left.iter().map(|file| file.file.as_str()).collect::<Vec<_>>(), ["../db.sqlite"], "a path that leads out is never followed");
    assert!(house.folder.path().join("db.sqlite").exists());
}

#[tokio::test]
async fn the_file_of_an_import_goes_with_whoever_was_imported_from_it() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mapping = json!([{ "column": "Name", "to": "name" }]);
    let import = house.post("/imports", &json!({ "name": "Old system", "mapping": mapping })).token(&admin).send().await.is(201).json();
    let import = import["id"].as_str().unwrap();
    let mut ask = house.ask("PUT", &format!("/imports/{import}/file")).token(&admin).header("content-type", "text/csv");
    ask.builder = ask.builder.body("Name\nAda Secret\n");
    ask.send().await.is(200);
    house.post(&format!("/imports/{import}/start"), &json!({})).token(&admin).send().await.is(202);
    house.chores.work_off().await;
    let file = house.chores.imports().join(format!("{import}.csv"));
    assert!(file.exists());
    let found = house.get("/customers").token(&admin).send().await.is(200).json();
    let id = found["items"][0]["id"].as_str().unwrap().to_owned();
    let erase = house.post(&format!("/customers/{id}/erase"), &json!({ "reason": "asked for" })).token(&admin).version(1);
    let done = erase.send().await.is(200).json();
    assert_eq!(done["state"], "files");
    house.chores.work_off().await;
    assert!(!file.exists());
    let done = house.get(&format!("/erasures/{}", done["id"].as_str().unwrap())).token(&admin).send().await.is(200).json();
    assert_eq!(done["state"], "done");
    let said = done["certificate"]["erased"].as_array().unwrap().iter().any(|erased| erased["what"] == "import_files");
    assert!(said, "{done}");
}

#[tokio::test]
async fn a_policy_says_what_it_would_erase() {
    let house = House::open().await;
    let admin = house.admin().await;
    let policy = house.post("/retention-policies", &json!({ "kind": "audit", "days": 1 })).token(&admin).send().await.is(201).json();
    let id = policy["id"].as_str().unwrap();
    let status = house.get(&format!("/retention-policies/{id}/status")).token(&admin).send().await.is(200).json();
    assert_eq!((&status["due"]["count"], &status["active"], &status["swept"]), (&json!(0), &json!(false), &json!(0)));
    house.post("/retention-policies", &json!({ "kind": "audit", "days": 2 })).token(&admin).send().await.refused(409, "not-unique");
}
