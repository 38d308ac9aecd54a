//! Hostile text in every text field of everything people edit: it is refused by name, or kept as it is and shown, found, exported and printed
//! as text. Which fields there are is read from the description, so that a new one is tried without anybody thinking of it.

use super::rows::{Case, cases};
use super::*;

/// Texts somebody may have, or may wish to have.
const TEXTS: [&str; 25] = [
    "a\0b",
    "a\u{1b}[31mb",
    "a\tb",
    "a\rb",
    "a\r\nb",
    "a\u{2028}b",
    "\u{202e}gnp.exe",
    "\u{200f}مرحبا",
    "=HYPERLINK(\"http://x\")",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
    "<script>alert(1)</script>",
    "\"quoted\", it's; -- \\",
    "😀👩\u{200d}👩\u{200d}👧",
    "𠮷野家",
    "\u{FEFF}x\u{FFFF}",
    "* OR NEAR(\"",
    "%_\\",
    "{{customer.name}} ${jndi:ldap://x} %s",
    "../../etc/passwd",
    ") Tj ET endstream endobj <</JS (app.alert(1))>>",
];

/// Collections without a field for free text: codes, kinds and numbers only.
const CODES_ONLY: [&str; 3] = ["/retention-policies", "/custom-fields", "/formulas"];
/// What is kept in another form than it was written in, or is the program's and stays as it is.
const REWRITTEN: [(&str, &str); 9] = [
    ("/callbacks", "number"),
    ("/callbacks", "raw_number"),
    ("/callbacks", "state"),
    ("/custom-fields", "depends_on"),
    ("/imports", "mapping"),
    ("/knowledge/articles", "state"),
    ("/knowledge/articles", "title"),
    ("/numbers", "number"),
    ("/phones", "username"),
];

/// What can be made besides the configuration.
async fn records(house: &House, admin: &str) -> Vec<Case> {
    let made = async |path: &str, body: Value| house.post(path, &body).token(admin).send().await.is(201).json();
    let me = house.person("me", &[UserRole::Admin]).await;
    let attributes = json!({ "city": "Bonn" });
    let customer = json!({ "name": "Ada", "attributes": attributes, "languages": ["en"] });
    let ada = made("/customers", customer.clone()).await["id"].clone();
    let kind = made("/ticket-types", json!({ "name": "Hostile" })).await["id"].clone();
    let now = house.clock.utc().0;
    let owner = format!("user:{me}");
    let case = |path, make| Case { path, make, patch: Value::Null };
    vec![
        case("/customers", customer),
        case("/tickets", json!({ "type_id": kind, "title": "Lamp", "customer_id": ada, "tags": ["a"], "custom": { "colour": "red" } })),
        case("/notes", json!({ "subject": "customer", "subject_id": ada, "text": "said" })),
        case("/tasks", json!({ "title": "Send it", "owner": owner })),
        case(
            "/callbacks",
            json!({ "customer_id": ada, "number": "+12125550123", "reason": "offer", "from_at": now, "until_at": now + 7_200_000_000_i64,
                "zone": "UTC", "owner": owner }),
        ),
        case("/reminders", json!({ "kind": "once", "title": "Call", "date": "2030-01-31", "zone": "UTC", "owner": owner })),
        case(
            "/orders",
            json!({ "customer_id": ada, "number": "1", "placed_at": 7, "currency": "EUR", "lines": [{ "name": "Lamp", "total_minor": 1 }] }),
        ),
        case("/contracts", json!({ "customer_id": ada, "number": "C-1", "kind": "support", "starts_at": 0 })),
        case("/products", json!({ "sku": "L-1", "name": "Lamp" })),
        case("/products-owned", json!({ "customer_id": ada, "name": "Lamp", "bought_at": 7 })),
        case("/knowledge/articles", json!({ "title": "Lamps", "language": "en", "body": "Hold it.", "keywords": ["lamp"] })),
        case("/webhooks", json!({ "name": "Old CRM", "url": "https://example.com/hook", "kinds": ["customer.*"] })),
        case("/dial-rules", json!({ "name": "All", "classes": ["mobile"] })),
        case("/api-tokens", json!({ "user_id": me, "name": "Program", "roles": ["admin"] })),
    ]
}

/// A place within a row: a field, and what is below it.
type Place = Vec<Value>;

/// The text fields of a form, and those fields that hold more than one value.
fn fields(schemas: &Value, name: &str) -> (Vec<String>, Vec<String>) {
    let (mut texts, mut nested) = (Vec::new(), Vec::new());
    for (field, schema) in schemas[name]["properties"].as_object().unwrap_or_else(|| panic!("{name} has no fields")) {
        let of = |kind: &str| schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.contains(&json!(kind)));
        let plain = schema.get("format").is_none() && schema.get("enum").is_none() && schema["writeOnly"] != true;
        if of("string") && plain {
            texts.push(field.clone());
        } else if !of("string") && !of("integer") && !of("number") && !of("boolean") {
            nested.push(field.clone());
        }
    }
    (texts, nested)
}

