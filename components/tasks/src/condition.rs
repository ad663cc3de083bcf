//! `If-Match` and `If-None-Match` (RFC 9110 section 13) over the versions of a task.

use domain::task::Task;
use guest::{Code, Problem, Request};
use http::{
    HeaderName, HeaderValue,
    header::{ETAG, IF_MATCH, IF_NONE_MATCH},
};

/// The entity tag of a task.
pub(crate) fn etag(task: &Task) -> String {
    format!("\"{}\"", task.version)
}

/// Refuses a change of a task that is not the one the client has seen. Without `If-Match` the last
/// writer wins.
pub(crate) fn check_match(request: &Request, task: &Task) -> Result<(), Problem> {
    let Some(tags) = Tags::read(request, IF_MATCH)? else { return Ok(()) };
    let current = etag(task);
    // Strong comparison: a weak tag never matches.
    if tags.any(|tag| tag == current) {
        return Ok(());
    }
    let detail = format!("the task has version {} now; read it again", task.version);
    let problem = Problem::at(Code::StaleVersion, IF_MATCH.as_str(), detail);
    Err(match HeaderValue::from_str(&current) {
        Ok(current) => problem.with_header(ETAG, current),
        Err(_) => problem,
    })
}

/// Whether the client has this version of the task already.
pub(crate) fn is_known(request: &Request, task: &Task) -> Result<bool, Problem> {
    let Some(tags) = Tags::read(request, IF_NONE_MATCH)? else { return Ok(false) };
    let current = etag(task);
    Ok(tags.any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == current))
}

enum Tags<'a> {
    /// `*`: whatever there is.
    Any,
    /// `"7"`, `W/"7"`, as written.
    These(Vec<&'a str>),
}

impl<'a> Tags<'a> {
    /// The tags of all headers of this name; `None` when there is none.
    fn read(request: &'a Request, name: HeaderName) -> Result<Option<Self>, Problem> {
        let mut tags = Vec::new();
        let mut any = false;
        for value in request.headers().get_all(&name) {
            let text = value.to_str().map(str::trim).ok();
            match text {
                Some("*") => any = true,
                _ => {
                    let list = text.and_then(entity_tags).ok_or_else(|| malformed(&name))?;
                    tags.extend(list);
                }
            }
        }
        match (any, tags.is_empty()) {
            (true, true) => Ok(Some(Self::Any)),
            (true, false) => Err(malformed(&name)),
            (false, true) => Ok(None),
            (false, false) => Ok(Some(Self::These(tags))),
        }
    }

    fn any(&self, matches: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|tag| matches(tag)),
        }
    }
}

/// One or more entity tags with commas between; a tag may hold a comma itself.
fn entity_tags(mut text: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    loop {
        let open = if text.starts_with("W/\"") { 3 } else { 1 };
        if open == 1 && !text.starts_with('"') {
            return None;
        }
        let close = open + text[open..].find('"')?;
        if text[open..close].contains(' ') {
            return None;
        }
        tags.push(&text[..=close]);
        text = text[close + 1..].trim_start();
        match text.strip_prefix(',') {
            Some(rest) => text = rest.trim_start(),
            None if text.is_empty() => return Some(tags),
            None => return None,
        }
    }
}

fn malformed(name: &HeaderName) -> Problem {
    let detail = format!("`{name}` takes an entity tag with its quotes, such as `\"7\"`, or `*`");
    Problem::at(Code::InvalidHeader, name.as_str(), detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&[&str]>) {
        assert_eq!(entity_tags(text).as_deref(), expect, "{text}");
    }

    #[test]
    fn lists_of_entity_tags_are_read_as_written() {
        check(r#""7""#, Some(&[r#""7""#]));
        check(r#"W/"7""#, Some(&[r#"W/"7""#]));
        check(r#""6", W/"7" ,"a,b""#, Some(&[r#""6""#, r#"W/"7""#, r#""a,b""#]));
        check(r#""""#, Some(&[r#""""#]));
    }

    #[test]
    fn what_is_no_entity_tag_is_refused() {
        for text in ["", "7", r#""7"#, r#"7""#, r#""7" "8""#, r#"w/"7""#, r#""7","#, r#""a b""#] {
            check(text, None);
        }
    }
}
