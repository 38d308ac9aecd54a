//! The flow seen as a chart: what cannot be reached, what never ends, what runs in a circle. Reads no document.

use crate::node::{Flow, Ix, Kind};
use crate::parse::Sink;
use std::collections::BTreeSet;

/// Adds a problem for each fault of the chart. All targets exist.
pub(crate) fn check(flow: &Flow, sink: &mut Sink) {
    unreachable(flow, sink);
    unanswered(flow, sink);
    endless(flow, sink);
    circles(flow, sink);
}

/// All nodes to be reached from `from`, itself included, going on only from nodes that `pass`.
fn reached(flow: &Flow, from: Ix, pass: impl Fn(&Kind) -> bool) -> BTreeSet<Ix> {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(ix) = open.pop() {
        let Some(kind) = flow.kind(ix).filter(|k| pass(k)) else {
            continue;
        };
        open.extend(kind.targets().into_iter().map(|(_, to)| to).filter(|to| seen.insert(*to)));
    }
    seen
}

fn unreachable(flow: &Flow, sink: &mut Sink) {
    let seen = reached(flow, flow.start, |_| true);
    for ix in (0..flow.nodes.len()).map(Ix).filter(|ix| !seen.contains(ix)) {
        sink.add_node(flow.node_name(ix), "no call ever comes here".into(), "lead to it from another node, or remove it".into());
    }
}

fn unanswered(flow: &Flow, sink: &mut Sink) {
    let silent = |k: &Kind| !k.needs_answer() && !matches!(k, Kind::Answer { .. });
    for ix in reached(flow, flow.start, silent) {
        if flow.kind(ix).is_some_and(Kind::needs_answer) {
            sink.add_node(
                flow.node_name(ix),
                "a call may come here unanswered".into(),
                "put a node of type \"answer\" on the way to it".into(),
            );
        }
    }
}

/// Every call that stays on the line must be able to come to an agent or to an end.
fn endless(flow: &Flow, sink: &mut Sink) {
    let ends = |k: &Kind| matches!(k, Kind::Queue(_) | Kind::HangUp { .. });
    let stuck: Vec<Ix> = reached(flow, flow.start, |_| true)
        .into_iter()
        .filter(|ix| !reached(flow, *ix, |_| true).into_iter().any(|to| flow.kind(to).is_some_and(ends)))
        .collect();
    if let Some(first) = stuck.first() {
        sink.add_node(
            flow.node_name(*first),
            "from here a call comes to no queue and no end".into(),
            "lead on to a node of type \"queue\" or \"hang_up\"".into(),
        );
    }
}

/// Circles of nodes none of which makes the caller hear or wait for anything. Each is reported once, at its first node.
fn circles(flow: &Flow, sink: &mut Sink) {
    let mut told: BTreeSet<Ix> = BTreeSet::new();
    for ix in (0..flow.nodes.len()).map(Ix) {
        if told.contains(&ix) {
            continue;
        }
        if let Some(path) = circle_from(flow, ix) {
            let shown: Vec<&str> = path.iter().chain([&ix]).map(|p| flow.node_name(*p)).collect();
            let message = format!("these run in a circle without waiting: {}", shown.join(" → "));
            sink.add_node(flow.node_name(ix), message, "lead one of them elsewhere, or play something on the way".into());
            told.extend(path);
        }
    }
}

/// The nodes of a circle that begins and ends at `from`, found by breadth, so the shortest.
fn circle_from(flow: &Flow, from: Ix) -> Option<Vec<Ix>> {
    let mut before: Vec<Option<Ix>> = vec![None; flow.nodes.len()];
    let mut open = std::collections::VecDeque::from([from]);
    while let Some(ix) = open.pop_front() {
        for to in flow.kind(ix).map(Kind::targets_at_once).unwrap_or_default() {
            if to == from {
                let mut path = vec![ix];
                let mut at = ix;
                while at != from
                    && let Some(Some(earlier)) = before.get(at.0)
                {
                    path.push(*earlier);
                    at = *earlier;
                }
                path.reverse();
                return Some(path);
            }
            if let Some(slot) = before.get_mut(to.0).filter(|s| s.is_none()) {
                *slot = Some(ix);
                open.push_back(to);
            }
        }
    }
    None
}
