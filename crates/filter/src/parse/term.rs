//! One word of the text -> one term.

use domain::task::Priority;
use uuid::Uuid;

use super::{
    head::{self, Comparison, Head},
    point::{self, PointFault},
    value::{Piece, Value},
};
use crate::{
    error::{Fault, FilterErrorKind},
    field::{self, Field, PARTS, PRIORITIES, STATES, STATUSES, State},
    lex::{Letter, cooked},
    node::{Node, NodeKind},
    span::Span,
    term::{Tag, Term},
    text::excerpt,
    time::{Days, Moment, Order, Period, Point, TimeField, When},
    words::Words,
};

/// How many terms may still come.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new(terms: usize) -> Self {
        Self(terms)
    }

    fn spend(&mut self, terms: usize, span: Span) -> Result<(), Fault> {
        match self.0.checked_sub(terms) {
            Some(left) => self.0 = left,
            None => return Err(Fault::new(FilterErrorKind::TooManyTerms, span)),
        }
        Ok(())
    }
}

/// The node of a word that is no keyword.
pub(super) fn node(letters: &[Letter], span: Span, budget: &mut Budget) -> Result<Node, Fault> {
    let Some((head, rest)) = head::split(letters)? else {
        budget.spend(1, span)?;
        return Ok(NodeKind::Term(text(letters, span)?).at(span));
    };
    let value = Value::new(head, rest);
    budget.spend(value.pieces()?.len(), span)?;
    let node = NodeKind::Term(term(&value)?).at(span);
    let node = if head.field == Field::No { node.negated() } else { node };
    Ok(if head.comparison == Comparison::IsNot { node.negated() } else { node })
}

fn text(letters: &[Letter], span: Span) -> Result<Term, Fault> {
    if let [first, second, ..] = letters
        && first.plain
        && first.c == '!'
        && second.c.is_alphanumeric()
    {
        return Err(Fault::new(FilterErrorKind::Exclamation, first.span));
    }
    let text = cooked(letters);
    let words = Words::new(&text)
        .ok_or_else(|| Fault::new(FilterErrorKind::NoWord { text: excerpt(&text) }, span))?;
    Ok(Term::Text(words))
}

fn term(value: &Value<'_>) -> Result<Term, Fault> {
    if let (Field::Priority, Comparison::Ordered(order)) = (value.field(), value.head.comparison) {
        return Ok(Term::Priority(priorities(value, order)?));
    }
    if let Field::Time(field) = value.field() {
        return Ok(Term::Time { field, when: when(value, field)? });
    }
    if let Head { comparison: Comparison::Ordered(_), field, span } = value.head {
        let kind = FilterErrorKind::Unordered { field: field.name(), accepts: field.accepts() };
        return Err(Fault::new(kind, span));
    }
    Ok(match value.field() {
        Field::Status => Term::Status(each(value, |piece| value.named(&STATUSES, piece))?),
        Field::Priority => {
            let mut named = each(value, |piece| value.named(&PRIORITIES, piece))?;
            named.sort_unstable();
            Term::Priority(named)
        }
        Field::Tag => Term::Tag(each(value, |piece| {
            Tag::new(&piece.text()).ok_or_else(|| value.wrong(piece, None))
        })?),
        Field::Title => Term::Title(each(value, words)?),
        Field::Description => Term::Description(each(value, words)?),
        Field::Has => Term::Has(each(value, |piece| value.named(&PARTS, piece))?),
        Field::No => Term::Has(vec![value.named(&PARTS, value.one()?)?]),
        Field::Is => match value.named(&STATES, value.one()?)? {
            State::Status(status) => Term::Status(vec![status]),
            State::Overdue => Term::Overdue,
        },
        Field::Id(field) => Term::Id { field, ids: each(value, |piece| id(value, piece))? },
        Field::Time(field) => Term::Time { field, when: when(value, field)? },
    })
}

