//! Whether `schemas/asyncapi.json` is AsyncAPI, asked of AsyncAPI's own parser, which knows the
//! official meta-schema and follows references into the files beside the document.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{node, workspace};

const CHECK: &str = include_str!("asyncapi/check.mjs");

/// What is wrong with each of the documents.
fn faults(documents: &[PathBuf]) -> Vec<Vec<String>> {
    let mut check = Command::new("node");
    check.current_dir(node::packages().unwrap()).args([
        "--input-type=module",
        "--eval",
        CHECK,
        "--",
    ]);
    let out = check.args(documents).stdin(Stdio::null()).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let lines = String::from_utf8(out.stdout).unwrap();
    let faults: Vec<_> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(faults.len(), documents.len(), "an answer for each document");
    faults
}

fn schemas() -> PathBuf {
    workspace::root().join("schemas")
}

/// A copy of `schemas/` that is gone with this value.
struct Copy(PathBuf);

impl Copy {
    fn new() -> Self {
        let copy =
            Self(std::env::temp_dir().join(format!("taskloom-asyncapi-{}", std::process::id())));
        fs::create_dir_all(&copy.0).unwrap();
        for entry in fs::read_dir(schemas()).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_file() {
                fs::copy(&entry, copy.0.join(entry.file_name().unwrap())).unwrap();
            }
        }
        copy
    }

    fn plant(&self, name: &str, edit: fn(&mut Value)) -> PathBuf {
        let mut document = read(&schemas().join("asyncapi.json"));
        edit(&mut document);
        let path = self.0.join(format!("{name}.json"));
        fs::write(&path, document.to_string()).unwrap();
        path
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Name, fault and a part of what is said of it.
type Planted = (&'static str, fn(&mut Value), &'static str);

const PLANTED: &[Planted] = &[
    (
        "action",
        |document| document["operations"]["send-reminders"]["action"] = json!("publish"),
        "operations/send-reminders/action",
    ),
    (
        "file",
        |document| {
            let payload = &mut document["components"]["messages"]["task.created"]["payload"];
            payload["schema"]["properties"]["payload"]["$ref"] = json!("./gone.json");
        },
        "no such file",
    ),
    (
        "message",
        |document| {
            let other = json!([{ "$ref": "#/channels/task-events/messages/task.created" }]);
            document["operations"]["send-reminders"]["messages"] = other;
        },
        "does not belong to the specified channel",
    ),
    (
        "partitions",
        |document| document["channels"]["reminders"]["bindings"]["kafka"]["partitions"] = json!(0),
        "partitions",
    ),
    (
        "header",
        |document| {
            let headers = &mut document["components"]["messages"]["task.created"]["headers"];
            headers["properties"]["ce_id"]["type"] = json!("text");
        },
        "headers/properties/ce_id/type",
    ),
];

#[test]
fn the_document_is_asyncapi_and_a_planted_fault_is_found() {
    let copy = Copy::new();
    let mut documents = vec![schemas().join("asyncapi.json")];
    documents.extend(PLANTED.iter().map(|(name, edit, _)| copy.plant(name, *edit)));
    let mut faults = faults(&documents).into_iter();
    assert_eq!(faults.next().unwrap(), Vec::<String>::new());
    for ((name, _, expect), found) in PLANTED.iter().zip(faults) {
        assert!(found.iter().any(|fault| fault.contains(expect)), "{name}: {found:?}");
    }
}
