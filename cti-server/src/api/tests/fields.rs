//! Every role with every field of every kind of record: what the table of rights says is what happens, told by what stands there afterwards.

use super::*;
use crm_core::rights::{Row, TABLE, Verb};

const ROLES: [UserRole; 4] = [UserRole::Agent, UserRole::Supervisor, UserRole::Analyst, UserRole::Admin];
/// The store's own.
const OWN: [&str; 4] = ["id", "version", "created_at", "updated_at"];
/// Of a customer as read: changed by requests of their own, or by what happens.
const BESIDE: [&str; 4] = ["contacts", "last_contact_at", "last_order_at", "last_ticket_at"];

/// A kind of record.
struct Sample {
    resource: &'static str,
    path: &'static str,
    /// The least that makes one, seen by everybody who may read such rows.
    base: Value,
    /// Its fields that somebody may write, each with a value that is not the base's. `{n}` is another number each time.
    fields: Vec<(&'static str, Value)>,
}

fn line(resource: &str, field: &str) -> &'static Row {
    let of = |field: &str| TABLE.iter().find(|row| row.resource == resource && row.is_of(field));
    of(field).or_else(|| of("*")).unwrap_or_else(|| panic!("{resource} {field} has no line"))
}

fn fields(of: Value) -> Vec<(&'static str, Value)> {
    let Value::Object(of) = of else { panic!("{of}") };
    of.into_iter().map(|(name, value)| (&*name.leak(), value)).collect()
}

/// Rows that others refer to.
struct Others {
    customer: Value,
    other: Value,
    user: UserId,
    team: Value,
    team_2: Value,
    queue: Value,
    product: Value,
    kind: Value,
    kind_2: Value,
    ticket: Value,
    now: i64,
}

impl Others {
    async fn make(house: &House, admin: &str) -> Others {
        let make = async |path: &str, body: Value| house.post(path, &body).token(admin).send().await.is(201).json()["id"].clone();
        make("/custom-fields", json!({ "key": "memo", "type": "text" })).await;
        make("/custom-fields", json!({ "resource": "ticket", "key": "memo", "type": "text" })).await;
        let kind = make("/ticket-types", json!({ "name": "Request" })).await;
        Others {
            customer: make("/customers", json!({ "name": "Ada" })).await,
            other: make("/customers", json!({ "name": "Bob" })).await,
            user: house.person("somebody", &[UserRole::Agent]).await,
            team: make("/teams", json!({ "name": "Red" })).await,
            team_2: make("/teams", json!({ "name": "Blue" })).await,
            queue: make("/queues", json!({ "name": "Support" })).await,
            product: make("/products", json!({ "sku": "L-1", "name": "Lamp" })).await,
            ticket: make("/tickets", json!({ "type_id": kind, "title": "Above" })).await,
            kind,
            kind_2: make("/ticket-types", json!({ "name": "Repair" })).await,
            now: house.clock.utc().0,
        }
    }

    fn samples(&self) -> Vec<Sample> {
        let (customer, other, user) = (&self.customer, &self.other, self.user);
        let owner = format!("user:{user}");
        let mut all = vec![
            Sample {
                resource: "customer",
                path: "/customers",
                base: json!({ "name": "Ada", "team_id": self.team, "owner_id": null }),
                fields: fields(json!({
                    "kind": "company", "name": "Eve", "given_name": "E", "family_name": "V", "company": "Engines", "language": "de",
                    "tier": "gold", "notes": "x", "owner_id": user, "external_id": "C-{n}", "attributes": { "a": "b" },
                    "languages": ["fr"], "birthday": "1986-03-08", "team_id": self.team_2, "visibility": "team", "fields": { "memo": "x" },
                })),
            },
            Sample {
                resource: "ticket",
                path: "/tickets",
                base: json!({ "type_id": self.kind, "title": "Lamp", "customer_id": customer }),
                fields: fields(json!({
                    "type_id": self.kind_2, "title": "Chair", "description": "x", "priority": "urgent", "customer_id": other,
                    "contact_id": other, "contact": "Bob", "queue_id": self.queue, "team_id": self.team, "assignee_id": user,
                    "parent_id": self.ticket, "tags": ["vip"], "custom": { "a": "b" }, "work": "x", "address": "x",
                    "appointment_at": 7, "external_id": "T-{n}", "fields": { "memo": "x" },
                })),
            },
        ];
        all.extend(self.records());
        all.extend([
            Sample {
                resource: "task",
                path: "/tasks",
                base: json!({ "title": "Call", "customer_id": customer }),
                fields: fields(json!({
                    "title": "Write", "text": "x", "state": "done", "priority": 2, "due_at": 9, "reminder_at": 9, "owner": owner,
                    "customer_id": other, "ticket_id": self.ticket, "interaction_id": NOBODY,
                })),
            },
            Sample {
                resource: "callback",
                path: "/callbacks",
                base: json!({ "number": "+12125550123", "from_at": self.now, "until_at": self.now + 7_200_000_000, "zone": "UTC",
                    "owner": format!("team:{}", self.team.as_str().unwrap()), "customer_id": customer }),
                fields: fields(json!({
                    "customer_id": other, "number": "+12125550199", "reason": "x", "from_at": self.now + 1_000_000,
                    "until_at": self.now + 7_300_000_000, "zone": "Europe/Berlin", "owner": owner, "priority": 2, "attempts_max": 5,
                    "gap_minutes": 45, "ticket_id": self.ticket, "interaction_id": NOBODY,
                })),
            },
            Sample {
                resource: "reminder",
                path: "/reminders",
                base: json!({ "kind": "once", "title": "Call", "date": "2090-01-31", "zone": "UTC", "customer_id": customer }),
                fields: fields(json!({
                    "kind": "yearly", "title": "Write", "owner": owner, "customer_id": other, "date": "2091-02-01", "time": "10:30",
                    "zone": "Europe/Berlin", "days_before": 3, "active": false,
                })),
            },
            Sample {
                resource: "note",
                path: "/notes",
                base: json!({ "subject": "interaction", "subject_id": NOBODY, "text": "known" }),
                fields: fields(json!({ "subject": "ticket", "subject_id": self.ticket, "customer_id": other, "text": "other" })),
            },
        ]);
        all
    }

