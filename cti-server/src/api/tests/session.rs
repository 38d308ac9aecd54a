//! Signing in and out, passwords, limits, and pages that are not ours.

use super::*;

fn login(name: &str, password: &str) -> Value {
    json!({ "login": name, "password": password })
}

#[tokio::test]
async fn who_signs_in_gets_a_cookie_that_no_script_reads_and_says_who_they_are() {
    let house = House::open().await;
    let id = house.user("ann", &[UserRole::Agent]).await;
    let phone = json!({ "username": "101", "name": "Desk 1", "password": "phone-secret" });
    let admin = house.admin().await;
    let phone = house.post("/phones", &phone).token(&admin).send().await.is(201).json();
    let patch = json!({ "phone_id": phone["id"] });
    house.patch(&format!("/users/{id}"), &patch).token(&admin).version(1).send().await.is(200);

    let got = house.post("/session", &login(" ANN ", PASSWORD)).send().await.is(200);
    let cookie = got.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let session = house.sign_in("ann", PASSWORD).await;
    let me = house.get("/session").cookie(&session).send().await.is(200).json();
    assert_eq!(me, got.json());
    assert_eq!(me["user"]["id"], id.to_string());
    assert_eq!(me["roles"], json!(["agent"]));
    assert_eq!(me["must_change_password"], false);
    assert_eq!(me["phone"]["username"], "101");
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_get_the_same_answer() {
    let house = House::open().await;
    house.user("ann", &[UserRole::Agent]).await;
    let unknown = house.post("/session", &login("nobody", "wrong")).send().await.refused(401, "not-signed-in");
    let wrong = house.post("/session", &login("ann", "wrong")).send().await.refused(401, "not-signed-in");
    assert_eq!(unknown, wrong);
}

#[tokio::test]
async fn a_name_that_fails_too_often_must_wait_whether_or_not_it_exists() {
    let house = House::open().await;
    house.user("ann", &[UserRole::Agent]).await;
    for name in ["ann", "nobody"] {
        for _ in 0..5 {
            house.post("/session", &login(name, "wrong")).send().await.is(401);
        }
        let got = house.post("/session", &login(name, PASSWORD)).send().await;
        let wait: u64 = got.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        got.refused(429, "too-many-attempts");
    }
}

#[tokio::test]
async fn an_address_that_shows_too_many_wrong_tokens_must_wait() {
    let house = House::open().await;
    let admin = house.admin().await;
    for _ in 0..40 {
        house.get("/queues").token(&admin).send().await.is(200);
    }
    for _ in 0..30 {
        house.get("/queues").token("cb_wrong").send().await.refused(401, "not-signed-in");
    }
    house.get("/queues").token("cb_wrong").send().await.refused(429, "too-many-attempts");
}

#[tokio::test]
async fn signing_out_makes_the_cookie_void() {
    let house = House::open().await;
    house.user("ann", &[UserRole::Agent]).await;
    let session = house.sign_in("ann", PASSWORD).await;
    let got = house.ask("DELETE", "/session").cookie(&session).send().await.is(204);
    assert!(got.header("set-cookie").starts_with("cordboard_session=; "));
    assert!(got.header("set-cookie").contains("Max-Age=0"));
    house.get("/session").cookie(&session).send().await.refused(401, "not-signed-in");
}

#[tokio::test]
async fn a_changed_password_ends_the_old_sessions_and_begins_a_new_one() {
    let house = House::open().await;
    house.user("ann", &[UserRole::Agent]).await;
    let old = house.sign_in("ann", PASSWORD).await;
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
    let ask = |body: &Value| house.post("/session/password", body).cookie(&old);

    let wrong = ask(&change("not this one", "another long one")).send().await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "old_password");
    let short = ask(&change(PASSWORD, "short")).send().await.refused(422, "invalid");
    assert_eq!(short["errors"][0]["field"], "new_password");
    ask(&change(PASSWORD, PASSWORD)).send().await.refused(422, "invalid");

    let got = ask(&change(PASSWORD, "another long one")).send().await.is(200);
    house.get("/session").cookie(&old).send().await.is(401);
    let fresh = got.header("set-cookie").split(['=', ';']).nth(1).unwrap();
    house.get("/session").cookie(fresh).send().await.is(200);
    house.sign_in("ann", "another long one").await;
}

