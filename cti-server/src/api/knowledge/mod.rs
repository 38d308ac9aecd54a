//! The knowledge base: articles with their versions, finding them, and what people think of them. Categories and requests are in `rows`.

mod article;
mod articles;
mod feedback;
mod moves;
mod search;
mod unsolved;
mod versions;

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::{Endpoint, Schemas, page};
use super::problem::{Answer, Problem};
use crm_core::Stored;
use crm_core::knowledge::{ArticleComment, ArticleSummary, AskedFor, Rated, Tally, Used};
use crm_core::model::{ArticleText, ArticleVersion, Audience, KnowledgeArticle, KnowledgeArticleId, NewArticle, UserRole};
use serde::Serialize;
use std::sync::Arc;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

const TAG: &str = "knowledge";
const PATH: &str = "/knowledge/articles";
const READ: Access = Access::Needs(Right::KnowledgeRead);
const USE: Access = Access::Needs(Right::KnowledgeUse);
const WRITE: Access = Access::Needs(Right::KnowledgeWrite);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    let mut list = Endpoint::get(PATH, READ, articles::list)
        .says(TAG, "List articles")
        .more("In the order they were made. Who does not write articles sees published ones that are for them.")
        .query("category", "Of this category")
        .query("language", "In this language")
        .query("state", "draft, review, published or retired")
        .query("review_due_by", "Those to be looked at by then: 2026-01-31T08:00:00Z, or microseconds since 1970")
        .pages(false);
    let items = super::rows::stored::<KnowledgeArticle>(&mut list.schemas);
    let create = Endpoint::post(PATH, WRITE, articles::create)
        .says(TAG, "Write an article; its first version is a draft")
        .takes::<NewArticle>()
        .idempotent();
    let read = Endpoint::get(&one, READ, article::read)
        .says(TAG, "Read an article")
        .more("With the version that is published, or, for who writes articles, the latest.");
    let update = Endpoint::patch(&one, WRITE, article::update)
        .says(TAG, "Change an article's category, audience and times")
        .takes_patch::<KnowledgeArticle>()
        .versioned();
    let delete = Endpoint::delete(&one, WRITE, article::delete)
        .says(TAG, "Delete an article that was never published")
        .versioned()
        .answers_nothing(204, "Deleted")
        .refuses(409, "It was published, or something refers to it");
    let retire = Endpoint::post(format!("{one}/retire"), WRITE, moves::retire)
        .says(TAG, "Take an article away from its readers")
        .versioned()
        .refuses(409, "It is not published");
    let mut all = vec![
        list.answers_with(200, "A page of them", page(items)),
        viewed(create, 201, "Written"),
        viewed(read, 200, "The article; its version is the ETag").refuses(404, "No such article"),
        viewed(update, 200, "As it is now"),
        delete,
        viewed(retire, 200, "As it is now"),
    ];
    all.extend(version_endpoints(&format!("{one}/versions")));
    all.extend(search_endpoints());
    all.extend(feedback_endpoints(&one));
    all
}

fn version_endpoints(versions: &str) -> Vec<Endpoint> {
    let one = format!("{versions}/{{number}}");
    let moved = |word: &str, endpoint: Endpoint| {
        endpoint.answers::<ArticleVersion>(200, word).refuses(404, "No such version").refuses(409, "It does not stand where it should")
    };
    vec![
        Endpoint::get(versions, READ, versions::list)
            .says(TAG, "List an article's latest 200 versions, the newest first")
            .answers_list::<ArticleVersion>("The versions")
            .refuses(404, "No such article"),
        Endpoint::post(versions, WRITE, versions::add)
            .says(TAG, "Add a text as the article's next version, a draft")
            .takes::<ArticleText>()
            .idempotent()
            .answers::<ArticleVersion>(201, "Added")
            .refuses(404, "No such article"),
        Endpoint::get(&one, READ, versions::read)
            .says(TAG, "Read a version")
            .answers::<ArticleVersion>(200, "The version with its text")
            .refuses(404, "No such version"),
        moved(
            "It waits for a reviewer",
            Endpoint::post(format!("{one}/submit"), WRITE, moves::submit).says(TAG, "Hand a draft in for review"),
        ),
        moved(
            "As it is now",
            Endpoint::post(format!("{one}/review"), WRITE, moves::review)
                .says(TAG, "Find a version right, or send it back with a note")
                .more("Nobody reviews what they wrote themselves, but an administrator.")
                .takes::<moves::Review>(),
        ),
        moved(
            "It is published",
            Endpoint::post(format!("{one}/publish"), WRITE, moves::publish)
                .says(TAG, "Make a reviewed version the one readers see")
                .more("The one before is retired. Publishing it again is how one goes back."),
        ),
    ]
}

