//! Which path means what, who may ask, and the one place where a refusal becomes an answer.

mod change;
mod create;
mod effects;
mod history;
mod list;
mod occurrences;
mod quick_add;
mod read;
mod tags;

use domain::change::Actor;
use guest::{Code, Problem, Request, Response, Scope};
use http::{HeaderValue, Method, header::ALLOW};
use percent_encoding::percent_decode_str;
use store::Sql;

use crate::{Environment, call::Call};

/// Answers one request.
pub fn dispatch<S: Sql>(mut request: Request, environment: &Environment<S>) -> Response {
    let scope = Scope::open(request.headers(), environment.now, || (environment.new_id)());
    let is_head = request.method() == Method::HEAD;
    if is_head {
        *request.method_mut() = Method::GET;
    }
    match answer(&request, &scope, environment) {
        Ok(mut response) => {
            if is_head {
                response.body_mut().clear();
            }
            scope.seal(response)
        }
        Err(problem) => scope.refuse(problem),
    }
}

/// The way in for the bridge; everything else is for people.
const EFFECTS_PATH: &str = "/internal/tasks/effects";

enum Route<'a> {
    Tasks,
    Task(&'a str),
    Complete(&'a str),
    Reopen(&'a str),
    Skip(&'a str),
    Snooze(&'a str),
    History(&'a str),
    Tags,
    Occurrences,
    QuickAdd,
}

fn answer<S: Sql>(
    request: &Request,
    scope: &Scope,
    environment: &Environment<S>,
) -> Result<Response, Problem> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
    if path == EFFECTS_PATH {
        check_method(request.method(), "POST")?;
        environment.verifier.bridge(request.headers(), environment.now)?;
        return effects::apply(request, scope, environment);
    }

    let route = Route::of(&path).ok_or_else(|| {
        Problem::new(Code::RouteNotFound, "there is no such route; paths begin with `/api/v1/`")
    })?;
    check_method(request.method(), route.methods())?;
    let user_id = environment.verifier.person(request.headers(), environment.now)?;
    environment.store.sql().act_for(&user_id)?;
    let call = Call {
        environment,
        scope,
        request,
        user_id,
        actor: Actor::Person,
        correlation_id: scope.correlation_id.clone(),
    };
    match (route, request.method()) {
        (Route::Tasks, &Method::POST) => create::create(&call),
        (Route::Tasks, _) => list::list(&call),
        (Route::Task(id), &Method::PATCH) => change::patch(&call, id),
        (Route::Task(id), &Method::DELETE) => change::delete(&call, id),
        (Route::Task(id), _) => read::read(&call, id),
        (Route::Complete(id), _) => change::complete(&call, id),
        (Route::Reopen(id), _) => change::reopen(&call, id),
        (Route::Skip(id), _) => change::skip(&call, id),
        (Route::Snooze(id), _) => change::snooze(&call, id),
        (Route::History(id), _) => history::history(&call, id),
        (Route::Tags, _) => tags::tags(&call),
        (Route::Occurrences, _) => occurrences::preview(&call),
        (Route::QuickAdd, _) => quick_add::quick_add(&call),
    }
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Option<Self> {
        match path {
            "/api/v1/tasks" => Some(Self::Tasks),
            "/api/v1/tags" => Some(Self::Tags),
            "/api/v1/occurrences" => Some(Self::Occurrences),
            "/api/v1/quick-add" => Some(Self::QuickAdd),
            _ => Self::of_task(path.strip_prefix("/api/v1/tasks/")?),
        }
    }

    /// `{id}`, `{id}:complete`, `{id}/history`.
    fn of_task(rest: &'a str) -> Option<Self> {
        let end = rest.find([':', '/']).unwrap_or(rest.len());
        match rest.split_at(end) {
            ("", _) => None,
            (id, "") => Some(Self::Task(id)),
            (id, ":complete") => Some(Self::Complete(id)),
            (id, ":reopen") => Some(Self::Reopen(id)),
            (id, ":skip") => Some(Self::Skip(id)),
            (id, ":snooze") => Some(Self::Snooze(id)),
            (id, "/history") => Some(Self::History(id)),
            _ => None,
        }
    }

    /// As in `Allow`.
    fn methods(&self) -> &'static str {
        match self {
            Self::Tasks => "GET, HEAD, POST",
            Self::Task(_) => "GET, HEAD, PATCH, DELETE",
            Self::Complete(_)
            | Self::Reopen(_)
            | Self::Skip(_)
            | Self::Snooze(_)
            | Self::QuickAdd => "POST",
            Self::History(_) | Self::Tags | Self::Occurrences => "GET, HEAD",
        }
    }
}

fn check_method(method: &Method, methods: &'static str) -> Result<(), Problem> {
    if methods.split(", ").any(|taken| taken == method.as_str()) {
        return Ok(());
    }
    let detail = format!("this path takes {methods}");
    let allow = HeaderValue::from_static(methods);
    Err(Problem::new(Code::MethodNotAllowed, detail).with_header(ALLOW, allow))
}
