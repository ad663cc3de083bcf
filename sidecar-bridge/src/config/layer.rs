//! Where settings come from: a file, the environment, flags.

use std::path::{Path, PathBuf};

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::{SETTINGS, reader::ConfigErrors};

/// Prefix of the environment's names.
pub(super) const PREFIX: &str = "TASKLOOM_";
/// Names of the layers, by which a value's source is recognised again.
pub(super) const DEFAULT: &str = "default";
pub(super) const ENVIRONMENT: &str = "environment";
pub(super) const FLAG: &str = "flag";

/// Where the environment comes from. The binary passes [`ProcessEnv`]; tests pass a map.
pub trait Env {
    /// All variables.
    fn variables(&self) -> Vec<(String, String)>;
}

/// The real process environment. The only place in the workspace that reads it.
#[derive(Debug, Clone, Copy)]
pub struct ProcessEnv;

impl Env for ProcessEnv {
    fn variables(&self) -> Vec<(String, String)> {
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        std::env::vars_os().map(|(key, value)| (lossy(key), lossy(value))).collect()
    }
}

/// What the command line said.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`: this file, which then has to be there, in place of `taskloom.toml`.
    pub file: Option<PathBuf>,
    /// Setting and value.
    pub values: Vec<(&'static str, String)>,
}

/// All layers on top of each other, and the file that was read, if there was one.
pub(super) fn stack(env: &dyn Env, flags: &Flags) -> Result<(Figment, PathBuf), ConfigErrors> {
    let file = flags.file.clone().unwrap_or_else(|| PathBuf::from("taskloom.toml"));
    let toml = read_file(&file, flags.file.is_some())?;
    let defaults = SETTINGS
        .iter()
        .filter_map(|spec| spec.default.map(|default| (spec.key.to_owned(), default.to_owned())));
    let environment = env.variables().into_iter().filter_map(|(name, value)| {
        name.strip_prefix(PREFIX).map(|key| (key.to_ascii_lowercase(), value))
    });
    let flags = flags.values.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    let figment = Figment::new()
        .merge(Layer::new(DEFAULT, defaults))
        .merge(Flat(Toml::string(&toml)))
        .merge(Layer::new(ENVIRONMENT, environment))
        .merge(Layer::new(FLAG, flags));
    Ok((figment, file))
}

/// `spin.toml` in the working directory, else beside the executable.
pub(super) fn find_manifest() -> PathBuf {
    let here = PathBuf::from("spin.toml");
    if here.exists() {
        return here;
    }
    let beside = std::env::current_exe().ok().map(|exe| exe.with_file_name("spin.toml"));
    beside.filter(|path| path.exists()).unwrap_or(here)
}

fn read_file(file: &Path, required: bool) -> Result<String, ConfigErrors> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {
            Ok(String::new())
        }
        Err(error) => Err(ConfigErrors::one(format!("`{}`: {error}", file.display()))),
    }
}

/// A table is a prefix of its keys: `url` in `[notify]` is `notify_url`.
struct Flat<P>(P);

impl<P: Provider> Provider for Flat<P> {
    fn metadata(&self) -> Metadata {
        self.0.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let flat = |dict: Dict| dict.into_iter().flat_map(|(key, value)| flatten(key, value));
        let profiles = self.0.data()?.into_iter();
        Ok(profiles.map(|(profile, dict)| (profile, flat(dict).collect())).collect())
    }
}

fn flatten(key: String, value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Dict(_, inner) => {
            inner.into_iter().map(|(name, value)| (format!("{key}_{name}"), value)).collect()
        }
        value => vec![(key, value)],
    }
}

/// Plain text values under one name.
struct Layer {
    name: &'static str,
    values: Dict,
}

impl Layer {
    fn new(name: &'static str, values: impl Iterator<Item = (String, String)>) -> Self {
        Self { name, values: values.map(|(key, value)| (key, Value::from(value))).collect() }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}
