//! What agents and supervisors do to a call, told by the log and by what the neighbours are asked to do.

mod consult;
mod harness;
mod messages;
mod random;
mod recording;
mod supervise;
mod transfer;
