//! Where two answers part, and what a run says at its end.

use std::{collections::BTreeMap, fmt};

use anyhow::Result;
use chrono::NaiveDateTime;
use domain::recurrence::RuleError;

use crate::{
    question::{Answer, Question},
    readings,
    stranger::Stranger,
};

/// Our side as a function, so that a test can plant a fault in it.
pub type Engine = fn(&Question, &[NaiveDateTime]) -> Result<Answer, RuleError>;

/// What a run found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Questions asked.
    pub rules: usize,
    /// Questions with at least one occurrence.
    pub with_occurrences: usize,
    /// Occurrences that both sides gave, and answers to `next after`.
    pub compared: usize,
    /// Questions by the readings that they were put in other words for.
    pub readings: BTreeMap<&'static str, usize>,
    /// Where the two parted.
    pub disagreements: Vec<Disagreement>,
}

/// A question that got two answers.
#[derive(Debug)]
pub struct Disagreement {
    /// The question.
    pub question: Question,
    /// Where, and who said what.
    pub what: String,
}

impl Verdict {
    /// Puts questions to both sides and adds what comes of it.
    pub fn add(
        &mut self,
        questions: &[Question],
        stranger: &mut Stranger,
        engine: Engine,
    ) -> Result<()> {
        for (question, theirs) in questions.iter().zip(stranger.ask(questions)?) {
            self.rules += 1;
            self.with_occurrences += usize::from(!theirs.occurrences.is_empty());
            self.compared += theirs.occurrences.len() + theirs.after.len();
            for name in readings::for_dateutil(question).1 {
                *self.readings.entry(name).or_default() += 1;
            }
            let moments: Vec<_> = theirs.after.iter().map(|(moment, _)| *moment).collect();
            let parted = match engine(question, &moments) {
                Ok(ours) => difference(&ours, &theirs),
                Err(error) => Some(format!("we refuse it: {error}")),
            };
            let disagreement = parted.map(|what| Disagreement { question: question.clone(), what });
            self.disagreements.extend(disagreement);
        }
        Ok(())
    }
}

/// The first place where two answers part.
fn difference(ours: &Answer, theirs: &Answer) -> Option<String> {
    let (a, b) = (&ours.occurrences, &theirs.occurrences);
    let place = (0..a.len().max(b.len())).find(|place| a.get(*place) != b.get(*place));
    if let Some(place) = place {
        let (ours, theirs) = (said(a.get(place)), said(b.get(place)));
        return Some(format!("occurrence {}: ours {ours}, theirs {theirs}", place + 1));
    }
    ours.after.iter().zip(&theirs.after).find(|(ours, theirs)| ours != theirs).map(
        |((moment, ours), (_, theirs))| {
            let (ours, theirs) = (said(ours.as_ref()), said(theirs.as_ref()));
            format!("next after {moment}: ours {ours}, theirs {theirs}")
        },
    )
}

fn said(moment: Option<&NaiveDateTime>) -> String {
    moment.map_or("none".to_owned(), |moment| moment.format("%a %Y-%m-%dT%H:%M:%S").to_string())
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { rule, start, zone, .. } = &self.question;
        write!(f, "{rule} from {}", said(Some(start)))?;
        if let Some(zone) = zone {
            write!(f, " {zone}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} rules ({} with occurrences), {} answers compared, {} disagreements",
            self.rules,
            self.with_occurrences,
            self.compared,
            self.disagreements.len()
        )
    }
}
