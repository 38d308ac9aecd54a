//! Every endpoint against every role.

use super::*;
use crate::api::endpoint::verb;
use crm_core::rights::Verb;

/// Who may: A agent, S supervisor, N analyst, X administrator, - nobody signed in.
const TABLE: &[(&str, &[&str], &str)] = &[
    ("GET", &["/status", "/health", "/ready", "/metrics", "/api/openapi.json", "/rate/{token}"], "-ASNX"),
    // With a token of its own in the path.
    ("POST", &["/rate/{token}"], "-ASNX"),
    ("POST", &["/api/v1/session"], "-ASNX"),
    ("GET", &["/api/v1/session"], "ASNX"),
    ("DELETE", &["/api/v1/session"], "ASNX"),
    // Not with a token; signed in with a password it is everybody's (see `session`).
    ("POST", &["/api/v1/session/password"], ""),
    ("GET", &["/api/v1/customers", "/api/v1/customers/{id}", "/api/v1/customers/{id}/card"], "ASX"),
    ("POST", &["/api/v1/customers"], "ASX"),
    ("PATCH", &["/api/v1/customers/{id}"], "ASX"),
    ("PUT", &["/api/v1/customers/{id}/contacts", "/api/v1/customers/{id}/shares"], "ASX"),
    ("GET", OF_CUSTOMER, "ASX"),
    ("GET", &["/api/v1/lookup"], "ASX"),
    ("POST", &["/api/v1/customers/{id}/relations", "/api/v1/customers/{id}/consent"], "ASX"),
    ("DELETE", &["/api/v1/customers/{id}/relations/{relation}"], "ASX"),
    ("GET", &["/api/v1/custom-fields", "/api/v1/custom-fields/{id}"], "ASX"),
    ("GET", FORMULAS, "SX"),
    ("POST", &["/api/v1/formulas/check"], "SX"),
    (
        "POST",
        &["/api/v1/custom-fields", "/api/v1/formulas", "/api/v1/formulas/{id}/versions", "/api/v1/formulas/{id}/versions/{number}/publish"],
        "X",
    ),
    ("PATCH", &["/api/v1/custom-fields/{id}", "/api/v1/formulas/{id}"], "X"),
    ("DELETE", &["/api/v1/custom-fields/{id}", "/api/v1/formulas/{id}"], "X"),
    ("PUT", &["/api/v1/customers/by-external-id/{external_id}"], "ASX"),
    ("GET", &["/api/v1/customers/{id}/duplicates"], "ASX"),
    ("GET", &["/api/v1/duplicates", "/api/v1/customers/{id}/merges", "/api/v1/merges/{id}"], "SX"),
    ("POST", MERGING, "SX"),
    ("GET", IMPORTS, "X"),
    ("POST", &["/api/v1/imports", "/api/v1/imports/{id}/start", "/api/v1/imports/{id}/stop"], "X"),
    ("PUT", &["/api/v1/imports/{id}/file"], "X"),
    ("PATCH", &["/api/v1/imports/{id}", "/api/v1/retention-policies/{id}"], "X"),
    ("DELETE", &["/api/v1/imports/{id}", "/api/v1/retention-policies/{id}"], "X"),
    ("GET", &["/api/v1/exports", "/api/v1/exports/customers.csv"], "X"),
    ("POST", &["/api/v1/customers/{id}/erase"], "X"),
    ("GET", &["/api/v1/erasures", "/api/v1/erasures/{id}", "/api/v1/legal-holds", "/api/v1/legal-holds/{id}"], "X"),
    ("POST", &["/api/v1/legal-holds", "/api/v1/legal-holds/{id}/lift", "/api/v1/retention-policies"], "X"),
    ("GET", &["/api/v1/retention-policies", "/api/v1/retention-policies/{id}", "/api/v1/retention-policies/{id}/status"], "X"),
    ("GET", TICKETS_READ, "ASX"),
    ("POST", TICKETS_POST, "ASX"),
    ("GET", ATTACHMENTS, "ASX"),
    ("POST", &["/api/v1/tickets/{id}/attachments", "/api/v1/notes/{id}/attachments"], "ASX"),
    ("DELETE", &["/api/v1/tickets/{id}/attachments/{attachment}", "/api/v1/notes/{id}/attachments/{attachment}"], "ASX"),
    ("PATCH", &["/api/v1/tickets/{id}"], "ASX"),
    ("PUT", &["/api/v1/tickets/{id}/customers", "/api/v1/tickets/by-external-id/{external_id}"], "ASX"),
    ("DELETE", &["/api/v1/tickets/{id}/watchers/{user}", "/api/v1/tickets/{id}/interactions/{interaction}"], "ASX"),
    ("POST", &["/api/v1/ratings"], "-ASNX"),
    ("GET", &["/api/v1/interactions", "/api/v1/interactions/{id}"], "ASNX"),
    ("GET", &["/api/v1/recordings/{id}", "/api/v1/recordings/{id}/parts/{part}", "/api/v1/recordings/{id}/peaks"], "ASNX"),
    ("GET", &["/api/v1/statistics/intervals", "/api/v1/statistics/agents", "/api/v1/calls/{id}/decision"], "ASNX"),
    ("GET", &["/api/v1/status"], "-ASNX"),
    ("GET", &["/api/v1/directory"], "ASX"),
    ("POST", &["/api/v1/notifications", "/api/v1/users/{id}/presence"], "SX"),
    ("PUT", &["/api/v1/interactions/{id}/customer"], "ASX"),
    ("GET", &["/api/v1/users/names"], "ASNX"),
    ("GET", NAMES, "ASNX"),
    ("GET", NAMES_ONE, "ASNX"),
    ("GET", &["/api/v1/users", "/api/v1/users/{id}"], "SNX"),
    ("GET", CONFIG, "SX"),
    ("GET", CONFIG_ONE, "SX"),
    ("GET", &["/api/v1/trunks/{id}/status"], "SX"),
    ("GET", &["/api/v1/interactions/{id}/sip", "/api/v1/trunks/{id}/sip"], "SX"),
    ("GET", &["/api/v1/sip/refused"], "X"),
    ("POST", &["/api/v1/calls"], "ASX"),
    ("GET", &["/api/v1/calls", "/api/v1/calls/{id}"], "ASX"),
    ("POST", OWN_CALLS, "ASX"),
    ("POST", CALLS_OF_OTHERS, "SX"),
    ("GET", &["/api/v1/flows/{id}/versions", "/api/v1/flows/{id}/versions/{number}"], "SX"),
    ("POST", &["/api/v1/flows/check"], "SX"),
    ("GET", KNOWLEDGE, "ASNX"),
    ("GET", &["/api/v1/knowledge/searches", "/api/v1/knowledge/searches/unsolved"], "SX"),
    ("POST", &["/api/v1/knowledge/searches/unsolved"], "ASX"),
    ("POST", &["/api/v1/knowledge/articles/{id}/used", "/api/v1/knowledge/articles/{id}/comments", "/api/v1/knowledge/requests"], "ASX"),
    ("PUT", &["/api/v1/knowledge/articles/{id}/rating"], "ASX"),
    ("POST", KNOWLEDGE_WRITTEN, "SX"),
    ("PATCH", KNOWLEDGE_ONE, "SX"),
    ("DELETE", KNOWLEDGE_ONE, "SX"),
    ("GET", &["/api/v1/scripts/{id}/versions", "/api/v1/scripts/{id}/versions/{number}", "/api/v1/rules/{id}/hit-rate"], "SX"),
    ("POST", &["/api/v1/scripts/{id}/versions", "/api/v1/scripts/{id}/versions/{number}/publish"], "X"),
    ("GET", &["/api/v1/queues/{id}/script"], "ASNX"),
    ("GET", &["/api/v1/script-runs", "/api/v1/script-runs/{id}"], "ASX"),
    ("POST", &["/api/v1/script-runs", "/api/v1/script-runs/{id}/answer", "/api/v1/script-runs/{id}/back"], "ASX"),
    ("POST", &["/api/v1/rules/evaluate", "/api/v1/rule-outcomes"], "ASX"),
    ("POST", NAMES, "X"),
    ("PATCH", NAMES_ONE, "X"),
    ("DELETE", NAMES_ONE, "X"),
    ("POST", CONFIG, "X"),
    ("PATCH", CONFIG_ONE, "X"),
    ("DELETE", CONFIG_ONE, "X"),
    ("POST", &["/api/v1/users", "/api/v1/flows/{id}/versions", "/api/v1/flows/{id}/versions/{number}/publish"], "X"),
    ("PATCH", &["/api/v1/users/{id}"], "X"),
    ("DELETE", &["/api/v1/users/{id}"], "X"),
    ("GET", &["/api/v1/api-tokens", "/api/v1/api-tokens/{id}", "/api/v1/audit"], "X"),
    ("POST", &["/api/v1/api-tokens"], "X"),
    ("PATCH", &["/api/v1/api-tokens/{id}"], "X"),
    ("DELETE", &["/api/v1/api-tokens/{id}"], "X"),
    ("GET", RECORDS, "ASNX"),
    ("GET", RECORDS_ONE, "ASNX"),
    ("GET", OF_CUSTOMERS, "ASNX"),
    ("POST", RECORDS, "ASX"),
    ("PATCH", RECORDS_ONE, "ASX"),
    ("PUT", RECORDS_PUSHED, "ASX"),
    ("DELETE", RECORDS_ONE, "SX"),
    ("GET", &["/api/v1/products", "/api/v1/products/{id}"], "ASNX"),
    ("POST", &["/api/v1/products"], "X"),
    ("PUT", &["/api/v1/products/by-external-id/{external_id}"], "X"),
    ("PATCH", &["/api/v1/products/{id}"], "X"),
    ("DELETE", &["/api/v1/products/{id}"], "X"),
    ("GET", WORK, "ASX"),
    ("GET", WORK_ONE, "ASX"),
    ("POST", WORK, "ASX"),
    ("PATCH", WORK_ONE, "ASX"),
    ("DELETE", WORK_ONE, "ASX"),
    ("GET", &["/api/v1/callbacks/due", "/api/v1/callbacks/{id}/attempts", "/api/v1/my-work"], "ASX"),
    ("POST", &["/api/v1/callbacks/{id}/attempts", "/api/v1/callbacks/{id}/take", "/api/v1/callbacks/{id}/cancel"], "ASX"),
    ("GET", &["/api/v1/notifications"], "ASNX"),
    ("POST", &["/api/v1/notifications/read"], "ASNX"),
    ("GET", WEBHOOKS_READ, "X"),
    ("POST", WEBHOOKS_DONE, "X"),
    ("PATCH", &["/api/v1/webhooks/{id}"], "X"),
    ("DELETE", &["/api/v1/webhooks/{id}"], "X"),
];
const ATTACHMENTS: &[&str] = &[
    "/api/v1/tickets/{id}/attachments",
    "/api/v1/tickets/{id}/attachments/{attachment}",
    "/api/v1/notes/{id}/attachments",
    "/api/v1/notes/{id}/attachments/{attachment}",
];
const RECORDS: &[&str] = &["/api/v1/orders", "/api/v1/contracts", "/api/v1/products-owned"];
const RECORDS_ONE: &[&str] = &["/api/v1/orders/{id}", "/api/v1/contracts/{id}", "/api/v1/products-owned/{id}"];
const RECORDS_PUSHED: &[&str] = &[
    "/api/v1/orders/by-external-id/{external_id}",
    "/api/v1/contracts/by-external-id/{external_id}",
    "/api/v1/products-owned/by-external-id/{external_id}",
];
const OF_CUSTOMERS: &[&str] = &[
    "/api/v1/customers/{id}/orders",
    "/api/v1/customers/{id}/contracts",
    "/api/v1/customers/{id}/products",
    "/api/v1/customers/{id}/due",
    "/api/v1/customers/{id}/entitlements",
];
const WORK: &[&str] = &["/api/v1/tasks", "/api/v1/callbacks", "/api/v1/reminders", "/api/v1/notes"];
const WORK_ONE: &[&str] = &["/api/v1/tasks/{id}", "/api/v1/callbacks/{id}", "/api/v1/reminders/{id}", "/api/v1/notes/{id}"];
const WEBHOOKS_READ: &[&str] =
    &["/api/v1/webhooks", "/api/v1/webhooks/{id}", "/api/v1/webhooks/{id}/status", "/api/v1/webhooks/{id}/deliveries"];
