//! The corpus: every line of `tests/corpus.txt` is a text with the filter, or the error, that it is.

use filter::Filter;

const CORPUS: &str = include_str!("corpus.txt");

/// Between a text and what it says in canonical form.
const IS: &str = " => ";
/// Between a text and the character at which it is wrong, with the words of the error.
const IS_WRONG: &str = " !! ";
/// Words of an error that are left out.
const GAP: &str = " … ";

/// What is wrong with what comes out, if anything is.
fn failure(line: &str) -> Option<String> {
    if let Some((text, words)) = line.rsplit_once(IS_WRONG) {
        return match Filter::parse(text.trim()) {
            Ok(filter) => Some(format!("  is no error but the filter {filter}")),
            Err(error) => {
                let got = format!("{} {}", error.column, error.kind);
                let says = says(&got, words.trim());
                (!says).then(|| format!("  expected {}\n  got      {got}", words.trim()))
            }
        };
    }
    let Some((text, expected)) = line.rsplit_once(IS) else {
        return Some(format!("  has neither `{IS}` nor `{IS_WRONG}`"));
    };
    let got = match Filter::parse(text.trim()) {
        Ok(filter) => filter.to_string(),
        Err(error) => error.to_string(),
    };
    (got != expected.trim()).then(|| format!("  expected {}\n  got      {got}", expected.trim()))
}

/// Whether it begins with these words, and has the ones after each gap in this order.
fn says(got: &str, words: &str) -> bool {
    let mut pieces = words.split(GAP);
    let Some(mut rest) = pieces.next().and_then(|first| got.strip_prefix(first)) else {
        return false;
    };
    // A place that is cut short is another place.
    if words.parse::<usize>().is_ok() && !rest.starts_with(' ') {
        return false;
    }
    pieces.all(|piece| match rest.split_once(piece) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

fn lines() -> impl Iterator<Item = (usize, &'static str)> {
    let lines = CORPUS.lines().enumerate();
    lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("# "))
}

#[test]
fn every_line_of_the_corpus_is_what_it_says() {
    let failures: Vec<_> = lines()
        .filter_map(|(at, line)| failure(line).map(|what| format!("{}: {line}\n{what}", at + 1)))
        .collect();
    assert!(failures.is_empty(), "{} lines fail\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_corpus_has_enough_lines_of_both_kinds() {
    let wrong = lines().filter(|(_, line)| line.contains(IS_WRONG)).count();
    let right = lines().count() - wrong;
    assert!(right >= 120 && wrong >= 120, "{right} filters, {wrong} errors");
}

#[test]
fn a_line_that_says_something_else_is_caught() {
    for right in
        ["tag:Home => tag:home", "stauts:open !! 1 there is no field … `status`?", "( !! 1"]
    {
        assert_eq!(failure(right), None);
    }
    for wrong in [
        "tag:Home => tag:Home",
        "tag: => tag:",
        "tag:home !! 1 there",
        "stauts:open !! 2 there is no field",
        "stauts:open !! 1 there is no field … `title`?",
        "stauts:open !! 1 … `status`? … there",
        "tag:home",
    ] {
        assert!(failure(wrong).is_some(), "{wrong}");
    }
}
