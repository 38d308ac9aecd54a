//! The knowledge base: articles and their versions, finding them, and what people think of them.
//!
//! Searching is the same on both databases. [`tokens`] makes tokens of English and Chinese, the database only says which articles hold a
//! token (FTS5, or a `tsvector` with a GIN index), and [`rank`] orders them. Pure: `tokens`, `stem`, `rank`, `snippet`.

mod articles;
mod feedback;
mod queries;
pub mod rank;
mod search;
pub mod snippet;
mod stem;
pub mod tokens;

pub use articles::{ArticleFilter, ArticleSummary};
pub use feedback::{ArticleComment, Rated, Tally, Used};
pub use queries::{AskedFor, masked};
pub use search::{CANDIDATES_MAX, HITS_MAX, Hit, Search, Why};
