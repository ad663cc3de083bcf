//! A filter in plain English: `open tasks of priority high or urgent, tagged home but not work`.

mod time;

use crate::{
    field::{PARTS, PRIORITIES, STATUSES, name_of},
    node::{Node, NodeKind},
    term::{IdField, Part, Tag, Term},
    text::shown,
    words::Words,
};

/// What passes a filter.
pub(crate) fn sentence(root: Option<&Node>) -> String {
    let Some(root) = root else { return "all tasks".to_owned() };
    match &root.kind {
        NodeKind::All(nodes) => tasks(&nodes.iter().collect::<Vec<_>>()),
        NodeKind::Any(nodes) => format!("tasks {}", alternatives(nodes)),
        _ => tasks(&[root]),
    }
}

/// `open tasks …`: the first word about the status goes before.
fn tasks(nodes: &[&Node]) -> String {
    let head = nodes.iter().position(|node| adjective(node).is_some());
    let subject = match head.and_then(|at| nodes.get(at)).and_then(|node| adjective(node)) {
        Some(adjective) => format!("{adjective} tasks"),
        None => "tasks".to_owned(),
    };
    let rest = nodes.iter().enumerate().filter(|(at, _)| Some(*at) != head);
    match together(rest.map(|(_, node)| *node)) {
        phrases if phrases.is_empty() => subject,
        phrases => format!("{subject} {}", phrases.join(", ")),
    }
}

/// What can stand before "tasks".
fn adjective(node: &Node) -> Option<&'static str> {
    match &node.kind {
        NodeKind::Term(Term::Status(any)) => match any.as_slice() {
            [status] => Some(name_of(&STATUSES, *status)),
            _ => None,
        },
        NodeKind::Term(Term::Overdue) => Some("overdue"),
        _ => None,
    }
}

/// A phrase for each node; all about tags is one, where the first tag is.
fn together<'a>(nodes: impl Iterator<Item = &'a Node>) -> Vec<String> {
    let (mut phrases, mut tagged, mut untagged) = (Vec::new(), Vec::new(), Vec::new());
    let mut place = None;
    for node in nodes {
        match (tags_of(node), negated(node).and_then(tags_of)) {
            (Some(any), _) => tagged.push(tags(any)),
            (_, Some(any)) => untagged.push(tags(any)),
            _ => {
                phrases.push(phrase(node));
                continue;
            }
        }
        place.get_or_insert(phrases.len());
    }
    if let Some(place) = place {
        phrases.insert(place, tags_phrase(&tagged, &untagged));
    }
    phrases
}

fn negated(node: &Node) -> Option<&Node> {
    match &node.kind {
        NodeKind::Not(inner) => Some(inner),
        _ => None,
    }
}

fn tags_of(node: &Node) -> Option<&[Tag]> {
    match &node.kind {
        NodeKind::Term(Term::Tag(any)) => Some(any),
        _ => None,
    }
}

fn tags_phrase(tagged: &[String], untagged: &[String]) -> String {
    match (tagged, untagged) {
        (tagged, []) => format!("tagged {}", tagged.join(" and ")),
        ([], untagged) => format!("not tagged {}", untagged.join(" nor ")),
        (tagged, untagged) => {
            format!("tagged {} but not {}", tagged.join(" and "), untagged.join(" nor "))
        }
    }
}

/// What is said of a task by one node.
fn phrase(node: &Node) -> String {
    match &node.kind {
        NodeKind::Term(term) => said(term),
        NodeKind::Not(inner) => match &inner.kind {
            NodeKind::Term(Term::Has(any)) => {
                format!("without {}", or(any, |part| part_name(*part)))
            }
            NodeKind::Term(term) => format!("not {}", said(term)),
            _ => format!("not {}", bracketed(inner)),
        },
        // Those of an `All` are never told apart by commas alone.
        NodeKind::All(nodes) => together(nodes.iter()).join(" and "),
        NodeKind::Any(nodes) => format!("({})", alternatives(nodes)),
    }
}

/// A phrase that cannot run into its neighbours.
fn bracketed(node: &Node) -> String {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Any(_) => phrase(node),
        NodeKind::All(_) | NodeKind::Not(_) => format!("({})", phrase(node)),
    }
}

fn alternatives(nodes: &[Node]) -> String {
    let each = |node: &Node| match node.kind {
        NodeKind::All(_) => bracketed(node),
        _ => phrase(node),
    };
    format!("either {}", nodes.iter().map(each).collect::<Vec<_>>().join(" or "))
}

fn said(term: &Term) -> String {
    match term {
        Term::Text(words) => format!("with {}", quoted(words)),
        Term::Title(any) => format!("with {} in the title", or(any, quoted)),
        Term::Description(any) => format!("with {} in the description", or(any, quoted)),
        Term::Status(any) => or(any, |status| name_of(&STATUSES, *status)),
        Term::Priority(any) => {
            format!("of priority {}", or(any, |priority| name_of(&PRIORITIES, *priority)))
        }
        Term::Tag(any) => format!("tagged {}", tags(any)),
        Term::Time { field, when } => time::said(*field, when),
        Term::Has(any) => format!("with {}", or(any, |part| part_name(*part))),
        Term::Overdue => "overdue".to_owned(),
        Term::Id { field, ids } => {
            let what = match field {
                IdField::Task => "with the id",
                IdField::Parent => "part of",
                IdField::Series => "of the series",
            };
            format!("{what} {}", or(ids, ToString::to_string))
        }
    }
}

fn tags(any: &[Tag]) -> String {
    or(any, |tag| match tag.as_str() {
        tag if tag.chars().all(char::is_alphanumeric) => tag.to_owned(),
        tag => format!("\"{}\"", shown(tag)),
    })
}

fn quoted(words: &Words) -> String {
    format!("\"{}\"", words.as_str())
}

fn part_name(part: Part) -> String {
    match part {
        Part::Due => "a due date".to_owned(),
        Part::Repeat => "a rule to repeat".to_owned(),
        Part::Reminder => "a reminder to come".to_owned(),
        _ => format!("a {}", name_of(&PARTS, part)),
    }
}

/// `a, b or c`
pub(crate) fn or<T, S: Into<String>>(items: &[T], each: impl Fn(&T) -> S) -> String {
    let mut said: Vec<String> = items.iter().map(|item| each(item).into()).collect();
    match said.pop() {
        Some(last) if said.is_empty() => last,
        Some(last) => format!("{} or {last}", said.join(", ")),
        None => String::new(),
    }
}
