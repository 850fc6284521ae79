use super::*;

fn parse(json: &str) -> Document {
    Document::parse(json.as_bytes()).unwrap()
}

fn follow(ahead: &SettingsAhead<'_>, from: &str, stops: &[&str]) -> Vec<HopSettings> {
    let stops: Vec<Version> = stops.iter().map(|stop| stop.parse().unwrap()).collect();
    ahead.follow(&from.parse().unwrap(), &stops)
}

fn has(hop: &HopSettings, what: &str, text: &str) -> bool {
    hop.forecast.changes.iter().any(|change| change.what == what && change.text.contains(text))
}

struct Layers {
    site: Document,
    defaults: Document,
    applied: Option<Document>,
    enforced: Document,
    policies: Policies,
}

impl Layers {
    fn of(site: &str) -> Self {
        Self {
            site: parse(site),
            defaults: Document::empty(),
            applied: None,
            enforced: Document::empty(),
            policies: Policies::default(),
        }
    }

    fn ahead(&self) -> SettingsAhead<'_> {
        SettingsAhead {
            site: &self.site,
            defaults: &self.defaults,
            applied: self.applied.as_ref(),
            enforced: &self.enforced,
            policies: &self.policies,
            variables: Vec::new(),
        }
    }
}

const REFUSED: &str = r#"{"ServiceSettings": {"SiteURL": "https://x"},
    "TeamSettings": {"ExperimentalViewArchivedChannels": false}}"#;

#[test]
fn what_keeps_a_version_from_starting_is_told_once_where_it_first_does() {
    let layers = Layers::of(REFUSED);
    let hops = follow(&layers.ahead(), "9.11.0", &["10.5.0", "10.11.0", "11.0.0", "11.7.0"]);
    assert_eq!(hops.len(), 4);
    let codes: Vec<Vec<&str>> = hops
        .iter()
        .map(|hop| hop.findings.iter().map(|finding| finding.code.as_str()).collect())
        .collect();
    assert_eq!(codes, [vec![], vec![], vec!["C-ENUM"], vec![]]);
    assert!(hops[2].findings[0].is_fatal());
    assert!(hops.iter().all(|hop| !hop.forecast.knowledge.is_empty()));
    assert!(!hops[3].forecast.changes.is_empty(), "it goes on as if that were mended");
}

#[test]
fn what_the_environment_decides_counts_for_what_a_version_refuses() {
    let layers = Layers::of(REFUSED);
    let with = |value: &str| {
        let name = "MM_TEAMSETTINGS_EXPERIMENTALVIEWARCHIVEDCHANNELS".to_owned();
        SettingsAhead { variables: vec![(name, value.to_owned())], ..layers.ahead() }
    };
    assert!(follow(&with("true"), "10.11.0", &["11.0.0"])[0].findings.is_empty());
    let mended = Layers::of(&REFUSED.replace("false", "true"));
    let variables = with("false").variables;
    let ahead = SettingsAhead { variables, ..mended.ahead() };
    assert_eq!(follow(&ahead, "10.11.0", &["11.0.0"])[0].findings.len(), 1);
}

#[test]
fn settings_are_renamed_dropped_and_added_on_the_way() {
    let layers = Layers::of(
        r#"{"ServiceSettings": {"SiteURL": "https://x/", "GfycatApiKey": "k", "Unheard": 1}, "TeamSettings": {"ViewArchivedChannels": true}}"#,
    );
    let hops = follow(&layers.ahead(), "5.2.0", &["5.9.0", "6.3.0"]);
    let now = "TeamSettings.ExperimentalViewArchivedChannels";
    assert!(has(&hops[0], "renamed", now), "{:?}", hops[0].forecast);
    let both: Vec<_> = hops.iter().flat_map(|hop| &hop.forecast.changes).collect();
    for what in ["added", "dropped", "respelled", "renamed"] {
        assert!(both.iter().any(|change| change.what == what), "{what}");
    }
    let of = |hop: &HopSettings, what: &str, setting: &str| {
        let mut changes = hop.forecast.changes.iter();
        changes.any(|change| change.what == what && change.setting == setting)
    };
    assert!(of(&hops[0], "dropped", "ServiceSettings.Unheard"));
    assert!(!of(&hops[1], "dropped", "ServiceSettings.Unheard"), "it is gone by then");
}

#[test]
fn a_conflict_is_told_at_the_first_hop_and_no_secret_is_shown() {
    let mut layers = Layers::of(
        r#"{"ServiceSettings": {"SiteURL": "https://x"}, "TeamSettings": {"SiteName": "User's"},
            "EmailSettings": {"SMTPPassword": "hunter2"}}"#,
    );
    layers.applied = Some(parse(r#"{"TeamSettings": {"SiteName": "Host's"}}"#));
    layers.defaults = parse(r#"{"TeamSettings": {"SiteName": "Host's newer"}}"#);
    layers.enforced = parse(r#"{"EmailSettings": {"SMTPPassword": "hunter3"}}"#);
    let hops = follow(&layers.ahead(), "7.8.0", &["9.11.0", "10.11.0"]);
    assert!(has(&hops[0], "conflict", "Host's newer") && !has(&hops[1], "conflict", ""));
    assert!(has(&hops[0], "rewritten", "EmailSettings.SMTPPassword is ***"));
    assert_eq!(hops[0].findings[0].code, "config-conflict");
    assert!(hops[1].findings.is_empty());
    assert!(!format!("{hops:?}").contains("hunter"));

    layers.policies = Policies::parse(&["TeamSettings.SiteName=refuse"]).unwrap();
    let hops = follow(&layers.ahead(), "7.8.0", &["9.11.0", "10.11.0"]);
    assert!(hops[0].findings[0].is_fatal() && has(&hops[0], "conflict", "Host's newer"));
    assert!(hops[0].forecast.knowledge.is_empty() && !hops[1].forecast.knowledge.is_empty());
}

#[test]
fn what_cannot_be_merged_is_told_and_the_rest_of_the_way_too() {
    let mut layers = Layers::of(
        r#"{"ServiceSettings": {"SiteURL": "x"}, "PluginSettings": {"Plugins": {"own": 5}}}"#,
    );
    layers.enforced = parse(r#"{"PluginSettings": {"Plugins": {"own": {"a": 1}}}}"#);
    let hops = follow(&layers.ahead(), "7.8.0", &["9.11.0", "10.11.0"]);
    assert_eq!(hops.len(), 2);
    assert_eq!(hops[0].findings[0].code, "config-merge");
    assert!(hops[1].findings.is_empty());
}
