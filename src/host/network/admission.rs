//! Which addresses may be asked, and how they are shown.
//! Nobody is asked here.

use reqwest::header::HeaderValue;
use url::Url;

use super::error::NetworkError;

/// Which addresses may be asked.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    /// Hosts that may be asked over http too, `name` or `name:port`, in lower case.
    insecure: Vec<String>,
}

impl Admission {
    pub(super) fn new(insecure: &[String]) -> Self {
        Self { insecure: insecure.iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    /// The address, if it may be asked.
    pub(super) fn admit(&self, text: &str) -> Result<Url, NetworkError> {
        let no_address = || NetworkError::NoAddress { url: shown_text(text) };
        let url = Url::parse(text).map_err(|_| no_address())?;
        match url.scheme() {
            "http" | "https" if self.allows(&url) => Ok(url),
            "http" => Err(NetworkError::Insecure { url: shown(&url) }),
            _ => Err(no_address()),
        }
    }

    /// Where a redirection leads, if that may be asked.
    pub(super) fn follow(
        &self,
        from: &Url,
        location: Option<&HeaderValue>,
    ) -> Result<Url, NetworkError> {
        let to = location.and_then(|location| location.to_str().ok());
        let to = to.and_then(|location| from.join(location).ok());
        let to = to.ok_or_else(|| NetworkError::RedirectedNowhere { url: shown(from) })?;
        if self.allows(&to) {
            return Ok(to);
        }
        Err(NetworkError::RedirectedAway { from: shown(from), to: shown(&to) })
    }

    fn allows(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        match url.scheme() {
            "https" => true,
            "http" => {
                let port = url.port_or_known_default().unwrap_or_default();
                let full = format!("{host}:{port}");
                self.insecure.iter().any(|named| *named == host || *named == full)
            }
            _ => false,
        }
    }
}

/// Host and port.
pub(super) fn address(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// An address without what may be secret in it.
pub(super) fn shown(url: &Url) -> String {
    let (scheme, path) = (url.scheme(), url.path());
    let query = if url.query().is_some() { "?…" } else { "" };
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{scheme}://{host}:{port}{path}{query}"),
        (Some(host), None) => format!("{scheme}://{host}{path}{query}"),
        (None, _) if scheme == "file" => format!("file://{path}"),
        // What follows may be anything, and of any length.
        (None, _) => format!("{scheme}:…"),
    }
}

/// The last part of its path.
pub(super) fn file_name(text: &str) -> String {
    let url = Url::parse(text).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back());
    last.unwrap_or_default().to_owned()
}

/// The same address with more at the end of its path.
pub(super) fn beside(text: &str, suffix: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if !url.cannot_be_a_base() => {
            url.set_path(&format!("{}{suffix}", url.path()));
            url.into()
        }
        Ok(_) | Err(_) => format!("{text}{suffix}"),
    }
}

/// The same for what may be no address at all.
pub(super) fn shown_text(text: &str) -> String {
    if let Ok(url) = Url::parse(text) {
        return shown(&url);
    }
    let plain = text.split(['?', '#']).next().unwrap_or_default();
    crate::host::printable(plain.rsplit('@').next().unwrap_or_default().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission() -> Admission {
        Admission::new(&["Mirror.example".to_owned(), "[::1]:8080".to_owned()])
    }

    #[test]
    fn only_https_is_asked_and_http_where_it_was_named() {
        for url in [
            "https://a.example/b",
            "http://mirror.example/b",
            "http://MIRROR.example:8080/b",
            "http://[::1]:8080/",
        ] {
            admission().admit(url).unwrap();
        }
        for url in ["http://a.example/b", "http://mirror.example.org/", "http://[::1]:8081/"] {
            let error = admission().admit(url).unwrap_err();
            assert!(matches!(error, NetworkError::Insecure { .. }), "{url}: {error}");
        }
        for url in ["file:///etc/passwd", "ftp://a.example/", "a.example/b", "", "https://"] {
            let error = admission().admit(url).unwrap_err();
            assert!(matches!(error, NetworkError::NoAddress { .. }), "{url}: {error}");
        }
    }

    #[test]
    fn a_redirection_is_looked_at_like_an_address() {
        let from = Url::parse("https://user:canary@a.example/b/c?canary").unwrap();
        let follow = |to: &'static str| {
            admission().follow(&from, Some(&HeaderValue::from_static(to))).map_err(|error| {
                assert!(!error.to_string().contains("canary"), "{error}");
                error.to_string()
            })
        };
        assert_eq!(follow("d").unwrap().path(), "/b/d");
        assert_eq!(follow("//b.example/").unwrap().as_str(), "https://b.example/");
        assert_eq!(follow("http://mirror.example/").unwrap().scheme(), "http");
        for (to, shown) in [
            ("http://a.example/d", "http://a.example/d"),
            ("file:///etc/passwd", "file:///etc/passwd"),
            ("data:text/plain,canary", "data:…"),
        ] {
            let said = format!("https://a.example/b/c?… redirects to {shown}, which is not https");
            assert_eq!(follow(to).unwrap_err(), said);
        }
        let nowhere = admission().follow(&from, None).unwrap_err();
        assert!(matches!(nowhere, NetworkError::RedirectedNowhere { .. }));
    }

    #[test]
    fn a_name_is_that_of_the_file_and_what_lies_beside_it_is_asked_for_alike() {
        for (text, name, signature) in [
            ("https://u:p@a.example/b/c?t=1", "c", "https://u:p@a.example/b/c.sig?t=1"),
            ("https://a.example/b/c%20d", "c%20d", "https://a.example/b/c%20d.sig"),
            ("https://u:canary@a.example", "", "https://u:canary@a.example/.sig"),
            ("a.example/b", "", "a.example/b.sig"),
        ] {
            assert_eq!(
                (file_name(text).as_str(), beside(text, ".sig").as_str()),
                (name, signature)
            );
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        for (text, shown) in [
            ("https://user:canary@a.example:8443/b?canary#c", "https://a.example:8443/b?…"),
            ("user:canary@a.example/b?canary", "user:…"),
            ("user@a.example/b?canary", "a.example/b"),
            ("//user:canary@a", "a"),
        ] {
            assert_eq!(shown_text(text), shown);
        }
    }
}
