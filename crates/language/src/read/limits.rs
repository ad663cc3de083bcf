//! What limits a rule: "until 1 March", "for 3 weeks", "5 times", "after completion", "except …".

use super::{Day, Piece, Reader, Standing, What, day, number};
use crate::{line::Cursor, word::Word};

pub(super) fn read(start: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    let readers: [Reader<Found>; 5] = [until, times, length, after_completion, except];
    let mut at = start;
    let (what, standing) = at.first_of(&readers)?;
    let is_limit = !standing.partner || before.is_some();
    (is_limit && at.may_end()).then_some(Piece::new(start, at, what, standing))
}

/// A limit and how firmly it stands.
type Found = (What, Standing);

/// "until 1 March", "ending Oct 15", "bis Freitag".
fn until(at: &mut Cursor<'_>) -> Option<Found> {
    if !at.eat(Word::Until) {
        return None;
    }
    at.eat_any(&[Word::On, Word::By]);
    if at.eat(Word::Yesterday) {
        let day = at.line.today().pred_opt()?;
        return Some((What::Until(Day::of(day)), Standing::PARTNER));
    }
    let (day, standing) = day::one(at, at.line.today())?;
    Some((What::Until(day), standing.with_cue(true)))
}

/// "5 times", "5x", "5 Mal".
fn times(at: &mut Cursor<'_>) -> Option<Found> {
    at.eat(Word::For);
    let count = number::count(at)?;
    at.eat_glued('-');
    at.eat_any(&[Word::Times, Word::TimesEnding]).then_some((What::Count(count), Standing::PARTNER))
}

/// "for 3 weeks", "3 Wochen lang".
fn length(at: &mut Cursor<'_>) -> Option<Found> {
    let said = at.eat(Word::For);
    let length = number::length(at)?;
    // "every day for 10 minutes" says how long it takes.
    let is_long = length.minutes().is_none();
    ((at.eat(Word::Long) || said) && is_long).then_some((What::For(length), Standing::PARTNER))
}

/// "after completion", "when done", "nach Erledigung".
fn after_completion(at: &mut Cursor<'_>) -> Option<Found> {
    let said = at.eat_any(&[Word::After, Word::When]);
    (said && at.eat(Word::Completion)).then_some((What::AfterCompletion, Standing::PARTNER))
}

/// "except": no rule can leave something out.
fn except(at: &mut Cursor<'_>) -> Option<Found> {
    at.eat(Word::Except).then_some(())?;
    // The day that is left out belongs to it.
    at.eat_any(&[Word::On, Word::The]);
    if at.weekday().is_none() {
        at.pick(|word| match word {
            Word::EachWeekday(_) | Word::Weekend | Word::EachWeekend | Word::Workday => Some(()),
            _ => None,
        })?;
    }
    Some((What::Except, Standing::PARTNER))
}
