//! Tables and properties of the choice of a trunk.

use super::*;
use crate::api::{Outward, Transport};
use proptest::prelude::*;

fn trunk(n: u128, change: impl FnOnce(&mut Trunk)) -> Trunk {
    let mut trunk = Trunk {
        id: TrunkId::from_u128(n),
        sources: Vec::new(),
        source_port: None,
        peer: Some((Transport::Udp, "192.0.2.1:5060".parse().unwrap())),
        calls_max: Some(10),
        trusted: false,
        out: Outward { priority: 10, weight: 10, ..Outward::default() },
    };
    change(&mut trunk);
    trunk
}

fn candidate(trunk: &Trunk) -> Candidate<'_> {
    Candidate { trunk, calls: 0, health: Health::Up, unregistered: false, resting_until: None, in_rate: true, tried: false }
}

fn wanted(number: &str, country: Option<&str>) -> Wanted {
    Wanted { number: number.into(), country: country.map(str::to_owned), emergency: false }
}

fn run(wanted: &Wanted, candidates: &[Candidate<'_>]) -> Route {
    choose(wanted, candidates, Tick(1000), &mut Chance::from_number(3))
}

/// What makes one candidate different, and what is said of it.
type Row = (&'static str, fn(&mut Trunk), fn(&mut Candidate<'_>), Why);

#[test]
fn each_hindrance_is_named_and_the_other_trunk_is_taken() {
    let table: [Row; 10] = [
        ("no peer", |t| t.peer = None, |_| {}, Why::NoPeer),
        ("another prefix", |t| t.out.prefixes = vec!["+49".into()], |_| {}, Why::NotForThisNumber),
        ("another country", |t| t.out.countries = vec!["DE".into()], |_| {}, Why::NotForThisNumber),
        ("tried", |_| {}, |c| c.tried = true, Why::Tried),
        ("down", |_| {}, |c| c.health = Health::Down, Why::Down),
        ("unregistered", |_| {}, |c| c.unregistered = true, Why::NotRegistered),
        ("resting", |_| {}, |c| c.resting_until = Some(Tick(1001)), Why::Resting),
        ("full", |_| {}, |c| c.calls = 10, Why::Full),
        ("too fast", |_| {}, |c| c.in_rate = false, Why::TooFast),
        ("degraded", |_| {}, |c| c.health = Health::Degraded, Why::Degraded),
    ];
    for (name, change_trunk, change, why) in table {
        let (first, second) = (trunk(1, change_trunk), trunk(2, |_| {}));
        let mut odd = candidate(&first);
        change(&mut odd);
        let route = run(&wanted("+442079460000", Some("GB")), &[odd, candidate(&second)]);
        assert_eq!(route.trunk, Some(second.id), "{name}");
        assert_eq!(route.why, [(first.id, why), (second.id, Why::Chosen)], "{name}");
    }
}

#[test]
fn a_rest_that_is_over_hinders_nothing() {
    let one = trunk(1, |_| {});
    let mut rested = candidate(&one);
    rested.resting_until = Some(Tick(1000));
    assert_eq!(run(&wanted("+1", None), &[rested]).trunk, Some(one.id));
}

#[test]
fn the_smallest_priority_number_goes_first_even_degraded() {
    let (low, high) = (trunk(1, |t| t.out.priority = 20), trunk(2, |t| t.out.priority = 5));
    let mut lame = candidate(&high);
    lame.health = Health::Degraded;
    let route = run(&wanted("+442079460000", Some("GB")), &[candidate(&low), lame]);
    assert_eq!(route.why, [(low.id, Why::LowerPriority), (high.id, Why::Chosen)]);
}

#[test]
fn a_number_is_taken_by_prefix_or_by_country() {
    let one = trunk(1, |t| {
        t.out.prefixes = vec!["+8821".into()];
        t.out.countries = vec!["gb".into()];
    });
    for (number, country, taken) in
        [("+882100", None, true), ("+442079460000", Some("GB"), true), ("+4930123456", Some("DE"), false), ("+88", None, false)]
    {
        assert_eq!(run(&wanted(number, country), &[candidate(&one)]).trunk.is_some(), taken, "{number}");
    }
}

