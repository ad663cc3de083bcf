//! Who is let in: nobody without a good token.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::cases;
use crate::{Client, Forged, Signer, User, World, now, same};

cases!("tokens":
    every_route_asks_for_a_token,
    an_expired_token_is_told_so,
    a_token_without_our_signature_is_refused,
    a_token_that_says_the_wrong_thing_is_refused,
    a_token_that_is_no_token_is_refused,
    a_changed_token_is_refused,
    the_stream_asks_for_the_same_token,
    a_good_token_is_taken_in_any_case_of_the_scheme,
    two_tokens_are_none,
);

const HOUR: i64 = 3600;

fn forged(world: &World) -> Result<(User, Forged)> {
    let user = world.user()?;
    let forged = world.signer.forge(&user.token)?;
    Ok((user, forged))
}

/// A token that is refused without a word about the reason.
fn invalid(user: &User, what: &str, token: &str) -> Result<()> {
    let client = user.client.with_token(Some(token));
    let reply = client.get("/api/v1/tasks")?;
    let reply = reply.problem(401, "TASKLOOM-0011", None).with_context(|| what.to_owned())?;
    let challenge = reply.needs("www-authenticate")?;
    ensure!(challenge.contains("invalid_token"), "{what}: challenge `{challenge}`");
    Ok(())
}

fn every_route_asks_for_a_token(world: &World) -> Result<()> {
    let stranger = world.stranger();
    let id = "00000000-0000-7000-8000-000000000000";
    for (method, path) in [
        ("GET", "/api/v1/tasks".to_owned()),
        ("POST", "/api/v1/tasks".to_owned()),
        ("GET", format!("/api/v1/tasks/{id}")),
        ("PATCH", format!("/api/v1/tasks/{id}")),
        ("DELETE", format!("/api/v1/tasks/{id}")),
        ("POST", format!("/api/v1/tasks/{id}:complete")),
        ("POST", format!("/api/v1/tasks/{id}:reopen")),
        ("GET", format!("/api/v1/tasks/{id}/history")),
        ("GET", "/api/v1/tags".to_owned()),
        ("GET", "/api/v1/occurrences?rule=FREQ=DAILY&start=2030-01-01".to_owned()),
    ] {
        let reply = stranger.request(method, &path).send()?.problem(401, "TASKLOOM-0009", None)?;
        same("challenge", reply.header("www-authenticate"), Some("Bearer"))?;
    }
    Ok(())
}

fn an_expired_token_is_told_so(world: &World) -> Result<()> {
    let (user, good) = forged(world)?;
    let at = now().timestamp();
    let expired = good.claim("iat", at - 2 * HOUR).claim("exp", at - HOUR).sign();
    let reply = user.client.with_token(Some(&expired)).get("/api/v1/tasks")?;
    reply.problem(401, "TASKLOOM-0010", None)?;
    Ok(())
}

fn a_token_without_our_signature_is_refused(world: &World) -> Result<()> {
    let (user, good) = forged(world)?;
    // The forge itself makes good ones.
    user.client.with_token(Some(&good.sign())).get("/api/v1/tasks")?.expect(200)?;
    for (what, token) in [
        ("alg none", good.clone().unsigned()),
        ("alg none in capitals", good.clone().header("alg", "NONE").sign()),
        ("alg HS256 with the public key", good.clone().sign_hs256()?),
        ("alg HS256 over our signature", good.clone().header("alg", "HS256").sign()),
        ("alg Ed448", good.clone().header("alg", "Ed448").sign()),
        ("a foreign key", good.clone().by(&Signer::stranger()).sign()),
        ("an unknown key id", good.clone().header("kid", "another").sign()),
        ("a key of its own", good.clone().header("jwk", json!({ "kty": "OKP" })).sign()),
        ("a key from elsewhere", good.clone().header("jku", "https://eve.example/jwks").sign()),
        ("crit", good.header("crit", json!(["b64"])).header("b64", false).sign()),
    ] {
        invalid(&user, what, &token)?;
    }
    Ok(())
}