const WEBHOOKS_DONE: &[&str] = &[
    "/api/v1/webhooks",
    "/api/v1/webhooks/{id}/secret",
    "/api/v1/webhooks/{id}/deliveries/{delivery}/replay",
    "/api/v1/webhooks/{id}/replay",
    "/api/v1/webhooks/{id}/test",
];
const OF_CUSTOMER: &[&str] = &[
    "/api/v1/customers/{id}/timeline",
    "/api/v1/customers/{id}/values",
    "/api/v1/customers/{id}/relations",
    "/api/v1/customers/{id}/consent",
    "/api/v1/customers/{id}/consent/history",
    "/api/v1/customers/{id}/shares",
];
const FORMULAS: &[&str] = &[
    "/api/v1/formulas",
    "/api/v1/formulas/{id}",
    "/api/v1/formulas/variables",
    "/api/v1/formulas/{id}/versions",
    "/api/v1/formulas/{id}/versions/{number}",
];
const MERGING: &[&str] = &[
    "/api/v1/duplicates/{id}/dismiss",
    "/api/v1/customers/{id}/merge/preview",
    "/api/v1/customers/{id}/merge",
    "/api/v1/merges/{id}/undo",
];
const IMPORTS: &[&str] = &[
    "/api/v1/imports",
    "/api/v1/imports/{id}",
    "/api/v1/imports/{id}/progress",
    "/api/v1/imports/{id}/errors",
    "/api/v1/imports/{id}/errors.csv",
];
const TICKETS_READ: &[&str] = &[
    "/api/v1/tickets",
    "/api/v1/tickets/{id}",
    "/api/v1/tickets/{id}/history",
    "/api/v1/tickets/{id}/merge",
    "/api/v1/tickets/{id}/comments",
    "/api/v1/tickets/{id}/complaint",
    "/api/v1/tickets/{id}/texts/{template}",
    "/api/v1/tickets/{id}/service-order.pdf",
    "/api/v1/customers/{id}/tickets",
    "/api/v1/notices",
];
const TICKETS_POST: &[&str] = &[
    "/api/v1/tickets",
    "/api/v1/tickets/{id}/status",
    "/api/v1/tickets/{id}/assign",
    "/api/v1/tickets/{id}/merge",
    "/api/v1/tickets/{id}/unmerge",
    "/api/v1/tickets/{id}/watchers",
    "/api/v1/tickets/{id}/interactions",
    "/api/v1/tickets/{id}/comments",
    "/api/v1/tickets/{id}/complaint/assign",
    "/api/v1/tickets/{id}/complaint/schedule",
    "/api/v1/tickets/{id}/complaint/answer",
    "/api/v1/tickets/{id}/complaint/follow-up",
    "/api/v1/tickets/{id}/complaint/evaluation",
    "/api/v1/tickets/{id}/rating",
    "/api/v1/tickets/{id}/rating-link",
    "/api/v1/notices/{id}/read",
];
const OWN_CALLS: &[&str] = &[
    "/api/v1/calls/{id}/answer",
    "/api/v1/calls/{id}/decline",
    "/api/v1/calls/{id}/hang-up",
    "/api/v1/calls/{id}/hold",
    "/api/v1/calls/{id}/retrieve",
    "/api/v1/calls/{id}/digits",
    "/api/v1/calls/{id}/mute",
    "/api/v1/calls/{id}/transfer",
    "/api/v1/calls/{id}/consult",
    "/api/v1/calls/{id}/swap",
    "/api/v1/calls/{id}/complete",
    "/api/v1/calls/{id}/return",
    "/api/v1/calls/{id}/conference",
    "/api/v1/calls/{id}/drop-party",
    "/api/v1/calls/{id}/record",
    "/api/v1/calls/{id}/take",
    "/api/v1/calls/{id}/accept",
    "/api/v1/calls/{id}/take-message",
    "/api/v1/calls/{id}/finish-message",
    "/api/v1/calls/{id}/return-message",
];
const CALLS_OF_OTHERS: &[&str] = &[
    "/api/v1/calls/{id}/supervise",
    "/api/v1/calls/{id}/mode",
    "/api/v1/calls/{id}/intercept",
    "/api/v1/calls/{id}/force-release",
    "/api/v1/calls/{id}/move",
];
const KNOWLEDGE: &[&str] = &[
    "/api/v1/knowledge/articles",
    "/api/v1/knowledge/articles/{id}",
    "/api/v1/knowledge/articles/{id}/versions",
    "/api/v1/knowledge/articles/{id}/versions/{number}",
    "/api/v1/knowledge/articles/{id}/comments",
    "/api/v1/knowledge/search",
    "/api/v1/knowledge/categories",
    "/api/v1/knowledge/categories/{id}",
    "/api/v1/knowledge/requests",
    "/api/v1/knowledge/requests/{id}",
];
const KNOWLEDGE_WRITTEN: &[&str] = &[
    "/api/v1/knowledge/articles",
    "/api/v1/knowledge/articles/{id}/retire",
    "/api/v1/knowledge/articles/{id}/versions",
    "/api/v1/knowledge/articles/{id}/versions/{number}/submit",
    "/api/v1/knowledge/articles/{id}/versions/{number}/review",
    "/api/v1/knowledge/articles/{id}/versions/{number}/publish",
    "/api/v1/knowledge/categories",
];
const KNOWLEDGE_ONE: &[&str] = &["/api/v1/knowledge/articles/{id}", "/api/v1/knowledge/categories/{id}", "/api/v1/knowledge/requests/{id}"];
const NAMES: &[&str] = &[
    "/api/v1/sites",
    "/api/v1/teams",
    "/api/v1/queues",
    "/api/v1/skills",
    "/api/v1/reasons",
    "/api/v1/wrap-up-codes",
    "/api/v1/ticket-types",
    "/api/v1/ticket-templates",
];
const NAMES_ONE: &[&str] = &[
    "/api/v1/sites/{id}",
    "/api/v1/teams/{id}",
    "/api/v1/queues/{id}",
    "/api/v1/skills/{id}",
    "/api/v1/reasons/{id}",
    "/api/v1/wrap-up-codes/{id}",
    "/api/v1/ticket-types/{id}",
    "/api/v1/ticket-templates/{id}",
];
const CONFIG: &[&str] = &[
    "/api/v1/hours",
    "/api/v1/numbers",
    "/api/v1/trunks",
    "/api/v1/phones",
    "/api/v1/flows",
    "/api/v1/dial-rules",
    "/api/v1/sla-policies",
    "/api/v1/ticket-rules",
    "/api/v1/ticket-triggers",
    "/api/v1/scripts",
    "/api/v1/rules",
];
const CONFIG_ONE: &[&str] = &[
    "/api/v1/hours/{id}",
    "/api/v1/numbers/{id}",
    "/api/v1/trunks/{id}",
    "/api/v1/phones/{id}",
    "/api/v1/flows/{id}",
    "/api/v1/dial-rules/{id}",
    "/api/v1/sla-policies/{id}",
    "/api/v1/ticket-rules/{id}",
    "/api/v1/ticket-triggers/{id}",
    "/api/v1/scripts/{id}",
    "/api/v1/rules/{id}",
];

