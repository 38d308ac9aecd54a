//! The server's figures in Prometheus' text format. They are counted where things happen; this gathers and writes them, and names no person.

use crate::journal;
use crate::net::NetCounters;
use crate::projector::ProjectorState;
use crate::switch::run::Pulse;
use axum::http::{Method, StatusCode};
use prometheus::{Counter, Gauge, Histogram, HistogramOpts, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use softphone_ws::GatewayStats;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a number means over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Only grows while the process runs. Its name ends in `_total`.
    Total,
    /// Goes up and down.
    Level,
}

/// A figure that some other part of the server counts and this only shows.
pub struct Figure {
    /// `cordboard_media_packets_in_total`: unit and `_total` last.
    pub name: &'static str,
    pub help: &'static str,
    pub measure: Measure,
    /// Called at each scrape; must not wait.
    pub read: Box<dyn Fn() -> f64 + Send + Sync>,
}

/// All that is read at one scrape.
pub struct Sample<'a> {
    /// `None` until the switch has begun.
    pub pulse: Option<Pulse>,
    pub journal: journal::Stats,
    pub gateway: GatewayStats,
    pub net: &'a NetCounters,
    pub projector: &'a ProjectorState,
    pub inbox_lost: u64,
    pub draining: bool,
    /// The same list as given to [`Metrics::new`].
    pub more: &'a [Figure],
}

/// A line of the table below: name, meaning, help, and where it stands in a sample.
type Line = (&'static str, Measure, &'static str, fn(&Sample) -> Option<f64>);

macro_rules! of_pulse {
    ($($field:ident).+) => { |s| s.pulse.as_ref().map(|p| p.$($field).+ as f64) };
}

macro_rules! of_atomic {
    ($($field:ident).+) => { |s| Some(s.$($field).+.load(Relaxed) as f64) };
}

use Measure::{Level, Total};

