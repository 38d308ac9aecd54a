//! The id of a customer who was merged keeps working: what is not found under it is redirected to the survivor. Looks only after a 404, so
//! nobody pays for it who is there.

use super::super::Api;
use super::super::caller::Caller;
use super::super::endpoint::BASE;
use super::super::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use crm_core::StoreError;
use cti_types::CustomerId;
use std::sync::Arc;

/// Redirects with 307: method and body stay, and when the merge is undone the old address holds again.
pub(in super::super) async fn follow(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    // Who asks was found out before; an endpoint for anybody tells nobody.
    let caller = request.extensions().get::<Caller>().cloned();
    let place = customer(request.uri()).filter(|_| caller.is_some());
    let response = next.run(request).await;
    let Some((id, rest)) = place.filter(|_| response.status() == StatusCode::NOT_FOUND) else { return response };
    match led_to(&api, caller, id).await {
        Ok(Some(into)) => {
            let mut redirect = Problem::merged(into.to_string()).into_response();
            if let Ok(location) = HeaderValue::try_from(format!("{BASE}/customers/{into}{rest}")) {
                redirect.headers_mut().insert(header::LOCATION, location);
            }
            redirect
        }
        Ok(None) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// Who stands for a customer now, if the caller may see them: that somebody hidden was merged is not told either.
async fn led_to(api: &Api, caller: Option<Caller>, id: CustomerId) -> Result<Option<CustomerId>, StoreError> {
    let Some(caller) = caller else { return Ok(None) };
    let Some(into) = api.state.store.merged_into(id).await? else { return Ok(None) };
    match api.state.store.may_see(&caller.viewer(), into).await {
        Ok(()) => Ok(Some(into)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The customer a path is about, and what follows their id.
fn customer(uri: &Uri) -> Option<(CustomerId, String)> {
    let rest = uri.path().strip_prefix(BASE)?.strip_prefix("/customers/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let (id, rest) = rest.split_at(end);
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some((id.parse().ok()?, format!("{rest}{query}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_one_customer_are_followed() {
        let id = "00000000-0000-7000-8000-000000000001";
        let table = [
            (format!("{BASE}/customers/{id}"), Some(String::new())),
            (format!("{BASE}/customers/{id}/card?x=1"), Some("/card?x=1".to_owned())),
            (format!("{BASE}/customers/by-external-id/{id}"), None),
            (format!("{BASE}/queues/{id}"), None),
            (format!("{BASE}/customers"), None),
        ];
        for (path, expected) in table {
            assert_eq!(customer(&path.parse().unwrap()).map(|(_, rest)| rest), expected, "{path}");
        }
    }
}
