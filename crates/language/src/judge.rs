//! Which of the recognised phrases count: by their words, and by where they stand in the text.

use domain::task::Priority;

use crate::{context::Locale, line::Line, marks::Marks, read::Piece, token::Kind, word::Word};

/// Phrases side by side, with nothing but marks and commas between them.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pieces: Vec<Piece>,
    /// Tokens between its phrases that go with it: "and".
    pub(crate) joints: Vec<usize>,
}

/// The verdict.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What counts.
    pub(crate) accepted: Vec<Group>,
    /// What may be meant, and has to be asked about.
    pub(crate) doubtful: Vec<Piece>,
    /// `p1` to `p4` that count, by their token.
    pub(crate) levels: Vec<(usize, Priority)>,
}

pub(crate) fn judge(line: &Line<'_>, pieces: Vec<Piece>, marks: &Marks) -> Verdict {
    let mut scene = Scene::new(line, marks);
    let groups = scene.groups(pieces);
    let mut verdict = Verdict::default();
    let (start, end) = scene.edges(&groups);
    for (index, mut group) in groups.into_iter().enumerate() {
        let at_start = index < start;
        scene.drop_what_a_noun_follows(&mut group, at_start);
        let at_end = index >= end && !group.pieces.is_empty();
        match scene.opinion(&group, at_start, at_end) {
            Opinion::Counts => verdict.accepted.push(group),
            Opinion::Ask => {
                let asks = group.pieces.into_iter().find(|piece| piece.standing.asks);
                verdict.doubtful.extend(asks);
            }
            Opinion::Text => {}
        }
    }
    verdict.levels = scene.levels(&verdict, marks);
    verdict
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opinion {
    Counts,
    Ask,
    Text,
}

/// What follows a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    /// The end, a sign, a mark or a small word.
    Fine,
    /// A word that may be a noun.
    Noun,
    /// A word that ordinals count: "floor".
    Counted,
}

struct Scene<'l> {
    line: &'l Line<'l>,
    /// Whether a token belongs to a mark, or may.
    marked: Vec<bool>,
}

impl<'l> Scene<'l> {
    fn new(line: &'l Line<'l>, marks: &Marks) -> Self {
        let mut marked = vec![false; line.tokens.len()];
        for claim in &marks.claims {
            marked[claim.from..claim.to].fill(true);
        }
        for (from, to) in &marks.strays {
            marked[*from..*to].fill(true);
        }
        for (at, _) in &marks.levels {
            marked[*at..*at + 2].fill(true);
        }
        Self { line, marked }
    }

    fn is_marked(&self, at: usize) -> bool {
        self.marked.get(at).copied().unwrap_or(false)
    }

    fn is_sign(&self, at: usize) -> bool {
        self.line.tokens.get(at).is_some_and(|token| {
            matches!(
                token.kind,
                Kind::Mark(
                    ',' | '.'
                        | ';'
                        | ':'
                        | '!'
                        | '?'
                        | '-'
                        | '–'
                        | '—'
                        | '('
                        | ')'
                        | '['
                        | ']'
                        | '…'
                )
            )
        })
    }

    /// Pieces with nothing but marks, commas and "and" between them stand together.
    fn groups(&mut self, pieces: Vec<Piece>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for piece in pieces {
            let gap =
                groups.last().and_then(|group| group.pieces.last()).map(|last| last.to..piece.from);
            let joined = gap
                .clone()
                .is_some_and(|mut gap| gap.all(|at| self.is_marked(at) || self.is_joint(at)));
            match groups.last_mut().filter(|_| joined) {
                Some(group) => {
                    let words = gap.into_iter().flatten().filter(|at| !self.is_marked(*at));
                    group.joints.extend(words);
                    group.pieces.push(piece);
                }
                None => groups.push(Group { pieces: vec![piece], joints: Vec::new() }),
            }
        }
        for (index, group) in groups.iter_mut().enumerate() {
            group.pieces.iter_mut().for_each(|piece| piece.group = index);
        }
        groups
    }

    fn is_joint(&self, at: usize) -> bool {
        self.line.tokens.get(at).is_some_and(|token| {
            let word = [Word::And, Word::Or, Word::To].iter().any(|word| token.is(*word));
            word || [',', '&', '@', '-', '–', '—'].iter().any(|mark| token.is_mark(*mark))
        })
    }

