//! Runs cases on hosts and shows what came of it, case by host.

use std::fmt;

use anyhow::Error;
use comfy_table::{Table, presets};

use crate::{Case, World};

/// What came of a case on a host.
#[derive(Debug)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not, for this reason.
    Failed(Error),
    /// Nobody knows: the host is not there.
    Missing,
}

/// Runs the cases one after the other.
pub fn run(cases: &[Case], world: &World) -> Vec<Outcome> {
    let outcome = |case: &Case| match (case.run)(world) {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed(error),
    };
    cases.iter().map(outcome).collect()
}

/// Cases by hosts.
#[derive(Debug)]
pub struct Report {
    cases: Vec<Case>,
    hosts: Vec<(String, Vec<Outcome>)>,
}

impl Report {
    /// No host yet.
    pub fn new(cases: &[Case]) -> Self {
        Self { cases: cases.to_vec(), hosts: Vec::new() }
    }

    /// Adds a host. Without outcomes every case lacks its result there.
    pub fn add(&mut self, host: &str, outcomes: Option<Vec<Outcome>>) {
        let outcomes =
            outcomes.unwrap_or_else(|| self.cases.iter().map(|_| Outcome::Missing).collect());
        self.hosts.push((host.to_owned(), outcomes));
    }

    /// Whether every case holds on every host.
    pub fn is_clean(&self) -> bool {
        let outcomes = self.hosts.iter().map(|(_, outcomes)| outcomes);
        !self.hosts.is_empty()
            && outcomes.clone().all(|outcomes| outcomes.len() == self.cases.len())
            && outcomes.flatten().all(|outcome| matches!(outcome, Outcome::Passed))
    }

    /// How many cases hold on a host, in the order of the hosts.
    pub fn passed(&self) -> Vec<usize> {
        let passed = |outcomes: &[Outcome]| {
            outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Passed)).count()
        };
        self.hosts.iter().map(|(_, outcomes)| passed(outcomes)).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        let hosts = self.hosts.iter().map(|(host, _)| host.as_str());
        table.set_header(["area", "case"].into_iter().chain(hosts));
        for (index, case) in self.cases.iter().enumerate() {
            let outcomes = self.hosts.iter().map(|(_, outcomes)| outcomes.get(index));
            let words = outcomes.map(|outcome| match outcome {
                Some(Outcome::Passed) => "ok",
                Some(Outcome::Failed(_)) => "FAILED",
                Some(Outcome::Missing) | None => "no result",
            });
            table.add_row([case.area, case.name].into_iter().chain(words));
        }
        writeln!(f, "{table}")?;
        for (host, outcomes) in &self.hosts {
            for (case, outcome) in self.cases.iter().zip(outcomes) {
                if let Outcome::Failed(error) = outcome {
                    writeln!(f, "{host}: {} {}: {error:#}", case.area, case.name)?;
                }
            }
        }
        for ((host, _), passed) in self.hosts.iter().zip(self.passed()) {
            writeln!(f, "{host}: {passed} of {} cases hold", self.cases.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    const CASES: &[Case] = &[
        Case { area: "a", name: "one", run: |_| Ok(()) },
        Case { area: "a", name: "two", run: |_| Ok(()) },
    ];

    #[track_caller]
    fn check(hosts: Vec<Option<Vec<Outcome>>>, expect: bool) {
        let mut report = Report::new(CASES);
        for outcomes in hosts {
            report.add("host", outcomes);
        }
        assert_eq!(report.is_clean(), expect, "{report}");
    }

    fn good() -> Option<Vec<Outcome>> {
        Some(vec![Outcome::Passed, Outcome::Passed])
    }

    #[test]
    fn all_cases_have_to_hold_on_all_hosts() {
        check(vec![good(), good()], true);
        check(vec![good(), Some(vec![Outcome::Passed, Outcome::Failed(anyhow!("no"))])], false);
    }

    #[test]
    fn a_case_without_a_result_is_a_failure() {
        check(vec![], false);
        check(vec![good(), None], false);
        check(vec![good(), Some(vec![Outcome::Passed])], false);
    }

    #[test]
    fn the_table_shows_each_case_by_host_and_each_reason() {
        let mut report = Report::new(CASES);
        report.add("embedded", Some(vec![Outcome::Passed, Outcome::Failed(anyhow!("it broke"))]));
        report.add("spin", None);
        let text = report.to_string();
        for part in ["two", "FAILED", "no result", "it broke", "embedded: 1 of 2", "spin: 0 of 2"] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
