//! The way of a complaint: record, assign, schedule, answer, follow-up, evaluation. Which step may follow which, and what each must say.
//! Pure.
//!
//! Responsible person and date may be set again until it is answered. A follow-up with a customer who is not content leads back to a new
//! date or a new answer; the evaluation ends it.

use crate::model::{Check, ComplaintStep};
use cti_types::{UserId, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most steps of one complaint; further ones are refused.
pub const STEPS_MAX: usize = 100;

/// Who answers for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintAssign)]
pub struct Assign {
    #[schema(value_type = Uuid)]
    pub responsible_id: UserId,
    #[serde(default)]
    pub note: String,
}

/// By when, and what is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintSchedule)]
pub struct Schedule {
    /// By when the customer has an answer. Microseconds since 1970, UTC; not in the past.
    #[schema(value_type = i64)]
    pub answer_by: Utc,
    /// What is to be done; required.
    pub plan: String,
}

/// What the customer was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintAnswer)]
pub struct Answer {
    /// Required.
    pub text: String,
    /// `voice`, `email`, `letter`, … in a word.
    pub channel: String,
}

/// How it was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintFollowUp)]
pub struct FollowUp {
    /// What the customer said; required.
    pub outcome: String,
    /// Whether the customer is content with the answer. If not, it is answered again.
    pub settled: bool,
}

/// What is learnt of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComplaintEvaluation)]
pub struct Evaluation {
    /// 1 (bad) to 5 (good).
    pub satisfaction: i64,
    pub justified: bool,
    /// Why it came to it; required.
    pub cause: String,
    /// What is done so that it does not come again; required if it was justified.
    #[serde(default)]
    pub measures: String,
}

/// One step with what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "step", rename_all = "snake_case")]
#[schema(as = ComplaintDone)]
pub enum Done {
    Record,
    Assign(Assign),
    Schedule(Schedule),
    Answer(Answer),
    FollowUp(FollowUp),
    Evaluation(Evaluation),
}

impl Done {
    pub fn step(&self) -> ComplaintStep {
        match self {
            Done::Record => ComplaintStep::Record,
            Done::Assign(_) => ComplaintStep::Assign,
            Done::Schedule(_) => ComplaintStep::Schedule,
            Done::Answer(_) => ComplaintStep::Answer,
            Done::FollowUp(_) => ComplaintStep::FollowUp,
            Done::Evaluation(_) => ComplaintStep::Evaluation,
        }
    }

    /// Notes what is missing or out of bounds.
    pub fn check(&mut self, now: Utc, check: &mut Check) {
        let mut required = |field: &str, text: &mut String| {
            *text = text.trim().to_owned();
            check.that(!text.is_empty(), field, "give it a value");
            check.text(field, text, 10_000);
        };
        match self {
            Done::Record => {}
            Done::Assign(assign) => check.text("note", &mut assign.note, 10_000),
            Done::Schedule(schedule) => {
                required("plan", &mut schedule.plan);
                check.that(schedule.answer_by > now, "answer_by", "choose a time to come");
                check.that(jiff::Timestamp::from_microsecond(schedule.answer_by.0).is_ok(), "answer_by", "give microseconds since 1970");
            }
            Done::Answer(answer) => {
                required("text", &mut answer.text);
                check.name("channel", &mut answer.channel);
            }
            Done::FollowUp(follow_up) => required("outcome", &mut follow_up.outcome),
            Done::Evaluation(evaluation) => {
                required("cause", &mut evaluation.cause);
                if evaluation.justified {
                    required("measures", &mut evaluation.measures);
                } else {
                    check.text("measures", &mut evaluation.measures, 10_000);
                }
                check.range("satisfaction", evaluation.satisfaction, 1, 5);
            }
        }
    }
}

/// A step as it was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintStepTaken)]
pub struct StepTaken {
    #[schema(value_type = i64)]
    pub at: Utc,
    /// Who did it.
    #[schema(value_type = Option<Uuid>)]
    pub user_id: Option<UserId>,
    /// Who answered for the complaint then.
    #[schema(value_type = Option<Uuid>)]
    pub responsible_id: Option<UserId>,
    pub done: Done,
}

/// How far it has come, and what may be done next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Complaint {
    /// The earliest first. The first is its recording.
    pub steps: Vec<StepTaken>,
    pub next: Vec<ComplaintStep>,
}

/// What may follow these steps.
pub fn following<'a>(steps: impl IntoIterator<Item = &'a Done>) -> &'static [ComplaintStep] {
    use ComplaintStep::{Answer, Assign, Evaluation, FollowUp, Schedule};
    let Some(last) = steps.into_iter().last() else { return &[ComplaintStep::Record] };
    match last {
        Done::Record => &[Assign],
        Done::Assign(_) => &[Schedule, Assign],
        Done::Schedule(_) => &[Answer, Schedule, Assign],
        Done::Answer(_) => &[FollowUp],
        Done::FollowUp(self::FollowUp { settled: true, .. }) => &[Evaluation],
        Done::FollowUp(self::FollowUp { settled: false, .. }) => &[Answer, Schedule, Assign],
        Done::Evaluation(_) => &[],
    }
}