fn a_token_that_says_the_wrong_thing_is_refused(world: &World) -> Result<()> {
    let (user, good) = forged(world)?;
    let at = now().timestamp();
    for (what, token) in [
        ("another issuer", good.clone().claim("iss", "https://eve.example")),
        ("another audience", good.clone().claim("aud", "elsewhere")),
        ("the platform's audience", good.clone().claim("aud", "taskloom-internal")),
        ("the audience of handlers", good.clone().claim("aud", "taskloom-handler")),
        ("no audience", good.clone().without("aud")),
        ("no subject", good.clone().without("sub")),
        ("an empty subject", good.clone().claim("sub", "")),
        ("a subject that is no text", good.clone().claim("sub", 7)),
        ("no end", good.clone().without("exp")),
        ("an end in words", good.clone().claim("exp", (at + HOUR).to_string())),
        ("not valid yet", good.clone().claim("nbf", at + HOUR)),
        ("issued in the future", good.claim("iat", at + HOUR)),
    ] {
        invalid(&user, what, &token.sign())?;
    }
    Ok(())
}

fn a_token_that_is_no_token_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    for token in ["x", "a.b.c", "..", "....", &"a".repeat(5_000), "eyJhbGciOiJub25lIn0.e30."] {
        invalid(&user, token, token)?;
    }
    for value in ["Basic dXNlcjpwYXNz", "Bearer", "token", "Bearer "] {
        let stranger = world.stranger();
        let request = stranger.request("GET", "/api/v1/tasks").header("authorization", value);
        let reply = request.send()?.expect(401)?;
        ensure!(reply["code"].is_string(), "{reply}");
    }
    Ok(())
}

fn a_changed_token_is_refused(world: &World) -> Result<()> {
    let (user, good) = forged(world)?;
    let parts: Vec<_> = user.token.split('.').collect();
    let [header, claims, signature] = parts[..] else { anyhow::bail!("an odd token") };
    let eve = good.claim("sub", "eve").sign();
    let eves_claims = eve.split('.').nth(1).unwrap_or_default();
    let half = signature.get(..40).unwrap_or_default();
    for (what, token) in [
        ("claims of another", format!("{header}.{eves_claims}.{signature}")),
        ("no signature", format!("{header}.{claims}.")),
        ("padding", format!("{}==", user.token)),
        ("a fourth part", format!("{}.{signature}", user.token)),
        ("half a signature", format!("{header}.{claims}.{half}")),
    ] {
        invalid(&user, what, &token)?;
    }
    Ok(())
}

fn the_stream_asks_for_the_same_token(world: &World) -> Result<()> {
    let (_, good) = forged(world)?;
    let at = now().timestamp();
    let get = |token: Option<&str>| Client::new(&world.events, token).get("/api/v1/stream");
    get(None)?.problem(401, "TASKLOOM-0009", None)?;
    let expired = good.clone().claim("iat", at - 2 * HOUR).claim("exp", at - HOUR).sign();
    get(Some(&expired))?.problem(401, "TASKLOOM-0010", None)?;
    for token in [
        good.clone().unsigned(),
        good.clone().sign_hs256()?,
        good.clone().by(&Signer::stranger()).sign(),
        good.clone().claim("aud", "taskloom-handler").sign(),
        good.claim("aud", "taskloom-internal").sign(),
    ] {
        get(Some(&token))?.problem(401, "TASKLOOM-0011", None)?;
    }
    Ok(())
}

fn a_good_token_is_taken_in_any_case_of_the_scheme(world: &World) -> Result<()> {
    let (user, stranger) = (world.user()?, world.stranger());
    for scheme in ["bearer", "BEARER"] {
        let request = stranger.request("GET", "/api/v1/tasks");
        let request = request.header("authorization", format!("{scheme} {}", user.token));
        same(scheme, &request.send()?.expect(200)?["items"], &json!([]))?;
    }
    Ok(())
}

fn two_tokens_are_none(world: &World) -> Result<()> {
    let user = world.user()?;
    user.client.get("/api/v1/tasks")?.expect(200)?;
    let request = user.client.request("GET", "/api/v1/tasks");
    request.header("authorization", format!("Bearer {}", user.token)).send()?.expect(401)?;
    Ok(())
}
