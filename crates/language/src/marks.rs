//! Marks that stand for themselves: `#tag`, `+tag`, `!high`, `!!`, `p1`; quotes and addresses, into
//! which nothing looks.

use domain::task::{Priority, TAG_MAX_CHARS, TAGS_MAX};

use crate::{
    context::Locale,
    intent::SpanKind,
    line::Line,
    token::{Kind, Token},
    word::Word,
};

/// Tokens `from..to` that are taken out of the title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: SpanKind,
}

/// What the marks say.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) tags: Vec<String>,
    pub(crate) priority: Option<Priority>,
    pub(crate) claims: Vec<Claim>,
    /// A second priority: it stays in the title, but nothing else is made of it.
    pub(crate) strays: Vec<(usize, usize)>,
    /// Tokens where `p1` to `p4` stand: marks only at an edge of the text or beside other marks.
    pub(crate) levels: Vec<(usize, Priority)>,
    /// The quotes stand around the whole text: it is the title, word by word.
    pub(crate) all_quoted: bool,
}

/// Reads the marks and shuts them and everything quoted for the readers of dates.
pub(crate) fn read(line: &mut Line<'_>) -> Marks {
    let mut marks = Marks { all_quoted: shut_quotes(line), ..Marks::default() };
    if marks.all_quoted {
        return marks;
    }
    shut_addresses(line);
    let mut at = 0;
    while at < line.tokens.len() {
        let to = tag(line, at, &mut marks)
            .or_else(|| named_priority(line, at, &mut marks))
            .or_else(|| bangs(line, at, &mut marks));
        match to {
            Some(to) => {
                line.tokens[at..to].iter_mut().for_each(Token::shut);
                at = to;
            }
            None => {
                marks.levels.extend(level(line, at).map(|priority| (at, priority)));
                at += 1;
            }
        }
    }
    marks
}

/// `#home`, `+side-project`: a letter first. `#123`, `C#` and `1+1` are none.
fn tag(line: &Line<'_>, at: usize, marks: &mut Marks) -> Option<usize> {
    let mark = line.tokens.get(at)?;
    let is_mark = mark.is_mark('#') || mark.is_mark('+');
    let first = line.tokens.get(at + 1).filter(|token| !token.spaced)?;
    if !is_mark || first.kind != Kind::Word || !line.may_begin(at) {
        return None;
    }
    let mut to = at + 2;
    let mut ahead = to;
    while let Some(token) = line.tokens.get(ahead).filter(|token| !token.spaced) {
        ahead += 1;
        match token.kind {
            Kind::Word | Kind::Number { .. } => to = ahead,
            Kind::Mark('-' | '_' | '/') => {}
            _ => break,
        }
    }
    let name = line.text.get(first.start..line.tokens[to - 1].end)?;
    let known = marks.tags.iter().any(|tag| tag.to_lowercase() == name.to_lowercase());
    let fits = name.chars().count() <= TAG_MAX_CHARS && (known || marks.tags.len() < TAGS_MAX);
    if !fits || !line.may_end(to) {
        return None;
    }
    if !known {
        marks.tags.push(name.to_owned());
    }
    marks.claims.push(Claim { from: at, to, kind: SpanKind::Tag });
    Some(to)
}

/// `!high`. The first priority counts; a second one stays in the title.
fn named_priority(line: &Line<'_>, at: usize, marks: &mut Marks) -> Option<usize> {
    let name = line.tokens.get(at + 1).filter(|token| !token.spaced)?;
    if !line.tokens.get(at)?.is_mark('!') || !line.may_begin(at) || !line.may_end(at + 2) {
        return None;
    }
    let name = line.text.get(name.start..name.end)?;
    let german = line.locale() == Locale::De;
    let named = |english: &str, word: &str| {
        name.eq_ignore_ascii_case(english) || german && name.eq_ignore_ascii_case(word)
    };
    let priority = match () {
        () if named("low", "niedrig") => Priority::Low,
        () if named("medium", "mittel") => Priority::Medium,
        () if named("high", "hoch") => Priority::High,
        () if named("urgent", "dringend") => Priority::Urgent,
        () => return None,
    };
    set(marks, at, at + 2, priority)
}

