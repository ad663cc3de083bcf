//! Text -> parentheses, signs of negation and words; what is quoted or escaped is marked.

use std::{iter::Peekable, str::CharIndices};

use crate::{
    error::{Fault, FilterErrorKind},
    span::Span,
};

/// A piece of the text.
#[derive(Debug)]
pub(crate) struct Lexeme {
    pub(crate) kind: LexemeKind,
    pub(crate) span: Span,
}

/// What a piece is.
#[derive(Debug)]
pub(crate) enum LexemeKind {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `-` before something.
    Minus,
    /// All else up to a space or a parenthesis.
    Word(Vec<Letter>),
}

/// A character of a word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter {
    pub(crate) c: char,
    /// Its place, with the `\` before it.
    pub(crate) span: Span,
    /// Neither quoted nor escaped: it may mean something.
    pub(crate) plain: bool,
}

/// The characters alone.
pub(crate) fn cooked(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.c).collect()
}

/// Keyboards of telephones write other quotes than those of desks.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

/// Cuts the text.
pub(crate) fn lex(text: &str) -> Result<Vec<Lexeme>, Fault> {
    let mut scanner = Scanner { chars: text.char_indices().peekable(), end: text.len() };
    let mut lexemes = Vec::new();
    while let Some((start, c)) = scanner.peek() {
        let span = Span::new(start, start + c.len_utf8());
        let kind = match c {
            c if c.is_whitespace() => {
                scanner.next();
                continue;
            }
            '(' => scanner.one(LexemeKind::Open),
            ')' => scanner.one(LexemeKind::Close),
            '-' => scanner.minus(span)?,
            _ => LexemeKind::Word(scanner.word()?),
        };
        lexemes.push(Lexeme { kind, span: Span::new(start, scanner.position()) });
    }
    Ok(lexemes)
}

struct Scanner<'a> {
    chars: Peekable<CharIndices<'a>>,
    end: usize,
}

impl Scanner<'_> {
    fn peek(&mut self) -> Option<(usize, char)> {
        self.chars.peek().copied()
    }

    fn next(&mut self) -> Option<(usize, char)> {
        self.chars.next()
    }

    fn position(&mut self) -> usize {
        self.peek().map_or(self.end, |(at, _)| at)
    }

    fn one(&mut self, kind: LexemeKind) -> LexemeKind {
        self.next();
        kind
    }

    fn minus(&mut self, span: Span) -> Result<LexemeKind, Fault> {
        self.next();
        match self.peek() {
            Some((_, c)) if !c.is_whitespace() && c != ')' => Ok(LexemeKind::Minus),
            _ => Err(Fault::new(FilterErrorKind::LoneMinus, span)),
        }
    }

    fn word(&mut self) -> Result<Vec<Letter>, Fault> {
        let mut letters = Vec::new();
        while let Some((start, c)) = self.peek() {
            if c.is_whitespace() || matches!(c, '(' | ')') {
                break;
            }
            self.next();
            let span = Span::new(start, self.position());
            match c {
                '\\' => letters.push(self.escaped(span)?),
                c if is_quote(c) => self.quoted(span, &mut letters)?,
                c => letters.push(Letter { c, span, plain: true }),
            }
        }
        Ok(letters)
    }

    /// What stands between the quote that was read at `open` and the next one.
    fn quoted(&mut self, open: Span, letters: &mut Vec<Letter>) -> Result<(), Fault> {
        while let Some((start, c)) = self.next() {
            let span = Span::new(start, self.position());
            match c {
                '\\' => letters.push(self.escaped(span)?),
                c if is_quote(c) => return Ok(()),
                c => letters.push(Letter { c, span, plain: false }),
            }
        }
        Err(Fault::new(FilterErrorKind::OpenQuote, open))
    }

    /// The character after the `\` that was read at `escape`.
    fn escaped(&mut self, escape: Span) -> Result<Letter, Fault> {
        let Some((_, c)) = self.next() else {
            return Err(Fault::new(FilterErrorKind::LoneEscape, escape));
        };
        Ok(Letter { c, span: Span::new(escape.start, self.position()), plain: false })
    }
}
