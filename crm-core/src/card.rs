//! "Who is this": everything the agent's screen shows of the customers a number belongs to, in one round trip. Chooses nobody.
//!
//! The number as it stands is looked for first. Only when nobody has it, a second statement looks for numbers with the same last digits
//! (national forms, another country's prefix) and for companies the caller may be an extension of. Such candidates are told as what they
//! are ([`Matched`]) and identify nobody: a screen shows them, no flow tells them anything.
//!
//! Cards are read whole, and by whom they may be seen with them ([`Reach`]); [`Card::for_viewer`] leaves of others' customers that there is a
//! record, and nothing else.

mod field;
mod statement;

use crate::activity::Activity;
use crate::customers::{contact_kind, read_detail};
use crate::db::{Row, args};
use crate::error::{Result, StoreError};
use crate::model::{
    Contact, ContactChannel, ContractId, CustomerKind, DeliveryState, Entitlement, FormulaId, OpenItemKind, OrderId, OrderState,
    RelationKind, RelationWord, Visibility,
};
use crate::orders::Amount;
use crate::partial::{MAIN_NUMBERS, fit, main_numbers, tail};
use crate::store::Store;
use crate::values::from_milli;
use crate::viewer::{Reach, Viewer};
use cti_types::{AgentId, ContactPointId, CustomerId, InteractionId, Number, QueueId, Utc, WrapUpCodeId};
use field::Defined;
use serde::{Deserialize, Serialize};
use statement::{BY_ID, BY_NUMBER, BY_PART};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

pub use crate::partial::{Likelier, Matched};
pub use field::CardField;

/// Customers shown for one number; a number more of them share shows the likeliest.
pub const CARDS_MAX: usize = 10;
/// Interactions on a card.
pub const RECENT_MAX: usize = 5;
/// Open items on a card.
pub const OPEN_ITEMS_MAX: usize = 20;
/// Related customers on a card.
pub const RELATED_MAX: usize = 10;
/// Orders on a card: the last five, and open ones before them.
pub const ORDERS_MAX: usize = 10;
/// Contracts on a card.
pub const CONTRACTS_MAX: usize = 10;

/// One customer as the agent sees them when their call comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Card {
    #[schema(value_type = Uuid)]
    pub customer: CustomerId,
    /// The reader may not see this customer: there is a record, and all else here is empty.
    #[serde(default)]
    pub hidden: bool,
    #[serde(default)]
    pub matched: Matched,
    /// Why this one stands before the next; none for the last.
    #[serde(default)]
    pub likelier: Option<Likelier>,
    pub kind: CustomerKind,
    pub name: String,
    pub tier: String,
    /// `YYYY-MM-DD`, or `--MM-DD` where the year is not known.
    #[serde(default)]
    pub birthday: Option<String>,
    pub language: Option<String>,
    /// Further languages they understand.
    #[serde(default)]
    pub languages: Vec<String>,
    pub notes: String,
    /// Of the fields defined at run time those that stand on the card and have a value.
    #[serde(default)]
    pub fields: Vec<CardField>,
    #[serde(default)]
    pub activity: Activity,
    pub contacts: Vec<Contact>,
    /// Whom they work for, live with, belong to.
    #[serde(default)]
    pub related: Vec<CardRelated>,
    /// What formulas gave when they were last computed: lifetime value, churn signal.
    #[serde(default)]
    pub values: Vec<CardValue>,
    /// Channels they do not want to be contacted on.
    #[serde(default)]
    pub do_not_contact: Vec<ContactChannel>,
    /// The last ones, the latest first.
    pub recent: Vec<CardInteraction>,
    /// What is open, the most urgent first.
    pub open_items: Vec<CardItem>,
    /// The last five orders and open ones before them, the latest first.
    pub orders: Vec<CardOrder>,
    /// What is still to be paid, for each currency.
    pub due: Vec<Amount>,
    /// Active contracts, the first to end first.
    pub contracts: Vec<CardContract>,
    /// The end of the warranty that lasts longest, of all they own.
    #[schema(value_type = Option<i64>)]
    pub warranty_until: Option<Utc>,
    #[serde(skip)]
    pub reach: Reach,
}

