//! Tickets and complaints over HTTP. What may follow what is the store's to say; types, rules, triggers and promised times are rows like
//! any other, in `rows`.

mod assign;
mod comments;
mod complaint;
mod create;
mod customers;
mod interactions;
mod list;
mod merge;
mod notices;
mod order;
mod rating;
mod rating_page;
mod read;
mod seen;
mod status;
mod text;
mod update;
mod upsert;
mod watchers;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use super::extract::etag;
pub(super) use seen::{may_name, seen};

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use crm_core::model::{NewComment, Notice, Ticket, TicketComment, TicketDetail, TicketHistory, TicketRow};
use crm_core::tickets::complaint::{Answer as AnswerStep, Assign, Complaint, Evaluation, FollowUp, Schedule};
use crm_core::tickets::{AssignTo, CustomersOf, Rating, Rendered, TicketMerge};

const PATH: &str = "/tickets";
const TAG: &str = "tickets";
const READ: Access = Access::Needs(Right::TicketsRead);
const WRITE: Access = Access::Needs(Right::TicketsWrite);
const NO_TICKET: &str = "No such ticket, or not yours to see";
/// From the root.
const PAGE: &str = "//rate/{token}";
/// The route of that page: its form is sent by customers' browsers, and the token alone is what they may do it by.
pub(super) const PAGE_ROUTE: &str = "/rate/{token}";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let mut all = itself();
    all.extend(around());
    all.extend(steps());
    all.extend(rating());
    all
}

/// The ticket itself.
fn itself() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    vec![
        list::filters(Endpoint::get(PATH, READ, list::list).says(TAG, "Find tickets"))
            .query("customer", "Id of any customer linked")
            .more(
                "Those one may see; a page may be short. All filters given must hold. The latest made first; with `search` by title, with `due_before` the earliest due first, with \
                 `updated_since` the earliest changed first.",
            )
            .pages(false)
            .answers_page::<TicketRow>(),
        list::filters(Endpoint::get("/customers/{id}/tickets", READ, list::of_customer).says(TAG, "A customer's tickets"))
            .more("Those they are the main customer of and those they are linked to, the latest made first.")
            .follows_merges()
            .refuses(404, "No such customer, or not yours to see")
            .pages(false)
            .answers_page::<TicketRow>(),
        Endpoint::post(PATH, WRITE, create::create)
            .says(TAG, "Make a ticket")
            .more(
                "What is left out comes from its type: priority, title and description by its template, queue, team and agent by the first \
                 rule that fits, else the type's own.",
            )
            .takes::<Ticket>()
            .idempotent()
            .refuses(403, "Fields your roles may not write; `errors` names them")
            .answers::<TicketRow>(201, "Made; Location and ETag say where and in which version"),
        Endpoint::put(format!("{PATH}/by-external-id/{{external_id}}"), WRITE, upsert::upsert)
            .says(TAG, "Push a ticket in by its id in another system")
            .more(
                "It is made when there is none with this id, else changed; done again with the same body it changes nothing. What the body \
                 does not name stays: whoever works on it here keeps it. Instead of `customer_id` there may be `customer_external_id`.",
            )
            .takes::<Ticket>()
            .refuses(404, "The ticket is there, and not yours to see")
            .refuses(409, "Another one was written with this id at this moment")
            .answers::<TicketRow>(201, "It was not there and is made")
            .answers::<TicketRow>(200, "As it is now; unchanged, its version stays"),
        Endpoint::get(&one, READ, read::read)
            .says(TAG, "Read a ticket")
            .more("With its customers, watchers, interactions, children and the tickets merged into it.")
            .answers::<TicketDetail>(200, "The ticket; its version is the ETag")
            .refuses(404, NO_TICKET),
        Endpoint::patch(&one, WRITE, update::update)
            .says(TAG, "Change a ticket's fields")
            .takes_patch::<Ticket>()
            .versioned()
            .refuses(403, "Fields your roles may not write; `errors` names them")
            .refuses(409, "Another one already has this external id")
            .answers::<TicketRow>(200, "As it is now"),
        Endpoint::get(format!("{one}/history"), READ, read::history)
            .says(TAG, "How a ticket came to where it is")
            .answers::<TicketHistory>(200, "Its statuses, and the triggers that did their work")
            .refuses(404, NO_TICKET),
        Endpoint::post(format!("{one}/status"), WRITE, status::change)
            .says(TAG, "Change a ticket's status")
            .more("A status that may not follow is refused with those that may; so is the end of a complaint before its steps are done.")
            .takes::<status::StatusTo>()
            .versioned()
            .answers::<TicketRow>(200, "As it is now"),
        Endpoint::post(format!("{one}/assign"), WRITE, assign::assign)
            .says(TAG, "Give a ticket to a queue, a team, somebody, or whoever the rules say")
            .takes::<AssignTo>()
            .versioned()
            .answers::<TicketRow>(200, "As it is now"),
        Endpoint::post(format!("{one}/merge"), WRITE, merge::merge)
            .says(TAG, "Merge a ticket into another")
            .more(
                "Children, watchers, interactions, tags and customers go to the other one. This one is closed, points to it, and keeps what was \
                 said of it.",
            )
            .takes::<merge::MergeInto>()
            .versioned()
            .answers::<TicketRow>(200, "The ticket that goes on"),
        Endpoint::get(format!("{one}/merge"), READ, merge::read)
            .says(TAG, "What undoing a ticket's merge would give back")
            .answers::<TicketMerge>(200, "What goes back, and what stands in the way")
            .refuses(404, "No such ticket, it is merged into none, or what was moved was erased"),
        Endpoint::post(format!("{one}/unmerge"), WRITE, merge::undo)
            .says(TAG, "Undo the merge of a ticket")
            .more(
                "It stands again as it did, with its watchers, interactions and the children that still stand below the survivor. What the \
                 survivor has only by this merge goes back; what another merged ticket brought too stays. What was written since stays.",
            )
            .versioned()
            .refuses(409, "It is merged into none, or the survivor was merged itself: undo that first")
            .answers::<TicketRow>(200, "The ticket as it stands again"),
    ]
}

