//! Packets with drift, jitter, loss and odd timestamps against where their samples must lie.

use super::*;
use cti_types::media::Codec;
use cti_types::{Chance, RecordingId};
use proptest::prelude::*;

const HOLD_BACK: Duration = Duration::from_millis(200);
/// µ-law code words of a full-scale sample and of silence.
const LOUD: u8 = 0x80;
const QUIET: u8 = 0xff;
const PACKET: usize = 160;

const fn ms(ms: i64) -> i64 {
    ms * 8
}

fn frame(channel: Channel, at_us: u64, timestamp: u32, source: u32, payload: Vec<u8>) -> TapFrame {
    let recording = RecordingId::from_u128(1);
    TapFrame { recording, channel, at: Tick(at_us), timestamp, source, codec: Codec::Pcmu, payload: payload.into() }
}

/// A packet of one loud run at its beginning, 8 samples: long enough to survive a slip.
fn marked(channel: Channel, at_us: u64, timestamp: u32, source: u32) -> TapFrame {
    let mut payload = vec![QUIET; PACKET];
    payload[..8].fill(LOUD);
    frame(channel, at_us, timestamp, source, payload)
}

/// Plays frames in the order of their arrival, moving on every 200 ms, and ends at `end_us`.
fn run(frames: Vec<TapFrame>, end_us: u64) -> (Vec<Pair>, u64) {
    held_back(HOLD_BACK, frames, end_us)
}

fn held_back(hold_back: Duration, mut frames: Vec<TapFrame>, end_us: u64) -> (Vec<Pair>, u64) {
    frames.sort_by_key(|frame| frame.at);
    let mut timeline = Timeline::new(Tick(0), hold_back, crate::NARROW);
    let mut pairs: Vec<Pair> = Vec::new();
    let mut round = 200_000;
    for frame in &frames {
        while frame.at.0 > round {
            timeline.advance(Tick(round), &mut |run| pairs.extend_from_slice(run));
            round += 200_000;
        }
        timeline.place(frame, &mut |run| pairs.extend_from_slice(run));
    }
    timeline.finish(Tick(end_us), &mut |run| pairs.extend_from_slice(run));
    assert_eq!(timeline.written(), pairs.len() as u64);
    (pairs, timeline.late())
}

/// Where loud runs begin on one side.
fn marks(pairs: &[Pair], side: usize) -> Vec<i64> {
    let loud = |index: usize| pairs[index][side] > 20_000;
    (0..pairs.len()).filter(|index| loud(*index) && (*index == 0 || !loud(*index - 1))).map(|index| index as i64).collect()
}

/// A sender whose clock is off by `ppm`, marking every second of true time; jitter is uniform up to `jitter_us`.
fn sender(channel: Channel, seconds: u64, ppm: i64, jitter_us: u64, chance: &mut Chance) -> Vec<TapFrame> {
    let true_us = |sample: i64| sample * 125 * (1_000_000 - ppm) / 1_000_000;
    let mut next_mark = 0;
    (0..(seconds * 50) as i64)
        .map(|packet| {
            let first = packet * PACKET as i64;
            let mut payload = vec![QUIET; PACKET];
            for (offset, code) in payload.iter_mut().enumerate() {
                let at = true_us(first + offset as i64);
                if at >= next_mark + 1000 {
                    next_mark += 1_000_000;
                } else if at >= next_mark {
                    *code = LOUD;
                }
            }
            // The network takes 5 ms and the jitter; a packet leaves when its first sample would be played.
            let at = true_us(first) as u64 + 5000 + chance.below(jitter_us + 1);
            frame(channel, at, (first as u32).wrapping_add(u32::MAX - 4000), 9, payload)
        })
        .collect()
}

#[test]
fn both_sides_stay_together_over_ten_minutes_of_drift_and_jitter() {
    const SECONDS: u64 = 600;
    for (seed, left, right) in [(1, 200, -200), (2, -200, 200), (3, 0, 0)] {
        let mut chance = Chance::from_number(seed);
        let mut frames = sender(Channel::Left, SECONDS, left, 30_000, &mut chance);
        frames.extend(sender(Channel::Right, SECONDS, right, 10_000, &mut chance));
        let (pairs, late) = run(frames, SECONDS * 1_000_000);
        assert_eq!((pairs.len() as u64, late), (SECONDS * 8000, 0));
        let (left, right) = (marks(&pairs, 0), marks(&pairs, 1));
        assert!(left.len() as u64 >= SECONDS - 1 && right.len() as u64 >= SECONDS - 1, "{} {}", left.len(), right.len());
        for (second, (left, right)) in left.iter().zip(&right).enumerate() {
            let expected = second as i64 * 8000;
            assert!((left - right).abs() <= ms(20), "second {second}: {left} and {right}");
            assert!((left - expected).abs() <= ms(35), "second {second}: {left}");
        }
    }
}

