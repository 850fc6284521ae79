//! The paths that the server answers, by era.
//! Four of them no real server knows: POST users and posts, GET users/count and posts/count, all without a login, so that tests have rows to look for.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::era::Era;
use super::http::{Request, Response};
use super::places;
use super::random;
use super::schema::{Store, StoreError};
use super::trailer::{Fault, Trailer};

/// A server that listens.
pub(crate) struct Served {
    era: Era,
    trailer: Trailer,
    config: Value,
    version_id: String,
    store: Mutex<Box<dyn Store>>,
    opened: Instant,
}

impl Served {
    /// Ready to answer.
    pub(crate) fn new(era: Era, trailer: Trailer, config: Value, store: Box<dyn Store>) -> Self {
        let version_id = version_id(era, &trailer, &config);
        Self { era, trailer, config, version_id, store: Mutex::new(store), opened: Instant::now() }
    }

    /// The answer to a request; none when the server is one that never answers.
    pub(crate) fn answer(&self, request: &Request) -> Option<Response> {
        if self.trailer.has(&Fault::NeverAnswers) {
            return None;
        }
        if self.era.opens_too_early()
            && self.opened.elapsed() < Duration::from_millis(self.trailer.timings.not_found_ms)
        {
            return Some(self.not_found(request));
        }
        Some(match (request.method.as_str(), request.path.as_str()) {
            ("GET" | "HEAD", "/api/v4/system/ping") if self.era.since(3, 7) => self.ping(request),
            ("GET" | "HEAD", "/api/v3/general/ping") if !self.era.since(5, 0) => self.old_ping(),
            ("GET", "/api/v4/config/client") if self.era.since(3, 7) => self.client_config(),
            ("GET", "/") => self.page(),
            ("POST", "/api/v4/users") => self.create("users", &["username", "email"], request),
            ("POST", "/api/v4/posts") => {
                self.create("posts", &["userid", "channelid", "message"], request)
            }
            ("GET", "/api/v4/users/count") => self.count("users"),
            ("GET", "/api/v4/posts/count") => self.count("posts"),
            _ => self.not_found(request),
        })
    }

