//! Draws a ladder as text: a column for the server and one for each far side, an arrow for each message, and the messages below. Pure.

use crate::switch::{SipLadder, SipMessage};
use jiff::Timestamp;
use std::fmt::Write;

/// Far sides with a column of their own; the messages of further ones stand only below.
const COLUMNS_MAX: usize = 6;
/// From one column to the next.
const WIDTH: usize = 34;
/// Where the first column stands: behind the number and the time.
const LEFT: usize = 36;
/// What the server's column is called.
const OURS: &str = "Cordboard";

/// A message with its place in the drawing.
struct Step<'a> {
    message: &'a SipMessage,
    /// The column of its far side.
    far: Option<usize>,
}

/// The drawing. Ends with a line break.
pub(super) fn draw(ladder: &SipLadder) -> String {
    let mut messages: Vec<&SipMessage> = ladder.legs.iter().flat_map(|leg| &leg.messages).collect();
    messages.sort_by_key(|message| message.at);
    let mut columns: Vec<&str> = Vec::new();
    for message in &messages {
        if !columns.contains(&message.remote.as_str()) && columns.len() < COLUMNS_MAX {
            columns.push(&message.remote);
        }
    }
    // Who called stands on the left, whom we called on the right.
    let ours = usize::from(!columns.is_empty());
    let place = |remote: &str| columns.iter().position(|column| *column == remote).map(|at| at + usize::from(at >= ours));
    let steps: Vec<Step<'_>> = messages.into_iter().map(|message| Step { message, far: place(&message.remote) }).collect();

    let mut out = String::new();
    for (number, leg) in ladder.legs.iter().enumerate() {
        let (id, participant) = (leg.leg.map(|id| format!(" {id}")), leg.participant.map(|id| format!(", participant {id}")));
        let (id, participant) = (id.unwrap_or_default(), participant.unwrap_or_default());
        let left_out = if leg.left_out > 0 { format!(", {} not kept", leg.left_out) } else { String::new() };
        let _ = writeln!(out, "{} {}{id}{participant}: {} messages{left_out}", leg.kind, number + 1, leg.messages.len());
    }
    let mut names = columns.clone();
    names.insert(ours, OURS);
    let _ = writeln!(out, "\n{}", heads(&names));
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{}", line(number + 1, step, ours, names.len()));
    }
    for (number, step) in steps.iter().enumerate() {
        let SipMessage { way, transport, local, remote, text, bytes, .. } = step.message;
        let (from, to) = if way == "in" { (remote, local) } else { (local, remote) };
        let _ = writeln!(out, "\n---- {}  {}  {transport} {from} > {to}  {bytes} bytes", number + 1, time(step.message.at));
        for line in text.lines() {
            let _ = writeln!(out, "{}", printable(line));
        }
    }
    out
}

/// Names over the columns.
fn heads(names: &[&str]) -> String {
    let mut out = String::new();
    for (column, name) in names.iter().enumerate() {
        let middle = LEFT + column * WIDTH;
        put(&mut out, middle.saturating_sub(name.chars().count() / 2), name);
    }
    out
}

fn line(number: usize, step: &Step<'_>, ours: usize, columns: usize) -> String {
    let mut out = format!("{number:>4}  {}", time(step.message.at));
    let mut row: Vec<char> = vec![' '; (columns - 1) * WIDTH + 1];
    for column in 0..columns {
        if let Some(cell) = row.get_mut(column * WIDTH) {
            *cell = '|';
        }
    }
    if let Some(far) = step.far {
        let (from, to) = (far.min(ours) * WIDTH, far.max(ours) * WIDTH);
        let points_right = (step.message.way == "in") == (far < ours);
        for cell in row.iter_mut().take(to).skip(from + 1) {
            *cell = '-';
        }
        let head = if points_right { to - 1 } else { from + 1 };
        if let Some(cell) = row.get_mut(head) {
            *cell = if points_right { '>' } else { '<' };
        }
        write_label(&mut row, from, to, &label(step.message));
    }
    let row: String = row.into_iter().collect();
    put(&mut out, LEFT, row.trim_end());
    out
}

fn write_label(row: &mut [char], from: usize, to: usize, label: &str) {
    let room = (to - from).saturating_sub(6);
    let label: Vec<char> = label.chars().take(room).collect();
    let start = from + (to - from - label.len()) / 2;
    for (cell, letter) in row.iter_mut().skip(start).zip(label) {
        *cell = letter;
    }
}

