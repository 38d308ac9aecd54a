//! Articles and their versions: writing, handing in, reviewing, publishing, retiring, reading. What is published is what `search` finds.

use super::tokens::tokens;
use crate::audit::{Action, write_audit};
use crate::crud::{column_list, read_row, update_in};
use crate::db::{Row, Tx, Value, args, text};
use crate::error::{Result, StoreError};
use crate::model::{
    ArticleState, ArticleText, ArticleVersion, Check, Kind, KnowledgeArticle, KnowledgeArticleId, KnowledgeCategoryId, NewArticle, Page,
    Stored, Who,
};
use crate::store::Store;
use cti_types::Utc;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Versions of one article; the next one is refused.
const VERSIONS_MAX: i64 = 1_000;
/// Versions listed, the newest first.
const LISTED_MAX: usize = 200;
const RESOURCE: &str = "knowledge_article_version";

const COLUMNS: &str = "article_id, number, state, title, body, keywords, author_id, created_at, submitted_at, reviewer_id, reviewed_at, \
                       note, published_at";

/// Which articles are listed.
#[derive(Clone, Debug, Default)]
pub struct ArticleFilter {
    pub category: Option<KnowledgeCategoryId>,
    pub language: Option<String>,
    pub state: Option<ArticleState>,
    /// Only those whose time to be looked at has come by then.
    pub review_due_by: Option<Utc>,
    /// [`crate::model::Audience::level`] of who reads; only published ones when they are not an author.
    pub level: i64,
    pub author: bool,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// An article beside others that say the same.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ArticleSummary {
    #[schema(value_type = Uuid)]
    pub id: KnowledgeArticleId,
    pub language: String,
    pub title: String,
    pub state: ArticleState,
}

impl Store {
    /// Writes a new article with its first version, a draft.
    ///
    /// # Errors
    /// `Invalid` with each wrong field; `Clash` when there is a translation into this language already; `Unavailable`.
    pub async fn create_article(&self, who: &Who, now: Utc, new: NewArticle) -> Result<(Stored<KnowledgeArticle>, ArticleVersion)> {
        let NewArticle { category_id, language, translation_of, audience, valid_until, review_due_at, title, body, keywords } = new;
        let text = checked(ArticleText { title, body, keywords })?;
        let group_id = match translation_of {
            Some(of) => Some(self.first_of(of).await?),
            None => None,
        };
        let mut article = KnowledgeArticle {
            title: text.title.clone(),
            category_id,
            language,
            group_id,
            audience,
            state: ArticleState::Draft,
            published: None,
            latest: 1,
            valid_until,
            review_due_at,
        };
        self.prepare(&mut article, None).await?;
        let mut tx = self.db.begin().await?;
        if let Some(group) = group_id {
            refuse_second(&mut tx, group, &article.language).await?;
        }
        let stored = self.insert_in(&mut tx, who, now, article, Vec::new()).await?;
        let version = self.write_version(&mut tx, who, now, stored.id, 1, text).await?;
        tx.commit().await?;
        self.changed(Kind::KnowledgeArticle, stored.id);
        Ok((stored, version))
    }

    /// The first article of the group this one belongs to.
    async fn first_of(&self, id: KnowledgeArticleId) -> Result<KnowledgeArticleId> {
        match self.get::<KnowledgeArticle>(id).await {
            Ok(article) => Ok(article.group_id.unwrap_or(id)),
            Err(StoreError::NotFound { .. }) => {
                Err(StoreError::invalid("knowledge_article", "translation_of", "choose an article that exists"))
            }
            Err(error) => Err(error),
        }
    }

    /// Adds a text as the article's next version, a draft.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `Unavailable`.
    pub async fn add_article_version(&self, who: &Who, now: Utc, id: KnowledgeArticleId, text: ArticleText) -> Result<ArticleVersion> {
        let text = checked(text)?;
        let (mut tx, old) = self.article_to_change(id).await?;
        let number = i64::from(old.latest) + 1;
        if number > VERSIONS_MAX {
            return Err(StoreError::invalid(RESOURCE, "", "the article has as many versions as it may have; begin a new one"));
        }
        let mut article = old.data.clone();
        article.latest = number as u32;
        if article.published.is_none() {
            article.title.clone_from(&text.title);
            article.state = ArticleState::Draft;
        }
        update_in(self, &mut tx, who, now, &old, article, Vec::new()).await?;
        let version = self.write_version(&mut tx, who, now, id, number, text).await?;
        tx.commit().await?;
        self.changed(Kind::KnowledgeArticle, id);
        Ok(version)
    }