#[test]
fn the_table_names_every_endpoint_once() {
    let mut listed: Vec<(String, String)> =
        TABLE.iter().flat_map(|(method, paths, _)| paths.iter().map(|path| ((*method).to_owned(), (*path).to_owned()))).collect();
    listed.sort();
    let mut served: Vec<(String, String)> =
        endpoints().iter().map(|endpoint| (verb(&endpoint.method).to_owned(), endpoint.path.clone())).collect();
    served.sort();
    assert_eq!(listed, served);
}

/// Where the rows are of which the table of fields says who may what.
const ROWS: &[(&str, &str)] = &[
    ("customer", "/customers"),
    ("custom_field", "/custom-fields"),
    ("formula", "/formulas"),
    ("duplicate", "/duplicates"),
    ("merge", "/merges"),
    ("export", "/exports"),
    ("erasure", "/erasures"),
    ("legal_hold", "/legal-holds"),
    ("import", "/imports"),
    ("retention_policy", "/retention-policies"),
    ("ticket", "/tickets"),
    ("ticket_type", "/ticket-types"),
    ("ticket_template", "/ticket-templates"),
    ("sla_policy", "/sla-policies"),
    ("ticket_rule", "/ticket-rules"),
    ("ticket_trigger", "/ticket-triggers"),
    ("order", "/orders"),
    ("contract", "/contracts"),
    ("product_owned", "/products-owned"),
    ("product", "/products"),
    ("task", "/tasks"),
    ("callback", "/callbacks"),
    ("reminder", "/reminders"),
    ("note", "/notes"),
    ("knowledge_article", "/knowledge/articles"),
    ("knowledge_category", "/knowledge/categories"),
    ("article_request", "/knowledge/requests"),
    ("script", "/scripts"),
    ("script_run", "/script-runs"),
    ("rule", "/rules"),
    ("webhook", "/webhooks"),
];

