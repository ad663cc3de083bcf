//! Laws that hold for every filter and every task.

use filter::{DEPTH_MAX, Filter, FilterErrorKind, Node};
use proptest::prelude::*;

use crate::{
    now,
    random::{node, task},
};

fn passes(node: Node, task: &domain::task::Task) -> bool {
    Filter::from(node).resolve(&now()).matches(task)
}

/// Pieces that mean something, to be put together at random.
const PIECES: &str = "( ) ( ) OR AND NOT - - \" \\ , .. : = < >= != status: priority>= tag: due< due: \
    created> has: no: is: id: open done high urgent home work due repeat overdue today +7d -2w +3h now \
    friday this-week 2026-01-01 2026-02-30 2026-01-01T09:00 +01:00 milk été 日本 “ ” ! # 12:30 a";

fn soup() -> impl Strategy<Value = String> {
    let pieces: Vec<_> = PIECES.split_whitespace().collect();
    prop::collection::vec((prop::sample::select(pieces), any::<bool>()), 0..14).prop_map(|pieces| {
        pieces.iter().fold(String::new(), |text, (piece, spaced)| {
            if *spaced { format!("{text} {piece}") } else { format!("{text}{piece}") }
        })
    })
}

/// What every answer to a text has to be.
fn is_sound(text: &str) -> Result<(), TestCaseError> {
    match Filter::parse(text) {
        Ok(filter) => {
            let canonical = filter.to_string();
            let again = Filter::parse(&canonical);
            prop_assert_eq!(again.as_ref(), Ok(&filter), "{} -> {}", text, canonical);
            prop_assert_eq!(again.unwrap().to_string(), canonical);
            prop_assert!(!filter.explain().is_empty());
            let _ = filter.resolve(&now());
        }
        Err(error) => {
            let piece = text.get(error.span.start..error.span.end);
            prop_assert_eq!(
                piece.map(|piece| piece.chars().count()),
                Some(error.chars),
                "{}",
                text
            );
            prop_assert!(error.chars > 0, "{}", text);
            prop_assert_eq!(text[..error.span.start].chars().count() + 1, error.column);
            let said = error.to_string();
            prop_assert!(!said.contains(|c: char| c.is_control()), "{}", said);
            prop_assert!(!said.ends_with('.') && said.chars().count() < 400, "{}", said);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_text_is_the_same_filter(node in node()) {
        let filter = Filter::from(node);
        let text = filter.to_string();
        match Filter::parse(&text) {
            Ok(again) => {
                prop_assert_eq!(&again, &filter, "{}", text);
                prop_assert_eq!(again.to_string(), text);
            }
            // A filter that was put together may be larger than one that is read.
            Err(error) => prop_assert!(
                matches!(error.kind, FilterErrorKind::TooManyTerms | FilterErrorKind::TooLong),
                "{}: {} of depth {}", text, error, DEPTH_MAX
            ),
        }
    }

    #[test]
    fn nothing_panics_on_any_heap_of_meaning_pieces(text in soup()) {
        is_sound(&text)?;
    }

    #[test]
    fn nothing_panics_on_any_characters(text in any::<String>()) {
        is_sound(&text)?;
    }

    #[test]
    fn nothing_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        is_sound(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn a_task_passes_a_filter_or_its_opposite(node in node(), task in task()) {
        prop_assert_ne!(passes(node.clone(), &task), passes(node.negated(), &task));
    }

    #[test]
    fn the_opposite_of_both_is_the_opposite_of_one(a in node(), b in node(), task in task()) {
        let neither = passes(a.clone().or(b.clone()).negated(), &task);
        prop_assert_eq!(neither, passes(a.clone().negated().and(b.clone().negated()), &task));
        let not_both = passes(a.clone().and(b.clone()).negated(), &task);
        prop_assert_eq!(not_both, passes(a.negated().or(b.negated()), &task));
    }

    #[test]
    fn both_and_one_mean_what_they_say(a in node(), b in node(), task in task()) {
        let (one, other) = (passes(a.clone(), &task), passes(b.clone(), &task));
        prop_assert_eq!(passes(a.clone().and(b.clone()), &task), one && other);
        prop_assert_eq!(passes(a.or(b), &task), one || other);
    }

    #[test]
    fn reading_a_filter_again_does_not_change_what_passes(node in node(), task in task()) {
        let filter = Filter::from(node);
        if let Ok(again) = Filter::parse(&filter.to_string()) {
            let now = now();
            prop_assert_eq!(again.resolve(&now).matches(&task), filter.resolve(&now).matches(&task));
        }
    }
}

/// A law that holds because nothing passes would be no law.
#[test]
fn random_filters_pass_some_tasks_and_not_others() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let passed = (0..500)
        .filter(|_| {
            let node = node().new_tree(&mut runner).unwrap().current();
            passes(node, &task().new_tree(&mut runner).unwrap().current())
        })
        .count();
    assert!((100..400).contains(&passed), "{passed} of 500");
}

#[test]
fn the_soup_has_filters_and_errors() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let read = (0..500)
        .filter(|_| Filter::parse(&soup().new_tree(&mut runner).unwrap().current()).is_ok())
        .count();
    assert!((30..470).contains(&read), "{read} of 500");
}