    /// Hands a draft in for review.
    ///
    /// # Errors
    /// `NotFound`; `Clash` when it is no draft; `Unavailable`.
    pub async fn submit_article_version(&self, who: &Who, now: Utc, id: KnowledgeArticleId, number: u32) -> Result<ArticleVersion> {
        self.move_version(who, now, id, number, |version| {
            must_be(version, ArticleState::Draft)?;
            version.state = ArticleState::Review;
            version.submitted_at = Some(now);
            (version.reviewer_id, version.reviewed_at, version.note) = (None, None, None);
            Ok(())
        })
        .await
    }

    /// A reviewer finds a version right, or sends it back as a draft with a note. Nobody reviews what they wrote themselves, but an
    /// administrator (`any`).
    ///
    /// # Errors
    /// `NotFound`; `Clash` when it was not handed in, or is the reviewer's own; `Invalid` for a note too long; `Unavailable`.
    pub async fn review_article_version(
        &self,
        who: &Who,
        now: Utc,
        id: KnowledgeArticleId,
        number: u32,
        approved: bool,
        note: Option<String>,
        any: bool,
    ) -> Result<ArticleVersion> {
        let mut note = note.unwrap_or_default();
        let mut check = Check::default();
        check.text("note", &mut note, 2_000);
        valid(check)?;
        self.move_version(who, now, id, number, |version| {
            must_be(version, ArticleState::Review)?;
            if version.author_id.is_some() && version.author_id == who.user && !any {
                return Err(clash("reviewer_id", "nobody reviews what they wrote themselves", "have somebody else read it"));
            }
            version.state = if approved { ArticleState::Review } else { ArticleState::Draft };
            (version.reviewer_id, version.reviewed_at) = if approved { (who.user, Some(now)) } else { (None, None) };
            version.note = Some(note).filter(|note| !note.is_empty());
            Ok(())
        })
        .await
    }

    /// Makes a reviewed version the one readers see; the one before is retired. An administrator (`any`) needs no review. Publishing a
    /// retired version again is how one goes back.
    ///
    /// # Errors
    /// `NotFound`; `Clash` when nobody has reviewed it; `Unavailable`.
    pub async fn publish_article_version(
        &self,
        who: &Who,
        now: Utc,
        id: KnowledgeArticleId,
        number: u32,
        any: bool,
    ) -> Result<ArticleVersion> {
        let (mut tx, old) = self.article_to_change(id).await?;
        let mut version = version_in(&mut tx, id, number).await?;
        let before = shown(&version);
        let reviewed = version.reviewed_at.is_some() && matches!(version.state, ArticleState::Review | ArticleState::Retired);
        if !reviewed && !any {
            return Err(clash("state", "nobody has reviewed this version", "hand it in and have somebody else review it"));
        }
        let retire =
            "UPDATE knowledge_article_version SET state = 'retired' WHERE article_id = $1 AND state = 'published' AND number <> $2";
        tx.execute(retire, args![id.to_string(), number]).await?;
        version.state = ArticleState::Published;
        version.published_at = Some(now);
        put_state(&mut tx, &version).await?;
        let mut article = old.data.clone();
        article.state = ArticleState::Published;
        article.published = Some(number);
        article.title.clone_from(&version.text.title);
        update_in(self, &mut tx, who, now, &old, article, Vec::new()).await?;
        index(&mut tx, self.backend(), &version).await?;
        write_audit(self, &mut tx, who, now, Action::Update, RESOURCE, &id.to_string(), Some(before), Some(shown(&version))).await?;
        tx.commit().await?;
        self.changed(Kind::KnowledgeArticle, id);
        Ok(version)
    }