const LINES: &[Line] = &[
    ("cordboard_calls_arrived_total", Total, "Calls that asked to come in", of_pulse!(counters.calls_arrived)),
    ("cordboard_calls_refused_total", Total, "Calls refused before an interaction began", of_pulse!(counters.calls_refused)),
    ("cordboard_calls_refused_no_port_total", Total, "Of those: no RTP port was free", of_pulse!(counters.calls_refused_no_port)),
    ("cordboard_offers_total", Total, "Offers made to agents", of_pulse!(counters.offers)),
    ("cordboard_offers_taken_total", Total, "Offers agents accepted", of_pulse!(counters.offers_taken)),
    (
        "cordboard_stale_messages_total",
        Total,
        "Words between ACD and interactions that came late or twice",
        of_pulse!(counters.stale_messages),
    ),
    ("cordboard_invariant_broken_total", Total, "Broken invariants: each is a bug", of_pulse!(counters.invariant_broken)),
    ("cordboard_switch_events_total", Total, "Events the switch has handled", of_pulse!(events)),
    ("cordboard_switch_lost_total", Total, "Events that found their inbox full", |s| Some(s.inbox_lost as f64)),
    ("cordboard_journal_refusals_total", Total, "Times the journal took nothing; its records waited", of_pulse!(journal_errors)),
    ("cordboard_journal_records_lost_total", Total, "Records the journal never took", of_pulse!(records_lost)),
    ("cordboard_interactions_open", Level, "Interactions open now, messages not counted", of_pulse!(gauges.interactions)),
    ("cordboard_messages_open", Level, "Messages that wait or are being dealt with", of_pulse!(gauges.messages)),
    ("cordboard_legs", Level, "Legs up now", of_pulse!(gauges.legs)),
    ("cordboard_rtp_ports_used", Level, "RTP port pairs in use or at rest", of_pulse!(gauges.ports_used)),
    ("cordboard_agents_signed_in", Level, "Agents signed in now", of_pulse!(gauges.agents_signed_in)),
    ("cordboard_trunks_down", Level, "Trunks whose probes are not answered", |s| {
        s.pulse.as_ref().map(|p| p.gauges.trunks.iter().filter(|t| t.health == cti_sip::Health::Down).count() as f64)
    }),
    ("cordboard_trunk_calls", Level, "Calls under way by all trunks", |s| {
        s.pulse.as_ref().map(|p| p.gauges.trunks.iter().map(|t| f64::from(t.calls)).sum())
    }),
    ("cordboard_sip_phones_registered", Level, "Phones with at least one contact", of_pulse!(gauges.sip.registered)),
    ("cordboard_sip_client_transactions", Level, "SIP client transactions", of_pulse!(gauges.sip.client_transactions)),
    ("cordboard_sip_server_transactions", Level, "SIP server transactions", of_pulse!(gauges.sip.server_transactions)),
    ("cordboard_sip_dropped_total", Total, "Packets that were no SIP or could not be answered", of_pulse!(gauges.sip.dropped)),
    ("cordboard_sip_challenged_total", Total, "Requests without credentials, which were challenged", of_pulse!(gauges.refused.challenged)),
    ("cordboard_sip_wrong_credentials_total", Total, "Unknown names and wrong passwords", of_pulse!(gauges.refused.wrong_credentials)),
    ("cordboard_sip_slowed_total", Total, "Credentials not looked at after too many wrong ones", of_pulse!(gauges.refused.slowed)),
    ("cordboard_sip_refused_total", Total, "Other requests that were refused", of_pulse!(gauges.refused.refused)),
    ("cordboard_sip_ladder_bytes", Level, "Bytes of messages kept for the ladders of calls", of_pulse!(gauges.ladder.bytes)),
    ("cordboard_sip_ladder_left_out_total", Total, "Messages not kept: too much was kept already", of_pulse!(gauges.ladder.left_out)),
    ("cordboard_sip_received_total", Total, "SIP packets and messages received", of_atomic!(net.received)),
    ("cordboard_sip_sent_total", Total, "SIP packets and messages sent", of_atomic!(net.sent)),
    ("cordboard_sip_limited_total", Total, "Dropped because their source sent too much", of_atomic!(net.limited)),
    ("cordboard_sip_scanners_total", Total, "Dropped because the sender names itself a scanner", of_atomic!(net.scanners)),
    ("cordboard_sip_overflowed_total", Total, "Dropped because an inbox was full", of_atomic!(net.overflowed)),
    ("cordboard_sip_send_errors_total", Total, "SIP packets that could not be sent", of_atomic!(net.send_errors)),
    ("cordboard_sip_streams_closed_total", Total, "SIP connections closed or refused by us", of_atomic!(net.streams_closed)),
    ("cordboard_journal_position", Level, "Position of the last record", |s| Some(s.journal.last as f64)),
    ("cordboard_journal_bytes", Level, "Size of the journal", |s| Some(s.journal.bytes as f64)),
    ("cordboard_journal_fill_ratio", Level, "Size as a share of the bound; above 1 the reserve is in use", |s| Some(s.journal.fill)),
    ("cordboard_journal_segments", Level, "Files of the journal", |s| Some(s.journal.segments as f64)),
    ("cordboard_journal_states", Level, "Live states kept in the journal", |s| Some(s.journal.states as f64)),
    ("cordboard_journal_append_errors_total", Total, "Appends that failed", |s| Some(s.journal.append_errors as f64)),
    ("cordboard_journal_sync_errors_total", Total, "Syncs that failed", |s| Some(s.journal.sync_errors as f64)),
    ("cordboard_projector_behind", Level, "Records that are not in the database yet", |s| {
        Some(s.journal.last.saturating_sub(s.projector.position.load(Relaxed)) as f64)
    }),
    ("cordboard_projector_failing", Level, "1: the database does not take the log", |s| {
        Some(if s.projector.failing.load(Relaxed) { 1.0 } else { 0.0 })
    }),
    ("cordboard_projector_failures_total", Total, "Batches the database did not take", of_atomic!(projector.failures)),
    ("cordboard_projector_refused_total", Total, "Records the database refused", of_atomic!(projector.refused)),
    ("cordboard_projector_aside", Level, "Records kept aside until the database takes them", of_atomic!(projector.aside)),
    ("cordboard_websocket_sockets", Level, "WebSockets open now", |s| Some(s.gateway.sockets as f64)),
    ("cordboard_websocket_topics", Level, "Topics kept now", |s| Some(s.gateway.topics as f64)),
    ("cordboard_websocket_held_bytes", Level, "Bytes of deltas and snapshots kept now", |s| Some(s.gateway.held_bytes as f64)),
    ("cordboard_websocket_resyncs_total", Total, "Snapshots sent to who was too far behind", |s| Some(s.gateway.resyncs as f64)),
    ("cordboard_websocket_too_slow_total", Total, "Sockets closed as too slow", |s| Some(s.gateway.too_slow as f64)),
    ("cordboard_websocket_refused_total", Total, "Attempts to open a socket that were refused", |s| Some(s.gateway.refused as f64)),
    ("cordboard_websocket_entries_left_out_total", Total, "Entries left out at a topic's bound", |s| {
        Some(s.gateway.entries_left_out as f64)
    }),
    ("cordboard_draining", Level, "1: the server is going down", |s| Some(if s.draining { 1.0 } else { 0.0 })),
];