/// Where something is done with them elsewhere than such rows are as a rule.
const ELSEWHERE: &[(&str, Verb, &str, &str)] = &[
    ("duplicate", Verb::Change, "POST", "/duplicates/{id}/dismiss"),
    ("merge", Verb::Read, "GET", "/merges/{id}"),
    ("merge", Verb::Create, "POST", "/customers/{id}/merge"),
    ("merge", Verb::Change, "POST", "/merges/{id}/undo"),
    ("export", Verb::Create, "GET", "/exports/customers.csv"),
    ("erasure", Verb::Create, "POST", "/customers/{id}/erase"),
    ("legal_hold", Verb::Change, "POST", "/legal-holds/{id}/lift"),
];

#[test]
fn the_table_of_fields_says_the_same_of_rows() {
    let mut wrong = Vec::new();
    for line in crm_core::rights::TABLE.iter().filter(|line| line.field.is_empty()) {
        let Some((_, path)) = ROWS.iter().find(|(resource, _)| *resource == line.resource) else {
            wrong.push(format!("{} has no path here", line.resource));
            continue;
        };
        for (verb, method, rest) in
            [(Verb::Read, "GET", ""), (Verb::Create, "POST", ""), (Verb::Change, "PATCH", "/{id}"), (Verb::Delete, "DELETE", "/{id}")]
        {
            let elsewhere = ELSEWHERE.iter().find(|(resource, of, ..)| *resource == line.resource && *of == verb);
            let (method, place) = match elsewhere {
                Some((.., method, place)) => (*method, format!("/api/v1{place}")),
                None => (method, format!("/api/v1{path}{rest}")),
            };
            let served = TABLE.iter().find(|(other, paths, _)| *other == method && paths.contains(&place.as_str()));
            let allowed = served.map_or("", |(_, _, allowed)| *allowed);
            for (letter, role) in [('A', UserRole::Agent), ('S', UserRole::Supervisor), ('N', UserRole::Analyst), ('X', UserRole::Admin)] {
                if line.allows(role, verb) != allowed.contains(letter) {
                    wrong.push(format!("{letter} {method} {place}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says_and_nothing_else() {
    let mut house = House::open().await;
    house.switch_without_calls();
    let mut callers = vec![('-', None)];
    for (letter, role) in [('A', UserRole::Agent), ('S', UserRole::Supervisor), ('N', UserRole::Analyst), ('X', UserRole::Admin)] {
        callers.push((letter, Some(house.token(role).await)));
    }
    let mut wrong = Vec::new();
    for (method, paths, allowed) in TABLE {
        for path in *paths {
            for (letter, token) in &callers {
                let place = path.replace("{id}", NOBODY).replace("{part}", "1").replace("{number}", "1").replace("{relation}", NOBODY);
                let place = place.replace("{external_id}", "X-1");
                let place = if place.starts_with("/api") { place } else { place.trim_start_matches('/').to_owned() };
                let mut ask = house.ask(method, &place).version(1);
                if !matches!(*method, "GET" | "DELETE") {
                    ask = ask.json(&json!({}));
                }
                if let Some(token) = token {
                    ask = ask.token(token);
                }
                let status = ask.send().await.status;
                let expected = allowed.contains(*letter);
                let may = !matches!(status, 401 | 403);
                // What the switch must answer is 503 here, as there is none.
                let answered = status < 500 || (status == 503 && path.contains("/sip"));
                let right = may == expected && status != 405 && answered && (*letter != '-' || expected || status == 401);
                // Readiness and an empty sign-in answer otherwise, but they answer.
                if !right && !path.ends_with("/ready") {
                    wrong.push(format!("{letter} {method} {path}: {status}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
