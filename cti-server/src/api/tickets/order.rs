//! `GET /tickets/{id}/service-order.pdf`: what a technician takes along.

use super::super::Api;
use super::super::caller::Caller;
use super::super::extract::{PathOf, Query};
use super::super::problem::{Answer, Problem};
use crate::service_order::{Language, Paper, print as to_pdf};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(super) async fn print(State(api): State<Arc<Api>>, caller: Caller, path: PathOf, mut query: Query) -> Answer<Response> {
    let paper = match query.take("paper").as_deref() {
        None | Some("a4") => Paper::A4,
        Some("letter") => Paper::Letter,
        Some(_) => return Err(Problem::invalid("paper", "choose a4 or letter")),
    };
    let language = query.take("language");
    query.nothing_else()?;
    let order = api.state.store.service_order(&caller.viewer(), path.get("id", "ticket")?).await?;
    let language = language.or_else(|| order.customer.as_ref().and_then(|customer| customer.language.clone()));
    let language = Language::of(language.as_deref().unwrap_or("en"));
    let (number, now) = (order.ticket.state.number, api.state.clock.utc());
    // A hundred pages take milliseconds of computing.
    let pdf = tokio::task::spawn_blocking(move || to_pdf(&order, paper, language, now)).await.map_err(|_| Problem::unexpected())?;
    let name = HeaderValue::try_from(format!("inline; filename=\"service-order-{number}.pdf\"")).map_err(|_| Problem::unexpected())?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, pdf).into_response())
}
