//! Whether a schema still holds what an older one promised of the events that we write: nothing that
//! was said may be taken back; something may be added where readers expect more.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::{Map, Value};

/// Keywords for people.
const ANNOTATIONS: [&str; 6] =
    ["$schema", "title", "description", "default", "examples", "deprecated"];

/// The same without words for people.
pub(super) fn without_annotations(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => keywords
            .iter()
            .filter(|(keyword, value)| !is_annotation(keyword, value))
            .map(|(keyword, value)| match value.as_object() {
                // Their keys are names, not keywords.
                Some(named) if holds_names(keyword) => {
                    let plain = |(name, schema): (&String, &Value)| {
                        (name.clone(), without_annotations(schema))
                    };
                    (keyword.clone(), named.iter().map(plain).collect())
                }
                _ => (keyword.clone(), without_annotations(value)),
            })
            .collect(),
        Value::Array(values) => values.iter().map(without_annotations).collect(),
        other => other.clone(),
    }
}

fn is_annotation(keyword: &str, value: &Value) -> bool {
    ANNOTATIONS.contains(&keyword) && !value.is_object()
}

fn holds_names(keyword: &str) -> bool {
    matches!(keyword, "properties" | "$defs")
}

/// What `new` takes back of `old`, each with its path; empty when it is compatible.
pub(super) fn breaks(old: &Value, new: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    compare("", &without_annotations(old), &without_annotations(new), &mut faults);
    faults
}

fn compare(path: &str, old: &Value, new: &Value, faults: &mut Vec<String>) {
    let (Some(old_words), Some(new_words)) = (old.as_object(), new.as_object()) else {
        if old != new {
            faults.push(format!("{path}: {old} became {new}"));
        }
        return;
    };
    let keywords: BTreeSet<_> = old_words.keys().chain(new_words.keys()).collect();
    for keyword in keywords {
        let path = format!("{path}/{keyword}");
        let (old, new) = (old_words.get(keyword), new_words.get(keyword));
        match keyword.as_str() {
            "properties" => {
                let closed = old_words.get("additionalProperties") == Some(&Value::Bool(false));
                compare_named(&path, named(old), named(new), closed, faults);
            }
            "$defs" => compare_named(&path, named(old), named(new), false, faults),
            "required" => {
                for gone in words(old).difference(&words(new)) {
                    faults.push(format!("{path}: {gone} is no longer always there"));
                }
            }
            "type" | "enum" if words(old) == words(new) => {}
            _ => compare_keyword(&path, old, new, faults),
        }
    }
}

fn compare_keyword(path: &str, old: Option<&Value>, new: Option<&Value>, faults: &mut Vec<String>) {
    match (old, new) {
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}/{index}"), old, new, faults);
            }
        }
        (Some(old), Some(new)) => compare(path, old, new, faults),
        (None, Some(new)) => faults.push(format!("{path}: is new, {new}")),
        (Some(old), None) => faults.push(format!("{path}: is gone, {old}")),
        (None, None) => {}
    }
}

fn compare_named(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    closed: bool,
    faults: &mut Vec<String>,
) {
    for (name, old) in old {
        match new.get(name) {
            Some(new) => compare(&format!("{path}/{name}"), old, new, faults),
            None => faults.push(format!("{path}/{name}: is gone")),
        }
    }
    for name in new.keys().filter(|name| closed && !old.contains_key(*name)) {
        faults.push(format!("{path}/{name}: readers expect no more"));
    }
}

fn named(value: Option<&Value>) -> &Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.and_then(Value::as_object).unwrap_or(&NONE)
}

/// One word or a list of them, in any order.
fn words(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        None => BTreeSet::new(),
        Some(Value::Array(words)) => words.iter().map(Value::to_string).collect(),
        Some(word) => BTreeSet::from([word.to_string()]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn old() -> Value {
        json!({
            "title": "task.created",
            "type": "object",
            "required": ["task_id"],
            "properties": {
                "task_id": { "type": "string", "format": "uuid" },
                "title": { "type": ["string", "null"], "description": "of the task" },
                "due": { "$ref": "#/$defs/Due" },
            },
            "$defs": {
                "Due": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": { "date": { "type": "string" } },
                    "oneOf": [{ "required": ["date"] }, { "required": ["at"] }],
                },
                "Status": { "enum": ["open", "done"] },
            },
        })
    }

    #[track_caller]
    fn check(edit: impl FnOnce(&mut Value), expect: &[&str]) {
        let mut new = old();
        edit(&mut new);
        assert_eq!(breaks(&old(), &new), expect);
    }

    fn at<'a>(schema: &'a mut Value, pointer: &str) -> &'a mut Map<String, Value> {
        schema.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap()
    }

    #[test]
    fn words_and_additions_break_nothing() {
        check(|_| {}, &[]);
        check(|schema| schema["properties"]["title"]["description"] = json!("what to do"), &[]);
        check(|schema| schema["properties"]["color"] = json!({ "type": "string" }), &[]);
        check(|schema| schema["$defs"]["Color"] = json!({ "enum": ["red"] }), &[]);
        check(|schema| schema["required"] = json!(["title", "task_id"]), &[]);
        check(|schema| schema["properties"]["title"]["type"] = json!(["null", "string"]), &[]);
    }

    #[test]
    fn a_property_called_title_is_no_annotation() {
        check(
            |schema| _ = at(schema, "/properties").remove("title"),
            &["/properties/title: is gone"],
        );
    }

    #[test]
    fn what_was_promised_cannot_be_taken_back() {
        check(
            |schema| schema["required"] = json!([]),
            &["/required: \"task_id\" is no longer always there"],
        );
        check(
            |schema| schema["properties"]["task_id"]["type"] = json!("integer"),
            &["/properties/task_id/type: \"string\" became \"integer\""],
        );
        check(
            |schema| schema["properties"]["task_id"]["type"] = json!(["string", "null"]),
            &["/properties/task_id/type: \"string\" became [\"string\",\"null\"]"],
        );
        check(
            |schema| _ = at(schema, "/properties/task_id").remove("format"),
            &["/properties/task_id/format: is gone, \"uuid\""],
        );
        check(
            |schema| schema["properties"]["due"]["$ref"] = json!("#/$defs/Status"),
            &["/properties/due/$ref: \"#/$defs/Due\" became \"#/$defs/Status\""],
        );
    }

    #[test]
    fn what_is_closed_stays_as_it_is() {
        check(
            |schema| schema["$defs"]["Due"]["properties"]["at"] = json!({ "type": "string" }),
            &["/$defs/Due/properties/at: readers expect no more"],
        );
        check(
            |schema| schema["$defs"]["Status"]["enum"] = json!(["open", "done", "waiting"]),
            &["/$defs/Status/enum: [\"open\",\"done\"] became [\"open\",\"done\",\"waiting\"]"],
        );
        check(
            |schema| schema["$defs"]["Due"]["oneOf"] = json!([{ "required": ["date"] }]),
            &["/$defs/Due/oneOf: [{\"required\":[\"date\"]},{\"required\":[\"at\"]}] became \
               [{\"required\":[\"date\"]}]"],
        );
        check(
            |schema| schema["additionalProperties"] = json!(false),
            &["/additionalProperties: is new, false"],
        );
    }
}