/// What hangs on it.
fn around() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    vec![
        Endpoint::put(format!("{one}/customers"), WRITE, customers::replace)
            .says(TAG, "Replace a ticket's customers")
            .takes::<CustomersOf>()
            .versioned()
            .answers::<TicketRow>(200, "As it is now"),
        Endpoint::post(format!("{one}/watchers"), WRITE, watchers::add)
            .says(TAG, "Have somebody watch a ticket")
            .takes::<watchers::Watcher>()
            .answers_nothing(204, "They watch it")
            .refuses(404, NO_TICKET),
        Endpoint::delete(format!("{one}/watchers/{{user}}"), WRITE, watchers::remove)
            .says(TAG, "Have somebody watch a ticket no longer")
            .answers_nothing(204, "They do not watch it")
            .refuses(404, NO_TICKET),
        Endpoint::post(format!("{one}/interactions"), WRITE, interactions::link)
            .says(TAG, "Link an interaction to a ticket")
            .takes::<interactions::LinkedInteraction>()
            .answers_nothing(204, "It is linked")
            .refuses(404, NO_TICKET),
        Endpoint::delete(format!("{one}/interactions/{{interaction}}"), WRITE, interactions::unlink)
            .says(TAG, "Unlink an interaction from a ticket")
            .answers_nothing(204, "It is not linked")
            .refuses(404, NO_TICKET),
        Endpoint::get(format!("{one}/comments"), READ, comments::list)
            .says(TAG, "What was said of a ticket, the earliest first")
            .pages(false)
            .answers_page::<TicketComment>()
            .refuses(404, NO_TICKET),
        Endpoint::post(format!("{one}/comments"), WRITE, comments::add)
            .says(TAG, "Say something of a ticket")
            .more("`@login` tells whoever has that login. The first public comment is the answer that was promised.")
            .takes::<NewComment>()
            .idempotent()
            .answers::<TicketComment>(201, "Said")
            .refuses(404, NO_TICKET),
        Endpoint::get(format!("{one}/texts/{{template}}"), READ, text::fill)
            .says(TAG, "Fill a template for a ticket")
            .query("as", "`text`, or `html` with everything escaped; text when nothing is said")
            .answers::<Rendered>(200, "Title and text")
            .refuses(404, "No such ticket or template")
            .refuses(422, "There is no such form"),
        Endpoint::get(format!("{one}/service-order.pdf"), READ, order::print)
            .says(TAG, "Print a ticket's service order")
            .query("paper", "`a4` or `letter`; a4 when nothing is said")
            .query("language", "Of the labels: en or zh; the customer's when nothing is said")
            .answers_raw(200, "The order", "application/pdf")
            .refuses(404, NO_TICKET)
            .refuses(422, "There is no such paper"),
        Endpoint::get("/notices", READ, notices::list)
            .says(TAG, "What one should know of tickets, the latest first")
            .query("unread", "true: only what was not read yet")
            .pages(false)
            .answers_page::<Notice>(),
        Endpoint::post("/notices/{id}/read", READ, notices::read)
            .says(TAG, "Note that one has read it")
            .answers_nothing(204, "It is read")
            .refuses(404, "There is none of yours"),
    ]
}

