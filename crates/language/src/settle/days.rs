//! The day, or the first and the last of several; or the question which.

use chrono::NaiveDate;

use super::{
    Ask,
    said::{Of, Said},
};
use crate::{
    intent::{ChoiceValue, QuestionKind},
    read::{Day, Pattern, Piece, Standing},
};

/// The first day and the last, where one is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) first: NaiveDate,
    pub(super) last: Option<NaiveDate>,
}

pub(super) fn read(said: &Said<'_>, pattern: Option<&Pattern>) -> Result<Option<Span>, Ask> {
    let repeats = pattern.is_some();
    for (piece, day) in said.days.iter().chain(&said.untils) {
        if !is_stray(said, &(*piece, *day)) {
            sure(piece, day)?;
        }
    }
    let mut all = said.days.iter().filter(|day| !is_stray(said, day));
    let Some((piece, day)) = all.next() else {
        // "until friday" without a rule is a deadline.
        return Ok(match said.untils.first() {
            Some((_, until)) if !repeats => Some(Span { first: until.date, last: None }),
            _ => None,
        });
    };
    let others: Vec<_> = all.filter(|(_, other)| other.date != day.date).collect();
    // A day that only touches a rule is no start of it: "every jan 1, jul 1".
    if let Some((rule, _)) = said.repeats.first() {
        let named = pattern.is_some_and(|pattern| !pattern.is_plain()) && day.nth.is_none();
        let named = named || said.either;
        let touches =
            |(piece, day): &&Of<'_, &Day>| named && piece.group == rule.group && !day.starts;
        if let Some((other, _)) = said.days.iter().rfind(touches) {
            let choices = vec![ChoiceValue::Nothing];
            return Err(Ask::about(rule, QuestionKind::Recurrence, choices).over(other));
        }
    }
    if let Some((other, _)) = others.last() {
        if let Some((rule, _)) = said.repeats.first() {
            let choices = vec![ChoiceValue::Nothing];
            return Err(Ask::about(rule, QuestionKind::Recurrence, choices).over(other));
        }
        let mut choices = vec![ChoiceValue::Date(day.date)];
        choices.extend(others.iter().map(|(_, other)| ChoiceValue::Date(other.date)));
        return Err(Ask::about(piece, QuestionKind::Date, choices).over(other));
    }
    let until = said.untils.first().map(|(_, until)| until.date).filter(|_| !repeats);
    let last = day.last.or(until.filter(|until| *until > day.date));
    Ok(Some(Span { first: day.date, last }))
}

/// Two numbers that nothing introduces are no date beside a plainer one: "flight 25/9 tomorrow".
pub(super) fn is_stray(said: &Said<'_>, (piece, _): &Of<'_, &Day>) -> bool {
    let is_number = |piece: &Piece| piece.standing == Standing::END;
    is_number(piece) && said.days.iter().any(|(other, _)| !is_number(other))
}

/// Asks when the day is not clear.
fn sure(piece: &Piece, day: &Day) -> Result<(), Ask> {
    if let Some(doubt) = &day.doubt {
        return Err(Ask::about(piece, doubt.kind, doubt.choices.clone()));
    }
    if day.before
        && let Some(eve) = day.date.pred_opt()
    {
        let choices = vec![ChoiceValue::Date(eve), ChoiceValue::Date(day.date)];
        return Err(Ask::about(piece, QuestionKind::Date, choices));
    }
    Ok(())
}
