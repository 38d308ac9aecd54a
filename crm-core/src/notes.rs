//! Notes on customers, tickets, orders and interactions, and who is told by being mentioned in them.

use crate::crud::{change_of, column_list, find_in, read_row};
use crate::db::{Tx, Value, placeholders, text};
use crate::error::{Result, StoreError};
use crate::model::{Kind, ListQuery, Note, NoteId, NoteSubject, Order, Page, Resource, Stored, Who};
use crate::notifications::{Told, notify};
use crate::store::{Change, Store};
use cti_types::{CustomerId, UserId, Utc};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most people told by one note; further mentions are left as text.
pub const MENTIONS_MAX: usize = 20;

/// The logins a text may mention: what follows an `@` that no word ends with. A mail address mentions nobody. Of `@ann@example.com.` both
/// `ann@example.com` and `ann` are meant: who of them exists is for the store to say.
///
/// ```
/// let found = crm_core::notes::mentioned("@bob please call; ann@example.com knows. (@Mei.Lin)");
/// assert_eq!(found.into_iter().collect::<Vec<_>>(), ["bob", "mei.lin"]);
/// ```
pub fn mentioned(body: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    let mut found = BTreeSet::new();
    let mut before = ' ';
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '@' && !before.is_ascii_alphanumeric() && !matches!(before, '.' | '_' | '-' | '@') {
            let length = after.find(|c| !part(c)).unwrap_or(after.len());
            let (word, tail) = after.split_at(length);
            let word = word.trim_end_matches(['.', '-', '_', '@']).to_ascii_lowercase();
            if let Some((first, _)) = word.split_once('@') {
                found.insert(first.to_owned());
            }
            found.insert(word);
            before = ' ';
            rest = tail;
            continue;
        }
        before = c;
        rest = after;
    }
    found.retain(|login| !login.is_empty() && login.len() <= 64);
    while found.len() > MENTIONS_MAX * 2 {
        found.pop_last();
    }
    found
}

impl Store {
    /// Writes a note and tells whom it mentions.
    ///
    /// # Errors
    /// As [`Store::insert`].
    pub async fn create_note(&self, who: &Who, now: Utc, data: Note) -> Result<Stored<Note>> {
        let mut data = Note { author_id: who.user, mentions: Vec::new(), ..data };
        self.prepare(&mut data, None).await?;
        let mut tx = self.db.begin().await?;
        data.customer_id = customer_of(&mut tx, &data).await?;
        data.mentions = known(&mut tx, &mentioned(&data.text)).await?;
        let stored = self.insert_in(&mut tx, who, now, data, Vec::new()).await?;
        let mut changes = vec![change_of(who, stored.id, Some(stored.version), &[&stored.data])];
        changes.extend(self.tell_mentioned(&mut tx, who, now, &stored).await?);
        tx.commit().await?;
        for change in changes {
            self.tell(change);
        }
        Ok(stored)
    }

    /// Writes a note's text anew and tells who is mentioned in it and was not before.
    ///
    /// # Errors
    /// As [`Store::update`].
    pub async fn update_note(&self, who: &Who, now: Utc, id: NoteId, version: i64, body: &str) -> Result<Stored<Note>> {
        let mentions = known(&mut self.db.begin_snapshot().await?, &mentioned(body)).await?;
        let fix = move |_: &Stored<Note>, data: &mut Note| {
            data.mentions = mentions;
            Ok(())
        };
        let stored = self.update_with(who, now, id, version, &json!({ "text": body }), fix).await?;
        let mut tx = self.db.begin().await?;
        let changes = self.tell_mentioned(&mut tx, who, now, &stored).await?;
        tx.commit().await?;
        for change in changes {
            self.tell(change);
        }
        Ok(stored)
    }

    async fn tell_mentioned(&self, tx: &mut Tx, who: &Who, now: Utc, note: &Stored<Note>) -> Result<Vec<Change>> {
        // Oneself needs no telling.
        let people: Vec<UserId> = note.mentions.iter().copied().filter(|user| Some(*user) != who.user).collect();
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let author = match who.user {
            Some(user) => tx.fetch("SELECT name FROM app_user WHERE id = $1", vec![text(user)]).await?,
            None => Vec::new(),
        };
        let title = author.first().and_then(|row| row.opt_text(0)).unwrap_or_default().to_owned();
        let (id, customer) = (note.id.to_string(), note.customer_id);
        let cause = format!("note:{id}");
        let told = Told { kind: "mention", title, resource: Note::KIND.word(), resource_id: id, customer, by: who.user, cause };
        notify(self, tx, now, &people, &told).await
    }

