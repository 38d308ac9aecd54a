//! The knowledge base as people edit it: categories, articles with their versions, requests for articles. Rules of the fields only.

use super::{
    ArticleRequestId, Check, Clash, Column, Kind, KnowledgeArticleId, KnowledgeCategoryId, Reference, Resource, UsedBy, columns, is_line,
};
use cti_types::{InteractionId, UserId, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Levels of categories. A deeper one is refused.
pub const CATEGORY_DEPTH_MAX: usize = 5;
/// Categories in all. One more is refused.
pub const CATEGORIES_MAX: usize = 500;
/// Longest text of an article, in characters. A longer one is refused.
pub const ARTICLE_BODY_MAX: usize = 50_000;
/// Words an article is found by beside its text; more are refused.
pub const KEYWORDS_MAX: usize = 30;

/// A shelf of the knowledge base; categories form trees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnowledgeCategory {
    pub name: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub parent_id: Option<KnowledgeCategoryId>,
    /// Its place among its neighbours, the smallest first.
    #[serde(default)]
    pub sort: i64,
}

impl Resource for KnowledgeCategory {
    type Id = KnowledgeCategoryId;
    const KIND: Kind = Kind::KnowledgeCategory;
    const TABLE: &'static str = "knowledge_category";
    const COLUMNS: &'static [Column] = columns!(name: Text, parent_id: Text, sort: Int);
    const USED_BY: &'static [UsedBy] =
        &[UsedBy { table: "knowledge_article", column: "category_id" }, UsedBy { table: "knowledge_category", column: "parent_id" }];
    const HAS_CLASHES: bool = true;

    fn check(&mut self, check: &mut Check) {
        check.name("name", &mut self.name);
        check.range("sort", self.sort, -1_000_000, 1_000_000);
    }

    fn references(&self) -> Vec<Reference> {
        let parent = |id: &KnowledgeCategoryId| Reference { field: "parent_id".into(), table: Self::TABLE, id: id.to_string() };
        self.parent_id.iter().map(parent).collect()
    }

    fn clash(&self, other: &Self) -> Option<Clash> {
        (self.parent_id == other.parent_id && self.name.to_lowercase() == other.name.to_lowercase()).then(|| Clash {
            field: "name",
            what: format!("there is already a category \"{}\" in this place", other.name),
            mend: "choose another name or another parent".to_owned(),
        })
    }

    fn clash_among(&self, own: Option<KnowledgeCategoryId>, others: &[(KnowledgeCategoryId, Self)]) -> Option<Clash> {
        let clash = |field, what: &str, mend: String| Some(Clash { field, what: what.to_owned(), mend });
        if others.len() >= CATEGORIES_MAX {
            return clash("name", "there are as many categories as there may be", format!("leave at most {CATEGORIES_MAX}"));
        }
        let parent_of = |id: KnowledgeCategoryId| others.iter().find(|(other, _)| *other == id).and_then(|(_, row)| row.parent_id);
        let (mut above, mut next) = (0, self.parent_id);
        while let Some(id) = next {
            above += 1;
            if Some(id) == own || above > others.len() {
                return clash("parent_id", "a category would stand below itself", "choose a parent that is not below it".to_owned());
            }
            next = parent_of(id);
        }
        let below = own.map_or(0, |own| depth_below(own, others, CATEGORY_DEPTH_MAX));
        if above + 1 + below > CATEGORY_DEPTH_MAX {
            let mend = format!("choose a parent higher up: there are at most {CATEGORY_DEPTH_MAX} levels");
            return clash("parent_id", "the categories would stand too deep", mend);
        }
        None
    }
}

/// Levels below a category, looked for down to `left`.
fn depth_below(of: KnowledgeCategoryId, all: &[(KnowledgeCategoryId, KnowledgeCategory)], left: usize) -> usize {
    if left == 0 {
        return 0;
    }
    let children = all.iter().filter(|(_, row)| row.parent_id == Some(of));
    children.map(|(id, _)| 1 + depth_below(*id, all, left - 1)).max().unwrap_or(0)
}

/// Who may read an article. Each may read what the ones before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ArticleAudience)]
pub enum Audience {
    /// Customers too, where they serve themselves.
    Public,
    /// Everybody who works here.
    Agents,
    Supervisors,
    Admins,
}

impl Audience {
    /// As a number, so that "up to" is a comparison.
    pub fn level(self) -> i64 {
        match self {
            Audience::Public => 0,
            Audience::Agents => 1,
            Audience::Supervisors => 2,
            Audience::Admins => 3,
        }
    }
}

