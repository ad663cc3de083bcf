//! Pieces -> a tree: `AND` binds stronger than `OR`, `-` and `NOT` strongest.

mod head;
mod point;
mod term;
mod value;

pub(crate) use self::point::point;
use self::term::Budget;
use crate::{
    error::{Fault, FilterErrorKind},
    lex::{self, Letter, Lexeme, LexemeKind},
    node::Node,
    span::Span,
    text,
};

/// Most terms of a filter, each value of a list counted.
pub const TERMS_MAX: usize = 100;
/// How deep parentheses and negations may be nested.
pub const DEPTH_MAX: usize = 16;

/// The tree of a text; `None` when there is no term in it.
pub(crate) fn root(text: &str) -> Result<Option<Node>, Fault> {
    text::check(text)?;
    let lexemes = lex::lex(text)?;
    let mut parser = Parser { lexemes: &lexemes, budget: Budget::new(TERMS_MAX) };
    if lexemes.is_empty() {
        return Ok(None);
    }
    let node = parser.alternatives(0)?;
    match parser.peek() {
        None => Ok(Some(node)),
        Some(lexeme) => Err(Fault::new(FilterErrorKind::LoneClose, lexeme.span)),
    }
}

struct Parser<'a> {
    /// What is still to come.
    lexemes: &'a [Lexeme],
    budget: Budget,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Lexeme> {
        self.lexemes.first()
    }

    fn advance(&mut self) {
        self.lexemes = self.lexemes.get(1..).unwrap_or_default();
    }

    /// `a OR b`, up to what can be part of neither.
    fn alternatives(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut node = self.conjuncts(depth)?;
        while self.takes(Keyword::Or)? {
            node = node.or(self.conjuncts(depth)?);
        }
        Ok(node)
    }

    /// `a b`, `a AND b`.
    fn conjuncts(&mut self, depth: usize) -> Result<Node, Fault> {
        let mut node = self.unit(depth)?;
        while self.takes(Keyword::And)? || self.is_at_unit() {
            node = node.and(self.unit(depth)?);
        }
        Ok(node)
    }

    /// A term or a group, perhaps negated.
    fn unit(&mut self, depth: usize) -> Result<Node, Fault> {
        // Every caller has looked before, or stands at the beginning of something.
        let Some(lexeme) = self.peek() else {
            return Err(Fault::new(FilterErrorKind::EmptyGroup, Span::default()));
        };
        match (&lexeme.kind, Keyword::of(lexeme)) {
            (LexemeKind::Close, _) => Err(Fault::new(FilterErrorKind::LoneClose, lexeme.span)),
            (_, Some(Keyword::Not)) => {
                self.takes(Keyword::Not)?;
                self.negated(lexeme.span, depth)
            }
            (_, Some(keyword)) => {
                let kind = FilterErrorKind::NothingBefore { operator: keyword.as_str() };
                Err(Fault::new(kind, lexeme.span))
            }
            (LexemeKind::Minus, _) => {
                self.advance();
                self.needs_unit("-", lexeme.span)?;
                self.negated(lexeme.span, depth)
            }
            (LexemeKind::Open, _) => {
                self.advance();
                self.group(lexeme.span, depth)
            }
            (LexemeKind::Word(letters), _) => {
                self.advance();
                term::node(letters, lexeme.span, &mut self.budget)
            }
        }
    }

    fn negated(&mut self, sign: Span, depth: usize) -> Result<Node, Fault> {
        let node = self.unit(deeper(depth, sign)?)?;
        let whole = sign.to(node.span);
        let mut negated = node.negated();
        negated.span = whole;
        Ok(negated)
    }

    fn group(&mut self, open: Span, depth: usize) -> Result<Node, Fault> {
        let depth = deeper(depth, open)?;
        match self.peek() {
            None => return Err(Fault::new(FilterErrorKind::OpenGroup, open)),
            Some(Lexeme { kind: LexemeKind::Close, span }) => {
                return Err(Fault::new(FilterErrorKind::EmptyGroup, open.to(*span)));
            }
            Some(_) => {}
        }
        let mut node = self.alternatives(depth)?;
        let Some(close) = self.peek() else {
            return Err(Fault::new(FilterErrorKind::OpenGroup, open));
        };
        self.advance();
        node.span = open.to(close.span);
        Ok(node)
    }

    /// Whether this keyword comes next; then it is passed, and something has to follow.
    fn takes(&mut self, keyword: Keyword) -> Result<bool, Fault> {
        let Some(lexeme) = self.peek().filter(|lexeme| Keyword::of(lexeme) == Some(keyword)) else {
            return Ok(false);
        };
        self.advance();
        self.needs_unit(keyword.as_str(), lexeme.span)?;
        Ok(true)
    }

    fn needs_unit(&self, operator: &'static str, span: Span) -> Result<(), Fault> {
        if self.is_at_unit() {
            return Ok(());
        }
        Err(Fault::new(FilterErrorKind::NothingAfter { operator }, span))
    }

    fn is_at_unit(&self) -> bool {
        self.peek().is_some_and(|lexeme| {
            !matches!(lexeme.kind, LexemeKind::Close)
                && !matches!(Keyword::of(lexeme), Some(Keyword::And | Keyword::Or))
        })
    }
}

fn deeper(depth: usize, span: Span) -> Result<usize, Fault> {
    if depth < DEPTH_MAX { Ok(depth + 1) } else { Err(Fault::new(FilterErrorKind::TooDeep, span)) }
}

/// Words in upper case that are not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    And,
    Or,
    Not,
}

impl Keyword {
    fn of(lexeme: &Lexeme) -> Option<Self> {
        let LexemeKind::Word(letters) = &lexeme.kind else { return None };
        let is = |word: &Self| letters.iter().map(|letter| letter.c).eq(word.as_str().chars());
        let found = [Self::And, Self::Or, Self::Not].into_iter().find(is)?;
        letters.iter().all(|letter: &Letter| letter.plain).then_some(found)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not => "NOT",
        }
    }
}
