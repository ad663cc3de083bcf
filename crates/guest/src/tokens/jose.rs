//! JWS compact serialization (RFC 7515) with one algorithm: Ed25519 (RFC 8037).

use std::{collections::BTreeMap, fmt};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::Signature;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;

use super::{TOKEN_MAX_BYTES, key_set::KeySet};

/// Header members that bring a key along or change what the signature means.
const REFUSED_MEMBERS: &[&str] =
    &["crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip", "enc"];

/// A JSON object in which no name stands twice: what one reader of a token sees, all readers see.
pub(super) struct Object(pub(super) BTreeMap<String, Value>);

/// The payload of a token whose signature is good.
pub(super) fn verified_payload(token: &str, keys: &KeySet) -> Option<Object> {
    if token.len() > TOKEN_MAX_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    if payload.contains('.') {
        return None;
    }

    let key = keys.pick(key_id(&object(header)?)?.as_deref())?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    key.verify_strict(signed.as_bytes(), &signature).ok()?;
    object(payload)
}

/// The `kid` of an acceptable header; the outer `None` is a header that is not.
fn key_id(Object(header): &Object) -> Option<Option<String>> {
    let kind_fits = match header.get("typ") {
        None => true,
        Some(Value::String(typ)) => {
            typ.eq_ignore_ascii_case("JWT") || typ.eq_ignore_ascii_case("at+jwt")
        }
        Some(_) => false,
    };
    let algorithm_fits = header.get("alg").and_then(Value::as_str) == Some("EdDSA");
    let refused = REFUSED_MEMBERS.iter().any(|member| header.contains_key(*member));
    if !kind_fits || !algorithm_fits || refused {
        return None;
    }
    match header.get("kid") {
        None => Some(None),
        Some(Value::String(id)) => Some(Some(id.clone())),
        Some(_) => None,
    }
}

fn object(part: &str) -> Option<Object> {
    serde_json::from_str(std::str::from_utf8(&decode(part)?).ok()?).ok()
}

/// Strict: no padding, no other alphabet, no bits left over.
fn decode(part: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