#[test]
fn jitter_and_reordering_leave_no_mark_within_a_source() {
    let mut frames = Vec::new();
    for packet in 0..100_u64 {
        // All are a little late or early; now and then one takes 50 ms longer and is overtaken by two.
        let delay = if packet % 30 == 20 { 50_000 } else { packet * 7 % 11 * 1000 };
        let payload = (0..PACKET).map(|_| LOUD).collect();
        frames.push(frame(Channel::Left, 10_000 + packet * 20_000 + delay, packet as u32 * 160, 1, payload));
    }
    let (pairs, late) = run(frames, 3_000_000);
    assert_eq!(late, 0);
    let loud = pairs.iter().filter(|pair| pair[0] > 20_000).count();
    assert!((loud as i64 - 16_000).abs() < ms(60), "{loud}");
    assert_eq!(marks(&pairs, 0).len(), 1, "one run without a hole");
}

#[test]
fn a_stream_whose_first_packets_were_held_up_lies_as_if_they_had_not_been() {
    for held_up in [1, 3, 6] {
        let frames: Vec<_> =
            (0..200_u64).map(|packet| marked(Channel::Left, packet.max(held_up) * 20_000, packet as u32 * 160, 1)).collect();
        let (pairs, late) = run(frames, 5_000_000);
        assert_eq!((marks(&pairs, 0), late), ((0..200).map(|packet| packet * 160).collect(), 0), "{held_up}");
    }
}

#[test]
fn a_steady_voice_is_not_bent_by_a_few_ms_nor_quickly_by_many() {
    for (late_ms, samples) in [(15, 8000..=8000), (60, 8001..=8010)] {
        // Loud throughout; after a second all takes longer.
        let at = |packet: u64| packet * 20_000 + if packet >= 50 { late_ms * 1000 } else { 0 };
        let loud = |packet: u64| frame(Channel::Left, at(packet), packet as u32 * 160, 1, vec![LOUD; PACKET]);
        let mut frames: Vec<_> = (0..400).map(loud).collect();
        for packet in [150, 200] {
            frames[packet] = marked(Channel::Left, at(packet as u64), packet as u32 * 160, 1);
        }
        let (pairs, _) = run(frames, 9_000_000);
        let marks = marks(&pairs, 0);
        assert!(samples.contains(&(marks[2] - marks[1])), "{late_ms} ms: {marks:?}");
    }
}

#[test]
fn what_has_no_audio_is_silence_and_what_follows_is_in_its_place() {
    // Silence suppression: two seconds without packets, timestamps go on.
    let frames = vec![marked(Channel::Right, 100_000, 800, 1), marked(Channel::Right, 2_100_000, 16_800, 1)];
    let (pairs, _) = run(frames, 3_000_000);
    assert_eq!(marks(&pairs, 1), vec![800, 16_800]);
    assert!(pairs[820..16_800].iter().all(|pair| *pair == [0, 0]));
    assert_eq!(pairs.len(), 24_000);
}

#[test]
fn nobody_speaking_is_silence_to_the_end() {
    let (pairs, _) = run(Vec::new(), 5_000_000);
    assert_eq!(pairs, vec![[0, 0]; 40_000]);
}

#[test]
fn a_lost_packet_moves_nothing() {
    let frames = [0, 1, 3, 4].map(|n: u64| marked(Channel::Left, n * 20_000, n as u32 * 160, 1)).to_vec();
    let (pairs, _) = run(frames, 200_000);
    assert_eq!(marks(&pairs, 0), vec![0, 160, 480, 640]);
}

#[test]
fn a_new_source_is_anchored_at_its_arrival() {
    let frames = vec![marked(Channel::Left, 20_000, 5, 1), marked(Channel::Left, 500_000, 4_000_000_000, 2)];
    let (pairs, _) = run(frames, 1_000_000);
    assert_eq!(marks(&pairs, 0), vec![160, 4000]);
}

#[test]
fn timestamps_that_wrap_go_on() {
    let frames = (0..4_u32).map(|n| marked(Channel::Left, u64::from(n) * 20_000, (u32::MAX - 200).wrapping_add(n * 160), 1)).collect();
    let (pairs, _) = run(frames, 200_000);
    assert_eq!(marks(&pairs, 0), vec![0, 160, 320, 480]);
}

#[test]
fn a_jump_of_timestamps_is_anchored_anew() {
    for jump in [8000 * 60, 8000 * 3600 * 10, u32::MAX - 8000 * 60] {
        let frames = vec![marked(Channel::Left, 0, 0, 1), marked(Channel::Left, 500_000, 4000_u32.wrapping_add(jump), 1)];
        let (pairs, late) = run(frames, 1_000_000);
        assert_eq!((marks(&pairs, 0), late), (vec![0, 4000], 0), "jump {jump}");
    }
}

