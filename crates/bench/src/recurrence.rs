//! `next after` of a recurrence rule: what a completion costs, for series that began long ago.
//!
//! All three are given parsed rules in UTC and the same moments, and must give the same answers.

use std::{
    hint::black_box,
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use chrono::{NaiveDateTime, TimeDelta};
use domain::{
    recurrence::{MonthEnd, Rule, Schedule},
    zone::ZoneName,
};
use rrule::{RRuleSet, Tz};
use serde_json::{Value, json};

use crate::{Setup, stats::median, table::Row};

/// What people ask for.
const RULES: &[&str] = &[
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
    "FREQ=MONTHLY;BYDAY=2MO,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
];
const AGES_YEARS: &[i64] = &[1, 10, 100];
const ROUNDS: usize = 5;
/// Calls are repeated for about this long, then divided by their number.
const SLICE: Duration = Duration::from_millis(5);
const FORM: &str = "%Y-%m-%dT%H:%M:%S";

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let mut dateutil = Dateutil::start(setup)?;
    let mut rows = Vec::new();
    for age in AGES_YEARS {
        rows.extend(one_age(*age, &mut dateutil)?);
    }
    Ok(rows)
}

fn one_age(age: i64, dateutil: &mut Dateutil) -> Result<Vec<Row>> {
    let cases = RULES.iter().map(|rule| Case::new(rule, age)).collect::<Result<Vec<_>>>()?;
    let times = cases.iter().map(|case| case.measure(dateutil)).collect::<Result<Vec<_>>>()?;
    let mean = |of: fn(&Times) -> f64| times.iter().map(of).sum::<f64>() / times.len() as f64;
    let (ours, again) = (mean(|times| times.ours_ns), mean(|times| times.again_ns));
    let to_rrule = |times: &Times| times.ours_ns / times.rrule_ns;
    let all = cases.iter().zip(&times);
    let (case, worst) =
        all.max_by(|(_, a), (_, b)| to_rrule(a).total_cmp(&to_rrule(b))).context("no rules")?;
    let row = |of: &str, (ours, peer, peer_ns): (f64, &str, f64), aim| {
        let what = format!("next after, series of {age} years: {of}");
        Row::new(what, (ours / 1000.0, "µs"), (peer, peer_ns / 1000.0, "µs"), aim)
    };
    let worst_of = format!("the one nearest to its peer, `{}`", case.text);
    Ok(vec![
        row("mean of 10 rules", (ours, "dateutil", mean(|times| times.dateutil_ns)), "≤ 0.1"),
        row("mean of 10 rules", (ours, "crate rrule", mean(|times| times.rrule_ns)), "≤ 1"),
        row(&worst_of, (worst.ours_ns, "crate rrule", worst.rrule_ns), "≤ 1"),
        row("A/A", (ours, "itself", again), "noise"),
    ])
}

/// A rule, when it began, and the moment after which the next occurrence is asked for.
struct Case {
    text: &'static str,
    rule: Rule,
    start: NaiveDateTime,
    moment: NaiveDateTime,
}

/// Nanoseconds a call, the median of all rounds.
struct Times {
    ours_ns: f64,
    again_ns: f64,
    rrule_ns: f64,
    dateutil_ns: f64,
}

impl Case {
    fn new(text: &'static str, age_years: i64) -> Result<Self> {
        let moment: NaiveDateTime = "2026-11-20T12:00:00".parse()?;
        // The 29th of February of a leap year would be special; the phase of two weeks is not.
        let start = moment - TimeDelta::days(age_years * 365 + age_years / 4) - TimeDelta::hours(3);
        Ok(Self { text, rule: Rule::parse(text)?, start, moment })
    }

    fn measure(&self, dateutil: &mut Dateutil) -> Result<Times> {
        let utc = ZoneName::utc();
        let schedule =
            Schedule { rule: &self.rule, month_end: MonthEnd::Skip, start: self.start, zone: &utc };
        let ours = || schedule.after(black_box(self.moment)).next();
        let text = format!("DTSTART:{}\nRRULE:{}", self.start.format("%Y%m%dT%H%M%SZ"), self.text);
        let set: RRuleSet = text.parse()?;
        let after = self.moment.and_utc().with_timezone(&Tz::UTC) + TimeDelta::seconds(1);
        let set = set.after(after);
        let theirs = || black_box(set.clone()).all(1).dates.first().map(|at| at.naive_utc());

        let (mut one, mut two, mut three, mut four) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            one.push(time(ours));
            three.push(time(theirs));
            let (found, ns) = dateutil.ask(self)?;
            ensure!(
                found == ours() && found == theirs(),
                "{} from {}: dateutil says {found:?}, we {:?}, rrule {:?}",
                self.text,
                self.start,
                ours(),
                theirs()
            );
            four.push(ns);
            two.push(time(ours));
        }
        Ok(Times {
            ours_ns: median(&mut one),
            again_ns: median(&mut two),
            rrule_ns: median(&mut three),
            dateutil_ns: median(&mut four),
        })
    }
}

/// Nanoseconds a call, over as many calls as fit the slice.
pub(crate) fn time<T>(mut call: impl FnMut() -> T) -> f64 {
    let begun = Instant::now();
    let mut calls = 0_u32;
    loop {
        for _ in 0..16 {
            black_box(call());
            calls += 1;
            // One call of a peer can take longer than the slice.
            if calls == 1 && begun.elapsed() > SLICE {
                break;
            }
        }
        let spent = begun.elapsed();
        if spent > SLICE {
            return spent.as_secs_f64() * 1e9 / f64::from(calls);
        }
    }
}

/// A Python process that answers and takes its own time.
struct Dateutil {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Dateutil {
    fn start(setup: &Setup) -> Result<Self> {
        let mut child = Command::new(&setup.python)
            .args(["-c", include_str!("recurrence.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("python did not start")?;
        let stdout = child.stdout.take().context("no output of python")?;
        Ok(Self { child, answers: BufReader::new(stdout).lines() })
    }

    /// The next occurrence, and nanoseconds a call.
    fn ask(&mut self, case: &Case) -> Result<(Option<NaiveDateTime>, f64)> {
        let question = json!({
            "rule": case.text,
            "start": case.start.format(FORM).to_string(),
            "moment": case.moment.format(FORM).to_string(),
        });
        writeln!(self.child.stdin.as_mut().context("no input of python")?, "{question}")?;
        let line = self.answers.next().context("python ended; its words stand above")??;
        let answer: Value = serde_json::from_str(&line)?;
        let next = answer["next"].as_str().map(|text| NaiveDateTime::parse_from_str(text, FORM));
        Ok((next.transpose()?, answer["ns"].as_f64().context("no time")?))
    }
}

impl Drop for Dateutil {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
