//! What can be wrong.

use std::fmt;

/// The kinds of what can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A client was told that it is done, and it is not.
    LostWrite,
    /// A task without its event, or an event without its task.
    TornPair,
    /// An event is in the log and never came to its topic.
    LostEvent,
    /// What had to follow did not: a next instance, a reminder.
    LostEffect,
    /// Done more than once.
    DoubledEffect,
    /// The events of a user did not come in their order.
    OrderBroken,
    /// Something that nothing led to.
    Phantom,
    /// A row or a record of one user with another.
    ForeignRow,
    /// A record that does not say what the log says.
    Altered,
    /// A reminder fired before its time.
    Early,
    /// Two held the same part of the log under one number.
    FenceBroken,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::LostWrite,
        Self::TornPair,
        Self::LostEvent,
        Self::LostEffect,
        Self::DoubledEffect,
        Self::OrderBroken,
        Self::Phantom,
        Self::ForeignRow,
        Self::Altered,
        Self::Early,
        Self::FenceBroken,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostWrite => "lost write",
            Self::TornPair => "torn pair",
            Self::LostEvent => "lost event",
            Self::LostEffect => "lost effect",
            Self::DoubledEffect => "doubled effect",
            Self::OrderBroken => "order broken",
            Self::Phantom => "phantom",
            Self::ForeignRow => "foreign row",
            Self::Altered => "altered",
            Self::Early => "early",
            Self::FenceBroken => "fence broken",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// Where, and what.
    pub text: String,
}

/// Everything that is wrong, in the order in which it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one.
    pub fn add(&mut self, kind: Kind, text: impl Into<String>) {
        self.0.push(Finding { kind, text: text.into() });
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of one kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.0.iter().filter(|finding| finding.kind == kind).count()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }
}

impl fmt::Display for Findings {
    /// `clean`, or how many of which kind and the first few of each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 5;
        if self.is_clean() {
            return f.write_str("clean");
        }
        let found: Vec<_> = Kind::ALL.into_iter().filter(|kind| self.count(*kind) > 0).collect();
        let counts: Vec<_> =
            found.iter().map(|kind| format!("{} {kind}", self.count(*kind))).collect();
        f.write_str(&counts.join(", "))?;
        for kind in found {
            let of_kind = self.iter().filter(|finding| finding.kind == kind);
            for finding in of_kind.take(SHOWN_MAX) {
                write!(f, "\n  {kind}: {}", finding.text)?;
            }
        }
        Ok(())
    }
}
