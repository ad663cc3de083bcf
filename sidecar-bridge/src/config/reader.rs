//! Takes settings out of the layers one by one and keeps every problem until the end.

use std::{fmt, net::SocketAddr, path::PathBuf};

use ::notify::Secret;
use chrono::NaiveTime;
use domain::zone::ZoneName;
use figment::{
    Figment,
    value::{Num, Value},
};
use http::Uri;
use language::Locale;
use tracing_subscriber::filter::Targets;

use super::{
    LogFormat, SETTINGS,
    dapr::{Store, is_reference},
    layer::{DEFAULT, ENVIRONMENT, Env, FLAG, Flags, PREFIX, stack},
};

/// A setting as it holds, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file.
    pub key: &'static str,
    /// Its value as given.
    pub value: String,
    /// Where the value came from.
    pub source: Source,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The file of settings.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// A flag on the command line.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// Everything that is wrong with the settings.
#[derive(Debug)]
pub struct ConfigErrors(Vec<String>);

impl ConfigErrors {
    pub(super) fn one(problem: String) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => f.write_str(only),
            many => {
                write!(f, "{} settings are wrong", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigErrors {}

/// Reads settings; what is wrong with them is kept until [`Reader::finish`].
pub(super) struct Reader {
    figment: Figment,
    file: PathBuf,
    problems: Vec<String>,
    settings: Vec<Setting>,
    unused: Vec<String>,
    /// A secret was asked for in vain; the next one is not waited for as well.
    asked_in_vain: bool,
}

/// What was read, beside the values.
pub(super) struct Read {
    /// Every setting with its value and source.
    pub(super) settings: Vec<Setting>,
    /// Variables of the environment that look like settings and are none.
    pub(super) unused: Vec<String>,
}

impl Reader {
    pub(super) fn open(env: &dyn Env, flags: &Flags) -> Self {
        let (figment, file, problems) = match stack(env, flags) {
            Ok((figment, file)) => (figment, file, Vec::new()),
            Err(ConfigErrors(problems)) => (Figment::new(), PathBuf::new(), problems),
        };
        let (settings, unused) = (Vec::new(), Vec::new());
        let asked_in_vain = false;
        let mut reader = Self { figment, file, problems, settings, unused, asked_in_vain };
        reader.refuse_unknown_keys();
        reader
    }

    /// A setting that has a default.
    pub(super) fn value<T: FromText>(&mut self, key: &'static str) -> Option<T> {
        let (text, source) = self.text(key)?;
        self.parse(key, text, source)
    }

    /// A setting whose default is worked out.
    pub(super) fn value_or(
        &mut self,
        key: &'static str,
        default: impl FnOnce() -> PathBuf,
    ) -> Option<PathBuf> {
        let (text, source) = self
            .text(key)
            .unwrap_or_else(|| (default().to_string_lossy().into_owned(), Source::Default));
        self.parse(key, text, source)
    }

    /// A setting that nobody has to make.
    pub(super) fn optional<T: FromText>(&mut self, key: &'static str) -> Option<T> {
        match self.text(key) {
            Some((text, source)) => self.parse(key, text, source),
            None => {
                self.settings.push(Setting { key, value: String::new(), source: Source::Default });
                None
            }
        }
    }

    /// A secret that nobody has to set: the setting itself, or the file that `<key>_file` names.
    pub(super) fn secret(&mut self, key: &'static str) -> Option<Secret> {
        let given: Option<Secret> = self.optional(key);
        let mut keys = SETTINGS.iter().map(|spec| spec.key);
        let file_key = keys.find(|name| name.strip_suffix("_file") == Some(key))?;
        let file: Option<PathBuf> = self.optional(file_key);
        match (given, file) {
            (Some(_), Some(_)) => {
                self.problem(&format!("`{key}` and `{file_key}` are both set"));
                None
            }
            (Some(secret), None) => self.dereferenced(key, secret),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(&file);
                text.map(|text| Secret::new(&text))
                    .map_err(|error| self.problem(&format!("`{file_key}`: {error}")))
                    .ok()
                    .and_then(|secret| self.dereferenced(key, secret))
            }
            (None, None) => None,
        }
    }

    /// The secret itself, where what is given says only where it is. It is asked for once.
    fn dereferenced(&mut self, key: &'static str, secret: Secret) -> Option<Secret> {
        if !is_reference(&secret) {
            return Some(secret);
        }
        if key.starts_with("dapr_") {
            self.problem(&format!("`{key}` is needed to ask the sidecar, so it cannot be there"));
            return None;
        }
        let text = |key| self.figment.find_value(key).ok().as_ref().and_then(plain);
        let token_file = text("dapr_api_token_file");
        let token_file = token_file.and_then(|file| std::fs::read_to_string(file).ok());
        let token = text("dapr_api_token").or(token_file).map(|token| Secret::new(&token));
        let endpoint = text("dapr_endpoint").and_then(|text| text.parse::<Uri>().ok());
        let host = endpoint.as_ref().and_then(Uri::host).unwrap_or("127.0.0.1");
        let port = text("dapr_http_port").unwrap_or_default();
        match Store::new(host, &port, token).patient(!self.asked_in_vain).get(&secret) {
            Ok(secret) => Some(secret),
            Err(problem) => {
                self.asked_in_vain = true;
                self.problem(&format!("`{key}` {problem}"));
                None
            }
        }
    }

    /// Something is wrong between settings.
    pub(super) fn problem(&mut self, problem: &str) {
        self.problems.push(problem.to_owned());
    }

    /// With `key`, `other` has to be set as well.
    pub(super) fn needs(&mut self, key: &str, other: &str, is_set: bool) {
        let known = self.problems.iter().any(|problem| problem.contains(other));
        if !is_set && !known {
            self.problem(&format!("`{key}` needs `{other}`"));
        }
    }

    /// The finished settings, or all the problems.
    pub(super) fn finish<T>(
        self,
        build: impl FnOnce(Read) -> Option<T>,
    ) -> Result<T, ConfigErrors> {
        if !self.problems.is_empty() {
            return Err(ConfigErrors(self.problems));
        }
        let read = Read { settings: self.settings, unused: self.unused };
        build(read).ok_or_else(|| ConfigErrors::one("a setting has no value".to_owned()))
    }

    fn parse<T: FromText>(&mut self, key: &'static str, text: String, source: Source) -> Option<T> {
        let value = T::from_text(&text);
        if value.is_none() {
            let name = self.name(key, &source);
            self.problems.push(format!("{name} is not {}", T::EXPECTED));
        }
        let shown = value.as_ref().map_or_else(String::new, |value| value.show(&text));
        self.settings.push(Setting { key, value: shown, source });
        value
    }

    /// The text of a setting and its source; a value that is no plain text is a problem.
    fn text(&mut self, key: &'static str) -> Option<(String, Source)> {
        let value = self.figment.find_value(key).ok()?;
        let source = self.source(key, &value);
        match plain(&value) {
            Some(text) => Some((text, source)),
            None => {
                let name = self.name(key, &source);
                self.problems.push(format!("{name} is not a single value"));
                None
            }
        }
    }

    fn source(&self, key: &str, value: &Value) -> Source {
        match self.figment.get_metadata(value.tag()).map(|layer| layer.name.as_ref()) {
            Some(DEFAULT) | None => Source::Default,
            Some(ENVIRONMENT) => {
                Source::Environment(format!("{PREFIX}{}", key.to_ascii_uppercase()))
            }
            Some(FLAG) => Source::Flag(format!("--{}", key.replace('_', "-"))),
            Some(_) => Source::File(self.file.clone()),
        }
    }

    fn name(&self, key: &str, source: &Source) -> String {
        match source {
            Source::Default => format!("`{key}`"),
            Source::File(path) => format!("`{key}` in {}", path.display()),
            Source::Environment(name) | Source::Flag(name) => format!("`{name}`"),
        }
    }

    /// A fault in the file only: the environment may hold names that others put there, as Kubernetes
    /// does for a service called `taskloom`.
    fn refuse_unknown_keys(&mut self) {
        let dict = match self.figment.extract::<figment::value::Dict>() {
            Ok(dict) => dict,
            Err(error) => {
                self.problems.push(format!("`{}`: {}", self.file.display(), one_line(&error)));
                return;
            }
        };
        let unknown = |key: &str| !SETTINGS.iter().any(|spec| spec.key == key);
        for (key, value) in dict.iter().filter(|(key, _)| unknown(key)) {
            match self.source(key, value) {
                Source::File(path) => {
                    self.problems.push(format!("`{key}` in {} is not a setting", path.display()));
                }
                Source::Environment(name) => self.unused.push(name),
                Source::Default | Source::Flag(_) => {}
            }
        }
    }
}

/// What a setting may be, and how it is read.
pub(super) trait FromText: Sized {
    /// Ends the sentence "`x` is not ...".
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Option<Self>;

    /// How `text`, which it was read from, is shown to people.
    fn show(&self, text: &str) -> String {
        text.to_owned()
    }
}

impl FromText for Secret {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::new(text)).filter(|secret| !secret.reveal().is_empty())
    }