impl Card {
    /// The card as this viewer may see it.
    #[must_use]
    pub fn for_viewer(self, viewer: &Viewer) -> Card {
        if !self.reach.admits(viewer) {
            return Card {
                customer: self.customer,
                hidden: true,
                matched: self.matched,
                likelier: self.likelier,
                kind: CustomerKind::Person,
                name: String::new(),
                tier: String::new(),
                birthday: None,
                fields: Vec::new(),
                language: None,
                languages: Vec::new(),
                notes: String::new(),
                activity: Activity::default(),
                contacts: Vec::new(),
                related: Vec::new(),
                values: Vec::new(),
                do_not_contact: Vec::new(),
                recent: Vec::new(),
                open_items: Vec::new(),
                orders: Vec::new(),
                due: Vec::new(),
                contracts: Vec::new(),
                warranty_until: None,
                reach: self.reach,
            };
        }
        let related = self.related.into_iter().map(|one| one.for_viewer(viewer)).collect();
        let mut open_items = self.open_items;
        open_items.retain(|item| item.other.as_ref().is_none_or(|other| other.admits(viewer)));
        let fields = self.fields.into_iter().filter(|field| field.is_seen_by(viewer)).collect();
        Card { fields, related, open_items, ..self }
    }
}

/// Somebody a customer belongs together with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardRelated {
    #[schema(value_type = Uuid)]
    pub customer: CustomerId,
    /// What they are to the customer.
    pub relation: RelationWord,
    /// None when the reader may not see them.
    pub name: Option<String>,
    pub tier: Option<String>,
    pub note: String,
    #[serde(skip)]
    pub reach: Reach,
}

impl CardRelated {
    fn for_viewer(self, viewer: &Viewer) -> CardRelated {
        if self.reach.admits(viewer) { self } else { CardRelated { name: None, tier: None, note: String::new(), ..self } }
    }
}

/// What a formula gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardValue {
    #[schema(value_type = Uuid)]
    pub formula: FormulaId,
    /// `lifetime_value`, `churn`.
    pub name: String,
    pub unit: String,
    pub value: Option<f64>,
    #[schema(value_type = i64)]
    pub computed_at: Utc,
}

/// One of a customer's orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardOrder {
    #[schema(value_type = Uuid)]
    pub id: OrderId,
    pub number: String,
    pub state: OrderState,
    #[schema(value_type = i64)]
    pub placed_at: Utc,
    /// ISO 4217; the amounts are in its minor units.
    pub currency: String,
    pub total_minor: i64,
    pub due_minor: i64,
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    pub delivery: DeliveryState,
    #[schema(value_type = Option<i64>)]
    pub delivery_at: Option<Utc>,
    pub tracking: Option<String>,
}

/// One of a customer's active contracts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardContract {
    #[schema(value_type = Uuid)]
    pub id: ContractId,
    pub number: String,
    pub kind: String,
    #[schema(value_type = i64)]
    pub starts_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Utc>,
    pub entitlements: Vec<Entitlement>,
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

/// Which row an open item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemRecord {
    #[default]
    OpenItem,
    Ticket,
    Order,
    Callback,
}

/// Something open with the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CardItem {
    /// Of the row that `record` says.
    pub id: Uuid,
    #[serde(default)]
    pub record: ItemRecord,
    pub kind: OpenItemKind,
    pub title: String,
    #[schema(value_type = Option<i64>)]
    pub due_at: Option<Utc>,
    /// Of another customer it is about as well: a ticket's main one beside whom to speak with.
    #[serde(skip)]
    pub other: Option<Reach>,
}

impl CardItem {
    fn of_order(order: &CardOrder) -> CardItem {
        let due_at = order.delivery_at.or(order.due_at);
        CardItem { id: order.id.0, record: ItemRecord::Order, kind: OpenItemKind::Order, title: order.number.clone(), due_at, other: None }
    }
}

/// A card being put together, with what orders it.
#[derive(Default)]
struct Draft {
    card: Option<Card>,
    preferred: bool,
    contacts: Vec<(i64, Contact)>,
    related: Vec<(i64, CardRelated)>,
    values: Vec<(i64, CardValue)>,
    denied: Vec<ContactChannel>,
    users: Vec<cti_types::UserId>,
    teams: Vec<cti_types::TeamId>,
    recent: Vec<CardInteraction>,
    items: Vec<CardItem>,
    orders: Vec<CardOrder>,
    due: Vec<Amount>,
    contracts: Vec<CardContract>,
    warranty_until: Option<Utc>,
    birthday: Option<String>,
    /// Values of fields defined at run time.
    values_of: crate::fields::Fields,
}

