//! Scripts: their versions, the one of a queue, and runs in contacts. A script's own row is edited like any other, in `rows`.

mod runs;
mod versions;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use crm_core::model::ScriptVersion;
use crm_core::script::{Document, ScriptRun, StartRun};

const TAG: &str = "scripts";
const READ: Access = Access::Needs(Right::ConfigRead);
const WRITE: Access = Access::Needs(Right::ConfigWrite);
const NAMES: Access = Access::Needs(Right::NamesRead);
const ACT: Access = Access::Needs(Right::CallsAct);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let versions = "/scripts/{id}/versions";
    let one = format!("{versions}/{{number}}");
    let run = "/script-runs/{id}";
    vec![
        Endpoint::get(versions, READ, versions::list)
            .says(TAG, "List a script's latest 50 versions, the newest first")
            .answers_list::<ScriptVersion>("The versions")
            .refuses(404, "No such script"),
        Endpoint::post(versions, WRITE, versions::add)
            .says(TAG, "Add a version as a draft")
            .more(
                "Everything wrong with the document is named: steps that are not there or not reached, loops that ask nothing, and so on.",
            )
            .takes::<Document>()
            .idempotent()
            .answers::<ScriptVersion>(201, "Added")
            .refuses(404, "No such script"),
        Endpoint::get(&one, READ, versions::read)
            .says(TAG, "Read a version")
            .answers::<ScriptVersion>(200, "The version with its document")
            .refuses(404, "No such version"),
        Endpoint::post(format!("{one}/publish"), WRITE, versions::publish)
            .says(TAG, "Make a version the one new runs take")
            .more("Runs go on with the version they began with. Publishing an old version is how one goes back.")
            .answers::<ScriptVersion>(200, "It is live")
            .refuses(404, "No such version"),
        Endpoint::get("/queues/{id}/script", NAMES, versions::of_queue)
            .says(TAG, "The script calls of a queue show")
            .answers::<ScriptVersion>(200, "Its live version")
            .refuses(404, "The queue has none"),
        Endpoint::post("/script-runs", ACT, runs::start)
            .says(TAG, "Begin a script in a contact, or go on with one's own run of it")
            .takes::<StartRun>()
            .answers::<ScriptRun>(200, "The run with the step it stands at")
            .refuses(404, "No script is live there"),
        Endpoint::get("/script-runs", ACT, runs::list)
            .says(TAG, "The runs of a contact")
            .query("interaction", "The contact; must be given")
            .answers_list::<ScriptRun>("One's own; of everybody for who may read all interactions")
            .refuses(422, "The contact is not named"),
        Endpoint::get(run, ACT, runs::read)
            .says(TAG, "Read a run")
            .answers::<ScriptRun>(200, "The run with the step it stands at; its version is the ETag")
            .refuses(404, "No such run"),
        Endpoint::post(format!("{run}/answer"), ACT, runs::answer)
            .says(TAG, "Answer the step a run stands at, and go on")
            .more(
                "Answers that belong into the records, of the customer and of the contact's ticket, are written there with it, or nothing is: by \
                 the definitions of the fields and by the rights of who answers.",
            )
            .takes::<runs::Answers>()
            .versioned()
            .refuses(403, "A field your roles may not write; `errors` names the answer")
            .answers::<ScriptRun>(200, "The run with the step it has come to"),
        Endpoint::post(format!("{run}/back"), ACT, runs::back)
            .says(TAG, "Go back to the step before")
            .versioned()
            .answers::<ScriptRun>(200, "The run with the step it has come to")
            .refuses(422, "It is the first step"),
    ]
}
