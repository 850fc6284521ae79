//! The URL form of a PostgreSQL data source, taken apart as Go's net/url and lib/pq take it apart.
//! Nothing is known here about what the settings mean.

use super::dsn_error::{DsnError, position};
use super::percent::{Plus, decode};
use super::postgres_dsn::Settings;

/// The two schemes that lib/pq knows, in lower case only.
const SCHEMES: &[&str] = &["postgres://", "postgresql://"];

/// A piece of the whole text, by byte offsets, so that errors can tell where it stands.
type Span = (usize, usize);

/// The settings of an URL; `None` if the text is none that the driver would take for one.
pub(super) fn take_apart(text: &str) -> Option<Result<Settings, DsnError>> {
    SCHEMES
        .iter()
        .find(|scheme| text.starts_with(**scheme))
        .map(|scheme| settings(text, scheme.len()))
}

fn settings(text: &str, start: usize) -> Result<Settings, DsnError> {
    if let Some(offset) = text.find(|c: char| c.is_ascii_control()) {
        return Err(DsnError::ControlCharacter { position: position(text, offset) });
    }
    // In this order: a # ends everything, the first ? begins the query, the first / ends the authority.
    let end = find(text, (start, text.len()), '#');
    let query = find(text, (start, end), '?');
    let path = find(text, (start, query), '/');

    let mut settings = Settings::new();
    let host = match text.get(start..path).unwrap_or_default().rfind('@') {
        Some(at) => {
            user_and_password(text, (start, start + at), &mut settings)?;
            start + at + 1
        }
        None => start,
    };
    host_and_port(text, (host, path), &mut settings)?;
    if path < query {
        let database = decode(text, (path + 1, query), Plus::Itself)?;
        put(&mut settings, "dbname".to_owned(), database)?;
    }
    if query < end {
        parameters(text, (query + 1, end), &mut settings)?;
    }
    Ok(settings)
}

/// The offset of `wanted` in the span, or the span's end.
fn find(text: &str, (from, to): Span, wanted: char) -> usize {
    text.get(from..to).and_then(|part| part.find(wanted)).map_or(to, |offset| from + offset)
}

fn user_and_password(text: &str, span: Span, settings: &mut Settings) -> Result<(), DsnError> {
    let (from, to) = span;
    let part = text.get(from..to).unwrap_or_default();
    if let Some(offset) = part.find(|c| !may_stand_in_user_info(c)) {
        return Err(DsnError::BadUserInfo { position: position(text, from + offset) });
    }
    let colon = find(text, span, ':');
    let user = decode(text, (from, colon), Plus::Itself)?;
    put(settings, "user".to_owned(), user)?;
    if colon < to {
        let password = decode(text, (colon + 1, to), Plus::Itself)?;
        put(settings, "password".to_owned(), password)?;
    }
    Ok(())
}

/// What Go's validUserinfo lets through.
fn may_stand_in_user_info(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)
}

fn host_and_port(text: &str, (from, to): Span, settings: &mut Settings) -> Result<(), DsnError> {
    let address = text.get(from..to).unwrap_or_default();
    if let Some(offset) = address.find(|c| !may_stand_in_host(c)) {
        return Err(DsnError::BadHost { position: position(text, from + offset) });
    }
    let (host, port) =
        split_host_and_port(address).ok_or(DsnError::BadHost { position: position(text, from) })?;
    if !port.chars().all(|c| c.is_ascii_digit()) {
        return Err(DsnError::BadPort);
    }
    put(settings, "host".to_owned(), host.to_owned())?;
    put(settings, "port".to_owned(), port.to_owned())
}

/// Go allows some more that no host name has; percent-encoded ASCII it refuses, and so socket paths.
fn may_stand_in_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || "-_.~,:[]".contains(c)
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`, and a bare v6 address, which the driver takes whole.
/// Several hosts are taken whole too, to be refused by their commas.
fn split_host_and_port(address: &str) -> Option<(&str, &str)> {
    if let Some(bracketed) = address.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        let port = if rest.is_empty() { "" } else { rest.strip_prefix(':')? };
        return Some((host, port));
    }
    let whole = address.contains(',') || address.matches(':').count() > 1;
    if whole {
        return Some((address, ""));
    }
    Some(address.split_once(':').unwrap_or((address, "")))
}

fn parameters(text: &str, (from, to): Span, settings: &mut Settings) -> Result<(), DsnError> {
    let mut start = from;
    while start < to {
        let end = find(text, (start, to), '&');
        let equals = find(text, (start, end), '=');
        let name = decode(text, (start, equals), Plus::Blank)?;
        let value = decode(text, ((equals + 1).min(end), end), Plus::Blank)?;
        put(settings, name, value)?;
        start = end + 1;
    }
    Ok(())
}

/// The driver skips empty values here. Which of two values it takes depends on their letters, so two are refused.
fn put(settings: &mut Settings, name: String, value: String) -> Result<(), DsnError> {
    if value.is_empty() {
        return Ok(());
    }
    let known = ["dbname", "host", "password", "port", "sslmode", "user"];
    let setting = known.into_iter().find(|known| *known == name);
    let same = settings.get(&name).is_none_or(|former| *former == value);
    settings.insert(name, value);
    if same {
        return Ok(());
    }
    Err(DsnError::GivenTwice { setting: setting.unwrap_or("parameters") })
}
