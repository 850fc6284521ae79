//! The health question: what to ask a server, and what its reply means.
//! Nothing is asked here.

use serde_json::{Map, Value};

use crate::model::Version;

use super::era::{Era, PingApi, StatusReport};
use super::version_id::VersionId;

/// A question to a running server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The v4 health question, with database and file store where the server knows of that.
    SystemPing,
    /// The v3 health question.
    GeneralPing,
    /// The start page, for servers without a health question.
    StartPage,
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'r> {
    /// The HTTP status.
    pub status: u16,
    /// The headers, in any letter case.
    pub headers: &'r [(String, String)],
    /// The body, or as much of it as was read.
    pub body: &'r str,
}

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Is the server well?
    pub state: State,
    /// Which build answered. Absent if the header was not there: something else may have answered.
    pub version_id: Option<VersionId>,
}

/// How a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Well, with everything it reports on.
    Ready,
    /// Not serving this question (yet).
    NotYet,
    /// It says that something is wrong, or does not say that all is well although its version always does.
    Unhealthy {
        /// What is wrong or unsaid; never empty.
        parts: Vec<Part>,
    },
}

/// Something a server reports on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The server itself: too many goroutines, or an error while answering.
    Server,
    /// Its database.
    Database,
    /// The place where it keeps files.
    FileStore,
}

/// The parts and the names under which they are reported, in the body and (from 5.30) in headers.
const PARTS: &[(Part, &str)] = &[
    (Part::Server, "status"),
    (Part::Database, "database_status"),
    (Part::FileStore, "filestore_status"),
];

impl Ask {
    /// The questions for a server of this version, in the order in which they should be tried. Never empty.
    ///
    /// Observed on real servers: the status parameter is ignored by those that do not know it. 3.x servers of the
    /// change from v3 to v4 are asked both.
    #[must_use]
    pub fn for_version(version: &Version) -> Vec<Self> {
        match Era::of(version).ping_api() {
            PingApi::None => vec![Self::StartPage],
            PingApi::V3 => vec![Self::GeneralPing],
            PingApi::V4 if version.is_at_least(4, 0) => vec![Self::SystemPing],
            PingApi::V4 => vec![Self::SystemPing, Self::GeneralPing],
        }
    }

    /// The path and query, below the path of the server's site URL.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::SystemPing => "/api/v4/system/ping?get_server_status=true",
            Self::GeneralPing => "/api/v3/general/ping",
            Self::StartPage => "/",
        }
    }

    /// The whole address, given the one under which the server is reached (with the path of its site URL, if any).
    #[must_use]
    pub fn url(self, base: &str) -> String {
        format!("{}{}", base.trim_end_matches('/'), self.path())
    }

    /// Understands a reply to this question.
    ///
    /// Observed on real servers: 404 for some milliseconds after the port opens (5.3, 5.9), 501 where v3 is switched off,
    /// 500 with the ailing parts named. A 200 that is not the expected JSON comes from something else and counts as
    /// no answer. From a server that always tells how its database and its file store are, silence about one of them
    /// is a fault of that part.
    #[must_use]
    pub fn understand(self, reply: &Reply<'_>, version: &Version) -> Answer {
        let version_id = header(reply, "x-version-id").and_then(|text| text.parse().ok());
        let body = json_object(reply.body);
        let state = match (self, reply.status) {
            (Self::SystemPing, 200 | 500) => {
                system_state(reply, body.as_ref(), Era::of(version).status_report())
            }
            (Self::GeneralPing, 200) if text_field(body.as_ref(), "version").is_some() => {
                State::Ready
            }
            (Self::StartPage, 200) if version_id.is_some() => State::Ready,
            (_, 500) => State::Unhealthy { parts: vec![Part::Server] },
            _ => State::NotYet,
        };
        Answer { state, version_id }
    }
}