/// The way of a complaint.
fn steps() -> Vec<Endpoint> {
    let place = format!("{PATH}/{{id}}/complaint");
    let said = |endpoint: Endpoint, summary: &str| {
        endpoint
            .says(TAG, summary)
            .more("A step that comes too early is refused, naming in `step` what comes first.")
            .versioned()
            .answers::<TicketRow>(200, "As it is now")
    };
    vec![
        Endpoint::get(&place, READ, complaint::read)
            .says(TAG, "How far a complaint has come")
            .answers::<Complaint>(200, "Its steps, and what may be next")
            .refuses(404, "No such ticket, or it is no complaint"),
        said(Endpoint::post(format!("{place}/assign"), WRITE, complaint::assign), "Say who answers for a complaint").takes::<Assign>(),
        said(Endpoint::post(format!("{place}/schedule"), WRITE, complaint::schedule), "Say by when a complaint is answered")
            .takes::<Schedule>(),
        said(Endpoint::post(format!("{place}/answer"), WRITE, complaint::answer), "Answer a complaint").takes::<AnswerStep>(),
        said(Endpoint::post(format!("{place}/follow-up"), WRITE, complaint::follow_up), "Say how the answer was taken").takes::<FollowUp>(),
        said(Endpoint::post(format!("{place}/evaluation"), WRITE, complaint::evaluation), "Evaluate a complaint").takes::<Evaluation>(),
    ]
}

/// The customer's word.
fn rating() -> Vec<Endpoint> {
    let one = format!("{PATH}/{{id}}");
    vec![
        Endpoint::post(format!("{one}/rating"), WRITE, rating::rate)
            .says(TAG, "Enter what the customer said of a ticket that is over")
            .takes::<Rating>()
            .versioned()
            .answers::<TicketRow>(200, "As it is now"),
        Endpoint::post(format!("{one}/rating-link"), WRITE, rating::link)
            .says(TAG, "Make a token by which the customer may rate a ticket once")
            .more("It works for 30 days and is shown only here. One made earlier no longer works.")
            .answers::<rating::RatingLink>(201, "The token")
            .refuses(404, NO_TICKET)
            .refuses(422, "The ticket is not over yet"),
        Endpoint::get(PAGE, Access::Open, rating_page::read)
            .says(TAG, "The page on which a customer rates a ticket")
            .more("English or Chinese, as Accept-Language wants it; no script. Opening it uses nothing up.")
            .answers_raw(200, "The page", "text/html")
            .answers_raw(404, "A page: the token is unknown, used or too old", "text/html")
            .answers_raw(429, "A page: too many wrong tokens", "text/html"),
        Endpoint::post(PAGE, Access::Open, rating_page::rate)
            .says(TAG, "Rate a ticket on that page")
            .takes_form::<rating_page::RatingForm>()
            .answers_raw(200, "A page: thank you", "text/html")
            .answers_raw(404, "A page: the token is unknown, used or too old", "text/html")
            .answers_raw(422, "The page again: something is missing", "text/html")
            .answers_raw(429, "A page: too many wrong tokens", "text/html"),
        Endpoint::post("/ratings", Access::Open, rating::by_link)
            .says(TAG, "Rate a ticket by a token")
            .more("For customers: nobody need be signed in. A token works once; who shows too many wrong ones must wait.")
            .takes::<rating::RatingByLink>()
            .answers_nothing(204, "Thank you")
            .refuses(404, "The token is unknown, used or too old")
            .refuses(429, "Too many wrong tokens"),
    ]
}

/// A ticket with its version as ETag.
fn shown(ticket: &TicketRow) -> Response {
    ([(header::ETAG, etag(ticket.version))], Json(ticket)).into_response()
}
