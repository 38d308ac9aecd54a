//! `POST` and `GET /knowledge/searches/unsolved`: a search that solved nothing becomes a ticket or a request for an article, and is counted.

use super::super::Api;
use super::super::access::Right;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::extract::{JsonBody, Query, parse};
use super::super::fields::admit_new;
use super::super::once::{IdempotencyKey, Made, once};
use super::super::problem::{Answer, Problem};
use super::super::tickets::may_name;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use crm_core::StoreError;
use crm_core::knowledge::AskedFor;
use crm_core::model::{ArticleRequest, Ticket};
use cti_types::InteractionId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) const PATH: &str = "/knowledge/searches/unsolved";
/// Characters of a search, as it is asked.
const TEXT_MAX: usize = 200;
/// Characters of a title made of one.
const TITLE_MAX: usize = 100;

/// A search that solved nothing, whatever it found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SearchUnsolved)]
pub(super) struct Unsolved {
    /// What was searched for; one line of 1 to 200 characters.
    text: String,
    /// In which language; left out: any.
    #[serde(default)]
    language: Option<String>,
    /// The contact in which it was missed.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    interaction_id: Option<InteractionId>,
    /// Of what is made; left out: what was searched for.
    #[serde(default)]
    title: Option<String>,
    /// What the article should answer, or what the customer wants; at most 5,000 characters.
    #[serde(default)]
    details: String,
    /// The fields of a new ticket, which needs a type. Left out: a request for an article is made.
    #[serde(default)]
    #[schema(value_type = Option<Ticket>)]
    ticket: Option<Value>,
}

/// What was made of a search.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SearchBecame)]
pub(super) enum Became {
    Ticket,
    ArticleRequest,
}

/// Where to find it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SearchTurned)]
pub(super) struct Turned {
    made: Became,
    id: Uuid,
    /// The contact is linked to it. One that has just begun is not in the log yet: link it to the ticket later.
    interaction_linked: bool,
}

pub(super) async fn turn(State(api): State<Arc<Api>>, caller: Caller, key: IdempotencyKey, body: JsonBody) -> Answer<Response> {
    let (again, by, value) = (Arc::clone(&api), caller.clone(), body.value().clone());
    let work = async move {
        let unsolved: Unsolved = parse(value)?;
        let words = unsolved.text.trim().to_owned();
        let line = !words.chars().any(char::is_control) && (1..=TEXT_MAX).contains(&words.chars().count());
        if !line {
            return Err(Problem::invalid("text", "give one line of 1 to 200 characters"));
        }
        let language = unsolved.language.clone();
        let (turned, location, version) = match unsolved.ticket {
            Some(fields) => {
                let about = About { words: &words, title: unsolved.title, details: unsolved.details, interaction: unsolved.interaction_id };
                ticket(&again, &by, fields, about).await?
            }
            None => request(&again, &by, &words, unsolved).await?,
        };
        // It was made: a count that fails does not take it back.
        if let Err(error) = again.state.store.count_unsolved(again.state.clock.utc(), &words, language.as_deref()).await {
            tracing::warn!(%error, "an unsolved search is not counted");
        }
        Made::row(&turned, location, version)
    };
    Box::pin(once(&api, &caller, PATH, key, &body, work)).await
}

async fn request(api: &Api, caller: &Caller, words: &str, unsolved: Unsolved) -> Answer<(Turned, String, i64)> {
    let mut fields = json!({
        "title": unsolved.title.unwrap_or_else(|| title(words)),
        "details": unsolved.details,
        "query": words,
        "interaction_id": unsolved.interaction_id,
    });
    if let (Some(language), Value::Object(fields)) = (unsolved.language, &mut fields) {
        fields.insert("language".to_owned(), json!(language));
    }
    let data: ArticleRequest = parse(fields)?;
    let made = api.state.store.insert(&caller.who(), api.state.clock.utc(), data).await?;
    let turned = Turned { made: Became::ArticleRequest, id: made.id.0, interaction_linked: made.interaction_id.is_some() };
    Ok((turned, format!("{BASE}/knowledge/requests/{}", made.id), made.version))
}

/// What a ticket is made of, besides its own fields.
struct About<'a> {
    words: &'a str,
    title: Option<String>,
    details: String,
    interaction: Option<InteractionId>,
}

async fn ticket(api: &Api, caller: &Caller, fields: Value, about: About<'_>) -> Answer<(Turned, String, i64)> {
    if !caller.may(Right::TicketsWrite) {
        return Err(Problem::forbidden("none of your roles may make a ticket"));
    }
    let Value::Object(mut fields) = fields else { return Err(Problem::invalid("ticket", "give the fields of a ticket")) };
    let absent = |fields: &serde_json::Map<String, Value>, name: &str| fields.get(name).is_none_or(Value::is_null);
    if absent(&fields, "title") {
        fields.insert("title".to_owned(), json!(about.title.unwrap_or_else(|| title(about.words))));
    }
    if absent(&fields, "description") && !about.details.is_empty() {
        fields.insert("description".to_owned(), json!(about.details));
    }
    let mut fields = Value::Object(fields);
    admit_new::<Ticket>(caller, &mut fields)?;
    may_name(api, caller, &fields, None).await?;
    let (store, now) = (&api.state.store, api.state.clock.utc());
    store.check_ticket_fields(&caller.viewer(), None, &fields).await?;
    let made = store.create_ticket(&caller.who(), now, &fields).await?;
    let interaction_linked = match about.interaction {
        None => false,
        Some(interaction) => match store.link_interaction(&caller.who(), now, made.id, interaction).await {
            Ok(()) => true,
            // It is not in the log yet.
            Err(StoreError::Invalid { .. }) => false,
            Err(error) => return Err(error.into()),
        },
    };
    let turned = Turned { made: Became::Ticket, id: made.id.0, interaction_linked };
    Ok((turned, format!("{BASE}/tickets/{}", made.id), made.version))
}

fn title(words: &str) -> String {
    words.chars().take(TITLE_MAX).collect()
}

pub(super) async fn list(State(api): State<Arc<Api>>, mut query: Query) -> Answer<Json<Vec<AskedFor>>> {
    let limit = query.limit()?;
    query.nothing_else()?;
    Ok(Json(api.state.store.unsolved_searches(limit).await?))
}
