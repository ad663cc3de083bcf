//! Every known way to get past a token check, each as one line, and the ways that are right.

mod forge;
mod signatures;

use chrono::DateTime;
use http::HeaderValue;
use serde_json::{Value, json};

use super::*;
use forge::{Forged, KEY_ID, NOW, b64, jwk, token};

fn verifier(keys: Value) -> Verifier {
    Verifier {
        keys: KeySet::parse(&json!({ "keys": keys }).to_string()).unwrap(),
        issuer: "taskloom".to_owned(),
        audience: "taskloom".to_owned(),
    }
}

fn headers(authorization: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
    headers
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn person(keys: Value, token: &str) -> Result<String, TokenError> {
    verifier(keys).person(&headers(&format!("Bearer {token}")), now())
}

#[track_caller]
fn check(name: &str, token: &str, expect: Result<&str, TokenError>) {
    let keys = json!([jwk(KEY_ID)]);
    assert_eq!(person(keys, token), expect.map(str::to_owned), "{name}");
}

const INVALID: Result<&str, TokenError> = Err(TokenError::Invalid);

#[test]
fn a_good_token_names_its_user() {
    check("plain", &token().mint(), Ok("ada"));
    check("typ JWT", &token().header("typ", json!("JWT")).mint(), Ok("ada"));
    check("typ at+jwt", &token().header("typ", json!("at+jwt")).mint(), Ok("ada"));
    check("unknown header", &token().header("foo", json!("bar")).mint(), Ok("ada"));
    check("a list of audiences", &token().claim("aud", json!(["x", "taskloom"])).mint(), Ok("ada"));
    check("exp with a fraction", &token().claim("exp", json!(NOW as f64 + 9.5)).mint(), Ok("ada"));
    check("no iat", &token().without_claim("iat").mint(), Ok("ada"));
    check(
        "a user object beside the claims",
        &token().claim("email", json!("a@b")).mint(),
        Ok("ada"),
    );
}

#[test]
fn a_token_of_better_auth_is_accepted() {
    let claims = json!({
        "iat": NOW - 5, "name": "Ada", "email": "ada@example.com", "emailVerified": false,
        "image": null, "createdAt": "2026-01-01T00:00:00.000Z", "id": "ada", "sub": "ada",
        "exp": NOW + 895, "iss": "taskloom", "aud": "taskloom",
    });
    check("better auth", &token().with_claims(claims).mint(), Ok("ada"));
}

#[test]
fn only_the_one_algorithm_is_taken() {
    for alg in ["none", "None", "NONE", "", "eddsa", "Ed25519", "HS256", "RS256", "ES256", "PS256"]
    {
        check(alg, &token().header("alg", json!(alg)).mint(), INVALID);
    }
    check("alg none without a signature", &forge::unsigned("none"), INVALID);
    check("HS256 with the public key as its secret", &forge::hs256(), INVALID);
    check("alg missing", &token().without_header("alg").mint(), INVALID);
    check("alg as a list", &token().header("alg", json!(["EdDSA"])).mint(), INVALID);
}

#[test]
fn the_key_comes_from_the_set_and_never_from_the_token() {
    for (member, value) in [
        ("jwk", jwk("other")),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("abc")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("typ", json!("dpop+jwt")),
        ("typ", json!(7)),
    ] {
        check(member, &token().header(member, value).mint(), INVALID);
    }
}

#[test]
fn the_key_id_picks_exactly_one_key() {
    let named = token().mint();
    let unnamed = token().without_header("kid").mint();
    let accepted = Ok("ada".to_owned());
    let refused = Err(TokenError::Invalid);

    assert_eq!(person(json!([jwk(KEY_ID), jwk("old")]), &named), accepted);
    assert_eq!(person(json!([jwk("old")]), &named), refused, "unknown");
    assert_eq!(person(json!([jwk(KEY_ID), jwk(KEY_ID)]), &named), refused, "twice in the set");
    assert_eq!(person(json!([jwk(KEY_ID)]), &unnamed), accepted, "missing, one key");
    assert_eq!(person(json!([jwk(KEY_ID), jwk("old")]), &unnamed), refused, "missing, two keys");

    check("as a path", &token().header("kid", json!("../../etc/passwd")).mint(), INVALID);
    check("as SQL", &token().header("kid", json!("k' or '1'='1")).mint(), INVALID);
    check("as a number", &token().header("kid", json!(1)).mint(), INVALID);
    check("as null", &token().header("kid", Value::Null).mint(), INVALID);
    check("long", &token().header("kid", json!("k".repeat(1_000_000))).mint(), INVALID);
}

#[test]
fn the_form_is_exactly_three_parts_of_strict_base64url() {
    let good = token().mint();
    let [header, payload, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    for (name, bad) in [
        ("empty", String::new()),
        ("two parts", format!("{header}.{payload}")),
        ("no signature", format!("{header}.{payload}.")),
        ("four parts", format!("{good}.{signature}")),
        ("a dot at the end", format!("{good}.")),
        ("a dot in front", format!(".{good}")),
        ("five parts, as JWE", format!("{header}.{payload}.{payload}.{payload}.{signature}")),
        ("padding", format!("{good}==")),
        ("space inside", format!("{header}. {payload}.{signature}")),
        ("tab inside", format!("{header}.{payload}\t.{signature}")),
        ("JSON serialization", json!({ "payload": payload, "signature": signature }).to_string()),
        ("bits left over", with_bits_left_over(&good)),
        ("payload of another", format!("{header}.{}.{signature}", b64(b"{}"))),
        ("signature too long", format!("{header}.{payload}.{}", b64(&[0; 65]))),
        ("signature of zeros", format!("{header}.{payload}.{}", b64(&[0; 64]))),
        ("9 KiB", token().claim("pad", json!("x".repeat(7_000))).mint()),
    ] {
        let request = headers(&format!("Bearer {bad}"));
        let answer = verifier(json!([jwk(KEY_ID)])).person(&request, now());
        let refused = matches!(answer, Err(TokenError::Invalid | TokenError::Missing));
        assert!(refused, "{name}: {answer:?}");
    }
}

/// 64 bytes are 86 characters whose last one has four unused bits.
fn with_bits_left_over(good: &str) -> String {
    let (rest, last) = good.split_at(good.len() - 1);
    let next = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    format!("{rest}{next}")
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let header = format!(r#"{{"alg":"EdDSA","kid":"{KEY_ID}"}}"#);
    let twice = format!(r#"{{"alg":"none","alg":"EdDSA","kid":"{KEY_ID}"}}"#);
    let claims = token().claims_text();
    let sub_twice = claims.replacen('{', r#"{"sub":"eve","#, 1);
    check("control", &forge::sign_text(&header, &claims), Ok("ada"));
    check("in the header", &forge::sign_text(&twice, &claims), INVALID);
    check("in the claims", &forge::sign_text(&header, &sub_twice), INVALID);
    check("text behind the claims", &forge::sign_text(&header, &format!("{claims} {{}}")), INVALID);
    check("claims that are no object", &forge::sign_text(&header, "[]"), INVALID);
}

#[test]
fn times_are_numbers_in_range() {
    let with = |name: &str, value: Value| token().claim(name, value).mint();
    check("exp missing", &token().without_claim("exp").mint(), INVALID);
    check("exp as a string", &with("exp", json!((NOW + 60).to_string())), INVALID);
    check("exp null", &with("exp", Value::Null), INVALID);
    check("exp 1e308", &with("exp", json!(1e308)), INVALID);
    check("exp negative", &with("exp", json!(-1)), INVALID);
    check("exp u64::MAX", &with("exp", json!(u64::MAX)), INVALID);
    check("nbf as a string", &with("nbf", json!("0")), INVALID);
    check("iat as a string", &with("iat", json!("0")), INVALID);
    check("nbf within the skew", &with("nbf", json!(NOW + 60)), Ok("ada"));
    check("nbf in the future", &with("nbf", json!(NOW + 61)), INVALID);
    check("iat in the future", &with("iat", json!(NOW + 61)), INVALID);
    check("exp within the skew", &with("exp", json!(NOW - 59)), Ok("ada"));
    check("expired", &with("exp", json!(NOW - 60)), Err(TokenError::Expired));
}

#[test]
fn an_expired_token_with_a_bad_signature_is_only_invalid() {
    let expired = token().claim("exp", json!(NOW - 900)).mint();
    let other = token().claim("exp", json!(NOW - 901)).mint();
    let mixed =
        format!("{}.{}", expired.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    check("mixed", &mixed, INVALID);
}

#[test]
fn issuer_audience_and_subject_are_compared_exactly() {
    let with = |name: &str, value: Value| token().claim(name, value).mint();
    for iss in [json!("taskloom/"), json!("Taskloom"), json!(""), json!(["taskloom"]), json!(null)]
    {
        check("iss", &with("iss", iss), INVALID);
    }
    for aud in [
        json!("taskloom/"),
        json!("other"),
        json!(""),
        json!([]),
        json!(["other"]),
        json!(["taskloom", 7]),
        json!({ "taskloom": true }),
        json!(null),
        json!(INTERNAL_AUDIENCE),
    ] {
        check("aud", &with("aud", aud), INVALID);
    }
    for sub in [json!(""), json!(7), json!(null), json!("a\nb"), json!("x".repeat(256))] {
        check("sub", &with("sub", sub), INVALID);
    }
    for name in ["iss", "aud", "sub"] {
        check(name, &token().without_claim(name).mint(), INVALID);
    }
}

#[test]
fn there_is_one_header_with_the_bearer_scheme() {
    let good = token().mint();
    let verifier = verifier(json!([jwk(KEY_ID)]));
    let ask = |headers: &HeaderMap| verifier.person(headers, now());

    assert_eq!(ask(&headers(&format!("bearer {good}"))), Ok("ada".to_owned()));
    assert_eq!(ask(&HeaderMap::new()), Err(TokenError::Missing));
    assert_eq!(ask(&headers("Bearer")), Err(TokenError::Missing));
    assert_eq!(ask(&headers("Basic YWRhOmFkYQ==")), Err(TokenError::Missing));
    assert_eq!(ask(&headers(&good)), Err(TokenError::Missing));
    let mut twice = headers(&format!("Bearer {good}"));
    twice.append(AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {good}")).unwrap());
    assert_eq!(ask(&twice), Err(TokenError::Invalid));
}

#[test]
fn the_bridge_has_an_audience_of_its_own_and_a_short_life() {
    let bridge = |forged: Forged| {
        let request = headers(&format!("Bearer {}", forged.mint()));
        verifier(json!([jwk(KEY_ID)])).bridge(&request, now())
    };
    let internal = || token().claim("aud", json!(INTERNAL_AUDIENCE));
    assert_eq!(bridge(internal().claim("exp", json!(NOW + 60))), Ok(()));
    assert_eq!(bridge(internal().without_claim("sub").claim("exp", json!(NOW + 30))), Ok(()));
    let refused = Err(TokenError::Invalid);
    assert_eq!(bridge(token()), refused, "the token of a person");
    assert_eq!(bridge(internal().claim("exp", json!(NOW + 61))), refused, "61 s");
    assert_eq!(bridge(internal().claim("exp", json!(NOW))), refused, "0 s");
    assert_eq!(bridge(internal().without_claim("iat")), refused, "no iat");
    let old = internal().claim("iat", json!(NOW - 200)).claim("exp", json!(NOW - 150));
    assert_eq!(bridge(old), Err(TokenError::Expired));
}

#[test]
fn what_a_handler_is_shown_opens_no_other_route() {
    let headers = |audience: &str| {
        let token = token().claim("aud", json!(audience)).claim("exp", json!(NOW + 60));
        headers(&format!("Bearer {}", token.mint()))
    };
    let verifier = verifier(json!([jwk(KEY_ID)]));
    let refused = Err(TokenError::Invalid);
    let (internal, handler) = (headers(INTERNAL_AUDIENCE), headers(HANDLER_AUDIENCE));
    assert_eq!(verifier.bridge_to_handler(&handler, now()), Ok(()));
    assert_eq!(verifier.bridge(&handler, now()), refused);
    assert_eq!(verifier.bridge_to_handler(&internal, now()), refused);
    assert_eq!(verifier.person(&handler, now()), Err(TokenError::Invalid));
}

#[test]
fn a_key_set_needs_an_ed25519_key_for_signatures() {
    let parse = |text: &str| KeySet::parse(text).map_err(|error| error.to_string());
    let mut encryption = jwk(KEY_ID);
    encryption["use"] = json!("enc");
    let mut x25519 = jwk(KEY_ID);
    x25519["crv"] = json!("X25519");
    let mut full = jwk(KEY_ID);
    full["use"] = json!("sig");
    full["alg"] = json!("EdDSA");
    let rsa = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": KEY_ID });

    let none = "the key set has no Ed25519 key (kty OKP, crv Ed25519) for signatures";
    for key in [encryption, x25519, rsa.clone()] {
        assert_eq!(parse(&json!({ "keys": [key] }).to_string()).unwrap_err(), none);
    }
    assert!(parse(&json!({ "keys": [rsa, full] }).to_string()).is_ok());
    assert_eq!(parse(r#"{"keys":[]}"#).unwrap_err(), none);
    assert_eq!(parse("{}").unwrap_err(), "the key set is not a JSON Web Key set");
    let many = json!({ "keys": vec![jwk(KEY_ID); 17] }).to_string();
    assert_eq!(parse(&many).unwrap_err(), "the key set has more than 16 keys");
    let long = " ".repeat(65_537);
    assert_eq!(parse(&long).unwrap_err(), "the key set is longer than 65536 bytes");
}