    fn json(&self, status: u16, body: &Value) -> Response {
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Expires".to_owned(), "0".to_owned()),
            ("X-Request-Id".to_owned(), random::token(26)),
            ("X-Version-Id".to_owned(), self.version_id.clone()),
        ];
        if self.era.since(6, 0) {
            headers.push(("Vary".to_owned(), "Accept-Encoding".to_owned()));
        }
        Response { status, headers, body: body.to_string() }
    }

    fn ping(&self, request: &Request) -> Response {
        let mut body = Map::new();
        let platforms: &[&str] = match self.era {
            era if era.since(6, 0) => &["Android", "Ios"],
            era if era.since(4, 2) => &["Android", "Desktop", "Ios"],
            _ => &[],
        };
        for platform in platforms {
            body.insert(format!("{platform}LatestVersion"), "".into());
            body.insert(format!("{platform}MinVersion"), "".into());
        }
        let asked = request.query.split('&').any(|pair| pair == "get_server_status=true");
        if !asked || !self.era.since(5, 14) {
            body.insert("status".to_owned(), "OK".into());
            return self.json(200, &Value::Object(body));
        }
        let healthy = |yes: bool| if yes { "OK" } else { "UNHEALTHY" };
        let database = self.store().ping().is_ok();
        let files = !self.trailer.has(&Fault::FilestoreUnhealthy);
        let status = healthy(database && files);
        body.insert("database_status".to_owned(), healthy(database).into());
        body.insert("filestore_status".to_owned(), healthy(files).into());
        body.insert("status".to_owned(), status.into());
        let mut response =
            self.json(if database && files { 200 } else { 500 }, &Value::Object(body));
        for (name, value) in [
            ("Database_status", healthy(database)),
            ("Filestore_status", healthy(files)),
            ("Status", status),
        ] {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        response
    }

    fn old_ping(&self) -> Response {
        let enabled = self
            .config
            .pointer("/ServiceSettings/EnableAPIv3")
            .is_none_or(|v| v == &Value::Bool(true));
        if !enabled {
            return self.json(501, &json!({
                "id": "api.context.v3_disabled.app_error",
                "message": "API version 3 has been disabled on this server. Please use API version 4. See https://api.mattermost.com for details.",
                "detailed_error": "",
                "status_code": 501,
            }));
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis()
            .to_string();
        self.json(200, &json!({ "server_time": now, "version": self.trailer.model_version }))
    }

    fn client_config(&self) -> Response {
        self.json(
            200,
            &json!({
                "BuildDate": self.trailer.build_date,
                "BuildEnterpriseReady": self.trailer.enterprise.to_string(),
                "BuildHash": self.trailer.build_hash,
                "BuildHashEnterprise": "none",
                "BuildNumber": self.trailer.build_number,
                "SiteName": self.config.pointer("/TeamSettings/SiteName"),
                "Version": self.trailer.model_version,
            }),
        )
    }

    fn page(&self) -> Response {
        let webapp = if self.era.since(4, 3) { "client" } else { "webapp/dist" };
        let root = places::directory(self.era, webapp)
            .and_then(|dir| std::fs::read_to_string(dir.join("root.html")).ok());
        let mut response = self.json(if root.is_some() { 200 } else { 404 }, &Value::Null);
        response.headers.retain(|(name, _)| name.starts_with("X-"));
        response.headers.push(("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned()));
        response.body = root.unwrap_or_default();
        response
    }

    fn not_found(&self, request: &Request) -> Response {
        let mut response = self.json(404, &json!({
            "id": "api.context.404.app_error",
            "message": "Sorry, we could not find the page.",
            "detailed_error": format!("There doesn't appear to be an api call for the url='{}'.  Typo? are you missing a team_id or user_id as part of the url?", request.path),
            "status_code": 404,
        }));
        response.headers.retain(|(name, _)| self.era.has_commands() || name != "X-Version-Id");
        if !self.era.since(7, 1) {
            response.headers.retain(|(name, _)| name != "Content-Type");
            response
                .headers
                .push(("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned()));
        }
        response
    }

    fn create(&self, table: &str, columns: &[&str], request: &Request) -> Response {
        let Ok(Value::Object(given)) = serde_json::from_slice(&request.body) else {
            return self.json(
                400,
                &json!({ "id": "api.context.invalid_body_param.app_error", "status_code": 400 }),
            );
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Value::from(i64::try_from(now.as_millis()).unwrap_or_default());
        let id = random::token(26);
        let mut row = vec![
            ("id", Value::from(id.clone())),
            ("createat", now.clone()),
            ("updateat", now),
            ("deleteat", 0.into()),
        ];
        row.extend(
            columns.iter().map(|name| {
                (*name, given.get(*name).cloned().unwrap_or_else(|| id.clone().into()))
            }),
        );
        match self.store().insert(table, &row) {
            Ok(()) => self.json(
                201,
                &Value::Object(
                    row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                ),
            ),
            Err(StoreError(why)) => self.json(500, &json!({ "message": why, "status_code": 500 })),
        }
    }

    fn count(&self, table: &str) -> Response {
        match self.store().count(table) {
            Ok(count) => self.json(200, &json!({ "count": count })),
            Err(StoreError(why)) => self.json(500, &json!({ "message": why, "status_code": 500 })),
        }
    }

    fn store(&self) -> std::sync::MutexGuard<'_, Box<dyn Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `X-Version-Id`. The real server hashes with MD5; any 32 digits that change with the configuration do.
fn version_id(era: Era, trailer: &Trailer, config: &Value) -> String {
    for fault in &trailer.faults {
        if let Fault::LiesAboutVersion { header: Some(header), .. } = fault {
            return header.clone();
        }
    }
    let digest = Sha256::digest(config.to_string());
    let mut hash = String::new();
    for byte in digest.iter().take(16) {
        write!(hash, "{byte:02x}").expect("memory takes whatever is written");
    }
    let licensed = if era.has_commands() { ".false" } else { "" };
    format!("{}.{}.{hash}{licensed}", trailer.model_version, trailer.build_number)
}
