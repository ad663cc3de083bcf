//! Notifications from the real binary to a receiver on loopback.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    process::Command,
    sync::mpsc,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hmac::{Hmac, Mac as _};
use rustix::process::Signal;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Home, Server, ok, refused, text};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const KEY: [u8; 32] = [7; 32];

/// A request that a receiver got.
struct Request {
    head: String,
    body: String,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let found = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = found.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().unwrap_or_else(|| panic!("no {name} in {}", self.head)).1
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// By the words of Standard Webhooks, and not by the library that signed.
    #[track_caller]
    fn check_signature(&self, key: &[u8]) {
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        hmac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        let expect = format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes()));
        assert_eq!(self.header("webhook-signature"), expect);
        let age = now().timestamp() - timestamp.parse::<i64>().unwrap();
        assert!((0..60).contains(&age), "signed {age} s ago");
    }
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// A receiver that gives the statuses one after the other, then 204 for ever.
fn receiver(statuses: &'static [u16]) -> (u16, mpsc::Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.iter();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
            let request = loop {
                let count = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..count]);
                if let Some(request) = whole(&text(&read)) {
                    break request;
                }
                assert!(count > 0, "cut off: {}", text(&read));
            };
            let status = statuses.next().unwrap_or(&204);
            let answer = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (port, requests)
}

fn whole(text: &str) -> Option<Request> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
    });
    (body.len() >= length?).then(|| Request { head: head.to_owned(), body: body.to_owned() })
}

/// Settings that lead to a receiver at `port`.
fn notifying<'a>(home: &Home, command: &'a mut Command, port: u16) -> &'a mut Command {
    let file = home.path().join("webhook-secret");
    std::fs::write(&file, format!("whsec_{}\n", STANDARD.encode(KEY))).unwrap();
    command
        .env("TASKLOOM_NOTIFY_WEBHOOK_URL", format!("http://127.0.0.1:{port}/hooks/hunter2"))
        .env("TASKLOOM_NOTIFY_WEBHOOK_SECRET_FILE", file)
        .env("TASKLOOM_NOTIFY_ALLOW_PRIVATE_NETWORKS", "true")
}

fn up(home: &Home, port: u16) -> Server {
    let args = ["up", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
    let mut command = home.with_components(&args);
    notifying(home, &mut command, port);
    Server::start(command, "try ")
}

fn remind(server: &Server, token: &str, title: &str, at: DateTime<Utc>) -> Value {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let wish = json!({ "title": title, "reminders": [{ "at": at }] });
    let answer = server.send(token, "POST", "/api/v1/tasks", Some(&wish));
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

#[test]
fn a_reminder_in_two_seconds_reaches_the_webhook_once_and_signed() {
    let home = Home::new();
    // The first answer is a refusal for now, so the message has to come again.
    let (port, requests) = receiver(&[503]);
    let server = up(&home, port);
    let token = home.token("ada");
    let at = now() + TimeDelta::seconds(2);
    let task = remind(&server, &token, "Pay rent", at);

    let refused = requests.recv_timeout(PATIENCE).unwrap();
    let taken = requests.recv_timeout(PATIENCE).unwrap();
    assert!(now() >= at - TimeDelta::milliseconds(1), "too early");
    for request in [&refused, &taken] {
        request.check_signature(&KEY);
        let body = request.json();
        assert_eq!(body["type"], "reminder.trigger");
        assert_eq!(body["data"]["task_id"], task["id"]);
        assert_eq!(body["data"]["title"], "Pay rent");
        assert_eq!(body["data"]["user_id"], "ada");
    }
    assert_eq!(taken.header("webhook-id"), refused.header("webhook-id"));

    // Neither a restart nor a death sends it again: the next message is the next reminder's.
    server.signal(Signal::TERM);
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("hunter2") && !log.contains("Pay rent"), "{log}");
    let server = up(&home, port);
    server.signal(Signal::KILL);
    server.wait();
    let server = up(&home, port);
    let marker = remind(&server, &token, "after it", now() + TimeDelta::seconds(1));
    let next = requests.recv_timeout(PATIENCE).unwrap();
    assert_eq!(next.json()["data"]["task_id"], marker["id"]);
}

#[test]
fn a_test_message_says_what_became_of_it() {
    let home = Home::new();
    let (port, requests) = receiver(&[]);
    let mut command = home.command(&["notify", "test"]);
    let said = ok(&notifying(&home, &mut command, port).output().unwrap());
    assert!(said.contains("webhook") && said.contains("sent"), "{said}");
    let request = requests.recv_timeout(PATIENCE).unwrap();
    request.check_signature(&KEY);
    assert_eq!(request.json()["type"], "test");
}

#[test]
fn a_test_that_fails_says_why_and_no_secret() {
    let home = Home::new();
    let (port, _requests) = receiver(&[302]);
    let mut command = home.command(&["notify", "test", "--channel", "webhook", "--json"]);
    let output = notifying(&home, &mut command, port).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert_eq!(said[0]["failure"], "`127.0.0.1` answered 302: redirects are not followed");
    let all = text(&output.stdout) + &text(&output.stderr);
    assert!(!all.contains("hunter2") && !all.contains("whsec_"), "{all}");
}

#[test]
fn private_networks_are_out_of_reach_unless_the_operator_says_otherwise() {
    let home = Home::new();
    for host in ["localhost", "127.1", "2130706433", "169.254.169.254", "[::ffff:10.0.0.1]"] {
        let mut command = home.command(&["notify", "test", "--json"]);
        notifying(&home, &mut command, 1)
            .env("TASKLOOM_NOTIFY_ALLOW_PRIVATE_NETWORKS", "false")
            .env("TASKLOOM_NOTIFY_WEBHOOK_URL", format!("https://{host}:1/"));
        let output = command.output().unwrap();
        let said: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
        let failure = said[0]["failure"].as_str().unwrap();
        assert!(failure.contains("not of the open internet"), "{host}: {failure}");
    }
}

#[test]
fn without_a_channel_there_is_nothing_to_test() {
    let home = Home::new();
    let error = refused(&mut home.command(&["notify", "test"]), 78);
    assert_eq!(error, "no channel is set up; the settings begin with `notify_`");
    let mut command = home.command(&["notify", "test", "--channel", "pigeon"]);
    let error = refused(notifying(&home, &mut command, 1), 2);
    assert_eq!(error, "`pigeon` is not set up; there are webhook");
}

#[test]
fn the_doctor_names_the_channels_and_shows_no_secret() {
    let home = Home::new();
    let mut command = home.with_components(&["doctor"]);
    let output = notifying(&home, &mut command, 1).output().unwrap();
    let said = text(&output.stdout);
    assert!(said.contains("the live stream, webhook"), "{said}");
    assert!(said.contains("http://127.0.0.1:1/…"), "{said}");
    assert!(!said.contains("hunter2") && !said.contains("whsec_"), "{said}");
}
