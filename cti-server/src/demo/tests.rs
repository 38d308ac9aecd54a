//! The demo's store: filled once, found filled after.

use super::*;
use crm_core::interactions::InteractionFilter;
use crm_core::model::{Customer, DialRule, Secret, Trunk, User};
use crm_core::{ListQuery, Stored};
use cti_types::{Number, TrunkId, Utc};

fn options(data: &Path) -> Options {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    Options {
        http: anywhere,
        sip: anywhere,
        data: Some(data.to_owned()),
        database: None,
        callers: false,
        agents: false,
        app: softphone_ws::web::App { files: &[], left_out: None },
        ready_json: true,
        pace: Duration::from_secs(1),
    }
}

/// Where the simulated callers would be.
fn line() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 5555))
}

async fn filled(data: &Path, callers: Option<SocketAddr>, seed: u64) -> (Config, Secrets, Seeded, String) {
    let options = options(data);
    let config = configure(&options, data).unwrap();
    let (secrets, seeded, token) = fill(&config, &options, callers, &mut Chance::from_number(seed)).await.unwrap();
    (config, secrets, seeded, token)
}

#[tokio::test]
async fn an_empty_folder_is_filled_and_a_second_start_finds_it_so() {
    let dir = tempfile::tempdir().unwrap();
    let (config, first_secrets, first, first_token) = filled(dir.path(), Some(line()), 1).await;
    let store = server::open_store(&config, &mut Chance::from_number(9)).await.unwrap();
    let calls = store.interactions(&InteractionFilter { limit: Some(500), ..Default::default() }).await.unwrap().items.len();
    assert_eq!(calls, samples::CUSTOMERS.iter().map(|c| usize::from(c.contacts)).sum::<usize>());
    store.close().await;

    let (_, secrets, second, token) = filled(dir.path(), None, 2).await;
    assert_eq!((&first.users, &first.phones, &first.customers), (&second.users, &second.phones, &second.customers));
    assert_eq!((first_token.as_str(), first_secrets.person("alice")), (token.as_str(), secrets.person("alice")));
    let store = server::open_store(&config, &mut Chance::from_number(9)).await.unwrap();
    let again = store.interactions(&InteractionFilter { limit: Some(500), ..Default::default() }).await.unwrap().items.len();
    assert_eq!(calls, again, "the history is written once");
    let trunk: Stored<Trunk> = store.get::<Trunk>(TrunkId(second.trunk.0)).await.unwrap();
    assert_eq!((trunk.source_port, &trunk.peer), (None, &None), "the trunk follows the way the demo is started");
    let people = store.list::<User>(&ListQuery::default()).await.unwrap().items;
    assert_eq!(people.len(), COLLEAGUES.len());
    let now = Clock::start().utc();
    let admin = store.login(now, "admin", &Secret::new(secrets.person("admin"))).await.unwrap();
    assert_eq!(store.api_token(now, &Secret::new(token)).await.unwrap().unwrap().user.id, admin.id);
}

#[tokio::test]
async fn lost_passwords_are_drawn_anew_and_work() {
    let dir = tempfile::tempdir().unwrap();
    let (config, first, ..) = filled(dir.path(), None, 1).await;
    std::fs::remove_file(dir.path().join("demo-logins.json")).unwrap();
    let (_, second, ..) = filled(dir.path(), None, 2).await;
    assert_ne!(first.person("you"), second.person("you"));
    let store = server::open_store(&config, &mut Chance::from_number(9)).await.unwrap();
    let now = Clock::start().utc();
    assert!(store.login(now, "you", &Secret::new(second.person("you"))).await.is_ok());
    assert!(store.login(now, "you", &Secret::new(first.person("you"))).await.is_err());
}

#[tokio::test]
async fn cards_show_earlier_calls_and_open_items() {
    let dir = tempfile::tempdir().unwrap();
    let (config, ..) = filled(dir.path(), None, 1).await;
    let store = server::open_store(&config, &mut Chance::from_number(9)).await.unwrap();
    let cards = store.who_is(Utc(1_800_000_000_000_000), &Number::E164("+12025550112".into())).await.unwrap();
    let [noah] = cards.as_slice() else { panic!("{cards:?}") };
    assert_eq!((noah.name.as_str(), noah.recent.len()), ("Noah Williams", 5));
    assert!(noah.open_items.iter().any(|item| item.title == "Printer will not wake up"), "{:?}", noah.open_items);
    let shared = store.who_is(Utc(1_800_000_000_000_000), &Number::E164("+12025550117".into())).await.unwrap();
    assert_eq!(shared.len(), 2, "two customers have one number");
    let chinese =
        store.list::<Customer>(&ListQuery { equals: vec![("language".into(), "zh".into())], ..Default::default() }).await.unwrap();
    assert!(chinese.items.len() >= 5);
}

#[test]
fn the_line_for_programs_names_every_account() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Secrets::open(dir.path(), &["you"], &["210"], &mut Chance::from_number(1)).unwrap();
    let ready = ready("http://127.0.0.1:8080".to_owned(), SocketAddr::from(([127, 0, 0, 1], 5060)), &[], &secrets, "t");
    assert_eq!((ready["http"].as_str(), ready["sip"].as_str()), (Some("http://127.0.0.1:8080"), Some("127.0.0.1:5060")));
    let users = ready["users"].as_array().unwrap();
    assert_eq!(users.len(), COLLEAGUES.len());
    let you = users.iter().find(|user| user["name"] == "you").unwrap();
    assert_eq!((you["role"].as_str(), you["phone"].as_str()), (Some("agent"), Some("210")));
    assert_eq!(you["phone_password"].as_str(), Some(secrets.phone("210")));
    assert!(!ready.to_string().contains('\n'));
}

#[tokio::test]
async fn only_where_somebody_can_be_called_may_colleagues_dial() {
    for (callers, rules) in [(None, 0), (Some(line()), 1)] {
        let dir = tempfile::tempdir().unwrap();
        let (config, _, seeded, _) = filled(dir.path(), callers, 1).await;
        let store = server::open_store(&config, &mut Chance::from_number(9)).await.unwrap();
        let trunk: Stored<Trunk> = store.get::<Trunk>(TrunkId(seeded.trunk.0)).await.unwrap();
        assert_eq!(trunk.peer, callers.map(|line| line.to_string()));
        assert_eq!(store.list::<DialRule>(&ListQuery::default()).await.unwrap().items.len(), rules);
    }
}
