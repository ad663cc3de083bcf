//! How much is looked at, what is not looked at, and where errors are.

use filter::{DEPTH_MAX, Filter, FilterError, FilterErrorKind, Span, TERMS_MAX, TEXT_MAX_CHARS};

use crate::parse;

#[track_caller]
fn error(text: &str) -> FilterError {
    Filter::parse(text).unwrap_err()
}

#[test]
fn a_text_has_a_longest_length_in_characters() {
    let longest = "é".repeat(TEXT_MAX_CHARS);
    parse(&longest);
    let error = error(&format!("{longest}xy"));
    assert_eq!(error.kind, FilterErrorKind::TooLong);
    assert_eq!((error.column, error.chars), (2_001, 2));
    assert!(error.to_string().contains("2000 characters"), "{error}");
}

#[test]
fn a_filter_has_a_greatest_number_of_terms() {
    let most = "a ".repeat(TERMS_MAX);
    parse(&most);
    let error_of = |text: &str| (error(text).kind, error(text).column);
    assert_eq!(error_of(&format!("{most}b")), (FilterErrorKind::TooManyTerms, 201));
    // Each value of a list counts.
    let list = |values| format!("tag:{}", vec!["a"; values].join(","));
    parse(&list(TERMS_MAX));
    assert_eq!(error_of(&list(TERMS_MAX + 1)), (FilterErrorKind::TooManyTerms, 1));
    assert!(error(&list(TERMS_MAX + 1)).to_string().contains("100 terms"));
}

#[test]
fn groups_and_negations_have_a_greatest_depth() {
    for (open, close) in [("(", ")"), ("-", ""), ("NOT ", "")] {
        let nested = |depth| format!("{}a{}", open.repeat(depth), close.repeat(depth));
        parse(&nested(DEPTH_MAX));
        for depth in [DEPTH_MAX + 1, 400] {
            let error = error(&nested(depth));
            assert_eq!(error.kind, FilterErrorKind::TooDeep, "{open}");
            assert_eq!(error.column, DEPTH_MAX * open.len() + 1, "{open}");
            assert!(error.to_string().contains("16 deep"), "{error}");
        }
    }
}

#[test]
fn characters_that_show_something_else_are_refused_by_number() {
    for (c, code) in
        [('\u{202e}', "U+202E"), ('\u{2066}', "U+2066"), ('\0', "U+0000"), ('\u{1b}', "U+001B")]
    {
        let error = error(&format!("é {c}x"));
        assert_eq!((error.column, error.chars), (3, 1));
        assert!(error.to_string().contains(code), "{error}");
    }
    parse("a\tb\nc\r\nd\u{a0}e");
}

#[test]
fn what_is_shown_of_a_text_is_escaped_and_cut() {
    let error = error(&format!("status:\u{200f}{}", "x".repeat(100)));
    let said = error.to_string();
    assert!(said.contains("\\u{200f}xxx") && said.contains("x…`"), "{said}");
    assert!(said.chars().count() < 120, "{said}");
}

#[test]
fn places_are_in_bytes_and_in_characters() {
    let text = "tag:été (priority:hgh)";
    let error = error(text);
    assert_eq!(text.get(error.span.start..error.span.end), Some("hgh"));
    assert_eq!((error.column, error.chars), (19, 3));
    assert!(error.to_string().starts_with("at character 19: "), "{error}");
}

#[test]
fn nodes_know_where_they_stand() {
    let text = "été -(tag:a OR \"b c\")";
    let filter = parse(text);
    let filter::NodeKind::All(nodes) = &filter.root().unwrap().kind else { panic!("{filter:?}") };
    let shown = |span: Span| text.get(span.start..span.end).unwrap();
    assert_eq!(
        nodes.iter().map(|node| shown(node.span)).collect::<Vec<_>>(),
        ["été", "-(tag:a OR \"b c\")"]
    );
    let filter::NodeKind::Not(inner) = &nodes[1].kind else { panic!("{filter:?}") };
    assert_eq!(shown(inner.span), "(tag:a OR \"b c\")");
    let filter::NodeKind::Any(terms) = &inner.kind else { panic!("{filter:?}") };
    assert_eq!(terms.iter().map(|node| shown(node.span)).collect::<Vec<_>>(), ["tag:a", "\"b c\""]);
}
