//! What is said about tickets, and who is told.

use super::invalid;
use crate::db::{Row, args, placeholders, text};
use crate::error::{Result, StoreError};
use crate::model::{Check, ListQuery, NewComment, Notice, NoticeId, NoticeKind, Page, TicketComment, TicketCommentId, TicketId, Who};
use crate::store::Store;
use cti_types::{UserId, Utc};
use std::collections::BTreeSet;

/// People one comment may name; further names are text.
const MENTIONS_MAX: usize = 20;

/// The logins that a text names by `@login`, in lower case.
fn mentioned(text: &str) -> BTreeSet<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let mut found = BTreeSet::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // Within a word it is a mail address.
        if c == '@' && !part(before) {
            let rest = text.get(at + 1..).unwrap_or_default();
            let login: String = rest.chars().take_while(|c| part(*c)).take(64).collect();
            // A sentence may end right after a name.
            let login = login.trim_end_matches(['.', '-']);
            if !login.is_empty() && found.len() < MENTIONS_MAX {
                found.insert(login.to_ascii_lowercase());
            }
        }
        before = c;
    }
    found
}

impl Store {
    /// Says something about a ticket. The first public comment of a person is the answer that was promised.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`, `Unavailable`.
    pub async fn comment_ticket(&self, who: &Who, now: Utc, id: TicketId, comment: NewComment) -> Result<TicketComment> {
        let NewComment { text: mut said, public } = comment;
        let mut check = Check::default();
        check.that(!said.trim().is_empty(), "text", "give it a value");
        check.text("text", &mut said, 10_000);
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: "ticket_comment", errors });
        }
        let mentions = self.people_of(&mentioned(&said)).await?;
        let comment = TicketComment { id: self.new_id(now), at: now, user_id: who.user, public, text: said, mentions };
        self.edit_ticket(who, now, id, None, |draft| {
            if public && who.user.is_some() {
                draft.row.state.responded_at = draft.row.state.responded_at.or(Some(now));
            }
            draft.tell(who, comment.mentions.iter().copied(), NoticeKind::Mentioned);
            let others = draft.context.watchers.iter().copied().chain(draft.row.data.assignee_id);
            let others: Vec<UserId> = others.filter(|user| !comment.mentions.contains(user)).collect();
            draft.tell(who, others, NoticeKind::Commented);
            draft.effects.comments.push(comment.clone());
            Ok(())
        })
        .await?;
        Ok(comment)
    }

    async fn people_of(&self, logins: &BTreeSet<String>) -> Result<Vec<UserId>> {
        if logins.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT id FROM app_user WHERE active = 1 AND login IN ({}) ORDER BY id", placeholders(1, logins.len()));
        self.db.fetch(sql, logins.iter().map(text).collect()).await?.iter().map(|row| row.id(0)).collect()
    }

    /// A page of what was said, the earliest first.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a bad cursor, `Unavailable`.
    pub async fn ticket_comments(&self, id: TicketId, query: &ListQuery) -> Result<Page<TicketComment>> {
        self.ticket(id).await?;
        let after = match &query.cursor {
            Some(cursor) => {
                cursor.parse::<TicketCommentId>().map_err(|_| invalid("cursor", "give back the `next` of the page before"))?.to_string()
            }
            None => String::new(),
        };
        let limit = query.limit();
        let sql = format!(
            "SELECT id, at, user_id, public, text, mentions FROM ticket_comment WHERE ticket_id = $1 AND id > $2 ORDER BY id LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, args![id.to_string(), after]).await?;
        let items = rows.iter().take(limit).map(read_comment).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// A page of what somebody should know of, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor, `Unavailable`.
    pub async fn notices(&self, user: UserId, unread: bool, query: &ListQuery) -> Result<Page<Notice>> {
        let mut values = args![user.to_string()];
        let mut conditions = "n.user_id = $1".to_owned();
        if unread {
            conditions.push_str(" AND n.read_at IS NULL");
        }
        if let Some(cursor) = &query.cursor {
            let before: NoticeId = cursor.parse().map_err(|_| invalid("cursor", "give back the `next` of the page before"))?;
            values.push(text(before));
            conditions.push_str(" AND n.id < $2");
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT n.id, n.at, n.kind, n.ticket_id, t.number, t.title, n.read_at FROM ticket_notice n \
             JOIN ticket t ON t.id = n.ticket_id WHERE {conditions} ORDER BY n.id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let items = rows.iter().take(limit).map(read_notice).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// Notes that somebody has read what they should know of. Reading twice changes nothing.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs, `Unavailable`.
    pub async fn read_notice(&self, user: UserId, now: Utc, id: NoticeId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE ticket_notice SET read_at = COALESCE(read_at, $3) WHERE id = $1 AND user_id = $2";
        if tx.execute(sql, args![id.to_string(), user.to_string(), now]).await? == 0 {
            return Err(StoreError::NotFound { resource: "notice" });
        }
        tx.commit().await
    }
}

fn read_comment(row: &Row) -> Result<TicketComment> {
    let mentions = serde_json::from_str(row.text(5)?).map_err(|error| StoreError::corrupt_from("mentions that are no JSON", error))?;
    Ok(TicketComment {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        user_id: row.opt_id(2)?,
        public: row.int(3)? != 0,
        text: row.text(4)?.to_owned(),
        mentions,
    })
}

fn read_notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.id(0)?,
        at: Utc(row.int(1)?),
        kind: row.text(2)?.parse().map_err(|()| StoreError::corrupt("a notice of no kind"))?,
        ticket_id: row.id(3)?,
        number: row.int(4)?,
        title: row.text(5)?.to_owned(),
        read_at: row.opt_int(6).map(Utc),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_by_their_login() {
        let table: [(&str, &[&str]); 6] = [
            ("@alice please look, @Bob.", &["alice", "bob"]),
            ("write to ann@example.com", &[]),
            ("(@a.b-c_d), @", &["a.b-c_d"]),
            ("请 @mei 看一下", &["mei"]),
            ("请@mei看一下", &["mei"]),
            ("@@x", &["x"]),
        ];
        for (text, expected) in table {
            assert_eq!(mentioned(text).iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        }
        let many = (0..50).fold(String::new(), |all, n| all + &format!("@u{n} "));
        assert_eq!(mentioned(&many).len(), MENTIONS_MAX);
    }
}
