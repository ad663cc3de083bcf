//! What a client learns when the database does not do its part.

use http::Method;
use serde_json::json;
use testkit::sqlite::Connection;

use crate::app::App;

#[track_caller]
fn check(message: &str, status: u16, code: &str) {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    app.break_database(message);
    for method in [Method::GET, Method::DELETE] {
        let answer = app.ask(method, &path).send();
        answer.refused(status, code, "");
        assert_eq!(answer.has("retry-after"), status == 503);
        assert!(!answer.body.to_string().contains(message), "{}", answer.body);
    }
}

#[test]
fn each_failure_has_its_code_and_tells_nothing_more() {
    check("database is locked", 503, "TASKLOOM-0021");
    check("database or disk is full", 503, "TASKLOOM-0022");
    check("attempt to write a readonly database", 503, "TASKLOOM-0022");
    check("database disk image is malformed", 500, "TASKLOOM-0023");
    check("no such table: tasks", 503, "TASKLOOM-0020");
    check("no such column: t.position in select at offset 9", 503, "TASKLOOM-0020");
}

#[test]
fn a_database_without_schema_says_what_to_run() {
    let app = App::on(Connection::in_memory().into());
    for answer in
        [app.get("/api/v1/tasks"), app.post("/api/v1/tasks").json(json!({ "title": "T" })).send()]
    {
        answer.refused(503, "TASKLOOM-0020", "");
        let expect = "the database has no schema yet; run `taskloom migrate`";
        assert_eq!(answer.body["detail"], expect);
    }
}
