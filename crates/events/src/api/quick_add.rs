//! `POST /api/v1/quick-add`, the request.

use serde::{Deserialize, Serialize};

use crate::{FieldError, json};

/// One line of text that is to be read as a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickAdd {
    /// What the person typed: `Pay rent every month on the 1st #home`.
    pub text: String,
    /// Only say what would be understood.
    #[serde(default)]
    pub dry_run: bool,
    /// IANA name of the zone the person is in; the setting `default_time_zone` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// BCP 47 tag of the person's language: `en-US`, `en-GB` or `de`; the setting `default_locale`
    /// when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// From the bytes of a request to the wish.
pub fn parse_quick_add(bytes: &[u8]) -> Result<QuickAdd, FieldError> {
    json::parse(bytes)
}
