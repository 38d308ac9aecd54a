//! Trunks under watch: OPTIONS to see whether they answer (RFC 3261 11), and our registration with those that want one (RFC 3261 10).
//! Of a trunk with several addresses the one that answers becomes the first (RFC 3263 4.3). How a trunk does is judged in `trunk`; no call
//! is made here.

use super::Endpoint;
use crate::api::{Account, Event, Path, Registered, Trunk};
use crate::dialog::{our_uri, write_contact, write_via};
use crate::ladder::Whose;
use crate::message::{Message, Method, Name, NameAddr, Uri, Writer, escape_user};
use crate::timers::Timer;
use crate::transaction::{ClientId, ClientUse};
use crate::trunk::health::{Health, back_off, refresh_after};
use cti_types::{Now, Tick, TrunkId};
use std::net::SocketAddr;
use std::time::Duration;

/// Longest registration a trunk may ask for with Min-Expires; one that wants more is refused by us.
const EXPIRES_MAX: Duration = Duration::from_secs(86_400);
/// Of the time between two probes so much is left to chance, in thousandths, so that probes of many trunks do not come together.
const PROBE_SPREAD: u64 = 100;

impl Endpoint {
    /// Live configuration of trunks. What runs for those that stay goes on.
    pub(super) fn set_trunks(&mut self, now: Now, list: Vec<Trunk>) {
        let old: Vec<Trunk> = self.trunks.iter().cloned().collect();
        let list = self.trunks.in_present_order(list);
        for gone in old.iter().filter(|t| !list.iter().any(|new| new.id == t.id)) {
            self.stop_watching(gone.id);
        }
        self.io.peers = list.iter().flat_map(|trunk| trunk.peer.iter().chain(&trunk.out.further).copied()).collect();
        self.trunks.set(list.clone());
        for trunk in &list {
            let before = old.iter().find(|t| t.id == trunk.id);
            let same = |of: &dyn Fn(&Trunk, &Trunk) -> bool| before.is_some_and(|old| of(old, trunk));
            let same_peer = same(&|a, b| a.peer == b.peer && a.out.domain == b.out.domain && a.out.sips == b.out.sips);
            if !same_peer || !same(&|a, b| a.out.probe == b.out.probe) {
                self.start_probing(now, trunk);
            }
            if !same_peer || !same(&|a, b| a.out.register_for == b.out.register_for && a.out.account == b.out.account) {
                self.start_registering(now, trunk);
            }
        }
    }

    fn stop_watching(&mut self, id: TrunkId) {
        self.io.ladder.forget_trunk(id);
        let Some(watch) = self.trunks.state(id).map(|state| &mut state.watch) else { return };
        self.io.timers.clear(&mut watch.probe_slot);
        self.io.timers.clear(&mut watch.register_slot);
        let asked = [watch.probe.take(), watch.register.take()];
        for client in asked.into_iter().flatten() {
            self.clients.destroy(&mut self.io, client);
        }
    }

    // ---- probes

    fn start_probing(&mut self, now: Now, trunk: &Trunk) {
        let wanted = trunk.out.probe.is_some() && trunk.peer.is_some();
        let Some(watch) = self.trunks.state(trunk.id).map(|state| &mut state.watch) else { return };
        self.io.timers.clear(&mut watch.probe_slot);
        if let Some(client) = watch.probe.take() {
            self.clients.destroy(&mut self.io, client);
        }
        if wanted {
            self.io.timers.set(&mut watch.probe_slot, now.tick, Timer::Probe(trunk.id));
        }
    }