/// What is made of each value, none of it twice.
fn each<'a, T: PartialEq>(
    value: &Value<'a>,
    read: impl Fn(Piece<'a>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    for piece in value.pieces()? {
        let one = read(piece)?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

fn words(piece: Piece<'_>) -> Result<Words, Fault> {
    Words::new(&piece.text()).ok_or_else(|| piece.fault(|text| FilterErrorKind::NoWord { text }))
}

fn id(value: &Value<'_>, piece: Piece<'_>) -> Result<Uuid, Fault> {
    let text = piece.text();
    // The form with hyphens is the only one that the API knows.
    let id = Uuid::try_parse(&text).ok().filter(|_| text.len() == 36);
    id.ok_or_else(|| value.wrong(piece, None))
}

/// All priorities that lie so to the one given.
fn priorities(value: &Value<'_>, order: Order) -> Result<Vec<Priority>, Fault> {
    let piece = value.one()?;
    let given: Priority = value.named(&PRIORITIES, piece)?;
    let lies = |priority: &Priority| match order {
        Order::Less => *priority < given,
        Order::AtMost => *priority <= given,
        Order::Greater => *priority > given,
        Order::AtLeast => *priority >= given,
    };
    let all: Vec<_> = PRIORITIES.iter().map(|(_, priority)| *priority).filter(lies).collect();
    if all.is_empty() {
        let than = if order == Order::Less { "below" } else { "above" };
        let value = field::name_of(&PRIORITIES, given);
        return Err(Fault::new(FilterErrorKind::NoPriority { than, value }, piece.span));
    }
    Ok(all)
}

fn when(value: &Value<'_>, field: TimeField) -> Result<When, Fault> {
    let Comparison::Ordered(order) = value.head.comparison else {
        return Ok(When::In(each(value, |piece| period(value, field, piece))?));
    };
    let piece = value.one()?;
    if value.range(piece)?.is_some() {
        let before = value.head.shown();
        let kind = FilterErrorKind::NoRange { before, field: value.field().name() };
        return Err(Fault::new(kind, piece.span));
    }
    Ok(When::Compared(order, read_point(value, piece)?))
}

fn period(value: &Value<'_>, field: TimeField, piece: Piece<'_>) -> Result<Period, Fault> {
    if let Some((from, to)) = value.range(piece)? {
        let (from, to) = (read_point(value, from)?, read_point(value, to)?);
        if is_backwards(&from, &to) {
            return Err(piece.fault(|value| FilterErrorKind::Backwards { value }));
        }
        return Ok(Period::Between(from, to));
    }
    let point = read_point(value, piece)?;
    if let Point::Moment(Moment::Hours(_)) = point {
        let field = Field::Time(field).name();
        return Err(piece.fault(|value| FilterErrorKind::Fleeting { field, value }));
    }
    Ok(Period::At(point))
}

fn read_point(value: &Value<'_>, piece: Piece<'_>) -> Result<Point, Fault> {
    point::point(&piece.text()).map_err(|fault| match fault {
        PointFault::Unknown { meant } => value.wrong(piece, meant),
        PointFault::NoSuchDay => piece.fault(|value| FilterErrorKind::NoSuchDay { value }),
        PointFault::OutOfYears => piece.fault(|value| FilterErrorKind::OutOfYears { value }),
        PointFault::TooFar => piece.fault(|value| FilterErrorKind::TooFar { value }),
    })
}

/// Whether it is plain already, without a now, that the range is empty.
fn is_backwards(from: &Point, to: &Point) -> bool {
    match (from, to) {
        (Point::Days(Days::Date(from)), Point::Days(Days::Date(to))) => from > to,
        (Point::Days(Days::Ahead(from)), Point::Days(Days::Ahead(to))) => {
            from.unit == to.unit && from.count > to.count
        }
        (Point::Moment(Moment::Instant(from)), Point::Moment(Moment::Instant(to))) => from > to,
        (Point::Moment(Moment::Local(from)), Point::Moment(Moment::Local(to))) => from > to,
        (Point::Moment(Moment::Hours(from)), Point::Moment(Moment::Hours(to))) => from > to,
        _ => false,
    }
}
