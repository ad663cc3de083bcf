//! From the file's keys to an application that makes sense.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use toml::{Spanned, Value};

use super::{Component, Manifest, Route, Template, Variable, schema};
use crate::outbound::AllowedHost;

/// Something wrong, and where in the text.
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) text: String,
}

type Checked<T> = Result<T, Problem>;

fn problem<T>(at: &Spanned<T>, text: impl Into<String>) -> Problem {
    Problem { at: at.span().start, text: text.into() }
}

pub(super) fn manifest(file: schema::File, folder: &Path) -> Checked<Manifest> {
    if *file.spin_manifest_version.get_ref() != 2 {
        return Err(problem(&file.spin_manifest_version, "`spin_manifest_version` must be 2"));
    }
    refuse("application.trigger", "trigger settings", &file.application.trigger)?;
    refuse("trigger.redis", "triggers other than `http`", &file.trigger.redis)?;
    refuse("trigger.command", "triggers other than `http`", &file.trigger.command)?;

    let variables = variables(file.variables)?;
    let mut routes = routes(file.trigger.http, &file.component)?;
    let mut components = Vec::with_capacity(file.component.len());
    for (id, component) in file.component {
        check_name(&id, '-', "component")?;
        let routes = routes.remove(id.get_ref()).unwrap_or_default();
        components.push(self::component(id.into_inner(), component, routes, &variables, folder)?);
    }
    let application = file.application;
    Ok(Manifest {
        name: application.name,
        version: application.version,
        description: application.description,
        authors: application.authors,
        tool: application.tool,
        variables,
        components,
    })
}

fn variables(
    declared: BTreeMap<Spanned<String>, schema::Variable>,
) -> Checked<BTreeMap<String, Variable>> {
    let mut variables = BTreeMap::new();
    for (name, variable) in declared {
        check_name(&name, '_', "variable")?;
        let default = match (variable.required, variable.default) {
            (false, Some(default)) => Some(default),
            (true, None) => None,
            (true, Some(_)) => {
                let text =
                    format!("variable `{}` is `required` and has a `default`", name.get_ref());
                return Err(problem(&name, text));
            }
            (false, None) => {
                let text =
                    format!("variable `{}` needs a `default` or `required = true`", name.get_ref());
                return Err(problem(&name, text));
            }
        };
        variables.insert(name.into_inner(), Variable { default, secret: variable.secret });
    }
    Ok(variables)
}

/// The public routes of each component. A private trigger is one without a route.
fn routes(
    triggers: Vec<schema::HttpTrigger>,
    components: &BTreeMap<Spanned<String>, schema::Component>,
) -> Checked<BTreeMap<String, Vec<Route>>> {
    let mut routes: BTreeMap<String, Vec<Route>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for trigger in triggers {
        refuse("static_response", "answers without a component", &trigger.static_response)?;
        refuse("components", "triggers with several components", &trigger.components)?;
        check_executor(&trigger.executor)?;
        let Value::String(id) = trigger.component.get_ref() else {
            return Err(problem(
                &trigger.component,
                "`component` must be the id of a `[component.<id>]`",
            ));
        };
        if !components.keys().any(|known| known.get_ref() == id) {
            return Err(problem(&trigger.component, format!("there is no `[component.{id}]`")));
        }
        let component = routes.entry(id.clone()).or_default();
        if let Some(route) = route(&trigger.route)? {
            if !seen.insert(route.to_string()) {
                return Err(problem(&trigger.route, format!("route `{route}` is taken already")));
            }
            component.push(route);
        }
    }
    Ok(routes)
}

