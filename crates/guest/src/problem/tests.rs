//! What a client sees of a problem, and that the table of codes and the pages agree.

use std::{collections::BTreeSet, path::Path};

use http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};
use store::{SqlError, SqlErrorKind};

use super::*;
use crate::tokens::TokenError;

fn body(problem: Problem) -> Value {
    serde_json::from_slice(problem.into_response().body()).unwrap()
}

#[test]
fn a_problem_names_kind_and_field() {
    let problem = Problem::at(Code::InvalidField, "due.time_zone", "there is no zone `Mars`");
    assert_eq!(
        body(problem),
        json!({
            "type": "/errors/TASKLOOM-0005",
            "title": "invalid field",
            "status": 400,
            "detail": "there is no zone `Mars`",
            "code": "TASKLOOM-0005",
            "field": "due.time_zone",
        })
    );
}

#[test]
fn several_problems_are_told_at_once() {
    let errors = ["title", "priority"]
        .map(|field| FieldProblem { field: field.to_owned(), detail: format!("bad {field}") });
    let body = body(Problem::of_fields(Code::InvalidField, errors.to_vec()));
    assert_eq!(body["field"], "title");
    assert_eq!(body["detail"], "bad title");
    assert_eq!(body["errors"][1], json!({ "field": "priority", "detail": "bad priority" }));
}

#[test]
fn a_refused_token_gets_a_challenge_and_no_reason() {
    for (error, expect) in [
        (TokenError::Missing, "Bearer"),
        (TokenError::Expired, r#"Bearer error="invalid_token""#),
        (TokenError::Invalid, r#"Bearer error="invalid_token""#),
    ] {
        let response = Problem::from(error).into_response();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], expect);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }
}

#[test]
fn a_failing_database_is_told_by_what_the_client_can_do() {
    for (error, code, retry) in [
        (SqlError::of(SqlErrorKind::Away, "hunter2"), "TASKLOOM-0021", true),
        (SqlError::from_postgres("57P01", "terminating connection"), "TASKLOOM-0021", true),
        (SqlError::from_postgres("40P01", "deadlock detected"), "TASKLOOM-0021", true),
        (SqlError::from_postgres("53100", "could not extend file"), "TASKLOOM-0022", true),
        (
            SqlError::from_postgres("42P01", r#"relation "tasks" does not exist"#),
            "TASKLOOM-0020",
            true,
        ),
        (SqlError::new("no such table: tasks"), "TASKLOOM-0020", true),
        (SqlError::from_postgres("22012", "division by hunter2"), "TASKLOOM-0023", false),
    ] {
        let response = Problem::from(error.clone()).into_response();
        assert_eq!(response.headers().contains_key(RETRY_AFTER), retry, "{error:?}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["code"], code, "{error:?}");
        assert!(!body.to_string().contains("hunter2"), "{body}");
    }
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let expect: Vec<_> = (1..=codes.len()).map(|n| format!("TASKLOOM-{n:04}")).collect();
    assert_eq!(codes, expect);
}

/// Pages 0001 to 0999 belong to this table; the bridge has its own above.
fn pages(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name.starts_with("TASKLOOM-0"))
        .collect()
}

#[test]
fn every_code_has_its_page_and_every_page_its_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(pages(&folder), codes);

    let table = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for code in Code::ALL {
        let name = code.as_str();
        let status = code.status().as_u16();
        let row = format!("| [{name}]({name}.md) | {status} | {} |", code.title());
        assert!(table.contains(&row), "docs/errors/README.md lacks the row\n{row}");

        let page = std::fs::read_to_string(folder.join(format!("{name}.md"))).unwrap();
        let heading = format!("# {name}: {}\n", code.title());
        assert!(page.starts_with(&heading), "{name}.md does not begin with\n{heading}");
        for section in ["## Meaning\n", "## Cause\n", "## What to do\n"] {
            assert!(page.contains(section), "{name}.md has no section `{}`", section.trim());
        }
    }
}
