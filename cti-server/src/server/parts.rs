//! The parts a server is made of, set up as the configuration says.

use crate::clock::Clock;
use crate::config::{Config, DigestOffer};
use crate::metrics::{Figure, Measure};
use crate::net::Net;
use crate::switch::clips::Library;
use crate::switch::run::Inbox;
use crate::switch::{Event, Gap, MediaAddress, RecordingFact, RoomsConfig};
use anyhow::Context;
use crm_core::Store;
use cti_types::event::RecordingFailure;
use cti_types::tap::TapSink;
use cti_types::{Chance, OwnerEpoch};
use recordings::{Recorder, RecorderConfig, RecordingEvent};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What media and recordings count, for `/metrics`.
pub(super) fn figures(engine: &Arc<cti_media_engine::Engine>, recorder: &Arc<Recorder>) -> Vec<Figure> {
    use cti_media_engine::EngineCounters;
    use recordings::Stats;
    let media = |name, help, measure, read: fn(EngineCounters) -> u64| {
        let engine = Arc::clone(engine);
        Figure { name, help, measure, read: Box::new(move || read(engine.counters()) as f64) }
    };
    let disk = |name, help, measure, read: fn(Stats) -> u64| {
        let recorder = Arc::clone(recorder);
        Figure { name, help, measure, read: Box::new(move || read(recorder.stats()) as f64) }
    };
    vec![
        media("cordboard_media_packets_in_total", "RTP packets accepted", Measure::Total, |c| c.packets_in),
        media("cordboard_media_packets_out_total", "RTP packets sent", Measure::Total, |c| c.packets_out),
        media("cordboard_media_packets_foreign_total", "Packets from a wrong source or of no agreed kind", Measure::Total, |c| c.foreign),
        media("cordboard_media_packets_dropped_total", "Packets that could not be sent or read", Measure::Total, |c| c.dropped),
        media("cordboard_media_tap_dropped_total", "Frames the recordings could not take", Measure::Total, |c| c.tap_dropped),
        media("cordboard_media_legs", "Legs with open sockets", Measure::Level, |c| c.legs),
        disk("cordboard_recordings_live", "Recordings being written", Measure::Level, |s| s.live as u64),
        disk("cordboard_recordings_queued_frames", "Frames waiting for the disk", Measure::Level, |s| s.queued as u64),
        disk("cordboard_recordings_dropped_frames_total", "Frames lost at a full queue", Measure::Total, |s| s.frames_dropped),
        disk("cordboard_recordings_failing", "Recordings the disk does not take now", Measure::Level, |s| s.failing as u64),
    ]
}

pub(super) fn start_recorder(dir: &Path, clock: Clock, inbox: &Inbox) -> anyhow::Result<Recorder> {
    let inbox = inbox.clone();
    let config = RecorderConfig::new(dir, Arc::new(move || clock.tick()));
    let events = Arc::new(move |event: RecordingEvent| match event {
        RecordingEvent::PartSealed(part) => inbox.desk_blocking(Event::Recording(RecordingFact::PartSealed {
            recording: part.recording,
            interaction: part.interaction,
            part: part.part,
            file: part.file,
            offset_ms: part.offset_ms,
            duration_ms: part.duration_ms,
            bytes: part.bytes,
            sha256: part.sha256,
        })),
        RecordingEvent::Ended { recording, interaction, frames_dropped, frames_late } => {
            if frames_late > 0 {
                tracing::warn!(%recording, frames_late, "a recording lacks what came too late for it: the network or this machine stood still");
            }
            inbox.desk_blocking(Event::Recording(RecordingFact::Ended { recording, interaction, frames_dropped }));
        }
        RecordingEvent::Gap { recording, interaction, offset_ms, frames, lost_ms } => {
            tracing::warn!(%recording, frames, lost_ms, "a recording has a gap: the disk was too slow, or refused");
            let gap = Gap { offset_ms, frames, lost_ms };
            inbox.desk_blocking(Event::Recording(RecordingFact::Gap { recording, interaction, gap }));
        }
        RecordingEvent::Failed { recording, interaction, error } => {
            tracing::error!(%recording, %error, "a recording cannot be written; the call goes on, and it is tried again");
            let full = matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded);
            let reason = if full { RecordingFailure::DiskFull } else { RecordingFailure::DiskRefuses };
            inbox.desk_blocking(Event::Recording(RecordingFact::Failed { recording, interaction, reason }));
        }
    });
    Ok(Recorder::start(config, events)?)
}

