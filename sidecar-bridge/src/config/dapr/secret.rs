//! Secrets that a secret store of the sidecar keeps: `dapr://store/name`, or `dapr://store/name/key`
//! where a secret has several values.
//!
//! Settings are read before anything runs, so this waits: for a sidecar that comes a little later, and
//! for its answer. One request by hand; there is nothing asynchronous yet to do it with.

use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    thread::sleep,
    time::{Duration, Instant},
};

use ::notify::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const SCHEME: &str = "dapr://";
/// A sidecar that is started together with us is there after a second or two.
const SIDECAR_WITHIN: Duration = Duration::from_secs(20);
/// Its stores are a little later than itself.
const STORE_WITHIN: Duration = Duration::from_secs(3);
const AGAIN_AFTER: Duration = Duration::from_millis(200);
const CALL_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_MAX_BYTES: u64 = 1024 * 1024;
/// In one part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether a secret is not itself but says where it is.
pub(in super::super) fn is_reference(secret: &Secret) -> bool {
    secret.reveal().starts_with(SCHEME)
}

/// The secret stores of a sidecar.
pub(in super::super) struct Store {
    /// Host and port of its HTTP side.
    pub(in super::super) address: String,
    /// What it wants to see of us.
    pub(in super::super) api_token: Option<Secret>,
    /// How long a sidecar may take to be there.
    pub(in super::super) patience: Duration,
}

impl Store {
    /// On this port of this host, with the usual patience.
    pub(in super::super) fn new(host: &str, port: &str, api_token: Option<Secret>) -> Self {
        Self { address: format!("{host}:{port}"), api_token, patience: SIDECAR_WITHIN }
    }

    /// The same, or one that does not wait.
    pub(in super::super) fn patient(self, patient: bool) -> Self {
        if patient { self } else { Self { patience: Duration::ZERO, ..self } }
    }

    /// The secret that `reference` names; else what is wrong, which ends a sentence.
    pub(in super::super) fn get(&self, reference: &Secret) -> Result<Secret, String> {
        let path = reference.reveal().strip_prefix(SCHEME).unwrap_or_default();
        let parts: Vec<_> = path.split('/').collect();
        let (store, name, key) = match parts[..] {
            [store, name] => (store, name, None),
            [store, name, key] => (store, name, Some(key)),
            _ => return Err("is not dapr://store/name or dapr://store/name/key".to_owned()),
        };
        let begun = Instant::now();
        loop {
            let (outcome, within) = match self.ask(store, name) {
                Ok((200, body)) => return pick(&body, name, key),
                Ok((401, body)) if !body.contains("errorCode") => {
                    return Err("cannot be had: the sidecar wants another `dapr_api_token`".into());
                }
                Ok((status, _)) => {
                    let problem = format!("cannot be had: the sidecar answers {status}");
                    (problem, STORE_WITHIN.min(self.patience))
                }
                Err(error) => {
                    let problem = format!("cannot be had: no sidecar at {}: {error}", self.address);
                    (problem, self.patience)
                }
            };
            if begun.elapsed() >= within {
                return Err(outcome);
            }
            sleep(AGAIN_AFTER);
        }
    }

    /// Status and body. An HTTP/1.0 request: the answer ends with its connection.
    fn ask(&self, store: &str, name: &str) -> io::Result<(u16, String)> {
        let address = self.address.to_socket_addrs()?.next();
        let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let mut stream = TcpStream::connect_timeout(&address, CALL_WITHIN)?;
        stream.set_read_timeout(Some(CALL_WITHIN))?;
        stream.set_write_timeout(Some(CALL_WITHIN))?;
        let (store, name) = (utf8_percent_encode(store, PART), utf8_percent_encode(name, PART));
        let token = self.api_token.as_ref().map(Secret::reveal).unwrap_or_default();
        let token = match token.is_empty() || token.contains(['\r', '\n']) {
            true => String::new(),
            false => format!("{}: {token}\r\n", dapr_sidecar::TOKEN_HEADER),
        };
        let head = format!(
            "GET /v1.0/secrets/{store}/{name} HTTP/1.0\r\nhost: {}\r\n{token}\r\n",
            self.address
        );
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX_BYTES).read_to_end(&mut answer)?;
        let answer = String::from_utf8(answer).map_err(|_| io::ErrorKind::InvalidData)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, body.to_owned()))
    }
}

/// One value out of those that the secret has.
fn pick(body: &str, name: &str, key: Option<&str>) -> Result<Secret, String> {
    let values: BTreeMap<String, String> = serde_json::from_str(body)
        .map_err(|_| "cannot be had: the sidecar's answer is not what was agreed".to_owned())?;
    let value = match (key, values.len()) {
        (Some(key), _) => values.get(key),
        (None, 1) => values.values().next(),
        (None, _) => values.get(name),
    };
    let value = value.ok_or_else(|| match key {
        Some(key) => format!("cannot be had: the secret has no `{key}`"),
        None => "has to say which value of the secret is meant, as `/key`".to_owned(),
    })?;
    Some(Secret::new(value))
        .filter(|secret| !secret.reveal().is_empty())
        .ok_or_else(|| "cannot be had: it is empty".to_owned())
}

#[cfg(test)]
mod tests;
