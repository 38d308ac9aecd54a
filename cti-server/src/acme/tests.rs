//! An order against an authority played here.

use super::*;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::collections::BTreeSet;

/// What the authority knows.
struct Authority {
    at: String,
    nonces: Mutex<(u32, BTreeSet<String>)>,
    challenges: Arc<Challenges>,
    seen: Mutex<Vec<String>>,
    chain: String,
}

impl Authority {
    fn nonce(&self) -> String {
        let mut nonces = self.nonces.lock().unwrap();
        nonces.0 += 1;
        let nonce = format!("n{}", nonces.0);
        nonces.1.insert(nonce.clone());
        nonce
    }

    fn seen(&self, path: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == path).count()
    }
}

fn with_nonce(authority: &Authority, status: u16, location: &str, body: Value) -> Response {
    let nonce = [("replay-nonce", authority.nonce()), ("location", format!("{}{location}", authority.at))];
    (StatusCode::from_u16(status).unwrap(), nonce, axum::Json(body)).into_response()
}

async fn posted(State(authority): State<Arc<Authority>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let path = uri.path();
    assert_eq!(headers["content-type"], "application/jose+json");
    let body: Value = serde_json::from_str(&body).unwrap();
    let decoded = |name: &str| URL_SAFE_NO_PAD.decode(body[name].as_str().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&decoded("protected")).unwrap();
    assert_eq!((head["alg"].as_str(), decoded("signature").len()), (Some("ES256"), 64));
    assert_eq!(head["url"], format!("{}{path}", authority.at));
    assert_eq!(head.get("jwk").is_some(), path == "/account", "{head}");
    let fresh = authority.nonces.lock().unwrap().1.remove(head["nonce"].as_str().unwrap());
    // The first order meets a nonce that is too old.
    if !fresh || (path == "/order" && authority.seen("/order") == 0) {
        authority.seen.lock().unwrap().push(path.to_owned());
        return with_nonce(&authority, 400, "", json!({ "type": "urn:ietf:params:acme:error:badNonce" }));
    }
    authority.seen.lock().unwrap().push(path.to_owned());
    let at = &authority.at;
    match path {
        "/account" => with_nonce(&authority, 201, "/account/1", json!({ "status": "valid" })),
        "/order" => {
            let authorizations = [format!("{at}/authz")];
            with_nonce(&authority, 201, "/order/1", json!({ "status": "pending", "authorizations": authorizations }))
        }
        "/authz" => {
            let challenges = json!([{ "type": "dns-01" }, { "type": "http-01", "token": "tok_1", "url": format!("{at}/challenge") }]);
            with_nonce(&authority, 200, "", json!({ "status": "pending", "challenges": challenges }))
        }
        "/challenge" => {
            assert!(authority.challenges.answer("tok_1").unwrap().starts_with("tok_1."));
            with_nonce(&authority, 200, "", json!({ "status": "processing" }))
        }
        "/order/1" => {
            let status = match (authority.seen("/finalize"), authority.seen("/order/1")) {
                (0, 1) => "pending",
                (0, _) => "ready",
                (_, _) => "valid",
            };
            let (finalize, certificate) = (format!("{at}/finalize"), format!("{at}/certificate"));
            with_nonce(&authority, 200, "", json!({ "status": status, "finalize": finalize, "certificate": certificate }))
        }
        "/finalize" => with_nonce(&authority, 200, "", json!({ "status": "processing" })),
        "/certificate" => (StatusCode::OK, [("replay-nonce", authority.nonce())], authority.chain.clone()).into_response(),
        other => panic!("{other}"),
    }
}

async fn open(challenges: &Arc<Challenges>) -> Arc<Authority> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["desk.example".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2026, 4, 1);
    let chain = params.self_signed(&key).unwrap().pem();
    let nonces = Mutex::new((0, BTreeSet::new()));
    let authority = Arc::new(Authority { at, nonces, challenges: Arc::clone(challenges), seen: Mutex::default(), chain });
    let directory = async |State(authority): State<Arc<Authority>>| {
        let at = &authority.at;
        axum::Json(json!({ "newNonce": format!("{at}/nonce"), "newAccount": format!("{at}/account"), "newOrder": format!("{at}/order") }))
    };
    let nonce = async |State(authority): State<Arc<Authority>>| [("replay-nonce", authority.nonce())];
    let app = Router::new().route("/directory", get(directory)).route("/nonce", get(nonce)).route("/{*path}", post(posted));
    tokio::spawn(axum::serve(listener, app.with_state(Arc::clone(&authority))).into_future());
    authority
}

#[tokio::test]
async fn a_certificate_is_had_by_answering_a_challenge_and_is_asked_for_again_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let challenges = Arc::new(Challenges::default());
    let authority = open(&challenges).await;
    let config = AcmeConfig {
        directory: format!("{}/directory", authority.at),
        names: vec!["desk.example".into()],
        contact: Some("admin@desk.example".into()),
        agree_to_terms: true,
        roots: None,
    };
    let at = |text: &str| Utc(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
    assert!(is_due(folder.path(), at("2026-01-02T00:00:00Z")));
    obtain(&config, folder.path(), &challenges, Duration::from_millis(1)).await.unwrap();
    let (certificate, key) = files(folder.path());
    assert_eq!(std::fs::read_to_string(certificate).unwrap(), authority.chain);
    assert!(std::fs::read_to_string(key).unwrap().contains("PRIVATE KEY"));
    assert_eq!((authority.seen("/account"), authority.seen("/order"), authority.seen("/finalize")), (1, 2, 1));
    // Ninety days: due with the last thirty.
    assert!(!is_due(folder.path(), at("2026-02-28T00:00:00Z")));
    assert!(is_due(folder.path(), at("2026-03-03T00:00:00Z")));
}
