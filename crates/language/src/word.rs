//! What a word can mean: one vocabulary for all languages, so that the grammar is written once.

mod de;
mod en;

use chrono::Weekday;

use crate::context::Locale;

/// One meaning of a word. Many words have several ("second", "morgen"): the grammar asks for the one
/// that it can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    // Days.
    Today,
    Tomorrow,
    AfterTomorrow,
    Yesterday,
    /// "Vortag".
    Eve,
    Tonight,
    Now,
    Weekday(Weekday, Form),
    /// "mondays": every one of them.
    EachWeekday(Weekday),
    Month(u32),
    Workday,
    EachWorkday,
    /// The first half of "business day".
    Business,
    Weekend,
    EachWeekend,
    /// A noun that needs a frame: "in the morning", "friday night".
    Part(Part),
    /// A word that stands alone: "abends".
    PartAdverb(Part),

    // Numbers.
    /// "a", "ein".
    One,
    Count(u32),
    Couple,
    Ordinal(i32),
    /// "th" after digits.
    OrdinalEnding,
    Half,
    Quarter,
    ThreeQuarters,
    Unit(Unit),
    Fortnight,

    // Rules.
    Every,
    /// "alle": every one only with a number after it.
    All,
    Other,
    /// "daily", "biweekly".
    Adverb(Unit, u32),
    Once,
    Times,
    /// "5x", "5mal".
    TimesEnding,
    /// "3 Wochen lang".
    Long,
    Except,
    When,
    Completion,

    // What stands before a day or a time.
    Next,
    This,
    Coming,
    Last,
    On,
    By,
    Due,
    At,
    In,
    Until,
    From,
    To,
    Between,
    Starting,
    For,
    Before,
    Around,
    Over,
    After,
    /// What comes next is spoken about, not a date for the task: "about tomorrow", "since monday".
    Topic,

    // The clock.
    Am,
    Pm,
    Oclock,
    Noon,
    Midnight,
    Past,

    // Edges of a period.
    End,
    Begin,
    PeriodEnd(Unit),
    PeriodBegin(Unit),

    // Reminders.
    Remind,
    Reminder,
    Me,
    Earlier,
    Advance,
    /// What leads from "remind me" to the task: "to", "an", "daran".
    ToDo,

    // Small words.
    The,
    Of,
    And,
    Or,
    /// A word that no noun is: what stands before it may be a date in the middle of a text.
    Light,
    /// "Black" and its like: the weekday after it is the name of one day of the year.
    NamedDay,
    /// "page", "version": the number after it is no date.
    Numbered,
    /// What an ordinal counts when it is no day: "floor", "birthday".
    Counted,
}

/// How plainly a word is a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// "friday", "fri".
    Plain,
    /// "sun", "mo": another word too; needs a preposition, a list or a day number.
    Weak,
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// A length of time; the shortest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Workday,
    Week,
    Month,
    Year,
}

/// Longest word of the tables, in bytes.
const WORD_MAX_BYTES: usize = 24;

/// The meanings of a word, written in lower case; none for most words.
pub(crate) fn meanings(word: &str, locale: Locale) -> &'static [Word] {
    let table = match locale {
        Locale::EnUs | Locale::EnGb => en::WORDS,
        Locale::De => de::WORDS,
    };
    if word.len() > WORD_MAX_BYTES {
        return &[];
    }
    table
        .binary_search_by_key(&word, |(word, _)| word)
        .ok()
        .and_then(|found| table.get(found))
        .map_or(&[], |(_, meanings)| meanings)
}

/// Where to cut a compound such as "montagabend", in bytes; both halves are words of the table.
pub(crate) fn joint(word: &str, locale: Locale) -> Option<usize> {
    if locale != Locale::De || word.len() > WORD_MAX_BYTES {
        return None;
    }
    let at = word.find("tag").map(|at| at + "tag".len()).filter(|at| *at < word.len())?;
    let (day, part) = word.split_at_checked(at)?;
    let is_day = meanings(day, locale).iter().any(|word| matches!(word, Word::Weekday(..)));
    let is_part = meanings(part, locale)
        .iter()
        .any(|word| matches!(word, Word::Part(_) | Word::PartAdverb(_)));
    (is_day && is_part).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_in_lower_case_and_short_enough() {
        for table in [en::WORDS, de::WORDS] {
            for pair in table.windows(2) {
                assert!(pair[0].0 < pair[1].0, "{} stands before {}", pair[0].0, pair[1].0);
            }
            for (word, meanings) in table {
                assert_eq!(*word, word.to_lowercase());
                assert!(word.len() <= WORD_MAX_BYTES && !meanings.is_empty(), "{word}");
            }
        }
    }

    #[test]
    fn compounds_are_cut_where_the_day_ends() {
        assert_eq!(joint("montagabend", Locale::De), Some(6));
        assert_eq!(joint("samstagnachmittag", Locale::De), Some(7));
        assert_eq!(joint("montags", Locale::De), None);
        assert_eq!(joint("feiertagmorgen", Locale::De), None);
        assert_eq!(joint("montagabend", Locale::EnGb), None);
    }
}
