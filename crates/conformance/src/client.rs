//! Requests and what is expected of their answers.

use std::{fmt, io::Read, ops::Index, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use ureq::{
    Agent,
    http::{self, HeaderName, HeaderValue},
};

/// Longer than any answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Longest answer that is read.
const ANSWER_MAX_BYTES: u64 = 16 << 20;

/// Sends requests to one base URL, with or without a token.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client with connections of its own. `base` is such as `http://127.0.0.1:8080`.
    pub fn new(base: &str, token: Option<&str>) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(ANSWER_WITHIN))
            .build()
            .into();
        Self { agent, base: base.to_owned(), token: token.map(str::to_owned) }
    }

    /// The same connections with another token.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// A request that can be added to before it is sent.
    pub fn request(&self, method: &str, path: &str) -> Request<'_> {
        let request = Request {
            client: self,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Result<Reply> {
        self.request("GET", path).send()
    }

    /// `POST` with JSON.
    pub fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.request("POST", path).json(body).send()
    }

    /// `PATCH` with JSON.
    pub fn patch(&self, path: &str, body: &Value) -> Result<Reply> {
        self.request("PATCH", path).json(body).send()
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Result<Reply> {
        self.request("DELETE", path).send()
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    client: &'a Client,
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request<'_> {
    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// With a body of any kind.
    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    /// When no whole answer came; the answer may have been on its way.
    pub fn send(self) -> Result<Reply> {
        let what = format!("{} {}", self.method, self.path);
        self.answer(&what).with_context(|| what)
    }

    fn answer(self, what: &str) -> Result<Reply> {
        let uri = format!("{}{}", self.client.base, self.path);
        let mut request = http::Request::builder().method(self.method.as_str()).uri(uri);
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str())?;
            request = request.header(name, HeaderValue::from_bytes(value)?);
        }
        let agent = &self.client.agent;
        let response = match self.body.as_slice() {
            [] => agent.run(request.body(())?),
            body => agent.run(request.body(body)?),
        }?;
        let (head, body) = response.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().take(ANSWER_MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(Reply {
            what: what.to_owned(),
            status: head.status.as_u16(),
            headers: head.headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
            bytes,
        })
    }
}

/// An answer, read to its end. `reply["field"]` is a field of its JSON.
#[derive(Debug, Clone)]
pub struct Reply {
    what: String,
    /// HTTP status.
    pub status: u16,
    headers: http::HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is none.
    pub json: Value,
}

impl Reply {
    /// The answer, if it has this status.
    pub fn expect(self, status: u16) -> Result<Self> {
        ensure!(self.status == status, "expected {status}, got {self}");
        Ok(self)
    }

    /// A header that is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header that has to be there.
    pub fn needs(&self, name: &str) -> Result<&str> {
        self.header(name).with_context(|| format!("no header `{name}` in {self}"))
    }

    /// Checks that it is a refusal of this kind, told as RFC 9457 says.
    pub fn problem(self, status: u16, code: &str, field: Option<&str>) -> Result<Self> {
        let reply = self.expect(status)?;
        let told = (&reply["code"], &reply["status"], reply["field"].as_str());
        if told != (&code.into(), &status.into(), field) {
            bail!("expected {code} with field {field:?}, got {reply}");
        }
        let kind = reply.header("content-type");
        ensure!(kind == Some("application/problem+json"), "content type {kind:?} of {reply}");
        for member in ["type", "title", "detail"] {
            let text = reply[member].as_str().unwrap_or_default();
            ensure!(!text.is_empty(), "no `{member}` in {reply}");
        }
        Ok(reply)
    }
}

impl Index<&str> for Reply {
    type Output = Value;

    fn index(&self, field: &str) -> &Value {
        &self.json[field]
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX_CHARS: usize = 400;
        let text = String::from_utf8_lossy(&self.bytes);
        let shown: String = text.chars().take(SHOWN_MAX_CHARS).collect();
        write!(f, "{} to `{}`: {shown}", self.status, self.what)
    }
}
