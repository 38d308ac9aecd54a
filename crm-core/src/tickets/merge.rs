//! Two tickets about one thing become one: the survivor gets children, watchers, interactions, tags and customers of the other, which is
//! closed and points to it. What was said of it stays where it was said. What moved is noted, so that it can be undone (`unmerge`).

use super::create::DEPTH_MAX;
use super::save::{Draft, put_status};
use super::{WORD, invalid};
use crate::audit::{Action, write_audit};
use crate::db::{Row, Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{Kind, TAGS_MAX, TicketId, TicketRow, TicketState, TicketStatus, Who};
use crate::store::Store;
use cti_types::Utc;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Most children one merge moves; one with more is refused.
const CHILDREN_MAX: usize = 1_000;

// What moves with one statement each; `$1` is the ticket merged, `$2` the survivor.
const WATCHERS: &str = "INSERT INTO ticket_watcher (ticket_id, user_id) SELECT CAST($2 AS TEXT), user_id FROM ticket_watcher \
     WHERE ticket_id = $1 ON CONFLICT (ticket_id, user_id) DO NOTHING";
const INTERACTIONS: &str = "INSERT INTO ticket_interaction (ticket_id, interaction_id, linked_at) \
     SELECT CAST($2 AS TEXT), interaction_id, linked_at FROM ticket_interaction WHERE ticket_id = $1 \
     ON CONFLICT (ticket_id, interaction_id) DO NOTHING";
const WATCHERS_GO: &str = "DELETE FROM ticket_watcher WHERE ticket_id = $1";
const INTERACTIONS_GO: &str = "DELETE FROM ticket_interaction WHERE ticket_id = $1";

/// What one ticket had of something, and what of it the survivor has only by the merge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) had: BTreeSet<String>,
    pub(super) added: BTreeSet<String>,
}

impl Given {
    fn new<'a>(had: impl IntoIterator<Item = &'a String>, theirs: &BTreeSet<String>) -> Given {
        let had: BTreeSet<String> = had.into_iter().cloned().collect();
        Given { added: had.difference(theirs).cloned().collect(), had }
    }
}

/// What a merge did, as it is kept until it is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Moved {
    /// How the merged ticket stood.
    pub(super) state: TicketState,
    /// The survivor had no main customer and has this one by the merge.
    pub(super) main: Option<String>,
    /// Who stood below the merged ticket and, as the survivor stands below it too, came to stand beside it.
    pub(super) lifted: Option<TicketId>,
    /// What they stand below since then.
    pub(super) lifted_to: Option<TicketId>,
    pub(super) children: Vec<TicketId>,
    pub(super) watchers: Given,
    pub(super) interactions: Given,
    /// When each was linked.
    pub(super) linked_at: BTreeMap<String, i64>,
    pub(super) customers: Given,
    pub(super) tags: Given,
    /// The survivor's own tags for which there was no room.
    pub(super) tags_dropped: BTreeSet<String>,
}

