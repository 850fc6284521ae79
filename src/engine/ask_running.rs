//! Asking the server that serves, where its configuration says it listens.
//! It is neither started nor stopped, and what plain HTTP does not reach is left unasked.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::listen::{Listening, USUAL_ADDRESS, listening};
use super::proof::{ProofError, ask, name_parts};
use super::steps::site_path;
use crate::config::{Document, SettingPath};
use crate::host::Http;
use crate::model::Version;
use crate::server::{Ask, BuildIdentity, HealthVerdict, Sample, VersionId, judge};

/// A server that answers at all answers within this time.
const ANSWER: Duration = Duration::from_secs(5);

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// It answers as what is installed.
    Well,
    /// It does not.
    Unwell {
        /// Where it was asked.
        address: String,
        /// What came instead, as a sentence.
        answer: String,
    },
    /// It cannot be asked, because of this.
    Unreachable(String),
}

/// Asks the running server.
pub(super) fn ask_running(config: &Document, version: &Version) -> Result<Asked, ProofError> {
    ask_running_by(&Http::new()?, config, version)
}

/// The same, for whoever asks again and again.
pub(super) fn ask_running_by(
    http: &Http,
    config: &Document,
    version: &Version,
) -> Result<Asked, ProofError> {
    let address = match base_of(config) {
        Ok(base) => base,
        Err(why) => return Ok(Asked::Unreachable(why)),
    };
    let sample = ask(http, &address, version)?.unwrap_or(Sample::Refused);
    let verdict = judge(std::slice::from_ref(&sample), version, 1);
    Ok(match told(&verdict, &sample) {
        None => Asked::Well,
        Some(answer) => Asked::Unwell { address, answer },
    })
}

/// What is wrong with an answer; `None` for a good one.
fn told(verdict: &HealthVerdict, sample: &Sample) -> Option<String> {
    Some(match (verdict, sample) {
        (HealthVerdict::Healthy { .. }, _) => return None,
        (HealthVerdict::WrongVersion { seen: Some(seen) }, _) => format!("it answers as {seen}"),
        (HealthVerdict::WrongVersion { seen: None }, _) => {
            "something answers that names no version".to_owned()
        }
        (HealthVerdict::Unhealthy { parts }, _) => {
            format!("it does not report that all is well with {}", name_parts(parts))
        }
        (HealthVerdict::NotYet { .. }, Sample::Refused) => "nobody listens".to_owned(),
        (HealthVerdict::NotYet { .. }, Sample::Silent) => {
            "somebody listens and does not answer".to_owned()
        }
        (HealthVerdict::NotYet { .. }, Sample::Answered(_)) => {
            "something answers that is not ready, or no server".to_owned()
        }
    })
}

/// The build as which the server answers that listens where this configuration says, whatever its version; `None` when
/// nobody answers, or somebody else does.
pub(super) fn ask_version(config: &Document) -> Option<BuildIdentity> {
    let (http, base) = (Http::new().ok()?, base_of(config).ok()?);
    [Ask::SystemPing, Ask::GeneralPing, Ask::StartPage].into_iter().find_map(|question| {
        let response = http.get(&question.url(&base), ANSWER).ok()?;
        let id: VersionId = response.headers.get("x-version-id")?.parse().ok()?;
        Some(id.identity)
    })
}

/// The address under which plain HTTP from this machine reaches the server, or why there is none.
fn base_of(config: &Document) -> Result<String, String> {
    let security = text_of(config, "ServiceSettings.ConnectionSecurity").unwrap_or_default();
    if !security.is_empty() {
        return Err("it speaks TLS itself".to_owned());
    }
    let listen = text_of(config, "ServiceSettings.ListenAddress");
    let listen = match listen.as_deref() {
        None => USUAL_ADDRESS,
        // Server source: the port that the protocol has by custom.
        Some("") => ":80",
        Some(listen) => listen,
    };
    let unknown =
        || format!("its listen address {listen:?} is none that this program could resolve");
    let address = match listening(listen) {
        Listening::At(addresses) => addresses.into_iter().next(),
        Listening::Nowhere(_) | Listening::Unclear => None,
    };
    let address = address.ok_or_else(unknown)?;
    Ok(format!("http://{}{}", reachable(address), site_path(config)))
}

/// Who listens everywhere listens on the loopback interface too.
fn reachable(address: SocketAddr) -> SocketAddr {
    let host = match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        host @ (IpAddr::V4(_) | IpAddr::V6(_)) => host,
    };
    SocketAddr::new(host, address.port())
}

fn text_of(document: &Document, setting: &str) -> Option<String> {
    let value = document.get(&SettingPath::known(setting))?;
    value.as_text().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(settings: &str) -> Result<String, String> {
        let text = format!(r#"{{"ServiceSettings":{{{settings}}}}}"#);
        base_of(&Document::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_server_is_asked_where_it_listens() {
        for (settings, expected) in [
            ("", "http://127.0.0.1:8065"),
            (r#""ListenAddress":"""#, "http://127.0.0.1:80"),
            (r#""ListenAddress":":8066""#, "http://127.0.0.1:8066"),
            (r#""ListenAddress":"0.0.0.0:8066""#, "http://127.0.0.1:8066"),
            (r#""ListenAddress":"localhost:8066""#, "http://127.0.0.1:8066"),
            (r#""ListenAddress":"192.0.2.7:8066""#, "http://192.0.2.7:8066"),
            (r#""ListenAddress":"[::]:8066""#, "http://[::1]:8066"),
            (r#""ListenAddress":"[2001:db8::1]:8066""#, "http://[2001:db8::1]:8066"),
            (
                r#""SiteURL":"https://acme.example/chat/","ConnectionSecurity":"""#,
                "http://127.0.0.1:8065/chat",
            ),
        ] {
            assert_eq!(base(settings).as_deref(), Ok(expected), "{settings}");
        }
    }

    #[test]
    fn what_plain_http_does_not_reach_is_not_asked() {
        for (settings, why) in [
            (r#""ConnectionSecurity":"TLS""#, "TLS"),
            (r#""ListenAddress":"/run/acme/chat.socket""#, "/run/acme"),
            (r#""ListenAddress":"unix:/run/acme""#, "unix:"),
            (r#""ListenAddress":"chat.acme.example:8065""#, "acme.example"),
            (r#""ListenAddress":":chat""#, ":chat"),
        ] {
            let said = base(settings).unwrap_err();
            assert!(said.contains(why), "{settings}: {said}");
        }
    }

    #[test]
    fn nobody_there_is_not_well() {
        let port = crate::host::free_loopback_port().unwrap();
        let text = format!(r#"{{"ServiceSettings":{{"ListenAddress":"127.0.0.1:{port}"}}}}"#);
        let config = Document::parse(text.as_bytes()).unwrap();
        let asked = ask_running(&config, &Version::new(9, 5, 0)).unwrap();
        let address = format!("http://127.0.0.1:{port}");
        assert_eq!(asked, Asked::Unwell { address, answer: "nobody listens".to_owned() });
    }
}