    /// The time between two probes is over: one that has no answer by now is lost, and the next one goes out.
    pub(super) fn probe(&mut self, now: Now, id: TrunkId) {
        if let Some(client) = self.trunks.state(id).and_then(|state| state.watch.probe.take()) {
            self.clients.destroy(&mut self.io, client);
            self.probed(now, id, false);
        }
        let Some(trunk) = self.trunks.get(id).cloned() else { return };
        let Some(probe) = trunk.out.probe else { return };
        let spread = self.io.chance.below(PROBE_SPREAD) as u32;
        let at = now.tick + probe.every.saturating_sub(probe.every * spread / 1000);
        let client = self.send_probe(now, &trunk);
        let Some(watch) = self.trunks.state(id).map(|state| &mut state.watch) else { return };
        watch.probe = client;
        self.io.timers.set(&mut watch.probe_slot, at, Timer::Probe(id));
        if client.is_none() {
            self.probed(now, id, false);
        }
    }

    fn send_probe(&mut self, now: Now, trunk: &Trunk) -> Option<ClientId> {
        let (uri, path) = self.registrar_of(trunk)?;
        let branch = self.io.branch();
        let (tag, call_id) = (self.io.chance.token(10), self.io.chance.token(24));
        self.io.ladder.begin(Whose::Probes(trunk.id), &call_id, path.remote.ip());
        let host = trunk.out.domain.clone().unwrap_or_else(|| self.io.config.public(path.local).to_string());
        let mut writer = Writer::request("OPTIONS", &uri);
        write_via(&mut writer, &self.io, path, &branch);
        writer
            .header("Max-Forwards", 70)
            .header("From", format_args!("<{}:{host}>;tag={tag}", scheme(trunk)))
            .header("To", format_args!("<{}>", without_params(&uri)))
            .header("Call-ID", call_id)
            .header("CSeq", "1 OPTIONS");
        write_contact(&mut writer, &self.io, path, trunk.out.sips);
        writer.header("Accept", "application/sdp").header("User-Agent", &self.io.config.user_agent);
        let bytes = writer.finish(None);
        Some(self.clients.start(now, &mut self.io, ClientUse::Probe(trunk.id), Method::Options, branch, path, bytes))
    }

    /// Any answer shows that it lives, but 503 says that it takes nothing now (RFC 3261 21.5.4).
    pub(super) fn probe_answered(&mut self, now: Now, client: ClientId, id: TrunkId, code: u16) {
        if code < 200 || !self.take_probe(id, client) {
            return;
        }
        self.probed(now, id, code != 503);
    }

    pub(super) fn probe_failed(&mut self, now: Now, id: TrunkId) {
        if self.trunks.state(id).is_some_and(|state| state.watch.probe.take().is_some()) {
            self.probed(now, id, false);
        }
    }

    fn take_probe(&mut self, id: TrunkId, client: ClientId) -> bool {
        self.trunks.state(id).is_some_and(|state| state.watch.probe.take_if(|asked| *asked == client).is_some())
    }

    fn probed(&mut self, now: Now, id: TrunkId, answered: bool) {
        if self.trunks.probed(now.tick, id, answered) {
            self.say_trunk(id);
        }
        let down = self.trunks.state(id).is_some_and(|state| state.pulse.health == Health::Down);
        // The next address is asked from now on; it must answer as often as this one would have to.
        if !answered && down && self.trunks.turn(id) {
            if let Some(trunk) = self.trunks.get(id).cloned() {
                self.start_registering(now, &trunk);
            }
        }
    }

    fn say_trunk(&mut self, id: TrunkId) {
        if let Some(status) = self.trunks.statuses().into_iter().find(|status| status.trunk == id) {
            self.io.event(Event::Trunk(status));
        }
    }

    // ---- registrations

    fn start_registering(&mut self, now: Now, trunk: &Trunk) {
        let wanted = trunk.out.register_for.filter(|_| trunk.peer.is_some() && trunk.out.account.is_some());
        let (token, call_id, tag) = (self.io.chance.token(20), self.io.chance.token(24), self.io.chance.token(10));
        let Some(state) = self.trunks.state(trunk.id) else { return };
        let watch = &mut state.watch;
        self.io.timers.clear(&mut watch.register_slot);
        if let Some(client) = watch.register.take() {
            self.clients.destroy(&mut self.io, client);
        }
        state.registered = Registered::NotWanted;
        watch.token.clear();
        if let Some(expires) = wanted {
            state.registered = Registered::Asking;
            (watch.token, watch.call_id, watch.tag, watch.cseq) = (token, call_id, tag, 0);
            (watch.ask, watch.failures, watch.challenges, watch.until) = (expires, 0, 0, Tick::default());
            self.io.timers.set(&mut watch.register_slot, now.tick, Timer::TrunkRegister(trunk.id));
        }
    }

