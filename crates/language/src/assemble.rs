//! The whole way from a text to its intent.

use domain::task::Priority;

use crate::{
    context::Context,
    intent::{Intent, Question, Span, SpanKind},
    judge::{self, Verdict},
    line::Line,
    marks::{self, Claim, Marks},
    read, say,
    settle::{self, Ask},
    text::{self, TextError},
    title,
    token::Kind,
};

/// Reads one line of text as a task. The only errors are about the text itself: too long, empty, or
/// with characters that could hide what it says.
pub fn parse(text: &str, context: &Context) -> Result<Intent, TextError> {
    text::check(text)?;
    let mut line = Line::new(text, context);
    let marks = marks::read(&mut line);
    if marks.all_quoted {
        return Ok(quoted(&line));
    }
    let verdict = judge::judge(&line, read::pieces(&line), &marks);
    let settled = settle::settle(&line, &verdict);

    let Marks { tags, priority, mut claims, .. } = marks;
    let priority = priority.or_else(|| level(&verdict.levels, &mut claims));
    let mark_claims = claims.clone();
    settled.claims.into_iter().for_each(|claim| insert(&mut claims, claim));

    let due = settled.due.as_ref().map(|due| say::due(due, settled.end.as_ref(), &line));
    let rule = settled.rule.as_ref().map(|(rule, end)| say::rule(rule, *end, context.locale));
    let reminders = settled.reminders.iter().map(|trigger| say::reminder(trigger, &line));
    let said_back = due.into_iter().chain(rule).chain(reminders).collect();
    let due = settled.due.as_ref();
    let notes = due.map_or_else(Vec::new, |due| {
        [say::passed(due, &line), say::skipped(due, &line)].into_iter().flatten().collect()
    });
    let unsure: Vec<_> =
        settled.asks.iter().map(|ask| question(&line, ask, &verdict, &mark_claims)).collect();
    Ok(Intent {
        title: title::title(&line, &claims),
        unsure,
        spans: spans(&line, &claims),
        due: settled.due,
        end: settled.end,
        repeat: settled.repeat,
        reminders: settled.reminders,
        priority,
        tags,
        said_back,
        notes,
    })
}

/// A question; what stands inside its words and is not about time stays, before the answer.
fn question(line: &Line<'_>, ask: &Ask, verdict: &Verdict, marks: &[Claim]) -> Question {
    let text = |from, to| line.text.get(span(line, from, to, SpanKind::Date).bytes()).unwrap_or("");
    let mut kept = String::new();
    for (from, to) in strangers(line, ask, verdict, marks) {
        kept.push_str(text(from, to));
        kept.push(' ');
    }
    if !kept.is_empty() && line.tokens.get(ask.from).is_some_and(|token| !token.spaced) {
        kept.insert(0, ' ');
    }
    let span = span(line, ask.from, ask.to, SpanKind::Date);
    say::question(ask, span, text(ask.from, ask.to), &kept, line.locale())
}

/// The runs of tokens between the phrases of a question: marks, and words that mean something. What
/// only joins phrases ("to", "and", a comma) goes with them.
fn strangers(
    line: &Line<'_>,
    ask: &Ask,
    verdict: &Verdict,
    marks: &[Claim],
) -> Vec<(usize, usize)> {
    let phrases =
        || verdict.accepted.iter().flat_map(|group| &group.pieces).chain(&verdict.doubtful);
    let is_phrase = |at: usize| phrases().any(|piece| (piece.from..piece.to).contains(&at));
    let is_mark = |at: usize| marks.iter().any(|mark| (mark.from..mark.to).contains(&at));
    let means = |at: usize| {
        let token = line.tokens.get(at);
        is_mark(at)
            || token
                .is_some_and(|token| !matches!(token.kind, Kind::Mark(_)) && token.words.is_empty())
    };
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for at in (ask.from..ask.to).filter(|at| !is_phrase(*at)) {
        match runs.last_mut() {
            Some((_, to)) if *to == at => *to += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs.retain(|(from, to)| (*from..*to).any(means));
    runs
}

/// The text between the quotes is the title as it stands.
fn quoted(line: &Line<'_>) -> Intent {
    let (first, last) = (line.tokens.first(), line.tokens.last());
    let inside = match (first, last) {
        (Some(first), Some(last)) => line.text.get(first.end..last.start).unwrap_or(""),
        _ => "",
    };
    let end = line.tokens.len();
    Intent {
        title: title::single_spaced(inside),
        spans: vec![
            span(line, 0, 1, SpanKind::Quote),
            span(line, end.saturating_sub(1), end, SpanKind::Quote),
        ],
        ..Intent::default()
    }
}

/// The first of `p1` to `p4` that counts.
fn level(levels: &[(usize, Priority)], claims: &mut Vec<Claim>) -> Option<Priority> {
    let (at, priority) = levels.first()?;
    insert(claims, Claim { from: *at, to: at + 2, kind: SpanKind::Priority });
    Some(*priority)
}

/// In the order of the text. There are few; a sort would be 8 KB of wasm.
fn insert(claims: &mut Vec<Claim>, claim: Claim) {
    let at = claims.iter().position(|other| other.from > claim.from).unwrap_or(claims.len());
    claims.insert(at, claim);
}

fn spans(line: &Line<'_>, claims: &[Claim]) -> Vec<Span> {
    claims.iter().map(|claim| span(line, claim.from, claim.to, claim.kind)).collect()
}

fn span(line: &Line<'_>, from: usize, to: usize, kind: SpanKind) -> Span {
    let start = line.tokens.get(from).map_or(0, |token| token.start);
    let end =
        to.checked_sub(1).and_then(|last| line.tokens.get(last)).map_or(start, |token| token.end);
    let utf16 = |until: usize| {
        line.text.get(..until).map_or(0, |before| before.chars().map(char::len_utf16).sum())
    };
    Span { start, end, utf16_start: utf16(start), utf16_end: utf16(end), kind }
}
