//! A text with its tokens and the moment it is read at; and a cursor that walks over it.

use chrono::{NaiveDate, NaiveDateTime, Weekday};
use domain::zone;

use crate::{
    context::{Context, DayParts, Locale},
    read::Piece,
    token::{self, Kind, Token},
    word::{Form, Part, Unit, Word},
};

/// What is read.
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) tokens: Vec<Token>,
    pub(crate) context: &'a Context,
    /// The wall clock at the moment of reading.
    pub(crate) now: NaiveDateTime,
}

impl<'a> Line<'a> {
    pub(crate) fn new(text: &'a str, context: &'a Context) -> Self {
        Self {
            text,
            tokens: token::tokens(text, context.locale),
            context,
            now: zone::local(context.now, &context.zone),
        }
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.now.date()
    }

    pub(crate) fn locale(&self) -> Locale {
        self.context.locale
    }

    pub(crate) fn week_start(&self) -> Weekday {
        self.context.week_start
    }

    pub(crate) fn hours(&self) -> &DayParts {
        &self.context.hours
    }

    /// Whether a phrase may begin with this token: nothing that belongs to it stands before.
    pub(crate) fn may_begin(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        if token.spaced {
            return true;
        }
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_none_or(|before| match before.kind {
            Kind::Mark('(' | '[' | '–' | '—') => true,
            // "1,5" and "16:9" are one thing, "gym,tomorrow" two.
            Kind::Mark(',' | ';' | ':') => {
                matches!(token.kind, Kind::Word) && before.spaced || !self.joins(at)
            }
            _ => false,
        })
    }

    /// Whether the mark before `at` stands between two digits.
    fn joins(&self, at: usize) -> bool {
        let is_number = |at: Option<usize>| {
            at.and_then(|at| self.tokens.get(at))
                .is_some_and(|token| matches!(token.kind, Kind::Number { .. }))
        };
        is_number(Some(at)) && is_number(at.checked_sub(2))
    }

    /// Whether a phrase may end before this token.
    pub(crate) fn may_end(&self, at: usize) -> bool {
        let mut at = at;
        while let Some(token) = self.tokens.get(at) {
            if token.spaced {
                return true;
            }
            match token.kind {
                Kind::Mark(
                    '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '…' | '–' | '—' | '"' | '”'
                    | '“',
                ) => at += 1,
                Kind::Word | Kind::Number { .. } => {
                    // A comma without a space separates words, not digits.
                    return at > 0
                        && matches!(self.tokens[at - 1].kind, Kind::Mark(',' | ';' | ')'))
                        && !self.joins(at);
                }
                _ => return false,
            }
        }
        true
    }
}

/// Without seconds.
pub(crate) fn minute(local: NaiveDateTime) -> NaiveDateTime {
    use chrono::Timelike;
    let past = i64::from(local.second()) * 1_000_000_000 + i64::from(local.nanosecond());
    local.checked_sub_signed(chrono::TimeDelta::nanoseconds(past)).unwrap_or(local)
}

/// A place in a line. Copied to try something, replaced when it worked.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'l> {
    pub(crate) line: &'l Line<'l>,
    pub(crate) at: usize,
}

/// A number as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digits {
    pub(crate) value: u32,
    pub(crate) digits: usize,
}

impl<'l> Cursor<'l> {
    pub(crate) fn new(line: &'l Line<'l>, at: usize) -> Self {
        Self { line, at }
    }

