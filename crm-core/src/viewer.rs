//! Whose eyes a customer is read with, and whether they may see them. The one place that decides it, for rows in hand and as SQL.
//!
//! Administrators see all. So does a supervisor who belongs to no team, as with agents (`may_supervise`). Everybody else sees a customer who
//! is visible to everybody, is theirs, is their team's where the team may see them, or is shared with them or their team. A supervisor
//! besides sees whoever belongs to their team or is owned by somebody of it.

use crate::db::{Tx, Value, args, listed, placeholders, text};
use crate::error::{Result, StoreError};
use crate::model::{UserRole, Visibility};
use crate::store::Store;
use cti_types::{CustomerId, TeamId, UserId};
use std::collections::BTreeSet;

/// Who reads. See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// `None`: the program itself, which sees and may do everything.
    pub user: Option<UserId>,
    /// What counts for this request: a token may hold fewer than its user.
    pub roles: BTreeSet<UserRole>,
    /// The teams they belong to.
    pub teams: Vec<TeamId>,
    /// They see what their teams' people see.
    pub supervises: bool,
    /// They see every customer.
    pub sees_all: bool,
}

impl Viewer {
    /// Somebody signed in.
    pub fn of(user: UserId, roles: BTreeSet<UserRole>, team: Option<TeamId>) -> Viewer {
        let supervises = roles.contains(&UserRole::Supervisor);
        let sees_all = roles.contains(&UserRole::Admin) || (supervises && team.is_none());
        Viewer { user: Some(user), roles, teams: team.into_iter().collect(), supervises, sees_all }
    }

    /// The program itself.
    pub fn program() -> Viewer {
        Viewer { sees_all: true, ..Viewer::default() }
    }

    /// Whether a row with this owner is theirs.
    pub fn owns(&self, owner: Option<UserId>) -> bool {
        owner.is_some() && owner == self.user
    }

    /// The condition on a row of `customer` named `alias`, its values appended to those there are; `None`: everything is visible.
    pub(crate) fn condition(&self, alias: &str, values: &mut Vec<Value>) -> Option<String> {
        if self.sees_all {
            return None;
        }
        values.push(self.user.map_or(Value::Text(None), text));
        let user = values.len();
        let mut ways = vec![
            format!("{alias}.visibility = 'everyone'"),
            format!("{alias}.owner_id = ${user}"),
            format!(
                "EXISTS (SELECT 1 FROM customer_share us WHERE us.customer_id = {alias}.id AND us.kind = 'user' AND us.target_id = ${user})"
            ),
        ];
        if !self.teams.is_empty() {
            let mut list = || {
                let list = placeholders(values.len() + 1, self.teams.len());
                values.extend(self.teams.iter().map(text));
                list
            };
            let (own, shared) = (list(), list());
            let word = if self.supervises { String::new() } else { format!(" AND {alias}.visibility = 'team'") };
            ways.push(format!("({alias}.team_id IN ({own}){word})"));
            ways.push(format!(
                "EXISTS (SELECT 1 FROM customer_share ts WHERE ts.customer_id = {alias}.id AND ts.kind = 'team' AND ts.target_id IN ({shared}))"
            ));
            if self.supervises {
                let teams = list();
                ways.push(format!("{alias}.owner_id IN (SELECT o.id FROM app_user o WHERE o.team_id IN ({teams}))"));
            }
        }
        Some(format!("({})", ways.join(" OR ")))
    }
}

/// Who may see a customer, read with their card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub visibility: Visibility,
    pub owner: Option<UserId>,
    /// Of the owner.
    pub owner_team: Option<TeamId>,
    /// Of the customer.
    pub team: Option<TeamId>,
    /// Shared with these.
    pub users: Vec<UserId>,
    pub teams: Vec<TeamId>,
}

impl Reach {
    /// Whether this viewer sees the customer. The same as the SQL of `Viewer::condition`.
    pub fn admits(&self, viewer: &Viewer) -> bool {
        let of = |team: &Option<TeamId>| team.is_some_and(|team| viewer.teams.contains(&team));
        viewer.sees_all
            || self.visibility == Visibility::Everyone
            || viewer.owns(self.owner)
            || (self.visibility == Visibility::Team && of(&self.team))
            || (viewer.supervises && (of(&self.team) || of(&self.owner_team)))
            || viewer.user.is_some_and(|user| self.users.contains(&user))
            || self.teams.iter().any(|team| viewer.teams.contains(team))
    }
}

