//! What a caller may write of a row, field by field: as `crm_core::rights` says. Customers' fields are looked at by the store itself.

use super::caller::Caller;
use super::problem::{Answer, Problem};
use crm_core::Resource;
use crm_core::rights::{self, Verb};
use serde_json::Value;

/// Takes out of a new row's body what the program keeps, and refuses what only others may write.
pub(super) fn admit_new<R: Resource>(caller: &Caller, body: &mut Value) -> Answer<()> {
    admit::<R>(caller, Verb::Create, body, None)
}

/// The same of a change of `now`, whose fields may be sent back as they stand.
pub(super) fn admit_change<R: Resource>(caller: &Caller, body: &mut Value, now: &impl serde::Serialize) -> Answer<()> {
    let now = serde_json::to_value(now).map_err(|_| Problem::unexpected())?;
    admit::<R>(caller, Verb::Change, body, Some(&now))
}

fn admit<R: Resource>(caller: &Caller, verb: Verb, body: &mut Value, now: Option<&Value>) -> Answer<()> {
    // What is no object is refused when it is read.
    let Value::Object(given) = body else { return Ok(()) };
    Ok(rights::admit(&caller.viewer(), R::KIND.word(), verb, given, now.and_then(Value::as_object))?)
}
