//! JSON by field: each is taken once, and what nobody took is lost.

use serde_json::{Map, Value};

use crate::{
    found::Found,
    loss::{Place, ReadError},
};

/// Parses a whole file.
pub(crate) fn parse(text: &str) -> Result<Value, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Syntax {
        line: error.line() as u64,
        column: error.column() as u64,
        problem: format!("the JSON is broken: {}", category(&error)),
    })
}

/// What is wrong, without a piece of the text.
fn category(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Eof => "it ends in the middle; accepted: a complete file",
        _ => "this is no JSON, or nested too deep",
    }
}

/// An object whose fields are taken one by one.
pub(crate) struct Object {
    fields: Map<String, Value>,
    pub(crate) place: Place,
}

impl Object {
    /// `None` and a loss where it is none.
    pub(crate) fn of(value: Value, path: &str, found: &mut Found<'_>) -> Option<Self> {
        let place = Place::Path(path.to_owned());
        match value {
            Value::Object(fields) => Some(Self { fields, place }),
            other => {
                found.lose(&place, "", &plain(&other), "is no object and was left out");
                None
            }
        }
    }

    /// Whether it has the field.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The field without taking it.
    pub(crate) fn peek(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Takes a field; `null` is as good as none.
    pub(crate) fn take(&mut self, field: &str) -> Option<Value> {
        self.fields.remove(field).filter(|value| !value.is_null())
    }

    /// Takes a text, empty where there is none; numbers and truth values are read as text.
    pub(crate) fn text(&mut self, field: &str, found: &mut Found<'_>) -> String {
        match self.take(field) {
            None => String::new(),
            Some(Value::String(text)) => text,
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            Some(other) => {
                found.lose(&self.place, field, &plain(&other), "is no text; accepted: a string");
                String::new()
            }
        }
    }

    /// Takes `true` or `false`.
    pub(crate) fn flag(&mut self, field: &str, found: &mut Found<'_>) -> bool {
        match self.take(field) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(other) => {
                found.lose(&self.place, field, &plain(&other), "accepted: `true` or `false`");
                false
            }
        }
    }

    /// Takes a number that counts something.
    pub(crate) fn number(&mut self, field: &str, found: &mut Found<'_>) -> Option<u32> {
        let value = self.take(field)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            found.lose(&self.place, field, &plain(&value), "accepted: a whole number");
        }
        number
    }

    /// Takes a list; empty where there is none.
    pub(crate) fn list(&mut self, field: &str, found: &mut Found<'_>) -> Vec<Value> {
        match self.take(field) {
            None => Vec::new(),
            Some(Value::Array(list)) => list,
            Some(other) => {
                found.lose(&self.place, field, &plain(&other), "is no list; accepted: an array");
                Vec::new()
            }
        }
    }

    /// Takes a list of texts.
    pub(crate) fn texts(&mut self, field: &str, found: &mut Found<'_>) -> Vec<String> {
        let mut texts = Vec::new();
        for value in self.list(field, found) {
            match value {
                Value::String(text) => texts.push(text),
                other => {
                    let why = "is no text; accepted: an array of strings";
                    found.lose(&self.place, field, &plain(&other), why);
                }
            }
        }
        texts
    }

    /// Takes an object within this one.
    pub(crate) fn object(&mut self, field: &str, found: &mut Found<'_>) -> Option<Self> {
        let value = self.take(field)?;
        Self::of(value, &format!("{}.{field}", self.place), found)
    }

    /// Says that what nobody took is lost. `meaningless` are fields that hold nothing for a person.
    pub(crate) fn rest(self, meaningless: &[&str], found: &mut Found<'_>) {
        for (field, value) in self.fields {
            let empty = match &value {
                Value::Null | Value::Bool(false) => true,
                Value::String(text) => text.is_empty(),
                Value::Array(list) => list.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                _ => false,
            };
            if !empty && !meaningless.contains(&field.as_str()) {
                found.lose(&self.place, &field, &plain(&value), "has no place in a task");
            }
        }
    }
}

/// A value as text, for a loss.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(fields) => {
            format!("an object with {}", fields.keys().cloned().collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
