//! The phrases by kind.

use chrono::NaiveDateTime;

use super::Ask;
use crate::{
    intent::{ChoiceValue, QuestionKind},
    read::{Day, Length, Pattern, Piece, Times, What},
    word::Part,
};

/// A phrase with what it says.
pub(super) type Of<'p, T> = (&'p Piece, T);

/// Everything that was said about one moment.
#[derive(Debug, Default)]
pub(super) struct Said<'p> {
    pub(super) days: Vec<Of<'p, &'p Day>>,
    pub(super) times: Vec<Of<'p, Times>>,
    pub(super) parts: Vec<Of<'p, Part>>,
    pub(super) moments: Vec<Of<'p, NaiveDateTime>>,
    pub(super) repeats: Vec<Of<'p, &'p Pattern>>,
    pub(super) untils: Vec<Of<'p, &'p Day>>,
    pub(super) lengths: Vec<Of<'p, Length>>,
    pub(super) counts: Vec<Of<'p, u32>>,
    pub(super) after_completion: Vec<Of<'p, ()>>,
    pub(super) excepts: Vec<Of<'p, ()>>,
    /// Tokens of "to" and "-" between phrases.
    pub(super) range_marks: Vec<usize>,
    /// "or" stands between phrases.
    pub(super) either: bool,
}

impl<'p> Said<'p> {
    pub(super) fn add(&mut self, piece: &'p Piece) {
        match &piece.what {
            What::Day(day) => self.days.push((piece, day)),
            What::Times(times) => self.times.push((piece, *times)),
            What::Part(part) => self.parts.push((piece, *part)),
            What::Moment(at) => self.moments.push((piece, *at)),
            What::Repeat(pattern) => self.repeats.push((piece, pattern)),
            What::Until(day) => self.untils.push((piece, day)),
            What::For(length) => self.lengths.push((piece, *length)),
            What::Count(count) => self.counts.push((piece, *count)),
            What::AfterCompletion => self.after_completion.push((piece, ())),
            What::Except => self.excepts.push((piece, ())),
            What::Remind(_) => {}
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.days.extend(other.days);
        self.times.extend(other.times);
        self.parts.extend(other.parts);
        self.moments.extend(other.moments);
        self.repeats.extend(other.repeats);
        self.untils.extend(other.untils);
        self.lengths.extend(other.lengths);
        self.counts.extend(other.counts);
        self.after_completion.extend(other.after_completion);
        self.excepts.extend(other.excepts);
        self.range_marks.extend(other.range_marks);
        self.either |= other.either;
    }

    pub(super) fn says_when(&self) -> bool {
        self.says_a_day() || !self.times.is_empty() || !self.parts.is_empty()
    }

    pub(super) fn says_a_day(&self) -> bool {
        !(self.days.is_empty()
            && self.moments.is_empty()
            && self.repeats.is_empty()
            && self.untils.is_empty())
    }

    /// What was said before and after a "to", if each half says a day: "fri 6pm - sun 4pm".
    pub(super) fn halves(&self) -> Option<(Self, Self)> {
        self.range_marks.iter().find_map(|mark| {
            let mut halves = (Self::default(), Self::default());
            for piece in self.pieces() {
                if piece.from < *mark { halves.0.add(piece) } else { halves.1.add(piece) }
            }
            let both = halves.0.says_a_day() && halves.1.says_a_day() && self.repeats.is_empty();
            both.then_some(halves)
        })
    }

    /// The question about all that was said of a rule.
    pub(super) fn ask_rule(&self) -> Ask {
        let limits = self.untils.iter().map(|(piece, _)| *piece);
        let lengths = self.lengths.iter().map(|(piece, _)| *piece);
        let rules = self.repeats.iter().map(|(piece, _)| *piece);
        let excepts = self.excepts.iter().map(|(piece, ())| *piece);
        let all: Vec<_> = rules.chain(limits).chain(lengths).chain(excepts).collect();
        Ask {
            from: all.iter().map(|piece| piece.from).min().unwrap_or(0),
            to: all.iter().map(|piece| piece.to).max().unwrap_or(1),
            kind: QuestionKind::Recurrence,
            choices: vec![ChoiceValue::Nothing],
            until: false,
        }
    }

    /// The phrases that say when.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &'p Piece> {
        let days = self.days.iter().chain(&self.untils).map(|(piece, _)| *piece);
        let times = self.times.iter().map(|(piece, _)| *piece);
        let parts = self.parts.iter().map(|(piece, _)| *piece);
        let moments = self.moments.iter().map(|(piece, _)| *piece);
        let repeats = self.repeats.iter().map(|(piece, _)| *piece);
        days.chain(times).chain(parts).chain(moments).chain(repeats).collect::<Vec<_>>().into_iter()
    }
}
