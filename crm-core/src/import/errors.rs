//! The rows that were refused, as CSV: each as it stood in the file, with where it stood and why. What is in the cells is read from the file
//! again; once that is gone, there are only the reasons.

use super::file::{Place, Rows, file_name};
use super::run::ImportError;
use crate::db::text;
use crate::error::{Result, StoreError};
use crate::export::line;
use crate::model::{ImportJob, ImportJobId, ListQuery, PAGE_MAX};
use crate::store::Store;
use std::borrow::Cow;
use std::path::Path;

/// The columns before the file's own.
const OWN: [&str; 4] = ["import_row", "import_line", "import_column", "import_error"];

impl Store {
    /// A page of the refused rows, and the cursor of the next. The first page begins with the columns' names.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for a bad cursor, `Unavailable`.
    pub async fn import_error_lines(&self, id: ImportJobId, folder: &Path, cursor: Option<String>) -> Result<(String, Option<String>)> {
        let first = cursor.is_none();
        let query = ListQuery { cursor, limit: Some(PAGE_MAX), ..ListQuery::default() };
        let page = self.import_errors(id, &query).await?;
        let rows = self.db.fetch("SELECT plan, columns FROM import_run WHERE import_id = $1", vec![text(id)]).await?;
        let Some(row) = rows.first() else { return Ok((String::new(), None)) };
        let bad = |error| StoreError::corrupt_from("an import's plan", error);
        let job: ImportJob = serde_json::from_str(row.text(0)?).map_err(bad)?;
        let columns: Vec<String> = serde_json::from_str(row.text(1)?).map_err(bad)?;
        let (path, next) = (folder.join(file_name(id)), page.next);
        let lines = tokio::task::spawn_blocking(move || lines(&path, &job.delimiter, &columns, first, &page.items)).await;
        Ok((lines.map_err(|error| StoreError::Unavailable(Box::new(error)))?, next))
    }
}

fn lines(path: &Path, delimiter: &str, columns: &[String], first: bool, errors: &[ImportError]) -> String {
    let mut out = String::new();
    if first {
        out.push_str(&line(OWN.iter().copied().chain(columns.iter().map(String::as_str)).map(Cow::from)));
    }
    let mut rows = Rows::open(path).ok();
    for error in errors {
        let own = [error.row.to_string(), error.line.to_string(), error.field.clone(), error.reason.clone()];
        let place = Place { byte: error.byte as u64, line: error.line as u64, row: 0 };
        let raw = rows.as_mut().and_then(|rows| rows.at(place, delimiter).ok().flatten());
        let cells: Vec<String> =
            raw.map(|raw| raw.record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()).unwrap_or_default();
        out.push_str(&line(own.into_iter().chain(cells).map(Cow::from)));
    }
    out
}