/// Where a version of an article, or the article as a whole, stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArticleState {
    Draft,
    /// Handed in: somebody else reads it.
    Review,
    /// What readers see and searches find; at most one version of an article.
    Published,
    /// Was published.
    Retired,
}

impl ArticleState {
    pub fn word(self) -> &'static str {
        match self {
            ArticleState::Draft => "draft",
            ArticleState::Review => "review",
            ArticleState::Published => "published",
            ArticleState::Retired => "retired",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<ArticleState> {
        [ArticleState::Draft, ArticleState::Review, ArticleState::Published, ArticleState::Retired]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// An article in one language. Its texts stand in versions; what is edited here is who may read it and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KnowledgeArticle {
    /// Of the published version, or else of the latest. Not edited here.
    pub title: String,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub category_id: Option<KnowledgeCategoryId>,
    /// `en`, `zh`. Not changed any more once it is written.
    pub language: String,
    /// The first of the articles that say the same in several languages; `null`: this is the first, or the only one.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub group_id: Option<KnowledgeArticleId>,
    #[serde(default = "agents")]
    pub audience: Audience,
    pub state: ArticleState,
    /// The number of the version readers see.
    pub published: Option<u32>,
    pub latest: u32,
    /// From then on it is not found any more. Microseconds since 1970, UTC.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Utc>,
    /// When somebody should look whether it is still right.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub review_due_at: Option<Utc>,
}

fn agents() -> Audience {
    Audience::Agents
}

impl Resource for KnowledgeArticle {
    type Id = KnowledgeArticleId;
    const KIND: Kind = Kind::KnowledgeArticle;
    const TABLE: &'static str = "knowledge_article";
    const COLUMNS: &'static [Column] = columns!(
        title: Text, category_id: Text, language: Text, group_id: Text, audience: Text, state: Text, published: Int, latest: Int,
        valid_until: Int, review_due_at: Int,
    );
    const SEARCH: &'static str = "title";

    fn check(&mut self, check: &mut Check) {
        check.line("title", &self.title, 200);
        check.language("language", &self.language);
    }

    fn references(&self) -> Vec<Reference> {
        let category = self.category_id.map(|id| ("category_id", KnowledgeCategory::TABLE, id.to_string()));
        let group = self.group_id.map(|id| ("group_id", Self::TABLE, id.to_string()));
        category.into_iter().chain(group).map(|(field, table, id)| Reference { field: field.into(), table, id }).collect()
    }

    fn check_change(&self, old: &Self, check: &mut Check) {
        check.that(self.language == old.language, "language", "write the other language as a translation of this article");
        check.that(self.group_id == old.group_id, "group_id", "leave it: an article is a translation from its beginning");
    }

    fn derived_numbers(&self) -> Vec<(&'static str, Option<i64>)> {
        vec![("level", Some(self.audience.level()))]
    }
}

/// The text of an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleText {
    /// One line of at most 200 characters.
    pub title: String,
    /// Markdown, at most 50,000 characters. It is kept as it is; HTML in it is for the reader's screen to refuse.
    pub body: String,
    /// Words it should be found by that do not stand in it.
    #[serde(default)]
    pub keywords: Vec<String>,
}

impl ArticleText {
    pub(crate) fn check(&mut self, check: &mut Check) {
        self.title = self.title.trim_matches(' ').to_owned();
        check.that(!self.title.is_empty(), "title", "give it a value");
        check.line("title", &self.title, 200);
        check.text("body", &mut self.body, ARTICLE_BODY_MAX);
        check.that(!self.body.trim().is_empty(), "body", "write the article's text");
        check.count("keywords", self.keywords.len(), KEYWORDS_MAX);
        let mut seen = BTreeSet::new();
        for (at, word) in self.keywords.iter().enumerate().take(KEYWORDS_MAX) {
            let right = (1..=60).contains(&word.chars().count()) && is_line(word) && seen.insert(word.to_lowercase());
            check.that(right, format!("keywords[{at}]"), "use different words of 1 to 60 characters without control characters");
        }
    }
}

/// What makes a new article: its text with who may read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArticle {
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub category_id: Option<KnowledgeCategoryId>,
    pub language: String,
    /// Any article that says the same in another language.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub translation_of: Option<KnowledgeArticleId>,
    #[serde(default = "agents")]
    pub audience: Audience,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub valid_until: Option<Utc>,
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub review_due_at: Option<Utc>,
    pub title: String,
    pub body: String,
    #[serde(default)]
    pub keywords: Vec<String>,
}

