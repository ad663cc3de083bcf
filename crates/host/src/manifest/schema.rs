//! The manifest's keys. Those that Spin knows and this host does not do are listed too, so that
//! they can be refused by name, with the reason, instead of as unknown.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A key whose presence is refused.
pub(super) type Refused = Option<Spanned<toml::Value>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) spin_manifest_version: Spanned<i64>,
    pub(super) application: Application,
    #[serde(default)]
    pub(super) variables: BTreeMap<Spanned<String>, Variable>,
    #[serde(default)]
    pub(super) trigger: Triggers,
    #[serde(default)]
    pub(super) component: BTreeMap<Spanned<String>, Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Application {
    pub(super) name: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) authors: Vec<String>,
    #[serde(default)]
    pub(super) tool: toml::Table,
    /// Where the application is meant to run: nothing to do for us.
    #[serde(default, rename = "targets")]
    _targets: Vec<toml::Value>,
    /// Settings of triggers; Spin knows none for HTTP that would matter here.
    pub(super) trigger: Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    #[serde(rename = "description")]
    _description: Option<String>,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) secret: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Triggers {
    #[serde(default)]
    pub(super) http: Vec<HttpTrigger>,
    pub(super) redis: Refused,
    pub(super) command: Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HttpTrigger {
    #[serde(rename = "id")]
    _id: Option<String>,
    pub(super) route: Spanned<toml::Value>,
    pub(super) component: Spanned<toml::Value>,
    pub(super) executor: Option<Spanned<toml::Table>>,
    pub(super) static_response: Refused,
    pub(super) components: Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    pub(super) source: Spanned<toml::Value>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) variables: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub(super) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) sqlite_databases: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) allowed_outbound_hosts: Vec<Spanned<String>>,
    #[serde(rename = "build")]
    _build: Option<Build>,
    #[serde(default)]
    pub(super) tool: toml::Table,
    #[serde(default, rename = "targets")]
    _targets: Vec<toml::Value>,
    pub(super) files: Refused,
    pub(super) exclude_files: Refused,
    pub(super) allowed_http_hosts: Refused,
    pub(super) key_value_stores: Refused,
    pub(super) ai_models: Refused,
    pub(super) dependencies: Refused,
    pub(super) dependencies_inherit_configuration: Refused,
}

/// For `spin build`; read only so that a misspelt key in it is found.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    #[serde(rename = "command")]
    _command: toml::Value,
    #[serde(rename = "workdir")]
    _workdir: Option<String>,
    #[serde(default, rename = "watch")]
    _watch: Vec<String>,
}
