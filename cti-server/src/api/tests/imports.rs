//! Customers in and out as files, by the API.

use super::*;

async fn import(house: &House, admin: &str, body: Value) -> String {
    house.post("/imports", &body).token(admin).send().await.is(201).json()["id"].as_str().unwrap().to_owned()
}

async fn send(house: &House, admin: &str, id: &str, file: impl Into<reqwest::Body>) -> Got {
    let mut ask = house.ask("PUT", &format!("/imports/{id}/file")).token(admin).header("content-type", "text/csv");
    ask.builder = ask.builder.body(file);
    ask.send().await
}

#[tokio::test]
async fn a_file_is_sent_tried_taken_over_and_its_errors_come_back() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mapping = json!([{ "column": "Name", "to": "name" }, { "column": "Mail", "to": "email", "label": "work" }]);
    let id = import(&house, &admin, json!({ "name": "Old system" })).await;
    let post = |verb: &str, body: Value| house.post(&format!("/imports/{id}/{verb}"), &body).token(&admin);
    post("start", json!({})).send().await.refused(409, "conflict");
    let text = "\u{FEFF}Name,Mail\n王小明,wang@example.com\nAda,=nonsense\n\"Bob, Jr\",\n";
    let here = send(&house, &admin, &id, text).await.is(200).json();
    assert_eq!((&here["state"], &here["columns"]), (&json!("uploaded"), &json!(["Name", "Mail"])));
    post("start", json!({})).send().await.refused(422, "invalid");
    house.patch(&format!("/imports/{id}"), &json!({ "mapping": mapping })).token(&admin).version(1).send().await.is(200);
    post("start", json!({ "dry_run": true })).send().await.is(202);
    house.chores.work_off().await;
    let progress = async || house.get(&format!("/imports/{id}/progress")).token(&admin).send().await.is(200).json();
    let tried = progress().await;
    assert_eq!((&tried["state"], &tried["created"], &tried["failed"]), (&json!("checked"), &json!(2), &json!(1)));
    assert_eq!(house.get("/customers").token(&admin).send().await.json()["items"], json!([]));
    post("start", json!({})).send().await.is(202);
    house.chores.work_off().await;
    let done = progress().await;
    assert_eq!((&done["state"], &done["rows"], &done["created"]), (&json!("done"), &json!(3), &json!(2)));
    let errors = house.get(&format!("/imports/{id}/errors")).token(&admin).send().await.is(200).json();
    assert_eq!((&errors["items"][0]["line"], &errors["items"][0]["field"]), (&json!(3), &json!("Mail")));
    let file = house.get(&format!("/imports/{id}/errors.csv")).token(&admin).send().await.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let file = String::from_utf8(file.bytes).unwrap();
    assert!(file.contains("2,3,Mail,write it as name@example.com,Ada,'=nonsense\r\n"), "{file}");
    let found = house.get("/customers?search=wang@").token(&admin).send().await.json();
    assert_eq!(found["items"][0]["name"], "王小明");
    post("stop", json!({})).send().await.is(200);
    house.ask("DELETE", &format!("/imports/{id}")).token(&admin).version(2).send().await.is(204);
    house.get(&format!("/imports/{id}/progress")).token(&admin).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn a_file_that_is_no_text_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    let admin = house.admin().await;
    let id = import(&house, &admin, json!({ "name": "x" })).await;
    send(&house, &admin, &id, &b"Name\nJ\xFCrgen\n"[..]).await.refused(422, "invalid");
    send(&house, &admin, &id, &b"\xFF\xFEN\0"[..]).await.refused(422, "invalid");
    send(&house, &admin, &id, "").await.refused(422, "invalid");
    house.ask("PUT", &format!("/imports/{id}/file")).json(&json!({})).token(&admin).send().await.refused(415, "not-csv");
    let chinese = import(&house, &admin, json!({ "name": "y", "encoding": "gb18030" })).await;
    let here = send(&house, &admin, &chinese, &b"\xD0\xD5\xC3\xFB\n\xCD\xF5\n"[..]).await.is(200).json();
    assert_eq!(here["columns"], json!(["姓名"]));
    // Larger than what JSON may be.
    let large = format!("Name\n{}", "Ada King\n".repeat(300_000));
    send(&house, &admin, &id, large).await.is(200);
}

#[tokio::test]
async fn customers_are_exported_without_formulas_and_it_is_noted() {
    let house = House::open().await;
    let admin = house.admin().await;
    for n in 0..3 {
        let body = json!({ "name": format!("=cmd|{n}"), "contacts": [{ "kind": "phone", "value": format!("+44207946000{n}") }] });
        house.post("/customers", &body).token(&admin).send().await.is(201);
    }
    let file = house.get("/exports/customers.csv?columns=name,phone_1,attributes.city").token(&admin).send().await.is(200);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"customers.csv\"");
    let text = String::from_utf8(file.bytes).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.remove(0), "\u{FEFF}name,phone_1,attributes.city");
    lines.sort_unstable();
    assert_eq!(lines[0], "'=cmd|0,'+442079460000,");
    assert_eq!(lines.len(), 3);
    let found = house.get("/exports/customers.csv?search=%2B442079460001").token(&admin).send().await.is(200);
    assert_eq!(String::from_utf8(found.bytes).unwrap().lines().count(), 2);
    house.get("/exports/customers.csv?columns=nmae").token(&admin).send().await.refused(422, "invalid");
    let list = house.get("/exports").token(&admin).send().await.is(200).json();
    let rows: Vec<(i64, bool, bool)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["rows"].as_i64().unwrap(), e["searched"].as_bool().unwrap(), e["ended_at"].is_i64()))
        .collect();
    let mut rows = rows;
    rows.sort_unstable();
    assert_eq!(rows, [(1, true, true), (3, false, true)]);
    let audit = house.get("/audit?action=export").token(&admin).send().await.json();
    assert_eq!(audit["items"].as_array().unwrap().len(), 2);
    assert!(!audit.to_string().contains("442079460001"), "what was searched for is not kept");
}