fn system_state(
    reply: &Reply<'_>,
    body: Option<&Map<String, Value>>,
    report: StatusReport,
) -> State {
    let told = |name| text_field(body, name).or_else(|| header(reply, name));
    let parts: Vec<Part> = PARTS
        .iter()
        .filter(|(_, name)| told(name).is_some_and(|text| !text.eq_ignore_ascii_case("ok")))
        .map(|(part, _)| *part)
        .collect();
    if !parts.is_empty() {
        // The server's own status only repeats that a part is ill.
        let ill = |part: &Part| *part != Part::Server;
        let named: Vec<Part> = parts.iter().copied().filter(ill).collect();
        let parts = if named.is_empty() { parts } else { named };
        return State::Unhealthy { parts };
    }
    let untold: Vec<Part> = PARTS
        .iter()
        .filter(|(_, name)| report == StatusReport::Certain && told(name).is_none())
        .map(|(part, _)| *part)
        .collect();
    match (reply.status, text_field(body, "status")) {
        (200, Some(_)) if untold.is_empty() => State::Ready,
        (200, Some(_)) => State::Unhealthy { parts: untold },
        (200, None) => State::NotYet,
        _ => State::Unhealthy { parts: vec![Part::Server] },
    }
}

fn header<'r>(reply: &Reply<'r>, name: &str) -> Option<&'r str> {
    reply
        .headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

fn json_object(body: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(body).ok()
}

