//! A filter, and what time it is -> bounds: nothing in them is relative any more.

mod point;

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    task::{Priority, Status},
    zone::ZoneName,
};
use uuid::Uuid;

use self::point::Stretch;
use crate::{
    Filter,
    node::{Node, NodeKind},
    term::{IdField, Part, Tag, Term},
    time::{Order, Period, TimeField, When},
    words::Words,
};

/// What relative points count from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// The moment.
    pub now: DateTime<Utc>,
    /// Whose calendar and wall clock.
    pub zone: ZoneName,
}

/// A filter without anything relative. It passes tasks that were not deleted only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    root: Option<Rule>,
    zone: ZoneName,
}

impl Resolved {
    /// The tree; `None` lets every task through.
    pub fn root(&self) -> Option<&Rule> {
        self.root.as_ref()
    }

    /// The zone of due days that have none of their own.
    pub fn zone(&self) -> &ZoneName {
        &self.zone
    }
}

/// A tree of checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// All of these hold. Never empty.
    All(Vec<Rule>),
    /// At least one of these holds. Never empty.
    Any(Vec<Rule>),
    /// This does not hold. In SQL: `(…) is not true`, since a task without a due date passes `-due:today`.
    Not(Box<Rule>),
    /// One check.
    Check(Check),
}

/// One check. Where there is a list, one of it is enough; lists are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// The words stand in the title, the description or one of the tags.
    Text(Words),
    /// The words stand in the title.
    Title(Vec<Words>),
    /// The words stand in the description.
    Description(Vec<Words>),
    /// It has this status.
    Status(Vec<Status>),
    /// It has this priority.
    Priority(Vec<Priority>),
    /// It has this tag.
    Tag(Vec<Tag>),
    /// It is due then.
    Due(Vec<Range>),
    /// It came to be then.
    Created(Vec<Range>),
    /// It changed last then.
    Updated(Vec<Range>),
    /// It was done then.
    Completed(Vec<Range>),
    /// It has this.
    Has(Vec<Part>),
    /// It is, or belongs to, one of these.
    Id {
        /// What is compared.
        field: IdField,
        /// With what.
        ids: Vec<Uuid>,
    },
}

/// From here to there. At least one side is there, and both hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Not before that.
    pub from: Option<Edge>,
    /// Not after that.
    pub to: Option<Edge>,
}

/// One side of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Where it is.
    pub bound: Bound,
    /// Whether the bound itself belongs to it.
    pub is_included: bool,
}

/// What a time is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A day, compared with the day that the due date shows on its own wall clock. In [`Check::Due`] only.
    Day(NaiveDate),
    /// An instant. A task that is due on a day counts as due when that day is over.
    Instant(DateTime<Utc>),
}

pub(crate) fn resolve(filter: &Filter, now: &Now) -> Resolved {
    let root = filter.root().map(|root| rule(root, now));
    Resolved { root, zone: now.zone.clone() }
}

fn rule(node: &Node, now: &Now) -> Rule {
    match &node.kind {
        NodeKind::All(nodes) => Rule::All(nodes.iter().map(|node| rule(node, now)).collect()),
        NodeKind::Any(nodes) => Rule::Any(nodes.iter().map(|node| rule(node, now)).collect()),
        NodeKind::Not(node) => Rule::Not(Box::new(rule(node, now))),
        NodeKind::Term(term) => asked(term, now),
    }
}

/// Open, and late by now.
fn overdue(now: &Now) -> Rule {
    let to = Edge { bound: Bound::Instant(now.now), is_included: false };
    Rule::All(vec![
        Rule::Check(Check::Status(vec![Status::Open])),
        Rule::Check(Check::Due(vec![Range { from: None, to: Some(to) }])),
    ])
}

fn asked(term: &Term, now: &Now) -> Rule {
    Rule::Check(match term {
        Term::Overdue => return overdue(now),
        Term::Text(words) => Check::Text(words.clone()),
        Term::Title(any) => Check::Title(any.clone()),
        Term::Description(any) => Check::Description(any.clone()),
        Term::Status(any) => Check::Status(any.clone()),
        Term::Priority(any) => Check::Priority(any.clone()),
        Term::Tag(any) => Check::Tag(any.clone()),
        Term::Time { field, when } => {
            let ranges = ranges(when, *field, now);
            match field {
                TimeField::Due => Check::Due(ranges),
                TimeField::Created => Check::Created(ranges),
                TimeField::Updated => Check::Updated(ranges),
                TimeField::Completed => Check::Completed(ranges),
            }
        }
        Term::Has(any) => Check::Has(any.clone()),
        Term::Id { field, ids } => Check::Id { field: *field, ids: ids.clone() },
    })
}

fn ranges(when: &When, field: TimeField, now: &Now) -> Vec<Range> {
    let of = |point| Stretch::new(point, field, now);
    match when {
        When::Compared(order, point) => {
            let stretch = of(point);
            vec![match order {
                Order::Less => Range { from: None, to: Some(stretch.before()) },
                Order::AtMost => Range { from: None, to: Some(stretch.end()) },
                Order::Greater => Range { from: Some(stretch.after()), to: None },
                Order::AtLeast => Range { from: Some(stretch.begin()), to: None },
            }]
        }
        When::In(periods) => periods
            .iter()
            .map(|period| {
                let (from, to) = match period {
                    Period::At(point) => (of(point), of(point)),
                    Period::Between(from, to) => (of(from), of(to)),
                };
                Range { from: Some(from.begin()), to: Some(to.end()) }
            })
            .collect(),
    }
}