impl Draft {
    fn take(&mut self, row: &Row) -> Result<()> {
        match row.text(0)? {
            "customer" => read_customer(row, self)?,
            "more" => {
                self.birthday = row.opt_text(2).map(ToOwned::to_owned);
                self.values_of = serde_json::from_str(row.text(3)?).map_err(|e| StoreError::corrupt_from("a customer's fields", e))?;
            }
            "contact" => self.contacts.push(read_contact(row)?),
            "interaction" => self.recent.push(read_interaction(row)?),
            "share" if row.text(2)? == "user" => self.users.push(row.id(8)?),
            "share" => self.teams.push(row.id(8)?),
            "related" => self.related.push(read_related(row)?),
            "value" => self.values.push(read_value(row)?),
            "denied" => self.denied.extend(ContactChannel::from_word(row.text(2)?)),
            "order" => self.orders.push(read_order(row)?),
            "due" => self.due.push(Amount { currency: row.text(2)?.to_owned(), minor: row.int(12)? }),
            "contract" => self.contracts.push(read_contract(row)?),
            "warranty" => self.warranty_until = row.opt_int(12).map(Utc),
            _ => self.items.push(read_item(row)?),
        }
        Ok(())
    }
}

impl Store {
    /// The customers this number belongs to at this time, the likeliest first: whose number fits best, who was in contact last, then whose
    /// preferred number it is. When nobody has it, those it may belong to; [`Card::matched`] tells them apart. Empty for an anonymous
    /// caller and for a number nobody has or could have. For the program itself: what people see of it is [`Card::for_viewer`].
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn who_is(&self, now: Utc, number: &Number) -> Result<Vec<Card>> {
        let Some(text) = number.as_str() else { return Ok(Vec::new()) };
        let rows = self.db.fetch(BY_NUMBER.of(self.db.backend()), args![text, now]).await?;
        if !rows.is_empty() {
            return ranked(&rows, number);
        }
        let Some(tail) = tail(number) else { return Ok(Vec::new()) };
        let (from, to) = crate::crud::prefix_range(&tail);
        let mut values = args![from, to, now];
        let mut mains = main_numbers(number);
        mains.resize(MAIN_NUMBERS, String::new());
        values.extend(mains.into_iter().map(crate::db::Value::from));
        ranked(&self.db.fetch(BY_PART.of(self.db.backend()), values).await?, number)
    }

    /// The card of one customer, for an agent who looks them up; `None` when there is no such customer.
    ///
    /// # Errors
    /// `Unavailable`, `Corrupt`.
    pub async fn card(&self, customer: CustomerId) -> Result<Option<Card>> {
        let rows = self.db.fetch(BY_ID.of(self.db.backend()), args![customer.to_string()]).await?;
        let (mut draft, mut defined) = (Draft::default(), Vec::new());
        for row in &rows {
            match row.text(0)? {
                "defined" => defined.push(Defined::read(row)?),
                _ => draft.take(row)?,
            }
        }
        Ok(finish(draft, &defined).map(|(card, _)| card))
    }
}

/// The cards of a look-up, the likeliest first.
fn ranked(rows: &[Row], number: &Number) -> Result<Vec<Card>> {
    let mut drafts: BTreeMap<CustomerId, Draft> = BTreeMap::new();
    let mut defined = Vec::new();
    for row in rows {
        match row.text(0)? {
            "defined" => defined.push(Defined::read(row)?),
            _ => drafts.entry(row.id(1)?).or_default().take(row)?,
        }
    }
    let mut cards: Vec<(Card, bool)> = drafts.into_values().filter_map(|draft| finish(draft, &defined)).collect();
    for (card, _) in &mut cards {
        card.matched = fit(number, &card.contacts);
    }
    // Stable: customers nothing tells apart stay in the order they were made.
    cards.sort_by_key(|(card, preferred)| Reverse((card.matched.weight(), card.activity.last_contact_at, *preferred)));
    let reasons: Vec<Likelier> = cards.windows(2).filter_map(|pair| Some(likelier(pair.first()?, pair.last()?))).collect();
    for ((card, _), reason) in cards.iter_mut().zip(reasons) {
        card.likelier = Some(reason);
    }
    cards.truncate(CARDS_MAX);
    Ok(cards.into_iter().map(|(card, _)| card).collect())
}

/// What set the first before the second.
fn likelier((first, first_preferred): &(Card, bool), (second, second_preferred): &(Card, bool)) -> Likelier {
    if first.matched.weight() != second.matched.weight() {
        Likelier::Number
    } else if first.activity.last_contact_at != second.activity.last_contact_at {
        Likelier::LastContact
    } else if first_preferred != second_preferred {
        Likelier::PreferredNumber
    } else {
        Likelier::Earlier
    }
}

