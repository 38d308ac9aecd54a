//! "Who is this": everything the agent's screen shows of the customers a number belongs to, in one round trip. Chooses nobody.

use crate::customers::contact_kind;
use crate::db::{Row, args};
use crate::error::{Result, StoreError};
use crate::model::{Contact, CustomerKind, OpenItemId, OpenItemKind};
use crate::store::Store;
use cti_types::{AgentId, ContactPointId, CustomerId, InteractionId, Number, QueueId, Utc, WrapUpCodeId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Customers shown for one number; a number more of them share shows the likeliest.
pub const CARDS_MAX: usize = 10;
/// Interactions on a card.
pub const RECENT_MAX: usize = 5;
/// Open items on a card.
pub const OPEN_ITEMS_MAX: usize = 20;

/// One customer as the agent sees them when their call comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    #[schema(value_type = Uuid)]
    pub customer: CustomerId,
    pub kind: CustomerKind,
    pub name: String,
    pub tier: String,
    pub language: Option<String>,
    pub notes: String,
    pub contacts: Vec<Contact>,
    /// The last ones, the latest first.
    pub recent: Vec<CardInteraction>,
    /// What is open, the most urgent first.
    pub open_items: Vec<CardItem>,
}

/// One of the last interactions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardInteraction {
    #[schema(value_type = Uuid)]
    pub id: InteractionId,
    /// When it opened.
    #[schema(value_type = i64)]
    pub at: Utc,
    #[schema(value_type = Option<Uuid>)]
    pub queue_id: Option<QueueId>,
    /// Its name now; none when it was deleted.
    pub queue: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub agent_id: Option<AgentId>,
    pub agent: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub wrap_up_code_id: Option<WrapUpCodeId>,
    pub wrap_up_code: Option<String>,
    pub close_reason: Option<String>,
    /// From opening to closing; none while it is open.
    pub duration_ms: Option<i64>,
}

/// Something open with the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardItem {
    #[schema(value_type = Uuid)]
    pub id: OpenItemId,
    pub kind: OpenItemKind,
    pub title: String,
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
}

// Four kinds of rows with the same columns, so that one statement, portable to both databases, brings the whole card:
// part, customer, six texts, four ids, four numbers. `since` of a hit is when its fifth last interaction opened, so that a customer with
// thousands of them costs a range of five in the index.
macro_rules! cards_of {
    ($hit:literal) => {
        concat!(
            "WITH hit AS (",
            $hit,
            ")
SELECT 'customer' AS part, h.cid AS cid, c.kind AS t1, c.name AS t2, c.tier AS t3, c.language AS t4, c.notes AS t5,
  CAST(NULL AS TEXT) AS i1, CAST(NULL AS TEXT) AS i2, CAST(NULL AS TEXT) AS i3, CAST(NULL AS TEXT) AS i4,
  h.last AS n1, h.pref AS n2, CAST(NULL AS BIGINT) AS n3
  FROM hit h JOIN customer c ON c.id = h.cid
UNION ALL
SELECT 'contact', h.cid, p.kind, p.value, p.raw, cc.label, CAST(NULL AS TEXT), p.id, CAST(NULL AS TEXT), CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), cc.preferred, cc.valid, cc.sort
  FROM hit h JOIN customer_contact_point cc ON cc.customer_id = h.cid JOIN contact_point p ON p.id = cc.contact_point_id
UNION ALL
SELECT 'interaction', h.cid, q.name, u.name, w.name, i.close_reason, CAST(NULL AS TEXT), i.id, i.queue_id, i.agent_id,
  i.wrap_up_code_id, i.opened_at, i.closed_at, CAST(NULL AS BIGINT)
  FROM hit h JOIN interaction_customer ic ON ic.customer_id = h.cid AND ic.opened_at >= h.since
  JOIN interaction i ON i.id = ic.interaction_id LEFT JOIN queue q ON q.id = i.queue_id
  LEFT JOIN app_user u ON u.id = i.agent_id LEFT JOIN wrap_up_code w ON w.id = i.wrap_up_code_id
UNION ALL
SELECT 'item', h.cid, o.kind, o.title, CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.id, CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), o.due_at, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
  FROM hit h JOIN open_item o ON o.customer_id = h.cid AND o.state = 'open'"
        )
    };
}

/// Those who have the number `$1`.
const BY_NUMBER: &str = cards_of!(
    "
  SELECT cc.customer_id AS cid, cc.preferred AS pref,
    (SELECT MAX(x.opened_at) FROM interaction_customer x WHERE x.customer_id = cc.customer_id) AS last,
    COALESCE((SELECT y.opened_at FROM interaction_customer y WHERE y.customer_id = cc.customer_id
      ORDER BY y.opened_at DESC LIMIT 1 OFFSET 4), 0) AS since
  FROM contact_point p JOIN customer_contact_point cc ON cc.contact_point_id = p.id
  WHERE p.kind = 'phone' AND p.value = $1 AND cc.valid = 1
  ORDER BY cc.preferred DESC, cc.customer_id LIMIT 50
"
);

/// The one whose id is `$1`.
const BY_ID: &str = cards_of!(
    "
  SELECT c0.id AS cid, CAST(0 AS BIGINT) AS pref, CAST(NULL AS BIGINT) AS last,
    COALESCE((SELECT y.opened_at FROM interaction_customer y WHERE y.customer_id = c0.id
      ORDER BY y.opened_at DESC LIMIT 1 OFFSET 4), 0) AS since
  FROM customer c0 WHERE c0.id = $1
"
);

