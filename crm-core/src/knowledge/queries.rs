//! What people searched for: how often, and how often in vain. No person: numbers and addresses in a search are masked before it is kept.

use crate::db::{Tx, Value, args};
use crate::error::Result;
use crate::store::Store;
use cti_types::Utc;
use serde::Serialize;
use utoipa::ToSchema;

/// Different searches kept. At the bound those asked longest ago are forgotten, [`FORGOTTEN`] at a time.
const KEPT_MAX: i64 = 20_000;
const FORGOTTEN: i64 = 1_000;
/// Characters of a search that are kept.
const TEXT_MAX: usize = 100;
/// Searches listed.
const LISTED_MAX: u32 = 500;

/// A search that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ArticleSearch)]
pub struct AskedFor {
    /// In lower case, numbers and addresses masked as `#`.
    pub text: String,
    /// The language asked for; empty: any.
    pub language: String,
    pub asked: i64,
    /// How often nothing was found.
    pub without_result: i64,
    /// How often it solved nothing, by the word of who searched.
    pub unsolved: i64,
    /// What was found the last time.
    pub last_count: i64,
    #[schema(value_type = i64)]
    pub last_at: Utc,
}

/// A search as it is kept: lower case, one space between words, and `#` for whatever may name somebody: a word with an at sign, and any
/// run of four digits and more.
pub fn masked(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.contains('@') || word.contains('\u{FF20}') {
            out.push('#');
            continue;
        }
        out.push_str(&without_numbers(word));
    }
    out.to_lowercase().chars().take(TEXT_MAX).collect()
}

fn without_numbers(word: &str) -> String {
    // Written with dashes, dots or brackets it is still one number.
    let part = |c: char| c.is_numeric() || matches!(c, '-' | '.' | '/' | '(' | ')' | '+');
    let mut out = String::new();
    let mut run = String::new();
    let end = |run: &mut String, out: &mut String| {
        let long = run.chars().filter(|c| c.is_numeric()).count() >= 4;
        out.push_str(if long { "#" } else { run });
        run.clear();
    };
    for c in word.chars() {
        if part(c) {
            run.push(c);
        } else {
            end(&mut run, &mut out);
            out.push(c);
        }
    }
    end(&mut run, &mut out);
    out
}

impl Store {
    /// Counts a search and how much it found.
    ///
    /// # Errors
    /// `Unavailable`; nothing is counted.
    pub async fn count_search(&self, now: Utc, wanted: &str, language: Option<&str>, found: usize) -> Result<()> {
        let wanted = masked(wanted);
        if wanted.is_empty() {
            return Ok(());
        }
        let (language, found) = (language.unwrap_or_default(), found as i64);
        let vain = i64::from(found == 0);
        let mut tx = self.db.begin().await?;
        let again = "UPDATE knowledge_query SET asked = asked + 1, without_result = without_result + $3, last_count = $4, last_at = $5 \
                     WHERE text = $1 AND language = $2";
        if tx.execute(again, args![wanted.as_str(), language, vain, found, now]).await? == 0 {
            make_room(&mut tx, now).await?;
            let first = "INSERT INTO knowledge_query (text, language, asked, without_result, unsolved, last_count, last_at) \
                         VALUES ($1, $2, 1, $3, 0, $4, $5) ON CONFLICT (text, language) DO UPDATE SET asked = knowledge_query.asked + 1";
            tx.execute(first, args![wanted, language, vain, found, now]).await?;
        }
        tx.commit().await
    }

    /// Counts that a search solved nothing, whatever it found.
    ///
    /// # Errors
    /// `Unavailable`; nothing is counted.
    pub async fn count_unsolved(&self, now: Utc, wanted: &str, language: Option<&str>) -> Result<()> {
        let wanted = masked(wanted);
        if wanted.is_empty() {
            return Ok(());
        }
        let language = language.unwrap_or_default();
        let mut tx = self.db.begin().await?;
        let again = "UPDATE knowledge_query SET unsolved = unsolved + 1 WHERE text = $1 AND language = $2";
        if tx.execute(again, args![wanted.as_str(), language]).await? == 0 {
            make_room(&mut tx, now).await?;
            let first = "INSERT INTO knowledge_query (text, language, asked, without_result, unsolved, last_count, last_at) \
                         VALUES ($1, $2, 1, 0, 1, 0, $3) ON CONFLICT (text, language) DO UPDATE SET unsolved = knowledge_query.unsolved + 1";
            tx.execute(first, args![wanted, language, now]).await?;
        }
        tx.commit().await
    }

    /// The searches asked most often; with `in_vain` only those that found nothing the last time.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn searches(&self, in_vain: bool, limit: Option<u32>) -> Result<Vec<AskedFor>> {
        let filter = if in_vain { "WHERE last_count = 0 ORDER BY asked" } else { "ORDER BY asked" };
        self.asked_for(filter, limit).await
    }

    /// The searches that solved nothing, the most frequent first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn unsolved_searches(&self, limit: Option<u32>) -> Result<Vec<AskedFor>> {
        self.asked_for("WHERE unsolved > 0 ORDER BY unsolved", limit).await
    }

    async fn asked_for(&self, which: &str, limit: Option<u32>) -> Result<Vec<AskedFor>> {
        let limit = i64::from(limit.unwrap_or(crate::model::PAGE_DEFAULT).clamp(1, LISTED_MAX));
        let sql = format!(
            "SELECT text, language, asked, without_result, last_count, last_at, unsolved FROM knowledge_query {which} DESC, text, language \
             LIMIT $1"
        );
        let rows = self.db.fetch(sql, vec![Value::from(limit)]).await?;
        let read = |row: &crate::db::Row| {
            Ok(AskedFor {
                text: row.text(0)?.to_owned(),
                language: row.text(1)?.to_owned(),
                asked: row.int(2)?,
                without_result: row.int(3)?,
                last_count: row.int(4)?,
                last_at: Utc(row.int(5)?),
                unsolved: row.int(6)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

/// At the bound those asked longest ago are forgotten.
async fn make_room(tx: &mut Tx, now: Utc) -> Result<()> {
    let rows = tx.fetch("SELECT COUNT(*) FROM knowledge_query", Vec::new()).await?;
    if rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0) >= KEPT_MAX {
        let rows = tx.fetch("SELECT last_at FROM knowledge_query ORDER BY last_at LIMIT 1 OFFSET $1", args![FORGOTTEN]).await?;
        let until = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(now.0);
        tx.execute("DELETE FROM knowledge_query WHERE last_at < $1", args![until]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_name_somebody_is_not_kept() {
        let table = [
            ("Reset  Password", "reset password"),
            ("order 4711 for Ann@Example.com", "order # for #"),
            ("call (415) 555-2671", "call (415) #"),
            ("+44-20-7946-0000", "#"),
            ("error 404 in v2.1", "error 404 in v2.1"),
            ("订单号12345678在哪", "订单号#在哪"),
            ("\u{0}\u{7}\n", ""),
        ];
        for (given, kept) in table {
            assert_eq!(masked(given), kept, "{given}");
        }
        assert_eq!(masked(&"密".repeat(10_000)).chars().count(), TEXT_MAX);
    }
}
