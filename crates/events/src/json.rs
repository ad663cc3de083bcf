//! JSON in: strict, and with errors that name the field.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Value, error::Category};

use crate::field::{FieldError, cut, shown};

/// Reads one JSON object. Unknown and repeated keys are refused as far as `T` refuses them.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FieldError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        FieldError::new("", format!("the body is not UTF-8 (byte {})", error.valid_up_to()))
    })?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let object: Object<T> = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| misplaced::<T>(text, &error).unwrap_or_else(|| field_error(error)))?;
    deserializer.end().map_err(|error| syntax_error(&error))?;
    Ok(object.0)
}

/// A number in the place of a word is bad syntax to `serde_json`; in a text that is JSON, it is a
/// value of the wrong kind.
fn misplaced<T: DeserializeOwned>(
    text: &str,
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> Option<FieldError> {
    if error.inner().classify() != Category::Syntax {
        return None;
    }
    read::<T>(&serde_json::from_str(text).ok()?).err()
}

/// Reads one JSON object that is parsed already.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, FieldError> {
    let object: Object<T> = serde_path_to_error::deserialize(value).map_err(field_error)?;
    Ok(object.0)
}

/// Reads one JSON object; errors are serde's own, without a path.
pub(crate) fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, FieldError> {
    let object: Object<T> = serde_json::from_str(text)
        .map_err(|error| FieldError::new("", cut(without_place(&error.to_string()))))?;
    Ok(object.0)
}

/// A struct from a JSON object only; serde's own impls take an array as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// For a field that holds an object or null.
pub(crate) fn optional_object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|object| object.0))
}

/// For a field that holds a list of objects or null.
pub(crate) fn optional_objects<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Option::<Vec<Object<T>>>::deserialize(deserializer)?;
    Ok(objects.map(|objects| objects.into_iter().map(|object| object.0).collect()))
}

/// For a field of a merge patch: absent, null or a value. Needs `#[serde(default)]` beside it.
pub(crate) fn patched<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// As [`patched`], for an object.
pub(crate) fn patched_object<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    optional_object(deserializer).map(Some)
}

/// As [`patched`], for a list of objects.
pub(crate) fn patched_objects<'de, D, T>(
    deserializer: D,
) -> Result<Option<Option<Vec<T>>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    optional_objects(deserializer).map(Some)
}

fn syntax_error(error: &serde_json::Error) -> FieldError {
    FieldError::new("", format!("the body is no JSON: {error}"))
}

fn field_error(error: serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let path = match error.path().to_string() {
        path if path == "." => String::new(),
        path => path,
    };
    let inner = error.inner();
    match inner.classify() {
        Category::Data => reword(&path, &inner.to_string()),
        Category::Syntax | Category::Eof | Category::Io => syntax_error(inner),
    }
}

/// The message without line and column.
fn without_place(message: &str) -> &str {
    message.rsplit_once(" at line ").map_or(message, |(text, _)| text)
}

/// serde's message in our words. What it does not know it passes on, so that nothing is lost.
fn reword(path: &str, message: &str) -> FieldError {
    let message = without_place(message);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    let beside = |text: &str, why: &str| FieldError::new(quoted(text), why).within(path);

    if message.starts_with("missing field ") {
        return beside(message, "is missing");
    }
    if message.starts_with("duplicate field ") {
        return beside(message, "is given twice");
    }
    if message.starts_with("UUID parsing failed") {
        return FieldError::new(path, "is no UUID");
    }
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return FieldError::new(path, cut(message));
    };
    let choices = expected.trim_start_matches("one of ").replace('`', "");
    if found.starts_with("unknown field ") {
        let field = quoted(found);
        let outer = path.strip_suffix(field.as_str()).unwrap_or(path).trim_end_matches('.');
        let why = format!("is no known field; known are {choices}");
        return FieldError::new(shown(&field), why).within(outer);
    }
    if found.starts_with("unknown variant ") {
        let why = format!("`{}` is not one of {choices}", shown(&quoted(found)));
        return FieldError::new(path, why);
    }
    let found = found.trim_start_matches("invalid type: ");
    FieldError::new(path, format!("expected {}, got {}", in_json(expected), cut(in_json(found))))
}

/// serde's names of types, as JSON has them.
fn in_json(name: &str) -> &str {
    match name {
        "sequence" | "a sequence" => "a list",
        "map" | "a map" => "an object",
        // A word may be written as an object with one key, which we do not advertise.
        "string or map" => "a string",
        "a formatted UUID string" => "a UUID",
        other => other,
    }
}