enum Handle {
    Total(Counter),
    Level(Gauge),
}

impl Handle {
    fn register(registry: &Registry, name: &str, help: &str, measure: Measure) -> Result<Handle, prometheus::Error> {
        Ok(match measure {
            Total => {
                let counter = Counter::new(name, help)?;
                registry.register(Box::new(counter.clone()))?;
                Handle::Total(counter)
            }
            Level => {
                let gauge = Gauge::new(name, help)?;
                registry.register(Box::new(gauge.clone()))?;
                Handle::Level(gauge)
            }
        })
    }

    fn set(&self, value: f64) {
        match self {
            // A total that is smaller than before was read while being written; it does not go back.
            Handle::Total(counter) => counter.inc_by((value - counter.get()).max(0.0)),
            Handle::Level(gauge) => gauge.set(value),
        }
    }
}

/// The registry and its handles.
pub struct Metrics {
    registry: Registry,
    lines: Vec<Handle>,
    more: Vec<Option<Handle>>,
    requests: IntCounterVec,
    request_seconds: Histogram,
    /// One scrape at a time, so that no total is added twice.
    scrape: Mutex<()>,
}

impl Metrics {
    /// Registers everything. One of `more` whose name is taken or is none is left out, with an error in the log.
    pub fn new(more: &[Figure]) -> Metrics {
        let mut metrics = Metrics::own().expect("the names in this file are valid and distinct");
        let more = more.iter().map(|figure| {
            let handle = Handle::register(&metrics.registry, figure.name, figure.help, figure.measure);
            handle.map_err(|error| tracing::error!(%error, name = figure.name, "a figure cannot be shown")).ok()
        });
        metrics.more = more.collect();
        metrics
    }

    fn own() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new();
        let lines = LINES.iter().map(|(name, measure, help, _)| Handle::register(&registry, name, help, *measure));
        let lines = lines.collect::<Result<_, _>>()?;
        let requests = IntCounterVec::new(
            Opts::new("cordboard_http_requests_total", "HTTP requests by route and status"),
            &["method", "route", "status"],
        )?;
        let buckets = vec![0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
        let request_seconds =
            Histogram::with_opts(HistogramOpts::new("cordboard_http_request_seconds", "Time to the answer's head").buckets(buckets))?;
        let build = IntGaugeVec::new(Opts::new("cordboard_build_info", "Always 1; what runs"), &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(request_seconds.clone()))?;
        registry.register(Box::new(build))?;
        Ok(Metrics { registry, lines, more: Vec::new(), requests, request_seconds, scrape: Mutex::new(()) })
    }

