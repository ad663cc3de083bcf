//! Paths and methods, and what every answer carries.

use anyhow::{Result, ensure};
use serde_json::json;

use super::cases;
use crate::{World, same};

cases!("routes":
    an_unknown_path_is_refused,
    another_method_is_refused_with_those_that_work,
    an_id_that_is_none_names_no_task,
    head_is_get_without_a_body,
    answers_are_not_stored_by_caches,
    a_correlation_id_is_taken_over_or_made,
    internal_routes_are_closed,
);

fn an_unknown_path_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    for path in ["/api/v1/task", "/api/v1/tasks/", "/api/v1/tasks/x/y", "/api/v1/tasks/x:explode"] {
        user.client.get(path)?.problem(404, "TASKLOOM-0013", None)?;
    }
    Ok(())
}

fn another_method_is_refused_with_those_that_work(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    for (method, path, allow) in [
        ("PUT", "/api/v1/tasks".to_owned(), "GET, HEAD, POST"),
        ("DELETE", "/api/v1/tasks".to_owned(), "GET, HEAD, POST"),
        ("PUT", path.clone(), "GET, HEAD, PATCH, DELETE"),
        ("GET", format!("{path}:complete"), "POST"),
        ("POST", "/api/v1/tags".to_owned(), "GET, HEAD"),
    ] {
        let reply = user.client.request(method, &path).send()?;
        let reply = reply.problem(405, "TASKLOOM-0014", None)?;
        same(format!("allow of {method} {path}"), reply.header("allow"), Some(allow))?;
    }
    Ok(())
}

fn an_id_that_is_none_names_no_task(world: &World) -> Result<()> {
    let user = world.user()?;
    for id in ["x", "1", "%27%20or%201=1", "00000000-0000-7000-8000-000000000000", "%ff%fe"] {
        user.client.get(&format!("/api/v1/tasks/{id}"))?.problem(404, "TASKLOOM-0012", None)?;
    }
    Ok(())
}

fn head_is_get_without_a_body(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    let head = user.client.request("HEAD", &path).send()?.expect(200)?;
    ensure!(head.bytes.is_empty(), "HEAD has a body: {head}");
    same("etag", head.header("etag"), user.client.get(&path)?.header("etag"))
}

fn answers_are_not_stored_by_caches(world: &World) -> Result<()> {
    let user = world.user()?;
    for reply in [user.client.get("/api/v1/tasks")?, user.client.get("/api/v1/tasks/x")?] {
        same("cache-control", reply.header("cache-control"), Some("no-store"))?;
    }
    Ok(())
}

fn a_correlation_id_is_taken_over_or_made(world: &World) -> Result<()> {
    const HEADER: &str = "x-correlation-id";
    let user = world.user()?;
    let asked = |id: Option<&str>| {
        let request = user.client.request("GET", "/api/v1/tasks");
        let request = match id {
            Some(id) => request.header(HEADER, id),
            None => request,
        };
        Ok::<_, anyhow::Error>(request.send()?.expect(200)?.needs(HEADER)?.to_owned())
    };
    same("an id", asked(Some("order-66_and-8"))?, "order-66_and-8")?;
    for bad in [None, Some("short"), Some("level=error all fine")] {
        let made = asked(bad)?;
        ensure!(made.len() == 36 && Some(made.as_str()) != bad, "{bad:?} became `{made}`");
    }
    Ok(())
}

/// A host may hide them (404) or ask for the platform's own token (401).
fn internal_routes_are_closed(world: &World) -> Result<()> {
    let user = world.user()?;
    user.create(&json!({ "title": "the token itself is good" }))?;
    for path in ["/internal/tasks/effects", "/internal/handlers/recurrence"] {
        for client in [world.stranger(), user.client.clone()] {
            let reply = client.post(path, &json!({}))?;
            ensure!([401, 404].contains(&reply.status), "{reply}");
        }
    }
    Ok(())
}
