//! Free text: what is looked for, and what it is looked for in.

/// A text as it is searched: lower case, and in place of all that is no letter or digit one space
/// before each word: `" pay rent 2026"` for `Pay rent, 2026!`. A database that keeps it beside the
/// text finds [`Words`] by looking for [`Words::needle`] in it.
pub fn folded(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(String::new(), |mut folded, word| {
        folded.push(' ');
        folded.push_str(word);
        folded
    })
}

/// Words that have to stand in a text one after the other, without regard to case and to what is
/// between them; of the last one its beginning is enough. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// The words of a text; `None` when there is no letter or digit in it.
    pub fn new(text: &str) -> Option<Self> {
        let needle = folded(text);
        (!needle.is_empty()).then_some(Self(needle))
    }

    /// What has to occur in the [`folded`] text: the words, each with a space before it.
    pub fn needle(&self) -> &str {
        &self.0
    }

    /// The words with one space between them.
    pub fn as_str(&self) -> &str {
        self.0.trim_start()
    }

    /// Whether they stand in the text.
    pub fn stand_in(&self, text: &str) -> bool {
        folded(text).contains(&self.0)
    }
}
