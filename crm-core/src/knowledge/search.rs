//! Finding articles: the database says which hold a token, `rank` orders them. The same answer on both databases.

use super::rank::{Corpus, Lengths, Term, score, solved_share, text_score};
use super::snippet::{Marked, snippet, whole};
use super::tokens::terms;
use crate::Backend;
use crate::db::{Row, Value, text};
use crate::error::Result;
use crate::model::{KnowledgeArticleId, KnowledgeCategory, KnowledgeCategoryId};
use crate::store::Store;
use cti_types::Utc;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Articles that are scored; beyond them only the rarest of the words looked for count.
pub const CANDIDATES_MAX: usize = 200;
/// Hits of one search.
pub const HITS_MAX: u32 = 50;
/// Hits when nothing is said.
const HITS_DEFAULT: u32 = 10;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Any text; nothing in it has a meaning of its own.
    pub text: String,
    pub language: Option<String>,
    /// With all categories below it.
    pub category: Option<KnowledgeCategoryId>,
    /// [`crate::model::Audience::level`] of who asks.
    pub level: i64,
    pub limit: Option<u32>,
}

/// An article that was found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ArticleHit)]
pub struct Hit {
    #[schema(value_type = Uuid)]
    pub id: KnowledgeArticleId,
    /// The version that was found.
    pub number: u32,
    pub language: String,
    #[schema(value_type = Option<Uuid>)]
    pub category_id: Option<KnowledgeCategoryId>,
    pub title: Marked,
    pub snippet: Marked,
    /// Higher is better; comparable within one search only.
    pub score: f64,
    pub why: Why,
}

/// What the score is made of: `text_score` x (1 + `solved_share`).
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ArticleWhy)]
pub struct Why {
    /// How well the text fits.
    pub text_score: f64,
    /// In how many contacts it was used, and how many of them it solved.
    pub used: u64,
    pub solved: u64,
    /// The share of them that can be relied on.
    pub solved_share: f64,
    /// What was looked for, as stems and pairs of characters: what is there, and what is in other articles only.
    pub there: Vec<String>,
    pub missing: Vec<String>,
}

/// A document that holds a token.
struct Candidate {
    number: u32,
    language: String,
    category_id: Option<KnowledgeCategoryId>,
    lengths: Lengths,
    used: u64,
    solved: u64,
    title: String,
    body: String,
}

