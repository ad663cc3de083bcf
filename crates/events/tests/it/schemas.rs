//! `schemas/` holds what the types say, and what we write and read keeps to it.
//!
//! `UPDATE_SCHEMAS=1 cargo test -p events` writes the files anew.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::samples;

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn schema(name: &str) -> Value {
    let all = events::schema::all();
    let (_, schema) = all.into_iter().find(|(known, _)| *known == name).expect("a known schema");
    schema
}

/// What is wrong with `instance`; empty when it keeps to the schema.
fn faults(name: &str, instance: &Value) -> Vec<String> {
    faults_of(&schema(name), instance)
}

pub(crate) fn faults_of(schema: &Value, instance: &Value) -> Vec<String> {
    let validator =
        jsonschema::options().should_validate_formats(true).build(schema).expect("a sound schema");
    validator.iter_errors(instance).map(|error| error.to_string()).collect()
}

#[track_caller]
fn check_fits(name: &str, instance: &Value) {
    assert_eq!(faults(name, instance), Vec::<String>::new(), "{name}: {instance:#}");
}

#[track_caller]
fn check_refused(name: &str, instance: &Value) {
    assert!(!faults(name, instance).is_empty(), "{name} takes {instance:#}");
}

#[test]
fn the_files_are_fresh() {
    let mut files = events::schema::all();
    files.push(("asyncapi", events::schema::asyncapi()));
    let mut expected = BTreeSet::from(["README.md".to_owned()]);
    for (name, schema) in files {
        let file = format!("{name}.json");
        let path = folder().join(&file);
        if update_wanted() {
            write(&path, &schema);
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            serde_json::from_str(&found).ok() == Some(schema),
            "schemas/{file} is not what the types say; \
             refresh it with `UPDATE_SCHEMAS=1 cargo test -p events`"
        );
        expected.insert(file);
    }
    let present: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(present, expected, "schemas/ holds a file that no type stands for, or lacks one");
}

pub(crate) fn update_wanted() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the switch of these tests")]
    std::env::var_os("UPDATE_SCHEMAS").is_some()
}

pub(crate) fn write(path: &Path, json: &Value) {
    fs::write(path, format!("{}\n", serde_json::to_string_pretty(json).unwrap())).unwrap();
}

#[test]
fn every_event_keeps_to_its_schema() {
    let mut seen = BTreeSet::new();
    for event in samples::events() {
        let envelope = samples::envelope(&event);
        check_fits("envelope", &serde_json::to_value(&envelope).unwrap());
        check_fits(&envelope.event_type, &envelope.payload);
        seen.insert(envelope.event_type);
    }
    let known = events::EventType::ALL.map(|event_type| event_type.to_string());
    assert_eq!(seen, BTreeSet::from(known), "a sample for every event type");
}

#[test]
fn every_effect_keeps_to_its_schema_and_reads_back() {
    let reply = events::effect::HandlerReply { effects: samples::effects() };
    let json = serde_json::to_value(&reply).unwrap();
    check_fits("handler-reply", &json);
    let bytes = serde_json::to_vec(&json).unwrap();
    assert_eq!(events::effect::HandlerReply::parse(&bytes), Ok(reply));

    let names: Vec<_> = samples::effects().iter().map(events::effect::Effect::name).collect();
    assert_eq!(names, events::effect::Effect::NAMES);
    for (effect, name) in json["effects"].as_array().unwrap().iter().zip(names) {
        assert_eq!(effect["effect"], name);
    }
}

#[test]
fn bodies_of_requests_keep_to_their_schemas() {
    check_fits("new-task", &samples::new_task());
    check_fits("new-task", &json!({"title": "x", "due": null, "tags": null}));
    check_fits("task-patch", &json!({}));
    check_fits("task-patch", &json!({"description": null, "due": {"date": "2026-12-01"}}));
    check_fits("snooze", &json!({"for": "PT1H"}));
    check_fits("snooze", &json!({"until": "2026-12-01T09:00:00Z", "reminder_id": samples::id(3)}));
    check_fits("task-snapshot", &serde_json::to_value(samples::snapshot()).unwrap());
}

#[test]
fn what_is_wrong_does_not_fit() {
    check_refused("new-task", &json!({}));
    check_refused("new-task", &json!({"title": ""}));
    check_refused("new-task", &json!({"title": "x", "titel": "y"}));
    check_refused("new-task", &json!({"title": "x", "priority": "hihg"}));
    check_refused("new-task", &json!({"title": "x", "due": {"time_zone": "UTC"}}));
    check_refused("new-task", &json!({"title": "x", "reminders": [{}]}));
    check_refused("task-patch", &json!({"title": null}));
    check_refused("snooze", &json!({}));
    check_refused("snooze", &json!({"for": "PT1H", "until": "2026-12-01T09:00:00Z"}));
    check_refused("handler-reply", &json!({"effects": [{"effect": "format-disk"}]}));

    let [created, updated, ..] = &samples::events()[..] else { panic!("samples of events") };
    let mut envelope = serde_json::to_value(samples::envelope(created)).unwrap();
    envelope["seq"] = json!(1);
    check_refused("envelope", &envelope);
    let mut payload = samples::envelope(updated).payload;
    payload.as_object_mut().unwrap().remove("changes");
    check_refused("task.updated", &payload);
    payload["task"]["created_at"] = json!("yesterday");
    check_refused("task.created", &payload);
}