    fn records(&self) -> [Sample; 3] {
        let (customer, other) = (&self.customer, &self.other);
        [
            Sample {
                resource: "order",
                path: "/orders",
                base: json!({ "customer_id": customer, "number": "A-1", "placed_at": 5, "currency": "EUR" }),
                fields: fields(json!({
                    "customer_id": other, "external_id": "O-{n}", "number": "A-2", "state": "shipped", "placed_at": 7, "currency": "USD",
                    "total_minor": 9, "due_minor": 9, "due_at": 9, "lines": [{ "sku": null, "name": "x", "quantity": 2, "total_minor": 3 }],
                    "delivery": "delivered", "delivery_at": 9, "carrier": "x", "tracking": "x", "notes": "x",
                })),
            },
            Sample {
                resource: "contract",
                path: "/contracts",
                base: json!({ "customer_id": customer, "number": "C-1", "kind": "support", "starts_at": 5, "renewal_months": 12 }),
                fields: fields(json!({
                    "customer_id": other, "external_id": "K-{n}", "number": "C-2", "kind": "lease", "product_id": self.product,
                    "state": "draft", "starts_at": 7, "ends_at": 99, "auto_renewal": true, "renewal_months": 6,
                    "entitlements": [{ "key": "visits", "name": "x", "quantity": 3, "used": 1 }], "owner_id": self.user, "remind_at": 9,
                    "notes": "x",
                })),
            },
            Sample {
                resource: "product_owned",
                path: "/products-owned",
                base: json!({ "customer_id": customer, "name": "Lamp", "bought_at": 5 }),
                fields: fields(json!({
                    "customer_id": other, "external_id": "P-{n}", "product_id": self.product, "name": "Chair", "serial": "x",
                    "bought_at": 4, "warranty_until": 99, "registered": true, "notes": "x",
                })),
            },
        ]
    }
}

impl Sample {
    /// With those the program keeps, for which any value will do: it is not taken.
    fn all_fields(&self) -> Vec<(&'static str, Value)> {
        let mut all = self.fields.clone();
        if self.resource != "customer" {
            let lines = TABLE.iter().filter(|row| row.resource == self.resource && !matches!(row.field, "" | "*"));
            let kept: Vec<&str> =
                lines.flat_map(|row| row.field.split(' ')).filter(|name| all.iter().all(|(other, _)| other != name)).collect();
            all.extend(kept.into_iter().map(|name| (name, json!(999))));
        }
        all
    }
}

/// A value with another number in it each time.
fn fresh(value: &Value, count: &mut u32) -> Value {
    *count += 1;
    match value.as_str() {
        Some(text) => json!(text.replace("{n}", &count.to_string())),
        None => value.clone(),
    }
}

#[tokio::test]
async fn each_role_creates_changes_and_reads_each_field_the_table_says() {
    let house = House::open().await;
    let admin = house.admin().await;
    let others = Others::make(&house, &admin).await;
    let mut tokens = Vec::new();
    for role in ROLES {
        let user = house.person(&(format!("{role:?}").to_lowercase() + "-2"), &[role]).await;
        tokens.push((role, house.token_of(user, &[role]).await));
    }
    let (mut wrong, mut count) = (Vec::new(), 0);
    for sample in others.samples() {
        let Sample { resource, path, base, .. } = &sample;
        let all = sample.all_fields();
        let made = house.post(path, base).token(&admin).send().await.is(201).json();
        let named: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
        let columns = made.as_object().unwrap().keys().map(String::as_str).filter(|name| !OWN.contains(name) && !BESIDE.contains(name));
        assert_eq!(named, columns.collect::<BTreeSet<_>>(), "each field of a {resource} is tried");
        for (role, token) in &tokens {
            let row = |verb| line(resource, "").allows(*role, verb);
            for (field, value) in &all {
                let may = |verb| row(verb) && line(resource, field).allows(*role, verb);
                let mut tell = |what: &str, done: bool, expected: bool, status: u16| {
                    if done != expected {
                        wrong.push(format!("{role:?} {what} {resource}.{field}: {status}"));
                    }
                };
                let mut body = base.clone();
                body[*field] = fresh(value, &mut count);
                let got = house.post(path, &body).token(token).send().await;
                let done = got.status == 201 && got.json()[*field] == body[*field];
                tell("creates", done, may(Verb::Create), got.status);

                let maker = if row(Verb::Create) { token } else { &admin };
                let one = house.post(path, base).token(maker).send().await.is(201).header("location").to_owned();
                let patch = json!({ *field: fresh(value, &mut count) });
                let status = house.patch(&one, &patch).token(token).version(1).send().await.status;
                let now = house.get(&one).token(&admin).send().await.is(200).json();
                tell("changes", status == 200 && now[*field] == patch[*field], may(Verb::Change), status);
                let got = house.get(&one).token(token).send().await;
                // A change may have moved it out of their sight.
                let read = got.status == 200 && got.json().get(*field).is_some();
                if read != may(Verb::Read) && got.status != 404 {
                    wrong.push(format!("{role:?} reads {resource}.{field}: {}", got.status));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
