//! What two settings demand of each other: conditions that some version holds when it checks its configuration at its start.
//! Only those are here whose breach keeps that version from starting.

use serde_json::Value;

use super::constraint::refusal;
use super::form;
use super::ldap_filter::is_filter;
use super::{Complaint, about};
use crate::config::document::Document;
use crate::config::setting::SettingPath;
use crate::model::Version;

/// What one setting has to be.
#[derive(Clone, Copy, Debug)]
enum Test {
    True,
    False,
    /// Not set to `true`: it may be absent.
    NotTrue,
    /// Not set to `false`: it may be absent.
    NotFalse,
    Is(&'static str),
    OneOf(&'static [&'static str]),
    NotEmpty,
    Web,
    Contains(&'static str),
    AtLeast(i64),
    Clock,
    /// A filter of LDAP, or empty.
    Filter,
}

/// Where all of `when` is so, `then` has to be so.
#[derive(Clone, Copy, Debug)]
struct Condition {
    since: (u64, u64),
    until: Option<(u64, u64)>,
    when: &'static [(&'static str, Test)],
    then: (&'static str, Test),
    /// Does the default of the setting meet the demand?
    default_is_right: bool,
}

type When = &'static [(&'static str, Test)];

/// A demand on a setting that is wrong by default.
const fn must(since: (u64, u64), when: When, setting: &'static str, test: Test) -> Condition {
    Condition { since, until: None, when, then: (setting, test), default_is_right: false }
}

/// A demand on a setting that is right by default.
const fn if_set(since: (u64, u64), when: When, setting: &'static str, test: Test) -> Condition {
    Condition { default_is_right: true, ..must(since, when, setting, test) }
}

const fn until(until: (u64, u64), condition: Condition) -> Condition {
    Condition { until: Some(until), ..condition }
}

use Test::{
    AtLeast, Clock, Contains, False, Filter, Is, NotEmpty, NotFalse, NotTrue, OneOf, True, Web,
};

const BATCHING: When = &[("EmailSettings.EnableEmailBatching", True)];
const LDAP: When = &[("LdapSettings.Enable", True)];
const SAML: When = &[("SamlSettings.Enable", True)];
const SAML_VERIFIES: When = &[("SamlSettings.Enable", True), ("SamlSettings.Verify", True)];
const SAML_VERIFIES_BY_DEFAULT: When =
    &[("SamlSettings.Enable", True), ("SamlSettings.Verify", NotFalse)];
const SAML_ENCRYPTS: When = &[("SamlSettings.Enable", True), ("SamlSettings.Encrypt", True)];
const WEBRTC: When = &[("WebrtcSettings.Enable", True)];
const TLS: When = &[
    ("ServiceSettings.ConnectionSecurity", Is("TLS")),
    ("ServiceSettings.UseLetsEncrypt", NotTrue),
];
const ELASTIC: When = &[("ElasticsearchSettings.EnableIndexing", True)];
const BLEVE: When = &[("BleveSettings.EnableIndexing", True)];
const PROXY: When = &[("ImageProxySettings.Enable", True)];
const ATMOS: When =
    &[("ImageProxySettings.Enable", True), ("ImageProxySettings.ImageProxyType", Is("atmos/camo"))];
const EXPORT: When = &[("MessageExportSettings.EnableExport", True)];
const RELAY: When = &[
    ("MessageExportSettings.EnableExport", True),
    ("MessageExportSettings.ExportFormat", Is("globalrelay")),
];
const REDIS: When = &[("CacheSettings.CacheType", Is("redis"))];
const INTUNE: When = &[("IntuneSettings.Enable", True)];

