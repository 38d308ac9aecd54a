//! The words the rooms share: ids, time, numbers, and the plain-data messages rooms exchange. No logic beyond small conversions.
//!
//! Every room of the house may import this package and this package imports no room. Messages are grouped by the
//! border they cross: [`media`] (switch ↔ media engine), [`acd`] (interactions ↔ ACD), [`flow`] (switch ↔ IVR),
//! [`call`] (interactions ↔ voice calls), [`dial`] (outside numbers), [`mailbox`] (messages callers leave), [`event`] (the log), [`tap`] (media engine → recordings).

pub mod acd;
pub mod call;
pub mod dial;
pub mod event;
pub mod flow;
pub mod id;
pub mod mailbox;
pub mod media;
pub mod number;
pub mod srtp;
pub mod stream;
pub mod tap;
pub mod time;
pub mod web;

pub use id::*;
pub use number::{Number, Party};
pub use time::{Anchor, Now, Tick, Utc};
