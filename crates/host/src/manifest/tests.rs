//! What is read, and that what is wrong is named together with its line.

use super::*;

const HEAD: &str = "spin_manifest_version = 2\n[application]\nname = \"a\"\n";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(text, Path::new("app/spin.toml"))
}

/// `lines` follow three lines of head; the error must be exactly this.
#[track_caller]
fn check_refused(lines: &str, expect: &str) {
    let error = parse(&format!("{HEAD}{lines}")).expect_err(lines);
    assert_eq!(error.to_string(), format!("app/spin.toml {expect}"));
}

#[test]
fn a_whole_manifest_is_read() {
    let manifest = parse(
        r#"
        #:schema https://schemas.spinframework.dev/spin/manifest-v2/latest.json
        spin_manifest_version = 2

        [application]
        name = "taskloom"
        version = "0.1.0"
        description = "a todo assistant"
        authors = ["someone"]
        [application.tool.other]
        anything = 1

        [variables]
        auth_jwks = { required = true, secret = true }
        issuer = { default = "taskloom", description = "who signs" }

        [[trigger.http]]
        route = "/api/v1/..."
        component = "tasks"
        [[trigger.http]]
        id = "more"
        route = "/"
        component = "tasks"
        executor = { type = "http" }
        [[trigger.http]]
        route = { private = true }
        component = "recurrence"

        [component.tasks]
        source = "target/components/tasks.wasm"
        description = "tasks and tags"
        sqlite_databases = ["default"]
        allowed_outbound_hosts = ["https://{{ issuer }}", "http://self", "http://*.spin.internal"]
        variables = { jwks = "{{ auth_jwks }}", url = "https://{{issuer}}/keys" }
        environment = { MODE = "quiet" }
        [component.tasks.build]
        command = "cargo xtask wasm tasks"
        workdir = "."
        watch = ["src/**/*.rs"]

        [component.recurrence]
        source = "/elsewhere/recurrence.wasm"
        [component.recurrence.tool.taskloom]
        subscribe = ["task.completed"]
        "#,
    )
    .unwrap();

    assert_eq!(manifest.name, "taskloom");
    assert_eq!(manifest.variables["auth_jwks"], Variable { default: None, secret: true });
    let [recurrence, tasks] = &manifest.components[..] else { panic!("two components") };
    assert_eq!(tasks.source, Path::new("app/target/components/tasks.wasm"));
    assert_eq!(tasks.routes, [Route::Wildcard("/api/v1".into()), Route::Exact("/".into())]);
    assert_eq!(tasks.sqlite_databases, ["default"]);
    let values = BTreeMap::from([("issuer".to_owned(), "me".to_owned())]);
    assert_eq!(tasks.variables["url"].fill(&values).unwrap(), "https://me/keys");
    assert_eq!(tasks.variables["jwks"].fill(&values).unwrap_err(), "auth_jwks");
    assert_eq!(recurrence.source, Path::new("/elsewhere/recurrence.wasm"));
    assert_eq!(recurrence.routes, []);
    assert!(recurrence.tool.contains_key("taskloom"));
}

#[test]
fn a_key_that_nobody_takes_is_named_with_its_line() {
    check_refused(
        "versoin = \"1\"",
        "line 4: unknown field `versoin`, expected one of `name`, `version`, `description`, `authors`, `tool`, `targets`, `trigger`",
    );
    check_refused(
        "[varables]",
        "line 4: unknown field `varables`, expected one of `spin_manifest_version`, `application`, `variables`, `trigger`, `component`",
    );
    check_refused(
        "[variables]\na = { defualt = \"\" }",
        "line 5: unknown field `defualt`, expected one of `description`, `default`, `required`, `secret`",
    );
    check_refused(
        "[[trigger.http]]\nruote = \"/\"\ncomponent = \"a\"",
        "line 5: unknown field `ruote`, expected one of `id`, `route`, `component`, `executor`, `static_response`, `components`",
    );
    let error =
        parse(&format!("{HEAD}[component.a]\nsource = \"a\"\nsqlite_database = []")).unwrap_err();
    assert!(
        error.to_string().starts_with("app/spin.toml line 6: unknown field `sqlite_database`"),
        "{error}"
    );
    let error =
        parse(&format!("{HEAD}[component.a]\nsource = \"a\"\nbuild = {{ comand = \"x\" }}"))
            .unwrap_err();
    assert!(
        error.to_string().starts_with("app/spin.toml line 6: unknown field `comand`"),
        "{error}"
    );
}

