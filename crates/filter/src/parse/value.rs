//! What stands after a comparison: one value or a list of them.

use super::head::Head;
use crate::{
    error::{Fault, FilterErrorKind},
    field::{self, Field},
    lex::{Letter, cooked},
    span::Span,
    text::excerpt,
};

/// The rest of a term.
pub(super) struct Value<'a> {
    pub(super) head: Head,
    letters: &'a [Letter],
}

/// One value; never empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) letters: &'a [Letter],
    pub(super) span: Span,
}

impl<'a> Value<'a> {
    pub(super) fn new(head: Head, letters: &'a [Letter]) -> Self {
        Self { head, letters }
    }

    pub(super) fn field(&self) -> Field {
        self.head.field
    }

    /// The values between commas.
    pub(super) fn pieces(&self) -> Result<Vec<Piece<'a>>, Fault> {
        let mut begin = 0;
        let pieces = self.letters.split(|letter| letter.plain && letter.c == ',');
        pieces
            .map(|letters| {
                let here = self.letters.get(begin).or(self.letters.last());
                begin += letters.len() + 1;
                self.piece(letters, here.map_or(self.head.span, |letter| letter.span))
            })
            .collect()
    }

    /// The only value.
    pub(super) fn one(&self) -> Result<Piece<'a>, Fault> {
        let pieces = self.pieces()?;
        match pieces.as_slice() {
            [piece] => Ok(*piece),
            _ => {
                let kind = FilterErrorKind::NoList { before: self.head.shown() };
                Err(Fault::new(kind, self.span()))
            }
        }
    }

    /// Both sides of a range; `None` when it is none.
    pub(super) fn range(&self, piece: Piece<'a>) -> Result<Option<(Piece<'a>, Piece<'a>)>, Fault> {
        let is_dot = |letter: &Letter| letter.plain && letter.c == '.';
        let mut pairs = piece.letters.windows(2);
        let Some(at) = pairs.position(|pair| pair.iter().all(is_dot)) else { return Ok(None) };
        let from = piece.letters.get(..at).unwrap_or_default();
        let to = piece.letters.get(at + 2..).unwrap_or_default();
        Ok(Some((self.piece(from, piece.span)?, self.piece(to, piece.span)?)))
    }

    fn piece(&self, letters: &'a [Letter], otherwise: Span) -> Result<Piece<'a>, Fault> {
        match (letters.first(), letters.last()) {
            (Some(first), Some(last)) => Ok(Piece { letters, span: first.span.to(last.span) }),
            _ => Err(self.missing(otherwise)),
        }
    }

    fn missing(&self, span: Span) -> Fault {
        let Head { field, .. } = self.head;
        let kind = FilterErrorKind::NoValue { field: field.name(), accepts: field.accepts() };
        Fault::new(kind, span)
    }

    /// All of it.
    pub(super) fn span(&self) -> Span {
        match (self.letters.first(), self.letters.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => self.head.span,
        }
    }

    /// The value of that name.
    pub(super) fn named<T: Copy>(
        &self,
        known: &[(&'static str, T)],
        piece: Piece<'_>,
    ) -> Result<T, Fault> {
        let name = piece.text().to_lowercase();
        field::named(known, &name).ok_or_else(|| self.wrong(piece, field::meant_of(known, &name)))
    }

    /// The field does not take this.
    pub(super) fn wrong(&self, piece: Piece<'_>, meant: Option<String>) -> Fault {
        let Head { field, .. } = self.head;
        let kind = FilterErrorKind::WrongValue {
            field: field.name(),
            value: piece.excerpt(),
            meant,
            accepts: field.accepts(),
        };
        Fault::new(kind, piece.span)
    }
}

impl Piece<'_> {
    /// Without quotes and escapes.
    pub(super) fn text(&self) -> String {
        cooked(self.letters)
    }

    /// As an error may show it.
    pub(super) fn excerpt(&self) -> String {
        excerpt(&self.text())
    }

    /// Something is wrong with it.
    pub(super) fn fault(&self, kind: impl FnOnce(String) -> FilterErrorKind) -> Fault {
        Fault::new(kind(self.excerpt()), self.span)
    }
}
