//! With whom a customer's record is shared beyond its visibility. Who sees it then is told in `viewer`.

use crate::audit::{Action, write_audit};
use crate::db::{args, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, Customer, Kind, Resource as _, Shares, Who};
use crate::rights::{Verb, check_write};
use crate::store::Store;
use crate::viewer::Viewer;
use cti_types::{CustomerId, Utc};

/// Most people and teams one record is shared with.
pub const SHARES_MAX: usize = 50;

impl Store {
    /// With whom a customer is shared.
    ///
    /// # Errors
    /// `NotFound`, also for a customer the viewer may not see; `Unavailable`.
    pub async fn shares(&self, viewer: &Viewer, customer: CustomerId) -> Result<Shares> {
        self.may_see(viewer, customer).await?;
        let sql = "SELECT kind, target_id FROM customer_share WHERE customer_id = $1 ORDER BY kind, target_id";
        let mut shares = Shares::default();
        for row in self.db.fetch(sql, vec![text(customer)]).await? {
            match row.text(0)? {
                "user" => shares.users.push(row.id(1)?),
                "team" => shares.teams.push(row.id(1)?),
                other => return Err(StoreError::corrupt(format!("a customer is shared with a {other}"))),
            }
        }
        Ok(shares)
    }

    /// Replaces them. `version` is the customer's, which grows.
    ///
    /// # Errors
    /// `NotAllowed` naming `shares`, `NotFound`, `VersionConflict`, `Invalid`, `Unavailable`.
    pub async fn set_shares(
        &self,
        viewer: &Viewer,
        who: &Who,
        now: Utc,
        customer: CustomerId,
        version: i64,
        shares: &Shares,
    ) -> Result<Shares> {
        let (stored, _) = self.customer(viewer, customer).await?;
        let owns = viewer.owns(stored.owner_id);
        check_write(viewer, owns, Customer::KIND.word(), Verb::Change, &["shares".to_owned()], &[])?;
        let before = self.shares(viewer, customer).await?;
        let mut shares = shares.clone();
        shares.users.sort_unstable();
        shares.users.dedup();
        shares.teams.sort_unstable();
        shares.teams.dedup();
        let mut check = Check::default();
        check.count("users", shares.users.len() + shares.teams.len(), SHARES_MAX);
        let mut tx = self.db.begin().await?;
        let mut rows = Vec::new();
        for (at, user) in shares.users.iter().enumerate().take(SHARES_MAX) {
            let found = tx.fetch("SELECT id FROM app_user WHERE id = $1", vec![text(user)]).await?;
            check.that(!found.is_empty(), format!("users[{at}]"), "choose a user that exists");
            rows.push(args![customer.to_string(), "user", user.to_string()]);
        }
        for (at, team) in shares.teams.iter().enumerate().take(SHARES_MAX) {
            let found = tx.fetch("SELECT id FROM team WHERE id = $1", vec![text(team)]).await?;
            check.that(!found.is_empty(), format!("teams[{at}]"), "choose a team that exists");
            rows.push(args![customer.to_string(), "team", team.to_string()]);
        }
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: "customer_share", errors });
        }
        let sql = "UPDATE customer SET version = version + 1, updated_at = $3 WHERE id = $1 AND version = $2";
        if tx.execute(sql, args![customer.to_string(), version, now]).await? == 0 {
            return Err(StoreError::VersionConflict { resource: Customer::KIND.word(), current: stored.version });
        }
        tx.execute("DELETE FROM customer_share WHERE customer_id = $1", vec![text(customer)]).await?;
        for row in rows {
            tx.execute_on("customer_share", "INSERT INTO customer_share (customer_id, kind, target_id) VALUES ($1, $2, $3)", row).await?;
        }
        let shown = |shares: &Shares| serde_json::to_value(shares).ok();
        let (before, after) = (shown(&before), shown(&shares));
        write_audit(self, &mut tx, who, now, Action::Update, "customer_share", &customer.to_string(), before, after).await?;
        tx.commit().await?;
        self.changed(Kind::Customer, customer);
        Ok(shares)
    }
}