impl Store {
    /// Merges a ticket into another. Gives the survivor.
    ///
    /// # Errors
    /// `Invalid` when they are the same, one was merged already, or tickets would stand too deep; `VersionConflict`, `NotFound`, `Unavailable`.
    pub async fn merge_ticket(&self, who: &Who, now: Utc, id: TicketId, version: i64, into: TicketId) -> Result<TicketRow> {
        if id == into {
            return Err(invalid("into", "choose another ticket"));
        }
        let merged = self.ticket(id).await?;
        if merged.version != version {
            return Err(StoreError::VersionConflict { resource: WORD, current: merged.version });
        }
        if merged.state.merged_into.is_some() {
            return Err(invalid("into", "it was merged already"));
        }
        let survivor = match self.ticket(into).await {
            Err(StoreError::NotFound { .. }) => return Err(invalid("into", "choose a ticket that exists")),
            found => found?,
        };
        if survivor.state.merged_into.is_some() {
            return Err(invalid("into", "choose the ticket that this one was merged into"));
        }
        let mut from = Draft::new(merged.clone(), self.context(&merged).await?);
        let number = survivor.state.number;
        if from.row.state.status == TicketStatus::Closed {
            from.status_changed(who, now, &format!("merged into {number}"))?;
        } else {
            put_status(&mut from, who, now, TicketStatus::Closed, &format!("merged into {number}"))?;
        }
        from.row.state.merged_into = Some(into);
        self.settle_draft(who, now, &mut from).await?;

        let mut to = Draft::new(survivor.clone(), self.context(&survivor).await?);
        to.row.data.customer_id = survivor.data.customer_id.or(merged.data.customer_id);
        to.row.data.tags.extend(merged.data.tags.iter().cloned());
        while to.row.data.tags.len() > TAGS_MAX {
            to.row.data.tags.pop_last();
        }
        let below = survivor.data.parent_id == Some(id);
        if below {
            to.row.data.parent_id = merged.data.parent_id;
        }
        self.settle_draft(who, now, &mut to).await?;
        // Even where nothing of its own has changed, more hangs on it now.
        to.row.version = survivor.version + 1;
        to.row.updated_at = now;

        let mut tx = self.db.begin().await?;
        lock_parents(&mut tx).await?;
        lock(&mut tx, id, into).await?;
        let above = above(&mut tx, into).await?;
        let lifted =
            above.iter().position(|one| *one == id).map(|at| if at == 0 { into } else { above.get(at - 1).copied().unwrap_or(into) });
        let mut children = children_in(&mut tx, id).await?;
        children.retain(|child| Some(*child) != lifted);
        let depth = if lifted.is_some() { above.len() - 1 } else { above.len() };
        if depth + height(&mut tx, id, lifted).await? > DEPTH_MAX {
            return Err(invalid(
                "into",
                format!("leave at most {DEPTH_MAX} tickets above one another; what stands below this one would be deeper"),
            ));
        }
        let (own, theirs) = (Links::of(&mut tx, id).await?, Links::of(&mut tx, into).await?);
        let tags_after = to.row.data.tags.clone();
        let mut tags = Given::new(&merged.data.tags, &survivor.data.tags);
        tags.added.retain(|tag| tags_after.contains(tag));
        let moved = Moved {
            state: merged.state.clone(),
            main: to.row.data.customer_id.filter(|_| survivor.data.customer_id.is_none()).map(|customer| customer.to_string()),
            lifted,
            lifted_to: merged.data.parent_id,
            children: children.clone(),
            watchers: Given::new(&own.watchers, &theirs.watchers),
            interactions: Given::new(own.interactions.keys(), &theirs.interactions.keys().cloned().collect()),
            linked_at: own.interactions.clone(),
            customers: Given::new(&own.customers, &theirs.customers),
            tags,
            tags_dropped: survivor.data.tags.difference(&tags_after).cloned().collect(),
        };
        // The other keeps its customers besides: their data stands in it.
        to.effects.customers = Some(ids(own.customers.union(&theirs.customers))?);
        save_both(self, &mut tx, who, now, &from, &to).await?;
        for child in &children {
            self.set_parent(&mut tx, who, now, *child, id, Some(into)).await?;
        }
        // The survivor's own parent was part of its draft.
        let beside = lifted.filter(|lifted| *lifted != into);
        if let Some(lifted) = beside {
            self.set_parent(&mut tx, who, now, lifted, id, merged.data.parent_id).await?;
        }
        let both = || args![id.to_string(), into.to_string()];
        tx.execute(WATCHERS, both()).await?;
        tx.execute(INTERACTIONS, both()).await?;
        tx.execute(WATCHERS_GO, vec![text(id)]).await?;
        tx.execute(INTERACTIONS_GO, vec![text(id)]).await?;
        let sql = "INSERT INTO ticket_merge (ticket_id, into_id, at, user_id, moved) VALUES ($1, $2, $3, $4, $5)";
        let by = who.user.map(|user| user.to_string());
        tx.execute_on("ticket_merge", sql, args![id.to_string(), into.to_string(), now, by, as_json(&moved)?]).await?;
        tx.commit().await?;
        for changed in [id, into].into_iter().chain(children).chain(beside) {
            self.changed(Kind::Ticket, changed);
        }
        Ok(to.row)
    }

    /// Puts a ticket that stands below `from` below another, or below none.
    pub(super) async fn set_parent(
        &self,
        tx: &mut Tx,
        who: &Who,
        now: Utc,
        id: TicketId,
        from: TicketId,
        parent: Option<TicketId>,
    ) -> Result<bool> {
        let sql = "UPDATE ticket SET parent_id = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND parent_id = $4";
        let values = args![id.to_string(), parent.map(|parent| parent.to_string()), now, from.to_string()];
        if tx.execute(sql, values).await? == 0 {
            return Ok(false);
        }
        self.audit_parent(tx, who, now, id, Some(from), parent).await?;
        Ok(true)
    }

    pub(super) async fn audit_parent(
        &self,
        tx: &mut Tx,
        who: &Who,
        now: Utc,
        id: TicketId,
        before: Option<TicketId>,
        after: Option<TicketId>,
    ) -> Result<()> {
        let (before, after) = (Some(json!({ "parent_id": before })), Some(json!({ "parent_id": after })));
        write_audit(self, tx, who, now, Action::Update, WORD, &id.to_string(), before, after).await
    }
}

/// What hangs on a ticket by its id.
pub(super) struct Links {
    pub(super) watchers: BTreeSet<String>,
    /// With when each was linked.
    pub(super) interactions: BTreeMap<String, i64>,
    pub(super) customers: BTreeSet<String>,
}