pub(super) fn start_engine(
    config: &Config,
    clock: Clock,
    tap: recordings::TapHandle,
    inbox: &Inbox,
    web: Option<Arc<cti_media_engine::Identity>>,
) -> anyhow::Result<cti_media_engine::Engine> {
    let inbox = inbox.clone();
    let pages = config.sip.interfaces().first().map(|first| SocketAddr::new(first.media_ip(), config.media.webrtc_port));
    let settings = cti_media_engine::EngineConfig {
        threads: config.media_threads(),
        loss_after: Duration::from_secs(config.media.loss_after_s),
        page_loss_after: Duration::from_secs(config.media.page_loss_s),
        // As many legs as there are pairs of ports.
        legs_max: usize::from(config.media.ports.1 - config.media.ports.0).div_ceil(2),
        pages: web.as_ref().and(pages),
        web,
        ..cti_media_engine::EngineConfig::default()
    };
    let clock = cti_media_engine::Clock::new(move || clock.tick());
    let sink: Arc<dyn TapSink> = Arc::new(tap);
    let events = Arc::new(move |event| {
        inbox.media(Event::Engine(event));
    });
    cti_media_engine::Engine::start(settings, clock, sink, events).context("cannot start the media engine (is media.webrtc_port free?)")
}

/// Where pages find the port they share, as their SDP is told.
pub(super) fn pages_shown(config: &Config, bound: Option<SocketAddr>) -> Option<SocketAddr> {
    let public = config.sip.interfaces().first()?.media_public();
    let shown = bound.map(|bound| SocketAddr::new(public, bound.port()))?;
    tracing::info!(address = %shown, "agents' pages are heard here");
    Some(shown)
}

pub(super) async fn rooms_config(
    config: &Config,
    net: &Net,
    clips: &Library,
    store: &Store,
    chance: &mut Chance,
    epoch: OwnerEpoch,
) -> anyhow::Result<RoomsConfig> {
    let interfaces = config.sip.interfaces();
    let mut sip = cti_sip::Config::new(&config.sip.realm, net.sockets().to_vec(), chance.bytes());
    sip.offer_sha256 = config.sip.digest == DigestOffer::Sha256AndMd5;
    sip.session_expires = Duration::from_secs(config.sip.session_expires_s);
    sip.min_se = Duration::from_secs(config.sip.min_se_s);
    sip.advertised = interfaces.iter().filter_map(|i| Some((i.address.ip(), i.public_ip?))).collect();
    let media =
        interfaces.iter().map(|i| MediaAddress { signalling: i.address.ip(), rtp: i.media_ip(), public: i.media_public() }).collect();
    Ok(RoomsConfig {
        sip,
        media,
        media_ports: config.media.ports,
        port_rest: Duration::from_secs(config.media.port_rest_s),
        spoken: config.media.spoken()?,
        card_wait: Duration::from_millis(150),
        sockets_grace: Duration::from_secs(config.limits.sockets_grace_s),
        // The port is known when the engine runs.
        pages: None,
        page_wait: Duration::from_secs(config.limits.page_wait_s),
        calls: cti_call::Settings { lost_media: Duration::from_secs(config.media.loss_ends_after_s) },
        interactions: cti_interaction::Limits { open_max: config.limits.interactions_max, ..cti_interaction::Limits::default() },
        acd: cti_acd::Limits::default(),
        clips: clips.clone(),
        epoch,
        agent_seqs: store.agent_seqs().await?,
    })
}
