//! Peers that read dates in words: `chrono-node` and the crate `interim`.
//!
//! The crate `temps` is none: it knows no zone but the machine's own, so its answers would depend on
//! where the measure runs, and it holds the whole workspace to one release of `chrono`.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, FixedOffset, NaiveDateTime};
use domain::zone::{self, ZoneName};
use interim::{Dialect, parse_date_string};
use language::Locale;
use serde_json::{Value, json};

use super::corpus::{Line, Wanted};
use crate::Setup;

/// What a peer saw in a line.
pub(crate) struct Seen {
    local: NaiveDateTime,
    /// Whether a time of day was said, where the peer tells.
    timed: Option<bool>,
}

impl Seen {
    /// The day, and the time where one is wanted; a time that the clocks jump over may be the one they
    /// jump to. A peer that does not tell whether a time was said may give any with a day.
    pub(crate) fn is(&self, wanted: Wanted, zone: &ZoneName) -> bool {
        let Some(time) = wanted.time else {
            return self.local.date() == wanted.date && self.timed != Some(true);
        };
        let local = wanted.date.and_time(time);
        self.local == local || self.local == zone::local(zone::instant(local, zone), zone)
    }
}

/// A Node.js process that answers and takes its own time. It gets the moment, the locale, the zone and
/// the wish for dates that are ahead; it can be told neither the hours of parts of the day nor the
/// first day of the week.
pub(crate) struct ChronoNode {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl ChronoNode {
    pub(crate) fn start(setup: &Setup) -> Result<Self> {
        let mut child = Command::new("node")
            .args(["--input-type=module", "--eval", include_str!("../language.mjs")])
            .current_dir(&setup.node)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("node did not start")?;
        let stdout = child.stdout.take().context("no output of node")?;
        Ok(Self { child, answers: BufReader::new(stdout).lines() })
    }

    /// What it sees first in each line, and nanoseconds a line.
    pub(crate) fn ask(&mut self, lines: &[&Line]) -> Result<(Vec<Option<Seen>>, f64)> {
        let questions: Vec<_> = lines.iter().map(|line| question(line)).collect();
        let input = self.child.stdin.as_mut().context("no input of node")?;
        writeln!(input, "{}", Value::from(questions))?;
        let told = self.answers.next().context("node ended; its words stand above")??;
        let told: Value = serde_json::from_str(&told)?;
        let answers = told["answers"].as_array().context("no answers")?;
        ensure!(answers.len() == lines.len(), "{} answers", answers.len());
        let seen = answers.iter().map(seen).collect::<Result<_>>()?;
        Ok((seen, told["ns"].as_f64().context("no time")?))
    }
}

impl Drop for ChronoNode {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn question(line: &Line) -> Value {
    let context = &line.context;
    json!({
        "text": line.text,
        "now_ms": context.now.timestamp_millis(),
        "zone": context.zone.as_str(),
        "locale": context.locale.tag(),
    })
}

fn seen(answer: &Value) -> Result<Option<Seen>> {
    let Some(local) = answer["local"].as_str() else { return Ok(None) };
    Ok(Some(Seen { local: local.parse()?, timed: answer["timed"].as_bool() }))
}

/// A text and what the crate `interim` reads it against. It gets the moment in the zone's offset, so
/// that it knows no change of clocks, and of the locale the dialect; it knows no German. It reads a text that is a date from end to end and
/// finds none in a longer one, and gives no sign whether a time was said.
pub(crate) struct Interim {
    text: String,
    now: DateTime<FixedOffset>,
    dialect: Dialect,
}

impl Interim {
    /// With the whole text of the line, in small letters: the crate panics at `5PM`.
    pub(crate) fn new(line: &Line) -> Self {
        let dialect = match line.context.locale {
            Locale::EnUs => Dialect::Us,
            Locale::EnGb | Locale::De => Dialect::Uk,
        };
        let now = zone::in_zone(line.context.now, &line.context.zone);
        Self { text: line.text.to_lowercase(), now, dialect }
    }

    /// Without the prepositions that it does not know, if that lets it read the text.
    pub(crate) fn helped(line: &Line) -> Self {
        let plain = Self::new(line);
        let is_word = |word: &&str| !["on", "at", "by", "in", "due", "the"].contains(word);
        let words: Vec<_> = plain.text.split_whitespace().filter(is_word).collect();
        let bare = Self { text: words.join(" "), ..Self::new(line) };
        if plain.ask().is_none() && bare.ask().is_some() { bare } else { plain }
    }

    pub(crate) fn ask(&self) -> Option<Seen> {
        let found = parse_date_string(&self.text, self.now, self.dialect).ok()?;
        Some(Seen { local: found.naive_local(), timed: None })
    }
}
