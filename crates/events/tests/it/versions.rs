//! What was promised stays true: `schemas/versions` keeps the schemas and samples of each version.
//!
//! The folder of a new version is written by `UPDATE_SCHEMAS=1 cargo test -p events`, and never
//! again: what is in it was released.

mod compatible;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Once,
};

use events::{
    Envelope, EventType, RawEnvelope, cloud_event,
    payload::{ReminderTrigger, StateChanged, TaskPayload},
    schema::VERSION,
};
use serde_json::{Value, json};

use crate::{
    samples,
    schemas::{faults_of, folder, update_wanted, write},
};
use compatible::{breaks, without_annotations};

/// A version as it was kept.
struct Kept {
    version: u32,
    /// By name: `envelope` and one for every event type that there was.
    schemas: Vec<(String, Value)>,
    /// By file name.
    samples: Vec<(String, Value)>,
}

impl Kept {
    fn schema(&self, name: &str) -> &Value {
        let found = self.schemas.iter().find(|(known, _)| known == name);
        &found.expect("a schema that the version has").1
    }

    /// What is wrong with an envelope and its payload.
    fn faults(&self, envelope: &Value) -> Vec<String> {
        let event_type = envelope["event_type"].as_str().unwrap();
        let mut faults = faults_of(self.schema("envelope"), envelope);
        faults.extend(faults_of(self.schema(event_type), &envelope["payload"]));
        faults
    }
}

fn place(version: u32) -> PathBuf {
    folder().join("versions").join(version.to_string())
}

/// The schemas that other programs read events by.
fn schemas_of_today() -> Vec<(String, Value)> {
    let of_events = |name: &str| name == "envelope" || name.parse::<EventType>().is_ok();
    let all = events::schema::all().into_iter();
    all.filter(|(name, _)| of_events(name))
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

fn events_of_today() -> Vec<Value> {
    let envelopes = samples::events().into_iter().map(|event| samples::envelope(&event));
    envelopes.map(|envelope| serde_json::to_value(envelope).unwrap()).collect()
}

/// Writes the folder of this version, if it is not there.
fn keep() {
    let place = place(VERSION);
    if place.exists() {
        return;
    }
    fs::create_dir_all(place.join("samples")).unwrap();
    for (name, schema) in schemas_of_today() {
        write(&place.join(format!("{name}.json")), &schema);
    }
    for (number, event) in events_of_today().iter().enumerate() {
        let name = format!("{}.{number}.json", event["event_type"].as_str().unwrap());
        write(&place.join("samples").join(name), event);
    }
}

fn read_folder(folder: &Path) -> Vec<(String, Value)> {
    let entries = fs::read_dir(folder).expect("the folder of a version");
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<_> = files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        })
        .collect();
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

fn kept() -> Vec<Kept> {
    static WRITTEN: Once = Once::new();
    if update_wanted() {
        WRITTEN.call_once(keep);
    }
    let versions = (1..=VERSION).map(|version| Kept {
        version,
        schemas: read_folder(&place(version)),
        samples: read_folder(&place(version).join("samples")),
    });
    versions.collect()
}

#[test]
fn every_version_from_the_first_is_kept_and_none_that_is_to_come() {
    for Kept { version, samples, schemas } in kept() {
        for (name, _) in schemas.iter().filter(|(name, _)| name != "envelope") {
            let has_sample = samples.iter().any(|(_, sample)| sample["event_type"] == **name);
            assert!(has_sample, "version {version} has no sample of {name}");
        }
    }
    let present = fs::read_dir(folder().join("versions")).unwrap().count();
    assert_eq!(present, VERSION as usize, "schemas/versions holds the folders 1 to {VERSION}");
}

#[test]
fn this_version_says_what_it_promised() {
    let mut kept = kept();
    let today = kept.pop().expect("this version");
    let plain = |schemas: Vec<(String, Value)>| -> Value {
        schemas.iter().map(|(name, schema)| (name.clone(), without_annotations(schema))).collect()
    };
    assert!(
        plain(today.schemas) == plain(schemas_of_today()),
        "a schema of events is another than version {VERSION} promised: take the change back, or \
         raise `events::schema::VERSION` and run `UPDATE_SCHEMAS=1 cargo test -p events`"
    );
}

#[test]
fn every_sample_that_was_kept_is_read_today() {
    for Kept { version, samples, .. } in kept() {
        for (name, sample) in samples {
            read_today(&sample)
                .unwrap_or_else(|fault| panic!("version {version}, {name}: {fault}"));
        }
    }
}

/// By every way that an event is read.
fn read_today(sample: &Value) -> Result<(), String> {
    let bytes = serde_json::to_vec(sample).unwrap();
    let envelope = Envelope::parse(&bytes).map_err(|error| error.to_string())?;
    let raw = RawEnvelope::parse_raw(&bytes).map_err(|error| error.to_string())?;
    let (alone, _) = cloud_event::read([], &bytes).map_err(|error| error.to_string())?;
    assert_eq!(alone, envelope);
    match envelope.known_type().map_err(|error| error.to_string())? {
        EventType::TaskCreated
        | EventType::TaskUpdated
        | EventType::TaskCompleted
        | EventType::TaskDeleted => both_ways::<TaskPayload>(&envelope, &raw),
        EventType::TaskStateChanged => both_ways::<StateChanged>(&envelope, &raw),
        EventType::ReminderTrigger => both_ways::<ReminderTrigger>(&envelope, &raw),
    }
}

fn both_ways<T>(envelope: &Envelope, raw: &RawEnvelope) -> Result<(), String>
where
    T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let payload = envelope.payload_as::<T>().map_err(|error| error.to_string())?;
    assert_eq!(raw.payload_as::<T>(), Ok(payload));
    Ok(())
}

#[test]
fn a_sample_that_cannot_be_read_is_noticed() {
    let sample = events_of_today().remove(0);
    for field in ["task", "task_id"] {
        let mut other = sample.clone();
        other["payload"].as_object_mut().unwrap().remove(field);
        assert_eq!(read_today(&other), Err(format!("payload.{field}: is missing")));
    }
    let mut other = sample;
    other["event_type"] = json!("task.exploded");
    assert!(read_today(&other).is_err());
}

#[test]
fn samples_keep_to_the_schemas_of_their_time() {
    for version in kept() {
        for (name, sample) in &version.samples {
            assert_eq!(version.faults(sample), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn who_knows_only_an_old_version_can_read_the_events_of_today() {
    for version in kept() {
        for event in events_of_today() {
            assert_eq!(version.faults(&event), Vec::<String>::new(), "{event:#}");
        }
    }
}

#[test]
fn no_schema_breaks_what_a_version_promised() {
    let today = schemas_of_today();
    for Kept { version, schemas, .. } in kept() {
        for (name, old) in schemas {
            let new = today.iter().find(|(known, _)| *known == name).map(|(_, schema)| schema);
            let new = new.unwrap_or_else(|| panic!("{name} of version {version} is gone"));
            assert_eq!(breaks(&old, new), Vec::<String>::new(), "{name} of version {version}");
        }
    }
}