/// The texts below a value, but for ids.
fn leaves(value: &Value, at: &Place, found: &mut Vec<Place>) {
    let below = |part: Value| at.iter().cloned().chain([part]).collect::<Place>();
    match value {
        Value::String(text) if text.parse::<uuid::Uuid>().is_err() => found.push(at.clone()),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, item)| leaves(item, &below(json!(n)), found)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| leaves(field, &below(json!(name)), found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A patch of the field in which the place is, with the text there.
fn patch(row: &Value, place: &Place, text: &str) -> Value {
    let field = place[0].as_str().unwrap();
    let mut whole = row.get(field).cloned().unwrap_or(Value::Null);
    let mut at = &mut whole;
    for part in &place[1..] {
        at = match part {
            Value::Number(n) => &mut at[n.as_u64().unwrap() as usize],
            Value::String(name) => &mut at[name.as_str()],
            other => panic!("{other}"),
        };
    }
    *at = json!(text);
    json!({ field: whole })
}

fn version(got: &Got) -> i64 {
    got.header("etag").trim_matches('"').parse().unwrap()
}

/// Whether an answer holds the text as it was written, but for the spaces around it, its line ends and its case.
fn shows(got: &Got, text: &str) -> bool {
    let wanted = json!(text.replace("\r\n", "\n").trim()).to_string().to_lowercase();
    String::from_utf8_lossy(&got.bytes).to_lowercase().contains(wanted.trim_matches('"'))
}

#[tokio::test]
async fn hostile_text_is_refused_by_name_or_kept_as_it_is_in_every_field() {
    let house = House::open().await;
    let admin = house.admin().await;
    let mut all = cases(&house, &admin).await;
    all.extend(records(&house, &admin).await);
    let description = serde_json::to_value(openapi()).unwrap();
    let (paths, schemas) = (description["paths"].as_object().unwrap(), &description["components"]["schemas"]);
    let collections: BTreeSet<&str> = paths
        .iter()
        .filter(|(path, verbs)| {
            verbs.get("post").is_some() && paths.get(&format!("{path}/{{id}}")).is_some_and(|one| one.get("patch").is_some())
        })
        .filter_map(|(path, _)| path.strip_prefix("/api/v1"))
        .collect();
    let tried: BTreeSet<&str> = all.iter().map(|case| case.path).collect();
    assert_eq!(tried, collections, "add a row to `records`, or to the cases of `rows`");

    let (mut wrong, mut places) = (Vec::new(), 0);
    for Case { path, make, .. } in &all {
        let made = house.post(path, make).token(&admin).send().await.is(201);
        let one = made.header("location").to_owned();
        // No text: a surrogate alone (RFC 8259 8.2) is refused before anything is written.
        let mut lone = house.ask("POST", path).token(&admin).header("content-type", "application/json");
        lone.builder = lone.builder.body("{\"name\":\"\\ud800\",\"title\":\"\\udc00x\"}");
        let status = lone.send().await.status;
        if status != 400 {
            wrong.push(format!("{path}: a lone surrogate is answered {status}"));
        }
        let read = house.get(&one).token(&admin).send().await.is(200);
        let mut at = version(&read);
        // An article is shown with its text.
        let row = read.json().get("article").cloned().unwrap_or_else(|| read.json());
        let form = &paths[&format!("/api/v1{path}/{{id}}")]["patch"]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let (texts, nested) = fields(schemas, form.as_str().unwrap().rsplit('/').next().unwrap());
        let mut found: Vec<Place> = texts.iter().map(|field| vec![json!(field)]).collect();
        for field in nested {
            leaves(&row[&field], &vec![json!(field)], &mut found);
        }
        places += found.len();
        let mut kept_best = 0;
        for place in &found {
            let name = place[0].as_str().unwrap();
            let (mut kept, long) = (0, "长".repeat(100_000));
            for text in TEXTS.into_iter().chain([long.as_str()]) {
                let got = house.patch(&one, &patch(&row, place, text)).token(&admin).version(at).send().await;
                let what = || format!("{path} {}: {:?}", json!(place), text.chars().take(40).collect::<String>());
                match got.status {
                    200 => {
                        at = version(&got);
                        let shown = house.get(&one).token(&admin).send().await;
                        let rewritten = REWRITTEN.contains(&(*path, name));
                        if shown.status != 200 || !(rewritten || text.trim().is_empty() || shows(&shown, text)) {
                            wrong.push(format!("{} is not shown as it was written", what()));
                        }
                        kept += 1;
                    }
                    409 => {}
                    422 if got.json()["errors"].as_array().is_some_and(|errors| !errors.is_empty()) => {}
                    status => wrong.push(format!("{} is answered {status}", what())),
                }
            }
            kept_best = kept_best.max(kept);
        }
        // Notes are listed by what they are on.
        let list = house.get(path).token(&admin).send().await.status;
        if list != 200 && *path != "/notes" {
            wrong.push(format!("{path}: the list is answered {list}"));
        }
        if kept_best < 8 && !CODES_ONLY.contains(path) {
            wrong.push(format!("{path}: no field takes free text ({kept_best})"));
        }
    }
    assert!(wrong.is_empty(), "{} of {places} places: {wrong:#?}", wrong.len());
    assert!(places > 100, "{places}");
}

#[tokio::test]
async fn hostile_text_is_said_searched_exported_and_printed_as_text() {
    let house = House::open().await;
    let admin = house.admin().await;
    let kind = house.post("/ticket-types", &json!({ "name": "Hostile" })).token(&admin).send().await.is(201).json()["id"].clone();
    let mut names = BTreeSet::new();
    for text in TEXTS {
        let body = json!({ "name": text, "notes": text, "attributes": { "city": text.replace(char::is_control, "") } });
        let made = house.post("/customers", &body).token(&admin).send().await;
        let customer = match made.status {
            201 => made.json(),
            _ => {
                made.refused(422, "invalid");
                continue;
            }
        };
        names.insert(customer["name"].as_str().unwrap().to_owned());
        // Printed: whatever a ticket takes.
        let mut ticket = json!({ "type_id": kind, "title": "Lamp", "customer_id": customer["id"] });
        for field in ["title", "description", "contact", "work", "address"] {
            ticket[field] = json!(text);
        }
        let ticket = house.post("/tickets", &ticket).token(&admin).send().await.is(201).json();
        let one = format!("/tickets/{}", ticket["id"].as_str().unwrap());
        let pdf = house.get(&format!("{one}/service-order.pdf")).token(&admin).send().await.is(200);
        let document = lopdf::Document::load_mem(&pdf.bytes).unwrap();
        assert_eq!(document.get_pages().len(), 1, "{text:?}");
        let acts = |name: &[u8]| document.objects.values().any(|object| object.as_dict().is_ok_and(|dict| dict.has(name)));
        assert!(!acts(b"JS") && !acts(b"OpenAction") && !acts(b"AA"), "{text:?}");
        // Said of it.
        let said = house.post(&format!("{one}/comments"), &json!({ "text": text, "public": false })).token(&admin).send().await.is(201);
        assert_eq!(said.json()["text"], text);
    }
    assert!(names.len() > 15, "{names:?}");

    // Searched for, wherever one can search.
    let description = serde_json::to_value(openapi()).unwrap();
    let mut searches = 0;
    for (path, verbs) in description["paths"].as_object().unwrap() {
        // The switch is asked, and there is none here; it compares words in memory.
        if path == "/api/v1/directory" {
            continue;
        }
        let parameters = verbs["get"]["parameters"].as_array().cloned().unwrap_or_default();
        let Some(name) = parameters.iter().filter_map(|one| one["name"].as_str()).find(|name| matches!(*name, "search" | "q")) else {
            continue;
        };
        searches += 1;
        for text in TEXTS {
            let got = house.get(&asking(&path.replace("{id}", NOBODY), name, text)).token(&admin).send().await;
            assert!(got.status < 500, "{path} {text:?}: {}", got.status);
        }
    }
    assert!(searches > 10, "{searches}");
    for text in ["\u{202e}gnp.exe", "<script>", "😀👩", "𠮷野", "%_\\", "=HYPER"] {
        let found = house.get(&asking("/customers", "search", text)).token(&admin).send().await.is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{text:?}: {found}");
    }

    // Exported: no cell is a formula, and what comes back is what was there.
    let file = house.get("/exports/customers.csv?columns=name,notes,attributes.city").token(&admin).send().await.is(200);
    let text = String::from_utf8(file.bytes).unwrap();
    let rows = csv(text.strip_prefix('\u{FEFF}').unwrap());
    let mut back = BTreeSet::new();
    for row in &rows[1..] {
        assert_eq!(row.len(), 3, "{row:?}");
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
        // An apostrophe was put before a formula, and before one that stood there already.
        let name = row[0].strip_prefix('\'').filter(|rest| rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']));
        back.insert(name.unwrap_or(&row[0]).to_owned());
    }
    assert_eq!(back, names);
}

/// Rows of cells (RFC 4180).
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// A path with a parameter.
fn asking(path: &str, name: &str, value: &str) -> String {
    let url = reqwest::Url::parse_with_params("http://localhost/", [(name, value)]).unwrap();
    format!("{path}?{}", url.query().unwrap_or_default())
}
