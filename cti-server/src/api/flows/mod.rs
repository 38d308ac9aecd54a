//! Versions of flows: checking, adding, publishing. A flow's own row is edited like any other, in `rows`.

mod add;
mod check;
mod publish;
mod versions;

use super::Api;
use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::problem::{Answer, Problem};
use crate::directory::check_flow;
use crm_core::model::FlowVersion;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

const TAG: &str = "flows";
const READ: Access = Access::Needs(Right::ConfigRead);
const WRITE: Access = Access::Needs(Right::ConfigWrite);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let versions = "/flows/{id}/versions";
    let one = format!("{versions}/{{number}}");
    vec![
        Endpoint::post("/flows/check", READ, check::check)
            .says(TAG, "Check a flow's document against the present configuration")
            .takes::<FlowSource>()
            .answers::<check::Checked>(200, "Whether it can be used, and everything that is wrong"),
        Endpoint::get(versions, READ, versions::list)
            .says(TAG, "List a flow's latest 200 versions, the newest first")
            .answers_list::<FlowVersion>("The versions")
            .refuses(404, "No such flow"),
        Endpoint::post(versions, WRITE, add::add)
            .says(TAG, "Add a version as a draft")
            .takes::<FlowSource>()
            .idempotent()
            .answers::<FlowVersion>(201, "Added")
            .refuses(404, "No such flow"),
        Endpoint::get(&one, READ, versions::read)
            .says(TAG, "Read a version")
            .answers::<FlowVersion>(200, "The version with its document")
            .refuses(404, "No such version"),
        Endpoint::post(format!("{one}/publish"), WRITE, publish::publish)
            .says(TAG, "Make a version the one new calls take")
            .more("Calls under way go on with the version they began with. Publishing an old version is how one goes back.")
            .answers::<FlowVersion>(200, "It is live")
            .refuses(404, "No such version")
            .refuses(422, "It no longer fits the configuration; `problems` says why"),
    ]
}

/// A flow's document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FlowSource {
    /// TOML, at most 256 KiB.
    source: String,
}

/// The same check that going live needs.
///
/// # Errors
/// All that is wrong with the document; or that the database is away.
async fn problems(api: &Arc<Api>, source: &str) -> Answer<Vec<ivr::Problem>> {
    if source.len() > crm_core::flows::FLOW_SOURCE_MAX {
        return Err(Problem::invalid("source", format!("shorten it to {} bytes", crm_core::flows::FLOW_SOURCE_MAX)));
    }
    let snapshot = api.state.store.config_snapshot().await?;
    Ok(check_flow(source, &snapshot, &api.state.clips).err().unwrap_or_default())
}
