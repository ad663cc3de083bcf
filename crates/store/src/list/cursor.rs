//! Where a page ended, as an opaque text.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::task::Status;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Sort, SortKey, sort};
use crate::{Value, names::Named};

/// Where a page ended: the values of the sort keys of its last task, and its id. Rows that come or go
/// between two pages move no other row across it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The order that it belongs to, as in the query.
    sort: String,
    values: Vec<Mark>,
    id: Uuid,
}

/// The value of a sort key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Mark {
    Integer(i64),
    Text(String),
    None,
}

/// A cursor that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// It was not made by us.
    #[error("the cursor is not one that a page gave")]
    Malformed,
    /// It belongs to a list in another order.
    #[error("the cursor belongs to a list in another order")]
    OtherSort,
}

impl Cursor {
    /// The place of a row with these sort keys.
    pub(super) fn new(order: &[Sort], values: Vec<Value>, id: Uuid) -> Self {
        let values = values.into_iter().map(|value| match value {
            Value::Integer(integer) => Mark::Integer(integer),
            Value::Text(text) => Mark::Text(text),
            _ => Mark::None,
        });
        Self { sort: sort::text(order), values: values.collect(), id }
    }

    /// Sort keys and id of the place, if it is one in this order.
    pub(super) fn place(&self, order: &[Sort]) -> Result<(Vec<Value>, Uuid), CursorError> {
        if self.sort != sort::text(order) {
            return Err(CursorError::OtherSort);
        }
        let fits = order.iter().zip(&self.values).all(|(sort, mark)| mark.fits(sort.key));
        if !fits || self.values.len() != order.len() {
            return Err(CursorError::Malformed);
        }
        Ok((self.values.iter().map(Value::from).collect(), self.id))
    }
}

impl Mark {
    /// Whether rows can have this value for this key.
    fn fits(&self, key: SortKey) -> bool {
        match (key, self) {
            (SortKey::Due | SortKey::Completion, Self::Integer(_) | Self::None) => true,
            (SortKey::Created | SortKey::Updated | SortKey::Priority, Self::Integer(_)) => true,
            (SortKey::Status, Self::Text(name)) => Status::named(name).is_some(),
            (SortKey::Title, Self::Text(_)) => true,
            _ => false,
        }
    }
}

impl From<&Mark> for Value {
    fn from(mark: &Mark) -> Self {
        match mark {
            Mark::Integer(integer) => Self::Integer(*integer),
            Mark::Text(text) => Self::Text(text.clone()),
            Mark::None => Self::Null,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError::Malformed)?;
        serde_json::from_slice(&json).map_err(|_| CursorError::Malformed)
    }
}