    /// A page of the notes on something, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn notes_on(&self, subject: NoteSubject, id: Uuid, query: &ListQuery) -> Result<Page<Stored<Note>>> {
        // Of a customer also those written on one who was merged into them.
        let whose = if subject == NoteSubject::Customer { "customer_id" } else { "subject_id" };
        self.notes_where(&format!("subject = $1 AND {whose} = $2"), vec![Value::from(subject.word()), text(id)], query).await
    }

    /// A page of the notes on a customer and on what belongs to them, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn notes_of(&self, customer: CustomerId, query: &ListQuery) -> Result<Page<Stored<Note>>> {
        self.notes_where("customer_id = $1", vec![text(customer)], query).await
    }

    async fn notes_where(&self, condition: &str, mut values: Vec<Value>, query: &ListQuery) -> Result<Page<Stored<Note>>> {
        let word = Kind::Note.word();
        if let Some((field, _)) = query.equals.first() {
            return Err(StoreError::invalid(word, field.clone(), "there is no such filter"));
        }
        let mut condition = condition.to_owned();
        if let Some(cursor) = &query.cursor {
            let id: NoteId = cursor.parse().map_err(|_| StoreError::invalid(word, "cursor", "give back the `next` of the page before"))?;
            values.push(text(id));
            condition.push_str(&format!(" AND id < ${}", values.len()));
        }
        let limit = query.limit();
        let sql = format!("SELECT {} FROM note WHERE {condition} ORDER BY id DESC LIMIT {}", column_list::<Note>(), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let more = rows.len() > limit;
        let items = rows.iter().take(limit).map(read_row::<Note>).collect::<Result<Vec<_>>>()?;
        let next = if more { items.last().map(|last| last.id.to_string()) } else { None };
        Ok(Page { items, next })
    }
}

/// Whose record a note belongs to: that of whom it is on, as far as the row says it; else that of whom was named.
async fn customer_of(tx: &mut Tx, note: &Note) -> Result<Option<CustomerId>> {
    let id = text(note.subject_id);
    let rows = match note.subject {
        NoteSubject::Customer => return Ok(Some(CustomerId(note.subject_id))),
        NoteSubject::Order => return Ok(find_in::<Order>(tx, "id", id).await?.map(|order| order.customer_id)),
        NoteSubject::Ticket => tx.fetch("SELECT customer_id FROM ticket WHERE id = $1", vec![id]).await?,
        // The log names whom it found then: they may have been merged since, or be gone.
        NoteSubject::Interaction => {
            let sql = "SELECT c.id FROM interaction i LEFT JOIN customer_alias a ON a.customer_id = i.customer_id \
                       JOIN customer c ON c.id = COALESCE(a.survivor_id, i.customer_id) WHERE i.id = $1";
            tx.fetch(sql, vec![id]).await?
        }
    };
    let known = rows.first().map(|row| row.opt_id(0)).transpose()?.flatten();
    Ok(known.or(note.customer_id))
}

/// Who of these logins exists and is active.
async fn known(tx: &mut Tx, logins: &BTreeSet<String>) -> Result<Vec<UserId>> {
    if logins.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id FROM app_user WHERE active = 1 AND login IN ({}) ORDER BY login", placeholders(1, logins.len()));
    let values = logins.iter().map(|login| Value::from(login.as_str())).collect();
    tx.fetch(sql, values).await?.iter().take(MENTIONS_MAX).map(|row| row.id(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_at_sign_before_a_login_mentions_it_and_a_mail_address_nobody() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("@", &[]),
            ("@@", &[]),
            ("@bob", &["bob"]),
            ("hello @Bob, and @mei.lin.", &["bob", "mei.lin"]),
            ("ann@example.com", &[]),
            ("@ann@example.com!", &["ann", "ann@example.com"]),
            ("请@bob看一下", &["bob"]),
            ("请 @bob 看一下", &["bob"]),
            ("(@bob)/@mei", &["bob", "mei"]),
            ("@bob\n@bob", &["bob"]),
        ];
        for (body, logins) in table {
            assert_eq!(mentioned(body).into_iter().collect::<Vec<_>>(), *logins, "{body}");
        }
    }

    #[test]
    fn a_flood_of_mentions_is_bounded() {
        let body = (0..5_000).fold(String::new(), |all, n| all + &format!("@a{n} "));
        assert!(mentioned(&body).len() <= MENTIONS_MAX * 2);
    }
}