fn route(written: &Spanned<Value>) -> Checked<Option<Route>> {
    let path = match written.get_ref() {
        Value::String(path) => path,
        Value::Table(table)
            if table.len() == 1 && table.get("private") == Some(&Value::Boolean(true)) =>
        {
            return Ok(None);
        }
        _ => return Err(problem(written, "`route` must be a path or `{ private = true }`")),
    };
    let refused = |why: &str| Err(problem(written, format!("route `{path}` {why}")));
    if !path.starts_with('/') {
        return refused("must begin with `/`");
    }
    let (path_part, wildcard) = match path.strip_suffix("/...") {
        Some(prefix) => (prefix, true),
        None => (path.as_str(), false),
    };
    if path_part
        .split('/')
        .any(|segment| segment.starts_with(':') || segment.contains('*') || segment == "...")
    {
        return refused("has a wildcard that is not the last segment `/...`: not supported");
    }
    Ok(Some(match wildcard {
        true => Route::Wildcard(path_part.to_owned()),
        false => Route::Exact(path_part.to_owned()),
    }))
}

fn check_executor(executor: &Option<Spanned<toml::Table>>) -> Checked<()> {
    let Some(executor) = executor else { return Ok(()) };
    match executor.get_ref().get("type").and_then(Value::as_str) {
        Some("http" | "spin") if executor.get_ref().len() == 1 => Ok(()),
        _ => Err(problem(executor, "`executor` other than `{ type = \"http\" }` is not supported")),
    }
}

fn component(
    id: String,
    written: schema::Component,
    routes: Vec<Route>,
    known: &BTreeMap<String, Variable>,
    folder: &Path,
) -> Checked<Component> {
    refuse("files", "files in components", &written.files)?;
    refuse("exclude_files", "files in components", &written.exclude_files)?;
    refuse(
        "allowed_http_hosts",
        "the old spelling of `allowed_outbound_hosts`",
        &written.allowed_http_hosts,
    )?;
    refuse("key_value_stores", "key-value stores", &written.key_value_stores)?;
    refuse("ai_models", "models on the host", &written.ai_models)?;
    refuse("dependencies", "composing when loading (compose beforehand)", &written.dependencies)?;
    refuse(
        "dependencies_inherit_configuration",
        "composing when loading (compose beforehand)",
        &written.dependencies_inherit_configuration,
    )?;
    let source = match written.source.get_ref() {
        Value::String(path) => folder.join(path),
        _ => {
            return Err(problem(
                &written.source,
                "`source` from a URL or a registry is not supported: give a path",
            ));
        }
    };
    let mut variables = BTreeMap::new();
    for (name, text) in written.variables {
        check_name(&name, '_', "variable")?;
        variables.insert(name.into_inner(), template(&text, known)?);
    }
    let mut allowed_outbound_hosts = Vec::new();
    for host in &written.allowed_outbound_hosts {
        let template = template(host, known)?;
        if template.is_plain() {
            AllowedHost::parse(host.get_ref()).map_err(|why| {
                problem(host, format!("`allowed_outbound_hosts`: `{}` {why}", host.get_ref()))
            })?;
        }
        allowed_outbound_hosts.push(template);
    }
    Ok(Component {
        id,
        description: written.description,
        source,
        routes,
        variables,
        environment: written.environment,
        sqlite_databases: written.sqlite_databases.into_iter().map(Spanned::into_inner).collect(),
        allowed_outbound_hosts,
        tool: written.tool,
    })
}

fn template(text: &Spanned<String>, known: &BTreeMap<String, Variable>) -> Checked<Template> {
    let template = Template::parse(text.get_ref()).map_err(|why| problem(text, why))?;
    if let Some(name) = template.names().find(|name| !known.contains_key(*name)) {
        return Err(problem(text, format!("there is no variable `{name}` in `[variables]`")));
    }
    Ok(template)
}

/// Words of lower case letters and digits, each beginning with a letter, as Spin wants them.
fn check_name(name: &Spanned<String>, separator: char, of: &str) -> Checked<()> {
    let good = name.get_ref().split(separator).all(|word| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    });
    let text =
        || format!("{of} `{}`: names are lower case words joined by `{separator}`", name.get_ref());
    good.then_some(()).ok_or_else(|| problem(name, text()))
}

fn refuse(key: &str, what: &str, value: &schema::Refused) -> Checked<()> {
    match value {
        Some(value) => Err(problem(value, format!("`{key}`: {what} not supported by this host"))),
        None => Ok(()),
    }
}