impl Store {
    /// Whether there is such a customer and the viewer sees them.
    ///
    /// # Errors
    /// `NotFound` when there is none, and as well when the viewer may not know more than that; `Unavailable`.
    pub async fn may_see(&self, viewer: &Viewer, customer: CustomerId) -> Result<()> {
        let mut values = args![customer.to_string()];
        let seen = viewer.condition("c", &mut values).map_or(String::new(), |seen| format!(" AND {seen}"));
        let rows = self.db.fetch(format!("SELECT c.id FROM customer c WHERE c.id = $1{seen}"), values).await?;
        if rows.is_empty() { Err(StoreError::NotFound { resource: "customer" }) } else { Ok(()) }
    }
}

impl Store {
    /// Of these customers those the viewer sees.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn visible(&self, viewer: &Viewer, customers: BTreeSet<CustomerId>) -> Result<BTreeSet<CustomerId>> {
        if viewer.sees_all || customers.is_empty() {
            return Ok(customers);
        }
        let ids: Vec<String> = customers.iter().map(ToString::to_string).collect();
        let mut seen = BTreeSet::new();
        for chunk in ids.chunks(512) {
            let (list, mut values) = listed(1, chunk);
            let condition = viewer.condition("c", &mut values).map_or(String::new(), |seen| format!(" AND {seen}"));
            for row in self.db.fetch(format!("SELECT c.id FROM customer c WHERE c.id IN ({list}){condition}"), values).await? {
                seen.insert(row.id(0)?);
            }
        }
        Ok(seen)
    }
}

/// [`Store::may_see`] within a transaction.
pub(crate) async fn sees(tx: &mut Tx, viewer: &Viewer, customer: CustomerId) -> Result<()> {
    let mut values = args![customer.to_string()];
    let seen = viewer.condition("c", &mut values).map_or(String::new(), |seen| format!(" AND {seen}"));
    let rows = tx.fetch(format!("SELECT c.id FROM customer c WHERE c.id = $1{seen}"), values).await?;
    if rows.is_empty() { Err(StoreError::NotFound { resource: "customer" }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_whom() {
        let user = |n: u128| UserId::from_u128(n);
        let team = |n: u128| TeamId::from_u128(n);
        let of = |n, role, team| Viewer::of(user(n), BTreeSet::from([role]), team);
        let agent = of(1, UserRole::Agent, Some(team(1)));
        let supervisor = of(2, UserRole::Supervisor, Some(team(1)));
        let roaming = of(3, UserRole::Supervisor, None);
        let admin = of(4, UserRole::Admin, Some(team(9)));
        let open = Reach::default();
        let of_team = Reach { visibility: Visibility::Team, team: Some(team(1)), ..Reach::default() };
        let of_others = Reach { visibility: Visibility::Team, team: Some(team(2)), ..Reach::default() };
        let private = Reach { visibility: Visibility::Owner, owner: Some(user(5)), owner_team: Some(team(1)), ..Reach::default() };
        let owners_team = Reach { team: Some(team(1)), ..private.clone() };
        let own = Reach { visibility: Visibility::Owner, owner: Some(user(1)), ..Reach::default() };
        let shared = Reach { users: vec![user(1)], ..of_others.clone() };
        let with_team = Reach { teams: vec![team(1)], ..of_others.clone() };
        // The agent, the supervisor of team 1, the supervisor of no team, the administrator.
        for (reach, expected) in [
            (&open, [true, true, true, true]),
            (&of_team, [true, true, true, true]),
            (&of_others, [false, false, true, true]),
            (&private, [false, true, true, true]),
            (&owners_team, [false, true, true, true]),
            (&own, [true, false, true, true]),
            (&shared, [true, false, true, true]),
            (&with_team, [true, true, true, true]),
        ] {
            let seen = [&agent, &supervisor, &roaming, &admin].map(|viewer| reach.admits(viewer));
            assert_eq!(seen, expected, "{reach:?}");
        }
    }

    #[test]
    fn who_sees_all_has_no_condition() {
        assert_eq!(Viewer::program().condition("c", &mut Vec::new()), None);
        let mut values = args![1_i64];
        let agent = Viewer::of(UserId::from_u128(1), BTreeSet::from([UserRole::Agent]), None);
        let sql = agent.condition("c", &mut values).unwrap();
        assert!(sql.contains("$2") && !sql.contains("$3"), "{sql}");
        assert_eq!(values.len(), 2);
    }
}