impl Links {
    pub(super) async fn of(tx: &mut Tx, id: TicketId) -> Result<Links> {
        let interactions =
            tx.fetch("SELECT interaction_id, linked_at FROM ticket_interaction WHERE ticket_id = $1", vec![text(id)]).await?;
        let linked = |row: &Row| Ok((row.text(0)?.to_owned(), row.int(1)?));
        Ok(Links {
            watchers: texts(tx, "SELECT user_id FROM ticket_watcher WHERE ticket_id = $1", id).await?,
            interactions: interactions.iter().map(linked).collect::<Result<_>>()?,
            customers: texts(tx, "SELECT customer_id FROM ticket_customer WHERE ticket_id = $1", id).await?,
        })
    }
}

async fn texts(tx: &mut Tx, sql: &'static str, id: TicketId) -> Result<BTreeSet<String>> {
    tx.fetch(sql, vec![text(id)]).await?.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
}

/// Texts that were ids when they were read.
pub(super) fn ids<'a, T: std::str::FromStr>(texts: impl IntoIterator<Item = &'a String>) -> Result<Vec<T>> {
    let parsed = |text: &String| text.parse().map_err(|_| StoreError::corrupt("an id that is none hangs on a ticket"));
    texts.into_iter().map(parsed).collect()
}

pub(super) fn as_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt_from("what a merge of tickets moved, as JSON", error))
}

/// Whoever changes which ticket stands below which goes one after the other: two who each do not see the other's change could close a circle.
pub(super) async fn lock_parents(tx: &mut Tx) -> Result<()> {
    tx.execute("UPDATE ticket_counter SET value = value + 1 WHERE name = 'parents'", Vec::new()).await.map(drop)
}

/// In the order of their ids, so that two mergers never wait for each other.
pub(super) async fn lock(tx: &mut Tx, a: TicketId, b: TicketId) -> Result<()> {
    for id in [a.min(b), a.max(b)] {
        tx.execute("UPDATE ticket SET version = version WHERE id = $1", vec![text(id)]).await?;
    }
    Ok(())
}

pub(super) async fn save_both(store: &Store, tx: &mut Tx, who: &Who, now: Utc, a: &Draft, b: &Draft) -> Result<()> {
    let (first, second) = if a.row.id < b.row.id { (a, b) } else { (b, a) };
    store.save_ticket_in(tx, who, now, first).await?;
    store.save_ticket_in(tx, who, now, second).await
}

/// What stands above a ticket, the nearest first.
pub(super) async fn above(tx: &mut Tx, id: TicketId) -> Result<Vec<TicketId>> {
    let (mut found, mut at) = (Vec::new(), id);
    // A chain made before this bound was, or a circle, ends here.
    while found.len() <= 2 * DEPTH_MAX {
        let rows = tx.fetch("SELECT parent_id FROM ticket WHERE id = $1", vec![text(at)]).await?;
        let Some(parent) = rows.first().map(|row| row.opt_id(0)).transpose()?.flatten() else { break };
        found.push(parent);
        at = parent;
    }
    Ok(found)
}

/// Whether a ticket may stand below another: judged when it is written, as somebody else may have moved that one meanwhile.
pub(super) async fn check_circle(tx: &mut Tx, id: TicketId, parent: Option<TicketId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    if parent == id || above(tx, parent).await?.contains(&id) {
        return Err(invalid("parent_id", "choose another: this one stands below it"));
    }
    Ok(())
}

async fn children_in(tx: &mut Tx, id: TicketId) -> Result<Vec<TicketId>> {
    let sql = format!("SELECT id FROM ticket WHERE parent_id = $1 ORDER BY id LIMIT {}", CHILDREN_MAX + 1);
    let children = tx.fetch(sql, vec![text(id)]).await?.iter().map(|row| row.id(0)).collect::<Result<Vec<TicketId>>>()?;
    if children.len() > CHILDREN_MAX {
        return Err(invalid("into", format!("it has more than {CHILDREN_MAX} tickets below it; part them first")));
    }
    Ok(children)
}

/// How many levels stand below a ticket, without those below `except`; no more are counted than there may be.
async fn height(tx: &mut Tx, id: TicketId, except: Option<TicketId>) -> Result<usize> {
    let sql = format!(
        "WITH RECURSIVE below(id, level) AS (SELECT t.id, CAST(1 AS BIGINT) FROM ticket t WHERE t.parent_id = $1 AND t.id <> $2 \
         UNION ALL SELECT c.id, b.level + 1 FROM ticket c JOIN below b ON c.parent_id = b.id WHERE b.level <= {DEPTH_MAX}) \
         SELECT MAX(level) FROM below"
    );
    let rows = tx.fetch(sql, args![id.to_string(), except.map(|id| id.to_string()).unwrap_or_default()]).await?;
    Ok(rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) as usize)
}