/// From the server's model/config.go; those first seen between two releases hold from the later one on.
const CONDITIONS: &[Condition] = &[
    must((3, 5), BATCHING, "ServiceSettings.SiteURL", NotEmpty),
    must(
        (4, 9),
        &[("ServiceSettings.AllowCookiesForSubdomains", True)],
        "ServiceSettings.SiteURL",
        NotEmpty,
    ),
    if_set((3, 5), &[("ClusterSettings.Enable", True)], "EmailSettings.EnableEmailBatching", False),
    must((3, 5), LDAP, "LdapSettings.LdapServer", NotEmpty),
    must((3, 5), LDAP, "LdapSettings.BaseDN", NotEmpty),
    must((3, 5), LDAP, "LdapSettings.EmailAttribute", NotEmpty),
    must((3, 5), LDAP, "LdapSettings.UsernameAttribute", NotEmpty),
    must((3, 5), LDAP, "LdapSettings.IdAttribute", NotEmpty),
    if_set((5, 0), LDAP, "LdapSettings.LoginIdAttribute", NotEmpty),
    if_set((5, 10), LDAP, "LdapSettings.UserFilter", Filter),
    if_set((5, 18), LDAP, "LdapSettings.GuestFilter", Filter),
    if_set((5, 20), LDAP, "LdapSettings.AdminFilter", Filter),
    if_set((10, 8), LDAP, "LdapSettings.MaximumLoginAttempts", AtLeast(1)),
    must((3, 5), SAML, "SamlSettings.IdpUrl", Web),
    until((9, 1), must((3, 5), SAML, "SamlSettings.IdpDescriptorUrl", Web)),
    must((9, 1), SAML, "SamlSettings.IdpDescriptorUrl", NotEmpty),
    must((3, 5), SAML, "SamlSettings.IdpCertificateFile", NotEmpty),
    must((3, 5), SAML, "SamlSettings.EmailAttribute", NotEmpty),
    must((3, 5), SAML, "SamlSettings.UsernameAttribute", NotEmpty),
    if_set((5, 26), SAML, "SamlSettings.ServiceProviderIdentifier", NotEmpty),
    if_set(
        (5, 20),
        SAML,
        "SamlSettings.SignatureAlgorithm",
        OneOf(&["RSAwithSHA1", "RSAwithSHA256", "RSAwithSHA512"]),
    ),
    if_set(
        (5, 20),
        SAML,
        "SamlSettings.CanonicalAlgorithm",
        OneOf(&["Canonical1.0", "Canonical1.1"]),
    ),
    until((4, 9), must((3, 5), SAML_VERIFIES, "SamlSettings.AssertionConsumerServiceURL", Web)),
    must((4, 9), SAML_VERIFIES_BY_DEFAULT, "SamlSettings.AssertionConsumerServiceURL", Web),
    must((3, 5), SAML_ENCRYPTS, "SamlSettings.PrivateKeyFile", NotEmpty),
    must((3, 5), SAML_ENCRYPTS, "SamlSettings.PublicCertificateFile", NotEmpty),
    until((5, 6), must((3, 5), WEBRTC, "WebrtcSettings.GatewayWebsocketUrl", NotEmpty)),
    until((5, 6), must((4, 9), WEBRTC, "WebrtcSettings.GatewayAdminUrl", Web)),
    until((5, 6), must((4, 9), WEBRTC, "WebrtcSettings.GatewayAdminSecret", NotEmpty)),
    must((5, 6), TLS, "ServiceSettings.TLSCertFile", NotEmpty),
    must((5, 6), TLS, "ServiceSettings.TLSKeyFile", NotEmpty),
    until(
        (5, 8),
        must(
            (4, 9),
            &[("ServiceSettings.ImageProxyType", Is("atmos/camo"))],
            "ServiceSettings.ImageProxyOptions",
            NotEmpty,
        ),
    ),
    if_set((5, 8), PROXY, "ImageProxySettings.ImageProxyType", OneOf(&["local", "atmos/camo"])),
    must((5, 8), ATMOS, "ImageProxySettings.RemoteImageProxyURL", NotEmpty),
    must((5, 8), ATMOS, "ImageProxySettings.RemoteImageProxyOptions", NotEmpty),
    until((5, 10), must((4, 9), ELASTIC, "ElasticsearchSettings.ConnectionUrl", NotEmpty)),
    if_set((3, 10), ELASTIC, "ElasticsearchSettings.ConnectionUrl", NotEmpty),
    must(
        (3, 10),
        &[("ElasticsearchSettings.EnableSearching", True)],
        "ElasticsearchSettings.EnableIndexing",
        True,
    ),
    must(
        (5, 10),
        &[("ElasticsearchSettings.EnableAutocomplete", True)],
        "ElasticsearchSettings.EnableIndexing",
        True,
    ),
    until((10, 12), must((5, 24), BLEVE, "BleveSettings.IndexDir", NotEmpty)),
    until(
        (10, 12),
        must(
            (5, 24),
            &[("BleveSettings.EnableSearching", True)],
            "BleveSettings.EnableIndexing",
            True,
        ),
    ),
    until(
        (10, 12),
        must(
            (5, 24),
            &[("BleveSettings.EnableAutocomplete", True)],
            "BleveSettings.EnableIndexing",
            True,
        ),
    ),
    until(
        (7, 0),
        if_set(
            (5, 39),
            &[("ServiceSettings.ThreadAutoFollow", False)],
            "ServiceSettings.CollapsedThreads",
            Is("disabled"),
        ),
    ),
    must(
        (7, 5),
        &[("ServiceSettings.ThreadAutoFollow", False)],
        "ServiceSettings.CollapsedThreads",
        Is("disabled"),
    ),
    if_set((4, 9), EXPORT, "MessageExportSettings.BatchSize", AtLeast(0)),
    if_set((4, 9), EXPORT, "MessageExportSettings.DailyRunTime", Clock),
    until(
        (5, 2),
        if_set(
            (4, 10),
            EXPORT,
            "MessageExportSettings.ExportFormat",
            OneOf(&["actiance", "globalrelay"]),
        ),
    ),
    if_set(
        (5, 2),
        EXPORT,
        "MessageExportSettings.ExportFormat",
        OneOf(&["actiance", "globalrelay", "csv", "globalrelay-zip"]),
    ),
    must((4, 10), RELAY, "MessageExportSettings.GlobalRelaySettings.EmailAddress", Contains("@")),
    must((4, 10), RELAY, "MessageExportSettings.GlobalRelaySettings.SmtpUsername", NotEmpty),
    must((4, 10), RELAY, "MessageExportSettings.GlobalRelaySettings.SmtpPassword", NotEmpty),
    must((10, 4), REDIS, "CacheSettings.RedisAddress", NotEmpty),
    must((10, 4), REDIS, "CacheSettings.RedisDB", AtLeast(0)),
    must(
        (10, 10),
        &[("SupportSettings.ReportAProblemType", Is("email"))],
        "SupportSettings.ReportAProblemMail",
        Contains("@"),
    ),
    must(
        (10, 10),
        &[("SupportSettings.ReportAProblemType", Is("link"))],
        "SupportSettings.ReportAProblemLink",
        Web,
    ),
    must(
        (11, 0),
        &[("ExperimentalAuditSettings.FileEnabled", True)],
        "ExperimentalAuditSettings.FileName",
        NotEmpty,
    ),
    must(
        (11, 2),
        &[("AutoTranslationSettings.Enable", True)],
        "AutoTranslationSettings.Provider",
        NotEmpty,
    ),
    must((11, 5), INTUNE, "IntuneSettings.TenantId", NotEmpty),
    must((11, 5), INTUNE, "IntuneSettings.ClientId", NotEmpty),
    must((11, 5), INTUNE, "IntuneSettings.AuthService", OneOf(&["saml", "office365"])),
];