    fn show(&self, _: &str) -> String {
        "(set)".to_owned()
    }
}

macro_rules! from_text {
    ($($kind:ty: $expected:literal, $read:expr;)*) => {
        $(impl FromText for $kind {
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        })*
    };
}

from_text! {
    SocketAddr: "an address with a port, such as 127.0.0.1:8080", |text| text.parse().ok();
    PathBuf: "a path", |text| (!text.is_empty()).then(|| PathBuf::from(text));
    String: "a text of 1 to 255 characters", |text| {
        (1..=255).contains(&text.chars().count()).then(|| text.to_owned())
    };
    u64: "a whole number above 0", |text| text.parse().ok().filter(|number| *number > 0);
    bool: "true or false", |text| text.parse().ok();
    LogFormat: "one of auto, pretty, json", |text| match text {
        "auto" => Some(LogFormat::Auto),
        "pretty" => Some(LogFormat::Pretty),
        "json" => Some(LogFormat::Json),
        _ => None,
    };
    Targets: "a level (error, warn, info, debug, trace) or target=level pairs", |text| {
        text.parse().ok()
    };
    ZoneName: "an IANA time zone such as Europe/Berlin", |text| ZoneName::parse(text).ok();
    Locale: "one of en-US, en-GB, de", |text| text.parse().ok();
    NaiveTime: "a time of day such as 09:00", |text| NaiveTime::parse_from_str(text, "%H:%M").ok();
    Uri: "an address such as http://127.0.0.1:3000", |text| {
        text.parse::<Uri>().ok().filter(|url| url.scheme_str() == Some("http"))
    };
}

/// Text, number or truth value as text; a list or a table is neither.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Char(_, letter) => Some(letter.to_string()),
        Value::Bool(_, truth) => Some(truth.to_string()),
        Value::Num(_, number) => Some(number_text(*number)),
        Value::Empty(..) | Value::Dict(..) | Value::Array(..) => None,
    }
}

fn number_text(number: Num) -> String {
    number
        .to_i128()
        .map(|whole| whole.to_string())
        .or_else(|| number.to_u128().map(|whole| whole.to_string()))
        .or_else(|| number.to_f64().map(|real| real.to_string()))
        .unwrap_or_default()
}

/// The parser draws the place over several lines; position and reason are enough.
fn one_line(error: &figment::Error) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        [first, .., last] => format!("{first}: {last}"),
        _ => text,
    }
}
