//! What must always hold, computed a second time from the log and the effects alone. Drives nothing and asks the rooms nothing.
//!
//! [`log`] adds the log up (I1, I2, I3), [`engine`] watches legs, ports and recordings (I8), [`screens`] compares what people
//! see with the log (I5) and finds work that waits though somebody could take it (I4 and liveness).

mod engine;
mod log;
mod screens;

pub(crate) use engine::Engine;
pub(crate) use log::Log;
pub(crate) use screens::Screens;

/// A broken rule, in words.
pub(crate) type Check<T = ()> = Result<T, String>;

macro_rules! ensure {
    ($holds:expr, $($say:tt)+) => {
        if !$holds {
            return Err(format!($($say)+));
        }
    };
}
pub(crate) use ensure;
