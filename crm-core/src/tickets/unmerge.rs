//! Undoing a merge of tickets. The rules, so that nobody is surprised:
//!
//! * The merged ticket stands again as it did: its status, its end, its watchers and interactions. What was written of it since stays.
//! * What the survivor has only by the merge goes back. What another ticket merged into it brought too stays, and is that one's from now on.
//! * Children go back that still stand below the survivor; one that can no longer stand there stays.
//! * While the survivor itself is merged into another, that merge is undone first.

use super::WORD;
use super::create::DEPTH_MAX;
use super::merge::{Given, Links, Moved, above, as_json, ids, lock, lock_parents, save_both};
use super::save::Draft;
use crate::db::{Row, Tx, args, listed, text};
use crate::error::{Result, StoreError};
use crate::model::{Kind, TAGS_MAX, TicketId, TicketRow, TicketState, Who};
use crate::store::Store;
use cti_types::{CustomerId, InteractionId, UserId, Utc};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Merges into one ticket that are looked at when one of them is undone. Those beyond keep no share of what goes back.
const OTHERS_MAX: usize = 500;

/// A merge of a ticket that can be undone, and what would go back.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TicketMerge {
    /// The ticket that goes on.
    #[schema(value_type = Uuid)]
    pub into: TicketId,
    /// Its number.
    pub into_number: i64,
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    /// Those that still stand below the survivor.
    #[schema(value_type = Vec<Uuid>)]
    pub children: Vec<TicketId>,
    #[schema(value_type = Vec<Uuid>)]
    pub watchers: Vec<UserId>,
    #[schema(value_type = Vec<Uuid>)]
    pub interactions: Vec<InteractionId>,
    /// Customers and tags that the survivor has only by this merge.
    #[schema(value_type = Vec<Uuid>)]
    pub customers: Vec<CustomerId>,
    pub tags: Vec<String>,
    /// Why it cannot be undone now, and what to do first; none: it can.
    pub blocked: Option<String>,
}

/// A row of `ticket_merge`.
struct Kept {
    ticket: TicketId,
    into: TicketId,
    at: Utc,
    by: Option<UserId>,
    moved: Moved,
}

fn read(row: &Row) -> Result<Kept> {
    let moved = serde_json::from_str(row.text(4)?).map_err(|error| StoreError::corrupt_from("what a merge of tickets moved", error))?;
    Ok(Kept { ticket: row.id(0)?, into: row.id(1)?, at: Utc(row.int(2)?), by: row.opt_id(3)?, moved })
}

const KEPT: &str = "SELECT ticket_id, into_id, at, user_id, moved FROM ticket_merge WHERE";

/// The state of before the merge, with what was written since.
fn restored(now: &TicketState, before: &TicketState, at: Utc) -> TicketState {
    TicketState {
        status: before.status,
        status_at: at,
        live: before.live,
        reopened_count: before.reopened_count,
        responded_at: before.responded_at,
        resolved_at: before.resolved_at,
        closed_at: before.closed_at,
        merged_into: None,
        ..now.clone()
    }
}

/// Takes from what one merge added what another brought as well: it is that one's from now on.
fn handed_over(mine: &mut Given, other: &mut Given) {
    let shared: BTreeSet<String> = mine.added.intersection(&other.had).cloned().collect();
    mine.added.retain(|one| !shared.contains(one));
    other.added.extend(shared);
}

fn blocked(survivor: &TicketRow) -> Option<String> {
    let into = survivor.state.merged_into?;
    Some(format!("ticket {} was itself merged into {into}; undo that merge first", survivor.state.number))
}

impl Store {
    /// What undoing the merge of a ticket would give back.
    ///
    /// # Errors
    /// `NotFound` when it is merged into none, or what was moved is no longer known; `Unavailable`.
    pub async fn ticket_merge(&self, id: TicketId) -> Result<TicketMerge> {
        self.ticket(id).await?;
        let rows = self.db.fetch(format!("{KEPT} ticket_id = $1"), vec![text(id)]).await?;
        let Kept { into, at, by, moved, .. } =
            rows.first().map(read).transpose()?.ok_or(StoreError::NotFound { resource: "ticket_merge" })?;
        let survivor = self.ticket(into).await?;
        let (list, mut values) = listed(2, &moved.children.iter().map(ToString::to_string).collect::<Vec<_>>());
        values.insert(0, text(into));
        let sql = format!("SELECT id FROM ticket WHERE parent_id = $1 AND id IN ({list}) ORDER BY id");
        let children = self.db.fetch(sql, values).await?.iter().map(|row| row.id(0)).collect::<Result<_>>()?;
        Ok(TicketMerge {
            into,
            into_number: survivor.state.number,
            at,
            by,
            children,
            watchers: ids(&moved.watchers.had)?,
            interactions: ids(&moved.interactions.had)?,
            customers: ids(&moved.customers.added)?,
            tags: moved.tags.added.iter().cloned().collect(),
            blocked: blocked(&survivor),
        })
    }

