//! Taking customers over from CSV files: sending the file, trying, beginning, stopping, how far it is, and what was refused. The rows
//! `/imports` themselves are in `rows`; the batches are done in the background (`chores`).

mod control;
mod refused;
mod upload;

use super::access::{Access, Right};
use super::endpoint::Endpoint;
use crm_core::import::{ImportError, ImportProgress};

const TAG: &str = "imports";
const IMPORT: Access = Access::Needs(Right::CustomersImport);

/// The path a file is sent to; it may take its time.
pub(super) const UPLOAD: &str = "/api/v1/imports/{id}/file";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = |rest: &str| format!("/imports/{{id}}/{rest}");
    vec![
        Endpoint::put(one("file"), IMPORT, upload::receive)
            .says(TAG, "Send the file of an import")
            .more("At most 2 GiB. UTF-8 with or without a byte order mark, or what the import's encoding says; the first line names the columns.")
            .takes_raw("The file, as text/csv", "text/csv")
            .answers::<ImportProgress>(200, "It is here; `columns` are those that may be mapped")
            .refuses(404, "No such import")
            .refuses(409, "The import is under way")
            .refuses(413, "The file is too large")
            .refuses(415, "Not text/csv")
            .refuses(422, "The file is no such text, or has no first line")
            .refuses(507, "There is no room for it"),
        Endpoint::post(one("start"), IMPORT, control::start)
            .says(TAG, "Begin an import, or try it")
            .more("One that was stopped, or failed, goes on behind the last row it took over.")
            .takes::<control::Start>()
            .answers::<ImportProgress>(202, "It is under way")
            .refuses(404, "No such import")
            .refuses(409, "There is no file, the import is over, or under way already"),
        Endpoint::post(one("stop"), IMPORT, control::stop)
            .says(TAG, "Stop an import")
            .more("What was taken over stays; it can go on.")
            .answers::<ImportProgress>(200, "It is not under way any more")
            .refuses(404, "No such import"),
        Endpoint::get(one("progress"), IMPORT, control::progress)
            .says(TAG, "How far an import is")
            .answers::<ImportProgress>(200, "As it stands")
            .refuses(404, "No such import"),
        Endpoint::get(one("errors"), IMPORT, refused::list)
            .says(TAG, "The rows that were refused, with the reason")
            .pages(false)
            .answers_page::<ImportError>()
            .refuses(404, "No such import"),
        Endpoint::get(one("errors.csv"), IMPORT, refused::file)
            .says(TAG, "The same as a file, with the rows as they were")
            .answers_raw(200, "The refused rows", "text/csv")
            .refuses(404, "No such import"),
    ]
}