    /// Asks for the registration, for the first time or once more.
    pub(super) fn register_with(&mut self, now: Now, id: TrunkId) {
        self.send_register(now, id, None);
    }

    fn send_register(&mut self, now: Now, id: TrunkId, credentials: Option<(&'static str, String)>) {
        let Some(trunk) = self.trunks.get(id).cloned() else { return };
        let Some(Account { user, .. }) = &trunk.out.account else { return };
        let Some((uri, path)) = self.registrar_of(&trunk) else { return self.register_refused(now, id, 503) };
        let branch = self.io.branch();
        let Some(watch) = self.trunks.state(id).map(|state| &mut state.watch) else { return };
        watch.cseq += 1;
        self.io.ladder.begin(Whose::Registration(id), &watch.call_id, path.remote.ip());
        let record = format!("<{}:{}@{}>", scheme(&trunk), escape_user(user), host_of(&uri));
        let mut writer = Writer::request("REGISTER", &uri);
        write_via(&mut writer, &self.io, path, &branch);
        writer
            .header("Max-Forwards", 70)
            .header("From", format_args!("{record};tag={}", watch.tag))
            .header("To", &record)
            .header("Call-ID", &watch.call_id)
            .header("CSeq", format_args!("{} REGISTER", watch.cseq));
        let contact = our_uri(&self.io, path, trunk.out.sips, &format!("{}@", watch.token));
        writer
            .header("Contact", format_args!("<{contact}>"))
            .header("Expires", watch.ask.as_secs())
            .header("User-Agent", &self.io.config.user_agent);
        if let Some((name, value)) = &credentials {
            writer.header(name, value);
        }
        let bytes = writer.finish(None);
        let client = self.clients.start(now, &mut self.io, ClientUse::TrunkRegister(id), Method::Register, branch, path, bytes);
        watch.register = Some(client);
    }

    pub(super) fn register_answered(&mut self, now: Now, client: ClientId, id: TrunkId, message: &Message) {
        let code = message.code();
        let mine = |state: &mut crate::trunk::State| state.watch.register.take_if(|asked| *asked == client).is_some();
        if code < 200 || !self.trunks.state(id).is_some_and(mine) {
            return;
        }
        match code {
            200..=299 => self.registered(now, id, message),
            401 | 407 => self.register_challenged(now, id, message),
            423 => self.register_longer(now, id, message),
            _ => self.register_refused(now, id, code),
        }
    }

    fn registered(&mut self, now: Now, id: TrunkId, message: &Message) {
        let Some(state) = self.trunks.state(id) else { return };
        let watch = &mut state.watch;
        let ours = message
            .values(Name::Contact)
            .filter_map(NameAddr::parse)
            .find(|contact| contact.parsed_uri().and_then(|uri| uri.user_plain()).is_some_and(|user| user == watch.token.as_str()));
        let said = ours.and_then(|contact| contact.param("expires")).or_else(|| message.get(Name::Expires));
        let granted = said.and_then(|text| text.trim_ascii().parse::<u32>().ok()).map_or(watch.ask, |s| Duration::from_secs(s.into()));
        // A registrar that grants no time at all is asked again like one that grants little.
        let granted = granted.clamp(Duration::from_secs(10), EXPIRES_MAX);
        (watch.failures, watch.challenges, watch.until) = (0, 0, now.tick + granted);
        self.io.timers.set(&mut watch.register_slot, now.tick + refresh_after(granted), Timer::TrunkRegister(id));
        if std::mem::replace(&mut state.registered, Registered::Yes) != Registered::Yes {
            self.say_trunk(id);
        }
    }

    fn register_challenged(&mut self, now: Now, id: TrunkId, message: &Message) {
        let Some(trunk) = self.trunks.get(id).cloned() else { return };
        let (Some(account), Some((uri, _))) = (&trunk.out.account, self.registrar_of(&trunk)) else { return };
        let Some(watch) = self.trunks.state(id).map(|state| &mut state.watch) else { return };
        let again = watch.challenges > 0;
        watch.challenges = watch.challenges.saturating_add(1);
        let tries_left = watch.challenges <= 2;
        match crate::uac_auth::answer(account, message, "REGISTER", &uri, again, &mut self.io.chance) {
            Ok(credentials) if tries_left => self.send_register(now, id, Some(credentials)),
            Ok(_) | Err(_) => self.register_refused(now, id, message.code()),
        }
    }

    /// RFC 3261 10.2.8: the registrar wants longer registrations; it is asked for as long as it says.
    fn register_longer(&mut self, now: Now, id: TrunkId, message: &Message) {
        let asked = message.get(Name::MinExpires).and_then(|text| text.trim_ascii().parse::<u32>().ok());
        let longer = asked.map(|s| Duration::from_secs(s.into())).filter(|min| *min <= EXPIRES_MAX);
        let Some(watch) = self.trunks.state(id).map(|state| &mut state.watch) else { return };
        match longer {
            Some(min) if min > watch.ask => {
                watch.ask = min;
                self.send_register(now, id, None);
            }
            Some(_) | None => self.register_refused(now, id, 423),
        }
    }

    /// It did not work; it is tried again, later each time.
    pub(super) fn register_refused(&mut self, now: Now, id: TrunkId, code: u16) {
        let lot = self.io.chance.below(1001);
        let Some(state) = self.trunks.state(id) else { return };
        let watch = &mut state.watch;
        watch.register = None;
        watch.challenges = 0;
        watch.failures = watch.failures.saturating_add(1);
        self.io.timers.set(&mut watch.register_slot, now.tick + back_off(watch.failures, lot), Timer::TrunkRegister(id));
        // A registrar that cannot be asked now has not forgotten us before the time it granted.
        let away = matches!(code, 408 | 500..=599);
        let kept = away && watch.until > now.tick;
        if !kept && std::mem::replace(&mut state.registered, Registered::Refused(code)) != Registered::Refused(code) {
            self.say_trunk(id);
        }
        // Where there are probes, they say which address answers.
        if away && self.trunks.get(id).is_some_and(|trunk| trunk.out.probe.is_none()) {
            self.trunks.turn(id);
        }
    }

    /// Request-URI of requests to the trunk itself, and the way there.
    fn registrar_of(&self, trunk: &Trunk) -> Option<(String, Path)> {
        let (transport, peer) = trunk.peer?;
        let path = self.io.config.path_to(transport, peer)?;
        let uri = match &trunk.out.domain {
            Some(domain) => format!("{}:{domain}", scheme(trunk)),
            None if trunk.out.sips => format!("sips:{peer}"),
            None => format!("sip:{peer}{}", transport.uri_param()),
        };
        Some((uri, path))
    }

    /// The trunk that a request is from: by its source, or by the Contact we registered with it, from where that was registered.
    pub(super) fn trunk_of(&self, source: SocketAddr, message: &Message) -> Option<&Trunk> {
        let user = || Uri::parse(message.request_uri()).and_then(|uri| uri.user_plain());
        self.trunks.of(source).or_else(|| self.trunks.registered_as(&user()?, source.ip()))
    }
}

fn without_params(uri: &str) -> &str {
    uri.split_once(';').map_or(uri, |(uri, _)| uri)
}

fn host_of(uri: &str) -> &str {
    without_params(uri).split_once(':').map_or(uri, |(_, host)| host)
}

/// Of the URIs it is called with.
pub(super) fn scheme(trunk: &Trunk) -> &'static str {
    if trunk.out.sips { "sips" } else { "sip" }
}
