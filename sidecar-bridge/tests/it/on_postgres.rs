//! The whole application with its data on a real Postgres.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use chrono::{SecondsFormat, TimeDelta, Utc};
use rustix::process::Signal;
use serde_json::{Value, json};
use testkit::postgres::{Connection, database};

use crate::support::{Home, Server, ok, refused, text};

const PASSWORD: &str = "hunter2";

/// The database's URL with a user, and a password that the server does not ask for.
fn url(database: &Connection, user: &str) -> String {
    let url = database.url();
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{user}:{PASSWORD}@{host}")
}

fn owner(database: &Connection) -> String {
    let url = database.url();
    let user = url.split_once("://").and_then(|(_, rest)| rest.split_once([':', '@']));
    self::url(database, user.map_or("postgres", |(user, _)| user))
}

/// A role without any rights, for this database.
fn role(database: &Connection) -> String {
    let name = format!("{}_app", database.url().rsplit_once('/').unwrap().1);
    database.rows(&format!("create role {name} login"));
    name
}

fn drop_role(database: &Connection, role: &str) {
    database.rows(&format!("drop owned by {role}"));
    database.rows(&format!("drop role {role}"));
}

fn up(home: &Home, urls: &[(&str, &str)]) -> Server {
    let ports = ["up", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let mut command = home.with_components(&ports);
    command.envs(urls.iter().copied());
    Server::start(command, "try ")
}

fn get(server: &Server, token: &str, path: &str) -> Value {
    let answer = server.send(token, "GET", path, None);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()
}

#[track_caller]
fn create(server: &Server, token: &str, wish: &Value) -> Value {
    let answer = server.send(token, "POST", "/api/v1/tasks", Some(wish));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// Asks until there is an answer.
#[track_caller]
fn eventually<T>(what: &str, ask: impl Fn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: it never came to be");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn path(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap())
}

/// The id of the instance that follows a completed one.
fn complete(server: &Server, token: &str, task: &Value) -> String {
    let answer = server.send(token, "POST", &format!("{}:complete", path(task)), None);
    assert_eq!(answer.status, 200, "{}", answer.body);
    eventually("the next instance", || {
        get(server, token, &path(task))["next_id"].as_str().map(str::to_owned)
    })
}

fn is_fired(server: &Server, token: &str, task: &Value) -> Option<()> {
    (get(server, token, &path(task))["reminders"][0]["state"] == "fired").then_some(())
}

fn rent() -> Value {
    json!({
        "title": "Pay rent",
        "due": { "at": "2026-01-31T09:00", "time_zone": "Europe/Berlin" },
        "repeat": { "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp" },
    })
}

fn in_two_seconds(title: &str) -> Value {
    let at = (Utc::now() + TimeDelta::seconds(2)).to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "title": title, "reminders": [{ "at": at }] })
}

/// A task recurs, a reminder fires, a restart finds everything.
fn story(home: &Home, urls: &[(&str, &str)]) {
    let server = up(home, urls);
    let token = home.token("ada");
    let rent = create(&server, &token, &rent());
    let call = create(&server, &token, &in_two_seconds("Call Bob"));
    let next = complete(&server, &token, &rent);
    let next = get(&server, &token, &format!("/api/v1/tasks/{next}"));
    assert_eq!(next["due"]["at"], "2026-02-28T09:00:00+01:00");
    eventually("the reminder", || is_fired(&server, &token, &call));
    let found = get(&server, &token, "/api/v1/tasks");
    assert_eq!(found["total_estimate"], 3, "{found}");
    assert_eq!(get(&server, &home.token("eve"), "/api/v1/tasks")["total_estimate"], 0);

    server.signal(Signal::TERM);
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(PASSWORD), "{log}");
    assert!(!home.data().join("taskloom.db").exists(), "there is no file beside the server");

    let server = up(home, urls);
    assert_eq!(get(&server, &token, &path(&next)), next);
    assert_eq!(is_fired(&server, &token, &call), Some(()));
    let third = complete(&server, &token, &next);
    let third = get(&server, &token, &format!("/api/v1/tasks/{third}"));
    assert_eq!(third["due"]["at"], "2026-03-31T09:00:00+02:00");
    // Completed again, there is still only one.
    server.send(&token, "POST", &format!("{}:complete", path(&next)), None);
    assert_eq!(get(&server, &token, "/api/v1/tasks")["total_estimate"], 4);
}

#[test]
fn tasks_recur_reminders_fire_and_a_restart_finds_everything() {
    let (home, database) = (Home::new(), database());
    story(&home, &[("TASKLOOM_DATABASE_URL", &owner(&database))]);
}

#[test]
fn components_do_it_as_a_role_that_sees_its_users_rows_only() {
    let (home, database) = (Home::new(), database());
    let (owner, role) = (owner(&database), role(&database));
    let url = url(&database, &role);
    let mut migrate = home.command(&["migrate", "--database-url", &owner, "--app-role", &role]);
    assert!(ok(&migrate.output().unwrap()).starts_with("the database has schema "));
    assert!(ok(&migrate.output().unwrap()).starts_with("the database has schema "), "twice too");
    story(&home, &[("TASKLOOM_DATABASE_URL", &owner), ("TASKLOOM_DATABASE_APP_URL", &url)]);

    // It is the role that does it, and without a user it sees nobody's rows.
    let app = database.another();
    app.rows(&format!("set role {role}"));
    assert_eq!(app.rows("select id::text from tasks"), Vec::<Vec<store::Value>>::new());
    app.rows("select set_config('taskloom.user_id', 'ada', false)");
    assert_eq!(app.rows("select id::text from tasks").len(), 4);
    app.rows("reset role");
    drop(app);
    drop_role(&database, &role);
}

