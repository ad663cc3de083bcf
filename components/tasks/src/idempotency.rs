//! `Idempotency-Key`: the same request again gets the same answer again, and changes nothing.

use guest::{Code, Problem, Request, Response};
use http::HeaderName;
use sha2::{Digest, Sha256};
use store::Sql;

use crate::{answer::Answer, call::Call};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_MAX_CHARS: usize = 255;

/// The key of a request, and what the request was.
pub(crate) struct Key {
    key: String,
    request_hash: String,
}

impl Key {
    /// The key of this request, if it has one.
    pub(crate) fn of(request: &Request) -> Result<Option<Self>, Problem> {
        let mut values = request.headers().get_all(HEADER).iter();
        let Some(value) = values.next() else { return Ok(None) };
        let bytes = value.as_bytes();
        let is_key = (1..=KEY_MAX_CHARS).contains(&bytes.len())
            && bytes.iter().all(u8::is_ascii_graphic)
            && values.next().is_none();
        match std::str::from_utf8(bytes) {
            Ok(key) if is_key => {
                Ok(Some(Self { key: key.to_owned(), request_hash: hash(request) }))
            }
            _ => Err(Problem::at(
                Code::InvalidHeader,
                HEADER.as_str(),
                format!(
                    "`{HEADER}` takes one value of 1 to {KEY_MAX_CHARS} visible ASCII characters"
                ),
            )),
        }
    }

    /// What is kept beside the change.
    pub(crate) fn record(&self, answer: &Answer) -> domain::change::IdempotencyRecord {
        answer.record(self.key.clone(), self.request_hash.clone())
    }

    /// The answer that was given under this key; refused when it was to another request.
    pub(crate) fn replay<S: Sql>(&self, call: &Call<'_, S>) -> Result<Option<Response>, Problem> {
        match call.store().idempotent_answer(&call.user_id, &self.key)? {
            None => Ok(None),
            Some(record) if record.request_hash == self.request_hash => {
                Ok(Some(Answer::replay(record)))
            }
            Some(_) => Err(Problem::at(
                Code::KeyReused,
                HEADER.as_str(),
                "this key was used for another request; take a new one",
            )),
        }
    }
}

/// Over method, path, query and body, each with its end marked.
fn hash(request: &Request) -> String {
    let mut hasher = Sha256::new();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    hasher.update(request.method().as_str());
    hasher.update(b"\n");
    hasher.update(target);
    hasher.update(b"\n");
    hasher.update(request.body());
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for nibble in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(nibble.into(), 16));
        }
        hex
    })
}
