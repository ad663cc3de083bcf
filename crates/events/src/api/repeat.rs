//! `repeat`: how a task recurs.

use domain::recurrence::{self, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{Mode, MonthEnd};
use crate::FieldError;

/// How a task recurs. In a patch it replaces the old one as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// RFC 5545 RRULE: `FREQ=MONTHLY;BYMONTHDAY=31`.
    pub rule: String,
    /// From where the next instance is counted; `next-future` when not said.
    #[serde(default = "default_mode")]
    pub mode: Mode,
    /// What happens to the 31st in a month that has none; `clamp` when not said.
    #[serde(default = "default_month_end")]
    pub month_end: MonthEnd,
}

fn default_mode() -> Mode {
    recurrence::Mode::default().into()
}

fn default_month_end() -> MonthEnd {
    recurrence::MonthEnd::default().into()
}

impl TryFrom<Repeat> for recurrence::Repeat {
    type Error = FieldError;

    fn try_from(repeat: Repeat) -> Result<Self, FieldError> {
        let rule = Rule::parse(&repeat.rule).map_err(|error| FieldError::new("rule", error))?;
        Ok(Self { rule, mode: repeat.mode.into(), month_end: repeat.month_end.into() })
    }
}

impl From<&recurrence::Repeat> for Repeat {
    fn from(repeat: &recurrence::Repeat) -> Self {
        Self {
            rule: repeat.rule.to_string(),
            mode: repeat.mode.into(),
            month_end: repeat.month_end.into(),
        }
    }
}