/// All conditions of this version that a whole configuration breaks.
pub(super) fn check(document: &Document, version: &Version) -> Vec<Complaint> {
    let broken = CONDITIONS.iter().filter(|condition| condition.holds_in(version));
    let mut complaints: Vec<Complaint> =
        broken.filter_map(|condition| condition.complaint(document, version)).collect();
    complaints.extend(check_retention(document, version));
    complaints.extend(check_locales(document, version));
    complaints
}

impl Condition {
    fn holds_in(&self, version: &Version) -> bool {
        let this = (version.major(), version.minor());
        self.since <= this && self.until.is_none_or(|until| this < until)
    }

    fn complaint(&self, document: &Document, version: &Version) -> Option<Complaint> {
        let applies = self.when.iter().all(|(setting, test)| {
            let value = value_of(document, setting);
            match (test, value) {
                (NotTrue | NotFalse, None) => true,
                (_, None) => false,
                (test, Some(value)) => test.accepts(&value),
            }
        });
        let (setting, test) = self.then;
        let value = value_of(document, setting).filter(|_| applies);
        let is_right = value.as_ref().map_or(self.default_is_right, |value| test.accepts(value));
        if !applies || is_right {
            return None;
        }
        let causes: Vec<String> = self
            .when
            .iter()
            .map(|(setting, test)| format!("{setting} is {}", test.as_cause()))
            .collect();
        let demand = test.as_demand();
        let what = format!("{setting} must be {demand}, because {}", causes.join(" and "));
        Some(broken(
            document,
            version,
            setting,
            self.when,
            &what,
            &format!("make {setting} {demand}"),
        ))
    }
}

/// The complaint stands at the setting itself, or where it is absent at the first one that demands it.
fn broken(
    document: &Document,
    version: &Version,
    setting: &str,
    when: When,
    text: &str,
    advice: &str,
) -> Complaint {
    let demanded = SettingPath::known(setting);
    let cause = when.first().map(|(cause, _)| SettingPath::known(cause));
    let is_there = document.get(&demanded).is_some();
    let at = if is_there { demanded } else { cause.unwrap_or(demanded) };
    let at = document.spelling(&at).unwrap_or(at);
    let text = format!("{text}: {version} does not start");
    about(&at, refusal(version), "C-NEEDS", text).advise(advice)
}

