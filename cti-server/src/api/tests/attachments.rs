//! Files on tickets and notes: sent, listed, saved, deleted, and gone with whom they are of.

use super::*;

async fn send(house: &House, token: &str, to: &str, name: &str, kind: &str, file: impl Into<reqwest::Body>) -> Got {
    let mut ask = house.ask("POST", &format!("{to}/attachments")).token(token).header("content-type", kind).header("file-name", name);
    ask.builder = ask.builder.body(file);
    ask.send().await
}

#[tokio::test]
async fn a_file_is_sent_listed_saved_and_erased_with_its_customer() {
    let house = House::open().await;
    let admin = house.admin().await;
    let kind = house.post("/ticket-types", &json!({ "name": "Request" })).token(&admin).send().await.is(201).json()["id"].clone();
    let ada = house.post("/customers", &json!({ "name": "Ada" })).token(&admin).send().await.is(201).json()["id"].clone();
    let ticket = json!({ "type_id": kind, "title": "Lamp", "customer_id": ada });
    let ticket = house.post("/tickets", &ticket).token(&admin).send().await.is(201).json()["id"].clone();
    let note = json!({ "subject": "customer", "subject_id": ada, "text": "said" });
    let note = house.post("/notes", &note).token(&admin).send().await.is(201).json()["id"].clone();
    let on = [format!("/tickets/{}", ticket.as_str().unwrap()), format!("/notes/{}", note.as_str().unwrap())];
    let mut files = Vec::new();
    for to in &on {
        let made = send(&house, &admin, to, "%E5%90%88%E5%90%8C.pdf", "application/pdf", &b"%PDF-1.7 <script>"[..]).await.is(201);
        assert_eq!((&made.json()["name"], &made.json()["bytes"]), (&json!("合同.pdf"), &json!(17)));
        let one = made.header("location").to_owned();
        let got = house.get(&one).token(&admin).send().await.is(200);
        assert_eq!((got.bytes.as_slice(), got.header("content-type")), (&b"%PDF-1.7 <script>"[..], "application/pdf"));
        assert_eq!(got.header("content-disposition"), "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf");
        assert_eq!((got.header("x-content-type-options"), got.header("cache-control")), ("nosniff", "no-store"));
        let list = house.get(&format!("{to}/attachments")).token(&admin).send().await.is(200).json();
        assert_eq!(list, json!([made.json()]));
        files.push(house.folder.path().join("attachments").join(made.json()["id"].as_str().unwrap()));
        // The file of one is none of another.
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let other = if *to == on[0] { &on[1] } else { &on[0] };
        house.get(&format!("{other}/attachments/{id}")).token(&admin).send().await.refused(404, "not-found");
    }
    assert!(files.iter().all(|file| file.exists()));
    // One more, deleted by hand.
    let made = send(&house, &admin, &on[0], "a.txt", "text/plain; charset=utf-8", "hello").await.is(201);
    let file = house.folder.path().join("attachments").join(made.json()["id"].as_str().unwrap());
    house.ask("DELETE", made.header("location")).token(&admin).send().await.is(204);
    house.chores.work_off().await;
    assert!(!file.exists());
    let erase = json!({ "mode": "anonymise", "reason": "asked for" });
    house.post(&format!("/customers/{}/erase", ada.as_str().unwrap()), &erase).token(&admin).version(1).send().await.is(200);
    house.chores.work_off().await;
    assert!(files.iter().all(|file| !file.exists()), "the files went with their customer");
}

#[tokio::test]
async fn what_may_not_be_attached_leaves_nothing() {
    let house = House::open().await;
    let admin = house.admin().await;
    let kind = house.post("/ticket-types", &json!({ "name": "Request" })).token(&admin).send().await.is(201).json()["id"].clone();
    let ticket = house.post("/tickets", &json!({ "type_id": kind, "title": "x" })).token(&admin).send().await.is(201).json()["id"].clone();
    let to = format!("/tickets/{}", ticket.as_str().unwrap());
    send(&house, &admin, &to, "a.html", "text/html", "<script>").await.refused(422, "invalid");
    send(&house, &admin, &to, "..%2Fa", "text/plain", "x").await.refused(422, "invalid");
    send(&house, &admin, &to, "%FF", "text/plain", "x").await.refused(422, "invalid");
    send(&house, &admin, &to, "big", "text/plain", vec![b'x'; (10 << 20) + 1]).await.refused(413, "too-large");
    send(&house, &admin, &format!("/tickets/{NOBODY}"), "a", "text/plain", "x").await.refused(404, "not-found");
    // A page of elsewhere cannot send the header with the name, so it is refused without one.
    let mut forged = house.ask("POST", &format!("{to}/attachments")).header("content-type", "text/plain");
    forged.builder = forged.builder.body("x");
    forged.send().await.refused(415, "not-json");
    let left = std::fs::read_dir(house.folder.path().join("attachments")).unwrap().count();
    assert_eq!((left, house.get(&format!("{to}/attachments")).token(&admin).send().await.json()), (0, json!([])));
}
