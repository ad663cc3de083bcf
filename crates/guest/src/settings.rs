//! The variables of a component, as `spin.toml` hands them in, made into what they stand for.

use chrono::NaiveTime;
use domain::{change::Settings, zone::ZoneName};

use crate::{
    Code, Problem,
    tokens::{KeySet, Verifier},
};

/// Looks a variable up; `None` when it is not set. Components pass `variables::get`, tests a map.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who is let in: `auth_jwks`, `auth_issuer`, `auth_audience`.
///
/// # Errors
/// The variable that is missing or wrong.
pub fn verifier(get: Lookup<'_>) -> Result<Verifier, Problem> {
    let key_set = get("auth_jwks").ok_or_else(|| wrong("auth_jwks", "is not set"))?;
    let keys = KeySet::parse(&key_set).map_err(|error| wrong("auth_jwks", &error.to_string()))?;
    let name = |variable| get(variable).unwrap_or_else(|| "taskloom".to_owned());
    Ok(Verifier { keys, issuer: name("auth_issuer"), audience: name("auth_audience") })
}

/// What decisions depend on: `default_time_zone`, `day_starts_at`.
///
/// # Errors
/// The variable that is wrong.
pub fn user_settings(get: Lookup<'_>) -> Result<Settings, Problem> {
    let zone = match get("default_time_zone") {
        None => ZoneName::utc(),
        Some(name) => ZoneName::parse(&name)
            .map_err(|unknown| wrong("default_time_zone", &unknown.to_string()))?,
    };
    let day_starts_at = get("day_starts_at").unwrap_or_else(|| "09:00".to_owned());
    let day_starts_at = time_of_day(&day_starts_at)
        .ok_or_else(|| wrong("day_starts_at", "is no time of day such as `09:00`"))?;
    Ok(Settings { zone, day_starts_at })
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// A variable that cannot be followed. Its value is for nobody's eyes, only its name is.
pub fn wrong(variable: &str, why: &str) -> Problem {
    Problem::at(Code::Configuration, variable, format!("the variable `{variable}`: {why}"))
        .because(format!("the variable {variable}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    #[track_caller]
    fn check(given: &[(&str, &str)], expect: Result<(&str, &str, &str), &str>) {
        let get = |name: &str| {
            given.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let actual = verifier(&get).and_then(|verifier| {
            let settings = user_settings(&get)?;
            Ok((verifier.issuer, settings.zone.to_string(), settings.day_starts_at.to_string()))
        });
        let actual = actual.as_ref().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str()));
        assert_eq!(actual.map_err(|problem| problem.field().unwrap_or_default()), expect);
    }

    #[test]
    fn only_the_key_set_has_to_be_given() {
        check(&[("auth_jwks", KEYS)], Ok(("taskloom", "UTC", "09:00:00")));
    }

    #[test]
    fn what_is_given_counts() {
        let given = [
            ("auth_jwks", KEYS),
            ("auth_issuer", "https://id.example"),
            ("default_time_zone", "Europe/Berlin"),
            ("day_starts_at", "07:30"),
        ];
        check(&given, Ok(("https://id.example", "Europe/Berlin", "07:30:00")));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        check(&[], Err("auth_jwks"));
        check(&[("auth_jwks", "secret")], Err("auth_jwks"));
        check(&[("auth_jwks", KEYS), ("default_time_zone", "Mars")], Err("default_time_zone"));
        check(&[("auth_jwks", KEYS), ("day_starts_at", "9 am")], Err("day_starts_at"));
    }

    #[test]
    fn no_value_is_shown() {
        let problem = verifier(&|_| Some("secret".to_owned())).unwrap_err();
        let body = String::from_utf8(problem.into_response().into_body()).unwrap();
        assert!(!body.contains("secret"), "{body}");
    }
}
