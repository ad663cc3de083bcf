//! Our side.

use chrono::NaiveDateTime;
use domain::{
    recurrence::{Gap, Moment, MonthEnd, Occurrence, Rule, RuleError, Start, Timetable},
    zone::ZoneName,
};

use crate::question::{Answer, Question};

/// Our answer to a question, at the same moments that the stranger was asked about. RFC 5545 leaves short
/// months out, and so does dateutil; a time in a gap moves forward by the gap.
pub fn answer(question: &Question, moments: &[NaiveDateTime]) -> Result<Answer, RuleError> {
    answer_by(question, moments, MonthEnd::Skip, Gap::Shift)
}

/// Our answer by other rules than those of the stranger.
pub fn answer_by(
    question: &Question,
    moments: &[NaiveDateTime],
    month_end: MonthEnd,
    gap: Gap,
) -> Result<Answer, RuleError> {
    let rule = Rule::parse(&question.rule.to_string())?;
    let zone = question.zone.and_then(|name| ZoneName::parse(name).ok()).unwrap_or(ZoneName::utc());
    let start = match question.zone {
        Some(_) => Start::Zoned(question.start, &zone),
        None => Start::Floating(question.start),
    };
    let timetable = Timetable::new(&rule, month_end, start).with_gap(gap);
    let said = |found: &Occurrence| match question.zone {
        Some(_) => found.at.naive_utc(),
        None => found.local,
    };
    let moment = |at: NaiveDateTime| match question.zone {
        Some(_) => Moment::Utc(at.and_utc()),
        None => Moment::Local(at),
    };
    let within = |found: &Occurrence| found.local <= question.last;
    let occurrences = timetable.occurrences().take_while(within).take(question.depth);
    let next = |at: &NaiveDateTime| {
        (*at, timetable.after(moment(*at)).next().filter(within).as_ref().map(said))
    };
    Ok(Answer {
        occurrences: occurrences.map(|found| said(&found)).collect(),
        after: moments.iter().map(next).collect(),
    })
}
