//! The title: every word that nothing claims, with the signs that are still needed.

use crate::{
    line::Line,
    marks::Claim,
    token::{Kind, Token},
};

/// What is left of the text. No letter is changed, spaces are single, and a comma or dash that stood
/// beside a claimed phrase goes with it.
pub(crate) fn title(line: &Line<'_>, claims: &[Claim]) -> String {
    if claims.is_empty() {
        return single_spaced(line.text);
    }
    let mut kept = vec![true; line.tokens.len()];
    for claim in claims {
        kept[claim.from..claim.to].fill(false);
    }
    for claim in claims {
        drop_signs(&line.tokens, &mut kept, claim);
    }
    let mut title = String::new();
    let mut spaced = false;
    for (token, kept) in line.tokens.iter().zip(&kept) {
        spaced |= token.spaced;
        if *kept {
            // "Call mum tomorrow!" keeps its sign where the sentence ends.
            let closes = matches!(token.kind, Kind::Mark('!' | '?' | '.' | '…' | ')' | ']'));
            if spaced && !title.is_empty() && (token.spaced || !closes) {
                title.push(' ');
            }
            title.push_str(line.text.get(token.start..token.end).unwrap_or(""));
            spaced = false;
        }
    }
    title
}

/// Without spaces at the edges and with single ones inside.
pub(crate) fn single_spaced(text: &str) -> String {
    let mut title = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

/// The signs around a claimed phrase: what is left of them would hang in the air.
fn drop_signs(tokens: &[Token], kept: &mut [bool], claim: &Claim) {
    let before = (0..claim.from).rev().find(|at| kept[*at]);
    let after = (claim.to..tokens.len()).find(|at| kept[*at]);
    let is = |at: Option<usize>, signs: &[char]| {
        at.and_then(|at| tokens.get(at))
            .is_some_and(|token| matches!(token.kind, Kind::Mark(mark) if signs.contains(&mark)))
    };
    if is(before, &['(', '[']) && is(after, &[')', ']']) {
        [before, after].into_iter().flatten().for_each(|at| kept[at] = false);
        return;
    }
    if is(before, &[',', ';', ':', '-', '–', '—']) && !sticks(tokens, before) {
        before.into_iter().for_each(|at| kept[at] = false);
    }
    let last = after.is_some_and(|at| !kept[at + 1..].contains(&true));
    let signs: &[char] = match (last, before.is_none()) {
        (true, _) => &[',', ';', ':', '-', '–', '—', '.'],
        (false, _) => &[',', ';', ':', '-', '–', '—'],
    };
    if is(after, signs) && !begins_a_number(tokens, after) {
        after.into_iter().for_each(|at| kept[at] = false);
    }
}

/// A sign glued to something on both sides is part of a word: "Disney+-".
fn sticks(tokens: &[Token], at: Option<usize>) -> bool {
    at.and_then(|at| tokens.get(at + 1)).is_some_and(|next| !next.spaced)
        && at.and_then(|at| tokens.get(at)).is_some_and(|sign| !sign.spaced && sign.is_mark('-'))
}

/// "-5": the dash is a minus.
fn begins_a_number(tokens: &[Token], at: Option<usize>) -> bool {
    at.is_some_and(|at| {
        tokens[at].spaced
            && tokens[at].is_mark('-')
            && tokens.get(at + 1).is_some_and(|next| !next.spaced)
    })
}
