//! Versions of formulas: checking, adding, publishing. A formula's own row is edited like any other, in `rows`.

mod check;
mod versions;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use crm_core::model::FormulaVersion;
use serde::Deserialize;
use utoipa::ToSchema;

const TAG: &str = "formulas";
const READ: Access = Access::Needs(Right::ConfigRead);
const WRITE: Access = Access::Needs(Right::ConfigWrite);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let versions = "/formulas/{id}/versions";
    let one = format!("{versions}/{{number}}");
    vec![
        Endpoint::get("/formulas/variables", READ, check::variables)
            .says(TAG, "What a formula may ask of a customer")
            .answers_list::<check::VariableView>("Each variable with what it counts"),
        Endpoint::post("/formulas/check", READ, check::check)
            .says(TAG, "Check a text")
            .takes::<check::FormulaText>()
            .answers::<check::CheckedFormula>(200, "Whether it can be used, and the first thing that is wrong with its place"),
        Endpoint::get(versions, READ, versions::list)
            .says(TAG, "List a formula's latest 200 versions, the newest first")
            .answers_list::<FormulaVersion>("The versions")
            .refuses(404, "No such formula"),
        Endpoint::post(versions, WRITE, versions::add)
            .says(TAG, "Add a version")
            .takes::<FormulaSource>()
            .idempotent()
            .answers::<FormulaVersion>(201, "Added; it counts once it is published")
            .refuses(404, "No such formula"),
        Endpoint::get(&one, READ, versions::read)
            .says(TAG, "Read a version")
            .answers::<FormulaVersion>(200, "The version with its text")
            .refuses(404, "No such version"),
        Endpoint::post(format!("{one}/publish"), WRITE, versions::publish)
            .says(TAG, "Make a version the one that counts")
            .more("What was computed by another version is stale from now on. Publishing an old version is how one goes back.")
            .answers::<FormulaVersion>(200, "It counts")
            .refuses(404, "No such version")
            .refuses(422, "It no longer fits the formula"),
    ]
}

/// A text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FormulaSource {
    /// At most 2,000 characters: `if(last_contact_days > 180, 40, 0) + 20 * complaints_365d`.
    source: String,
}