    /// How many groups stand at the start of the text, and which is the first of those at its end.
    fn edges(&self, groups: &[Group]) -> (usize, usize) {
        let skips = |at: usize| self.is_marked(at) || self.is_sign(at);
        let mut at = 0;
        let mut start = 0;
        for group in groups {
            while skips(at) {
                at += 1;
            }
            if group.from() != at || !group.counts_at(|piece| piece.standing.at_start) {
                break;
            }
            at = group.to();
            start += 1;
        }
        let mut at = self.line.tokens.len();
        let mut end = groups.len();
        for group in groups.iter().rev() {
            // The dot of "24.12." is one of the date, not of the sentence.
            while at > 0 && at != group.to() && skips(at - 1) {
                at -= 1;
            }
            if group.to() != at || !group.counts_at(|piece| piece.standing.at_end) {
                break;
            }
            at = group.from();
            end -= 1;
        }
        (start, end)
    }

    /// "on friday at 8 flats": the last phrase is none, the others stay.
    fn drop_what_a_noun_follows(&self, group: &mut Group, at_start: bool) {
        while let Some(last) = group.pieces.last() {
            let follow = self.follow(last.to);
            // "Tomorrow at 8 standup" begins with a day; "At 8 flats" does not.
            let led_by_a_day = at_start && group.pieces.len() > 1;
            let falls = last.standing.fragile
                && !last.standing.asks
                && match follow {
                    Follow::Fine => false,
                    Follow::Noun => !led_by_a_day,
                    Follow::Counted => true,
                };
            if !falls {
                break;
            }
            group.pieces.pop();
        }
    }

    fn opinion(&self, group: &Group, at_start: bool, at_end: bool) -> Opinion {
        let Some(last) = group.pieces.last() else { return Opinion::Text };
        if !group.pieces.iter().any(|piece| !piece.standing.partner) {
            return Opinion::Text;
        }
        let follow = self.follow(last.to);
        let counts = |piece: &Piece| {
            let standing = piece.standing;
            standing.cue && (!standing.fragile || follow == Follow::Fine)
                || at_start && standing.at_start
                || at_end && standing.at_end
        };
        match group.pieces.iter().any(counts) {
            true => Opinion::Counts,
            false if group.pieces.iter().any(|piece| piece.standing.asks) => Opinion::Ask,
            false => Opinion::Text,
        }
    }

    fn follow(&self, at: usize) -> Follow {
        let mut at = at;
        while self.is_marked(at) {
            at += 1;
        }
        let Some(token) = self.line.tokens.get(at) else { return Follow::Fine };
        if token.is(Word::Counted) {
            return Follow::Counted;
        }
        match token.kind {
            Kind::Mark('%' | '$' | '€' | '£' | '°' | '/' | '#' | '&') => Follow::Noun,
            Kind::Mark(c) if !c.is_ascii_punctuation() && !matches!(c, '–' | '—' | '…' | '”') => {
                Follow::Noun
            }
            Kind::Mark(_) => Follow::Fine,
            Kind::Word if token.is(Word::Light) => Follow::Fine,
            // German nouns have a capital; what is small may be the verb at the end.
            Kind::Word if self.line.locale() == Locale::De && !token.capital => Follow::Fine,
            _ => Follow::Noun,
        }
    }

    /// `p1` counts at an edge of the text, or beside a mark or a phrase that counts.
    fn levels(&self, verdict: &Verdict, marks: &Marks) -> Vec<(usize, Priority)> {
        let mut taken = vec![false; self.line.tokens.len()];
        for claim in &marks.claims {
            taken[claim.from..claim.to].fill(true);
        }
        for group in &verdict.accepted {
            for piece in &group.pieces {
                taken[piece.from..piece.to].fill(true);
            }
        }
        let is_taken = |at: usize| taken.get(at).is_none_or(|taken| *taken);
        marks
            .levels
            .iter()
            .filter(|(at, _)| at.checked_sub(1).is_none_or(is_taken) || is_taken(at + 2))
            .copied()
            .collect()
    }
}

impl Group {
    pub(crate) fn from(&self) -> usize {
        self.pieces.first().map_or(usize::MAX, |piece| piece.from)
    }

    pub(crate) fn to(&self) -> usize {
        self.pieces.last().map_or(usize::MAX, |piece| piece.to)
    }

    fn counts_at(&self, edge: impl Fn(&Piece) -> bool) -> bool {
        self.pieces.iter().any(|piece| !piece.standing.partner && edge(piece))
    }
}