/// Whether this step may follow.
///
/// # Errors
/// What is to be done first, in words.
pub fn may_follow(steps: &[Done], step: ComplaintStep) -> Result<(), String> {
    let next = following(steps);
    if steps.len() >= STEPS_MAX {
        return Err("it has too many steps already".to_owned());
    }
    if next.contains(&step) {
        return Ok(());
    }
    let Some(first) = next.first() else { return Err("it is evaluated and over; nothing follows".to_owned()) };
    if *first > step {
        let words: Vec<&str> = next.iter().map(|step| step.word()).collect();
        return Err(format!("it is past that; what can follow is {}", words.join(", ")));
    }
    let missing: Vec<&str> = ComplaintStep::ALL.iter().filter(|one| **one >= *first && **one < step).map(|one| one.word()).collect();
    Err(format!("first comes {}", missing.join(", then ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(step: ComplaintStep, settled: bool) -> Done {
        match step {
            ComplaintStep::Record => Done::Record,
            ComplaintStep::Assign => Done::Assign(Assign { responsible_id: UserId::from_u128(1), note: String::new() }),
            ComplaintStep::Schedule => Done::Schedule(Schedule { answer_by: Utc(10), plan: "look at it".into() }),
            ComplaintStep::Answer => Done::Answer(Answer { text: "sorry".into(), channel: "voice".into() }),
            ComplaintStep::FollowUp => Done::FollowUp(FollowUp { outcome: "fine".into(), settled }),
            ComplaintStep::Evaluation => {
                Done::Evaluation(Evaluation { satisfaction: 4, justified: true, cause: "haste".into(), measures: "a list".into() })
            }
        }
    }

    fn path(steps: &[ComplaintStep]) -> Vec<Done> {
        steps.iter().map(|step| done(*step, true)).collect()
    }

    #[test]
    fn the_straight_way_is_open_and_each_leap_says_what_is_missing() {
        use ComplaintStep::*;
        let table: &[(&[ComplaintStep], ComplaintStep, Result<(), &str>)] = &[
            (&[Record], Assign, Ok(())),
            (&[Record, Assign], Schedule, Ok(())),
            (&[Record, Assign, Schedule], Answer, Ok(())),
            (&[Record, Assign, Schedule, Answer], FollowUp, Ok(())),
            (&[Record, Assign, Schedule, Answer, FollowUp], Evaluation, Ok(())),
            (&[Record], Schedule, Err("first comes assign")),
            (&[Record], Evaluation, Err("first comes assign, then schedule, then answer, then follow_up")),
            (&[Record, Assign], Assign, Ok(())),
            (&[Record, Assign], Answer, Err("first comes schedule")),
            (&[Record, Assign, Schedule], Assign, Ok(())),
            (&[Record, Assign, Schedule, Answer], Assign, Err("it is past that; what can follow is follow_up")),
            (&[Record, Assign, Schedule, Answer], Answer, Err("it is past that; what can follow is follow_up")),
            (&[Record, Assign, Schedule, Answer, FollowUp, Evaluation], FollowUp, Err("it is evaluated and over; nothing follows")),
        ];
        for (steps, step, expected) in table {
            assert_eq!(may_follow(&path(steps), *step), expected.map_err(str::to_owned), "{steps:?} {step:?}");
        }
    }

    #[test]
    fn a_customer_who_is_not_content_is_answered_again() {
        use ComplaintStep::*;
        let mut steps = path(&[Record, Assign, Schedule, Answer]);
        steps.push(done(FollowUp, false));
        assert_eq!(may_follow(&steps, Evaluation), Err("first comes answer, then follow_up".to_owned()));
        assert_eq!(may_follow(&steps, Schedule), Ok(()));
        steps.push(done(Answer, true));
        steps.push(done(FollowUp, true));
        assert_eq!(may_follow(&steps, Evaluation), Ok(()));
    }

    #[test]
    fn each_step_names_what_it_lacks() {
        let lacks = |mut done: Done| {
            let mut check = Check::default();
            done.check(Utc(10), &mut check);
            check.into_errors().into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        for step in ComplaintStep::ALL {
            let expected: &[&str] = if *step == ComplaintStep::Schedule { &["answer_by"] } else { &[] };
            assert_eq!(lacks(done(*step, true)), expected, "{step:?}");
        }
        let wrong = Evaluation { satisfaction: 6, justified: true, cause: " ".into(), measures: String::new() };
        assert_eq!(lacks(Done::Evaluation(wrong)), ["cause", "measures", "satisfaction"]);
        assert_eq!(lacks(Done::Answer(Answer { text: "\n".into(), channel: String::new() })), ["text", "channel"]);
        let unjustified = Evaluation { satisfaction: 1, justified: false, cause: "weather".into(), measures: String::new() };
        assert!(lacks(Done::Evaluation(unjustified)).is_empty());
    }
}
