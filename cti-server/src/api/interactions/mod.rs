//! Interactions: what happened, as a list and one by one, and whose they are. An agent sees those they took part in.

mod customer;
mod list;
mod read;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use crm_core::interactions::{InteractionDetail, InteractionSummary};

const PATH: &str = "/interactions";
const TAG: &str = "interactions";
const READ: Access = Access::Needs(Right::InteractionsOwn);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, READ, list::list)
            .says(TAG, "List interactions, the latest first")
            .more(
                "An agent gets those they were the last agent of, whatever `agent` says. From `direction` on, filters look at 20,000 \
                 interactions at once: a page may be short, or empty, and still have a `next`.",
            )
            .query("from", "Opened at or after: RFC 3339, or microseconds since 1970")
            .query("to", "Opened before, in the same forms")
            .query("queue", "Id of the last queue")
            .query("agent", "Id of the last agent")
            .query("customer", "Id of a customer identified")
            .query("number", "The caller's number in any form, or the number dialled")
            .query("state", "open or closed")
            .query("reason", "Why it closed: completed, abandoned, …")
            .query("direction", "inbound, outbound or internal")
            .query("channel", "voice or voicemail")
            .query("wrap_up_code", "Id of the wrap-up code")
            .query("recorded", "true: with a recording; false: without")
            .query("answered", "true: an agent talked; false: none did")
            .query("talk_min_s", "Talked at least so many seconds")
            .query("talk_max_s", "Talked at most so many seconds")
            .query("team", "Id of the last agent's team, as teams are now")
            .query("text", "Words that all stand in its notes, the name the network sent, or the wrap-up code's name")
            .pages(false)
            .answers_page::<InteractionSummary>(),
        Endpoint::get(format!("{PATH}/{{id}}"), READ, read::read)
            .says(TAG, "Read an interaction")
            .more("With participants and their segments, work with offers and decisions, assignments, recordings and events.")
            .answers::<InteractionDetail>(200, "The interaction with all that belongs to it")
            .refuses(404, "No such interaction, or not yours to see"),
        Endpoint::put(format!("{PATH}/{{id}}/customer"), Access::Needs(Right::CallsAct), customer::set)
            .says(TAG, "Say who the customer is")
            .more(
                "For those who talk with them, or are in wrap-up, and for their supervisors. The log, the screens of all who have the contact \
                 and flows that follow go by it; others it may have been are named behind.",
            )
            .takes::<customer::InteractionCustomer>()
            .answers_nothing(204, "The contact is theirs")
            .refuses(404, "No such contact, it is over, or it is not yours"),
    ]
}
