//! What the key signs, and which tokens it knows as its own.

use std::os::unix::fs::PermissionsExt;

use super::*;

const NOW: i64 = 1_800_000_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn keys() -> Keys {
    Keys::new(SigningKey::from_bytes(&[7; 32]))
}

/// Signs any header and claims with the test key, as an attacker with the key could not.
fn sign(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = SigningKey::from_bytes(&[7; 32]).sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn header() -> String {
    json!({ "alg": "EdDSA", "kid": keys().kid }).to_string()
}

fn claims() -> Value {
    json!({ "iss": "taskloom", "aud": "taskloom", "sub": "ada", "iat": NOW, "exp": NOW + 900 })
}

#[track_caller]
fn check(token: &str, expect: Result<&str, Refused>) {
    let found = keys().person(token, at(NOW)).map(|person| person.user);
    assert_eq!(found, expect.map(str::to_owned), "{token}");
}

#[track_caller]
fn check_claims(change: Value, expect: Result<&str, Refused>) {
    let mut claims = claims();
    for (key, value) in change.as_object().unwrap() {
        claims[key] = value.clone();
    }
    check(&sign(&header(), &claims.to_string()), expect);
}

#[test]
fn a_minted_token_names_its_user() {
    check(&keys().user_token("ada", Duration::from_secs(900), at(NOW)), Ok("ada"));
}

#[test]
fn a_token_has_exactly_the_agreed_header() {
    let token = keys().user_token("ada", Duration::from_secs(900), at(NOW));
    let part = |index| {
        let part = token.split('.').nth(index).unwrap();
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({ "alg": "EdDSA", "kid": keys().kid }));
    assert_eq!(part(1), claims());
}

#[test]
fn the_kid_is_the_thumbprint_of_rfc_8037() {
    // RFC 8037, appendices A.1 to A.3.
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let keys = Keys::new(SigningKey::from_bytes(&seed.try_into().unwrap()));
    let jwk = keys.jwks()["keys"][0].clone();
    assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(jwk["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn times_are_checked_with_a_minute_of_skew() {
    check_claims(json!({ "exp": NOW - 59 }), Ok("ada"));
    check_claims(json!({ "exp": NOW - 60 }), Err(Refused::Expired));
    check_claims(json!({ "iat": NOW + 60 }), Ok("ada"));
    check_claims(json!({ "iat": NOW + 61 }), Err(Refused::Purpose));
    check_claims(json!({ "nbf": NOW + 61 }), Err(Refused::Purpose));
    check_claims(json!({ "exp": 1e308 }), Err(Refused::Foreign));
    check_claims(json!({ "exp": "1900000000" }), Err(Refused::Foreign));
    check_claims(json!({ "exp": null }), Err(Refused::Foreign));
}

#[test]
fn a_token_for_another_purpose_is_refused() {
    check_claims(json!({ "iss": "taskloom/" }), Err(Refused::Purpose));
    check_claims(json!({ "aud": "taskloom-internal" }), Err(Refused::Purpose));
    check_claims(json!({ "aud": ["other", "taskloom"] }), Ok("ada"));
    check_claims(json!({ "aud": [] }), Err(Refused::Purpose));
    check_claims(json!({ "sub": "" }), Err(Refused::Purpose));
    check_claims(json!({ "sub": "a\nb" }), Err(Refused::Purpose));
    for audience in [INTERNAL_AUDIENCE, HANDLER_AUDIENCE] {
        check(&keys().internal_token_at(audience, at(NOW)), Err(Refused::Purpose));
    }
}

#[test]
fn headers_that_ask_for_something_else_are_refused() {
    let kid = keys().kid;
    for header in [
        json!({ "alg": "none", "kid": kid }),
        json!({ "alg": "HS256", "kid": kid }),
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "EdDSA", "kid": "other" }),
        json!({ "alg": "EdDSA", "kid": kid, "crit": ["exp"] }),
        json!({ "alg": "EdDSA", "kid": kid, "jku": "http://evil" }),
        json!({ "alg": "EdDSA", "kid": kid, "typ": "at+jwt" }),
    ] {
        check(&sign(&header.to_string(), &claims().to_string()), Err(Refused::Foreign));
    }
    let twice = format!(r#"{{"alg":"none","alg":"EdDSA","kid":"{kid}"}}"#);
    check(&sign(&twice, &claims().to_string()), Err(Refused::Foreign));
    let typ = json!({ "alg": "EdDSA", "kid": kid, "typ": "JWT" });
    check(&sign(&typ.to_string(), &claims().to_string()), Ok("ada"));
}

#[test]
fn forms_that_are_no_token_are_refused() {
    let good = sign(&header(), &claims().to_string());
    check(&good, Ok("ada"));
    let twice = claims().to_string().replacen('{', r#"{"sub":"eve","#, 1);
    check(&sign(&header(), &twice), Err(Refused::Foreign));
    for bad in [
        String::new(),
        "..".to_owned(),
        format!("{good}="),
        format!("{good}.x"),
        format!(" {good}"),
        good.replacen('.', "", 1),
        format!("{}A", &good[..good.len() - 1]),
        "a".repeat(1_000_000),
    ] {
        check(&bad, Err(Refused::Foreign));
    }
}

#[test]
fn an_internal_token_is_kept_until_it_is_nearly_over() {
    let keys = keys();
    let first = keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW));
    assert_eq!(keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW + 39)), first);
    assert_ne!(keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW + 40)), first);
}

#[test]
fn an_internal_token_is_not_kept_when_the_clock_is_put_back() {
    let keys = keys();
    let future = keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW));
    let now = keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW - 3600));
    assert_ne!(now, future, "whoever checks it would take it for one of the future");
    assert_eq!(keys.internal_token_at(INTERNAL_AUDIENCE, at(NOW - 3599)), now);
}

#[test]
fn a_token_says_until_when_it_holds() {
    let token = keys().user_token("ada", Duration::from_secs(900), at(NOW));
    let person = keys().person(&token, at(NOW)).unwrap();
    assert_eq!(person, Person { user: "ada".to_owned(), until: at(NOW + 960) });
    let mut claims = claims();
    claims["exp"] = i64::MAX.into();
    let endless = keys().person(&sign(&header(), &claims.to_string()), at(NOW)).unwrap();
    assert_eq!(endless.until, DateTime::<Utc>::MAX_UTC);
}

#[test]
fn the_key_is_made_once_and_belongs_to_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let first = Keys::open(folder.path()).unwrap();
    let again = Keys::open(folder.path()).unwrap();
    assert_eq!(first.kid, again.kid);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path(folder.path())), 0o600);
    assert_eq!(mode(&folder.path().join("keys")), 0o700);
    let left = std::fs::read_dir(folder.path().join("keys")).unwrap().count();
    assert_eq!(left, 1, "nothing is left beside the key");
}

#[test]
fn many_at_once_agree_on_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Keys::open(folder.path()).unwrap().kid;
    let kids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(kids.len(), 1);
}

#[test]
fn a_broken_key_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(path(folder.path()), "not a key").unwrap();
    let Err(error) = Keys::open(folder.path()) else { panic!("a broken key was read") };
    assert!(error.to_string().ends_with("is no Ed25519 key in PKCS#8 PEM form"), "{error}");
}
