//! The certificate of an erasure: what was erased, by table and count, and what is left where. Pure; holds no personal value.

use super::customer::EraseMode;
use crate::model::{ErasureId, ExportId};
use cti_types::{CustomerId, UserId, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// What became of a table's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Erased {
    /// The table; `files` for those of recordings, `import_files` for those of imports.
    pub what: String,
    /// `deleted`, `emptied` (the row stays without its personal fields), `masked` (the audit), `kept`.
    pub how: String,
    pub rows: i64,
}

/// What may still hold values of theirs, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ErasureRemains)]
pub struct Remains {
    /// `exports`, `import_files`, `webhooks`, `journal`, `backups`, `interactions_of_others`, `tickets_of_others`, `callbacks_of_others`.
    pub what: String,
    pub why: String,
    /// How many, where they can be counted.
    pub count: Option<i64>,
    /// The exports that were made while they were a customer, the latest 100.
    #[schema(value_type = Vec<Uuid>)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<ExportId>,
}

/// See the module. Ids lead to nobody any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    #[schema(value_type = Uuid)]
    pub id: ErasureId,
    #[schema(value_type = Uuid)]
    pub customer_id: CustomerId,
    pub mode: EraseMode,
    /// Why, as given; not to hold personal values.
    pub reason: String,
    #[schema(value_type = i64)]
    pub at: Utc,
    /// None: a retention policy.
    #[schema(value_type = Option<Uuid>)]
    pub by: Option<UserId>,
    pub erased: Vec<Erased>,
    pub remains: Vec<Remains>,
}

impl Certificate {
    /// SHA-256 of its JSON, in hex: the fields in their order, no spaces.
    pub fn sha256(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        hex::encode(Sha256::digest(json))
    }

    pub(crate) fn left(&mut self, what: &str, why: &str, count: Option<i64>) {
        self.remains.push(Remains { what: what.to_owned(), why: why.to_owned(), count, exports: Vec::new() });
    }
}

/// Counts rows of a table that became the same.
pub(super) fn count(erased: &mut Vec<Erased>, what: &str, how: &str, rows: u64) {
    if rows == 0 {
        return;
    }
    match erased.iter_mut().find(|one| (one.what.as_str(), one.how.as_str()) == (what, how)) {
        Some(one) => one.rows += rows as i64,
        None => erased.push(Erased { what: what.to_owned(), how: how.to_owned(), rows: rows as i64 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_of_all_that_is_said() {
        let mut certificate = Certificate {
            id: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
            customer_id: CustomerId::from_u128(2),
            mode: EraseMode::Anonymise,
            reason: "asked for".into(),
            at: Utc(3),
            by: None,
            erased: Vec::new(),
            remains: Vec::new(),
        };
        let before = certificate.sha256();
        count(&mut certificate.erased, "personal", "deleted", 0);
        assert_eq!(certificate.sha256(), before);
        count(&mut certificate.erased, "personal", "deleted", 2);
        count(&mut certificate.erased, "personal", "deleted", 3);
        assert_eq!(certificate.erased.iter().map(|erased| erased.rows).collect::<Vec<_>>(), [5]);
        assert_ne!(certificate.sha256(), before);
        let read: Certificate = serde_json::from_str(&serde_json::to_string(&certificate).unwrap()).unwrap();
        assert_eq!(read.sha256(), certificate.sha256());
    }
}
