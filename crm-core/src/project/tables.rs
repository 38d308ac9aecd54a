//! The projected tables of an interaction as lists of columns, and writing the difference between two sets of rows. Knows no event.

use super::insert_rows;
use crate::db::{Tx, Value};
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet};

/// The type of a column, for its NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Int,
    Text,
}
use Type::{Int, Text};

/// One projected table. Its key is its first `keys` columns; `owner` holds the interaction's id.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) owner: &'static str,
    pub(super) keys: usize,
    pub(super) columns: &'static [(&'static str, Type)],
}

/// Rows by table (index into [`TABLES`]) and key, each with all its columns.
pub(super) type Rows = BTreeMap<(usize, Vec<Value>), Vec<Value>>;

pub(super) const INTERACTION: usize = 0;
pub(super) const INTERACTION_CUSTOMER: usize = 1;
pub(super) const PARTICIPANT: usize = 2;
pub(super) const SEGMENT: usize = 3;
pub(super) const WORK_ITEM: usize = 4;
pub(super) const OFFER: usize = 5;
pub(super) const ASSIGNMENT: usize = 6;
pub(super) const RECORDING: usize = 7;
pub(super) const RECORDING_PART: usize = 8;
pub(super) const MESSAGE: usize = 9;
pub(super) const AGENT_PRESENCE: usize = 10;

/// In the order of the indices above.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "interaction",
        owner: "id",
        keys: 1,
        columns: &[
            ("id", Text),
            ("channel", Text),
            ("direction", Text),
            ("state", Text),
            ("from_ref", Text),
            ("from_raw_ref", Text),
            ("to_number", Text),
            ("trunk_id", Text),
            ("call_id", Text),
            ("origin_id", Text),
            ("customer_id", Text),
            ("queue_id", Text),
            ("agent_id", Text),
            ("flow_id", Text),
            ("flow_version", Int),
            ("opened_at", Int),
            ("answered_at", Int),
            ("closed_at", Int),
            ("close_reason", Text),
            ("wait_ms", Int),
            ("talk_ms", Int),
            ("hold_ms", Int),
            ("wrap_up_ms", Int),
            ("wrap_up_code_id", Text),
            ("note_ref", Text),
            ("data", Text),
            ("recorded", Int),
        ],
    },
    Table {
        name: "interaction_customer",
        owner: "interaction_id",
        keys: 2,
        columns: &[("interaction_id", Text), ("customer_id", Text), ("rank", Int), ("opened_at", Int)],
    },
    Table {
        name: "participant",
        owner: "interaction_id",
        keys: 1,
        columns: &[
            ("id", Text),
            ("interaction_id", Text),
            ("role", Text),
            ("agent_id", Text),
            ("joined_at", Int),
            ("left_at", Int),
            ("leave_reason", Text),
            ("media", Text),
            ("answerer", Text),
        ],
    },
    Table {
        name: "segment",
        owner: "interaction_id",
        keys: 2,
        columns: &[
            ("participant_id", Text),
            ("ordinal", Int),
            ("interaction_id", Text),
            ("kind", Text),
            ("queue_id", Text),
            ("started_at", Int),
            ("ended_at", Int),
        ],
    },
    Table {
        name: "work_item",
        owner: "interaction_id",
        keys: 2,
        columns: &[
            ("id", Text),
            ("pass", Int),
            ("interaction_id", Text),
            ("queue_id", Text),
            ("priority", Int),
            ("skills", Text),
            ("since", Int),
            ("queued_at", Int),
            ("ended_at", Int),
            ("outcome", Text),
            ("detail", Text),
        ],
    },
    Table {
        name: "offer",
        owner: "interaction_id",
        keys: 1,
        columns: &[
            ("id", Text),
            ("interaction_id", Text),
            ("work_id", Text),
            ("agent_id", Text),
            ("offered_at", Int),
            ("ended_at", Int),
            ("outcome", Text),
            ("decision", Text),
        ],
    },
    Table {
        name: "assignment",
        owner: "interaction_id",
        keys: 1,
        columns: &[
            ("id", Text),
            ("interaction_id", Text),
            ("work_id", Text),
            ("agent_id", Text),
            ("participant_id", Text),
            ("assigned_at", Int),
            ("wrap_up_at", Int),
            ("wrap_up_until", Int),
            ("ended_at", Int),
            ("outcome", Text),
            ("wrap_up_code_id", Text),
            ("note_ref", Text),
        ],
    },
    Table {
        name: "recording",
        owner: "interaction_id",
        keys: 1,
        columns: &[
            ("id", Text),
            ("interaction_id", Text),
            ("started_at", Int),
            ("ended_at", Int),
            ("frames_dropped", Int),
            ("markers", Text),
            ("gaps", Text),
        ],
    },
    Table {
        name: "recording_part",
        owner: "interaction_id",
        keys: 2,
        columns: &[
            ("recording_id", Text),
            ("part", Int),
            ("interaction_id", Text),
            ("file", Text),
            ("offset_ms", Int),
            ("duration_ms", Int),
            ("bytes", Int),
            ("sha256", Text),
        ],
    },
    Table {
        name: "message",
        owner: "interaction_id",
        keys: 1,
        columns: &[
            ("interaction_id", Text),
            ("recording_id", Text),
            ("queue_id", Text),
            ("agent_id", Text),
            ("duration_ms", Int),
            ("left_at", Int),
        ],
    },
    PRESENCE,
];

