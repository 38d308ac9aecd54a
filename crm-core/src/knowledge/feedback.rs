//! What people think of articles: used in a contact, solved it or not, rated, commented on.

use crate::audit::{Action, write_audit};
use crate::db::{Tx, args, text};
use crate::error::{Result, StoreError};
use crate::model::{ArticleCommentId, Check, KnowledgeArticleId, ListQuery, Page, Who};
use crate::store::Store;
use cti_types::{InteractionId, UserId, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// An article was used in a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArticleUsed)]
pub struct Used {
    #[schema(value_type = Uuid)]
    pub interaction_id: InteractionId,
    /// Whether it solved the case.
    pub solved: bool,
}

/// What one person thinks of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArticleRated)]
pub struct Rated {
    /// 1 (of no use) to 5.
    pub rating: u8,
}

/// How an article has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[schema(as = ArticleTally)]
pub struct Tally {
    /// Contacts it was used in, and those it solved.
    pub used: i64,
    pub solved: i64,
    pub ratings: i64,
    /// 1 to 5; none while nobody has rated it.
    pub rating_mean: Option<f64>,
}

/// What a reader wrote about an article.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ArticleComment {
    #[schema(value_type = Uuid)]
    pub id: ArticleCommentId,
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    /// Their name now.
    pub user: Option<String>,
    #[schema(value_type = i64)]
    pub at: Utc,
    pub text: String,
}

