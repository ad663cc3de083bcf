//! `taskloom doctor`: every setting with its source, and whether a start would succeed.

mod bus;
mod checks;
mod machine;
mod postgres;

use std::io::Write;

use serde::Serialize;
use serde_json::json;

use crate::{
    cli::{Failure, flags, table},
    config::{Config, SETTINGS, Setting},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) serve: flags::Serve,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What was looked at and what was found.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    state: State,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Works, and somebody should know.
    Warning,
    /// A start would fail, or promises would not hold.
    Failed,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Ok, detail: detail.into() }
    }

    fn warning(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Warning, detail: detail.into() }
    }

    fn failed(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Failed, detail: detail.into() }
    }
}

pub(super) fn run(config: &Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let checks = checks::all(config);
    if args.json {
        let settings: Vec<_> = config.settings.iter().map(setting_json).collect();
        table::json(out, &json!({ "settings": settings, "checks": checks }))?;
    } else {
        let settings = config.settings.iter().map(|setting| {
            vec![setting.key.to_owned(), setting.value.clone(), setting.source.to_string()]
        });
        table::print(out, &["setting", "value", "source"], settings)?;
        writeln!(out)?;
        let rows = checks.iter().map(|check| {
            vec![check.name.to_owned(), table::word(&check.state), check.detail.clone()]
        });
        table::print(out, &["check", "state", "detail"], rows)?;
    }
    match checks.iter().filter(|check| check.state == State::Failed).count() {
        0 => Ok(()),
        1 => Err(Failure::failed("1 check failed")),
        many => Err(Failure::failed(format!("{many} checks failed"))),
    }
}

fn setting_json(setting: &Setting) -> serde_json::Value {
    let about = SETTINGS.iter().find(|spec| spec.key == setting.key).map(|spec| spec.about);
    json!({
        "key": setting.key, "value": setting.value, "source": setting.source.to_string(),
        "about": about,
    })
}
