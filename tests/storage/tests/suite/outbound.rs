//! What calls to the outside are configured with: trunks' accounts, what queues show, where sites are, dial rules.

use crate::config::queue;
use crm_core::model::{DialRule, Hours, Queue, Site, Trunk};
use crm_core::{Resource, StoreError, Who};
use serde_json::{Value, json};
use storage::{NOW, TestStore, on_both};

on_both!(
    a_trunks_password_is_kept_as_digests_of_its_own_realm_only,
    outbound_settings_read_back_and_have_defaults,
    a_change_of_outbound_settings_names_only_what_changes,
    wrong_outbound_settings_are_named,
    dial_rules_come_in_their_order_and_keep_their_hours,
);

fn who() -> Who {
    Who::system("test")
}

fn from<R: Resource>(value: Value) -> R {
    serde_json::from_value(value).expect("a row")
}

fn trunk(outbound: &Value) -> Trunk {
    let row = json!({ "name": "Carrier", "sources": ["192.0.2.1"], "peer": "sip.example.com", "country": "GB", "outbound": outbound });
    from(row)
}

async fn a_trunks_password_is_kept_as_digests_of_its_own_realm_only(db: TestStore) {
    let account = json!({ "user": "us", "realm": "carrier.example", "password": "between us" });
    let row = db.store.insert(&who(), NOW, trunk(&json!({ "account": account, "register_s": 600 }))).await.expect("a trunk");
    let shown = serde_json::to_string(&row).expect("JSON");
    assert!(!shown.contains("between us") && shown.contains("carrier.example"), "{shown}");
    let snapshot = db.store.config_snapshot().await.expect("the snapshot");
    let digest = snapshot.trunk_digests.get(&row.id).expect("its digests");
    // md5("us:carrier.example:between us"), as any carrier would store it.
    assert_eq!((digest.ha1_md5.len(), digest.ha1_sha256.len()), (32, 64));
    let other = json!({ "outbound": { "account": { "user": "us", "realm": "other.example" } } });
    let refused = db.store.update::<Trunk>(&who(), NOW, row.id, row.version, &other).await;
    let Err(StoreError::Invalid { errors, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(errors[0].field, "outbound.account.password");
    let same = json!({ "outbound": { "account": { "user": "us", "realm": "carrier.example" }, "priority": 7 } });
    let row = db.store.update::<Trunk>(&who(), NOW, row.id, row.version, &same).await.expect("a change that leaves the password");
    assert_eq!(row.outbound.priority, 7);
    let after = db.store.config_snapshot().await.expect("the snapshot");
    assert_eq!(after.trunk_digests.get(&row.id), snapshot.trunk_digests.get(&row.id));
}

async fn outbound_settings_read_back_and_have_defaults(db: TestStore) {
    let plain = db.store.insert(&who(), NOW, trunk(&json!({}))).await.expect("a trunk");
    assert_eq!((plain.outbound.priority, plain.outbound.plus, plain.outbound.probe_s), (100, true, None));
    assert_eq!(db.store.get::<Trunk>(plain.id).await.expect("the trunk"), plain);
    let shown = json!({ "name": "Sales", "outbound": { "caller_id": "+44 20 7946 0100", "withheld": true } });
    let sales = db.store.insert(&who(), NOW, from::<Queue>(shown)).await.expect("a queue");
    assert_eq!(sales.outbound.caller_id.as_deref(), Some("+442079460100"), "one form of a number");
    assert_eq!(db.store.get::<Queue>(sales.id).await.expect("the queue"), sales);
    let support = db.store.insert(&who(), NOW, queue("Support")).await.expect("a queue");
    assert_eq!(support.outbound, Default::default());
    let here = json!({ "name": "London", "zone": "Europe/London", "dialling": { "country": "gb", "local": ["+4420"] } });
    let site = db.store.insert(&who(), NOW, from::<Site>(here)).await.expect("a site");
    assert_eq!(site.dialling.as_ref().map(|d| d.country.as_str()), Some("GB"));
    assert_eq!(db.store.get::<Site>(site.id).await.expect("the site"), site);
}

/// RFC 7396; other objects are replaced as a whole, because their parts mean something together only.
async fn a_change_of_outbound_settings_names_only_what_changes(db: TestStore) {
    let account = json!({ "user": "us", "realm": "carrier.example", "password": "between us" });
    let full =
        json!({ "prefixes": ["+44"], "priority": 5, "domain": "carrier.example", "account": account, "register_s": 600, "cps_max": 9 });
    let mut row = db.store.insert(&who(), NOW, trunk(&full)).await.expect("a trunk");
    let digests = db.store.config_snapshot().await.expect("the snapshot").trunk_digests;
    for (change, differs) in [
        (json!({ "priority": 7 }), json!({ "priority": 7 })),
        (json!({ "prefixes": ["+33", "+44"] }), json!({ "prefixes": ["+33", "+44"] })),
        (json!({ "domain": null, "cps_max": null }), json!({ "domain": null, "cps_max": null })),
        (json!({ "account": { "password": "another one" } }), json!({})),
        (json!({ "account": null, "register_s": null }), json!({ "account": null, "register_s": null })),
        (json!({ "priority": null }), json!({ "priority": 100 })),
    ] {
        let mut wanted = serde_json::to_value(&row.outbound).expect("JSON");
        wanted.as_object_mut().expect("an object").extend(differs.as_object().expect("an object").clone());
        row = db.store.update::<Trunk>(&who(), NOW, row.id, row.version, &json!({ "outbound": change })).await.expect("a change");
        assert_eq!(serde_json::to_value(&row.outbound).expect("JSON"), wanted, "{change}");
    }
    assert_ne!(db.store.config_snapshot().await.expect("the snapshot").trunk_digests, digests, "the new password counts");
    let cleared = db.store.update::<Trunk>(&who(), NOW, row.id, row.version, &json!({ "outbound": null })).await.expect("a change");
    assert_eq!(cleared.outbound, Default::default());
    let sales = db.store.insert(&who(), NOW, from::<Queue>(json!({ "name": "Sales", "outbound": { "caller_id": "+442079460100" } }))).await;
    let sales = sales.expect("a queue");
    let hidden = json!({ "outbound": { "withheld": true }, "recording": { "policy": "percent", "percent": 5 } });
    let sales = db.store.update::<Queue>(&who(), NOW, sales.id, sales.version, &hidden).await.expect("a change");
    assert_eq!((sales.outbound.caller_id.as_deref(), sales.outbound.withheld), (Some("+442079460100"), true));
}

async fn wrong_outbound_settings_are_named(db: TestStore) {
    for (outbound, field) in [
        (json!({ "prefixes": ["44"] }), "outbound.prefixes[0]"),
        (json!({ "countries": ["XX"] }), "outbound.countries[0]"),
        (json!({ "cps_max": 0 }), "outbound.cps_max"),
        (json!({ "domain": "a b" }), "outbound.domain"),
        (json!({ "sips": true }), "outbound.sips"),
        (json!({ "register_s": 600 }), "outbound.account"),
        (json!({ "probe_s": 1 }), "outbound.probe_s"),
        (json!({ "account": { "user": "a\"b", "realm": "r" } }), "outbound.account.user"),
    ] {
        let refused = db.store.insert(&who(), NOW, trunk(&outbound)).await;
        let Err(StoreError::Invalid { errors, .. }) = refused else { panic!("{outbound}: {refused:?}") };
        assert!(errors.iter().any(|error| error.field == field), "{outbound}: {errors:?}");
    }
}

async fn dial_rules_come_in_their_order_and_keep_their_hours(db: TestStore) {
    let always = json!({ "name": "Day", "zone": "Europe/London", "weekly": [{ "day": 1, "from": "08:00", "to": "18:00" }] });
    let hours = db.store.insert(&who(), NOW, from::<Hours>(always)).await.expect("hours");
    for (name, sort) in [("third", 30), ("first", 10), ("second", 20)] {
        let rule = json!({
            "name": name, "sort": sort, "classes": ["national", "mobile"], "countries": ["gb"], "hours_id": hours.id, "roles": ["agent"],
            "minute_cost": 20, "day_cost_max": 1000,
        });
        db.store.insert(&who(), NOW, from::<DialRule>(rule)).await.expect("a rule");
    }
    let rules = db.store.config_snapshot().await.expect("the snapshot").dial_rules;
    assert_eq!(rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["first", "second", "third"]);
    assert_eq!((rules[0].countries.as_slice(), rules[0].minute_cost, rules[0].day_cost_max), (&["GB".to_owned()][..], 20, Some(1000)));
    let used = db.store.delete::<Hours>(&who(), NOW, hours.id, hours.version).await;
    assert!(matches!(used, Err(StoreError::InUse { .. })), "{used:?}");
    let always_allowed = json!({ "name": "no", "classes": ["emergency"] });
    let refused = db.store.insert(&who(), NOW, from::<DialRule>(always_allowed)).await;
    assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
}
