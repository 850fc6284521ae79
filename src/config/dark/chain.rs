//! One real configuration through ten real versions: at each hop the file that a server was given and the one that it
//! left. The user's values in it are the test's.

use super::resets::*;
use super::restore::*;
use super::*;
use crate::config::document::Leaf;
use crate::config::ledger::{Because, Choice, Ledger};

struct Stage {
    version: &'static str,
    /// The file in use, after this version has run.
    used: &'static str,
    /// The file that the release ships.
    shipped: &'static str,
}

macro_rules! stage {
    ($number:literal, $version:literal) => {
        Stage {
            version: $version,
            used: include_str!(concat!(
                "../../../fixtures/chain/",
                $number,
                "-",
                $version,
                ".json"
            )),
            shipped: include_str!(concat!("../../../fixtures/releases/", $version, "/config.json")),
        }
    };
}

const STAGES: [Stage; 10] = [
    stage!("0", "3.10.3"),
    stage!("1", "4.2.0"),
    stage!("2", "4.10.0"),
    stage!("3", "5.3.0"),
    stage!("4", "5.9.0"),
    stage!("5", "5.30.0"),
    stage!("6", "5.37.0"),
    stage!("7", "6.3.0"),
    stage!("8", "6.7.0"),
    stage!("9", "7.0.0"),
];

type Changes = &'static [(&'static str, Rewrite)];

/// What each hop did: settings dropped, added and recased, and those changed. Two settings that were missing and came
/// with the dark go with it, at 4.10; the next start fills them in.
const HOPS: [(usize, usize, usize, Changes); 9] = [
    (0, 0, 0, &[]),
    (13, 93, 6, &[("ServiceSettings.PostEditTimeLimit", Rewrite::Known)]),
    (0, 0, 0, &[]),
    (
        9,
        44,
        0,
        &[
            ("EmailSettings.SMTPServer", Rewrite::Filled),
            ("EmailSettings.SMTPPort", Rewrite::Filled),
        ],
    ),
    (5, 111, 0, &[("TeamSettings.MaxNotificationsPerChannel", Rewrite::Known)]),
    (4, 36, 0, &[]),
    (27, 9, 18, &[]),
    (1, 9, 0, &[]),
    (0, 4, 0, &[]),
];

/// Values of a user, each set where the file has the setting.
const USER: &[(&str, &str)] = &[
    ("ServiceSettings.SiteURL", "\"https://chat.example\""),
    ("ServiceSettings.ListenAddress", "\":80\""),
    ("ServiceSettings.PostEditTimeLimit", "60"),
    ("ServiceSettings.ImageProxyURL", "\"https://images.example\""),
    ("ServiceSettings.RestrictPostDelete", "\"system_admin\""),
    ("ServiceSettings.EnableAPIv3", "true"),
    ("TeamSettings.SiteName", "\"Acme\""),
    ("TeamSettings.MaxNotificationsPerChannel", "50"),
    ("TeamSettings.RestrictTeamInvite", "\"team_admin\""),
    ("EmailSettings.SMTPServer", "\"mail.example\""),
    ("EmailSettings.SMTPPort", "\"587\""),
    ("EmailSettings.InviteSalt", "\"canary-invite\""),
    ("EmailSettings.SendEmailNotifications", "true"),
    ("FileSettings.ThumbnailWidth", "99"),
    ("SupportSettings.AdministratorsGuideLink", "\"https://guide.example\""),
    ("ClusterSettings.InterNodeUrls", "[\"http://node:8075\"]"),
    ("ClusterSettings.UseIpAddress", "false"),
    ("WebrtcSettings.TurnSharedKey", "\"canary-turn\""),
    ("ElasticsearchSettings.ConnectionUrl", "\"http://search.example:9200\""),
    ("ElasticsearchSettings.Username", "\"searcher\""),
    ("ElasticsearchSettings.Password", "\"canary-search\""),
    ("ElasticsearchSettings.EnableIndexing", "true"),
    ("ElasticsearchSettings.EnableSearching", "true"),
    ("ElasticsearchSettings.Sniff", "false"),
    ("SamlSettings.IdpUrl", "\"https://idp.example\""),
    ("SamlSettings.IdpDescriptorUrl", "\"https://idp.example/d\""),
    ("SamlSettings.IdpMetadataUrl", "\"https://idp.example/m\""),
    ("GitLabSettings.UserApiEndpoint", "\"https://git.example/api\""),
    ("MessageExportSettings.GlobalRelaySettings.SmtpUsername", "\"relay\""),
    ("MessageExportSettings.GlobalRelaySettings.SmtpPassword", "\"canary-relay\""),
    ("ServiceSettings.GfycatApiSecret", "\"canary-gfycat\""),
    ("PluginSettings.MarketplaceUrl", "\"https://market.example\""),
    ("DisplaySettings.CustomUrlSchemes", "[\"git\"]"),
    ("SqlSettings.MaxOpenConns", "123"),
    ("ExperimentalSettings.CloudUserLimit", "7"),
];

