//! What holds for the intent of every text. The fuzz target uses this file too.

use domain::{recurrence::Schedule, task::Due};
use language::{Context, Intent, SpanKind, TextError, answer, parse};

/// Parses a text and looks for a broken promise.
pub(crate) fn broken(text: &str, context: &Context) -> Option<String> {
    match parse(text, context) {
        Err(TextError::Empty | TextError::TooLong | TextError::Hidden { .. }) => None,
        Ok(intent) => lost_words(text, &intent)
            .or_else(|| crooked_spans(text, &intent))
            .or_else(|| half_unsure(&intent))
            .or_else(|| bad_times(&intent, context))
            .or_else(|| endless_questions(text, context)),
    }
}

/// Letters and digits outside the spans are those of the title, in order.
fn lost_words(text: &str, intent: &Intent) -> Option<String> {
    let mut rest = String::new();
    let mut at = 0;
    for span in &intent.spans {
        rest.push_str(text.get(at..span.start)?);
        at = span.end;
    }
    rest.push_str(text.get(at..)?);
    let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    (words(&rest) != words(&intent.title))
        .then(|| format!("{rest:?} is left, the title is {:?}", intent.title))
}

/// Spans lie in the text, ascend, do not overlap, and count the same place in both units.
fn crooked_spans(text: &str, intent: &Intent) -> Option<String> {
    let utf16 = |bytes: usize| text.get(..bytes).map(|before| before.encode_utf16().count());
    let questions = intent.unsure.iter().map(|question| &question.span);
    for span in intent.spans.iter().chain(questions) {
        let in_text = text.get(span.bytes()).is_some_and(|words| !words.is_empty());
        let counted =
            utf16(span.start) == Some(span.utf16_start) && utf16(span.end) == Some(span.utf16_end);
        if !in_text || !counted {
            return Some(format!("{span:?}"));
        }
    }
    let overlap = intent.spans.windows(2).find(|pair| pair[1].start < pair[0].end)?;
    Some(format!("{overlap:?}"))
}

/// With a question nothing about time is taken, and the words in question are in the title.
fn half_unsure(intent: &Intent) -> Option<String> {
    let taken = intent.due.is_some()
        || intent.end.is_some()
        || intent.repeat.is_some()
        || !intent.reminders.is_empty();
    let no_choice = intent.unsure.iter().any(|question| question.choices.is_empty());
    let baseless = intent.due.is_none() && (intent.repeat.is_some() || intent.end.is_some());
    (taken && !intent.unsure.is_empty() || no_choice || baseless).then(|| format!("{intent:?}"))
}

/// An end is later than its start; a due time with a rule is an occurrence of the rule.
fn bad_times(intent: &Intent, context: &Context) -> Option<String> {
    let due = intent.due.as_ref()?;
    if let Some(end) = &intent.end
        && end.wall_clock() <= due.wall_clock()
    {
        return Some(format!("{due:?} ends {end:?}"));
    }
    let repeat = intent.repeat.as_ref()?;
    let start = due.wall_clock();
    let schedule = Schedule {
        rule: &repeat.rule,
        month_end: repeat.month_end,
        start,
        zone: due.zone().unwrap_or(&context.zone),
    };
    let first = schedule.occurrences().next();
    (first != Some(start) && matches!(due, Due::At { .. } | Due::Date { .. }))
        .then(|| format!("due {start}, the rule {} begins {first:?}", repeat.rule))
}

/// Answering with the first choice settles each question; none comes back forever. There are never
/// more of them than words and numbers.
fn endless_questions(text: &str, context: &Context) -> Option<String> {
    let rounds = words_and_numbers(text);
    let mut text = text.to_owned();
    for _ in 0..=rounds {
        let Ok(intent) = parse(&text, context) else { return None };
        let question = intent.unsure.first()?;
        let choice = question.choices.iter().find(|choice| choice.instead.is_some())?;
        let next = answer(&text, question, choice);
        if let Some(mark) = erased_mark(&text, &intent, &next) {
            return Some(format!("{text:?} loses {mark} by the answer {next:?}"));
        }
        if next == text {
            return Some(format!("{text:?} is asked again"));
        }
        text = next;
    }
    Some(format!("{text:?} is asked and asked"))
}

/// "mo2mrz" counts as three, as it is read.
fn words_and_numbers(text: &str) -> usize {
    let kind = |c: char| (c.is_alphanumeric(), c.is_numeric());
    let mut before = (false, false);
    let begins = text.chars().filter(|c| {
        let now = kind(*c);
        std::mem::replace(&mut before, now) != now && now.0
    });
    begins.count()
}

/// A tag or a priority that the answer wrote over.
fn erased_mark<'t>(text: &'t str, intent: &Intent, answered: &str) -> Option<&'t str> {
    let marks =
        intent.spans.iter().filter(|span| matches!(span.kind, SpanKind::Tag | SpanKind::Priority));
    marks.filter_map(|span| text.get(span.bytes())).find(|mark| !answered.contains(mark))
}
