//! Carries out the switch's effects: sockets, media engine, look-ups, recordings, screens. Nothing here may block.

use crate::asks::Asks;
use crate::clock::Clock;
use crate::net::Net;
use crate::resolver::Resolver;
use crate::switch::run::{Inbox, Outside};
use crate::switch::{Audience, Audited, Effect, Event, Found, RecordingFact};
use crm_core::Store;
use crm_core::model::Who;
use cti_media_engine::Engine;
use cti_types::media::{EngineCommand, EngineEvent, OpenError};
use cti_types::{InteractionId, Number, Utc};
use recordings::Recorder;
use softphone_ws::{Gateway, TopicKey};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Most look-ups under way; a further one is answered empty at once: a slow store must not pile them up.
const LOOKUPS_MAX: usize = 512;

/// See the module.
pub struct House {
    pub net: Arc<Net>,
    pub engine: Arc<Engine>,
    pub recorder: Arc<Recorder>,
    pub gateway: Gateway,
    pub store: Store,
    pub inbox: Inbox,
    pub runtime: Handle,
    pub asks: Asks,
    clock: Clock,
    resolver: Resolver,
    lookups: Arc<Semaphore>,
    /// What screens are to show once the loop has nothing more to do just now; no more than one round's effects.
    views: BTreeMap<TopicKey, Vec<(String, Option<Arc<str>>)>>,
}

impl House {
    pub fn new(
        net: Arc<Net>,
        engine: Arc<Engine>,
        recorder: Arc<Recorder>,
        gateway: Gateway,
        store: Store,
        inbox: Inbox,
        runtime: Handle,
        asks: Asks,
        clock: Clock,
        resolver: Resolver,
    ) -> House {
        House {
            net,
            engine,
            recorder,
            gateway,
            store,
            inbox,
            runtime,
            asks,
            clock,
            resolver,
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
            views: BTreeMap::new(),
        }
    }

    fn engine(&self, command: EngineCommand) {
        let opening = match &command {
            EngineCommand::Open { leg, .. } | EngineCommand::Stand { leg, .. } | EngineCommand::Attach { leg, .. } => Some(*leg),
            _ => None,
        };
        if let Err(error) = self.engine.queue(command) {
            tracing::debug!(%error, "the media engine did not take a command");
            if let Some(leg) = opening {
                self.inbox.media(Event::Engine(EngineEvent::OpenFailed { leg, error: OpenError::Full }));
            }
        }
    }

    /// The log has what was done; the audit is for who looks for people's deeds. A store that is away does not stop a supervisor.
    fn audit(&self, audited: Audited) {
        let store = self.store.clone();
        self.runtime.spawn(async move {
            let Audited { at, by, via, action, interaction, agent, mode } = audited;
            let who = Who { user: Some(by), via };
            let noted = match (interaction, agent) {
                (Some(interaction), agent) => store.audit_call(&who, at, action, interaction, agent, mode).await,
                (None, Some(agent)) => store.audit_agent(&who, at, action, agent, mode).await,
                (None, None) => Ok(()),
            };
            if let Err(error) = noted {
                tracing::error!(?interaction, action, %error, "what somebody did is in the log but not in the audit");
            }
        });
    }

    fn look_up(&self, interaction: InteractionId, number: Number) {
        let (store, inbox, now) = (self.store.clone(), self.inbox.clone(), self.clock.utc());
        let permit = Arc::clone(&self.lookups).try_acquire_owned();
        // As of the beginning of the contact, which its id tells (RFC 9562 5.7).
        let at = interaction.0.get_timestamp().map_or(0, |time| time.to_unix().0 as i64 * 1_000_000);
        self.runtime.spawn(async move {
            let found = match permit {
                Err(_) => Found::default(),
                Ok(_permit) => crate::card::look_up(&store, Utc(at), now, &number).await,
            };
            inbox.desk(Event::Found { interaction, found }).await;
        });
    }
}

impl Outside for House {
    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Send { path, bytes } => self.net.send(path, bytes),
            Effect::Engine(command) => self.engine(command),
            Effect::LookUp { interaction, number } => self.look_up(interaction, number),
            Effect::RecordBegin { recording, interaction, at, started } => {
                if !self.recorder.begin(recording, interaction, at, started) {
                    tracing::error!(%recording, "a call is not recorded: the recorder is full");
                    let inbox = self.inbox.clone();
                    let over = Event::Recording(RecordingFact::Ended { recording, interaction, frames_dropped: 0 });
                    self.runtime.spawn(async move { inbox.desk(over).await });
                }
            }
            Effect::RecordEnd { recording, at } => self.recorder.end(recording, at),
            Effect::RecordLinked { recording, part } => self.recorder.linked(recording, part),
            Effect::Publish { audience, key, value } => {
                let topic = match audience {
                    Audience::Me(user) => TopicKey::Me(user),
                    Audience::Floor => TopicKey::Floor,
                    Audience::Queue(queue) => TopicKey::Queue(queue),
                    Audience::Team(team) => TopicKey::Team(team),
                };
                self.views.entry(topic).or_default().push((key, value));
            }
            Effect::Resolve { trunk, name, transport } => {
                self.runtime.spawn(self.resolver.clone().resolve(self.inbox.clone(), trunk, name, transport));
            }
            Effect::Connect(links) => self.net.keep(links),
            Effect::Answered { ask, result } => self.asks.answer(ask, result),
            Effect::Source(news) => self.net.heard(news),
            Effect::Named(addresses) => self.net.set_named(&addresses),
            Effect::Audit(audited) => self.audit(audited),
            Effect::Reply { session, id, result } => {
                // What was published before an answer is seen before it.
                self.flush();
                self.gateway.reply(session, id, result);
            }
            // The loop has put these into the journal.
            Effect::Log(_) | Effect::Personal(_) | Effect::State { .. } | Effect::StateGone { .. } => {}
        }
    }

    /// Media threads are woken once for all their commands. Each topic gets all that changed as one delta, so an agent's screen is written to
    /// once.
    fn flush(&mut self) {
        self.engine.wake();
        while let Some((topic, changes)) = self.views.pop_first() {
            self.gateway.publish(topic, changes);
        }
    }
}
