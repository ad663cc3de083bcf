//! Terms, put together.

use crate::{span::Span, term::Term};

/// A filter or a part of one, with its place in the text. Two nodes are equal when they say the same,
/// wherever they stand.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it says.
    pub kind: NodeKind,
    /// Where; nowhere (`0..0`) when it was not made from a text.
    pub span: Span,
}

/// What a node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// All of these hold. At least two, none of them an `All`.
    All(Vec<Node>),
    /// At least one of these holds. At least two, none of them an `Any`.
    Any(Vec<Node>),
    /// This does not hold.
    Not(Box<Node>),
    /// One question.
    Term(Term),
}

impl Node {
    /// A node that was not made from a text.
    pub fn new(term: Term) -> Self {
        NodeKind::Term(term).at(Span::default())
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let span = self.span.to(other.span);
        let mut nodes = self.conjuncts();
        nodes.extend(other.conjuncts());
        NodeKind::All(nodes).at(span)
    }

    /// One of the two holds, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let span = self.span.to(other.span);
        let mut nodes = self.alternatives();
        nodes.extend(other.alternatives());
        NodeKind::Any(nodes).at(span)
    }

    /// The opposite holds.
    #[must_use]
    pub fn negated(self) -> Self {
        let span = self.span;
        NodeKind::Not(Box::new(self)).at(span)
    }

    fn conjuncts(self) -> Vec<Self> {
        match self.kind {
            NodeKind::All(nodes) => nodes,
            _ => vec![self],
        }
    }

    fn alternatives(self) -> Vec<Self> {
        match self.kind {
            NodeKind::Any(nodes) => nodes,
            _ => vec![self],
        }
    }
}

impl NodeKind {
    /// The node that says this there.
    pub(crate) fn at(self, span: Span) -> Node {
        Node { kind: self, span }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}
