//! Recordings: what there is, and the sound of each part. Files are read here, never written or erased.

mod heard;
mod part;
mod peaks;
mod range;
mod read;

pub(super) use heard::Hearings;

use super::Api;
use super::access::{Access, Right};
use super::caller::Caller;
use super::endpoint::Endpoint;
use super::extract::PathOf;
use super::problem::{Answer, Problem};
use crm_core::interactions::RecordingView;

const TAG: &str = "recordings";
const READ: Access = Access::Needs(Right::InteractionsOwn);

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = "/recordings/{id}";
    vec![
        Endpoint::get(one, READ, read::read)
            .says(TAG, "Read what is known of a recording")
            .more("Its parts lie on one timeline; `offset_ms` says where each begins.")
            .answers::<RecordingView>(200, "The recording with its parts")
            .refuses(404, "No such recording, or not yours to hear"),
        Endpoint::get(format!("{one}/peaks"), READ, peaks::peaks)
            .says(TAG, "How loud each side is along a part")
            .more("To be drawn: the customer and our side apart. It is not noted who reads it, as no word can be heard from it.")
            .query("part", "Number of a part; 1 when nothing is said")
            .query("width", "How many columns: 10 to 4000; 1000 when nothing is said")
            .answers::<peaks::RecordingPeaks>(200, "The loudness by column")
            .answers_nothing(304, "Not changed since the ETag in If-None-Match")
            .refuses(400, "The query cannot be read")
            .refuses(404, "No such part, or not yours to hear")
            .refuses(422, "Some values were refused"),
        Endpoint::get(format!("{one}/parts/{{part}}"), READ, part::part)
            .says(TAG, "Hear a part of a recording")
            .more(
                "Stereo: the customer on the left, our side on the right. The ETag is the file's SHA-256. Who hears it is noted in the \
                 audit, once in ten minutes for each session or token.",
            )
            .query("download", "true: to be saved under a name, not played")
            .header("Range", false, "One range of bytes (RFC 9110 14.2); several are answered with the whole")
            .header("If-Range", false, "The range only if the ETag is still this")
            .answers_raw(200, "The whole part", "audio/wav")
            .answers_raw(206, "The range asked for", "audio/wav")
            .answers_nothing(304, "Not changed since the ETag in If-None-Match")
            .refuses(404, "No such part, or not yours to hear")
            .refuses(400, "The query cannot be read")
            .refuses(416, "The range lies outside; Content-Range says how long it is")
            .refuses(422, "Some values were refused")
            .refuses(503, "It cannot be noted who hears it"),
    ]
}

/// The recording in the path, if the caller may hear it.
async fn allowed(api: &Api, caller: &Caller, path: &PathOf) -> Answer<RecordingView> {
    let store = &api.state.store;
    let recording = store.recording(path.get("id", "recording")?).await?;
    let (user, all) = (caller.user.id, caller.may(Right::InteractionsAll));
    // A message is heard by who was given it, though they were not in the call it was left in; not by who was.
    let mine = async || {
        let message = store.is_message(recording.interaction_id, recording.id).await?;
        let heard =
            if message { store.took_message(recording.id, user).await? } else { store.took_part(recording.interaction_id, user).await? };
        Ok::<_, Problem>(heard)
    };
    if !all && !mine().await? {
        return Err(Problem::not_found("recording"));
    }
    Ok(recording)
}
