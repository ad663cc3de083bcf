//! Wishes to be reminded: "remind me 30 minutes before", "remind me to …", "Erinnerung 1 Tag vorher".

use domain::reminder::Trigger;

use super::{Piece, Standing, What, number};
use crate::{
    line::Cursor,
    word::{Part, Unit, Word},
};

/// Most units before the due time; what the domain takes of days.
const BEFORE_MAX: u32 = 3_660;

/// A wish to be reminded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remind {
    /// So long before the due time.
    Before(Vec<Trigger>),
    /// "remind me": what follows says when, or else the due time does.
    Me {
        /// "to" follows at once.
        to: bool,
    },
    /// "the evening before".
    Eve(Part),
}

pub(super) fn read(start: Cursor<'_>) -> Option<Piece> {
    // "Ask Ann to remind me" is about Ann.
    if start.before().is_some_and(|before| before.is(Word::ToDo)) {
        return None;
    }
    let mut at = start;
    let me = at.eat(Word::Remind) && at.eat(Word::Me);
    if !me && !at.eat(Word::Reminder) {
        return None;
    }
    let _ = at.eat_glued(',') || at.eat_glued(':');
    let mut ahead = at;
    let what = if let Some(part) = eve(&mut ahead).filter(|_| ahead.may_end()) {
        at = ahead;
        Remind::Eve(part)
    } else if let Some(triggers) = before_due(&mut ahead).filter(|_| ahead.may_end()) {
        at = ahead;
        Remind::Before(triggers)
    } else if me {
        Remind::Me { to: eat_to(&mut at) }
    } else {
        return None;
    };
    at.may_end().then_some(Piece::new(start, at, What::Remind(what), Standing::CUE))
}

/// "the evening before", "am Abend vorher".
fn eve(at: &mut Cursor<'_>) -> Option<Part> {
    let mut ahead = *at;
    let _ = ahead.eat(Word::On) || ahead.eat(Word::The);
    let part = ahead.part()?;
    ahead.eat(Word::Earlier).then(|| {
        *at = ahead;
        part
    })
}

/// What leads to the task: "to", "an", "daran,".
pub(crate) fn eat_to(at: &mut Cursor<'_>) -> bool {
    let found = at.eat(Word::ToDo);
    if found {
        at.eat_glued(',');
    }
    found
}

/// "1 day before and 30 minutes before", "1 day and 1 hour before", "the day before".
fn before_due(at: &mut Cursor<'_>) -> Option<Vec<Trigger>> {
    let mut triggers = Vec::new();
    let mut said = false;
    loop {
        let mut ahead = *at;
        if !triggers.is_empty() {
            let comma = ahead.eat_mark(',');
            if !ahead.eat(Word::And) && !comma {
                break;
            }
        }
        let Some(trigger) = length(&mut ahead) else { break };
        triggers.push(trigger);
        said = eat_before(&mut ahead);
        *at = ahead;
    }
    said |= at.before().is_some_and(|before| before.is(Word::Eve));
    (said && !triggers.is_empty()).then_some(triggers)
}

fn length(at: &mut Cursor<'_>) -> Option<Trigger> {
    let mut ahead = *at;
    let framed = ahead.eat(Word::On);
    if ahead.eat(Word::Eve) {
        *at = ahead;
        return Some(Trigger::Before { days: 1, seconds: 0 });
    }
    if (ahead.eat(Word::The) || framed) && ahead.eat(Word::Unit(Unit::Day)) {
        *at = ahead;
        return Some(Trigger::Before { days: 1, seconds: 0 });
    }
    let length = number::length(at).filter(|length| length.count <= BEFORE_MAX)?;
    match (length.minutes(), length.unit) {
        (Some(minutes), _) => Some(Trigger::Before { days: 0, seconds: minutes.checked_mul(60)? }),
        (None, Unit::Day) => Some(Trigger::Before { days: length.count, seconds: 0 }),
        (None, Unit::Week) => {
            Some(Trigger::Before { days: length.count.checked_mul(7)?, seconds: 0 })
        }
        _ => None,
    }
}

/// "before", "earlier", "in advance", "vorher".
fn eat_before(at: &mut Cursor<'_>) -> bool {
    let mut ahead = *at;
    ahead.eat(Word::In);
    if ahead.eat(Word::Advance) {
        *at = ahead;
        return true;
    }
    at.eat(Word::Earlier)
}