#[test]
fn an_emergency_call_goes_past_every_bound() {
    let (lame, sound) = (trunk(1, |t| t.out.priority = 1), trunk(2, |t| t.out.countries = vec!["DE".into()]));
    let mut down = candidate(&lame);
    (down.health, down.in_rate, down.calls) = (Health::Down, false, 99);
    let mut full = candidate(&sound);
    (full.calls, full.in_rate) = (10, false);
    let emergency = Wanted { emergency: true, ..wanted("112", Some("GB")) };
    assert_eq!(run(&emergency, &[down, full]).trunk, Some(sound.id), "what works goes before what is down");
    assert_eq!(run(&emergency, &[down]).trunk, Some(lame.id), "and what is down before nothing");
}

#[test]
fn weight_shares_the_calls_of_equals() {
    let (one, three, zero) = (trunk(1, |t| t.out.weight = 10), trunk(2, |t| t.out.weight = 30), trunk(3, |t| t.out.weight = 0));
    let candidates = [candidate(&one), candidate(&three), candidate(&zero)];
    let mut chance = Chance::from_number(9);
    let mut count = [0u32; 4];
    for _ in 0..4000 {
        let route = choose(&wanted("+1", None), &candidates, Tick(0), &mut chance);
        count[route.trunk.unwrap().0.as_u128() as usize] += 1;
    }
    assert_eq!(count[3], 0);
    assert!((900..1100).contains(&count[1]) && (2900..3100).contains(&count[2]), "{count:?}");
}

#[test]
fn only_a_trunks_own_trouble_moves_a_call_on() {
    for (code, before, after) in [
        (503, true, true),
        (500, true, false),
        (502, true, false),
        (504, true, false),
        (408, true, false),
        (407, true, false),
        (401, true, false),
        (302, false, false),
        (403, false, false),
        (404, false, false),
        (480, false, false),
        (484, false, false),
        (486, false, false),
        (487, false, false),
        (488, false, false),
        (600, false, false),
        (603, false, false),
        (604, false, false),
    ] {
        assert_eq!((fails_over(code, false), fails_over(code, true)), (before, after), "{code}");
    }
}

#[test]
fn a_rest_is_bounded() {
    let s = Duration::from_secs;
    for (asked, wanted) in [(None, 30), (Some(0), 1), (Some(7), 7), (Some(1_000_000), 600)] {
        assert_eq!(rest(asked.map(s)), s(wanted));
    }
}

proptest! {
    /// Whatever the trunks are like: one is chosen exactly when one has no hindrance, it is the one named, and it has the
    /// smallest priority number of all that could be used.
    #[test]
    fn a_usable_trunk_is_never_passed_over(
        states in prop::collection::vec((0u16..4, 0u16..3, 0u8..4, any::<bool>(), any::<bool>(), any::<bool>(), 0u32..4), 0..6),
        seed in any::<u64>(),
    ) {
        let trunks: Vec<Trunk> = states.iter().enumerate().map(|(n, s)| trunk(n as u128, |t| {
            (t.out.priority, t.out.weight, t.calls_max) = (s.0, s.1, Some(2));
        })).collect();
        let health = [Health::Unknown, Health::Up, Health::Degraded, Health::Down];
        let candidates: Vec<Candidate<'_>> = trunks.iter().zip(&states).map(|(trunk, s)| Candidate {
            health: health[s.2 as usize], unregistered: s.3, in_rate: s.4, tried: s.5, calls: s.6, ..candidate(trunk)
        }).collect();
        let usable = |c: &&Candidate<'_>| c.health != Health::Down && !c.unregistered && c.in_rate && !c.tried && c.calls < 2;
        let route = choose(&wanted("+442079460000", None), &candidates, Tick(5), &mut Chance::from_number(seed));
        prop_assert_eq!(route.why.len(), trunks.len());
        prop_assert_eq!(route.trunk.is_some(), candidates.iter().any(|c| usable(&c)));
        let chosen: Vec<TrunkId> = route.why.iter().filter(|(_, why)| *why == Why::Chosen).map(|(id, _)| *id).collect();
        prop_assert_eq!(chosen, route.trunk.into_iter().collect::<Vec<_>>());
        if let Some(id) = route.trunk {
            let best = candidates.iter().filter(usable).map(|c| c.trunk.out.priority).min();
            let chosen = candidates.iter().find(|c| c.trunk.id == id).unwrap();
            prop_assert!(usable(&chosen));
            prop_assert_eq!(Some(chosen.trunk.out.priority), best);
        }
    }
}
