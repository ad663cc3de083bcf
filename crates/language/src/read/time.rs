//! Times as phrases: "at 8", "by 5pm", "abends um 8", "von 14 bis 16 Uhr".

use super::{
    Piece, Standing, What,
    clock::{self, Clock, Form},
    day, part,
};
use crate::{
    context::Locale,
    line::Cursor,
    token::Kind,
    word::{Part, Word},
};

/// A time or a range of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) from: Clock,
    pub(crate) to: Option<Clock>,
    /// The part of the day is said with it: "morgens um 7".
    pub(crate) part: Option<Part>,
    /// "until 17:00": the time at which something ends.
    pub(crate) until: bool,
    /// Whose clock is meant.
    pub(crate) zone: Zone,
}

/// Whose clock a time is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The person's.
    Here,
    /// "UTC", "GMT".
    Utc,
    /// "EST": letters that name several zones, or none.
    Letters,
}

pub(super) fn read(at: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    part::read(at, before).or_else(|| range(at)).or_else(|| single(at, before))
}

fn single(start: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    let mut at = start;
    let adverb = part::adverb(&mut at);
    let until = at.is(Word::Until);
    let cue = cue(&mut at);
    let first = at;
    let (clock, form) = clock::read(&mut at)?;
    let zone = zone(&mut at);
    let is_numbered = start.before().is_some_and(|before| before.is(Word::Numbered));
    // "at 9 or 10", "at 9 and 17".
    let another = before.is_some_and(|before| {
        matches!(before.what, What::Times(_)) && start.follows_joined(before)
    });
    let standing = match form {
        Form::Plain | Form::Digits if cue == Some(Cue::After) => {
            Standing { asks: true, ..Standing::NONE }
        }
        Form::Plain => Standing::FIRM.with_cue(cue.is_some()),
        Form::Digits if is_numbered && cue.is_none() => return None,
        Form::Digits => Standing::EDGES.with_cue(cue.is_some()),
        Form::Bare if may_stand_bare(cue, adverb, first) && !goes_on(at, cue) => Standing::FRAGILE,
        Form::Bare if another => Standing { fragile: true, ..Standing::PARTNER },
        Form::Bare => return None,
        Form::Word if cue.is_some() => Standing::FRAGILE,
        Form::Word => Standing::PARTNER,
    };
    piece(start, at, Times { from: clock, to: None, part: adverb, until, zone }, standing)
}

/// "at 8", "at eight", "until 8"; but "until one is free" says nothing.
fn may_stand_bare(cue: Option<Cue>, adverb: Option<Part>, hour: Cursor<'_>) -> bool {
    match cue {
        Some(Cue::At) => true,
        Some(Cue::Edge) => hour.token().is_some_and(|token| token.words.is_empty()),
        Some(Cue::Other | Cue::After) => false,
        None => adverb.is_some(),
    }
}

/// "from 10 to 30k": the first half of something else.
fn goes_on(at: Cursor<'_>, cue: Option<Cue>) -> bool {
    cue == Some(Cue::Edge) && at.clone().eat_range_mark()
}

/// "UTC", "EST" after a time; letters in capitals only ("ist" is a German word).
fn zone(at: &mut Cursor<'_>) -> Zone {
    const LETTERS: [&str; 19] = [
        "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "BST", "IST", "JST",
        "AEST", "AEDT", "MEZ", "MESZ", "ET", "PT",
    ];
    let Some(token) = at.token().filter(|token| token.kind == Kind::Word) else {
        return Zone::Here;
    };
    let zone = match at.line.text.get(token.start..token.end) {
        Some("UTC" | "GMT" | "utc") => Zone::Utc,
        Some(letters) if LETTERS.contains(&letters) => Zone::Letters,
        _ => return Zone::Here,
    };
    at.at += 1;
    // "UTC+2".
    let mut ahead = *at;
    if (ahead.eat_glued('+') || ahead.eat_glued('-')) && ahead.glued_digits().is_some() {
        *at = ahead;
        return Zone::Letters;
    }
    zone
}

fn piece(start: Cursor<'_>, end: Cursor<'_>, times: Times, standing: Standing) -> Option<Piece> {
    end.may_end().then_some(Piece::new(start, end, What::Times(times), standing))
}

/// "from 2pm to 4pm", "14:00-15:30", "2-4pm", "zwischen 14 und 16 Uhr".
fn range(start: Cursor<'_>) -> Option<Piece> {
    let mut at = start;
    let between = at.eat(Word::Between);
    let cue = between || at.eat(Word::From) | at.eat(Word::At);
    let (mut from, from_form) = clock::read(&mut at)?;
    let marked = if between { at.eat(Word::And) } else { at.eat_range_mark() };
    if !marked {
        return None;
    }
    at.eat(Word::At);
    // "at 18:00 until 1 March" ends with a day.
    let mut day = at;
    let is_day = day::one(&mut day, start.line.today()).is_some();
    let (to, to_form) = clock::read(&mut at)?;
    if is_day && day.at > at.at {
        return None;
    }
    let zone = zone(&mut at);
    let standing = match (from_form != Form::Bare, to_form != Form::Bare) {
        (true, true) => Standing::FIRM.with_cue(cue),
        (false, true) => {
            from = like(from, to);
            Standing::FIRM.with_cue(cue)
        }
        (true, false) if cue => Standing::CUE,
        // "9 to 11" is a time beside a day only: "count from 1 to 10".
        (false, false) if cue => Standing::PARTNER,
        _ => return None,
    };
    piece(start, at, Times { from, to: Some(to), part: None, until: false, zone }, standing)
}

/// "2-4pm": of the two readings of the first time the last before the second; "12-1pm" begins at
/// noon.
fn like(from: Clock, to: Clock) -> Clock {
    match (from, to) {
        (Clock::Spoken(from), Clock::Sure(to)) => {
            let readings = [from, clock::later(from)];
            let before = readings.into_iter().filter(|time| *time < to).max();
            Clock::Sure(before.unwrap_or(clock::later(from)))
        }
        _ => from,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    /// "at", "um": a bare hour may follow.
    At,
    /// "from", "until", "ab": a bare hour in digits may follow.
    Edge,
    /// "by", "on", "due": only a time said in full.
    Other,
    /// "after": from then on, or at that time? It is asked.
    After,
}

pub(super) fn cue(at: &mut Cursor<'_>) -> Option<Cue> {
    let due = at.eat(Word::Due);
    if due {
        at.eat_glued(':');
    }
    if at.eat(Word::After) {
        return Some(Cue::After);
    }
    let other = at.eat_any(&[Word::By, Word::Before, Word::Around]);
    if at.eat(Word::At) || at.eat_mark('@') {
        return Some(Cue::At);
    }
    // "von 8" is the start of a range, or nothing.
    let from = at.line.locale() != Locale::De && at.eat(Word::From);
    if from || at.eat_any(&[Word::Until, Word::Starting]) {
        return Some(if at.eat(Word::At) { Cue::At } else { Cue::Edge });
    }
    (due || other).then_some(Cue::Other)
}