fn search_endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/knowledge/search", READ, search::search)
            .says(TAG, "Find articles by what is in them")
            .more("English and Chinese. Ranked by how well the text fits and how often the article solved the contact it was used in; `why` says how.")
            .query("q", "Any text of at most 200 characters; nothing in it has a meaning of its own")
            .query("language", "Only articles in this language")
            .query("category", "Only articles of this category and those below it")
            .query("limit", "1 to 50; 10 when nothing is said")
            .answers::<search::Found>(200, "The best first")
            .refuses(400, "The text is too long, or the limit outside its bounds")
            .refuses(422, "A filter was refused"),
        Endpoint::get("/knowledge/searches", WRITE, search::searches)
            .says(TAG, "What was searched for most often, without who")
            .query("without_result", "true: only searches that found nothing the last time")
            .query("limit", "1 to 500; 50 when nothing is said")
            .answers_list::<AskedFor>("The most frequent first")
            .refuses(400, "The limit lies outside its bounds")
            .refuses(422, "A filter was refused"),
        Endpoint::post(unsolved::PATH, USE, unsolved::turn)
            .says(TAG, "Make a ticket or a request for an article of a search that solved nothing")
            .more("With `ticket` a ticket is made, else a request for an article. The search counts as unsolved, without who searched.")
            .takes::<unsolved::Unsolved>()
            .idempotent()
            .answers::<unsolved::Turned>(201, "Made; Location says where"),
        Endpoint::get(unsolved::PATH, WRITE, unsolved::list)
            .says(TAG, "The searches that solved nothing most often, without who")
            .query("limit", "1 to 500; 50 when nothing is said")
            .answers_list::<AskedFor>("The most frequent first")
            .refuses(400, "The limit lies outside its bounds")
            .refuses(422, "A filter was refused"),
    ]
}

fn feedback_endpoints(one: &str) -> Vec<Endpoint> {
    vec![
        Endpoint::post(format!("{one}/used"), USE, feedback::used)
            .says(TAG, "Note that an article was used in a contact, and whether it solved the case")
            .more("Once for each contact; said again, the last word counts.")
            .takes::<Used>()
            .answers::<Tally>(200, "How the article has done so far")
            .refuses(404, "No such article"),
        Endpoint::put(format!("{one}/rating"), USE, feedback::rate)
            .says(TAG, "Rate an article, once each")
            .takes::<Rated>()
            .answers::<Tally>(200, "How the article has done so far")
            .refuses(404, "No such article"),
        Endpoint::get(format!("{one}/comments"), READ, feedback::comments)
            .says(TAG, "What readers wrote about an article, the latest first")
            .pages(false)
            .answers_page::<ArticleComment>()
            .refuses(404, "No such article"),
        Endpoint::post(format!("{one}/comments"), USE, feedback::comment)
            .says(TAG, "Write about an article")
            .takes::<feedback::Words>()
            .idempotent()
            .answers::<feedback::Commented>(201, "Kept")
            .refuses(404, "No such article"),
    ]
}

/// An article as it is read.
#[derive(Serialize)]
struct ArticleView {
    article: Stored<KnowledgeArticle>,
    version: ArticleVersion,
    /// The article in its other languages.
    translations: Vec<ArticleSummary>,
    tally: Tally,
}

impl ArticleView {
    async fn of(api: &Arc<Api>, caller: &Caller, article: Stored<KnowledgeArticle>) -> Answer<ArticleView> {
        let store = &api.state.store;
        let version = store.article_version(article.id, article.published.unwrap_or(article.latest)).await?;
        let mut translations = store.article_translations(&article, level(caller)).await?;
        if !caller.may(Right::KnowledgeWrite) {
            translations.retain(|other| other.state == crm_core::model::ArticleState::Published);
        }
        let tally = store.article_tally(article.id).await?;
        Ok(ArticleView { article, version, translations, tally })
    }
}

/// Answers an article as it is read.
fn viewed(mut endpoint: Endpoint, status: u16, description: &str) -> Endpoint {
    fn refer<T: ToSchema>(schemas: &mut Schemas) -> Ref {
        let name = T::name().into_owned();
        schemas.push((name.clone(), <T as PartialSchema>::schema()));
        T::schemas(schemas);
        Ref::from_schema_name(name)
    }
    let schemas = &mut endpoint.schemas;
    let article = super::rows::stored::<KnowledgeArticle>(schemas);
    let version = refer::<ArticleVersion>(schemas);
    let others = refer::<ArticleSummary>(schemas);
    let tally = refer::<Tally>(schemas);
    let view = ObjectBuilder::new()
        .property("article", article)
        .required("article")
        .property("version", version)
        .required("version")
        .property("translations", ArrayBuilder::new().items(others))
        .required("translations")
        .property("tally", tally)
        .required("tally");
    schemas.push(("ArticleView".to_owned(), RefOr::T(Schema::Object(view.build()))));
    endpoint.answers_with(status, description, RefOr::Ref(Ref::from_schema_name("ArticleView")))
}

/// Up to which audience somebody reads.
fn level(caller: &Caller) -> i64 {
    let highest = |role: &UserRole| match role {
        UserRole::Agent | UserRole::Analyst => Audience::Agents,
        UserRole::Supervisor => Audience::Supervisors,
        UserRole::Admin => Audience::Admins,
    };
    caller.roles.iter().map(highest).max().unwrap_or(Audience::Public).level()
}

/// The article, if it is for this reader: others are told that there is none.
async fn readable(api: &Arc<Api>, caller: &Caller, id: KnowledgeArticleId) -> Answer<Stored<KnowledgeArticle>> {
    let article = api.state.store.get::<KnowledgeArticle>(id).await?;
    let published = article.published.is_some() || caller.may(Right::KnowledgeWrite);
    if published && article.audience.level() <= level(caller) { Ok(article) } else { Err(Problem::not_found("knowledge article")) }
}