    /// Takes an article away from its readers. `version` is that of the article, as in [`Store::update`].
    ///
    /// # Errors
    /// `NotFound`, `VersionConflict`; `Clash` when it is not published; `Unavailable`.
    pub async fn retire_article(&self, who: &Who, now: Utc, id: KnowledgeArticleId, version: i64) -> Result<Stored<KnowledgeArticle>> {
        let (mut tx, old) = self.article_to_change(id).await?;
        if old.version != version {
            return Err(StoreError::VersionConflict { resource: "knowledge_article", current: old.version });
        }
        if old.published.is_none() {
            return Err(clash("state", "the article is not published", "delete it, if nobody needs it"));
        }
        let retire = "UPDATE knowledge_article_version SET state = 'retired' WHERE article_id = $1 AND state = 'published'";
        tx.execute(retire, vec![text(id)]).await?;
        tx.execute("DELETE FROM knowledge_document WHERE article_id = $1", vec![text(id)]).await?;
        let mut article = old.data.clone();
        (article.state, article.published) = (ArticleState::Retired, None);
        let stored = update_in(self, &mut tx, who, now, &old, article, Vec::new()).await?;
        tx.commit().await?;
        self.changed(Kind::KnowledgeArticle, id);
        Ok(stored)
    }

    /// A page of articles in the order they were made.
    ///
    /// # Errors
    /// `Invalid` for a bad cursor; `Unavailable`.
    pub async fn articles(&self, filter: &ArticleFilter) -> Result<Page<Stored<KnowledgeArticle>>> {
        let mut values = vec![Value::from(filter.level)];
        let mut conditions = vec!["level <= $1".to_owned()];
        let mut add = |condition: &str, value: Value| {
            values.push(value);
            conditions.push(format!("{condition} ${}", values.len()));
        };
        if let Some(cursor) = &filter.cursor {
            let id: KnowledgeArticleId = cursor
                .parse()
                .map_err(|_| StoreError::invalid("knowledge_article", "cursor", "give back the `next` of the page before"))?;
            add("id >", text(id));
        }
        if let Some(category) = filter.category {
            add("category_id =", text(category));
        }
        if let Some(language) = &filter.language {
            add("language =", Value::from(language.as_str()));
        }
        let state = if filter.author { filter.state } else { Some(ArticleState::Published) };
        if let Some(state) = state {
            add("state =", Value::from(state.word()));
        }
        if let Some(by) = filter.review_due_by {
            add("review_due_at <=", Value::from(by));
        }
        let limit = filter.limit.unwrap_or(crate::model::PAGE_DEFAULT).clamp(1, crate::model::PAGE_MAX) as usize;
        let columns = column_list::<KnowledgeArticle>();
        let sql = format!("SELECT {columns} FROM knowledge_article WHERE {} ORDER BY id LIMIT {}", conditions.join(" AND "), limit + 1);
        let rows = self.db.fetch(sql, values).await?;
        let items = rows.iter().take(limit).map(read_row::<KnowledgeArticle>).collect::<Result<Vec<_>>>()?;
        let next = if rows.len() > limit { items.last().map(|item| item.id.to_string()) } else { None };
        Ok(Page { items, next })
    }

    /// The article in its other languages, as far as they are for readers of this level ([`crate::model::Audience::level`]).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn article_translations(&self, article: &Stored<KnowledgeArticle>, level: i64) -> Result<Vec<ArticleSummary>> {
        let group = article.group_id.unwrap_or(article.id);
        let sql = "SELECT id, language, title, state FROM knowledge_article WHERE id = $1 AND level <= $2 UNION ALL \
                   SELECT id, language, title, state FROM knowledge_article WHERE group_id = $1 AND level <= $2 ORDER BY 2 LIMIT 50";
        let rows = self.db.fetch(sql, vec![text(group), Value::from(level)]).await?;
        let all = rows.iter().map(|row| {
            let state = state(row.text(3)?)?;
            Ok(ArticleSummary { id: row.id(0)?, language: row.text(1)?.to_owned(), title: row.text(2)?.to_owned(), state })
        });
        Ok(all.collect::<Result<Vec<_>>>()?.into_iter().filter(|other| other.id != article.id).collect())
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub async fn article_version(&self, id: KnowledgeArticleId, number: u32) -> Result<ArticleVersion> {
        let sql = format!("SELECT {COLUMNS} FROM knowledge_article_version WHERE article_id = $1 AND number = $2");
        let rows = self.db.fetch(sql, args![id.to_string(), number]).await?;
        rows.first().map_or(Err(StoreError::NotFound { resource: RESOURCE }), read)
    }

