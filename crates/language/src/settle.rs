//! From the phrases that count to one due time, one rule and its reminders, or to a question.

mod days;
mod hour;
mod said;
mod when;

use domain::{recurrence::Repeat, reminder::Trigger, task::Due, zone};

use self::{said::Said, when::When};
use crate::{
    intent::{ChoiceValue, QuestionKind, SpanKind},
    judge::{Group, Verdict},
    line::{Cursor, Line},
    marks::Claim,
    read::{self, Pattern, Piece, Remind, What},
    rule::End,
    token::{Kind, Token},
    word::{Part, Word},
};

/// What the phrases say together.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) due: Option<Due>,
    pub(crate) end: Option<Due>,
    pub(crate) repeat: Option<Repeat>,
    /// The rule as it was said.
    pub(crate) rule: Option<(Pattern, End)>,
    pub(crate) reminders: Vec<Trigger>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) asks: Vec<Ask>,
}

/// A question about tokens `from..to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: QuestionKind,
    pub(crate) choices: Vec<ChoiceValue>,
    /// The day in question is the last of a rule.
    pub(crate) until: bool,
}

impl Ask {
    fn about(piece: &Piece, kind: QuestionKind, choices: Vec<ChoiceValue>) -> Self {
        let until = matches!(piece.what, What::Until(_));
        Self { from: piece.from, to: piece.to, kind, choices, until }
    }

    /// The same about another phrase as well, and what lies between.
    fn over(self, other: &Piece) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to), ..self }
    }
}

pub(crate) fn settle(line: &Line<'_>, verdict: &Verdict) -> Settled {
    settle_all(line, verdict).unwrap_or_else(|asks| Settled { asks, ..Settled::default() })
}

fn settle_all(line: &Line<'_>, verdict: &Verdict) -> Result<Settled, Vec<Ask>> {
    let mut task = Said::default();
    let mut moment = Said::default();
    let mut wish = Wish::default();
    for group in &verdict.accepted {
        wish.sort(line, group, &mut task, &mut moment);
    }
    // "Remind me tomorrow": the moment is the task's as long as it has no other.
    let mut kind = SpanKind::Reminder;
    if !task.says_when() && moment.says_when() {
        task.extend(std::mem::take(&mut moment));
        wish.at_due = true;
        kind = SpanKind::Date;
    }
    let doubts = doubts(line, verdict);
    if !doubts.is_empty() && !task.says_a_day() {
        return Err(doubts);
    }
    let Some(when) = when::resolve(line, &task).map_err(|ask| vec![ask])? else {
        return Ok(Settled::default());
    };
    let mut settled = Settled { reminders: wish.triggers.clone(), ..Settled::default() };
    settled.reminders.extend(wish.eves.iter().filter_map(|part| eve(line, *part, &when.due)));
    if let Some(at) = reminder_moment(line, &moment, &when).map_err(|ask| vec![ask])? {
        settled.reminders.push(at);
    } else if wish.at_due || wish.me && !moment.says_when() {
        settled.reminders.push(Trigger::Before { days: 0, seconds: 0 });
    }
    settled.claims = claims(verdict, &when, &moment, &wish, kind);
    let When { due, end, repeat, rule, .. } = when;
    Ok(Settled { due: Some(due), end, repeat, rule, ..settled })
}

/// What was said about being reminded.
#[derive(Debug, Default)]
struct Wish {
    triggers: Vec<Trigger>,
    eves: Vec<Part>,
    me: bool,
    at_due: bool,
    /// Tokens of its words.
    tokens: Vec<(usize, usize)>,
}

impl Wish {
    /// Puts the phrases of a group where they belong: after "remind me" they say when to remind.
    fn sort<'p>(
        &mut self,
        line: &Line<'_>,
        group: &'p Group,
        task: &mut Said<'p>,
        moment: &mut Said<'p>,
    ) {
        let mut after_me = false;
        for (index, piece) in group.pieces.iter().enumerate() {
            let What::Remind(remind) = &piece.what else {
                if after_me {
                    moment.add(piece)
                } else {
                    task.add(piece)
                }
                continue;
            };
            match remind {
                Remind::Before(triggers) => self.triggers.extend(triggers.iter().cloned()),
                Remind::Eve(part) => self.eves.push(*part),
                Remind::Me { to } => {
                    // "remind me" with something that is not understood is no wish.
                    let is_last = index + 1 == group.pieces.len();
                    if is_last && !to && goes_on(line, piece.to) {
                        continue;
                    }
                    self.me = true;
                    after_me = true;
                }
            }
            self.tokens.push((piece.from, piece.to));
        }
        let joint = |test: fn(&Token) -> bool| {
            let tokens = group.joints.iter().copied();
            tokens.filter(move |at| line.tokens.get(*at).is_some_and(test))
        };
        let is_range = |token: &Token| {
            token.is(Word::To) || ['-', '–', '—'].iter().any(|mark| token.is_mark(*mark))
        };
        task.range_marks.extend(joint(is_range));
        task.either |= joint(|token| token.is(Word::Or)).next().is_some();
        let mut at = Cursor::new(line, group.to());
        if after_me && group.pieces.len() > 1 && read::eat_to(&mut at) {
            self.tokens.push((group.to(), at.at));
        }
    }
}