fn finish(mut draft: Draft, defined: &[Defined]) -> Option<(Card, bool)> {
    let mut card = draft.card?;
    card.birthday = draft.birthday;
    card.fields = field::shown(defined, &draft.values_of);
    draft.contacts.sort_by_key(|(sort, contact)| (*sort, contact.id));
    card.contacts = draft.contacts.into_iter().map(|(_, contact)| contact).collect();
    draft.related.sort_by_key(|(at, related)| (*at, related.customer));
    card.related = draft.related.into_iter().map(|(_, related)| related).take(RELATED_MAX).collect();
    draft.values.sort_by(|(a, first), (b, second)| (a, &first.name).cmp(&(b, &second.name)));
    card.values = draft.values.into_iter().map(|(_, value)| value).collect();
    draft.denied.sort_unstable();
    card.do_not_contact = draft.denied;
    (card.reach.users, card.reach.teams) = (draft.users, draft.teams);
    draft.recent.sort_by_key(|interaction| Reverse((interaction.at, interaction.id)));
    // One that two of the ids stand in comes twice.
    draft.recent.dedup_by_key(|interaction| interaction.id);
    draft.recent.truncate(RECENT_MAX);
    card.recent = draft.recent;
    draft.orders.sort_by_key(|order| Reverse((order.placed_at, order.id)));
    draft.orders.truncate(ORDERS_MAX);
    card.orders = draft.orders;
    draft.items.extend(card.orders.iter().filter(|order| order.state.is_open()).map(CardItem::of_order));
    draft.items.sort_by_key(|item| (item.due_at.map_or(i64::MAX, |due| due.0), item.id));
    // A ticket of which they are both the customer and the contact comes twice.
    draft.items.dedup_by_key(|item| item.id);
    draft.items.truncate(OPEN_ITEMS_MAX);
    card.open_items = draft.items;
    draft.due.sort_by(|a, b| a.currency.cmp(&b.currency));
    card.due = draft.due;
    draft.contracts.sort_by_key(|contract| (contract.ends_at.map_or(i64::MAX, |ends| ends.0), contract.id));
    draft.contracts.truncate(CONTRACTS_MAX);
    card.contracts = draft.contracts;
    card.warranty_until = draft.warranty_until;
    Some((card, draft.preferred))
}

fn visibility(word: Option<&str>) -> Result<Visibility> {
    word.and_then(Visibility::from_word).ok_or_else(|| StoreError::corrupt("a customer has no known visibility"))
}

fn read_customer(row: &Row, draft: &mut Draft) -> Result<()> {
    let kind = match row.text(2)? {
        "person" => CustomerKind::Person,
        "company" => CustomerKind::Company,
        other => return Err(StoreError::corrupt(format!("a customer is of kind {other}"))),
    };
    let time = |at: usize| row.opt_int(at).filter(|time| *time > 0).map(Utc);
    let languages = serde_json::from_str(row.opt_text(7).unwrap_or("[]"))
        .map_err(|error| StoreError::corrupt_from("a customer's languages cannot be read", error))?;
    draft.preferred = row.opt_int(13) == Some(1);
    draft.card = Some(Card {
        customer: row.id(1)?,
        hidden: false,
        matched: Matched::Asked,
        likelier: None,
        kind,
        name: row.text(3)?.to_owned(),
        tier: row.text(4)?.to_owned(),
        birthday: None,
        fields: Vec::new(),
        language: row.opt_text(5).map(ToOwned::to_owned),
        languages,
        notes: row.opt_text(6).unwrap_or_default().to_owned(),
        activity: Activity { last_contact_at: time(12), last_order_at: time(14), last_ticket_at: time(15) },
        contacts: Vec::new(),
        related: Vec::new(),
        values: Vec::new(),
        do_not_contact: Vec::new(),
        recent: Vec::new(),
        open_items: Vec::new(),
        orders: Vec::new(),
        due: Vec::new(),
        contracts: Vec::new(),
        warranty_until: None,
        reach: Reach {
            visibility: visibility(row.opt_text(11))?,
            owner: row.opt_id(8)?,
            owner_team: row.opt_id(9)?,
            team: row.opt_id(10)?,
            users: Vec::new(),
            teams: Vec::new(),
        },
    });
    Ok(())
}

