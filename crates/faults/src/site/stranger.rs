//! A client of the broker that knows nothing of us: `kcat`.

use std::{
    collections::{HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::history::Record;

/// The topics that every consumer may read.
pub const TOPICS: [&str; 3] = ["task-events", "reminders", "task-updates"];
/// Records that the harness wrote and that cannot be read say so.
pub const POISON: &str = "planted poison";

/// Reads and writes topics, past every proxy.
#[derive(Debug, Clone)]
pub struct Stranger {
    /// The client.
    pub kcat: PathBuf,
    /// The broker.
    pub brokers: String,
}

impl Stranger {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.kcat);
        command.args(["-b", &self.brokers, "-q"]);
        command
    }

    /// Every record of these users since then.
    pub fn read(&self, since_ms: i64, users: &HashSet<String>) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        for topic in TOPICS {
            let raw = self.read_raw(topic, since_ms)?;
            records.extend(raw.iter().filter_map(|raw| record(topic, raw, users)));
        }
        Ok(records)
    }

    /// Every record of a topic since then, as `kcat` shows it: `key`, `payload`, `headers`, ...
    pub fn read_raw(&self, topic: &str, since_ms: i64) -> Result<Vec<Value>> {
        let mut command = self.command();
        command.args(["-C", "-J", "-e", "-o", &format!("s@{since_ms}"), "-t", topic]);
        let out = command.output().context("kcat does not start")?;
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        if error.contains("Unknown topic") {
            // Nobody has written to it yet.
            return Ok(Vec::new());
        }
        ensure!(out.status.success(), "kcat cannot read {topic}: {error}");
        let text = String::from_utf8_lossy(&out.stdout);
        // What is no JSON here was no text there.
        Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Writes one record.
    pub fn write(&self, topic: &str, key: &str, value: &[u8]) -> Result<()> {
        let mut command = self.command();
        // The whole input is one record.
        command.args(["-P", "-t", topic, "-k", key, "-D", "\u{1}end\u{1}"]);
        let mut child = command.stdin(Stdio::piped()).spawn().context("kcat does not start")?;
        child.stdin.take().context("no input")?.write_all(value)?;
        ensure!(child.wait()?.success(), "kcat cannot write to {topic}");
        Ok(())
    }

    /// Joins a group, takes what it has not read yet, and commits that it was handled.
    pub fn take_from(&self, group: &str) -> Result<usize> {
        let mut command = self.command();
        command
            .args(["-X", "partition.assignment.strategy=cooperative-sticky"])
            .args(["-X", "auto.offset.reset=earliest", "-e", "-G", group])
            .args(TOPICS);
        let out = command.output().context("kcat does not start")?;
        Ok(out.stdout.iter().filter(|byte| **byte == b'\n').count())
    }
}

/// A payload, however it is written. The place in the log is added by whoever reads it from there.
pub fn digest(payload: &Value) -> u64 {
    let mut payload = payload.clone();
    if let Some(fields) = payload.as_object_mut() {
        fields.remove("seq");
    }
    let mut hasher = DefaultHasher::new();
    payload.to_string().hash(&mut hasher);
    hasher.finish()
}

fn record(topic: &str, line: &Value, users: &HashSet<String>) -> Option<Record> {
    let key = line["key"].as_str().unwrap_or_default().to_owned();
    let text = line["payload"].as_str().unwrap_or_default();
    if text.contains(POISON) {
        return None;
    }
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    // Structured mode has the envelope within the event, binary mode beside the headers.
    let structured = value.get("specversion").is_some();
    let envelope = if structured { &value["data"] } else { &value };
    let user = envelope["user_id"].as_str().unwrap_or_default().to_owned();
    if !users.contains(&user) && !users.contains(&key) {
        return None;
    }
    let header = |name: &str| {
        let headers = line["headers"].as_array()?;
        let at = headers.iter().step_by(2).position(|header| header == name)?;
        headers.get(2 * at + 1)?.as_str()?.parse().ok()
    };
    let seq = match &value["sequence"] {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => header("ce_sequence"),
    };
    Some(Record {
        topic: topic.to_owned(),
        partition: i32::try_from(line["partition"].as_i64()?).ok()?,
        offset: line["offset"].as_i64()?,
        event: envelope["event_id"].as_str().unwrap_or_default().to_owned(),
        digest: digest(&envelope["payload"]),
        user,
        key,
        seq,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENVELOPE: &str = r#"{"event_id":"e","event_type":"t","user_id":"ada","timestamp":"",
        "payload":{"b":1,"a":2}}"#;

    fn check(payload: &str, headers: Value, expected: Option<(&str, Option<u64>)>) {
        let raw = json!({
            "partition": 3, "offset": 7, "key": "ada", "payload": payload, "headers": headers,
        });
        let record = record("task-events", &raw, &HashSet::from(["ada".to_owned()]));
        let read = record.as_ref().map(|record| (record.event.as_str(), record.seq));
        assert_eq!(read, expected, "{payload}");
    }

    #[test]
    fn both_modes_of_a_cloud_event_are_read() {
        check(ENVELOPE, json!(["ce_id", "e", "ce_sequence", "12"]), Some(("e", Some(12))));
        check(ENVELOPE, json!(["content-type", "ce_sequence"]), Some(("e", None)));
        let structured =
            format!(r#"{{"specversion":"1.0","id":"e","sequence":"12","data":{ENVELOPE}}}"#);
        check(&structured, json!([]), Some(("e", Some(12))));
    }

    #[test]
    fn what_is_no_event_of_ours_is_a_record_without_an_event() {
        check("no JSON", json!([]), Some(("", None)));
        check(POISON, json!([]), None);
        let raw = json!({ "partition": 0, "offset": 0, "key": "bob", "payload": "{}" });
        assert!(record("reminders", &raw, &HashSet::from(["ada".to_owned()])).is_none());
    }

    #[test]
    fn a_payload_is_the_same_however_it_is_written() {
        let one = json!({ "a": 2, "b": 1 });
        let two: Value = serde_json::from_str(r#"{ "b": 1, "a": 2, "seq": 9 }"#).unwrap();
        assert_eq!(digest(&one), digest(&two));
        assert_ne!(digest(&one), digest(&json!({ "a": 2, "b": 2 })));
    }
}