fn parsed(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

/// One hop: the file before, the one that the server left, and what releases ship.
struct Hop {
    version: Version,
    original: Document,
    shaded: Vec<Shaded>,
    after: Document,
    shipped: Document,
    former: Document,
}

impl Hop {
    /// Of the stage with this number, with these values in the file.
    fn to(number: usize, values: &[(&str, &str)]) -> Self {
        let (before, stage) = (&STAGES[number - 1], &STAGES[number]);
        let version: Version = stage.version.parse().unwrap();
        let used = parsed(before.used);
        let mut original = used.clone();
        for (setting, value) in values {
            let setting = SettingPath::known(setting);
            if let Some(setting) = original.spelling(&setting) {
                original.set_raw(&setting, value).unwrap();
            }
        }
        let dark = darken(&original, &version, "127.0.0.1:4711".parse().unwrap()).unwrap();
        let mut after = parsed(stage.used);
        // The server keeps what it was given, where it knows the setting.
        for Leaf { setting, value } in dark.document.leaves() {
            let touched = used.get(&setting).is_none_or(|used| !used.is_same_as(&value));
            if touched && let Some(setting) = after.spelling(&setting) {
                after.set_raw(&setting, value.raw()).unwrap();
            }
        }
        let [shipped, former] = [stage, before].map(|stage| parsed(stage.shipped));
        Self { version, original, shaded: dark.shaded, after, shipped, former }
    }

    fn restore(&self) -> Restored {
        let shipped = Shipped { release: Some(&self.shipped), former: Some(&self.former) };
        let after = self.after.to_text();
        restore(&self.original, &self.shaded, after.as_bytes(), shipped, &self.version).unwrap()
    }

    /// Every value of the original is there, or stands in an entry.
    fn assert_nothing_is_lost(&self, restored: &Restored) {
        let mut ledger = Ledger::default();
        restored.enter_into(&mut ledger);
        for Leaf { setting, value } in self.original.leaves() {
            let now = restored.document.get(&setting);
            let arrived = restored.renamed.iter().find(|it| it.formerly.is_same_as(&setting));
            // An empty object that the server has filled is there.
            let kept = now.is_some_and(|now| now.is_same_as(&value) || value.raw() == "{}")
                || arrived.is_some_and(|it| {
                    restored.document.get(&it.setting).unwrap().is_same_as(&value)
                });
            let shown = crate::config::Shown::of(&setting, &value);
            let entered = ledger.decision(&setting).is_some_and(|entry| {
                let gone = entry.choice == Choice::Dropped && entry.value == shown;
                gone || entry.instead_of == Some(shown)
            });
            assert!(kept || entered, "{} {setting}", self.version);
        }
        let told = serde_json::to_string(&ledger).unwrap();
        assert!(!told.contains("canary"), "{}", self.version);
    }
}

#[test]
fn real_hops_are_told_as_they_were() {
    for (index, (dropped, added, recased, changed)) in HOPS.into_iter().enumerate() {
        for values in [&[], USER] {
            let hop = Hop::to(index + 1, values);
            let restored = hop.restore();
            let counts = (restored.dropped.len(), restored.added.len(), restored.recased.len());
            assert_eq!(counts, (dropped, added, recased), "{}", hop.version);
            assert_eq!(restored.resets, [], "{}", hop.version);
            assert!(restored.renamed.is_empty(), "{:?}", restored.renamed);
            let seen: Vec<_> = restored
                .changed
                .iter()
                .map(|change| (change.setting.to_string(), change.rewrite))
                .collect();
            // What the user has set is no former default, and is left alone.
            let set = |name: &str| values.iter().any(|(setting, _)| *setting == name);
            let wanted: Vec<_> = changed
                .iter()
                .filter(|(name, _)| !set(name))
                .map(|(name, rewrite)| ((*name).to_owned(), *rewrite))
                .collect();
            assert_eq!(seen, wanted, "{}", hop.version);
            // What it knows, it drops only where nothing was set.
            for dropped in restored.dropped.iter().filter(|it| it.is_known_here) {
                let value = dropped.value.to_string();
                assert!(["\"\"", "{}"].contains(&value.as_str()), "{dropped:?}");
            }
            hop.assert_nothing_is_lost(&restored);
        }
    }
}

/// A server that looks only for its own spelling makes the others anew.
#[test]
fn values_survive_a_server_that_takes_no_notice_of_the_former_spelling() {
    for (number, lost) in [(2, 6), (7, 11)] {
        let mut hop = Hop::to(number, USER);
        for Leaf { setting, .. } in hop.original.leaves() {
            if let Some(new) = hop.after.spelling(&setting).filter(|new| *new != setting)
                && let Some(default) = hop.shipped.get(&new)
            {
                hop.after.set_raw(&new, default.raw()).unwrap();
            }
        }
        let restored = hop.restore();
        let known = HOPS[number - 1].3.len();
        assert_eq!(restored.resets, []);
        assert!(restored.changed.len() <= known + 2, "{:?}", restored.changed);
        for (setting, value) in USER {
            let setting = SettingPath::known(setting);
            if hop.original.get(&setting).is_some() && hop.after.get(&setting).is_some() {
                let now = restored.document.get(&setting).unwrap();
                let wanted: serde_json::Value = serde_json::from_str(value).unwrap();
                assert_eq!(now.to_value(), wanted, "{setting}");
            }
        }
        assert!(restored.renamed.len() >= lost, "{:?}", restored.renamed);
        hop.assert_nothing_is_lost(&restored);
        let mut ledger = Ledger::default();
        restored.enter_into(&mut ledger);
        let decision = ledger.decision(&restored.renamed[0].setting).unwrap();
        assert_eq!((decision.choice, decision.because), (Choice::Kept, Because::Renamed));
        assert_eq!(decision.other_name.as_ref(), Some(&restored.renamed[0].formerly));
    }
}

#[test]
fn former_values_are_written_out_in_full() {
    let hop = Hop::to(7, USER);
    let restored = hop.restore();
    let text = restored.to_former_values(&hop.original).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(list.len(), 27 + 18);
    let entry = |name: &str| list.iter().find(|entry| entry["setting"] == name).unwrap();
    assert_eq!(
        *entry("MessageExportSettings.GlobalRelaySettings.SmtpPassword"),
        serde_json::json!({
            "setting": "MessageExportSettings.GlobalRelaySettings.SmtpPassword",
            "value": "canary-relay",
            "now": "MessageExportSettings.GlobalRelaySettings.SMTPPassword"
        })
    );
    assert_eq!(
        *entry("ServiceSettings.ImageProxyURL"),
        serde_json::json!({
            "setting": "ServiceSettings.ImageProxyURL", "value": "https://images.example",
            "now": "ImageProxySettings.RemoteImageProxyURL"
        })
    );
    assert_eq!(entry("TeamSettings.RestrictTeamInvite")["now"], serde_json::Value::Null);
    // Nothing is gone, nothing is written.
    let same = Hop::to(1, USER);
    assert_eq!(same.restore().to_former_values(&same.original), None);
}

#[test]
fn a_fall_back_in_the_middle_of_a_hop_is_seen() {
    let run = |edits: &[(&str, &str)]| {
        let mut hop = Hop::to(7, USER);
        for (setting, value) in edits {
            let setting = hop.after.spelling(&SettingPath::known(setting)).unwrap();
            hop.after.set_raw(&setting, value).unwrap();
        }
        hop.restore().resets
    };
    assert_eq!(run(&[]), []);
    assert_eq!(run(&[("ServiceSettings.SiteURL", "\"\"")]), [Reset::SiteUrlEmptied]);
    let shipped = parsed(STAGES[7].shipped);
    let shipped_source = shipped.get(&SettingPath::known("SqlSettings.DataSource")).unwrap();
    for source in [shipped_source.raw(), "\"\""] {
        assert_eq!(run(&[("SqlSettings.DataSource", source)]), [Reset::DefaultDataSource]);
    }
    let back: Vec<(&str, String)> = [
        "ServiceSettings.PostEditTimeLimit",
        "TeamSettings.SiteName",
        "TeamSettings.MaxNotificationsPerChannel",
        "EmailSettings.SMTPServer",
        "SqlSettings.MaxOpenConns",
    ]
    .map(|name| (name, shipped.get(&SettingPath::known(name)).unwrap().raw().to_owned()))
    .into();
    let edits: Vec<(&str, &str)> = back.iter().map(|(name, raw)| (*name, raw.as_str())).collect();
    let resets = run(&edits);
    assert!(
        matches!(resets.as_slice(), [Reset::ManyDefaults { settings }] if settings.len() == 5),
        "{resets:?}"
    );
    assert_eq!(run(edits.get(..4).unwrap()), []);
}

#[test]
fn a_file_with_next_to_nothing_in_it_is_seen_and_an_empty_one_is_none() {
    let hop = Hop::to(7, USER);
    let run = |after: &str| {
        let shipped = Shipped { release: Some(&hop.shipped), former: Some(&hop.former) };
        restore(&hop.original, &hop.shaded, after.as_bytes(), shipped, &hop.version)
    };
    for after in ["{}", "{\"ServiceSettings\": {}}", "{\"TeamSettings\": {\"SiteName\": \"x\"}}"] {
        let resets = run(after).unwrap().resets;
        let [Reset::SiteUrlEmptied, Reset::DefaultDataSource, Reset::MostSettingsGone { gone, of }] =
            resets.as_slice()
        else {
            panic!("{after} {resets:?}");
        };
        assert!(*of > 300 && *gone > of - 30, "{gone} of {of}");
    }
    assert!(run("").is_err());
    // Filled with the defaults of the release, it is seen all the same.
    let resets = run(STAGES[7].shipped).unwrap().resets;
    let many = resets.iter().any(|reset| matches!(reset, Reset::ManyDefaults { .. }));
    assert!(many && resets.contains(&Reset::SiteUrlEmptied), "{resets:?}");
    assert!(resets.contains(&Reset::DefaultDataSource), "{resets:?}");
}

/// Between 5.9 and 5.30 many shipped values changed. A file that had the former ones has no values of its own.
#[test]
fn former_defaults_are_no_values_of_a_user() {
    let [former, shipped] = [4, 5].map(|number: usize| parsed(STAGES[number].shipped));
    let [original, after] = [&former, &shipped].map(|document| {
        let mut document = document.clone();
        let source = SettingPath::known("SqlSettings.DataSource");
        document.set_raw(&source, "\"postgres://own\"").unwrap();
        document
    });
    let version: Version = "5.30.0".parse().unwrap();
    let text = after.to_text();
    let run = |former| {
        let shipped = Shipped { release: Some(&shipped), former };
        restore(&original, &[], text.as_bytes(), shipped, &version).unwrap().resets
    };
    assert_eq!(run(Some(&former)), []);
    assert!(matches!(run(None).as_slice(), [Reset::ManyDefaults { .. }]));
}

#[test]
fn a_dropped_name_gives_its_value_to_the_new_one_unless_that_is_taken() {
    let old = "{\"RateLimitSettings\": {\"EnableRateLimiter\": true}}";
    let both = "{\"RateLimitSettings\": {\"EnableRateLimiter\": true, \"Enable\": false}}";
    let off = "{\"RateLimitSettings\": {\"Enable\": false}}";
    let on = "{\"RateLimitSettings\": {\"Enable\": true}}";
    let none = "{\"RateLimitSettings\": {}}";
    for (before, after, shipped, former, result, renamed, dropped) in [
        (old, off, off, none, on, 1, 0),
        (old, none, off, none, on, 1, 0),
        // The server took it over itself.
        (old, on, off, none, on, 1, 0),
        // It stood in the file already.
        (both, off, off, none, off, 0, 1),
        // It is not the default that stands there.
        (old, off, on, none, off, 0, 1),
        // It was nobody's choice.
        (old, off, off, old, off, 0, 1),
    ] {
        let [original, shipped, former] = [before, shipped, former].map(parsed);
        let shipped = Shipped { release: Some(&shipped), former: Some(&former) };
        let version: Version = "3.5.1".parse().unwrap();
        let restored = restore(&original, &[], after.as_bytes(), shipped, &version).unwrap();
        let case = (before, after);
        assert_eq!(
            restored.document.get(&SettingPath::known("RateLimitSettings")).unwrap().to_value(),
            serde_json::from_str::<serde_json::Value>(result).unwrap()["RateLimitSettings"],
            "{case:?}"
        );
        assert_eq!(
            (restored.renamed.len(), restored.dropped.len()),
            (renamed, dropped),
            "{case:?}"
        );
        assert_eq!(restored.added.is_empty(), before == both || renamed == 1, "{case:?}");
        let mut ledger = Ledger::default();
        restored.enter_into(&mut ledger);
        let told = ledger.explain(&SettingPath::known("RateLimitSettings.EnableRateLimiter"));
        assert!(told.unwrap().ends_with("(see RateLimitSettings.Enable)"), "{case:?}");
    }
}
