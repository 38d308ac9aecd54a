//! Giving a ticket to a queue, a team or somebody, by name or by rule.

use super::rules;
use super::settle::Context;
use crate::db::{placeholders, text};
use crate::error::Result;
use crate::model::{AgentPick, TicketId, TicketRow, TicketRule, TicketRuleId, Who};
use crate::store::Store;
use cti_types::{QueueId, TeamId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// To whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketAssign)]
pub struct AssignTo {
    /// As a new ticket would be; then nothing else is looked at.
    #[serde(default)]
    pub by_rule: bool,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub assignee_id: Option<UserId>,
}

impl Store {
    /// Gives a ticket to somebody. What is not named is taken away.
    ///
    /// # Errors
    /// `Invalid` for somebody who is not there, `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn assign_ticket(&self, who: &Who, now: Utc, id: TicketId, version: i64, to: &AssignTo) -> Result<TicketRow> {
        let to = if to.by_rule {
            let mut row = self.ticket(id).await?;
            let context = self.context(&row).await?;
            self.place(&mut row, &context).await?;
            AssignTo { by_rule: true, queue_id: row.data.queue_id, team_id: row.data.team_id, assignee_id: row.data.assignee_id }
        } else {
            to.clone()
        };
        self.edit_ticket(who, now, id, Some(version), |draft| {
            let AssignTo { by_rule: _, queue_id, team_id, assignee_id } = to;
            (draft.row.data.queue_id, draft.row.data.team_id, draft.row.data.assignee_id) = (queue_id, team_id, assignee_id);
            Ok(())
        })
        .await
    }

    /// Sets queue, team and agent by the first rule that fits, else by the type.
    pub(super) async fn place(&self, row: &mut TicketRow, context: &Context) -> Result<()> {
        let rules = self.all::<TicketRule>().await?;
        let about = context.about(row);
        let Some(rule) = rules::choose(&rules, &about) else {
            (row.data.queue_id, row.data.team_id, row.data.assignee_id) = (context.kind.queue_id, context.kind.team_id, None);
            return Ok(());
        };
        let agent = match rule.pick {
            AgentPick::Nobody => None,
            AgentPick::RoundRobin => {
                let candidates = self.candidates(rule).await?;
                let turn = self.take_turn(rule.id).await?;
                rules::pick(rule.pick, &candidates, turn, &BTreeMap::new())
            }
            AgentPick::LeastOpen => {
                let candidates = self.candidates(rule).await?;
                let open = self.open_of(&candidates).await?;
                rules::pick(rule.pick, &candidates, 0, &open)
            }
        };
        (row.data.queue_id, row.data.team_id, row.data.assignee_id) = (rule.queue_id, rule.team_id, agent);
        Ok(())
    }

    /// The active ones of those the rule names, in its order; of its team, if it names nobody.
    async fn candidates(&self, rule: &TicketRule) -> Result<Vec<UserId>> {
        if rule.agents.is_empty() {
            let Some(team) = rule.team_id else { return Ok(Vec::new()) };
            let sql = "SELECT id FROM app_user WHERE team_id = $1 AND active = 1 ORDER BY id LIMIT 100";
            return self.db.fetch(sql, vec![text(team)]).await?.iter().map(|row| row.id(0)).collect();
        }
        let sql = format!("SELECT id FROM app_user WHERE active = 1 AND id IN ({})", placeholders(1, rule.agents.len()));
        let rows = self.db.fetch(sql, rule.agents.iter().map(text).collect()).await?;
        let active = rows.iter().map(|row| row.id(0)).collect::<Result<BTreeSet<UserId>>>()?;
        Ok(rule.agents.iter().copied().filter(|agent| active.contains(agent)).collect())
    }

    async fn take_turn(&self, rule: TicketRuleId) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        tx.execute("UPDATE ticket_rule SET turn = turn + 1 WHERE id = $1", vec![text(rule)]).await?;
        let rows = tx.fetch("SELECT turn FROM ticket_rule WHERE id = $1", vec![text(rule)]).await?;
        let turn = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(1);
        tx.commit().await?;
        Ok(turn - 1)
    }

    /// Live tickets of each of them.
    async fn open_of(&self, agents: &[UserId]) -> Result<BTreeMap<UserId, i64>> {
        if agents.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT assignee_id, COUNT(*) FROM ticket WHERE live = 1 AND assignee_id IN ({}) GROUP BY assignee_id",
            placeholders(1, agents.len())
        );
        let rows = self.db.fetch(sql, agents.iter().map(text).collect()).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
    }

    /// Whether a row is there. Rules and triggers may outlive whom they name.
    pub(super) async fn is_there(&self, table: &'static str, id: impl std::fmt::Display) -> Result<bool> {
        Ok(!self.db.fetch(format!("SELECT id FROM {table} WHERE id = $1"), vec![text(id)]).await?.is_empty())
    }
}