/// A card being put together, with what orders it.
#[derive(Default)]
struct Draft {
    card: Option<Card>,
    last: Option<i64>,
    preferred: bool,
    contacts: Vec<(i64, Contact)>,
    recent: Vec<CardInteraction>,
    items: Vec<CardItem>,
}

impl Store {
    /// The customers this number belongs to, the likeliest first: who was in contact last, then whose preferred number it is. Empty for an
    /// anonymous caller and for a number nobody has.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn who_is(&self, number: &Number) -> Result<Vec<Card>> {
        let Some(number) = number.as_str() else { return Ok(Vec::new()) };
        let rows = self.db.fetch(BY_NUMBER, args![number]).await?;
        let mut drafts: BTreeMap<CustomerId, Draft> = BTreeMap::new();
        for row in &rows {
            let draft = drafts.entry(row.id(1)?).or_default();
            match row.text(0)? {
                "customer" => read_customer(row, draft)?,
                "contact" => draft.contacts.push(read_contact(row)?),
                "interaction" => draft.recent.push(read_interaction(row)?),
                _ => draft.items.push(read_item(row)?),
            }
        }
        let mut drafts: Vec<Draft> = drafts.into_values().filter(|draft| draft.card.is_some()).collect();
        // Stable: customers nothing tells apart stay in the order they were made.
        drafts.sort_by_key(|draft| std::cmp::Reverse((draft.last, draft.preferred)));
        drafts.truncate(CARDS_MAX);
        Ok(drafts.into_iter().filter_map(finish).collect())
    }

    /// The card of one customer, for an agent who looks them up; `None` when there is no such customer.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn card(&self, customer: CustomerId) -> Result<Option<Card>> {
        let rows = self.db.fetch(BY_ID, args![customer.to_string()]).await?;
        let mut draft = Draft::default();
        for row in &rows {
            match row.text(0)? {
                "customer" => read_customer(row, &mut draft)?,
                "contact" => draft.contacts.push(read_contact(row)?),
                "interaction" => draft.recent.push(read_interaction(row)?),
                _ => draft.items.push(read_item(row)?),
            }
        }
        Ok(finish(draft))
    }
}

fn finish(mut draft: Draft) -> Option<Card> {
    let mut card = draft.card?;
    draft.contacts.sort_by_key(|(sort, contact)| (*sort, contact.id));
    card.contacts = draft.contacts.into_iter().map(|(_, contact)| contact).collect();
    draft.recent.sort_by_key(|interaction| std::cmp::Reverse((interaction.at, interaction.id)));
    draft.recent.truncate(RECENT_MAX);
    card.recent = draft.recent;
    draft.items.sort_by_key(|item| (item.due_at.map_or(i64::MAX, |due| due.0), item.id));
    draft.items.truncate(OPEN_ITEMS_MAX);
    card.open_items = draft.items;
    Some(card)
}

fn read_customer(row: &Row, draft: &mut Draft) -> Result<()> {
    let kind = match row.text(2)? {
        "person" => CustomerKind::Person,
        "company" => CustomerKind::Company,
        other => return Err(StoreError::corrupt(format!("a customer is of kind {other}"))),
    };
    draft.last = row.opt_int(11);
    draft.preferred = row.opt_int(12) == Some(1);
    draft.card = Some(Card {
        customer: row.id(1)?,
        kind,
        name: row.text(3)?.to_owned(),
        tier: row.text(4)?.to_owned(),
        language: row.opt_text(5).map(ToOwned::to_owned),
        notes: row.opt_text(6).unwrap_or_default().to_owned(),
        contacts: Vec::new(),
        recent: Vec::new(),
        open_items: Vec::new(),
    });
    Ok(())
}

fn read_contact(row: &Row) -> Result<(i64, Contact)> {
    let contact = Contact {
        id: row.id::<ContactPointId>(7)?,
        kind: contact_kind(row.text(2)?)?,
        value: row.text(3)?.to_owned(),
        raw: row.text(4)?.to_owned(),
        label: row.text(5)?.to_owned(),
        preferred: row.int(11)? != 0,
        valid: row.int(12)? != 0,
    };
    Ok((row.int(13)?, contact))
}

fn read_interaction(row: &Row) -> Result<CardInteraction> {
    let owned = |at: usize| row.opt_text(at).map(ToOwned::to_owned);
    let opened = row.int(11)?;
    Ok(CardInteraction {
        id: row.id(7)?,
        at: Utc(opened),
        queue_id: row.opt_id(8)?,
        queue: owned(2),
        agent_id: row.opt_id(9)?,
        agent: owned(3),
        wrap_up_code_id: row.opt_id(10)?,
        wrap_up_code: owned(4),
        close_reason: owned(5),
        duration_ms: row.opt_int(12).map(|closed| (closed - opened) / 1000),
    })
}

fn read_item(row: &Row) -> Result<CardItem> {
    let kind = match row.text(2)? {
        "ticket" => OpenItemKind::Ticket,
        "order" => OpenItemKind::Order,
        "callback" => OpenItemKind::Callback,
        other => return Err(StoreError::corrupt(format!("an open item is of kind {other}"))),
    };
    Ok(CardItem { id: row.id(7)?, kind, title: row.text(3)?.to_owned(), due_at: row.opt_int(11).map(Utc) })
}
