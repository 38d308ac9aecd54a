//! Q.850 causes of SIP answers (RFC 3398 8.2.6.1, RFC 3326) and the word for what became of a call. Knows no call.

use cti_types::event::PartyEnd;

/// The cause an answer to an INVITE stands for, where it says none itself.
pub fn cause_of_code(code: u16) -> u16 {
    match code {
        400 | 481 | 500 | 503 => 41,
        401 | 402 | 403 | 407 | 603 => 21,
        404 | 604 => 1,
        405 => 63,
        406 | 415 | 416 | 420 | 488 | 606 => 79,
        408 | 504 => 102,
        410 => 22,
        413 | 414 | 421 | 423 | 505 | 513 => 127,
        480 => 18,
        482 | 483 => 25,
        484 => 28,
        485 => 1,
        486 | 600 => 17,
        501 => 79,
        502 => 38,
        _ => 31,
    }
}

/// What became of a call that was not answered. `code`: the final answer; `cause`: its Q.850 cause, if it says one.
/// `rang`: the far side's telephone rang; `gave_up`: nobody answered and we ended it.
pub fn outcome(code: u16, cause: Option<u16>, rang: bool, gave_up: bool) -> PartyEnd {
    // A gateway's cause is nearer to the truth than the code it was made into.
    let cause = cause.filter(|cause| !matches!(cause, 0 | 16 | 31 | 127)).unwrap_or_else(|| cause_of_code(code));
    if gave_up || (code == 408 && rang) {
        return PartyEnd::NoAnswer;
    }
    if (300..400).contains(&code) {
        return PartyEnd::Failed;
    }
    match cause {
        17 => PartyEnd::Busy,
        18..=20 => PartyEnd::NoAnswer,
        1..=3 | 22 | 23 | 28 => PartyEnd::Invalid,
        21 | 50..=57 | 87 => PartyEnd::Rejected,
        34 | 38 | 41..=44 | 46 | 47 => PartyEnd::Congestion,
        _ => PartyEnd::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_causes_as_rfc_3398_says() {
        for (code, cause) in
            [(404, 1), (486, 17), (480, 18), (603, 21), (410, 22), (484, 28), (503, 41), (502, 38), (488, 79), (408, 102), (600, 17)]
        {
            assert_eq!(cause_of_code(code), cause, "{code}");
        }
    }

    #[test]
    fn what_became_of_a_call_has_a_word() {
        use PartyEnd::{Busy, Congestion, Failed, Invalid, NoAnswer, Rejected};
        let table = [
            (486, None, false, false, Busy),
            (600, None, true, false, Busy),
            (480, None, true, false, NoAnswer),
            (408, None, true, false, NoAnswer),
            (487, None, true, true, NoAnswer),
            (408, None, false, false, Failed),
            (404, None, false, false, Invalid),
            (484, None, false, false, Invalid),
            (604, None, false, false, Invalid),
            (603, None, true, false, Rejected),
            (403, None, false, false, Rejected),
            (503, None, false, false, Congestion),
            (302, None, false, false, Failed),
            (488, None, false, false, Failed),
            // The gateway's cause goes before its code.
            (503, Some(17), false, false, Busy),
            (500, Some(1), false, false, Invalid),
            (480, Some(20), false, false, NoAnswer),
            (486, Some(16), false, false, Busy),
            (503, Some(34), false, false, Congestion),
        ];
        for (code, cause, rang, gave_up, wanted) in table {
            assert_eq!(outcome(code, cause, rang, gave_up), wanted, "{code} {cause:?}");
        }
    }
}
