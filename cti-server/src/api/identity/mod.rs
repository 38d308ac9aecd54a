//! One view of one customer: who may be the same, merging two, and taking that back. What is compared and moved is the store's matter.

mod duplicates;
mod merges;
mod redirect;

pub(super) use redirect::follow;

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::problem::Answer;
use crm_core::identity::{Duplicate, DuplicatePair, Merge, MergePreview, MergeRequest, Undone};
use cti_types::CustomerId;
use std::collections::BTreeSet;

const TAG: &str = "one view of a customer";
const MERGE: Access = Access::Needs(Right::CustomersMerge);

/// Whether the caller sees all of these, or who they were merged into.
async fn all_seen(api: &Api, caller: &Caller, customers: &[CustomerId]) -> Answer<bool> {
    let (store, mut wanted) = (&api.state.store, BTreeSet::new());
    for customer in customers {
        wanted.insert(store.merged_into(*customer).await?.unwrap_or(*customer));
    }
    Ok(store.visible(&caller.viewer(), wanted.clone()).await? == wanted)
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = Access::Needs(Right::CustomersRead);
    vec![
        Endpoint::get("/customers/{id}/duplicates", read, duplicates::of_customer)
            .says(TAG, "Who may be the same as this customer")
            .more("Each with a score from 0 to 100 and its reasons. From 60 on two are suggested as one.")
            .answers_list::<Duplicate>("At most 20, the likeliest first")
            .follows_merges()
            .refuses(404, "No such customer"),
        Endpoint::get("/duplicates", MERGE, duplicates::list)
            .says(TAG, "Pairs to be decided, the likeliest first")
            .query("state", "open (when nothing is said), dismissed or merged")
            .pages(false)
            .answers_page::<DuplicatePair>(),
        Endpoint::post("/duplicates/{id}/dismiss", MERGE, duplicates::dismiss)
            .says(TAG, "Say that two are not the same")
            .answers_nothing(204, "They are not suggested again")
            .refuses(404, "No such pair, or they were merged"),
        Endpoint::post("/customers/{id}/merge/preview", MERGE, merges::preview)
            .says(TAG, "What a merge would do")
            .more("Every field of both with what it becomes, where they differ, how the customer will be reached, and what moves.")
            .takes::<MergeRequest>()
            .answers::<MergePreview>(200, "What would be; nothing was written")
            .follows_merges()
            .refuses(404, "No such customer")
            .refuses(409, "It cannot be done; the detail says why"),
        Endpoint::post("/customers/{id}/merge", MERGE, merges::merge)
            .says(TAG, "Merge another customer into this one")
            .more(
                "The other's id leads here from now on, as does their id in another system. Choosing the other's value of a field is writing it: \
                 who may not write the field may not choose.",
            )
            .versioned()
            .takes::<MergeRequest>()
            .answers::<Merge>(200, "Merged; to be undone by its id")
            .follows_merges()
            .refuses(409, "It cannot be done; the detail says why"),
        Endpoint::get("/customers/{id}/merges", MERGE, merges::of_customer)
            .says(TAG, "The merges into a customer, in their order")
            .answers_list::<Merge>("The first 200")
            .follows_merges()
            .refuses(404, "No such customer, or not yours to see"),
        Endpoint::get("/merges/{id}", MERGE, merges::read)
            .says(TAG, "Read a merge")
            .answers::<Merge>(200, "The merge")
            .refuses(404, "No such merge"),
        Endpoint::post("/merges/{id}/undo", MERGE, merges::undo)
            .says(TAG, "Take a merge back")
            .more("Both customers are as they were, but for what was written since; `kept` names the fields that stayed.")
            .answers::<Undone>(200, "Undone")
            .refuses(404, "No such merge")
            .refuses(409, "It cannot be undone, or another must be undone first; the detail says which"),
    ]
}
