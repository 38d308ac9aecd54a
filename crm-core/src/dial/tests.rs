//! Tables of what may be dialled, and tries to get past them.

use super::*;
use cti_types::Utc;
use proptest::prelude::*;

fn london() -> Place {
    Place { country: "GB".into(), local: vec!["+4420".into()] }
}

fn ours(number: &str) -> bool {
    ["1001", "+442079460100"].contains(&number)
}

#[test]
fn each_number_has_its_class_and_country() {
    use NumberClass::{Emergency, Internal, International, Local, Mobile, National, Premium, Satellite, Short};
    for (raw, number, class, country) in [
        ("1001", "1001", Internal, Some("GB")),
        ("020 7946 0100", "+442079460100", Internal, Some("GB")),
        ("020 7946 0958", "+442079460958", Local, Some("GB")),
        ("0161 496 0123", "+441614960123", National, Some("GB")),
        ("0800 123 4567", "+448001234567", National, Some("GB")),
        ("07400 123456", "+447400123456", Mobile, Some("GB")),
        ("+49 30 123456", "+4930123456", International, Some("DE")),
        ("0049 171 1234567", "+491711234567", International, Some("DE")),
        ("+1 201-555-0123", "+12015550123", International, Some("US")),
        // The classic frauds: a national-looking call to the Caribbean, premium rates at home and abroad, satellites.
        ("+1 876 523 1234", "+18765231234", International, Some("JM")),
        ("0909 8790879", "+449098790879", Premium, Some("GB")),
        ("+1 900 234 5678", "+19002345678", Premium, Some("US")),
        ("0844 123 4567", "+448441234567", Premium, Some("GB")),
        ("+979 1 2345678", "+979123456789".get(..12).unwrap(), Premium, None),
        ("+881 6 12345678", "+881612345678", Satellite, None),
        ("+882 16 1234567", "+882161234567", Satellite, None),
        ("999", "999", Emergency, Some("GB")),
        ("112", "112", Emergency, Some("GB")),
        ("1234", "1234", Short, Some("GB")),
        ("*21#", "*21#", Short, Some("GB")),
    ] {
        let got = read(raw, &london(), ours).unwrap_or_else(|why| panic!("{raw}: {why}"));
        assert_eq!((got.number.as_str().unwrap(), got.class, got.country.as_deref()), (number, class, country), "{raw}");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for raw in [
        "",
        "   ",
        "anonymous",
        "sip:+442079460958@evil.example",
        "+442079460958@evil.example",
        "+442079460958;phone-context=x",
        "tel:+442079460958",
        "020 7946 0958 ext 9",
        "02079460958\r\nX: y",
        "+4420794609580207946095802079460958020794",
        "二〇",
    ] {
        assert_eq!(read(raw, &london(), ours), Err(Refusal::NotANumber), "{raw:?}");
    }
    for raw in ["+999123456789", "+44123", "012345678901234567", "+0123456789", "++442079460958"] {
        let got = read(raw, &london(), ours);
        assert!(matches!(got, Err(Refusal::NoSuchNumber | Refusal::NotANumber)), "{raw}: {got:?}");
    }
}

fn rule(n: u128, change: impl FnOnce(&mut DialRule)) -> Stored<DialRule> {
    let mut data = DialRule {
        name: format!("r{n}"),
        sort: 0,
        allow: true,
        roles: BTreeSet::new(),
        classes: BTreeSet::new(),
        countries: Vec::new(),
        hours_id: None,
        minute_cost: 0,
        day_cost_max: None,
        detect: None,
        active: true,
    };
    change(&mut data);
    Stored { id: DialRuleId(uuid::Uuid::from_u128(n)), version: 1, created_at: Utc(0), updated_at: Utc(0), data }
}

fn ask(rules: &[Stored<DialRule>], raw: &str, role: UserRole) -> Result<Option<u128>, Refusal> {
    let roles = BTreeSet::from([role]);
    let dialled = read(raw, &london(), ours)?;
    let open = |hours: HoursId| hours == HoursId::from_u128(1);
    let spent = |rule: DialRuleId| if rule.0.as_u128() == 7 { 500 } else { 0 };
    permit(rules, &dialled, Person { roles: &roles }, open, spent).map(|permit| permit.rule.map(|rule| rule.0.as_u128()))
}

#[test]
fn without_rules_only_our_own_numbers_and_emergency_calls_are_allowed() {
    for (raw, wanted) in [
        ("999", Ok(None)),
        ("1001", Ok(None)),
        ("020 7946 0958", Err(Refusal::NoRule("local"))),
        ("07400 123456", Err(Refusal::NoRule("mobile"))),
        ("0909 8790879", Err(Refusal::NoRule("premium"))),
    ] {
        assert_eq!(ask(&[], raw, UserRole::Agent), wanted, "{raw}");
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let classes = |rule: &mut DialRule, list: &[NumberClass]| rule.classes = list.iter().copied().collect();
    let rules = [
        rule(1, |r| (r.allow, r.countries) = (false, vec!["JM".into()])),
        rule(2, |r| classes(r, &[NumberClass::Local, NumberClass::National])),
        rule(3, |r| {
            classes(r, &[NumberClass::International]);
            r.roles = BTreeSet::from([UserRole::Supervisor]);
        }),
        rule(4, |r| {
            classes(r, &[NumberClass::Mobile]);
            r.hours_id = Some(HoursId::from_u128(2));
        }),
        rule(7, |r| {
            classes(r, &[NumberClass::Premium]);
            (r.minute_cost, r.day_cost_max) = (100, Some(500));
        }),
        rule(8, |r| {
            classes(r, &[NumberClass::Satellite]);
            r.active = false;
        }),
    ];
    for (raw, role, wanted) in [
        ("020 7946 0958", UserRole::Agent, Ok(Some(2))),
        ("+49 30 123456", UserRole::Agent, Err(Refusal::NoRule("international"))),
        ("+49 30 123456", UserRole::Supervisor, Ok(Some(3))),
        ("+1 876 523 1234", UserRole::Supervisor, Err(Refusal::Forbidden("r1".into()))),
        ("07400 123456", UserRole::Agent, Err(Refusal::OutsideHours)),
        ("0909 8790879", UserRole::Agent, Err(Refusal::CostCap("r7".into()))),
        ("+881 6 12345678", UserRole::Admin, Err(Refusal::NoRule("satellite"))),
        ("999", UserRole::Analyst, Ok(None)),
    ] {
        assert_eq!(ask(&rules, raw, role), wanted, "{raw}");
    }
}

#[test]
fn a_rule_for_everything_does_not_open_the_dear_numbers() {
    let rules = [rule(1, |_| {})];
    assert_eq!(ask(&rules, "+49 30 123456", UserRole::Agent), Ok(Some(1)));
    for raw in ["0909 8790879", "+881 6 12345678", "1234", "+979 1 2345678"] {
        assert!(matches!(ask(&rules, raw, UserRole::Agent), Err(Refusal::NoRule(_))), "{raw}");
    }
    let closed = [rule(1, |r| r.allow = false), rule(2, |r| r.classes = NumberClass::ALL.iter().copied().collect())];
    assert!(matches!(ask(&closed, "0909 8790879", UserRole::Agent), Err(Refusal::Forbidden(_))));
}

proptest! {
    #[test]
    fn nothing_that_is_dialled_makes_it_panic_or_leaves_the_grammar(raw in "\\PC{0,45}") {
        if let Ok(dialled) = read(&raw, &london(), ours) {
            let number = dialled.number.as_str().unwrap_or_default().to_owned();
            prop_assert!(!number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#')));
        }
    }

    #[test]
    fn no_digits_reach_the_dear_numbers_without_a_rule_that_names_them(raw in "[+]?[0-9]{2,16}") {
        let rules = [rule(1, |_| {})];
        let roles = BTreeSet::from([UserRole::Agent]);
        if let Ok(dialled) = read(&raw, &london(), ours) {
            let allowed = permit(&rules, &dialled, Person { roles: &roles }, |_| true, |_| 0).is_ok();
            let dear = matches!(dialled.class, NumberClass::Premium | NumberClass::Satellite | NumberClass::Short);
            prop_assert_eq!(allowed, !dear);
        }
    }
}
