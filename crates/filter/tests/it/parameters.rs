//! Plain parameters are filters.

use filter::{Filter, ParameterErrorKind, Parameters};

use crate::parse;

#[track_caller]
fn check(parameters: &Parameters<'_>, expected: &str) {
    let filter = parameters.filter().unwrap();
    assert_eq!(filter.to_string(), expected);
    assert_eq!(parse(expected), filter);
}

#[test]
fn each_parameter_is_a_term() {
    check(&Parameters::default(), "");
    check(&Parameters { status: Some("all"), ..Parameters::default() }, "");
    check(
        &Parameters {
            status: Some("open"),
            priority: Some("urgent, high"),
            tags: &["Home", "to do"],
            due_after: Some("2026-01-01"),
            due_before: Some("2026-12-31T09:00:00+01:00"),
            q: Some("Pay \"the rent\" -now OR (later)"),
        },
        "status:open priority:high,urgent tag:home tag:\"to do\" due>2026-01-01 \
         due<2026-12-31T09:00+01:00 pay the rent now or later",
    );
}

#[test]
fn parameters_and_a_filter_are_one_filter() {
    let parameters = Parameters { status: Some("open"), ..Parameters::default() }.filter().unwrap();
    let both = parameters.clone().and(parse("tag:a OR tag:b"));
    assert_eq!(both, parse("status:open (tag:a OR tag:b)"));
    assert_eq!(parameters.clone().and(Filter::default()), parameters);
}

#[test]
fn what_a_parameter_does_not_take_is_named() {
    let none = Parameters::default();
    let many = vec!["a"; 51];
    let long = "a ".repeat(101);
    for (parameters, name, kind) in [
        (Parameters { status: Some("Open"), ..none }, "status", ParameterErrorKind::Status),
        (Parameters { priority: Some("high,"), ..none }, "priority", ParameterErrorKind::Priority),
        (Parameters { priority: Some(""), ..none }, "priority", ParameterErrorKind::Priority),
        (Parameters { tags: &["a", " "], ..none }, "tag", ParameterErrorKind::Tag),
        (Parameters { tags: &many, ..none }, "tag", ParameterErrorKind::Tags),
        (
            Parameters { due_after: Some("tomorrow"), ..none },
            "due_after",
            ParameterErrorKind::Moment,
        ),
        (
            Parameters { due_before: Some("2026-2-1"), ..none },
            "due_before",
            ParameterErrorKind::Moment,
        ),
        (
            Parameters { due_before: Some("2026-02-01T09:00"), ..none },
            "due_before",
            ParameterErrorKind::Moment,
        ),
        (Parameters { q: Some("!?"), ..none }, "q", ParameterErrorKind::Words),
        (Parameters { q: Some(&long), ..none }, "q", ParameterErrorKind::TooLong),
    ] {
        let error = parameters.filter().unwrap_err();
        assert_eq!((error.parameter, error.kind), (name, kind));
        assert!(error.to_string().starts_with(&format!("`{name}` ")), "{error}");
    }
}