fn read_contact(row: &Row) -> Result<(i64, Contact)> {
    let contact = Contact {
        id: row.id::<ContactPointId>(8)?,
        kind: contact_kind(row.text(2)?)?,
        value: row.text(3)?.to_owned(),
        raw: row.text(4)?.to_owned(),
        label: row.text(5)?.to_owned(),
        preferred: row.int(12)? != 0,
        valid: row.int(13)? != 0,
        valid_from: row.opt_int(15).map(Utc),
        valid_until: row.opt_int(16).map(Utc),
        address: read_detail(row.opt_text(6))?,
    };
    Ok((row.int(14)?, contact))
}

fn read_related(row: &Row) -> Result<(i64, CardRelated)> {
    let kind = RelationKind::from_word(row.text(2)?).ok_or_else(|| StoreError::corrupt("a relation is of no known kind"))?;
    let related = CardRelated {
        customer: row.id(7)?,
        relation: RelationWord::of(kind, row.int(12)? != 0),
        name: Some(row.text(3)?.to_owned()),
        tier: Some(row.text(4)?.to_owned()),
        note: row.text(6)?.to_owned(),
        reach: Reach {
            visibility: visibility(row.opt_text(5))?,
            owner: row.opt_id(8)?,
            owner_team: row.opt_id(9)?,
            team: row.opt_id(10)?,
            // Those it is shared with open it; the card does not ask for so much.
            users: Vec::new(),
            teams: Vec::new(),
        },
    };
    Ok((row.int(13)?, related))
}

fn read_value(row: &Row) -> Result<(i64, CardValue)> {
    let value = CardValue {
        formula: row.id(8)?,
        name: row.text(2)?.to_owned(),
        unit: row.text(3)?.to_owned(),
        value: row.opt_int(12).map(from_milli),
        computed_at: Utc(row.int(14)?),
    };
    Ok((row.int(13)?, value))
}

fn read_interaction(row: &Row) -> Result<CardInteraction> {
    let owned = |at: usize| row.opt_text(at).map(ToOwned::to_owned);
    let opened = row.int(12)?;
    Ok(CardInteraction {
        id: row.id(8)?,
        at: Utc(opened),
        queue_id: row.opt_id(9)?,
        queue: owned(2),
        agent_id: row.opt_id(10)?,
        agent: owned(3),
        wrap_up_code_id: row.opt_id(11)?,
        wrap_up_code: owned(4),
        close_reason: owned(5),
        duration_ms: row.opt_int(13).map(|closed| (closed - opened) / 1000),
    })
}

fn read_item(row: &Row) -> Result<CardItem> {
    let word = row.text(2)?;
    let kind = OpenItemKind::ALL.into_iter().find(|kind| kind.word() == word);
    let kind = kind.ok_or_else(|| StoreError::corrupt(format!("an open item is of kind {word}")))?;
    let record = match row.text(4)? {
        "ticket" => ItemRecord::Ticket,
        "callback" => ItemRecord::Callback,
        _ => ItemRecord::OpenItem,
    };
    let other = match row.opt_text(5) {
        // With whom the other one is shared is not read: who sees them by that alone finds the ticket in its list.
        Some(word) => Some(Reach {
            visibility: visibility(Some(word))?,
            owner: row.opt_id(9)?,
            owner_team: row.opt_id(10)?,
            team: row.opt_id(11)?,
            users: Vec::new(),
            teams: Vec::new(),
        }),
        None => None,
    };
    Ok(CardItem { id: row.id(8)?, record, kind, title: row.text(3)?.to_owned(), due_at: row.opt_int(12).map(Utc), other })
}

fn read_order(row: &Row) -> Result<CardOrder> {
    let state = OrderState::from_word(row.text(3)?).ok_or_else(|| StoreError::corrupt("an order is in no state we know"))?;
    let delivery = DeliveryState::from_word(row.text(5)?).ok_or_else(|| StoreError::corrupt("a delivery is in no state we know"))?;
    Ok(CardOrder {
        id: row.id(8)?,
        number: row.text(2)?.to_owned(),
        state,
        placed_at: Utc(row.int(12)?),
        currency: row.text(4)?.to_owned(),
        total_minor: row.int(15)?,
        due_minor: row.int(13)?,
        due_at: row.opt_int(16).map(Utc),
        delivery,
        delivery_at: row.opt_int(14).map(Utc),
        tracking: row.opt_text(6).map(ToOwned::to_owned),
    })
}

fn read_contract(row: &Row) -> Result<CardContract> {
    Ok(CardContract {
        id: row.id(8)?,
        number: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        starts_at: Utc(row.int(13)?),
        ends_at: row.opt_int(12).map(Utc),
        entitlements: serde_json::from_str(row.text(4)?).map_err(|e| StoreError::corrupt_from("a contract's entitlements", e))?,
    })
}