#[test]
fn several_processes_serve_the_same_data_and_nothing_happens_twice() {
    let database = database();
    let owner = owner(&database);
    let urls = [("TASKLOOM_DATABASE_URL", owner.as_str())];
    // Folders of their own, one key: a token of one is good for the other.
    let (first, second) = (Home::new(), Home::new());
    let token = first.token("ada");
    for entry in std::fs::read_dir(first.data().join("keys")).unwrap() {
        let entry = entry.unwrap();
        let folder = second.data().join("keys");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let servers = std::thread::scope(|scope| {
        // Both migrate at once.
        let both = [scope.spawn(|| up(&first, &urls)), scope.spawn(|| up(&second, &urls))];
        both.map(|one| one.join().unwrap())
    });
    let rents: Vec<_> = (0..6).map(|n| create(&servers[n % 2], &token, &rent())).collect();
    for (n, rent) in rents.iter().enumerate() {
        let next = complete(&servers[(n + 1) % 2], &token, rent);
        get(&servers[n % 2], &token, &format!("/api/v1/tasks/{next}"));
    }
    assert_eq!(get(&servers[0], &token, "/api/v1/tasks")["total_estimate"], 12);
    let call = create(&servers[0], &token, &in_two_seconds("Call Bob"));
    eventually("the reminder", || is_fired(&servers[1], &token, &call));
    let fired = "select count(*)::int8 from events where event_type = 'reminder.trigger'";
    assert_eq!(database.rows(fired), [[store::Value::Integer(1)]]);
}

#[test]
fn while_the_database_is_away_requests_are_refused_and_may_come_again() {
    let (home, database) = (Home::new(), database());
    let (owner, role) = (owner(&database), role(&database));
    let url = url(&database, &role);
    ok(&home
        .command(&["migrate", "--database-url", &owner, "--app-role", &role])
        .output()
        .unwrap());
    let urls = [
        ("TASKLOOM_DATABASE_URL", owner.as_str()),
        ("TASKLOOM_DATABASE_APP_URL", &url),
        ("TASKLOOM_DATABASE_CONNECTIONS", "4"),
        ("TASKLOOM_DATABASE_WAIT_MS", "300"),
    ];
    let server = up(&home, &urls);
    let token = home.token("ada");
    let task = create(&server, &token, &json!({ "title": "kept" }));
    // The components can get in no more.
    database.rows(&format!("alter role {role} connection limit 0"));
    let kill = format!(
        "select count(pg_terminate_backend(pid))::int8 from pg_stat_activity where usename = '{role}'"
    );
    database.rows(&kill);
    let begun = Instant::now();
    let refused = eventually("a refusal", || {
        let answer = server.send(&token, "GET", &path(&task), None);
        (answer.status != 200).then_some(answer)
    });
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("TASKLOOM-0021")));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(!refused.body.contains(PASSWORD) && !refused.body.contains(&role), "{}", refused.body);

    database.rows(&format!("alter role {role} connection limit -1"));
    eventually("it is back", || {
        (server.send(&token, "GET", &path(&task), None).status == 200).then_some(())
    });
    server.signal(Signal::TERM);
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains(PASSWORD), "{log}");
    drop_role(&database, &role);
}

#[test]
fn the_password_is_in_a_file_and_nobody_shows_it() {
    let (home, database) = (Home::new(), database());
    let file = home.path().join("url");
    std::fs::write(&file, format!("{}\n", owner(&database))).unwrap();
    let with_file = |command: &mut Command| {
        command.env("TASKLOOM_DATABASE_URL_FILE", &file);
        let output = command.output().unwrap();
        let all = text(&output.stdout) + &text(&output.stderr);
        assert!(!all.contains(PASSWORD), "{all}");
        ok(&output)
    };
    let doctor = ["doctor", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let said = with_file(&mut home.with_components(&doctor));
    assert!(said.contains("has no schema yet"), "{said}");
    with_file(&mut home.command(&["migrate"]));
    let said = with_file(&mut home.with_components(&[&doctor[..], &["--json"]].concat()));
    let said: Value = serde_json::from_str(&said).unwrap();
    let checks = said["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == "database").unwrap();
    let detail = check["detail"].as_str().unwrap();
    assert!(detail.contains("@") && detail.contains(" has schema "), "{detail}");
    with_file(&mut home.with_components(&["add", "Pay rent"]));
    let listed = with_file(&mut home.with_components(&["list"]));
    assert!(listed.contains("Pay rent"), "{listed}");
}

#[test]
fn a_database_that_cannot_be_used_is_said_in_one_sentence_without_its_password() {
    let (home, database) = (Home::new(), database());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("postgres://ada:{PASSWORD}@{closed}/app");
    let up = ["up", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let refused = |url: &str, code| {
        let mut command = home.with_components(&up);
        let sentence = refused(command.env("TASKLOOM_DATABASE_URL", url), code);
        assert!(!sentence.contains(PASSWORD), "{sentence}");
        sentence
    };
    let sentence = refused(&nowhere, 1);
    let expect = format!("cannot use the database at postgres://ada@{closed}/app: ");
    assert!(sentence.starts_with(&expect), "{sentence}");
    let sentence = refused(&format!("{}_not", owner(&database)), 78);
    assert!(sentence.contains("does not exist"), "{sentence}");
    let sentence = refused(&format!("mysql://ada:{PASSWORD}@{closed}/app"), 78);
    let expect = "`database_url` is not an address such as postgres://user@host:5432/name";
    assert_eq!(sentence, expect);
}
