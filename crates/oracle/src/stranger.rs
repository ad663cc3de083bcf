//! The other side: one Python process with dateutil, zoneinfo and the zones of PyPI.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDateTime;
use serde_json::{Value, json};

use crate::{
    question::{Answer, Question},
    readings,
};

const PROGRAM: &str = include_str!("dateutil.py");
const FORM: &str = "%Y-%m-%dT%H:%M:%S";
/// Questions on their way at a time. Well below what a pipe holds of answers, so that nobody waits
/// for the other.
const AHEAD: usize = 8;

/// A process that answers questions until it is dropped.
#[derive(Debug)]
pub struct Stranger {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
    /// Release of its zone database, such as `2026b`.
    pub tzdata: String,
}

impl Stranger {
    /// Starts an interpreter that has the packages of `xtask/requirements.txt`.
    pub fn start(python: &Path) -> Result<Self> {
        let mut child = Command::new(python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} did not start", python.display()))?;
        let stdout = child.stdout.take().context("no output of Python")?;
        let mut answers = BufReader::new(stdout).lines();
        let hello = parse(answers.next())?;
        let tzdata = hello["tzdata"].as_str().context("no release of tzdata")?.to_owned();
        Ok(Self { child, answers, tzdata })
    }

    /// All answers, in the order of the questions.
    pub fn ask(&mut self, questions: &[Question]) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(questions.len());
        for (index, question) in questions.iter().enumerate() {
            self.send(question)?;
            if index + 1 >= AHEAD {
                answers.push(self.receive(&questions[answers.len()])?);
            }
        }
        while answers.len() < questions.len() {
            answers.push(self.receive(&questions[answers.len()])?);
        }
        Ok(answers)
    }

    fn send(&mut self, question: &Question) -> Result<()> {
        let stdin = self.child.stdin.as_mut().context("no input of Python")?;
        writeln!(stdin, "{}", in_json(question)).context("Python stopped listening")
    }

    fn receive(&mut self, question: &Question) -> Result<Answer> {
        let answer = parse(self.answers.next())?;
        if let Some(error) = answer["error"].as_str() {
            bail!("dateutil refuses `{}`: {error}", question.rule);
        }
        Ok(Answer {
            occurrences: list(&answer["occurrences"])?.iter().map(moment).collect::<Result<_>>()?,
            after: list(&answer["after"])?.iter().map(pair).collect::<Result<_>>()?,
        })
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // The end of its input ends it; the kill is for one that does not listen any more.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn in_json(question: &Question) -> Value {
    let (mut rule, _) = readings::for_dateutil(question);
    let mut until = None;
    if let Some(end) = rule.get("UNTIL").and_then(|end| end.strip_suffix('Z')).map(str::to_owned) {
        // dateutil takes UTC only together with a start in a zone, and then steps in that zone.
        if question.zone.is_some() {
            until = NaiveDateTime::parse_from_str(&end, "%Y%m%dT%H%M%S").ok();
            rule = rule.without("UNTIL");
        } else {
            rule.set("UNTIL", end);
        }
    }
    json!({
        "rule": rule.to_string(),
        "start": question.start.format(FORM).to_string(),
        "zone": question.zone,
        "until": until.map(|until| until.format(FORM).to_string()),
        "last": question.last.format(FORM).to_string(),
        "depth": question.depth,
        "shares": question.shares,
        "as_it_is": question.as_it_is,
    })
}

fn parse(line: Option<std::io::Result<String>>) -> Result<Value> {
    let line = line.context("Python ended; what it said stands above")??;
    Ok(serde_json::from_str(&line)?)
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("no list")
}

fn moment(value: &Value) -> Result<NaiveDateTime> {
    Ok(NaiveDateTime::parse_from_str(value.as_str().context("no time")?, FORM)?)
}

fn pair(value: &Value) -> Result<(NaiveDateTime, Option<NaiveDateTime>)> {
    let pair = list(value)?;
    ensure!(pair.len() == 2, "no pair");
    Ok((moment(&pair[0])?, pair[1].as_str().map(|_| moment(&pair[1])).transpose()?))
}