#[test]
fn what_this_host_does_not_do_is_refused_by_name() {
    let component = |line: &str| format!("[component.a]\nsource = \"a.wasm\"\n{line}");
    check_refused(
        &component("files = [\"x\"]"),
        "line 6: `files`: files in components not supported by this host",
    );
    check_refused(
        &component("key_value_stores = [\"default\"]"),
        "line 6: `key_value_stores`: key-value stores not supported by this host",
    );
    check_refused(
        &component("[component.a.dependencies]\n\"a:b/c\" = { path = \"x\" }"),
        "line 6: `dependencies`: composing when loading (compose beforehand) not supported by this host",
    );
    check_refused(
        "[[trigger.redis]]\nchannel = \"x\"",
        "line 4: `trigger.redis`: triggers other than `http` not supported by this host",
    );
    check_refused(
        "[component.a]\nsource = { url = \"https://x\", digest = \"sha256:1\" }",
        "line 5: `source` from a URL or a registry is not supported: give a path",
    );
}

#[test]
fn what_cannot_be_meant_is_said() {
    let route = |route: &str| {
        format!(
            "[component.a]\nsource = \"a\"\n[[trigger.http]]\ncomponent = \"a\"\nroute = {route}"
        )
    };
    check_refused(&route("\"api\""), "line 8: route `api` must begin with `/`");
    check_refused(
        &route("\"/:id\""),
        "line 8: route `/:id` has a wildcard that is not the last segment `/...`: not supported",
    );
    check_refused(
        &route("{ private = false }"),
        "line 8: `route` must be a path or `{ private = true }`",
    );
    check_refused(
        &format!("{}\n[[trigger.http]]\ncomponent = \"a\"\nroute = \"/\"", route("\"/\"")),
        "line 11: route `/` is taken already",
    );
    check_refused(
        "[[trigger.http]]\nroute = \"/\"\ncomponent = \"b\"",
        "line 6: there is no `[component.b]`",
    );
    check_refused(
        "[variables]\na = { }",
        "line 5: variable `a` needs a `default` or `required = true`",
    );
    check_refused(
        "[variables]\na-b = { default = \"\" }",
        "line 5: variable `a-b`: names are lower case words joined by `_`",
    );
    check_refused(
        "[component.A]\nsource = \"a\"",
        "line 4: component `A`: names are lower case words joined by `-`",
    );
    check_refused(
        "[component.a]\nsource = \"a\"\nvariables = { x = \"{{ y }}\" }",
        "line 6: there is no variable `y` in `[variables]`",
    );
    check_refused(
        "[component.a]\nsource = \"a\"\nvariables = { x = \"{{ y\" }",
        "line 6: `{{ y` has `{{` without `}}`",
    );
    check_refused(
        "[component.a]\nsource = \"a\"\nallowed_outbound_hosts = [\"example.com\"]",
        "line 6: `allowed_outbound_hosts`: `example.com` has no scheme: write it like `https://example.com`",
    );
    check_refused("[component.a]", "line 4: missing field `source`");
    assert_eq!(
        parse("spin_manifest_version = 1\n[application]\nname = \"a\"").unwrap_err().to_string(),
        "app/spin.toml line 1: `spin_manifest_version` must be 2"
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = Manifest::read(Path::new("nowhere/spin.toml")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the manifest nowhere/spin.toml");
}
