//! Makes what a run needs through the API of any running Cordboard: queue, numbers, flow, trunk, agents with phones, customers. Safe to
//! repeat: what is there by name is brought up to date, passwords are made anew.

use crate::agents::{Numbers, User, Users};
use crate::api::Api;
use crate::tones;
use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Name of the queue, the flow and the trunk.
const NAME: &str = "cti-load";

/// Greets, offers a choice, and puts every caller into the queue.
const FLOW: &str = r#"name = "cti-load"
languages = ["en"]
start = "answer"
[nodes.answer]
type = "answer"
next = "menu"
[nodes.menu]
type = "menu"
prompts = ["menu-demo"]
choices = { 1 = "line", 2 = "line" }
wait_seconds = 5
next = "line"
[nodes.line]
type = "queue"
queue = "cti-load"
otherwise = "end"
[nodes.end]
type = "hang_up"
"#;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Base address of the API: `http://HOST:PORT`.
    #[arg(long)]
    http: String,
    /// API token of an administrator.
    #[arg(long, env = "CTI_LOAD_TOKEN")]
    token: String,
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    agents: u32,
    /// Where the users file goes; it holds passwords.
    #[arg(long)]
    out: PathBuf,
    /// Address or network this tool's calls come from.
    #[arg(long, default_value = "127.0.0.1")]
    source: String,
    /// Port they come from, so that the trunk is told from others of the same address; 0: any.
    #[arg(long, default_value_t = 25_061)]
    source_port: u16,
    /// Country by which the trunk's numbers are read.
    #[arg(long, default_value = "US")]
    country: String,
    /// The number that goes straight to the queue.
    #[arg(long, default_value = "+12025550190")]
    queue_number: String,
    /// The number that goes through the flow.
    #[arg(long, default_value = "+12025550191")]
    flow_number: String,
    /// Make the agents supervisors, too: then the floor is theirs to follow.
    #[arg(long)]
    supervisors: bool,
    /// Record the calls.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    record: bool,
    /// Customers to make for the first so many callers, so that their calls have a card.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    customers: u32,
    /// First caller's number, as `calls` has it.
    #[arg(long, default_value_t = tones::NUMBER_BASE)]
    number_base: u64,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let api = Api::new(&args.http, &args.token);
    let recording = if args.record { json!({ "policy": "always" }) } else { json!({ "policy": "never" }) };
    // No wrap-up: an agent is free for the next call as soon as this one is over. No limits: the tool itself says how long it waits.
    let queue = json!({
        "name": NAME, "wrap_up_max_ms": 0, "wrap_up_required": false, "recording": recording,
        "size_max": null, "wait_max_ms": null, "open": true,
    });
    let queue = api.ensure("queues", "name", &api.known("queues", "name").await?, &queue).await?;
    let flow = api.ensure("flows", "name", &api.known("flows", "name").await?, &json!({ "name": NAME })).await?;
    let version = api.call(Method::POST, &format!("flows/{flow}/versions"), None, Some(&json!({ "source": FLOW }))).await?;
    let number = version.get("number").and_then(Value::as_u64).context("the flow's version has no number")?;
    api.call(Method::POST, &format!("flows/{flow}/versions/{number}/publish"), None, Some(&json!({}))).await?;
    let port = Some(args.source_port).filter(|port| *port != 0);
    let trunk = json!({ "name": NAME, "sources": [args.source], "source_port": port, "country": args.country, "trusted": true, "calls_max": 100_000 });
    api.ensure("trunks", "name", &api.known("trunks", "name").await?, &trunk).await?;
    let numbers = api.known("numbers", "number").await?;
    for (number, entry) in
        [(&args.queue_number, json!({ "to": "queue", "queue": queue })), (&args.flow_number, json!({ "to": "flow", "flow": flow }))]
    {
        let body = json!({ "number": number, "name": NAME, "entry": entry });
        api.ensure("numbers", "number", &numbers, &body).await?;
    }
    for n in 0..args.customers {
        let contact = json!({ "kind": "phone", "value": tones::number(args.number_base, n) });
        let id = format!("{NAME}-{}-{n}", args.number_base);
        let body = json!({ "name": format!("Caller {n}"), "tier": "standard", "external_id": id, "contacts": [contact] });
        api.make_once("customers", &body).await?;
    }
    let users = agents(&api, args.agents, &queue, args.supervisors).await?;
    let numbers = Numbers { ivr: Some(args.flow_number), queue: Some(args.queue_number) };
    let from = port.and_then(|port| Some(SocketAddr::new(args.source.parse().ok()?, port)));
    write_private(&args.out, &Users { from, http: api.base, token: args.token, users, numbers, recorded: args.record })
}

async fn agents(api: &Api, count: u32, queue: &str, supervisors: bool) -> anyhow::Result<Vec<User>> {
    let roles: &[&str] = if supervisors { &["agent", "supervisor"] } else { &["agent"] };
    let (known_users, known_phones) = (api.known("users", "login").await?, api.known("phones", "username").await?);
    let mut users = Vec::with_capacity(count as usize);
    for n in 1..=count {
        let (name, phone) = (format!("load-{n}"), format!("load-phone-{n}"));
        let (password, phone_password) = (secret(), secret());
        let body = json!({ "username": phone, "name": phone, "password": phone_password });
        let phone_id = api.ensure("phones", "username", &known_phones, &body).await?;
        let body = json!({
            "login": name, "name": format!("Load {n}"), "roles": roles, "queues": [queue],
            "phone_id": phone_id, "password": password, "must_change_password": false,
        });
        api.ensure("users", "login", &known_users, &body).await?;
        users.push(User {
            name,
            role: "agent".into(),
            password,
            phone: Some(phone),
            phone_password: Some(phone_password),
            phone_id: Some(phone_id),
        });
    }
    Ok(users)
}

/// 128 bits nobody can guess, in hex.
fn secret() -> String {
    let (one, two) = (RandomState::new().hash_one(1), RandomState::new().hash_one(2));
    format!("{one:016x}{two:016x}")
}

/// Readable by its owner only: it holds passwords and a token.
fn write_private(path: &PathBuf, users: &Users) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let open = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = open.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(serde_json::to_string_pretty(users)?.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        let (one, two) = (secret(), secret());
        assert!(one.len() == 32 && one != two);
    }

    #[test]
    fn the_users_file_is_private_and_can_be_read_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("users.json");
        let users = Users {
            from: None,
            http: "http://h".into(),
            token: "t".into(),
            users: Vec::new(),
            numbers: Numbers::default(),
            recorded: true,
        };
        write_private(&path, &users).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Users::read(&path).unwrap().http, "http://h");
    }
}