#[tokio::test]
async fn who_must_change_their_password_can_do_nothing_else() {
    let house = House::open().await;
    let (name, password) = house.store.ensure_admin(house.clock.utc()).await.unwrap().unwrap();
    let session = house.sign_in(&name, password.reveal()).await;
    assert_eq!(house.get("/session").cookie(&session).send().await.is(200).json()["must_change_password"], true);
    house.get("/queues").cookie(&session).send().await.refused(403, "password-change-required");
    let body = json!({ "old_password": password.reveal(), "new_password": "my own long one" });
    let got = house.post("/session/password", &body).cookie(&session).send().await.is(200);
    assert_eq!(got.json()["must_change_password"], false);
    let session = house.sign_in(&name, "my own long one").await;
    house.get("/queues").cookie(&session).send().await.is(200);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_write_with_the_cookie() {
    let house = House::open().await;
    house.user("root", &[UserRole::Admin]).await;
    let session = house.sign_in("root", PASSWORD).await;
    let skill = |name: &str| json!({ "name": name });
    let write = |name: &str| house.post("/skills", &skill(name)).cookie(&session);
    write("a").header("origin", "https://evil.example").send().await.refused(403, "foreign-origin");
    write("b").header("origin", &house.url).send().await.is(201);
    let form = house.ask("POST", "/skills").cookie(&session).header("content-type", "text/plain");
    form.send().await.refused(415, "not-json");
    // A program with a token is no page.
    let admin = house.admin().await;
    house.post("/skills", &skill("c")).token(&admin).header("origin", "https://evil.example").send().await.is(201);
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_row_and_its_user() {
    let house = House::open().await;
    let admin = house.admin().await;
    let user = house.person("robot", &[UserRole::Agent]).await;
    let make = |expires: Value| json!({ "user_id": user, "name": "robot", "roles": ["agent"], "expires_at": expires });
    let token = |got: Got| got.is(201).json()["token"].as_str().unwrap().to_owned();

    let expired = token(house.post("/api-tokens", &make(json!(house.clock.utc().0 - 1))).token(&admin).send().await);
    house.get("/session").token(&expired).send().await.is(401);
    let made = house.post("/api-tokens", &make(Value::Null)).token(&admin).send().await.is(201);
    let (id, good) = (made.json()["id"].as_str().unwrap().to_owned(), made.json()["token"].as_str().unwrap().to_owned());
    house.get("/session").token(&good).send().await.is(200);
    let listed = house.get(&format!("/api-tokens/{id}")).token(&admin).send().await.is(200).json();
    assert!(listed.get("token").is_none(), "{listed}");
    house.ask("DELETE", &format!("/api-tokens/{id}")).token(&admin).version(1).send().await.is(204);
    house.get("/session").token(&good).send().await.is(401);

    let other = token(house.post("/api-tokens", &make(Value::Null)).token(&admin).send().await);
    house.patch(&format!("/users/{user}"), &json!({ "active": false })).token(&admin).version(1).send().await.is(200);
    house.get("/session").token(&other).send().await.is(401);
}

#[tokio::test]
async fn a_token_cannot_hold_a_role_its_user_does_not_have() {
    let house = House::open().await;
    let admin = house.admin().await;
    let user = house.person("robot", &[UserRole::Agent]).await;
    let body = json!({ "user_id": user, "name": "robot", "roles": ["admin"] });
    let refused = house.post("/api-tokens", &body).token(&admin).send().await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "roles");
}

#[tokio::test]
async fn the_gateway_knows_the_same_people() {
    use softphone_ws::Authenticator;
    let house = House::open().await;
    let id = house.user("ann", &[UserRole::Agent, UserRole::Analyst]).await;
    let session = house.sign_in("ann", PASSWORD).await;
    let token = house.token_of(id, &[UserRole::Agent]).await;
    let authentication = Authentication::new(house.store.clone(), house.clock);
    let by_cookie = authentication.authenticate(Some(&session), None).await.unwrap();
    assert_eq!((by_cookie.user, by_cookie.name.as_str()), (id, "ann"));
    assert_eq!(by_cookie.roles, [softphone_protocol::Role::Agent]);
    let left = by_cookie.expires_in.unwrap();
    let lifetime = crate::api::caller::SESSION_LIFETIME;
    assert!(left <= lifetime && left + Duration::from_secs(600) > lifetime, "{left:?}");
    let by_token = authentication.authenticate(Some("nonsense"), Some(&token)).await.unwrap();
    assert_eq!((by_token.user, by_token.expires_in), (id, None));
    assert_eq!(authentication.authenticate(Some("nonsense"), None).await, None);
    assert_eq!(authentication.authenticate(Some(&session), Some("nonsense")).await, None);
}

#[tokio::test]
async fn a_socket_lasts_no_longer_than_its_session_or_token() {
    use softphone_ws::Authenticator;
    let house = House::open().await;
    let id = house.person("ann", &[UserRole::Agent]).await;
    let now = house.clock.utc();
    let authentication = Authentication::new(house.store.clone(), house.clock);
    let session = house.store.create_session(now, id, Duration::from_secs(90)).await.unwrap();
    let by_cookie = authentication.authenticate(Some(session.reveal()), None).await.unwrap();
    assert!(by_cookie.expires_in.is_some_and(|left| left <= Duration::from_secs(90)), "{by_cookie:?}");
    let token =
        ApiToken { user_id: id, name: "t".into(), roles: BTreeSet::from([UserRole::Agent]), expires_at: Some(Utc(now.0 + 60_000_000)) };
    let (_, token) = house.store.create_api_token(&Who::system("test"), now, token).await.unwrap();
    let by_token = authentication.authenticate(None, Some(token.reveal())).await.unwrap();
    assert!(by_token.expires_in.is_some_and(|left| left <= Duration::from_secs(60)), "{by_token:?}");
    assert_ne!(by_token.login, by_cookie.login);
}

#[tokio::test]
async fn signing_out_closes_the_sockets_of_that_session_alone() {
    let house = House::open().await;
    house.user("ann", &[UserRole::Agent]).await;
    let (one, two) = (house.sign_in("ann", PASSWORD).await, house.sign_in("ann", PASSWORD).await);
    let (mut ended, mut other) = (house.socket("cookie", &cookie_of(&one)).await, house.socket("cookie", &cookie_of(&two)).await);
    house.ask("DELETE", "/session").cookie(&one).send().await.is(204);
    assert_eq!(ended.end().await, (4401, "the login has ended; sign in again".to_owned()));
    other.still_open().await;
}

#[tokio::test]
async fn a_token_that_is_deleted_or_changed_closes_its_sockets() {
    let house = House::open().await;
    let admin = house.admin().await;
    let user = house.person("robot", &[UserRole::Agent]).await;
    for (method, code) in [("PATCH", 4409), ("DELETE", 4401)] {
        let body = json!({ "user_id": user, "name": "robot", "roles": ["agent"] });
        let made = house.post("/api-tokens", &body).token(&admin).send().await.is(201).json();
        let mut socket = house.socket("authorization", &format!("Bearer {}", made["token"].as_str().unwrap())).await;
        let ask = house.ask(method, &format!("/api-tokens/{}", made["id"].as_str().unwrap())).token(&admin).version(1);
        let ask = if method == "PATCH" { ask.json(&json!({ "name": "other" })) } else { ask };
        assert!(ask.send().await.status < 300);
        assert_eq!(socket.end().await.0, code, "{method}");
    }
}

#[tokio::test]
async fn a_person_made_inactive_deleted_or_given_other_roles_loses_their_sockets() {
    let house = House::open().await;
    let admin = house.admin().await;
    let table =
        [("a", Some(json!({ "active": false })), 4401), ("b", Some(json!({ "roles": ["agent", "supervisor"] })), 4409), ("c", None, 4401)];
    for (login, patch, code) in table {
        let user = house.person(login, &[UserRole::Agent]).await;
        let token = house.token_of(user, &[UserRole::Agent]).await;
        let mut socket = house.socket("authorization", &format!("Bearer {token}")).await;
        let one = format!("/users/{user}");
        let ask = match &patch {
            Some(patch) => house.patch(&one, patch),
            None => house.ask("DELETE", &one),
        };
        assert!(ask.token(&admin).version(1).send().await.status < 300, "{login}");
        assert_eq!(socket.end().await.0, code, "{login}");
    }
}

#[tokio::test]
async fn the_cookie_is_secure_where_browsers_come_by_tls() {
    for secure in [false, true] {
        let house = House::with(|state| state.secure_cookies = secure).await;
        house.user("ann", &[UserRole::Agent]).await;
        let got = house.post("/session", &json!({ "login": "ann", "password": PASSWORD })).send().await.is(200);
        let cookie = got.header("set-cookie").to_owned();
        assert_eq!(cookie.split("; ").any(|part| part == "Secure"), secure, "{cookie}");
        assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "{cookie}");
        let session = cookie.split(';').next().unwrap().strip_prefix("cordboard_session=").unwrap();
        let gone = house.ask("DELETE", "/session").cookie(session).send().await.is(204);
        assert_eq!(gone.header("set-cookie").ends_with("; Secure"), secure);
    }
}

fn cookie_of(session: &str) -> String {
    format!("cordboard_session={session}")
}
