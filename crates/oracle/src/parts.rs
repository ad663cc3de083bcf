//! A rule as a list of parts, before it is text.

use std::fmt;

/// Parts in the order they were set, such as `("FREQ", "DAILY")`. `Display` is the rule's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts(Vec<(&'static str, String)>);

impl Parts {
    /// The value of a part.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the part is there.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether one of the parts is there.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Adds or replaces a part.
    pub fn set(&mut self, name: &'static str, value: impl ToString) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value.to_string(),
            None => self.0.push((name, value.to_string())),
        }
    }

    /// The same rule without a part.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| *known != name).cloned().collect())
    }

    /// The names of all parts.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            write!(f, "{separator}{name}={value}")?;
        }
        Ok(())
    }
}
