//! Texts with application variables in them: `https://{{ api_host }}/users`.

use std::collections::BTreeMap;

/// A text whose `{{ name }}` parts are filled in when the application is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
}

impl Template {
    /// Takes the text apart. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after
                .split_once("}}")
                .ok_or_else(|| format!("`{text}` has `{{{{` without `}}}}`"))?;
            let name = name.trim();
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(format!("`{text}`: `{{{{ }}}}` must hold the name of a variable"));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The variables that it uses.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// It is the same whatever the variables are.
    pub fn is_plain(&self) -> bool {
        self.names().next().is_none()
    }

    /// The text with the variables' values. The error is the name of one without a value.
    pub fn fill(&self, values: &BTreeMap<String, String>) -> Result<String, String> {
        self.0.iter().try_fold(String::new(), |mut text, part| {
            text.push_str(match part {
                Part::Text(text) => text,
                Part::Variable(name) => values.get(name).ok_or_else(|| name.clone())?,
            });
            Ok(text)
        })
    }
}