/// Whether a word or a number follows that belongs to what was said before.
fn goes_on(line: &Line<'_>, at: usize) -> bool {
    line.tokens.get(at).is_some_and(|token| match token.kind {
        Kind::Shut => false,
        Kind::Mark(mark) => !matches!(mark, ',' | ':' | ';' | '.' | '!' | '?' | ')'),
        Kind::Word | Kind::Number { .. } => true,
    })
}

/// "the evening before".
fn eve(line: &Line<'_>, part: Part, due: &Due) -> Option<Trigger> {
    let day = due.wall_clock().date().pred_opt()?;
    let zone = &line.context.zone;
    let instant = zone::instant(day.and_time(read::of_part(part, line.hours())), zone);
    Some(Trigger::At(zone::in_zone(instant, zone)))
}

/// A moment of its own for the reminder; a time alone is one of the due day.
fn reminder_moment(
    line: &Line<'_>,
    moment: &Said<'_>,
    when: &When,
) -> Result<Option<Trigger>, Ask> {
    if !moment.says_when() {
        return Ok(None);
    }
    let Some(at) = when::resolve(line, moment)? else { return Ok(None) };
    let zone = &line.context.zone;
    let due_day = when.due.wall_clock().date();
    let local = match &at.due {
        Due::At { local, .. } if moment.says_a_day() => *local,
        Due::At { local, .. } => due_day.and_time(local.time()),
        Due::Date { date, .. } => date.and_time(line.context.day_starts_at),
    };
    Ok(Some(Trigger::At(zone::in_zone(zone::instant(local, zone), zone))))
}

/// Questions about phrases in the middle of the text that nothing introduces.
fn doubts(line: &Line<'_>, verdict: &Verdict) -> Vec<Ask> {
    verdict.doubtful.iter().filter_map(|piece| doubt(line, piece)).collect()
}

fn doubt(line: &Line<'_>, piece: &Piece) -> Option<Ask> {
    let (kind, mut choices) = match &piece.what {
        What::Day(day) | What::Until(day) => match (&day.doubt, day.part) {
            (Some(doubt), _) => (doubt.kind, doubt.choices.clone()),
            (None, Some(part)) => {
                let time = read::of_part(part, line.hours());
                (QuestionKind::Date, vec![ChoiceValue::At(day.date.and_time(time))])
            }
            (None, None) => (QuestionKind::Date, vec![ChoiceValue::Date(day.date)]),
        },
        What::Moment(at) => (QuestionKind::Time, vec![ChoiceValue::At(*at)]),
        What::Times(times) => {
            let (first, second) = times.from.readings(times.part, line.locale())?;
            let both = [Some(first), second].into_iter().flatten();
            (QuestionKind::Time, both.map(ChoiceValue::Time).collect())
        }
        What::Repeat(_) => (QuestionKind::Recurrence, Vec::new()),
        _ => return None,
    };
    if !choices.contains(&ChoiceValue::Nothing) {
        choices.push(ChoiceValue::Nothing);
    }
    Some(Ask::about(piece, kind, choices))
}

/// The tokens of what was used, and of the small words between.
fn claims(
    verdict: &Verdict,
    when: &When,
    moment: &Said<'_>,
    wish: &Wish,
    moment_kind: SpanKind,
) -> Vec<Claim> {
    let mut claims: Vec<_> = wish
        .tokens
        .iter()
        .map(|(from, to)| Claim { from: *from, to: *to, kind: SpanKind::Reminder })
        .collect();
    claims.extend(when.used.iter().map(|(from, to, kind)| Claim {
        from: *from,
        to: *to,
        kind: *kind,
    }));
    claims.extend(moment.pieces().map(|piece| Claim {
        from: piece.from,
        to: piece.to,
        kind: moment_kind,
    }));
    for group in &verdict.accepted {
        let taken = |at: usize| claims.iter().any(|claim| (claim.from..claim.to).contains(&at));
        let joints: Vec<_> = group
            .joints
            .iter()
            .filter(|at| at.checked_sub(1).is_some_and(taken) && taken(**at + 1))
            .map(|at| Claim { from: *at, to: *at + 1, kind: SpanKind::Date })
            .collect();
        claims.extend(joints);
    }
    claims
}
