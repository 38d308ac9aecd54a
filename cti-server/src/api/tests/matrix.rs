//! Every endpoint against every role.

use super::*;
use crate::api::endpoint::verb;

/// Who may: A agent, S supervisor, N analyst, X administrator, - nobody signed in.
const TABLE: &[(&str, &[&str], &str)] = &[
    ("GET", &["/", "/health", "/ready", "/metrics", "/api/openapi.json"], "-ASNX"),
    ("POST", &["/api/v1/session"], "-ASNX"),
    ("GET", &["/api/v1/session"], "ASNX"),
    ("DELETE", &["/api/v1/session"], "ASNX"),
    // Not with a token; signed in with a password it is everybody's (see `session`).
    ("POST", &["/api/v1/session/password"], ""),
    ("GET", &["/api/v1/customers", "/api/v1/customers/{id}", "/api/v1/customers/{id}/card"], "ASX"),
    ("POST", &["/api/v1/customers"], "ASX"),
    ("PATCH", &["/api/v1/customers/{id}"], "ASX"),
    ("PUT", &["/api/v1/customers/{id}/contacts"], "ASX"),
    ("GET", &["/api/v1/interactions", "/api/v1/interactions/{id}"], "ASNX"),
    ("GET", &["/api/v1/recordings/{id}", "/api/v1/recordings/{id}/parts/{part}"], "ASNX"),
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
const NAMES: &[&str] = &["/api/v1/sites", "/api/v1/teams", "/api/v1/queues", "/api/v1/skills", "/api/v1/reasons", "/api/v1/wrap-up-codes"];
const NAMES_ONE: &[&str] = &[
    "/api/v1/sites/{id}",
    "/api/v1/teams/{id}",
    "/api/v1/queues/{id}",
    "/api/v1/skills/{id}",
    "/api/v1/reasons/{id}",
    "/api/v1/wrap-up-codes/{id}",
];
const CONFIG: &[&str] = &["/api/v1/hours", "/api/v1/numbers", "/api/v1/trunks", "/api/v1/phones", "/api/v1/flows", "/api/v1/dial-rules"];
const CONFIG_ONE: &[&str] = &[
    "/api/v1/hours/{id}",
    "/api/v1/numbers/{id}",
    "/api/v1/trunks/{id}",
    "/api/v1/phones/{id}",
    "/api/v1/flows/{id}",
    "/api/v1/dial-rules/{id}",
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
                let place = path.replace("{id}", NOBODY).replace("{part}", "1").replace("{number}", "1");
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