impl Store {
    /// Notes that an article was used in a contact. Said again, the last word counts.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn article_used(&self, who: &Who, now: Utc, id: KnowledgeArticleId, used: Used) -> Result<Tally> {
        let mut tx = self.tally_to_change(id).await?;
        let key = args![id.to_string(), used.interaction_id.to_string()];
        let rows = tx.fetch("SELECT solved FROM knowledge_use WHERE article_id = $1 AND interaction_id = $2", key).await?;
        let before = rows.first().and_then(|row| row.opt_int(0));
        let sql = "INSERT INTO knowledge_use (article_id, interaction_id, agent_id, solved, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (article_id, interaction_id) DO UPDATE SET agent_id = $3, solved = $4, at = $5";
        let agent = who.user.map(|user| user.to_string());
        tx.execute(sql, args![id.to_string(), used.interaction_id.to_string(), agent, used.solved, now]).await?;
        let (more, solved) = (i64::from(before.is_none()), i64::from(used.solved) - before.unwrap_or(0));
        let sql = "UPDATE knowledge_tally SET used = used + $2, solved = solved + $3 WHERE article_id = $1";
        tx.execute(sql, args![id.to_string(), more, solved]).await?;
        let after = Some(json!({ "interaction": used.interaction_id, "solved": used.solved }));
        write_audit(self, &mut tx, who, now, Action::Create, "knowledge_use", &id.to_string(), None, after).await?;
        let tally = tally_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(tally)
    }

    /// Keeps what a person thinks of an article; one rating each, the last.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a rating outside of 1 to 5; `Unavailable`.
    pub async fn rate_article(&self, who: &Who, now: Utc, id: KnowledgeArticleId, rated: Rated) -> Result<Tally> {
        let Some(user) = who.user.filter(|_| (1..=5).contains(&rated.rating)) else {
            return Err(StoreError::invalid("knowledge_rating", "rating", "choose a number from 1 to 5"));
        };
        let rating = i64::from(rated.rating);
        let mut tx = self.tally_to_change(id).await?;
        let key = args![id.to_string(), user.to_string()];
        let rows = tx.fetch("SELECT rating FROM knowledge_rating WHERE article_id = $1 AND user_id = $2", key).await?;
        let before = rows.first().and_then(|row| row.opt_int(0));
        let sql = "INSERT INTO knowledge_rating (article_id, user_id, rating, at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (article_id, user_id) DO UPDATE SET rating = $3, at = $4";
        tx.execute(sql, args![id.to_string(), user.to_string(), rating, now]).await?;
        let sql = "UPDATE knowledge_tally SET ratings = ratings + $2, rating_sum = rating_sum + $3 WHERE article_id = $1";
        tx.execute(sql, args![id.to_string(), i64::from(before.is_none()), rating - before.unwrap_or(0)]).await?;
        let after = Some(json!({ "rating": rating }));
        write_audit(self, &mut tx, who, now, Action::Update, "knowledge_rating", &id.to_string(), None, after).await?;
        let tally = tally_in(&mut tx, id).await?;
        tx.commit().await?;
        Ok(tally)
    }

    /// Keeps what a reader writes about an article.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `Unavailable`.
    pub async fn comment_article(&self, who: &Who, now: Utc, id: KnowledgeArticleId, words: &str) -> Result<ArticleCommentId> {
        let mut words = words.trim().to_owned();
        let mut check = Check::default();
        check.that(!words.is_empty(), "text", "write something");
        check.text("text", &mut words, 2_000);
        let errors = check.into_errors();
        if !errors.is_empty() {
            return Err(StoreError::Invalid { resource: "knowledge_comment", errors });
        }
        let mut tx = self.tally_to_change(id).await?;
        let comment: ArticleCommentId = self.new_id(now);
        let user = who.user.map(|user| user.to_string());
        let sql = "INSERT INTO knowledge_comment (id, article_id, user_id, at, text) VALUES ($1, $2, $3, $4, $5)";
        tx.execute(sql, args![comment.to_string(), id.to_string(), user, now, words]).await?;
        let after = Some(json!({ "article": id }));
        write_audit(self, &mut tx, who, now, Action::Create, "knowledge_comment", &comment.to_string(), None, after).await?;
        tx.commit().await?;
        Ok(comment)
    }

    /// A page of what readers wrote, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn article_comments(&self, id: KnowledgeArticleId, query: &ListQuery) -> Result<Page<ArticleComment>> {
        let mut values = vec![text(id)];
        let mut filter = String::new();
        if let Some(cursor) = &query.cursor {
            let bad = |_| StoreError::invalid("knowledge_comment", "cursor", "give back the `next` of the page before");
            let last: ArticleCommentId = cursor.parse().map_err(bad)?;
            values.push(text(last));
            filter.push_str(" AND c.id < $2");
        }
        let limit = query.limit();
        let sql = format!(
            "SELECT c.id, c.user_id, u.name, c.at, c.text FROM knowledge_comment c LEFT JOIN app_user u ON u.id = c.user_id \
             WHERE c.article_id = $1{filter} ORDER BY c.id DESC LIMIT {}",
            limit + 1
        );
        let rows = self.db.fetch(sql, values).await?;
        let read = |row: &crate::db::Row| {
            let user = row.opt_text(2).map(ToOwned::to_owned);
            Ok(ArticleComment { id: row.id(0)?, user_id: row.opt_id(1)?, user, at: Utc(row.int(3)?), text: row.text(4)?.to_owned() })
        };
        let items = rows.iter().take(limit).map(read).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// How an article has done so far.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn article_tally(&self, id: KnowledgeArticleId) -> Result<Tally> {
        let rows = self.db.fetch(TALLY, vec![text(id)]).await?;
        Ok(rows.first().map(read_tally).unwrap_or_default())
    }

    /// A transaction in which the article is there and its tally is ours.
    async fn tally_to_change(&self, id: KnowledgeArticleId) -> Result<Tx> {
        let mut tx = self.db.begin().await?;
        if tx.fetch("SELECT id FROM knowledge_article WHERE id = $1", vec![text(id)]).await?.is_empty() {
            return Err(StoreError::NotFound { resource: "knowledge_article" });
        }
        // Two writers take turns at this row on either database.
        let sql = "INSERT INTO knowledge_tally (article_id, used, solved, ratings, rating_sum) VALUES ($1, 0, 0, 0, 0) \
                   ON CONFLICT (article_id) DO UPDATE SET used = knowledge_tally.used";
        tx.execute(sql, vec![text(id)]).await?;
        Ok(tx)
    }
}

const TALLY: &str = "SELECT used, solved, ratings, rating_sum FROM knowledge_tally WHERE article_id = $1";

async fn tally_in(tx: &mut Tx, id: KnowledgeArticleId) -> Result<Tally> {
    Ok(tx.fetch(TALLY, vec![text(id)]).await?.first().map(read_tally).unwrap_or_default())
}

fn read_tally(row: &crate::db::Row) -> Tally {
    let number = |at: usize| row.opt_int(at).unwrap_or(0);
    let ratings = number(2);
    let rating_mean = (ratings > 0).then(|| number(3) as f64 / ratings as f64);
    Tally { used: number(0), solved: number(1), ratings, rating_mean }
}
