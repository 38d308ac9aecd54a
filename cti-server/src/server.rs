//! Assembles the house and takes it down again, in the right order.

mod last_run;
mod parts;

use crate::api::{self, ApiState};
use crate::attachments::Attachments;
use crate::chores::Chores;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory;
use crate::https::Certificates;
use crate::in_force::{self, Follower};
use crate::journal::{Journal, Options};
use crate::net::{Net, NetCounters};
use crate::outside::House;
use crate::projector::aside::Aside;
use crate::projector::{self, ProjectorState};
use crate::resolver::Resolver;
use crate::switch::backlog::Backlog;
use crate::switch::clips::Library;
use crate::switch::overload::Overload;
use crate::switch::run::{ALIVE_KEY, Gathered, Inbox, Pulse, Switch, inboxes};
use crate::switch::{Event, Rooms};
use anyhow::{Context, anyhow};
use crm_core::{Store, StoreOptions};
use cti_sip::api::Transport;
use cti_types::{Chance, Utc};
use last_run::{Recovered, begin_epoch, go_on_after, recover};
use parts::{figures, pages_shown, rooms_config, start_engine, start_recorder};
use recordings::LocalStore;
use softphone_ws::web::App;
use softphone_ws::{FromGateway, Gateway};
use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// How long the start waits for the database before it gives up.
const DATABASE_WAIT: Duration = Duration::from_secs(30);
/// Commands of screens waiting for the switch; beyond it the gateway answers `busy`.
const COMMANDS_MAX: usize = 4_096;
/// Descriptors a thousand calls need, with room: four sockets a call and a file for its recording.
const DESCRIPTORS_WANTED: u64 = 65_536;
/// How long the last recordings may take to be sealed at the stop.
const SEAL_WAIT: Duration = Duration::from_secs(5);
/// How long the last calls' records may take to reach the database at the stop.
const PROJECT_WAIT: Duration = Duration::from_secs(10);

/// A running server.
pub struct Server {
    http: SocketAddr,
    /// Without TLS, for this machine's own programs.
    plain: SocketAddr,
    by_tls: bool,
    sip: SocketAddr,
    store: Store,
    inbox: Inbox,
    pulse: watch::Receiver<Option<Pulse>>,
    draining: watch::Sender<bool>,
    stop_switch: watch::Sender<bool>,
    stop_http: watch::Sender<bool>,
    stop_projector: watch::Sender<bool>,
    switch: Option<std::thread::JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    /// Answered when the projector has ended.
    projector: Option<oneshot::Receiver<()>>,
    gateway: Gateway,
    net: Arc<Net>,
    drain: Duration,
    /// Login and password of the administrator made on the first start, to be shown once.
    first_admin: Option<(String, String)>,
}

/// Random bytes from the operating system.
pub fn os_seed() -> anyhow::Result<[u8; 32]> {
    let mut seed = [0; 32];
    std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut seed)).context("cannot read random bytes")?;
    Ok(seed)
}

