//! What calls to the outside need: how trunks take them, what queues show, where sites are, and who may dial what. Rules of the fields only.

use super::people::yes;
use super::{Check, Column, Credential, Detection, Kind, Reference, Resource, Secret, UserRole, columns};
use crate::number::{is_country, normalise};
use cti_types::dial::NumberClass;
use cti_types::{HoursId, Number};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most beginnings or countries of one trunk or rule.
const LIST_MAX: usize = 500;

/// Which header tells a trunk who calls (RFC 3325).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrunkIdentity {
    /// P-Asserted-Identity: it believes us.
    #[default]
    Asserted,
    /// P-Preferred-Identity: it chooses among what it knows of us.
    Preferred,
    /// Only From.
    None,
}

/// How calls of ours go out by a trunk, and how it is kept under watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrunkOutbound {
    /// Beginnings of the numbers it takes, with `+`. With none, and no country: every number.
    pub prefixes: Vec<String>,
    /// Countries whose numbers it takes, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// The smallest is used first.
    pub priority: u16,
    /// Share of the calls among trunks of one priority.
    pub weight: u16,
    /// Most new calls in a second, of ours to it and of its to us.
    pub cps_max: Option<u32>,
    /// Whether numbers begin with `+` to it.
    pub plus: bool,
    pub identity: TrunkIdentity,
    /// Host of its Request-URI and of our identities, where it wants a name instead of addresses.
    pub domain: Option<String>,
    /// Whether it is called with `sips:`, which asks for TLS on every hop; only with the transport tls.
    pub sips: bool,
    /// With what its challenges are answered.
    pub account: Option<TrunkAccount>,
    /// Register with it, and ask for so many seconds.
    pub register_s: Option<u32>,
    /// Probe it with OPTIONS so often, seconds.
    pub probe_s: Option<u32>,
    /// So many probes lost in a row make it down.
    pub probe_fall: u8,
    /// So many answered in a row make it up again.
    pub probe_rise: u8,
    /// Who answers calls by it, unless their queue or rule says otherwise.
    pub detect: Option<Detection>,
}

impl Default for TrunkOutbound {
    fn default() -> TrunkOutbound {
        TrunkOutbound {
            prefixes: Vec::new(),
            countries: Vec::new(),
            priority: 100,
            weight: 100,
            cps_max: None,
            plus: true,
            identity: TrunkIdentity::default(),
            domain: None,
            sips: false,
            account: None,
            register_s: None,
            probe_s: None,
            probe_fall: 3,
            probe_rise: 2,
            detect: None,
        }
    }
}

/// Whether media is encrypted with keys from the SDP (RFC 4568). Keys are told over TLS, and otherwise only where the server is set up so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SrtpRule {
    /// Never: who insists on it is refused.
    Off,
    /// Where the far side knows it: our offers leave it the choice (RFC 8643).
    Optional,
    /// Always: who does not offer it is refused with 488, and what we offer is encrypted.
    Required,
}

/// What a trunk knows us by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrunkAccount {
    pub user: String,
    /// Challenges of this realm are answered, of no other.
    pub realm: String,
    /// Write-only; only digests of it are kept. Left out in a change, it stays.
    #[serde(default, skip_serializing)]
    #[schema(write_only)]
    pub password: Option<Secret>,
}

impl TrunkOutbound {
    pub(super) fn check(&mut self, check: &mut Check, has_peer: bool) {
        check.count("outbound.prefixes", self.prefixes.len(), LIST_MAX);
        for (at, prefix) in self.prefixes.iter().enumerate() {
            let right = prefix.strip_prefix('+').is_some_and(|d| (1..=15).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()));
            check.that(right, format!("outbound.prefixes[{at}]"), "write it as +44 or +4420");
        }
        countries(check, "outbound.countries", &mut self.countries);
        check.range("outbound.cps_max", i64::from(self.cps_max.unwrap_or(1)), 1, 10_000);
        check.optional("outbound.domain", &mut self.domain, 253);
        let host = |d: &str| d.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
        check.that(self.domain.as_deref().is_none_or(host), "outbound.domain", "write a host name such as sip.example.com");
        if let Some(account) = &self.account {
            let plain =
                |text: &str| !text.is_empty() && text.len() <= 200 && !text.chars().any(|c| c.is_control() || matches!(c, '"' | '\\'));
            check.that(plain(&account.user), "outbound.account.user", "give the user name, without quotes");
            check.that(plain(&account.realm), "outbound.account.realm", "give the realm of its challenges, without quotes");
            let length = account.password.as_ref().map_or(8, |p| p.reveal().chars().count());
            check.that((1..=200).contains(&length), "outbound.account.password", "give 1 to 200 characters");
        }
        if let Some(seconds) = self.register_s {
            check.range("outbound.register_s", i64::from(seconds), 30, 86_400);
            check.that(self.account.is_some(), "outbound.account", "name the account to register with");
        }
        check.range("outbound.probe_s", i64::from(self.probe_s.unwrap_or(5)), 2, 3_600);
        check.range("outbound.probe_fall", i64::from(self.probe_fall), 1, 20);
        check.range("outbound.probe_rise", i64::from(self.probe_rise), 1, 20);
        if let Some(detect) = &self.detect {
            detect.check(check, "outbound.detect");
        }
        let watched = self.register_s.is_some() || self.probe_s.is_some();
        check.that(has_peer || !watched, "peer", "say where it is, to register with it or to probe it");
    }

    pub(super) fn credential(&self) -> Option<Credential> {
        let account = self.account.as_ref()?;
        let password = account.password.clone()?;
        Some(Credential::RealmDigest { username: account.user.clone(), realm: account.realm.clone(), password })
    }

    pub(super) fn check_change(&self, old: &TrunkOutbound, check: &mut Check) {
        let Some(account) = &self.account else { return };
        let same = old.account.as_ref().is_some_and(|before| before.user == account.user && before.realm == account.realm);
        // RFC 7616 3.4.2: the stored digest contains the user name and the realm.
        let given = account.password.is_some();
        check.that(same || given, "outbound.account.password", "give it again: it is stored together with user and realm");
    }
}

