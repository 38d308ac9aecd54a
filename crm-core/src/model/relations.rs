//! How customers belong together, what they allow, and who sees them: words and forms. Rules that need other rows are the stores'.

use super::{ConsentId, RelationId};
use cti_types::{CustomerId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who sees a customer, besides administrators, their owner, supervisors of the owner's or the customer's team, and those it is shared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody who may read customers.
    #[default]
    Everyone,
    /// The customer's team.
    Team,
    /// Nobody else.
    Owner,
}

impl Visibility {
    pub fn word(self) -> &'static str {
        match self {
            Visibility::Everyone => "everyone",
            Visibility::Team => "team",
            Visibility::Owner => "owner",
        }
    }

    pub fn from_word(word: &str) -> Option<Visibility> {
        [Visibility::Everyone, Visibility::Team, Visibility::Owner].into_iter().find(|one| one.word() == word)
    }
}

/// A relation as it is stored: *from* a customer *to* another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationKind {
    WorksFor,
    Household,
    ParentCompany,
    UpstreamSupplier,
}

impl RelationKind {
    pub const ALL: [RelationKind; 4] =
        [RelationKind::WorksFor, RelationKind::Household, RelationKind::ParentCompany, RelationKind::UpstreamSupplier];

    /// What the customer at the far end is to the one at the near end.
    pub fn word(self) -> &'static str {
        match self {
            RelationKind::WorksFor => "works_for",
            RelationKind::Household => "household",
            RelationKind::ParentCompany => "parent_company",
            RelationKind::UpstreamSupplier => "upstream_supplier",
        }
    }

    /// The same seen from the far end.
    pub fn inverse(self) -> &'static str {
        match self {
            RelationKind::WorksFor => "employs",
            RelationKind::Household => "household",
            RelationKind::ParentCompany => "subsidiary",
            RelationKind::UpstreamSupplier => "downstream_customer",
        }
    }

    pub fn from_word(word: &str) -> Option<RelationKind> {
        RelationKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What another customer is to this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationWord {
    /// This person works for that company.
    WorksFor,
    /// This company employs that person.
    Employs,
    /// They live together.
    Household,
    /// That company owns this one.
    ParentCompany,
    /// This company owns that one.
    Subsidiary,
    /// That one supplies this one.
    UpstreamSupplier,
    /// This one supplies that one.
    DownstreamCustomer,
}

impl RelationWord {
    /// The relation, and whether this customer is its near end.
    pub fn stored(self) -> (RelationKind, bool) {
        match self {
            RelationWord::WorksFor => (RelationKind::WorksFor, true),
            RelationWord::Employs => (RelationKind::WorksFor, false),
            RelationWord::Household => (RelationKind::Household, true),
            RelationWord::ParentCompany => (RelationKind::ParentCompany, true),
            RelationWord::Subsidiary => (RelationKind::ParentCompany, false),
            RelationWord::UpstreamSupplier => (RelationKind::UpstreamSupplier, true),
            RelationWord::DownstreamCustomer => (RelationKind::UpstreamSupplier, false),
        }
    }

    /// The word for a stored relation, by the end one stands at.
    pub fn of(kind: RelationKind, near: bool) -> RelationWord {
        match (kind, near) {
            (RelationKind::WorksFor, true) => RelationWord::WorksFor,
            (RelationKind::WorksFor, false) => RelationWord::Employs,
            (RelationKind::Household, _) => RelationWord::Household,
            (RelationKind::ParentCompany, true) => RelationWord::ParentCompany,
            (RelationKind::ParentCompany, false) => RelationWord::Subsidiary,
            (RelationKind::UpstreamSupplier, true) => RelationWord::UpstreamSupplier,
            (RelationKind::UpstreamSupplier, false) => RelationWord::DownstreamCustomer,
        }
    }
}

/// A relation to be added to a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRelation {
    pub relation: RelationWord,
    /// The other one.
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    /// A line of at most 200 characters: `buyer`, `mother`.
    #[serde(default)]
    pub note: String,
}

/// A relation as one of the two has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Relation {
    #[schema(value_type = Uuid)]
    pub id: RelationId,
    pub relation: RelationWord,
    /// The other one.
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    /// Their name; none when the reader may not see them.
    pub name: Option<String>,
    pub note: String,
    #[schema(value_type = i64)]
    pub created_at: Utc,
}

/// A way of reaching somebody that they may allow or forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    Voice,
    Sms,
    Email,
    Chat,
    Post,
}

impl ContactChannel {
    pub const ALL: [ContactChannel; 5] =
        [ContactChannel::Voice, ContactChannel::Sms, ContactChannel::Email, ContactChannel::Chat, ContactChannel::Post];

    pub fn word(self) -> &'static str {
        match self {
            ContactChannel::Voice => "voice",
            ContactChannel::Sms => "sms",
            ContactChannel::Email => "email",
            ContactChannel::Chat => "chat",
            ContactChannel::Post => "post",
        }
    }

    pub fn from_word(word: &str) -> Option<ContactChannel> {
        ContactChannel::ALL.into_iter().find(|channel| channel.word() == word)
    }
}

/// What a customer said about a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    Granted,
    /// Do not contact.
    Denied,
    /// Nothing, or no more.
    Unknown,
}

impl ConsentState {
    pub fn word(self) -> &'static str {
        match self {
            ConsentState::Granted => "granted",
            ConsentState::Denied => "denied",
            ConsentState::Unknown => "unknown",
        }
    }

    pub fn from_word(word: &str) -> Option<ConsentState> {
        [ConsentState::Granted, ConsentState::Denied, ConsentState::Unknown].into_iter().find(|state| state.word() == word)
    }
}

/// What a customer said, to be recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// One to five; all five with `denied` is "do not contact".
    pub channels: Vec<ContactChannel>,
    pub state: ConsentState,
    /// The ground it stands on, such as `consent`, `contract`, `legitimate interest`: a line of at most 100 characters.
    #[serde(default)]
    pub basis: String,
    /// Where it was said: `call`, `web form 12`, …: a line of at most 200 characters.
    #[serde(default)]
    pub source: String,
    /// When it was said, in µs since 1970; now, when nothing is said. Not later than now.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub at: Option<Utc>,
    /// Until when a grant holds.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub until: Option<Utc>,
}

/// What a customer said once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    #[schema(value_type = Uuid)]
    pub id: ConsentId,
    pub channel: ContactChannel,
    pub state: ConsentState,
    pub basis: String,
    pub source: String,
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<i64>)]
    pub until: Option<Utc>,
    /// When it was written down here, and by whom.
    #[schema(value_type = i64)]
    pub recorded_at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
}

/// With whom a customer's record is shared beyond its visibility.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub users: Vec<UserId>,
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub teams: Vec<TeamId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_one_end_of_one_relation() {
        for kind in RelationKind::ALL {
            for near in [true, false] {
                let word = RelationWord::of(kind, near);
                let text = serde_json::to_value(word).unwrap();
                assert_eq!(text, if near { kind.word() } else { kind.inverse() });
                let stored = word.stored();
                assert!(stored == (kind, near) || kind == RelationKind::Household, "{word:?}");
            }
            assert_eq!(RelationKind::from_word(kind.word()), Some(kind));
        }
    }
}
