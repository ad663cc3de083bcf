//! Planted faults: each must be noticed, else agreement means nothing.

use std::process::Command;

use chrono::{Days, NaiveDateTime};
use domain::{
    recurrence::{Gap, MonthEnd, RuleError},
    zone::{self, ZoneName},
};
use oracle::{
    draw, engine,
    parts::Parts,
    question::{Answer, Question},
    readings::FAULTS,
    stranger::Stranger,
    verdict::{Engine, Verdict},
};
use testkit::python::python;

#[track_caller]
fn check_noticed(questions: &[Question], faulty: Engine) {
    let mut stranger = Stranger::start(&python()).unwrap();
    let mut verdict = Verdict::default();
    verdict.add(questions, &mut stranger, faulty).unwrap();
    assert!(!verdict.disagreements.is_empty(), "nobody noticed: {verdict}");
}

fn with(
    question: &Question,
    moments: &[NaiveDateTime],
    fault: impl FnOnce(&mut Answer),
) -> Result<Answer, RuleError> {
    let mut answer = engine::answer(question, moments)?;
    fault(&mut answer);
    Ok(answer)
}

#[test]
fn an_occurrence_that_is_left_out() {
    check_noticed(&draw::naive(1, 200), |question, moments| {
        with(question, moments, |answer| {
            answer.occurrences.pop();
        })
    });
}

#[test]
fn one_too_many() {
    check_noticed(&draw::naive(1, 200), |question, moments| {
        with(question, moments, |answer| {
            answer.occurrences.extend(
                answer.occurrences.last().and_then(|last| last.checked_add_days(Days::new(1))),
            );
        })
    });
}

#[test]
fn the_last_one_a_day_late() {
    check_noticed(&draw::naive(1, 200), |question, moments| {
        with(question, moments, |answer| {
            if let Some(last) = answer.occurrences.last_mut() {
                *last = *last + Days::new(1);
            }
        })
    });
}

#[test]
fn next_after_that_is_not_strictly_after() {
    check_noticed(&draw::naive(1, 200), |question, moments| {
        with(question, moments, |answer| {
            for (moment, next) in &mut answer.after {
                *next = Some(*moment);
            }
        })
    });
}

#[test]
fn a_rule_that_is_refused() {
    check_noticed(&draw::naive(1, 5), |_, _| Err(RuleError::NoFrequency));
}

#[test]
fn a_short_month_that_is_not_left_out() {
    check_noticed(&draw::naive(1, 500), |question, moments| {
        engine::answer_by(question, moments, MonthEnd::Clamp, Gap::Shift)
    });
}

#[test]
fn a_time_in_a_gap_that_is_lost() {
    check_noticed(&draw::zoned(1, 500), |question, moments| {
        engine::answer_by(question, moments, MonthEnd::Skip, Gap::Omit)
    });
}

#[test]
fn elapsed_time_that_is_taken_for_the_wall_clocks() {
    check_noticed(&draw::elapsed(1, 200), |question, moments| {
        let zone = ZoneName::parse(question.zone.unwrap()).unwrap();
        let floating = Question { zone: None, ..question.clone() };
        let mut answer = engine::answer(&floating, moments)?;
        for at in &mut answer.occurrences {
            *at = zone::instant(*at, &zone).naive_utc();
        }
        Ok(answer)
    });
}

/// A rule of which dateutil, left as it is, says something else than we do.
#[track_caller]
fn check_that_dateutil_errs(rule: &[(&'static str, &str)], start: &str) {
    let mut parts = Parts::default();
    rule.iter().for_each(|(name, value)| parts.set(name, value));
    let start = start.parse().unwrap();
    let last = start + Days::new(40 * 365);
    let shares = Vec::new();
    let mut question =
        Question { rule: parts, start, zone: None, last, depth: 50, shares, as_it_is: true };
    let mut stranger = Stranger::start(&python()).unwrap();
    let mut as_it_is = Verdict::default();
    as_it_is.add(&[question.clone()], &mut stranger, engine::answer).unwrap();
    assert_eq!(as_it_is.disagreements.len(), 1, "dateutil has mended this: {}", question.rule);
    question.as_it_is = false;
    let mut mended = Verdict::default();
    mended.add(&[question], &mut stranger, engine::answer).unwrap();
    assert!(mended.disagreements.is_empty(), "{}", mended.disagreements[0]);
}

#[test]
fn each_fault_that_we_mend_in_dateutil_is_there() {
    let week_one_from_the_end = [("FREQ", "YEARLY"), ("BYWEEKNO", "-52"), ("BYDAY", "MO")];
    check_that_dateutil_errs(&week_one_from_the_end, "2009-01-05T09:00:00");
    let first_week = [("FREQ", "WEEKLY"), ("BYDAY", "MO,WE,SU"), ("BYSETPOS", "2")];
    check_that_dateutil_errs(&first_week, "2026-09-23T09:00:00");
    assert_eq!(FAULTS.len(), 2);
}

#[test]
fn isocalendar_agrees_with_us_on_weeks_at_the_turn_of_the_year() {
    // 2013 has 52 weeks, so its first is the 52nd from the end; it begins in 2012.
    let program = "import datetime as d; print(d.date(2012, 12, 31).isocalendar()[:2] == (2013, 1) \
                   and d.date(2013, 12, 28).isocalendar()[1] == 52)";
    let said = Command::new(python()).args(["-c", program]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "True");
}