/// The last table belongs to agents, not to interactions: `owner` holds the agent's id, so that no interaction's id ever matches.
const PRESENCE: Table = Table {
    name: "agent_presence",
    owner: "agent_id",
    keys: 2,
    columns: &[
        ("agent_id", Text),
        ("seq", Int),
        ("presence", Text),
        ("reason", Text),
        ("device", Text),
        ("started_at", Int),
        ("ended_at", Int),
    ],
};

impl Table {
    /// A row with its key, NULLs of the columns' types.
    pub(super) fn keyed(&self, mut values: Vec<Value>) -> (Vec<Value>, Vec<Value>) {
        for (value, (_, kind)) in values.iter_mut().zip(self.columns) {
            if value.is_null() {
                *value = match kind {
                    Int => Value::Int(None),
                    Text => Value::Text(None),
                };
            }
        }
        (values.iter().take(self.keys).cloned().collect(), values)
    }

    fn upsert_tail(&self) -> String {
        let names = |columns: &[(&'static str, Type)]| columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let (keys, rest) = self.columns.split_at(self.keys);
        let sets: Vec<String> = rest.iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect();
        format!(" ON CONFLICT ({}) DO UPDATE SET {}", names(keys), sets.join(", "))
    }
}

/// Puts a row where its table and key say.
pub(super) fn put(rows: &mut Rows, table: usize, values: Vec<Value>) {
    let Some(spec) = TABLES.get(table) else { return };
    debug_assert_eq!(spec.columns.len(), values.len(), "{}", spec.name);
    let (key, values) = spec.keyed(values);
    rows.insert((table, key), values);
}

/// The customers whose interactions differ, in the order of their ids.
pub(super) fn changed_customers(before: &Rows, after: &Rows) -> BTreeSet<String> {
    let of_table = || (INTERACTION_CUSTOMER, Vec::new())..(INTERACTION_CUSTOMER + 1, Vec::new());
    let differs = |(key, _): &(&(usize, Vec<Value>), &Vec<Value>)| before.get(*key) != after.get(*key);
    let both = before.range(of_table()).chain(after.range(of_table()));
    both.filter(differs)
        .filter_map(|((_, key), _)| match key.get(1) {
            Some(Value::Text(customer)) => customer.clone(),
            Some(Value::Int(_)) | None => None,
        })
        .collect()
}

/// Writes what differs: changed and new rows, then deletes those no longer there. Returns how many rows that were.
pub(super) async fn write_changes(tx: &mut Tx, before: &Rows, after: &Rows) -> Result<u64> {
    let mut changed = 0;
    for (at, table) in TABLES.iter().enumerate() {
        let of_table = (at, Vec::new())..(at + 1, Vec::new());
        let upserts: Vec<Vec<Value>> =
            after.range(of_table.clone()).filter(|(key, row)| before.get(*key) != Some(*row)).map(|(_, row)| row.clone()).collect();
        changed += upserts.len() as u64;
        let names = table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        insert_rows(tx, &format!("INSERT INTO {} ({names}) VALUES ", table.name), &table.upsert_tail(), upserts).await?;
        for (key, _) in before.range(of_table).filter(|(key, _)| !after.contains_key(*key)) {
            let conditions: Vec<String> =
                table.columns.iter().take(table.keys).enumerate().map(|(n, (name, _))| format!("{name} = ${}", n + 1)).collect();
            let sql = format!("DELETE FROM {} WHERE {}", table.name, conditions.join(" AND "));
            changed += tx.execute(sql, key.1.clone()).await?;
        }
    }
    Ok(changed)
}
