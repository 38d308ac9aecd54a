//! Sites, teams, users, API tokens: who works here and may do what. Signing in lives in `auth`.

use super::{ApiTokenId, Check, Column, Credential, Kind, Reference, Resource, Secret, SiteDialling, UsedBy, columns};
use cti_types::{PhoneId, QueueId, SiteId, SkillId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A place where people work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub name: String,
    /// IANA time zone.
    pub zone: String,
    /// Where it is, for what its people dial; without it national numbers are read as the server's configuration says.
    #[serde(default)]
    pub dialling: Option<SiteDialling>,
}

impl Resource for Site {
    type Id = SiteId;
    const KIND: Kind = Kind::Site;
    const TABLE: &'static str = "site";
    const COLUMNS: &'static [Column] = columns!(name: Text, zone: Text, dialling: Json);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "team", column: "site_id" }, UsedBy { table: "queue", column: "site_id" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.zone("zone", &self.zone);
        if let Some(dialling) = &mut self.dialling {
            dialling.check(check);
        }
    }
}

/// People who work together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub name: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub site_id: Option<SiteId>,
}

impl Resource for Team {
    type Id = TeamId;
    const KIND: Kind = Kind::Team;
    const TABLE: &'static str = "team";
    const COLUMNS: &'static [Column] = columns!(name: Text, site_id: Text);
    const USED_BY: &'static [UsedBy] = &[UsedBy { table: "app_user", column: "team_id" }];

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
    }

    fn references(&self) -> Vec<Reference> {
        self.site_id.iter().map(|id| Reference { field: "site_id".into(), table: "site", id: id.to_string() }).collect()
    }
}

/// What a person may do. Several may be held at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Takes calls.
    Agent,
    /// Sees the floor and its people.
    Supervisor,
    /// Changes the configuration.
    Admin,
    /// Reads interactions and statistics.
    Analyst,
}

/// A skill with its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillLevel {
    #[schema(value_type = Uuid)]
    pub skill: SkillId,
    /// 1 to 10. Of a person: how good; of a queue: the least that will do.
    pub proficiency: u8,
}

/// Checks levels and that no skill stands twice.
pub(super) fn check_skills(check: &mut Check, field: &str, skills: &[SkillLevel]) {
    check.count(field, skills.len(), 100);
    let mut seen = BTreeSet::new();
    for (at, level) in skills.iter().enumerate() {
        check.range(format!("{field}[{at}].proficiency"), i64::from(level.proficiency), 1, 10);
        check.that(seen.insert(level.skill), format!("{field}[{at}].skill"), "name each skill once");
    }
}

pub(super) fn skill_references(field: &str, skills: &[SkillLevel]) -> impl Iterator<Item = Reference> {
    let field = field.to_owned();
    skills.iter().copied().enumerate().map(move |(at, level)| Reference {
        field: format!("{field}[{at}].skill"),
        table: "skill",
        id: level.skill.to_string(),
    })
}

/// A person who may sign in. An agent is a user with the role agent; the ids are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// 1–64 of `a-z 0-9 . _ - @`; kept in lower case.
    pub login: String,
    pub name: String,
    pub roles: BTreeSet<UserRole>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub skills: Vec<SkillLevel>,
    /// The queues this person serves.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    pub queues: Vec<QueueId>,
    /// The desk phone this person's calls ring on when they sign in without saying otherwise.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub phone_id: Option<PhoneId>,
    #[serde(default = "english")]
    pub language: String,
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default)]
    pub must_change_password: bool,
    /// Who is transferred to this person and does not reach them may leave them a message.
    #[serde(default)]
    pub voicemail: bool,
    /// Write-only, 10 to 200 characters. Left out in a change, the password stays; without one nobody can sign in.
    #[serde(default, skip_serializing)]
    #[schema(write_only)]
    pub password: Option<Secret>,
}

pub(super) fn english() -> String {
    "en".to_owned()
}
pub(super) fn yes() -> bool {
    true
}

/// Least and most characters of a person's password. The upper bound keeps hashing from being made dear.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

impl Resource for User {
    type Id = UserId;
    const KIND: Kind = Kind::User;
    const TABLE: &'static str = "app_user";
    const COLUMNS: &'static [Column] = columns!(
        login: Text, name: Text, roles: Json, team_id: Text, skills: Json, queues: Json, phone_id: Text, language: Text, active: Bool,
        must_change_password: Bool, voicemail: Bool,
    );
    const USED_BY: &'static [UsedBy] = &[
        UsedBy { table: "phone", column: "owner_id" },
        UsedBy { table: "customer", column: "owner_id" },
        UsedBy { table: "queue", column: "overflow" },
    ];

    fn check(&mut self, check: &mut Check) {
        self.login = self.login.trim().to_ascii_lowercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
        let right = (1..=64).contains(&self.login.len()) && self.login.chars().all(allowed);
        check.that(right, "login", "use 1 to 64 of the characters a-z, 0-9, dot, dash, underscore and @");
        check.name("name", &mut self.name);
        check.that(!self.roles.is_empty(), "roles", "choose at least one role");
        check_skills(check, "skills", &self.skills);
        check.count("queues", self.queues.len(), 1_000);
        let distinct: BTreeSet<_> = self.queues.iter().collect();
        check.that(distinct.len() == self.queues.len(), "queues", "name each queue once");
        check.language("language", &self.language);
        if let Some(password) = &self.password {
            let length = password.reveal().chars().count();
            check.that(PASSWORD_LENGTH.contains(&length), "password", "choose 10 to 200 characters");
        }
    }

    fn references(&self) -> Vec<Reference> {
        let mut all: Vec<Reference> = skill_references("skills", &self.skills).collect();
        all.extend(self.team_id.iter().map(|id| Reference { field: "team_id".into(), table: "team", id: id.to_string() }));
        all.extend(self.phone_id.iter().map(|id| Reference { field: "phone_id".into(), table: "phone", id: id.to_string() }));
        all.extend(self.queues.iter().enumerate().map(|(at, id)| Reference {
            field: format!("queues[{at}]"),
            table: "queue",
            id: id.to_string(),
        }));
        all
    }

    fn credential(&self) -> Option<Credential> {
        self.password.clone().map(Credential::Password)
    }
}

/// A long-lived token for a program. Made by [`crate::Store::create_api_token`], which alone gives the token itself, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiToken {
    /// In whose name it acts.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    pub name: String,
    /// What it may do; no more than its user may.
    pub roles: BTreeSet<UserRole>,
    /// Microseconds since 1970, UTC; `None`: until deleted.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Utc>,
}

impl Resource for ApiToken {
    type Id = ApiTokenId;
    const KIND: Kind = Kind::ApiToken;
    const TABLE: &'static str = "api_token";
    const COLUMNS: &'static [Column] = columns!(user_id: Text, name: Text, roles: Json, expires_at: Int);

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.that(!self.roles.is_empty(), "roles", "choose at least one role");
    }

    fn references(&self) -> Vec<Reference> {
        vec![Reference { field: "user_id".into(), table: "app_user", id: self.user_id.to_string() }]
    }
}