    /// Counts a request. `route` is the pattern, so the number of series is bounded by that of routes; methods we do not know are one.
    pub(crate) fn request(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let method = if known.contains(method) { method.as_str() } else { "other" };
        self.requests.with_label_values(&[method, route, status.as_str()]).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// All figures as text.
    ///
    /// # Errors
    /// When they cannot be encoded: a fault of ours.
    pub fn render(&self, sample: &Sample) -> Result<String, prometheus::Error> {
        let _one = self.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        for ((_, _, _, read), handle) in LINES.iter().zip(&self.lines) {
            if let Some(value) = read(sample) {
                handle.set(value);
            }
        }
        for (figure, handle) in sample.more.iter().zip(&self.more) {
            if let Some(handle) = handle {
                handle.set((figure.read)());
            }
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(last: u64) -> journal::Stats {
        journal::Stats { last, projected: 0, segments: 1, bytes: 4096, fill: 0.5, states: 0, append_errors: 0, sync_errors: 0 }
    }

    fn rendered(metrics: &Metrics, net: &NetCounters, last: u64, more: &[Figure]) -> String {
        let projector = ProjectorState::default();
        projector.position.store(7, Relaxed);
        let sample = Sample {
            pulse: None,
            journal: stats(last),
            gateway: GatewayStats::default(),
            net,
            projector: &projector,
            inbox_lost: 3,
            draining: true,
            more,
        };
        metrics.render(&sample).unwrap()
    }

    #[test]
    fn totals_keep_their_name_and_levels_go_down_again() {
        for (name, measure, _, _) in LINES {
            assert_eq!(name.ends_with("_total"), *measure == Total, "{name}");
        }
        let metrics = Metrics::new(&[]);
        let net = NetCounters::default();
        net.received.store(41, Relaxed);
        let first = rendered(&metrics, &net, 10, &[]);
        assert!(first.contains("\ncordboard_sip_received_total 41\n"), "{first}");
        assert!(first.contains("\ncordboard_projector_behind 3\n"));
        net.received.store(42, Relaxed);
        let second = rendered(&metrics, &net, 8, &[]);
        assert!(second.contains("\ncordboard_sip_received_total 42\n"));
        assert!(second.contains("\ncordboard_projector_behind 1\n"));
        assert!(second.contains("\ncordboard_switch_lost_total 3\n"));
    }

    #[test]
    fn figures_of_other_rooms_are_shown_and_a_taken_name_is_left_out() {
        let figure = |name| Figure { name, help: "…", measure: Level, read: Box::new(|| 2.5) };
        let more = [figure("cordboard_journal_bytes"), figure("cordboard_media_legs")];
        let metrics = Metrics::new(&more);
        let net = NetCounters::default();
        let text = rendered(&metrics, &net, 0, &more);
        assert!(text.contains("\ncordboard_media_legs 2.5\n"), "{text}");
        assert!(text.contains("\ncordboard_journal_bytes 4096\n"));
    }

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let metrics = Metrics::new(&[]);
        for _ in 0..2 {
            metrics.request(&Method::GET, "/api/v1/queues/{id}", StatusCode::OK, Duration::from_millis(3));
        }
        let odd = Method::from_bytes(b"ANYTHING").unwrap();
        metrics.request(&odd, "none", StatusCode::NOT_FOUND, Duration::from_millis(3));
        let text = rendered(&metrics, &NetCounters::default(), 0, &[]);
        assert!(text.contains("cordboard_http_requests_total{method=\"GET\",route=\"/api/v1/queues/{id}\",status=\"200\"} 2"), "{text}");
        assert!(text.contains("cordboard_http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1"));
    }
}
