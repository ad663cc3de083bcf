//! Text -> tokens: words, numbers and single marks, each with its place and its meanings.

use crate::{
    context::Locale,
    word::{self, Word},
};

/// A piece of the text without spaces: letters, or digits, or one other character.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// First byte.
    pub(crate) start: usize,
    /// First byte after it.
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// Whether a space, or the start of the text, is before it.
    pub(crate) spaced: bool,
    /// What the word can mean; empty for numbers, marks and most words.
    pub(crate) words: &'static [Word],
    /// Whether it begins with a capital letter.
    pub(crate) capital: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number {
        /// Too large ones are `u32::MAX`.
        value: u32,
        digits: usize,
    },
    Mark(char),
    /// Not to be looked into: a quote, an address, a tag.
    Shut,
}

impl Token {
    pub(crate) fn is(&self, word: Word) -> bool {
        self.words.contains(&word)
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Makes it one that no rule looks into.
    pub(crate) fn shut(&mut self) {
        self.kind = Kind::Shut;
        self.words = &[];
    }
}

/// Cuts a text into tokens.
pub(crate) fn tokens(text: &str, locale: Locale) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 4 + 4);
    let mut lower = String::new();
    let mut spaced = true;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        if c.is_whitespace() {
            at += c.len_utf8();
            spaced = true;
            continue;
        }
        let (length, kind) = if c.is_ascii_digit() {
            number(&text[start..])
        } else if is_letter(c) {
            (word_length(&text[start..]), Kind::Word)
        } else {
            (c.len_utf8(), Kind::Mark(c))
        };
        at = start + length;
        let mut token =
            Token { start, end: at, kind, spaced, words: &[], capital: c.is_uppercase() };
        spaced = false;
        if kind == Kind::Word {
            lower_case(&text[start..at], &mut lower);
            if let Some(joint) = word::joint(&lower, locale) {
                tokens.push(Token {
                    end: start + joint,
                    words: word::meanings(&lower[..joint], locale),
                    ..token
                });
                token = Token { start: start + joint, spaced: false, capital: false, ..token };
                lower.drain(..joint);
            }
            token.words = word::meanings(&lower, locale);
        }
        tokens.push(token);
    }
    tokens
}

fn number(text: &str) -> (usize, Kind) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..digits].parse().unwrap_or(u32::MAX);
    (digits, Kind::Number { value, digits })
}

/// Letters, and an apostrophe with a letter after it: "tomorrow's" is one word and no day.
fn word_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inner =
            matches!(c, '\'' | '’') && chars.peek().is_some_and(|(_, next)| is_letter(*next));
        if !is_letter(c) && !inner {
            return at;
        }
    }
    text.len()
}

/// Accents that stand as characters of their own belong to the word.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}')
}

/// As in the tables: lower case, composed umlauts, a straight apostrophe.
fn lower_case(word: &str, into: &mut String) {
    into.clear();
    for c in word.chars().flat_map(char::to_lowercase) {
        match (c, into.chars().next_back()) {
            ('\u{308}', Some(base @ ('a' | 'o' | 'u'))) => {
                into.pop();
                into.push(match base {
                    'a' => 'ä',
                    'o' => 'ö',
                    _ => 'ü',
                });
            }
            ('’', _) => into.push('\''),
            _ => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