    /// Undoes the merge of a ticket, by the rules of this module. `version`: of the merged ticket. Gives it as it stands again.
    ///
    /// # Errors
    /// `Refused` when it was not merged, the survivor was merged itself, or what was moved is no longer known; `VersionConflict`, `NotFound`,
    /// `Unavailable`.
    pub async fn unmerge_ticket(&self, who: &Who, now: Utc, id: TicketId, version: i64) -> Result<TicketRow> {
        let merged = self.ticket(id).await?;
        if merged.version != version {
            return Err(StoreError::VersionConflict { resource: WORD, current: merged.version });
        }
        let Some(into) = merged.state.merged_into else {
            return Err(StoreError::refused(WORD, "it is merged into none", "choose a ticket that was merged"));
        };
        let survivor = self.ticket(into).await?;
        if let Some(why) = blocked(&survivor) {
            return Err(StoreError::refused(WORD, "the ticket it was merged into was merged itself", why));
        }
        let kept = self.db.fetch(format!("{KEPT} ticket_id = $1"), vec![text(id)]).await?;
        let Some(Kept { mut moved, .. }) = kept.first().map(read).transpose()? else {
            let mend = "make a new ticket";
            return Err(StoreError::refused(WORD, "what the merge moved is no longer known: it was erased", mend));
        };
        let sql = format!("{KEPT} into_id = $1 AND ticket_id <> $2 ORDER BY ticket_id LIMIT {OTHERS_MAX}");
        let others = self.db.fetch(sql, vec![text(into), text(id)]).await?;
        let mut others = others.iter().map(read).collect::<Result<Vec<Kept>>>()?;
        for Kept { moved: other, .. } in &mut others {
            handed_over(&mut moved.watchers, &mut other.watchers);
            handed_over(&mut moved.interactions, &mut other.interactions);
            handed_over(&mut moved.customers, &mut other.customers);
            handed_over(&mut moved.tags, &mut other.tags);
        }

        let mut from = Draft::new(merged.clone(), self.context(&merged).await?);
        from.row.state = restored(&merged.state, &moved.state, now);
        from.status_changed(who, now, "merge undone")?;
        self.settle_draft(who, now, &mut from).await?;
        let mut to = Draft::new(survivor.clone(), self.context(&survivor).await?);
        to.row.data.tags.retain(|tag| !moved.tags.added.contains(tag));
        to.row.data.tags.extend(moved.tags_dropped.iter().cloned());
        while to.row.data.tags.len() > TAGS_MAX {
            to.row.data.tags.pop_last();
        }
        let main_goes = survivor.data.customer_id.is_some_and(|main| moved.main.as_deref() == Some(main.to_string().as_str()));
        if main_goes {
            to.row.data.customer_id = None;
        }
        self.settle_draft(who, now, &mut to).await?;
        to.row.version = survivor.version + 1;
        to.row.updated_at = now;

        let mut tx = self.db.begin().await?;
        lock_parents(&mut tx).await?;
        lock(&mut tx, id, into).await?;
        let theirs = Links::of(&mut tx, into).await?;
        let stays = |customer: &&String| {
            let own_main = to.row.data.customer_id.is_some_and(|main| main.to_string() == **customer);
            own_main || !moved.customers.added.contains(*customer)
        };
        let customers: Vec<CustomerId> = ids(theirs.customers.iter().filter(stays))?;
        if main_goes {
            // Where others are linked, one of them is the main one.
            to.row.data.customer_id = customers.first().copied();
        }
        to.effects.customers = Some(customers);
        save_both(self, &mut tx, who, now, &from, &to).await?;
        let changed = self.children_back(&mut tx, who, now, id, into, &moved).await?;
        give_back(&mut tx, id, into, &moved).await?;
        for Kept { ticket, moved, .. } in &others {
            let sql = "UPDATE ticket_merge SET moved = $2 WHERE ticket_id = $1";
            tx.execute(sql, args![ticket.to_string(), as_json(moved)?]).await?;
        }
        tx.execute("DELETE FROM ticket_merge WHERE ticket_id = $1", vec![text(id)]).await?;
        tx.commit().await?;
        for changed in [id, into].into_iter().chain(changed) {
            self.changed(Kind::Ticket, changed);
        }
        Ok(from.row)
    }