    /// The latest 200 versions, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn article_versions(&self, id: KnowledgeArticleId) -> Result<Vec<ArticleVersion>> {
        let sql = format!("SELECT {COLUMNS} FROM knowledge_article_version WHERE article_id = $1 ORDER BY number DESC LIMIT {LISTED_MAX}");
        self.db.fetch(sql, vec![text(id)]).await?.iter().map(read).collect()
    }

    /// A transaction in which the article's row is ours, and the row.
    async fn article_to_change(&self, id: KnowledgeArticleId) -> Result<(Tx, Stored<KnowledgeArticle>)> {
        let mut tx = self.db.begin().await?;
        // Touching the row makes two writers take turns on either database.
        if tx.execute("UPDATE knowledge_article SET latest = latest WHERE id = $1", vec![text(id)]).await? == 0 {
            return Err(StoreError::NotFound { resource: "knowledge_article" });
        }
        let sql = format!("SELECT {} FROM knowledge_article WHERE id = $1", column_list::<KnowledgeArticle>());
        let rows = tx.fetch(sql, vec![text(id)]).await?;
        let article = rows.first().map_or(Err(StoreError::NotFound { resource: "knowledge_article" }), read_row::<KnowledgeArticle>)?;
        Ok((tx, article))
    }

    /// Changes where a version stands, and the article's own state as long as nothing of it is published.
    async fn move_version(
        &self,
        who: &Who,
        now: Utc,
        id: KnowledgeArticleId,
        number: u32,
        change: impl FnOnce(&mut ArticleVersion) -> Result<()>,
    ) -> Result<ArticleVersion> {
        let (mut tx, old) = self.article_to_change(id).await?;
        let mut version = version_in(&mut tx, id, number).await?;
        let before = shown(&version);
        change(&mut version)?;
        put_state(&mut tx, &version).await?;
        if old.published.is_none() && old.latest == number {
            let article = KnowledgeArticle { state: version.state, ..old.data.clone() };
            update_in(self, &mut tx, who, now, &old, article, Vec::new()).await?;
        }
        write_audit(self, &mut tx, who, now, Action::Update, RESOURCE, &id.to_string(), Some(before), Some(shown(&version))).await?;
        tx.commit().await?;
        self.changed(Kind::KnowledgeArticle, id);
        Ok(version)
    }

    async fn write_version(
        &self,
        tx: &mut Tx,
        who: &Who,
        now: Utc,
        id: KnowledgeArticleId,
        number: i64,
        text: ArticleText,
    ) -> Result<ArticleVersion> {
        let keywords = serde_json::to_string(&text.keywords).map_err(|e| StoreError::corrupt_from("keywords cannot be written", e))?;
        let sql = "INSERT INTO knowledge_article_version (article_id, number, state, title, body, keywords, author_id, created_at) \
                   VALUES ($1, $2, 'draft', $3, $4, $5, $6, $7)";
        let author = who.user.map(|user| user.to_string());
        tx.execute_on(RESOURCE, sql, args![id.to_string(), number, text.title.as_str(), text.body.as_str(), keywords, author, now]).await?;
        let version = version_in(tx, id, number as u32).await?;
        write_audit(self, tx, who, now, Action::Create, RESOURCE, &id.to_string(), None, Some(shown(&version))).await?;
        Ok(version)
    }
}

/// Tidied, or every wrong field.
fn checked(mut text: ArticleText) -> Result<ArticleText> {
    let mut check = Check::default();
    text.check(&mut check);
    valid(check)?;
    Ok(text)
}

fn valid(check: Check) -> Result<()> {
    let errors = check.into_errors();
    if errors.is_empty() { Ok(()) } else { Err(StoreError::Invalid { resource: RESOURCE, errors }) }
}

fn clash(field: &'static str, what: &str, mend: &str) -> StoreError {
    StoreError::Clash { resource: RESOURCE, field, what: what.to_owned(), mend: mend.to_owned() }
}

fn must_be(version: &ArticleVersion, state: ArticleState) -> Result<()> {
    if version.state == state {
        return Ok(());
    }
    let what = format!("the version is {}, not {}", version.state.word(), state.word());
    Err(clash("state", &what, "look where it stands now"))
}

/// One article of a group in each language.
async fn refuse_second(tx: &mut Tx, group: KnowledgeArticleId, language: &str) -> Result<()> {
    tx.lock_for_writing("knowledge_article").await?;
    let sql = "SELECT id FROM knowledge_article WHERE (id = $1 OR group_id = $1) AND language = $2 LIMIT 1";
    if tx.fetch(sql, args![group.to_string(), language]).await?.is_empty() {
        return Ok(());
    }
    Err(clash("language", "there is a translation into this language already", "write a new version of that one"))
}

