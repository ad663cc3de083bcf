//! The entry: what Spin hands in, made into the environment of one request.

#![expect(unsafe_code, reason = "the export that `http_component` writes is an extern function")]

use guest::{Problem, Request, Response, Scope, database, entry, scope, settings, variables};
use language::{Locale, UnknownLocale};
use spin_sdk::{
    http::{IncomingRequest, ResponseOutparam},
    http_component,
};
use uuid::Uuid;

use crate::{Environment, body};

#[http_component]
fn handle(request: IncomingRequest, out: ResponseOutparam) {
    entry::serve(request, out, body::max_bytes, respond);
}

fn respond(request: Request) -> Response {
    match environment() {
        Ok(environment) => crate::dispatch(request, &environment),
        Err(problem) => {
            Scope::open(request.headers(), scope::clock(), Uuid::now_v7).refuse(problem)
        }
    }
}

fn environment() -> Result<Environment<database::Database>, Problem> {
    Ok(Environment {
        store: store::Store::new(database::open(variables::get)?),
        verifier: settings::verifier(&variables::get)?,
        settings: settings::user_settings(&variables::get)?,
        locale: locale()?,
        now: scope::clock(),
        new_id: Box::new(Uuid::now_v7),
    })
}

fn locale() -> Result<Locale, Problem> {
    match variables::get("default_locale") {
        None => Ok(Locale::default()),
        Some(tag) => tag.parse().map_err(|unknown: UnknownLocale| {
            settings::wrong("default_locale", &unknown.to_string())
        }),
    }
}