impl Store {
    /// Published articles that are valid at `now` and fit, the best first. Empty for a text without a word.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn search_articles(&self, now: Utc, search: &Search) -> Result<Vec<Hit>> {
        let wanted = self.known_terms(&search.text).await?;
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let corpus = self.corpus().await?;
        let (filter, values) = self.filter(now, search).await?;
        let mut rarest: Vec<&(String, u64)> = wanted.iter().collect();
        rarest.sort_by_key(|(_, articles)| *articles);
        let mut candidates: BTreeMap<KnowledgeArticleId, Candidate> = BTreeMap::new();
        for (term, _) in rarest {
            if candidates.len() >= CANDIDATES_MAX {
                break;
            }
            self.holding(term, &filter, &values, &mut candidates).await?;
        }
        let mut hits: Vec<(f64, Why, KnowledgeArticleId)> =
            candidates.iter().map(|(id, candidate)| explained(&corpus, &wanted, candidate, *id)).collect();
        // Equal scores: the one written first. Scores are finite.
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        hits.truncate(search.limit.unwrap_or(HITS_DEFAULT).clamp(1, HITS_MAX) as usize);
        self.with_texts(&wanted, hits, &candidates).await
    }

    /// What is looked for and stands in any article, each with how many hold it.
    async fn known_terms(&self, text: &str) -> Result<Vec<(String, u64)>> {
        let sql = match self.backend() {
            Backend::Sqlite => "SELECT COUNT(*) FROM knowledge_fts WHERE knowledge_fts MATCH $1",
            Backend::Postgres => "SELECT COUNT(*) FROM knowledge_document WHERE tokens @@ CAST($1 AS tsquery)",
        };
        let mut known = Vec::new();
        for term in terms(text) {
            let rows = self.db.fetch(sql, vec![self.quoted(&term)]).await?;
            let articles = rows.first().and_then(|row| row.opt_int(0)).unwrap_or(0);
            if articles > 0 {
                known.push((term, articles as u64));
            }
        }
        Ok(known)
    }

    /// A token as either database wants it. It is made of letters and digits, so nothing in it needs escaping.
    fn quoted(&self, term: &str) -> Value {
        match self.backend() {
            Backend::Sqlite => Value::from(format!("\"{term}\"")),
            Backend::Postgres => Value::from(format!("'{term}'")),
        }
    }

    async fn corpus(&self) -> Result<Corpus> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(title_count), 0) AS BIGINT), CAST(COALESCE(SUM(body_count), 0) AS BIGINT) \
                   FROM knowledge_document";
        let rows = self.db.fetch(sql, Vec::new()).await?;
        let number = |at: usize| rows.first().and_then(|row| row.opt_int(at)).unwrap_or(0).max(0) as u64;
        let articles = number(0);
        let mean = |sum: u64| if articles == 0 { 0.0 } else { sum as f64 / articles as f64 };
        Ok(Corpus { articles, title_mean: mean(number(1)), body_mean: mean(number(2)) })
    }

    /// What else must hold of an article `a`; the term is `$1`.
    async fn filter(&self, now: Utc, search: &Search) -> Result<(String, Vec<Value>)> {
        let mut values = vec![Value::from(search.level), Value::from(now)];
        let mut filter = "a.level <= $2 AND (a.valid_until IS NULL OR a.valid_until > $3)".to_owned();
        if let Some(language) = &search.language {
            values.push(Value::from(language.as_str()));
            filter.push_str(&format!(" AND a.language = ${}", values.len() + 1));
        }
        if let Some(category) = search.category {
            let first = values.len() + 2;
            values.extend(self.with_below(category).await?.into_iter().map(text));
            let places = crate::db::placeholders(first, values.len() + 2 - first);
            filter.push_str(&format!(" AND a.category_id IN ({places})"));
        }
        Ok((filter, values))
    }

    /// A category and all below it.
    async fn with_below(&self, category: KnowledgeCategoryId) -> Result<BTreeSet<KnowledgeCategoryId>> {
        let all = self.all::<KnowledgeCategory>().await?;
        let mut chosen = BTreeSet::from([category]);
        // Each round adds a level; there are few.
        loop {
            let before = chosen.len();
            chosen.extend(
                all.iter().filter(|row| row.parent_id.is_some_and(|parent| chosen.contains(&parent))).map(|row| row.id).collect::<Vec<_>>(),
            );
            if chosen.len() == before {
                return Ok(chosen);
            }
        }
    }

    /// Adds the articles that hold the token, the first written first, until there are enough.
    async fn holding(&self, term: &str, filter: &str, values: &[Value], into: &mut BTreeMap<KnowledgeArticleId, Candidate>) -> Result<()> {
        let holds = match self.backend() {
            Backend::Sqlite => "knowledge_fts JOIN knowledge_document d ON d.row_id = knowledge_fts.rowid",
            Backend::Postgres => "knowledge_document d",
        };
        let matches = match self.backend() {
            Backend::Sqlite => "knowledge_fts MATCH $1",
            Backend::Postgres => "d.tokens @@ CAST($1 AS tsquery)",
        };
        let sql = format!(
            "SELECT d.article_id, d.number, a.language, a.category_id, d.title_count, d.body_count, COALESCE(t.used, 0), \
             COALESCE(t.solved, 0), d.title_tokens, d.body_tokens FROM {holds} JOIN knowledge_article a ON a.id = d.article_id \
             LEFT JOIN knowledge_tally t ON t.article_id = d.article_id WHERE {matches} AND {filter} \
             ORDER BY d.article_id LIMIT {CANDIDATES_MAX}"
        );
        let mut all = vec![self.quoted(term)];
        all.extend_from_slice(values);
        for row in self.db.fetch(sql, all).await? {
            if into.len() >= CANDIDATES_MAX {
                break;
            }
            let id = row.id(0)?;
            if let std::collections::btree_map::Entry::Vacant(e) = into.entry(id) {
                e.insert(candidate(&row)?);
            }
        }
        Ok(())
    }

    /// The hits with their titles and snippets.
    async fn with_texts(
        &self,
        wanted: &[(String, u64)],
        hits: Vec<(f64, Why, KnowledgeArticleId)>,
        candidates: &BTreeMap<KnowledgeArticleId, Candidate>,
    ) -> Result<Vec<Hit>> {
        let wanted: BTreeSet<&str> = wanted.iter().map(|(term, _)| term.as_str()).collect();
        let mut out = Vec::with_capacity(hits.len());
        for (score, why, id) in hits {
            let Some(candidate) = candidates.get(&id) else { continue };
            let version = match self.article_version(id, candidate.number).await {
                Ok(version) => version,
                // Deleted between the two reads.
                Err(crate::StoreError::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            out.push(Hit {
                id,
                number: candidate.number,
                language: candidate.language.clone(),
                category_id: candidate.category_id,
                title: whole(&version.text.title, &wanted),
                snippet: snippet(&version.text.body, &wanted),
                score,
                why,
            });
        }
        Ok(out)
    }
}

fn candidate(row: &Row) -> Result<Candidate> {
    let number = |at: usize| row.int(at).map(|n| n.max(0) as u64);
    Ok(Candidate {
        number: row.int(1)? as u32,
        language: row.text(2)?.to_owned(),
        category_id: row.opt_id(3)?,
        lengths: Lengths { title: number(4)?, body: number(5)? },
        used: number(6)?,
        solved: number(7)?,
        title: row.text(8)?.to_owned(),
        body: row.text(9)?.to_owned(),
    })
}

fn explained(corpus: &Corpus, wanted: &[(String, u64)], candidate: &Candidate, id: KnowledgeArticleId) -> (f64, Why, KnowledgeArticleId) {
    let (title, body) = (counted(&candidate.title, wanted), counted(&candidate.body, wanted));
    let times = |counts: &BTreeMap<&str, u64>, term: &str| counts.get(term).copied().unwrap_or(0);
    let terms: Vec<Term> =
        wanted.iter().map(|(term, articles)| Term { articles: *articles, title: times(&title, term), body: times(&body, term) }).collect();
    let text_score = text_score(corpus, candidate.lengths, &terms);
    let solved_share = solved_share(candidate.solved, candidate.used);
    let is_there = |term: &str| title.contains_key(term) || body.contains_key(term);
    let (there, missing) = wanted.iter().map(|(term, _)| term.clone()).partition(|term| is_there(term));
    let why = Why { text_score, used: candidate.used, solved: candidate.solved, solved_share, there, missing };
    (score(text_score, solved_share), why, id)
}

/// How often each term stands in a text of tokens.
fn counted<'a>(tokens: &str, wanted: &'a [(String, u64)]) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    for token in tokens.split(' ') {
        if let Some((term, _)) = wanted.iter().find(|(term, _)| term == token) {
            *counts.entry(term.as_str()).or_insert(0) += 1;
        }
    }
    counts
}
