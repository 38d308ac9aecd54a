//! What a person dials: the strict grammar, the kind of number it is, and whether they may call it. Pure; keeps nothing, calls nobody.

use crate::model::{DialRule, DialRuleId, Stored, UserRole};
use crate::number::normalise;
use cti_types::dial::NumberClass;
use cti_types::{HoursId, Number};
use phonenumber::Type;
use phonenumber::metadata::DATABASE;
use std::collections::BTreeSet;
use std::time::Duration;

/// A longer text is no number anybody dials: 15 digits of E.164, a dialling prefix, and separators.
const DIALLED_MAX: usize = 40;

/// Where somebody dials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1 alpha-2: how national numbers are read.
    pub country: String,
    /// Beginnings of local numbers, E.164.
    pub local: Vec<String>,
}

/// A number as it will be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialled {
    pub number: Number,
    pub class: NumberClass,
    /// Its country, ISO 3166-1 alpha-2; `None` for networks without one.
    pub country: Option<String>,
}

/// Why a call is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this is no telephone number")]
    NotANumber,
    #[error("no numbering plan has such a number")]
    NoSuchNumber,
    #[error("no rule allows {0} numbers to this person")]
    NoRule(&'static str),
    #[error("the rule \"{0}\" forbids it")]
    Forbidden(String),
    #[error("it is allowed at other hours only")]
    OutsideHours,
    #[error("today's limit of the rule \"{0}\" is used up")]
    CostCap(String),
}

/// That a call may be made, and what it is reckoned to cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// `None`: it needs no rule.
    pub rule: Option<DialRuleId>,
    /// Thousandths a minute.
    pub minute_cost: u32,
}

impl Permit {
    /// What a call of this length costs, in thousandths: begun minutes, one at least.
    pub fn cost(&self, length: Duration) -> u64 {
        length.as_secs().div_ceil(60).max(1) * u64::from(self.minute_cost)
    }
}

/// Networks without a country (ITU-T E.164 list of assigned codes): ships and satellites, international networks and services.
const SATELLITE: &[&str] = &["+870", "+878", "+881", "+882", "+883", "+888"];
/// International premium rate and shared cost (ITU-T E.169.2, E.169.3).
const PREMIUM: &[&str] = &["+979", "+808"];
/// International freephone (ITU-T E.169.1).
const FREE: &str = "+800";

/// Reads what was dialled. `ours` tells our own numbers and extensions.
///
/// Stricter than reading a caller's number: nothing but digits, one leading `+`, separators, and `*` `#` of short codes; and a
/// number must be one of its country's plan, because what no plan knows, no rule can judge.
///
/// # Errors
/// `NotANumber`, `NoSuchNumber`.
pub fn read(raw: &str, place: &Place, ours: impl Fn(&str) -> bool) -> Result<Dialled, Refusal> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '*' | '#' | ' ' | '-' | '.' | '(' | ')' | '/');
    if raw.trim().is_empty() || raw.len() > DIALLED_MAX || !raw.trim().chars().all(plain) {
        return Err(Refusal::NotANumber);
    }
    let number = normalise(raw, &place.country);
    let (class, country) = match &number {
        Number::Emergency(_) => (NumberClass::Emergency, Some(place.country.clone())),
        Number::Short(digits) if ours(digits) => (NumberClass::Internal, Some(place.country.clone())),
        Number::Short(_) => (NumberClass::Short, Some(place.country.clone())),
        Number::E164(e164) if ours(e164) => (NumberClass::Internal, Some(place.country.clone())),
        Number::E164(e164) => of_e164(e164, place)?,
        Number::Anonymous => return Err(Refusal::NotANumber),
        Number::Other(_) => return Err(Refusal::NoSuchNumber),
    };
    Ok(Dialled { number, class, country })
}

fn of_e164(e164: &str, place: &Place) -> Result<(NumberClass, Option<String>), Refusal> {
    let begins = |codes: &[&str]| codes.iter().any(|code| e164.starts_with(code));
    if begins(SATELLITE) {
        return Ok((NumberClass::Satellite, None));
    }
    if begins(PREMIUM) {
        return Ok((NumberClass::Premium, None));
    }
    if e164.starts_with(FREE) {
        return Ok((NumberClass::International, None));
    }
    let parsed = phonenumber::parse(None, e164).ok().filter(phonenumber::PhoneNumber::is_valid).ok_or(Refusal::NoSuchNumber)?;
    let country = parsed.country().id().map(|id| format!("{id:?}")).ok_or(Refusal::NoSuchNumber)?;
    let home = country.eq_ignore_ascii_case(&place.country);
    let class = match parsed.number_type(&DATABASE) {
        Type::PremiumRate | Type::SharedCost | Type::PersonalNumber | Type::Pager => NumberClass::Premium,
        Type::Unknown => return Err(Refusal::NoSuchNumber),
        _ if !home => NumberClass::International,
        _ if place.local.iter().any(|prefix| e164.starts_with(prefix.as_str())) => NumberClass::Local,
        Type::Mobile => NumberClass::Mobile,
        _ => NumberClass::National,
    };
    Ok((class, Some(country)))
}

/// Who dials, as far as the rules ask.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub roles: &'a BTreeSet<UserRole>,
}

/// Whether the person may call the number. `rules` in the order they are to be asked; `open` tells whether hours are open now,
/// `spent` what the person has spent by a rule today.
///
/// # Errors
/// The reason of the rule that decides, or of there being none.
pub fn permit(
    rules: &[Stored<DialRule>],
    dialled: &Dialled,
    person: Person<'_>,
    open: impl Fn(HoursId) -> bool,
    spent: impl Fn(DialRuleId) -> u64,
) -> Result<Permit, Refusal> {
    if matches!(dialled.class, NumberClass::Emergency | NumberClass::Internal) {
        return Ok(Permit { rule: None, minute_cost: 0 });
    }
    let mut closed = false;
    for rule in rules.iter().filter(|rule| rule.active && fits(rule, dialled, person)) {
        if rule.hours_id.is_some_and(|hours| !open(hours)) {
            closed |= rule.allow;
            continue;
        }
        if !rule.allow {
            return Err(Refusal::Forbidden(rule.name.clone()));
        }
        if rule.day_cost_max.is_some_and(|most| spent(rule.id) >= u64::from(most)) {
            return Err(Refusal::CostCap(rule.name.clone()));
        }
        return Ok(Permit { rule: Some(rule.id), minute_cost: rule.minute_cost });
    }
    Err(if closed { Refusal::OutsideHours } else { Refusal::NoRule(dialled.class.word()) })
}

fn fits(rule: &DialRule, dialled: &Dialled, person: Person<'_>) -> bool {
    // Forgetting to name a class must not open the dear ones; a rule that forbids with no class named forbids all.
    let dear = matches!(dialled.class, NumberClass::Premium | NumberClass::Satellite | NumberClass::Short);
    let class = if rule.classes.is_empty() { !dear || !rule.allow } else { rule.classes.contains(&dialled.class) };
    let role = rule.roles.is_empty() || rule.roles.iter().any(|role| person.roles.contains(role));
    let of = |country: &String| rule.countries.iter().any(|c| c.eq_ignore_ascii_case(country));
    class && role && (rule.countries.is_empty() || dialled.country.as_ref().is_some_and(of))
}

#[cfg(test)]
mod tests;