/// Opens the configured database, waiting a while for one that is just starting.
pub async fn open_store(config: &Config, chance: &mut Chance) -> anyhow::Result<Store> {
    let url = config.database_url();
    let mut options = StoreOptions::new(Chance::from_seed(chance.bytes()));
    options.realm.clone_from(&config.sip.realm);
    let attempt = async {
        loop {
            match Store::open(&url, options.clone()).await {
                Err(error) if error.is_unavailable() => {
                    tracing::warn!("the database is not there yet; trying again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                done => return done,
            }
        }
    };
    // The address may hold a password; it is not repeated in the error.
    match tokio::time::timeout(DATABASE_WAIT, attempt).await {
        Ok(opened) => opened.context("cannot open the database"),
        Err(_) => Err(anyhow!("the database did not answer within {} s", DATABASE_WAIT.as_secs())),
    }
}

/// The prompts, built in and the site's own.
pub fn library(config: &Config) -> anyhow::Result<Library> {
    let mut clips = Library::builtin(&config.media.tones)?;
    if let Some(folder) = &config.prompts {
        clips.add_folder(folder)?;
    }
    Ok(clips)
}

fn make_private(dir: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("cannot make the data folder {}", dir.display()))
}

/// Whose journal this is, in the database: one name for each data folder.
fn node_name(dir: &Path, chance: &mut Chance, now: Utc) -> anyhow::Result<String> {
    let path = dir.join("node");
    match std::fs::read_to_string(&path) {
        Ok(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        Ok(_) => Err(anyhow!("{} is empty; remove it together with the journal folder", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = chance.uuid(now).to_string();
            std::fs::write(&path, &name).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(name)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn raise_descriptors() {
    match rlimit::increase_nofile_limit(DESCRIPTORS_WANTED) {
        Ok(got) if got < DESCRIPTORS_WANTED => {
            tracing::warn!(
                got,
                wanted = DESCRIPTORS_WANTED,
                "few file descriptors: about {} calls fit; raise the hard limit (ulimit -Hn)",
                got / 6
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the limit of file descriptors cannot be raised"),
    }
}

impl Server {
    pub async fn start(config: Config, app: App) -> anyhow::Result<Server> {
        raise_descriptors();
        make_private(&config.data)?;
        let clock = Clock::start();
        let mut chance = Chance::from_seed(os_seed()?);
        let options = Options { segment_bytes: config.journal.segment_mib << 20, bytes_max: config.journal.max_mib << 20 };
        let (journal, found) = Journal::open(&config.data.join("journal"), options).context("cannot open the journal")?;
        let journal = Arc::new(journal);
        let store = open_store(&config, &mut chance).await?;
        let node = node_name(&config.data, &mut chance, clock.utc())?;
        let recordings_dir = config.data.join("recordings");
        make_private(&recordings_dir)?;
        let imports_dir = config.data.join("imports");
        make_private(&imports_dir)?;
        let attachments_dir = config.data.join("attachments");
        make_private(&attachments_dir)?;
        let attachments = Attachments::new(attachments_dir);

        let alive =
            found.state.get(ALIVE_KEY).and_then(|bytes| bytes.as_slice().try_into().ok()).map_or(Utc(0), |b| Utc(i64::from_le_bytes(b)));
        let aside = Arc::new(Aside::open(&config.data.join("aside.jsonl")).context("cannot read the records kept aside")?);
        let recovered = recover(&store, &journal, &node, &recordings_dir, alive, &aside, &mut chance, clock.utc());
        let Recovered { linked, messages } = recovered.await.context("cannot recover from the last run")?;
        let epoch = begin_epoch(&found.state, &journal, clock.utc());
        let first_admin = store.ensure_admin(clock.utc()).await?.map(|(login, password)| (login, password.reveal().to_owned()));

        let (inbox, inboxes) = inboxes();
        let counters = Arc::new(NetCounters::default());
        let net = Arc::new(Net::open(&config.sip.interfaces(), &config.sip.trunk_tls, inbox.clone(), clock, Arc::clone(&counters)).await?);
        let recorder = Arc::new(start_recorder(&recordings_dir, clock, &inbox)?);
        for (recording, part) in linked {
            recorder.linked(recording, part);
        }
        let web = if config.media.webrtc { Some(Arc::new(cti_media_engine::Identity::new()?)) } else { None };
        let engine = Arc::new(start_engine(&config, clock, recorder.handle(), &inbox, web.clone())?);

        let clips = library(&config)?;
        let hooks = crate::hooks::Hooks::new(store.clone(), clock, config.webhooks.clone())?;
        let changes = store.changes();
        let (reached, in_force) = in_force::in_force(store.config_changes());
        let (directory, faults) = directory::build(&store.config_snapshot().await?, &clips);
        in_force::say_faults(&faults);
        net.set_known(directory.known_sources());

        let mut rooms_settings = rooms_config(&config, &net, &clips, &store, &mut chance, epoch).await?;
        rooms_settings.spoken.web = web.map(|identity| identity.fingerprint().clone());
        rooms_settings.pages = pages_shown(&config, engine.pages());
        let mut agent_lasts = store.agent_lasts().await?;
        go_on_after(&aside, &mut rooms_settings.agent_seqs, &mut agent_lasts);
        let mut rooms = Rooms::new(rooms_settings, Chance::from_seed(chance.bytes()), clock.now())?;
        rooms.agents_went_on_until(agent_lasts);
        rooms.goes_on_with(&found.state);
        rooms.handle(clock.now(), Event::Directory(Box::new(directory)));
        rooms.handle(clock.now(), Event::Revive(messages));

        let (commands, from_gateway) = mpsc::channel(COMMANDS_MAX);
        let authentication = Arc::new(api::Authentication::new(store.clone(), clock));
        let ws = softphone_ws::Config {
            allowed_origins: config.origins(),
            only_secure: config.secure_cookies(),
            ..softphone_ws::Config::default()
        };
        let gateway = Gateway::new(ws, authentication, commands);

        let (pulse_in, pulse) = watch::channel(None);
        let (stop_switch, stopped_switch) = watch::channel(false);
        let (stop_http, stopped_http) = watch::channel(false);
        let (stop_projector, stopped_projector) = watch::channel(false);
        let (draining, drains) = watch::channel(false);

        let asks = crate::asks::Asks::default();
        let house = House::new(
            Arc::clone(&net),
            Arc::clone(&engine),
            Arc::clone(&recorder),
            gateway.clone(),
            store.clone(),
            inbox.clone(),
            tokio::runtime::Handle::current(),
            asks.clone(),
            clock,
            Resolver::new(&config.sip.name_servers()?, clock, chance.bytes())?,
        );
        let switch = Switch {
            rooms,
            clock,
            journal: Arc::clone(&journal),
            outside: house,
            inboxes,
            pulse: pulse_in,
            stop: stopped_switch,
            events: 0,
            backlog: Backlog::default(),
            overload: Overload::default(),
            gathered: Gathered::default(),
        };
        let switch = std::thread::Builder::new().name("switch".into()).spawn(move || match current_thread() {
            Ok(runtime) => runtime.block_on(switch.run()),
            Err(error) => tracing::error!(%error, "the switch has no runtime"),
        })?;

        let projected = Arc::new(ProjectorState::default());
        let mark = store.mark(&node).await?.unwrap_or(0);
        let (projector_ended, projector) = oneshot::channel();
        let projecting = projector::run(store.clone(), Arc::clone(&journal), node, mark, aside, Arc::clone(&projected), stopped_projector);
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new().name("projector".into()).spawn(move || {
            runtime.block_on(projecting);
            // Nobody waits for it any more when the server did not stop in order.
            let _ = projector_ended.send(());
        })?;

        let listener =
            tokio::net::TcpListener::bind(config.http).await.with_context(|| format!("cannot listen for HTTP on {}", config.http))?;
        let http = listener.local_addr()?;
        let certificates = if config.tls.is_on() {
            let opened = Certificates::open(&config.tls, &config.data, &config.certificate_names(), clock.utc());
            Some(Arc::new(opened.context("tls")?))
        } else {
            None
        };
        let redirect = listen_if(config.tls.redirect).await?;
        let plain_listener = listen_if(config.tls.plain).await?;
        let plain = plain_listener.as_ref().map_or(Ok(http), tokio::net::TcpListener::local_addr)?;
        let chores = Arc::new(Chores::new(store.clone(), clock, LocalStore::new(&recordings_dir), imports_dir, attachments.clone()));
        let state = ApiState {
            store: store.clone(),
            clock,
            gateway: gateway.clone(),
            recordings: LocalStore::new(&recordings_dir),
            attachments,
            clips: clips.clone(),
            journal,
            projector: projected,
            net: counters,
            pulse: pulse.clone(),
            inbox: inbox.clone(),
            asks: asks.clone(),
            in_force,
            chores: Arc::clone(&chores),
            secure_cookies: config.secure_cookies(),
            demo_logins: config.demo_logins.clone(),
            draining: drains,
            allowed_origins: config.origins(),
            embed_origins: config.embed_origins.clone(),
            app,
            seed: chance.bytes(),
            figures: figures(&engine, &recorder),
            recordings_failing: {
                let recorder = Arc::clone(&recorder);
                Box::new(move || recorder.stats().failing as u64)
            },
        };
        let app = api::router(Arc::new(state)).merge(gateway.router());
        let follower = Follower { store: store.clone(), clips, changes, inbox: inbox.clone(), asks, net: Arc::clone(&net), reached };
        let mut tasks = vec![
            tokio::spawn(chores.run(stopped_http.clone())),
            tokio::spawn(crate::http::serve(listener, app.clone(), certificates.clone(), stopped_http.clone())),
            tokio::spawn(forward_commands(from_gateway, inbox.clone())),
            tokio::spawn(follower.run()),
            tokio::spawn(crate::escalation::run(store.clone(), clock)),
            tokio::spawn(hooks.clone().run()),
            tokio::spawn(hooks.sweep()),
            tokio::spawn(crate::news::run(store.clone(), gateway.clone(), clock)),
            tokio::spawn(crate::values::keep_fresh(store.clone(), clock)),
            tokio::spawn(crate::counted::run(store.clone(), inbox.clone(), clock)),
        ];
        let challenges = Arc::new(crate::acme::Challenges::default());
        tasks.extend(redirect.map(|at| {
            tokio::spawn(crate::http::serve(at, crate::http::redirection(http.port(), Arc::clone(&challenges)), None, stopped_http.clone()))
        }));
        tasks.extend(plain_listener.map(|at| tokio::spawn(crate::http::serve(at, app, None, stopped_http))));
        tasks.extend(certificates.map(|certificates| tokio::spawn(certificates.watch())));
        let folder = crate::https::folder(&config.data);
        tasks.extend(config.tls.acme.clone().map(|acme| tokio::spawn(crate::acme::run(acme, folder, challenges, clock))));
        Ok(Server {
            http,
            plain,
            by_tls: config.tls.is_on(),
            sip: net.local(),
            store,
            inbox,
            pulse,
            draining,
            stop_switch,
            stop_http,
            stop_projector,
            switch: Some(switch),
            tasks,
            projector: Some(projector),
            gateway,
            net,
            drain: config.drain(),
            first_admin,
        })
    }

    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where programs of this machine find REST and the WebSocket without TLS, if anywhere.
    pub fn plain(&self) -> SocketAddr {
        self.plain
    }

    /// Where a browser of this machine finds the pages.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.by_tls { "https" } else { "http" }, self.http)
    }

    /// Where SIP is spoken first of all.
    pub fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// All addresses on which SIP is spoken, and how.
    pub fn sip_sockets(&self) -> &[(Transport, SocketAddr)] {
        self.net.sockets()
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Login and one-time password of the administrator, when this start made one. To be printed once.
    pub fn first_admin(&self) -> Option<&(String, String)> {
        self.first_admin.as_ref()
    }

    /// The SIP sockets, for what must be known of them outside calls.
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// Refuses new calls, waits until those under way are over (at most as long as configured), ends the rest, and stops.
    pub async fn stop(mut self) {
        self.draining.send_replace(true);
        self.inbox.desk(Event::Drain).await;
        let drained = self.wait_until_idle(self.drain).await;
        if !drained {
            tracing::warn!("calls still up at the end of the drain are ended");
        }
        self.inbox.desk(Event::Shutdown).await;
        self.wait_until_idle(SEAL_WAIT).await;
        self.gateway.shut_down();
        self.stop_http.send_replace(true);
        self.stop_switch.send_replace(true);
        if let Some(switch) = self.switch.take() {
            let _ = tokio::task::spawn_blocking(move || switch.join()).await;
        }
        self.stop_projector.send_replace(true);
        if let Some(projector) = self.projector.take()
            && tokio::time::timeout(PROJECT_WAIT, projector).await.is_err()
        {
            tracing::warn!("the last records stay in the journal and are projected at the next start");
        }
        for task in &self.tasks {
            task.abort();
        }
        self.store.close().await;
    }

    async fn wait_until_idle(&mut self, at_most: Duration) -> bool {
        let idle = |pulse: &Option<Pulse>| {
            pulse.as_ref().is_some_and(|p| {
                // Recordings too: their last parts are to be in the log.
                p.gauges.interactions == 0 && p.gauges.legs == 0 && p.gauges.recordings == 0
            })
        };
        // The first pulse may be from before the last event.
        self.pulse.mark_unchanged();
        let waiting = async {
            loop {
                if self.pulse.changed().await.is_err() || idle(&self.pulse.borrow()) {
                    return;
                }
            }
        };
        tokio::time::timeout(at_most, waiting).await.is_ok()
    }
}

/// A runtime for one thread.
fn current_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()
}

/// Whether the certificate of the pages, when one is given, can be used.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn check_tls(config: &Config) -> anyhow::Result<()> {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => crate::net::tls::server_config(certificate, key).map(drop).context("tls"),
        (Some(_) | None, _) => Ok(()),
    }
}

async fn listen_if(at: Option<SocketAddr>) -> anyhow::Result<Option<tokio::net::TcpListener>> {
    let Some(at) = at else { return Ok(None) };
    let listener = tokio::net::TcpListener::bind(at).await;
    listener.map(Some).with_context(|| format!("cannot listen for HTTP on {at}"))
}

async fn forward_commands(mut from: mpsc::Receiver<FromGateway>, inbox: Inbox) {
    while let Some(message) = from.recv().await {
        let event = match message {
            FromGateway::Opened { session, user } => Event::SocketOpened { session, user },
            FromGateway::Closed { session, user } => Event::SocketClosed { session, user },
            FromGateway::Command { session, user, role, id, command } => Event::Command { session, user, role, id, command },
        };
        inbox.desk(event).await;
    }
}