fn text_field<'b>(body: Option<&'b Map<String, Value>>, name: &str) -> Option<&'b str> {
    body?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .and_then(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const V4_3_10: &str = r#"{"status":"OK"}"#;
    const V4_5_3: &str = r#"{"AndroidLatestVersion":"","AndroidMinVersion":"","DesktopLatestVersion":"","DesktopMinVersion":"","IosLatestVersion":"","IosMinVersion":"","status":"OK"}"#;
    const V4_7_8: &str = r#"{"AndroidLatestVersion":"","AndroidMinVersion":"","IosLatestVersion":"","IosMinVersion":"","database_status":"OK","filestore_status":"OK","status":"OK"}"#;
    const V3_3_10: &str = r#"{"server_time":"1795463393919","version":"3.10.0"}"#;
    const NOT_FOUND: &str = r#"{"id":"api.context.404.app_error","message":"Sorry, we could not find the page.","detailed_error":"","status_code":404}"#;
    const V3_OFF: &str = r#"{"id":"api.context.v3_disabled.app_error","message":"API version 3 has been disabled on this server.","status_code":501}"#;

    fn understand(ask: Ask, status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        understand_as("5.9.0", ask, status, headers, body)
    }

    fn understand_as(
        version: &str,
        ask: Ask,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let reply = Reply { status, headers: &headers, body };
        ask.understand(&reply, &version.parse().unwrap())
    }

    #[test]
    fn questions_by_version() {
        use Ask::{GeneralPing, StartPage, SystemPing};
        let cases: [(&str, &[Ask]); 6] = [
            ("3.0.3", &[StartPage]),
            ("3.5.1", &[GeneralPing]),
            ("3.7.0", &[SystemPing, GeneralPing]),
            ("3.10.3", &[SystemPing, GeneralPing]),
            ("4.0.0", &[SystemPing]),
            ("11.7.3", &[SystemPing]),
        ];
        for (text, asks) in cases {
            assert_eq!(Ask::for_version(&text.parse().unwrap()), asks, "{text}");
        }
    }

    #[test]
    fn the_site_urls_path_stays_in_front() {
        assert_eq!(
            Ask::GeneralPing.url("http://127.0.0.1:8065/chat/"),
            "http://127.0.0.1:8065/chat/api/v3/general/ping"
        );
    }

    #[test]
    fn replies_of_real_servers() {
        use Ask::{GeneralPing, SystemPing};
        let unhealthy = |parts: &[Part]| State::Unhealthy { parts: parts.to_vec() };
        let cases = [
            (SystemPing, 200, V4_3_10, State::Ready),
            (SystemPing, 200, V4_5_3, State::Ready),
            (SystemPing, 200, V4_7_8, State::Ready),
            (SystemPing, 404, NOT_FOUND, State::NotYet),
            (GeneralPing, 200, V3_3_10, State::Ready),
            (GeneralPing, 501, V3_OFF, State::NotYet),
            (GeneralPing, 404, NOT_FOUND, State::NotYet),
            (SystemPing, 200, "<!DOCTYPE html>", State::NotYet),
            (SystemPing, 200, "[1]", State::NotYet),
            (SystemPing, 200, "{}", State::NotYet),
            (GeneralPing, 200, "{}", State::NotYet),
            (SystemPing, 502, "bad gateway", State::NotYet),
            (SystemPing, 301, "", State::NotYet),
            (SystemPing, 500, "", unhealthy(&[Part::Server])),
            (SystemPing, 500, r#"{"status":"unhealthy"}"#, unhealthy(&[Part::Server])),
            (
                SystemPing,
                500,
                r#"{"database_status":"UNHEALTHY","filestore_status":"OK","status":"UNHEALTHY"}"#,
                unhealthy(&[Part::Database]),
            ),
            (
                SystemPing,
                200,
                r#"{"Database_Status":"OK","FileStore_Status":"UNHEALTHY","Status":"OK"}"#,
                unhealthy(&[Part::FileStore]),
            ),
        ];
        for (ask, status, body, state) in cases {
            assert_eq!(understand(ask, status, &[], body).state, state, "{status} {body}");
        }
    }

    #[test]
    fn a_part_may_be_reported_in_a_header_alone() {
        let answer = understand(Ask::SystemPing, 200, &[("Database_status", "UNHEALTHY")], V4_3_10);
        assert_eq!(answer.state, State::Unhealthy { parts: vec![Part::Database] });
    }

    type Headers = &'static [(&'static str, &'static str)];

    #[test]
    fn a_server_that_always_tells_of_its_parts_is_not_well_without() {
        const TOLD: Headers = &[("Database_status", "OK"), ("Filestore_status", "OK")];
        let untold = |parts: &[Part]| State::Unhealthy { parts: parts.to_vec() };
        let silent = untold(&[Part::Database, Part::FileStore]);
        let database_only = r#"{"database_status":"OK","status":"OK"}"#;
        let cases: [(&str, Headers, &str, State); 8] = [
            ("5.9.0", &[], V4_3_10, State::Ready),
            ("5.29.1", &[], V4_3_10, State::Ready),
            ("5.30.0", &[], V4_3_10, silent.clone()),
            ("11.7.3", &[], V4_3_10, silent),
            ("7.8.0", &[], database_only, untold(&[Part::FileStore])),
            ("7.8.0", TOLD, V4_3_10, State::Ready),
            ("7.8.0", &TOLD[1..], database_only, State::Ready),
            ("7.8.0", &[], V4_7_8, State::Ready),
        ];
        for (version, headers, body, state) in cases {
            let answer = understand_as(version, Ask::SystemPing, 200, headers, body);
            assert_eq!(answer.state, state, "{version} {body}");
        }
        let page = understand_as("7.8.0", Ask::SystemPing, 200, TOLD, "<html>");
        assert_eq!(page.state, State::NotYet);
    }

    #[test]
    fn the_version_header_is_read_in_any_letter_case_and_from_any_status() {
        let id = "4.10.0.4.10.0.dfe1c4ad19126a9f435966899d1eb4ab.false";
        for (name, status) in [("X-Version-Id", 200), ("x-version-id", 501), ("X-VERSION-ID", 404)]
        {
            let answer = understand(Ask::GeneralPing, status, &[(name, id)], V3_OFF);
            let seen = answer.version_id.map(|id| id.build_version());
            assert_eq!(seen, Some(Version::new(4, 10, 0)), "{name}");
        }
    }

    #[test]
    fn a_start_page_counts_only_with_the_header() {
        let id = [("X-Version-Id", "3.0.0.1466000000")];
        assert_eq!(understand(Ask::StartPage, 200, &id, "<html>").state, State::Ready);
        assert_eq!(understand(Ask::StartPage, 200, &[], "<html>").state, State::NotYet);
    }
}
