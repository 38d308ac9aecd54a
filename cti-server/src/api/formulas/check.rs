//! `POST /formulas/check` and `GET /formulas/variables`: help with writing a text. Keeps nothing.

use super::super::extract::JsonBody;
use super::super::problem::Answer;
use axum::Json;
use crm_core::formula::{FormulaError, Variable};
use crm_core::model::Formula;
use crm_core::values::check_source;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FormulaText {
    source: String,
    /// ISO 4217: the currency of the formula it is meant for.
    #[serde(default)]
    currency: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckedFormula {
    /// It could be published as it is.
    usable: bool,
    problem: Option<FormulaError>,
    /// What it asks for.
    variables: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariableView {
    name: String,
    about: String,
}

pub(super) async fn check(body: JsonBody) -> Answer<Json<CheckedFormula>> {
    let FormulaText { source, currency } = body.parse()?;
    let formula =
        Formula { name: "text".into(), labels: BTreeMap::new(), unit: String::new(), currency, sort: 0, on_card: false, active: true };
    Ok(Json(match check_source(&formula, &source) {
        Ok(expression) => {
            let variables = expression.variables().into_iter().map(|variable| variable.word().to_owned()).collect();
            CheckedFormula { usable: true, problem: None, variables }
        }
        Err(problem) => CheckedFormula { usable: false, problem: Some(problem), variables: Vec::new() },
    }))
}

pub(super) async fn variables() -> Json<Vec<VariableView>> {
    let view = |variable: &Variable| VariableView { name: variable.word().to_owned(), about: variable.about().to_owned() };
    Json(Variable::ALL.iter().map(view).collect())
}