/// What a queue's own calls show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueueOutbound {
    /// The number its calls to the outside come from, E.164.
    pub caller_id: Option<String>,
    /// Name shown beside it, where networks carry one.
    pub caller_name: Option<String>,
    /// The called do not see the number; the network does.
    pub withheld: bool,
    /// Who answers its calls; before what their trunk says.
    pub detect: Option<Detection>,
}

impl QueueOutbound {
    pub(super) fn check(&mut self, check: &mut Check) {
        check.optional("outbound.caller_id", &mut self.caller_id, 32);
        check.optional("outbound.caller_name", &mut self.caller_name, 60);
        if let Some(detect) = &self.detect {
            detect.check(check, "outbound.detect");
        }
        if let Some(number) = &mut self.caller_id {
            match normalise(number, "") {
                Number::E164(e164) => *number = e164,
                Number::Short(_) | Number::Emergency(_) | Number::Anonymous | Number::Other(_) => {
                    check.wrong("outbound.caller_id", "write it as +442079460000");
                }
            }
        }
    }
}

/// Where a site is, as far as its people's dialling goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteDialling {
    /// ISO 3166-1 alpha-2: how national numbers dialled there are read.
    pub country: String,
    /// Beginnings of numbers that are local there: `+4420`.
    #[serde(default)]
    pub local: Vec<String>,
}

impl SiteDialling {
    pub(super) fn check(&mut self, check: &mut Check) {
        self.country = self.country.trim().to_ascii_uppercase();
        check.country("dialling.country", &self.country);
        check.count("dialling.local", self.local.len(), LIST_MAX);
        for (at, prefix) in self.local.iter().enumerate() {
            let right = prefix.strip_prefix('+').is_some_and(|d| (2..=12).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()));
            check.that(right, format!("dialling.local[{at}]"), "write it as +4420");
        }
    }
}

/// Who may dial which numbers when. The first that fits, by `sort`, decides; a call that none fits is refused. Calls to emergency
/// numbers and to numbers of our own need none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialRule {
    pub name: String,
    /// Place in the order, smallest first.
    #[serde(default)]
    pub sort: i64,
    /// Unset: such calls are refused.
    #[serde(default = "yes")]
    pub allow: bool,
    /// For whom; none: for everybody.
    #[serde(default)]
    pub roles: BTreeSet<UserRole>,
    /// For which kinds of number; none: for all but premium, satellite and short ones, which must be named.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub classes: BTreeSet<NumberClass>,
    /// For numbers of which countries, ISO 3166-1 alpha-2; none: of any.
    #[serde(default)]
    pub countries: Vec<String>,
    /// Only within these hours.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub hours_id: Option<HoursId>,
    /// What a minute is reckoned to cost, in thousandths of the site's money.
    #[serde(default)]
    pub minute_cost: u32,
    /// Most that one person may spend by this rule in a day (UTC), in the same; the call that goes beyond it is the last.
    #[serde(default)]
    pub day_cost_max: Option<u32>,
    /// Who answers calls that it allows; before what their queue and their trunk say.
    #[serde(default)]
    pub detect: Option<Detection>,
    #[serde(default = "yes")]
    pub active: bool,
}

impl Resource for DialRule {
    type Id = super::DialRuleId;
    const KIND: Kind = Kind::DialRule;
    const TABLE: &'static str = "dial_rule";
    const COLUMNS: &'static [Column] = columns!(
        name: Text, sort: Int, allow: Bool, roles: Json, classes: Json, countries: Json, hours_id: Text, minute_cost: Int,
        day_cost_max: Int, detect: Json, active: Bool,
    );

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        countries(check, "countries", &mut self.countries);
        if let Some(detect) = &self.detect {
            detect.check(check, "detect");
        }
        let always = self.classes.contains(&NumberClass::Emergency) || self.classes.contains(&NumberClass::Internal);
        check.that(!always, "classes", "leave out emergency and internal: they are always allowed");
        check.that(self.day_cost_max.is_none() || self.minute_cost > 0, "minute_cost", "say what a minute costs, or leave out the limit");
    }

    fn references(&self) -> Vec<Reference> {
        self.hours_id.iter().map(|id| Reference { field: "hours_id".into(), table: "hours", id: id.to_string() }).collect()
    }
}

/// The name a certificate must be for.
pub(super) fn check_tls_name(check: &mut Check, name: &mut Option<String>, tls: bool) {
    check.optional("tls_name", name, 253);
    check.that(tls || name.is_none(), "tls_name", "is of use with the transport tls only");
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let right = name.as_deref().is_none_or(|name| plain(name) || name.parse::<std::net::IpAddr>().is_ok());
    check.that(right, "tls_name", "write a host name such as sip.example.com");
}

fn countries(check: &mut Check, field: &str, list: &mut [String]) {
    check.count(field, list.len(), LIST_MAX);
    for (at, country) in list.iter_mut().enumerate() {
        *country = country.trim().to_ascii_uppercase();
        check.that(is_country(country), format!("{field}[{at}]"), "write two letters such as GB");
    }
}