async fn version_in(tx: &mut Tx, id: KnowledgeArticleId, number: u32) -> Result<ArticleVersion> {
    let sql = format!("SELECT {COLUMNS} FROM knowledge_article_version WHERE article_id = $1 AND number = $2");
    let rows = tx.fetch(sql, args![id.to_string(), number]).await?;
    rows.first().map_or(Err(StoreError::NotFound { resource: RESOURCE }), read)
}

async fn put_state(tx: &mut Tx, version: &ArticleVersion) -> Result<()> {
    let sql = "UPDATE knowledge_article_version SET state = $3, submitted_at = $4, reviewer_id = $5, reviewed_at = $6, note = $7, \
               published_at = $8 WHERE article_id = $1 AND number = $2";
    let at = |time: Option<Utc>| Value::Int(time.map(|time| time.0));
    let values = vec![
        text(version.article_id),
        Value::from(version.number),
        Value::from(version.state.word()),
        at(version.submitted_at),
        Value::from(version.reviewer_id.map(|user| user.to_string())),
        at(version.reviewed_at),
        Value::from(version.note.clone()),
        at(version.published_at),
    ];
    tx.execute_on(RESOURCE, sql, values).await.map(drop)
}

/// Makes the version the one that is found.
async fn index(tx: &mut Tx, backend: crate::Backend, version: &ArticleVersion) -> Result<()> {
    let id = version.article_id.to_string();
    tx.execute("DELETE FROM knowledge_document WHERE article_id = $1", args![id.as_str()]).await?;
    let of = |text: &str| tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>();
    let mut title = of(&version.text.title);
    title.extend(version.text.keywords.iter().flat_map(|word| of(word)));
    let body = of(&version.text.body);
    let distinct: BTreeSet<&str> = title.iter().chain(&body).map(String::as_str).collect();
    let head = "INSERT INTO knowledge_document (article_id, number, title_count, body_count, title_tokens, body_tokens";
    let mut values = args![id, version.number, title.len() as u64, body.len() as u64, title.join(" "), body.join(" ")];
    match backend {
        crate::Backend::Sqlite => {
            tx.execute(format!("{head}) VALUES ($1, $2, $3, $4, $5, $6)"), values).await?;
            let all = distinct.iter().copied().collect::<Vec<_>>().join(" ");
            let sql = "INSERT INTO knowledge_fts (rowid, tokens) SELECT row_id, $2 FROM knowledge_document WHERE article_id = $1";
            tx.execute(sql, args![version.article_id.to_string(), all]).await?;
        }
        crate::Backend::Postgres => {
            // Tokens are letters and digits, so nothing in them needs escaping.
            let all = distinct.iter().fold(String::new(), |all, token| all + "'" + token + "' ");
            values.push(Value::from(all));
            tx.execute(format!("{head}, tokens) VALUES ($1, $2, $3, $4, $5, $6, CAST($7 AS tsvector))"), values).await?;
        }
    }
    Ok(())
}

/// What the audit keeps of a version: where it stands, not its text, which the version itself keeps.
fn shown(version: &ArticleVersion) -> serde_json::Value {
    json!({
        "number": version.number, "state": version.state, "title": version.text.title,
        "reviewer_id": version.reviewer_id, "note": version.note,
    })
}

fn state(word: &str) -> Result<ArticleState> {
    ArticleState::from_word(word).ok_or_else(|| StoreError::corrupt(format!("an article is {word}")))
}

fn read(row: &Row) -> Result<ArticleVersion> {
    let keywords = serde_json::from_str(row.text(5)?).map_err(|e| StoreError::corrupt_from("the keywords of an article", e))?;
    Ok(ArticleVersion {
        article_id: row.id(0)?,
        number: row.int(1)? as u32,
        state: state(row.text(2)?)?,
        text: ArticleText { title: row.text(3)?.to_owned(), body: row.text(4)?.to_owned(), keywords },
        author_id: row.opt_id(6)?,
        created_at: Utc(row.int(7)?),
        submitted_at: row.opt_int(8).map(Utc),
        reviewer_id: row.opt_id(9)?,
        reviewed_at: row.opt_int(10).map(Utc),
        note: row.opt_text(11).map(ToOwned::to_owned),
        published_at: row.opt_int(12).map(Utc),
    })
}