    /// Puts the children back that still stand where the merge put them; says which.
    async fn children_back(&self, tx: &mut Tx, who: &Who, now: Utc, id: TicketId, into: TicketId, moved: &Moved) -> Result<Vec<TicketId>> {
        let above_merged = above(tx, id).await?;
        let mut back = Vec::new();
        let sources = moved.children.iter().map(|child| (*child, Some(into))).chain(moved.lifted.map(|lifted| (lifted, moved.lifted_to)));
        for (child, stands_below) in sources.collect::<Vec<_>>() {
            // Below itself, or too deep: then it stays.
            if child == id || above_merged.contains(&child) || above_merged.len() >= DEPTH_MAX {
                continue;
            }
            let done = match stands_below {
                Some(from) => self.set_parent(tx, who, now, child, from, Some(id)).await?,
                None => self.set_first_parent(tx, who, now, child, id).await?,
            };
            if done {
                back.push(child);
            }
        }
        Ok(back)
    }

    /// Puts a ticket that stands below none below another.
    async fn set_first_parent(&self, tx: &mut Tx, who: &Who, now: Utc, id: TicketId, parent: TicketId) -> Result<bool> {
        let sql = "UPDATE ticket SET parent_id = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND parent_id IS NULL";
        if tx.execute(sql, args![id.to_string(), parent.to_string(), now]).await? == 0 {
            return Ok(false);
        }
        self.audit_parent(tx, who, now, id, None, Some(parent)).await?;
        Ok(true)
    }
}

/// Watchers and interactions.
async fn give_back(tx: &mut Tx, id: TicketId, into: TicketId, moved: &Moved) -> Result<()> {
    let (id, into) = (id.to_string(), into.to_string());
    for watcher in &moved.watchers.had {
        // Who was deleted since watches nothing.
        let sql = "INSERT INTO ticket_watcher (ticket_id, user_id) SELECT CAST($1 AS TEXT), u.id FROM app_user u WHERE u.id = $2 \
                   ON CONFLICT (ticket_id, user_id) DO NOTHING";
        tx.execute(sql, args![id.as_str(), watcher.as_str()]).await?;
    }
    for interaction in &moved.interactions.had {
        let linked_at = moved.linked_at.get(interaction).copied().unwrap_or(0);
        let sql = "INSERT INTO ticket_interaction (ticket_id, interaction_id, linked_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (ticket_id, interaction_id) DO NOTHING";
        tx.execute(sql, args![id.as_str(), interaction.as_str(), linked_at]).await?;
    }
    for (table, column, given) in
        [("ticket_watcher", "user_id", &moved.watchers), ("ticket_interaction", "interaction_id", &moved.interactions)]
    {
        for chunk in given.added.iter().cloned().collect::<Vec<_>>().chunks(512) {
            let (list, mut values) = listed(2, chunk);
            values.insert(0, crate::db::Value::from(into.as_str()));
            tx.execute(format!("DELETE FROM {table} WHERE ticket_id = $1 AND {column} IN ({list})"), values).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(had: &[&str], added: &[&str]) -> Given {
        let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Given { had: all(had), added: all(added) }
    }

    #[test]
    fn what_two_merges_brought_stays_until_the_second_is_undone() {
        let (mut first, mut second) = (given(&["a", "b", "c"], &["a", "b"]), given(&["b", "d"], &["d"]));
        handed_over(&mut first, &mut second);
        assert_eq!((first, second), (given(&["a", "b", "c"], &["a"]), given(&["b", "d"], &["b", "d"])));
    }

    #[test]
    fn the_state_of_before_comes_back_and_what_was_written_since_stays() {
        let mut before = TicketState::new(7, Utc(1), false, None);
        before.reopened_count = 2;
        before.responded_at = Some(Utc(2));
        let mut now = before.clone();
        crate::tickets::status::put(&mut now, crate::model::TicketStatus::Closed, Utc(5));
        now.merged_into = Some(TicketId(uuid::Uuid::from_u128(9)));
        now.satisfaction = Some(4);
        let back = restored(&now, &before, Utc(8));
        assert_eq!(back, TicketState { status_at: Utc(8), satisfaction: Some(4), ..before });
    }
}