    pub(crate) fn token(&self) -> Option<&'l Token> {
        self.line.tokens.get(self.at)
    }

    /// The token before, if there is one.
    pub(crate) fn before(&self) -> Option<&'l Token> {
        self.line.tokens.get(self.at.checked_sub(1)?)
    }

    pub(crate) fn is(&self, word: Word) -> bool {
        self.token().is_some_and(|token| token.is(word))
    }

    /// Whether what was read so far could be a whole phrase.
    pub(crate) fn may_end(&self) -> bool {
        self.line.may_end(self.at)
    }

    /// Whether a preposition of dates stands right before: "on", "by", "until".
    pub(crate) fn follows_cue(&self) -> bool {
        self.before().is_some_and(|before| {
            before.words.iter().any(|word| {
                matches!(
                    word,
                    Word::On | Word::By | Word::Due | Word::Until | Word::From | Word::Starting
                )
            })
        })
    }

    /// Whether a phrase ended right here.
    pub(crate) fn follows(&self, piece: &Piece) -> bool {
        piece.to == self.at || self.follows_joined(piece)
    }

    /// Whether only "and" or "or" stands between a phrase and here.
    pub(crate) fn follows_joined(&self, piece: &Piece) -> bool {
        piece.to + 1 == self.at
            && self.before().is_some_and(|before| {
                before.is(Word::And) || before.is(Word::Or) || before.is_mark('&')
            })
    }

    pub(crate) fn eat(&mut self, word: Word) -> bool {
        let eaten = self.is(word);
        self.at += usize::from(eaten);
        eaten
    }

    pub(crate) fn eat_any(&mut self, words: &[Word]) -> bool {
        words.iter().any(|word| self.eat(*word))
    }

    /// Takes a word for what `meaning` makes of it.
    pub(crate) fn pick<T>(&mut self, meaning: impl Fn(Word) -> Option<T>) -> Option<T> {
        let found = self.token()?.words.iter().find_map(|word| meaning(*word))?;
        self.at += 1;
        Some(found)
    }

    /// What the first reader finds that finds anything.
    pub(crate) fn first_of<T>(
        &mut self,
        readers: &[impl Fn(&mut Cursor<'_>) -> Option<T>],
    ) -> Option<T> {
        readers.iter().find_map(|read| {
            let mut ahead = *self;
            let found = read(&mut ahead)?;
            self.at = ahead.at;
            Some(found)
        })
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.token().is_some_and(|token| token.is_mark(mark))
    }

    /// A mark, with or without a space before.
    pub(crate) fn eat_mark(&mut self, mark: char) -> bool {
        let eaten = self.is_mark(mark);
        self.at += usize::from(eaten);
        eaten
    }

    /// Whether the next token follows without a space.
    pub(crate) fn is_glued(&self) -> bool {
        self.token().is_some_and(|token| !token.spaced)
    }

    /// A mark that follows without a space.
    pub(crate) fn eat_glued(&mut self, mark: char) -> bool {
        self.is_glued() && self.eat_mark(mark)
    }

    pub(crate) fn digits(&mut self) -> Option<Digits> {
        match self.token()?.kind {
            Kind::Number { value, digits } => {
                self.at += 1;
                Some(Digits { value, digits })
            }
            _ => None,
        }
    }

    /// Digits that follow without a space.
    pub(crate) fn glued_digits(&mut self) -> Option<Digits> {
        if self.is_glued() { self.digits() } else { None }
    }

    pub(crate) fn unit(&mut self) -> Option<Unit> {
        let mut ahead = *self;
        let business = ahead.eat(Word::Business);
        let unit = ahead.pick(|word| match word {
            Word::Unit(unit) => Some(unit),
            _ => None,
        })?;
        let unit = match (business, unit) {
            (false, unit) => unit,
            (true, Unit::Day) => Unit::Workday,
            (true, _) => return None,
        };
        *self = ahead;
        Some(unit)
    }

    pub(crate) fn weekday(&mut self) -> Option<(Weekday, Form)> {
        let found = self.pick(|word| match word {
            Word::Weekday(weekday, form) => Some((weekday, form)),
            _ => None,
        })?;
        // "Mo." and "Thurs." are abbreviations; a dot at the end of the text is one of the sentence.
        let short = self.before().is_some_and(|token| token.end - token.start <= "thurs".len());
        self.eat_dot_within(short);
        Some(found)
    }

    fn eat_dot_within(&mut self, abbreviated: bool) {
        let mut dotted = *self;
        if abbreviated && dotted.eat_glued('.') && dotted.token().is_some() {
            *self = dotted;
        }
    }

    pub(crate) fn month(&mut self) -> Option<u32> {
        let month = self.pick(|word| match word {
            Word::Month(month) => Some(month),
            _ => None,
        })?;
        self.eat_dot_within(true);
        Some(month)
    }

    pub(crate) fn part(&mut self) -> Option<Part> {
        self.pick(|word| match word {
            Word::Part(part) | Word::PartAdverb(part) => Some(part),
            _ => None,
        })
    }

    /// The second half of "Freitagabend".
    pub(crate) fn glued_part(&mut self) -> Option<Part> {
        if self.is_glued() { self.part() } else { None }
    }

    /// "-", "–", "to", "until": what stands between the ends of a range.
    pub(crate) fn eat_range_mark(&mut self) -> bool {
        self.eat_mark('-') || self.eat_mark('–') || self.eat_mark('—') || self.eat(Word::To)
    }
}