/// `!!` is high, `!!!` urgent; `!` alone is a sign of the sentence.
fn bangs(line: &Line<'_>, at: usize, marks: &mut Marks) -> Option<usize> {
    let is_bang = |at: usize| line.tokens.get(at).is_some_and(|token| token.is_mark('!'));
    if !line.tokens.get(at)?.spaced {
        return None;
    }
    let count = (at..at + 4).take_while(|at| is_bang(*at)).count();
    let to = at + count;
    let stands_alone = line.tokens.get(to).is_none_or(|token| token.spaced);
    let priority = match count {
        2 => Priority::High,
        3 => Priority::Urgent,
        _ => return None,
    };
    if stands_alone { set(marks, at, to, priority) } else { None }
}

fn set(marks: &mut Marks, from: usize, to: usize, priority: Priority) -> Option<usize> {
    if marks.priority.is_some() {
        marks.strays.push((from, to));
    } else {
        marks.priority = Some(priority);
        marks.claims.push(Claim { from, to, kind: SpanKind::Priority });
    }
    Some(to)
}

/// `p1` to `p4`.
fn level(line: &Line<'_>, at: usize) -> Option<Priority> {
    let letter = line.tokens.get(at).filter(|token| token.spaced)?;
    let number = line.tokens.get(at + 1).filter(|token| !token.spaced)?;
    let is_p = line.text.get(letter.start..letter.end)? == "p";
    if !is_p || !line.may_end(at + 2) {
        return None;
    }
    match number.kind {
        Kind::Number { value: 1, digits: 1 } => Some(Priority::Urgent),
        Kind::Number { value: 2, digits: 1 } => Some(Priority::High),
        Kind::Number { value: 3, digits: 1 } => Some(Priority::Medium),
        Kind::Number { value: 4, digits: 1 } => Some(Priority::Low),
        _ => None,
    }
}

/// Shuts what stands in quotes. Whether one pair of quotes holds the whole text.
fn shut_quotes(line: &mut Line<'_>) -> bool {
    let mut unpaired = Vec::new();
    let mut at = 0;
    while at < line.tokens.len() {
        let opener = line.tokens[at].kind;
        let found = if unpaired.contains(&opener) { None } else { closing_quote(line, at) };
        let Some(to) = found else {
            // Where one of a kind found no end, no later one will.
            if is_opener(opener) && line.may_begin(at) {
                unpaired.push(opener);
            }
            at += 1;
            continue;
        };
        if at == 0 && to + 1 == line.tokens.len() {
            return true;
        }
        line.tokens[at..=to].iter_mut().for_each(Token::shut);
        at = to + 1;
    }
    false
}

fn is_opener(kind: Kind) -> bool {
    matches!(kind, Kind::Mark('"' | '“' | '„' | '«' | '»'))
}

/// Where the quote that opens here closes. An unpaired one is an ordinary character.
fn closing_quote(line: &Line<'_>, at: usize) -> Option<usize> {
    let closers: &[char] = match line.tokens.get(at)?.kind {
        Kind::Mark('"') => &['"'],
        Kind::Mark('“') => &['”', '“'],
        Kind::Mark('„') => &['“', '”', '"'],
        Kind::Mark('«') => &['»'],
        Kind::Mark('»') => &['«'],
        _ => return None,
    };
    if !line.may_begin(at) {
        return None;
    }
    (at + 1..line.tokens.len()).find(|to| {
        let token = &line.tokens[*to];
        closers.iter().any(|closer| token.is_mark(*closer)) && line.may_end(to + 1)
    })
}

/// Shuts addresses, paths and `@words`. `@every` is a rule in the habit of another program, `@5pm`
/// a time.
fn shut_addresses(line: &mut Line<'_>) {
    let mut at = 0;
    while at < line.tokens.len() {
        let to = (at + 1..line.tokens.len())
            .find(|to| line.tokens[*to].spaced)
            .unwrap_or(line.tokens.len());
        let chunk = line.text.get(line.tokens[at].start..line.tokens[to - 1].end).unwrap_or("");
        let is_address = chunk.contains("://")
            || chunk.contains('\\')
            || chunk.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
            || chunk.find('@').is_some_and(|mark| mark > 0 || !opens_a_phrase(line, at));
        if is_address {
            line.tokens[at..to].iter_mut().for_each(Token::shut);
        }
        at = to;
    }
}

fn opens_a_phrase(line: &Line<'_>, at: usize) -> bool {
    line.tokens.get(at + 1).is_none_or(|next| {
        next.spaced
            || matches!(next.kind, Kind::Number { .. })
            || next.words.iter().any(|word| matches!(word, Word::Every | Word::Adverb(..)))
    })
}
