//! How a value is shown to people: secrets as `***`, everything else so that a terminal cannot be driven by it.
//! No value leaves this room for a screen, a log or a report by another way.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{Kind, View, text};
use super::setting::SettingPath;
use super::table::{is_secret, is_secret_name, may_be_secret, sounds_secret};

/// Characters of a value that are shown; the rest of a longer one is replaced by `…`.
const MAX_SHOWN: usize = 200;

/// A value as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Shown {
    /// A secret.
    Masked,
    /// Compact JSON, cut off when long.
    Plain(String),
}

impl Shown {
    /// The value of a setting, masked if the setting is a secret or the value looks like one.
    /// Nothing is masked where nothing is set.
    #[must_use]
    pub fn of(setting: &SettingPath, value: &View<'_>) -> Self {
        if hides_something(setting, value) {
            return Self::Masked;
        }
        if value.kind() == Kind::Bool {
            return Self::Plain(value.raw().to_owned());
        }
        let plain = text::compact(&value.to_value(), text::quote_visibly);
        match plain.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => Self::Plain(format!("{}…", plain.get(..end).unwrap_or_default())),
            None => Self::Plain(plain),
        }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Masked => "***",
            Self::Plain(text) => text,
        })
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> Self {
        shown.to_string()
    }
}

impl From<String> for Shown {
    /// What was once shown, read back.
    fn from(text: String) -> Self {
        if text == "***" { Self::Masked } else { Self::Plain(text) }
    }
}

/// Must this value be masked?
pub(super) fn hides_something(setting: &SettingPath, value: &View<'_>) -> bool {
    match value.kind() {
        _ if value.is_empty() => false,
        Kind::Null | Kind::Bool => false,
        Kind::Number => is_secret(setting),
        Kind::Text => {
            may_be_secret(setting) || value.as_text().is_some_and(|t| has_credentials(&t))
        }
        Kind::List | Kind::Object => may_be_secret(setting) || holds_secret(&value.to_value()),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(said) => has_credentials(said),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(members) => members.iter().any(|(name, value)| {
            holds_secret(value) || (is_named_secret(name, value) && is_set(value))
        }),
    }
}

/// A number is seldom a secret: most that sound like one count something.
fn is_named_secret(name: &str, value: &Value) -> bool {
    if value.is_number() { is_secret_name(name) } else { sounds_secret(name) }
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(said) => !said.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Number(_) => true,
    }
}

/// Does a text carry credentials, whatever the setting is called: an address with a user in it, a connection string,
/// a private key?
fn has_credentials(said: &str) -> bool {
    let lower = said.to_ascii_lowercase();
    let user_in_address = said.split("://").skip(1).any(|rest| {
        let ends = |letter: char| "/?#\"".contains(letter) || letter.is_whitespace();
        rest.split(ends).next().unwrap_or_default().contains('@')
    });
    let marks =
        ["password=", "\"password", "secret=", "\"secret", "private key-", "@tcp(", "@unix("];
    user_in_address || marks.iter().any(|mark| lower.contains(mark))
}

/// Is this text nothing but asterisks, as the server shows secrets to its administrators?
pub(super) fn is_stars(said: &str) -> bool {
    said.len() >= 3 && said.bytes().all(|byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;

    fn shown(setting: &str, json: &str) -> String {
        let setting = SettingPath::known(setting);
        let mut document = Document::empty();
        document.set_raw(&setting, json).unwrap();
        Shown::of(&setting, &document.get(&setting).unwrap()).to_string()
    }

    #[test]
    fn secrets_are_stars_and_nothing_is_nothing() {
        for (setting, json, wanted) in [
            ("SqlSettings.DataSource", "\"postgres://u:p@h/db\"", "***"),
            ("SqlSettings.DataSource", "\"\"", "\"\""),
            ("SqlSettings.DataSourceReplicas", "[]", "[]"),
            ("SqlSettings.DataSourceReplicas", "[\"x\"]", "***"),
            ("ServiceSettings.SiteURL", "\"https://chat.example\"", "\"https://chat.example\""),
            ("ElasticsearchSettings.ConnectionURL", "\"https://u:p@h:9200\"", "***"),
            ("ServiceSettings.SiteURL", "\"https://h/@me\"", "\"https://h/@me\""),
            ("X.List", "[{\"apiKey\": \"x\"}]", "***"),
            ("X.List", "[{\"apiKey\": \"\"}]", "[{\"apiKey\":\"\"}]"),
            ("X.EnableToken", "true", "true"),
            ("X.auth", "\"x\"", "***"),
            ("X.AuthHeader.value", "\"x\"", "***"),
            ("X.my_token_of_today", "[\"x\"]", "***"),
            ("X.tokenLimit", "5", "5"),
            ("X.Pin.password", "5", "***"),
            ("Credentials.user", "\"x\"", "***"),
            ("X.list", "[{\"credentialFile\": \"x\"}]", "***"),
            ("PluginSettings.Plugins.x", "{\"authorization\": \"x\", \"tokenlimit\": 3}", "***"),
            ("PluginSettings.Plugins.x", "{\"tokenlimit\": 3}", "{\"tokenlimit\":3}"),
            ("PasswordSettings.Unheard", "\"x\"", "\"x\""),
            ("GitLabSettings.AuthEndpoint", "\"https://x\"", "\"https://x\""),
            ("X.Pin", "\"-----BEGIN RSA PRIVATE KEY-----\"", "***"),
            ("PluginSettings.Plugins.x", "{\"a\": {\"secret\": \"s\"}}", "***"),
        ] {
            assert_eq!(shown(setting, json), wanted, "{setting} {json}");
        }
    }

    #[test]
    fn a_terminal_cannot_be_driven_and_long_values_are_cut() {
        assert_eq!(shown("X.a", "\"\\u001b[2J\u{202e}\""), "\"\\u001b[2J\\u202e\"");
        assert_eq!(shown("X.a", &format!("\"{}\"", "é".repeat(1000))).chars().count(), 201);
    }
}