#[test]
fn a_phone_that_stops_its_timestamps_on_hold_is_heard_again() {
    let mut frames = vec![marked(Channel::Left, 0, 0, 1)];
    // Back after a second; its timestamps did not move on meanwhile.
    frames.extend((0..100_u32).map(|n| marked(Channel::Left, 1_000_000 + u64::from(n) * 20_000, 160 + n * 160, 1)));
    let (pairs, late) = run(frames, 4_000_000);
    let marks = marks(&pairs, 0);
    assert!((10..=20).contains(&late), "{late} packets until it was clear");
    assert_eq!(marks.len() as u64 + late, 101);
    assert!((marks[marks.len() - 1] - ms(1000 + 99 * 20)).abs() < ms(10));
}

#[test]
fn a_burst_after_a_stall_keeps_the_place_of_what_is_in_time() {
    let mut frames: Vec<_> = (0..50_u32).map(|n| marked(Channel::Left, u64::from(n) * 20_000, n * 160, 1)).collect();
    // One second is held up and comes at once, then all is as before.
    frames.extend((50..100_u32).map(|n| marked(Channel::Left, 2_000_000 + u64::from(n), n * 160, 1)));
    frames.extend((100..150_u32).map(|n| marked(Channel::Left, u64::from(n) * 20_000 + 1000, n * 160, 1)));
    let (pairs, late) = run(frames, 3_500_000);
    let marks = marks(&pairs, 0);
    assert!(late >= 30, "{late}");
    assert!((marks.last().unwrap() - 149 * 160).abs() <= ms(15), "{marks:?}");
}

/// The machine stood still for almost as long as is held back: both sides' packets come at once, one side after the other.
#[test]
fn a_burst_no_longer_than_what_is_held_back_loses_nothing() {
    let stall = |n: u64| if (50..90).contains(&n) { 1_800_000 } else { n * 20_000 };
    let sent = |channel, ssrc| (0..150_u64).map(move |n| marked(channel, stall(n), n as u32 * 160, ssrc));
    let frames = sent(Channel::Left, 1).chain(sent(Channel::Right, 2)).collect();
    let (pairs, late) = held_back(Duration::from_secs(1), frames, 3_500_000);
    let expected: Vec<i64> = (0..150).map(|n| n * 160).collect();
    assert_eq!((marks(&pairs, 0), marks(&pairs, 1), late), (expected.clone(), expected, 0));
}

/// A phone that stood still goes on with the next timestamp: what it says lies where it came, and no word of it is lost.
#[test]
fn what_follows_a_sender_s_own_stall_moves_to_where_it_came() {
    let at = |n: u64| n * 20_000 + if n >= 50 { 600_000 } else { 0 };
    let frames = (0..150_u64).map(|n| marked(Channel::Left, at(n), n as u32 * 160, 1)).collect();
    let (pairs, late) = held_back(Duration::from_secs(1), frames, 4_500_000);
    let marks = marks(&pairs, 0);
    assert_eq!((marks.len(), late), (150, 0), "{marks:?}");
    for (n, mark) in marks.iter().enumerate() {
        assert!((mark - at(n as u64) as i64 / 125).abs() <= ms(20), "packet {n} at {mark}");
    }
}

#[test]
fn a_packet_before_the_beginning_is_cut() {
    let mut timeline = Timeline::new(Tick(1_000_000), HOLD_BACK, crate::NARROW);
    let mut pairs: Vec<Pair> = Vec::new();
    let mut out = |run: &[Pair]| pairs.extend_from_slice(run);
    timeline.place(&frame(Channel::Left, 900_000, 0, 1, vec![LOUD; PACKET]), &mut out);
    timeline.place(&frame(Channel::Left, 990_000, 720, 1, vec![LOUD; PACKET]), &mut out);
    timeline.finish(Tick(1_020_000), &mut out);
    assert_eq!(pairs.len(), 160);
    assert_eq!(pairs.iter().filter(|pair| pair[0] > 20_000).count(), 80);
}

proptest! {
    /// Whatever arrives, the output has exactly the length of the recording and the memory does not grow.
    #[test]
    fn any_packets_give_a_timeline_of_the_right_length(
        packets in proptest::collection::vec((0_u64..5_000_000, any::<u32>(), 0_u32..3, any::<bool>(), 0_usize..480), 0..200),
        end in 0_u64..6_000_000,
    ) {
        let mut timeline = Timeline::new(Tick(500_000), HOLD_BACK, crate::NARROW);
        let ring = timeline.ring.len();
        let mut written = 0;
        for (at, timestamp, source, left, len) in packets {
            let channel = if left { Channel::Left } else { Channel::Right };
            timeline.place(&frame(channel, at, timestamp, source, vec![LOUD; len]), &mut |run| written += run.len());
        }
        let before = written as i64;
        timeline.finish(Tick(end), &mut |run| written += run.len());
        prop_assert_eq!(written as i64, before.max(timeline.sample(Tick(end))).max(0));
        prop_assert_eq!(timeline.ring.len(), ring);
    }
}
