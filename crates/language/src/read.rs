//! Recognisers: each reads one idea at a place of the line, or nothing.

mod ahead;
mod calendar;
mod clock;
mod day;
mod limits;
mod nth;
mod number;
mod numeric;
mod part;
mod period;
mod remind;
mod repeat;
mod time;
mod weekday;

pub(crate) use self::{
    clock::{Clock, of_part},
    day::Day,
    number::Length,
    remind::{Remind, eat_to},
    repeat::Pattern,
    time::{Times, Zone},
};

use crate::{
    intent::{ChoiceValue, QuestionKind},
    line::{Cursor, Line},
    word::{Part, Word},
};

/// Something that was recognised, with its place: tokens `from..to`.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Which phrases stand side by side; set by [`crate::judge`].
    pub(crate) group: usize,
    pub(crate) what: What,
    pub(crate) standing: Standing,
}

impl Piece {
    fn new(start: Cursor<'_>, end: Cursor<'_>, what: What, standing: Standing) -> Self {
        Self { from: start.at, to: end.at, group: 0, what, standing }
    }
}

/// What was recognised.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Day(Day),
    Times(Times),
    Part(Part),
    /// "in 20 minutes": a moment.
    Moment(chrono::NaiveDateTime),
    Repeat(Pattern),
    /// "until 1 March".
    Until(Day),
    /// "for 3 weeks".
    For(Length),
    /// "5 times".
    Count(u32),
    /// "after completion".
    AfterCompletion,
    Remind(Remind),
    /// What cannot be followed: "except sunday".
    Except,
}

/// When a phrase counts, by its words alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing {
    /// A preposition or its like says so: it counts anywhere.
    pub(crate) cue: bool,
    /// Counts at the start of a text.
    pub(crate) at_start: bool,
    /// Counts at the end of a text.
    pub(crate) at_end: bool,
    /// In the middle of a text it is asked about.
    pub(crate) asks: bool,
    /// No noun may follow: "at 8 flats", "on the 5th floor".
    pub(crate) fragile: bool,
    /// Counts only beside something else: "noon", "5 times".
    pub(crate) partner: bool,
}

impl Standing {
    pub(crate) const FIRM: Self = Self { at_start: true, at_end: true, asks: true, ..Self::NONE };
    pub(crate) const EDGES: Self = Self { asks: false, ..Self::FIRM };
    pub(crate) const END: Self = Self { at_end: true, ..Self::NONE };
    pub(crate) const CUE: Self = Self { cue: true, ..Self::FIRM };
    pub(crate) const FRAGILE: Self = Self { fragile: true, asks: false, ..Self::CUE };
    pub(crate) const PARTNER: Self = Self { partner: true, ..Self::NONE };
    pub(crate) const NONE: Self = Self {
        cue: false,
        at_start: false,
        at_end: false,
        asks: false,
        fragile: false,
        partner: false,
    };

    /// The same with a preposition before it.
    pub(crate) fn with_cue(self, cue: bool) -> Self {
        if cue { Self { cue: true, at_start: true, at_end: true, ..self } } else { self }
    }
}

/// A phrase with more than one meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) kind: QuestionKind,
    pub(crate) choices: Vec<ChoiceValue>,
}

/// Reads something at a cursor and moves it, or says nothing.
type Reader<T> = fn(&mut Cursor<'_>) -> Option<T>;

/// Everything recognisable in the line, left to right, never overlapping.
pub(crate) fn pieces(line: &Line<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    while at < line.tokens.len() {
        let found = line.may_begin(at).then(|| piece(Cursor::new(line, at), pieces.last()));
        match found.flatten() {
            Some(piece) => {
                at = piece.to;
                pieces.push(piece);
            }
            None => at += 1,
        }
    }
    pieces
}

/// The recognisers, in the order of their right of way.
fn piece(at: Cursor<'_>, before: Option<&Piece>) -> Option<Piece> {
    if at.token()?.words.is_empty() && !starts_without_word(at) || is_named(at) {
        return None;
    }
    remind::read(at)
        .or_else(|| repeat::read(at))
        .or_else(|| limits::read(at, before))
        .or_else(|| ahead::read(at))
        .or_else(|| day::read(at, before))
        .or_else(|| time::read(at, before))
        .filter(|piece| line_allows(at.line, piece))
}

/// Most words mean nothing; numbers and `@every` do.
fn starts_without_word(at: Cursor<'_>) -> bool {
    use crate::token::Kind;
    at.token().is_some_and(|token| matches!(token.kind, Kind::Number { .. } | Kind::Mark('@')))
}

/// "Black Friday", "Guten Morgen": a name.
fn is_named(at: Cursor<'_>) -> bool {
    at.before().is_some_and(|before| before.is(Word::NamedDay))
}

fn line_allows(line: &Line<'_>, piece: &Piece) -> bool {
    piece.from < piece.to && line.may_end(piece.to)
}
