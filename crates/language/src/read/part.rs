//! Parts of the day: "in the morning", "am Abend", and "evening" right after a day.

use super::{Piece, Standing, What, clock, time};
use crate::{
    context::Locale,
    line::Cursor,
    word::{Part, Word},
};

/// "in the morning", "am Abend", "abends", and "evening" right after a day.
pub(super) fn read(start: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    let mut at = start;
    let framed = framed_part(&mut at).map(|part| (part, Standing::FRAGILE));
    let found = framed.or_else(|| {
        at = start;
        // "abends um 8" is one phrase.
        let part = adverb(&mut at)?;
        let mut ahead = at;
        (!(time::cue(&mut ahead).is_some() && clock::read(&mut ahead).is_some()))
            .then_some((part, Standing::EDGES))
    });
    let (part, standing) = found.or_else(|| {
        at = start;
        let touches = before.is_some_and(|piece| {
            let says_when = matches!(
                piece.what,
                What::Day(_) | What::Until(_) | What::Repeat(_) | What::Times(_) | What::Part(_)
            );
            says_when && start.follows(piece)
        });
        let part = at.part()?;
        touches.then_some((part, Standing::PARTNER))
    })?;
    at.may_end().then_some(Piece::new(start, at, What::Part(part), standing))
}

/// "abends um 8", "morgens 7 Uhr".
pub(super) fn adverb(at: &mut Cursor<'_>) -> Option<Part> {
    at.pick(|word| match word {
        Word::PartAdverb(part) => Some(part),
        _ => None,
    })
}

/// "in the evening", "at night", "am Abend", "in der Früh".
fn framed_part(at: &mut Cursor<'_>) -> Option<Part> {
    let english = at.line.locale() != Locale::De;
    if at.eat_any(&[Word::In, Word::On]) || english && at.eat(Word::By) {
        at.eat(Word::The);
        return at.pick(|word| match word {
            Word::Part(part) => Some(part),
            _ => None,
        });
    }
    (at.eat(Word::At)).then_some(())?;
    at.part().filter(|part| *part == Part::Night)
}
