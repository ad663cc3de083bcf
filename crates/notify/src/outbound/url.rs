//! Where a request goes. Only its origin is ever shown: paths of receivers are often secrets.

use std::{fmt, str::FromStr};

use http::{Uri, uri::Scheme};

/// An address that begins with `https://` or `http://`.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpUrl {
    uri: Uri,
    host: String,
    encrypted: bool,
}

/// Why a text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is none at all.
    #[error("is no address such as https://example.org/path")]
    Form,
    /// It begins otherwise.
    #[error("has to begin with https:// or http://")]
    Scheme,
    /// It holds a name or a password.
    #[error("must not hold a user name or a password")]
    Credentials,
}

impl HttpUrl {
    /// Name or address, IPv6 in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// All of it, the secret part included.
    pub(crate) fn reveal(&self) -> String {
        self.uri.to_string()
    }

    pub(crate) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.encrypted { 443 } else { 80 })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Host and port, as the `Host` header has them.
    pub(crate) fn authority(&self) -> &str {
        self.uri.authority().map_or("", http::uri::Authority::as_str)
    }

    /// Path and query.
    pub(crate) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.uri.scheme_str().unwrap_or_default(), self.authority())
    }
}

impl FromStr for HttpUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let uri: Uri = text.parse().map_err(|_| UrlError::Form)?;
        let scheme = uri.scheme().ok_or(UrlError::Scheme)?;
        let encrypted = *scheme == Scheme::HTTPS;
        if !encrypted && *scheme != Scheme::HTTP {
            return Err(UrlError::Scheme);
        }
        let authority = uri.authority().ok_or(UrlError::Form)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::Credentials);
        }
        let host = authority.host().to_owned();
        if host.is_empty() {
            return Err(UrlError::Form);
        }
        Ok(Self { uri, host, encrypted })
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.path() == "/" { "" } else { "/…" };
        write!(f, "{}{more}", self.origin())
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let actual = match text.parse::<HttpUrl>() {
            Ok(url) => format!("{url} {} {} {}", url.host(), url.port(), url.path()),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expect);
    }

    #[test]
    fn host_port_and_path_are_found_and_only_the_origin_is_shown() {
        check(
            "https://a.example/T0/secret?x=1",
            "https://a.example/… a.example 443 /T0/secret?x=1",
        );
        check("http://a.example:8080", "http://a.example:8080 a.example 8080 /");
        check("https://[::1]:1/", "https://[::1]:1 [::1] 1 /");
        let url: HttpUrl = "https://a.example/secret".parse().unwrap();
        assert_eq!(format!("{url:?}"), "https://a.example/…");
    }

    #[test]
    fn other_addresses_are_refused_and_not_repeated() {
        check("ftp://a.example/secret", "has to begin with https:// or http://");
        check("a.example/secret", "is no address such as https://example.org/path");
        check("secret", "has to begin with https:// or http://");
        check("https://user:secret@a.example/", "must not hold a user name or a password");
        check("https:///secret", "is no address such as https://example.org/path");
    }
}
