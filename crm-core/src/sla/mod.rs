//! Times promised to customers: business time in [`calendar`], and how far a promise has run in [`clock`]. Pure: no clock, no database.

pub mod calendar;
pub mod clock;

#[cfg(test)]
mod tests;

pub use calendar::Calendar;
pub use clock::{Reading, Run, read};
