//! Files that hang on tickets and notes: what they are called, of what type and size, and by whom. The files themselves are the server's; one
//! whose row is gone is erased there.

use crate::audit::{Action, write_audit};
use crate::db::{Row, args, listed, text};
use crate::erasure::{FileFolder, of_nobody_else, refuse_held, subjects_of, tickets_with};
use crate::error::{Result, StoreError};
use crate::model::{AttachmentId, Check, Kind, NoteId, TicketId, Who};
use crate::store::Store;
use cti_types::{UserId, Utc};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Largest file; more is refused while it is being sent.
pub const ATTACHMENT_BYTES_MAX: u64 = 10 << 20;
/// Most files of one ticket, of one note.
pub const ATTACHMENTS_MAX: i64 = 50;
/// Longest name, in characters.
const NAME_MAX: usize = 200;
/// What may be attached. Nothing that a browser would run: files are only ever given back to be saved, but who saves one opens it.
pub const ATTACHMENT_TYPES: &[&str] = &[
    "application/msword",
    "application/octet-stream",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "audio/mpeg",
    "audio/wav",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "message/rfc822",
    "text/csv",
    "text/plain",
    "video/mp4",
];

/// On what a file hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachedTo {
    Ticket(TicketId),
    Note(NoteId),
}

impl AttachedTo {
    fn column(self) -> &'static str {
        match self {
            AttachedTo::Ticket(_) => "ticket_id",
            AttachedTo::Note(_) => "note_id",
        }
    }

    fn table(self) -> &'static str {
        match self {
            AttachedTo::Ticket(_) => "ticket",
            AttachedTo::Note(_) => "note",
        }
    }

    fn id(self) -> String {
        match self {
            AttachedTo::Ticket(id) => id.to_string(),
            AttachedTo::Note(id) => id.to_string(),
        }
    }

    fn changed(self, store: &Store) {
        match self {
            AttachedTo::Ticket(id) => store.changed(Kind::Ticket, id),
            AttachedTo::Note(id) => store.changed(Kind::Note, id),
        }
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attachment {
    #[schema(value_type = Uuid)]
    pub id: AttachmentId,
    #[schema(value_type = i64)]
    pub at: Utc,
    /// Who sent it.
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    pub name: String,
    /// As in `Content-Type`.
    pub media_type: String,
    pub bytes: i64,
    /// Of the file, in hex.
    pub sha256: String,
}

/// A file that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    pub name: String,
    pub media_type: String,
    pub bytes: u64,
    pub sha256: String,
}

impl NewAttachment {
    /// Whether it may be attached; to be asked before the file is read.
    ///
    /// # Errors
    /// `Invalid` for a name or a type that may not be.
    pub fn check(&mut self) -> Result<()> {
        let mut check = Check::default();
        self.name = self.name.trim().to_owned();
        check.that(!self.name.is_empty(), "name", "give the file a name");
        check.line("name", &self.name, NAME_MAX);
        // Who saves it must not be led into another folder.
        check.that(!self.name.contains(['/', '\\']), "name", "leave out slashes");
        check.that(ATTACHMENT_TYPES.contains(&self.media_type.as_str()), "type", format!("choose one of {}", ATTACHMENT_TYPES.join(", ")));
        let errors = check.into_errors();
        if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: "attachment", errors }) }
    }
}

const COLUMNS: &str = "id, at, user_id, name, media_type, bytes, sha256";

fn read(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        user_id: row.opt_id(2)?,
        name: row.text(3)?.to_owned(),
        media_type: row.text(4)?.to_owned(),
        bytes: row.int(5)?,
        sha256: row.text(6)?.to_owned(),
    })
}

impl Store {
    /// An id for a file that is to come; the file has it as its name.
    pub fn attachment_id(&self, now: Utc) -> AttachmentId {
        self.new_id(now)
    }

    /// Hangs a file that has come on a ticket or a note.
    ///
    /// # Errors
    /// `NotFound` when that is not there (any more), `Invalid`, `Refused` for one too many, `Unavailable`.
    pub async fn attach(&self, who: &Who, now: Utc, to: AttachedTo, id: AttachmentId, new: NewAttachment) -> Result<Attachment> {
        let mut new = new;
        new.check()?;
        let mut tx = self.db.begin().await?;
        // Touching the row makes writers take turns on either database, and says whether it is there.
        let sql = format!("UPDATE {} SET version = version WHERE id = $1", to.table());
        if tx.execute(sql, args![to.id()]).await? == 0 {
            return Err(StoreError::NotFound { resource: to.table() });
        }
        let count = tx.fetch(format!("SELECT COUNT(*) FROM attachment WHERE {} = $1", to.column()), args![to.id()]).await?;
        if count.first().and_then(|row| row.opt_int(0)).unwrap_or(0) >= ATTACHMENTS_MAX {
            return Err(StoreError::refused("attachment", format!("there are {ATTACHMENTS_MAX} files already"), "delete one first"));
        }
        let NewAttachment { name, media_type, bytes, sha256 } = new;
        let row = Attachment { id, at: now, user_id: who.user, name, media_type, bytes: bytes as i64, sha256 };
        let sql = format!("INSERT INTO attachment ({COLUMNS}, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", to.column());
        let by = row.user_id.map(|user| user.to_string());
        let values = args![id.to_string(), row.at, by, row.name.as_str(), row.media_type.as_str(), row.bytes, row.sha256.as_str(), to.id()];
        tx.execute_on("attachment", sql, values).await?;
        // Not its name: that may name somebody.
        let after = Some(json!({ to.column(): to.id(), "bytes": row.bytes, "media_type": row.media_type, "sha256": row.sha256 }));
        write_audit(self, &mut tx, who, now, Action::Create, "attachment", &id.to_string(), None, after).await?;
        tx.commit().await?;
        to.changed(self);
        Ok(row)
    }

