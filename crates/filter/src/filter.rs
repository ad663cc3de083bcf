//! A filter: what it is made from, and what can be made of it.

use std::str::FromStr;

use crate::{Now, Resolved};
use crate::{error::FilterError, explain, node::Node, parse, resolve};

/// Which tasks a person wants to see. Equal filters say the same in the same order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    root: Option<Node>,
}

impl Filter {
    /// Reads a filter. A text without a term lets every task through.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let root = parse::root(text).map_err(|fault| fault.in_text(text))?;
        Ok(Self { root })
    }

    /// The tree; `None` lets every task through.
    pub fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// What passes both. It may be larger than what [`Filter::parse`] takes.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let root = match (self.root, other.root) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        };
        Self { root }
    }

    /// With everything that is relative turned into bounds.
    pub fn resolve(&self, now: &Now) -> Resolved {
        resolve::resolve(self, now)
    }

    /// What passes, in plain English: `open tasks, of priority high or urgent`.
    pub fn explain(&self) -> String {
        explain::sentence(self.root.as_ref())
    }
}

impl From<Node> for Filter {
    fn from(root: Node) -> Self {
        Self { root: Some(root) }
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}