/// One text of an article. The text never changes; its state does.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ArticleVersion {
    #[schema(value_type = Uuid)]
    pub article_id: KnowledgeArticleId,
    /// 1, 2, 3 … within the article.
    pub number: u32,
    pub state: ArticleState,
    #[serde(flatten)]
    pub text: ArticleText,
    #[schema(value_type = Option<Uuid>)]
    pub author_id: Option<UserId>,
    #[schema(value_type = i64)]
    pub created_at: Utc,
    #[schema(value_type = Option<i64>)]
    pub submitted_at: Option<Utc>,
    /// Who found it right; none: nobody has yet, or it was sent back.
    #[schema(value_type = Option<Uuid>)]
    pub reviewer_id: Option<UserId>,
    #[schema(value_type = Option<i64>)]
    pub reviewed_at: Option<Utc>,
    /// What the reviewer wrote.
    pub note: Option<String>,
    #[schema(value_type = Option<i64>)]
    pub published_at: Option<Utc>,
}

/// How far somebody is with a request for an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ArticleRequestState)]
pub enum RequestState {
    Open,
    /// Somebody writes it.
    Taken,
    /// There is an article.
    Done,
    Declined,
}

/// Somebody searched in vain and asks for an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArticleRequest {
    pub title: String,
    /// What the article should answer.
    #[serde(default)]
    pub details: String,
    /// What was searched for.
    #[serde(default)]
    pub query: Option<String>,
    #[serde(default = "english")]
    pub language: String,
    /// The contact in which it was missed.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub interaction_id: Option<InteractionId>,
    #[serde(default = "open")]
    pub state: RequestState,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub assignee_id: Option<UserId>,
    /// The article that answers it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub article_id: Option<KnowledgeArticleId>,
}

fn open() -> RequestState {
    RequestState::Open
}
fn english() -> String {
    "en".to_owned()
}

impl Resource for ArticleRequest {
    type Id = ArticleRequestId;
    const KIND: Kind = Kind::ArticleRequest;
    const TABLE: &'static str = "article_request";
    const COLUMNS: &'static [Column] = columns!(
        title: Text, details: Text, query: Text, language: Text, interaction_id: Text, state: Text, assignee_id: Text, article_id: Text,
    );
    const SEARCH: &'static str = "title";

    fn check(&mut self, check: &mut Check) {
        check.name("title", &mut self.title);
        check.text("details", &mut self.details, 5_000);
        check.optional("query", &mut self.query, 200);
        check.language("language", &self.language);
        let answered = self.state != RequestState::Done || self.article_id.is_some();
        check.that(answered, "article_id", "name the article that answers the request");
    }

    fn references(&self) -> Vec<Reference> {
        let assignee = self.assignee_id.map(|id| ("assignee_id", "app_user", id.to_string()));
        let article = self.article_id.map(|id| ("article_id", KnowledgeArticle::TABLE, id.to_string()));
        assignee.into_iter().chain(article).map(|(field, table, id)| Reference { field: field.into(), table, id }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> KnowledgeCategoryId {
        KnowledgeCategoryId(Uuid::from_u128(n))
    }

    fn below(name: &str, parent: Option<u128>) -> KnowledgeCategory {
        KnowledgeCategory { name: name.into(), parent_id: parent.map(id), sort: 0 }
    }

    #[test]
    fn categories_stand_at_most_five_deep_and_never_below_themselves() {
        // 1 > 2 > 3 > 4, and 5 > 6 beside them.
        let rows = [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(3)), (5, None), (6, Some(5))];
        let all: Vec<_> = rows.iter().map(|(n, parent)| (id(*n), below(&n.to_string(), *parent))).collect();
        let without = |own: u128| all.iter().filter(|(other, _)| *other != id(own)).cloned().collect::<Vec<_>>();
        let table: [(Option<u128>, Option<u128>, bool); 7] = [
            (None, None, true),
            (None, Some(4), true),
            (Some(5), Some(3), true),
            (Some(5), Some(4), false),
            (Some(1), Some(4), false),
            (Some(1), Some(1), false),
            (Some(1), Some(6), false),
        ];
        for (own, parent, right) in table {
            let others = own.map_or_else(|| all.clone(), without);
            let clash = below("x", parent).clash_among(own.map(id), &others);
            assert_eq!(clash.is_none(), right, "{own:?} below {parent:?}: {clash:?}");
        }
    }

    #[test]
    fn neighbours_have_different_names() {
        assert!(below("Printers", None).clash(&below("printers", None)).is_some());
        assert!(below("Printers", None).clash(&below("Printers", Some(1))).is_none());
    }
}