    /// The files of a ticket or a note, in the order they came.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn attachments(&self, to: AttachedTo) -> Result<Vec<Attachment>> {
        let sql = format!("SELECT {COLUMNS} FROM attachment WHERE {} = $1 ORDER BY id LIMIT {ATTACHMENTS_MAX}", to.column());
        self.db.fetch(sql, args![to.id()]).await?.iter().map(read).collect()
    }

    /// One of the files of a ticket or a note.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn attachment(&self, to: AttachedTo, id: AttachmentId) -> Result<Attachment> {
        let sql = format!("SELECT {COLUMNS} FROM attachment WHERE id = $1 AND {} = $2", to.column());
        let rows = self.db.fetch(sql, args![id.to_string(), to.id()]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: "attachment" }), read)
    }

    /// Takes a file away; it is erased after that.
    ///
    /// # Errors
    /// `NotFound`, `Refused` under a legal hold, `Unavailable`.
    pub async fn detach(&self, who: &Who, now: Utc, to: AttachedTo, id: AttachmentId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let (table, id_of) = match to {
            AttachedTo::Ticket(ticket) => ("ticket", ticket.to_string()),
            AttachedTo::Note(note) => ("note", note.to_string()),
        };
        let mut of = subjects_of(&mut tx, table, &id_of).await?;
        let own =
            tx.fetch(format!("SELECT customer_id FROM {table} WHERE id = $1 AND customer_id IS NOT NULL"), vec![text(&id_of)]).await?;
        for row in own {
            of.customers.push(row.text(0)?.to_owned());
        }
        refuse_held(&mut tx, "attachment", &of).await?;
        let sql = "INSERT INTO file_erasure (file, bytes, asked_at, tries, folder) SELECT a.id, a.bytes, CAST($1 AS BIGINT), 0, CAST($2 AS TEXT) \
                   FROM attachment a WHERE a.id = $3 ON CONFLICT (file) DO NOTHING";
        tx.execute(sql, args![now, FileFolder::Attachments.word(), id.to_string()]).await?;
        let sql = format!("DELETE FROM attachment WHERE id = $1 AND {} = $2", to.column());
        if tx.execute(sql, args![id.to_string(), to.id()]).await? == 0 {
            return Err(StoreError::NotFound { resource: "attachment" });
        }
        let before = Some(json!({ to.column(): to.id() }));
        write_audit(self, &mut tx, who, now, Action::Delete, "attachment", &id.to_string(), before, None).await?;
        tx.commit().await?;
        to.changed(self);
        Ok(())
    }

    /// Of these files those that still hang on something.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn attachments_among(&self, ids: &[AttachmentId]) -> Result<BTreeSet<AttachmentId>> {
        let mut there = BTreeSet::new();
        for chunk in ids.chunks(512) {
            let (list, values) = listed(1, &chunk.iter().map(ToString::to_string).collect::<Vec<_>>());
            for row in self.db.fetch(format!("SELECT id FROM attachment WHERE id IN ({list})"), values).await? {
                there.insert(row.id(0)?);
            }
        }
        Ok(there)
    }
}

/// Notes the files of a customer's tickets and notes as to be erased, and takes them away. Says how many.
pub(crate) async fn erase(
    tx: &mut crate::db::Tx,
    now: Utc,
    customer: cti_types::CustomerId,
    erasure: impl std::fmt::Display,
) -> Result<u64> {
    let of = |n: usize| {
        format!(
            "ticket_id IN (SELECT t.id FROM ticket t WHERE t.customer_id = ${n}) OR note_id IN (SELECT o.id FROM note o WHERE o.customer_id = ${n}) \
             OR ticket_id IN (SELECT id FROM ticket WHERE id IN ({}) AND {})",
            tickets_with(n),
            of_nobody_else(n)
        )
    };
    let sql = format!(
        "INSERT INTO file_erasure (file, erasure_id, bytes, asked_at, tries, folder) SELECT a.id, CAST($1 AS TEXT), a.bytes, CAST($2 AS BIGINT), 0, \
         CAST($3 AS TEXT) FROM attachment a WHERE {} ON CONFLICT (file) DO NOTHING",
        of(4)
    );
    tx.execute(sql, args![erasure.to_string(), now, FileFolder::Attachments.word(), customer.to_string()]).await?;
    tx.execute(format!("DELETE FROM attachment WHERE {}", of(1)), vec![text(customer)]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_attached() {
        let table = [
            ("a.pdf", "application/pdf", true),
            (" 合同 (1).pdf ", "application/pdf", true),
            ("", "application/pdf", false),
            ("../a.pdf", "application/pdf", false),
            ("a\\b.pdf", "application/pdf", false),
            ("a\r\nb.pdf", "application/pdf", false),
            ("a.html", "text/html", false),
            ("a.svg", "image/svg+xml", false),
        ];
        for (name, media_type, right) in table {
            let mut new = NewAttachment { name: name.into(), media_type: media_type.into(), bytes: 1, sha256: String::new() };
            assert_eq!(new.check().is_ok(), right, "{name} {media_type}");
        }
    }
}