fn value_of(document: &Document, setting: &str) -> Option<Value> {
    let value = document.get(&SettingPath::known(setting))?.to_value();
    (!value.is_null()).then_some(value)
}

impl Test {
    /// A value of another type is said to be so elsewhere.
    fn accepts(self, value: &Value) -> bool {
        match (self, value) {
            (Self::True | Self::NotFalse, Value::Bool(is)) => *is,
            (Self::False | Self::NotTrue, Value::Bool(is)) => !is,
            (Self::Is(wanted), Value::String(said)) => said == wanted,
            (Self::OneOf(wanted), Value::String(said)) => wanted.contains(&said.as_str()),
            (Self::NotEmpty, Value::String(said)) => !said.is_empty(),
            (Self::Web, Value::String(said)) => form::is_web_address(said),
            (Self::Contains(piece), Value::String(said)) => said.contains(piece),
            (Self::AtLeast(least), Value::Number(number)) => {
                number.as_i64().is_none_or(|number| number >= least)
            }
            (Self::Clock, Value::String(said)) => form::is_clock(said),
            (Self::Filter, Value::String(said)) => said.is_empty() || is_filter(said),
            _ => true,
        }
    }

    fn as_cause(self) -> String {
        match self {
            Self::NotTrue => "not true".to_owned(),
            Self::NotFalse => "not false".to_owned(),
            Self::True
            | Self::False
            | Self::Is(_)
            | Self::OneOf(_)
            | Self::NotEmpty
            | Self::Web
            | Self::Contains(_)
            | Self::AtLeast(_)
            | Self::Clock
            | Self::Filter => self.as_demand(),
        }
    }

    fn as_demand(self) -> String {
        match self {
            Self::True | Self::NotFalse => "true".to_owned(),
            Self::False | Self::NotTrue => "false".to_owned(),
            Self::Is(value) => format!("{value:?}"),
            Self::OneOf(values) => values.join(" or "),
            Self::NotEmpty => "given".to_owned(),
            Self::Web => "an address that begins with http:// or https://".to_owned(),
            Self::Contains(piece) => format!("something with {piece} in it"),
            Self::AtLeast(least) => format!("{least} or more"),
            Self::Clock => "a time such as 02:00".to_owned(),
            Self::Filter => "a filter such as (objectClass=person), or empty".to_owned(),
        }
    }
}

/// From 9.5 to 9.8 hours came beside days: since then they are two ways to say one thing, and exactly one has to say it. That both
/// are 0 was refused all the time.
fn check_retention(document: &Document, version: &Version) -> Vec<Complaint> {
    const DEFAULT_DAYS: i64 = 365;
    if !version.is_at_least(9, 5) {
        return Vec::new();
    }
    let number = |setting: &str| value_of(document, setting).and_then(|value| value.as_i64());
    let check = |kind: &str| {
        let (days, hours) = (
            format!("DataRetentionSettings.{kind}RetentionDays"),
            format!("DataRetentionSettings.{kind}RetentionHours"),
        );
        let both = (number(&days).unwrap_or(DEFAULT_DAYS), number(&hours).unwrap_or(0));
        let text = match both {
            (0, 0) => format!("{days} and {hours} must not both be 0"),
            (1.., 1..) if version.is_at_least(9, 8) => {
                format!("{days} and {hours} must not both be set")
            }
            _ => return None,
        };
        let advice = format!("set {hours}, and {days} to 0");
        Some(broken(document, version, &hours, &[], &text, &advice))
    };
    ["Message", "File"].into_iter().filter_map(check).collect()
}

/// From 4.9 to 5.9 the default language has to be among those that can be chosen; later versions mend that themselves.
fn check_locales(document: &Document, version: &Version) -> Option<Complaint> {
    let holds = version.is_at_least(4, 9) && !version.is_at_least(5, 10);
    let text =
        |setting: &str| value_of(document, setting).and_then(|v| Some(v.as_str()?.to_owned()));
    let available = text("LocalizationSettings.AvailableLocales").filter(|all| !all.is_empty());
    let available = available.filter(|_| holds)?;
    let default =
        text("LocalizationSettings.DefaultClientLocale").unwrap_or_else(|| "en".to_owned());
    let wrong = !available.contains(&default);
    wrong.then(|| {
        let setting = "LocalizationSettings.AvailableLocales";
        let text = format!("{setting} must contain the DefaultClientLocale");
        broken(document, version, setting, &[], &text, "add it, or empty the list to offer all")
    })
}

#[cfg(test)]
mod tests;
