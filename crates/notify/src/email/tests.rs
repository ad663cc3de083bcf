//! What a letter looks like, and which servers are refused.

use chrono::DateTime;
use serde_json::json;

use super::*;
use crate::Networks;

fn email(server: &str, login: Option<(String, Secret)>) -> Result<Email, EmailError> {
    let outbound = Outbound::new(Networks::All);
    let to = ["a@example.org".parse().unwrap(), "B <b@example.org>".parse().unwrap()];
    let from = "Taskloom <taskloom@example.org>".parse().unwrap();
    Email::new(outbound, server.parse()?, login, from, to.into())
}

fn letter(title: &str, body: &str) -> String {
    let message = Message {
        id: "id-1".to_owned(),
        kind: "reminder.trigger".to_owned(),
        at: DateTime::from_timestamp_secs(1_764_000_000).unwrap(),
        title: title.to_owned(),
        body: body.to_owned(),
        url: None,
        data: json!({}),
    };
    let letter = email("smtps://mail.example.org", None).unwrap().letter(&message).unwrap();
    String::from_utf8(letter.formatted()).unwrap()
}

#[test]
fn a_letter_has_all_that_it_needs() {
    let letter = letter("Pay rent", "Due at nine");
    for line in [
        "From: Taskloom <taskloom@example.org>\r\n",
        "To: a@example.org, B <b@example.org>\r\n",
        "Subject: Pay rent\r\n",
        "Message-ID: <id-1@example.org>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n",
        "\r\n\r\nDue at nine",
    ] {
        assert!(letter.contains(line), "{line:?} is not in {letter}");
    }
}

#[test]
fn a_title_cannot_add_a_header() {
    let letter = letter("x\r\nBcc: thief@example.org\r\n\r\ny", "body");
    let (head, _) = letter.split_once("\r\n\r\n").unwrap();
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
}

#[track_caller]
fn check(server: &str, expect: &str) {
    let actual = match server.parse::<SmtpServer>() {
        Ok(server) => format!("{:?} {} {}", server.encryption, server.host, server.port),
        Err(error) => error.to_string(),
    };
    assert_eq!(actual, expect);
}

#[test]
fn a_server_is_encrypted_unless_somebody_says_otherwise() {
    check("smtps://mail.example.org", "FromTheFirstByte mail.example.org 465");
    check("smtp://mail.example.org", "StartTls mail.example.org 587");
    check("smtp+plain://[::1]:2525/", "None [::1] 2525");
}

#[test]
fn what_is_no_server_is_refused() {
    check(
        "mail.example.org",
        "has to begin with smtps://, smtp:// (which uses STARTTLS) or smtp+plain://",
    );
    check(
        "https://mail.example.org",
        "has to begin with smtps://, smtp:// (which uses STARTTLS) or smtp+plain://",
    );
    check("smtps://me:secret@mail.example.org", "must not hold a user name or a password");
    check("smtps://mail.example.org/inbox", "is no address such as smtps://mail.example.org");
}

#[test]
fn a_password_is_never_sent_in_the_open() {
    let login = || Some(("me".to_owned(), Secret::new("hunter2")));
    let refused = email("smtp+plain://mail.example.org", login()).err();
    assert_eq!(refused, Some(EmailError::PasswordInTheOpen));
    assert!(email("smtp://mail.example.org", login()).is_ok());
}