/// ` INVITE (SDP) x3 `
fn label(message: &SipMessage) -> String {
    let line = printable(&message.first_line);
    let what = match line.strip_prefix("SIP/2.0 ") {
        Some(status) => format!("{status} {}", cseq_method(&message.text)),
        None => line.split(' ').next().unwrap_or_default().to_owned(),
    };
    let sdp = if message.text.contains("\nv=0") { " (SDP)" } else { "" };
    let again = if message.repeats > 0 { format!(" x{}", u64::from(message.repeats) + 1) } else { String::new() };
    format!(" {}{sdp}{again} ", what.trim_end())
}

/// To what a response belongs.
fn cseq_method(text: &str) -> String {
    let line = text.lines().find(|line| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("cseq:")));
    line.and_then(|line| line.split_ascii_whitespace().last()).map(printable).unwrap_or_default()
}

/// Nothing that a terminal would take for a command.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '?' } else { c }).collect()
}

fn time(micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or_default();
    format!("{at:.6}")
}

/// Writes at this column.
fn put(out: &mut String, column: usize, text: &str) {
    let at = out.chars().count();
    out.extend(std::iter::repeat_n(' ', column.saturating_sub(at)));
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::SipLeg;

    fn message(second: i64, way: &str, remote: &str, text: &str) -> SipMessage {
        let at = 1_700_000_000_000_000 + second * 1_000_000;
        SipMessage {
            at,
            way: way.into(),
            transport: "UDP".into(),
            local: "198.51.100.1:5060".into(),
            remote: remote.into(),
            first_line: text.lines().next().unwrap_or_default().into(),
            text: text.into(),
            bytes: text.len() as u64,
            repeats: 0,
            last_at: at,
        }
    }

    fn leg(messages: Vec<SipMessage>) -> SipLeg {
        SipLeg { leg: None, participant: None, kind: "leg".into(), messages, left_out: 0 }
    }

    #[test]
    fn a_call_through_the_server_is_drawn_from_left_to_right() {
        let (caller, phone) = ("192.0.2.10:5060", "203.0.113.7:5060");
        let mut ringing = message(3, "out", caller, "SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n");
        ringing.repeats = 2;
        let ladder = SipLadder {
            legs: vec![
                leg(vec![message(1, "in", caller, "INVITE sip:a SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n"), ringing]),
                leg(vec![message(2, "out", phone, "INVITE sip:b SIP/2.0\r\n\r\n")]),
            ],
        };
        let text = draw(&ladder);
        let rows: Vec<Vec<char>> = text.lines().skip(4).take(3).map(|line| line.chars().skip(LEFT).collect()).collect();
        let drawn = |row: usize, from: usize, to: usize| rows[row].get(from..=to).unwrap_or_default().iter().collect::<String>();
        assert_eq!(drawn(0, WIDTH - 3, WIDTH), "-->|");
        assert!(drawn(0, 0, WIDTH).contains("- INVITE (SDP) -"), "{text}");
        assert_eq!((drawn(1, 1, WIDTH - 1).trim(), drawn(1, 2 * WIDTH - 3, 2 * WIDTH).as_str()), ("", "-->|"));
        assert_eq!((drawn(2, 0, 3).as_str(), drawn(2, WIDTH, 2 * WIDTH).trim_end()), ("|<--", "|                                 |"));
        assert!(drawn(2, 0, WIDTH).contains("- 180 Ringing INVITE x3 -"), "{text}");
        assert!(
            text.contains(
                "\n---- 2  2023-11-14T22:13:22.000000Z  UDP 198.51.100.1:5060 > 203.0.113.7:5060  24 bytes\nINVITE sip:b SIP/2.0\n"
            )
        );
    }

    #[test]
    fn messages_of_more_far_sides_than_there_are_columns_stand_below() {
        let legs = (0..20).map(|n| leg(vec![message(n, "in", &format!("192.0.2.{n}:5060"), "OPTIONS sip:a SIP/2.0\r\n\r\n")]));
        let text = draw(&SipLadder { legs: legs.collect() });
        assert!(text.contains("---- 20 ") && text.contains("192.0.2.19:5060 > "));
        assert!(text.lines().all(|line| line.chars().count() <= LEFT + (COLUMNS_MAX + 1) * WIDTH));
    }

    #[test]
    fn what_came_from_outside_commands_no_terminal() {
        let text = draw(&SipLadder { legs: vec![leg(vec![message(1, "in", "192.0.2.1:5060", "X\u{1b}[2J sip:a SIP/2.0\r\n\r\n\u{7}")])] });
        assert!(!text.contains(['\u{1b}', '\u{7}']));
        assert!(draw(&SipLadder::default()).contains(OURS));
    }
}
