//! `GET /tickets/{id}/texts/{template}`: a template filled for a ticket.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use axum::Json;
use axum::extract::State;
use crm_core::tickets::Rendered;
use crm_core::tickets::template::Form;
use std::sync::Arc;

pub(super) async fn fill(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Json<Rendered>> {
    let form = match query.take("as").as_deref() {
        None | Some("text") => Form::Plain,
        Some("html") => Form::Html,
        Some(_) => return Err(Problem::invalid("as", "choose text or html")),
    };
    query.nothing_else()?;
    let (id, template) = (path.get("id", "ticket")?, path.get("template", "ticket template")?);
    let (store, now) = (&api.state.store, api.state.clock.utc());
    Ok(Json(store.ticket_text(&caller.viewer(), now, &caller.who(), id, template, form).await?))
}
