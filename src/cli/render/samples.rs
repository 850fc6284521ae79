//! Chains for tests: two hops, as they could be, and with texts in every field that try to be more than text.

use crate::model::{
    ArtifactReport, BackupPace, ChangedSetting, Edition, Ending, Failure, Finding, HopEnding,
    HopReport, PassedOverReport, PeopleServed, PlannedHop, Release, Report, RoomReport, Saved,
    SettingChange, SettingsForecast, Severity, TransactionId, UpgradePath, WalkReport,
};

/// What no field may bring into a text of any form.
pub(super) const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "a|b||c",
    "`` ` ``` $(x)",
    "\"' onload=\"x\"",
    "\u{202e}txt.exe\u{2066}\u{200f}",
    "one\ntwo\r\n# three\n\n- four",
    "\u{1b}[2J&lt;&#60;&amp",
    "[a](javascript:x) ![b](http://c) *d* _e_ ~~f~~ <http://g>",
];

fn release(version: &str) -> Release {
    Release { version: version.parse().unwrap(), edition: Edition::Team }
}

fn transaction(second: u8) -> TransactionId {
    format!("20261123T2051{second:02}Z-9f3a").parse().unwrap()
}

fn changes(what: &'static str, names: &[&str]) -> Vec<SettingChange> {
    let change = |name: &&str| SettingChange {
        setting: (*name).to_owned(),
        what,
        text: format!("{name} is {what}"),
    };
    names.iter().map(change).collect()
}

/// A chain of two hops.
pub(super) fn path() -> UpgradePath {
    UpgradePath {
        from: release("9.11.18"),
        to: release("11.7.3"),
        hops: vec![first_hop(), second_hop()],
        findings: vec![Finding::new(Severity::Note, "way.unproven", "nobody has walked it here")],
        passed_over: ["10.5.0", "10.5.1"]
            .map(|version| PassedOverReport {
                version: version.parse().unwrap(),
                why: "it is no place to stop (avoid-10.5.0)".to_owned(),
            })
            .into(),
        waived: vec!["stop-7.1".to_owned()],
        left_out: vec!["10.12".to_owned()],
        backups: BackupPace::Each,
        rooms: vec![RoomReport {
            path: "/var/opt/acme".into(),
            mount: "/var".into(),
            needed_bytes: 4_509_715_661,
            free_bytes: 12_884_901_888,
        }],
    }
}

fn first_hop() -> PlannedHop {
    let added = changes("added", &["A.A", "A.B", "A.C", "A.D", "A.E"]);
    PlannedHop {
        from: "9.11.18".parse().unwrap(),
        to: "10.11.4".parse().unwrap(),
        because: vec!["the vendor asks for it (stop-10.11)".to_owned()],
        artifact: ArtifactReport {
            name: "mattermost-team-10.11.4-linux-amd64.tar.gz".to_owned(),
            at_hand: Some("/srv/releases/mattermost-team-10.11.4-linux-amd64.tar.gz".into()),
            url: None,
            bytes: Some(202_375_168),
            sha256: Vec::new(),
        },
        findings: vec![
            Finding::new(Severity::Warning, "lost-calls", "calls stop working")
                .advise("buy a licence"),
        ],
        settings: SettingsForecast {
            knowledge: "read from its own code".to_owned(),
            changes: [changes("dropped", &["B.A"]), added].concat(),
        },
        saved: Saved::All,
        left_behind: Vec::new(),
        only_switches: false,
        needs_database_to_go_back: true,
    }
}

fn second_hop() -> PlannedHop {
    PlannedHop {
        from: "10.11.4".parse().unwrap(),
        to: "11.7.3".parse().unwrap(),
        because: vec!["that is where the way leads".to_owned()],
        artifact: ArtifactReport {
            name: "mattermost-team-11.7.3-linux-amd64.tar.gz".to_owned(),
            at_hand: None,
            url: Some("https://releases.example/mattermost-team-11.7.3-linux-amd64.tar.gz".into()),
            bytes: None,
            sha256: Vec::new(),
        },
        findings: Vec::new(),
        settings: SettingsForecast::default(),
        saved: Saved::All,
        left_behind: Vec::new(),
        only_switches: false,
        needs_database_to_go_back: false,
    }
}

fn hop(from: &str, to: &str, ending: HopEnding, times: [u64; 5], second: u8) -> HopReport {
    let [staged_ms, ahead_ms, down_ms, migrated_ms, total_ms] = times;
    HopReport {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        transaction: transaction(second),
        ending,
        staged_ms,
        ahead_ms,
        down_ms,
        migrated_ms,
        total_ms,
    }
}

/// The same chain, walked.
pub(super) fn walk() -> WalkReport {
    let committed = HopEnding::Committed;
    let changed = |setting: &str, before: Option<&str>, after: Option<&str>| ChangedSetting {
        setting: setting.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    WalkReport {
        from: release("9.11.18"),
        to: release("11.7.3"),
        hops: vec![
            hop("9.11.18", "10.11.4", committed, [12_300, 0, 840, 185_000, 200_000], 1),
            hop("10.11.4", "11.7.3", committed, [9_100, 9_100, 610, 30_200, 31_000], 2),
        ],
        served: PeopleServed::Again,
        dark_ms: Some(217_000),
        total_ms: 232_000,
        settings: vec![
            changed("A.A", None, Some("true")),
            changed("B.A", Some("\"x\""), None),
            changed("C.A", Some("50"), Some("100")),
        ],
    }
}

/// A report of a walk that failed.
pub(super) fn failed() -> Report {
    let mut report = Report::new("upgrade", Ending::RolledBack);
    let mut walk = walk();
    walk.hops[1].ending = HopEnding::RolledBack;
    report.walk = Some(Box::new(walk));
    report.release = Some(release("10.11.4"));
    report.transaction = Some(transaction(2));
    report.findings = vec![Finding::new(Severity::Warning, "space", "little room")];
    report.failure = Some(Failure {
        what: "the server did not become ready".to_owned(),
        now: "10.11.4 is in force".to_owned(),
        next: "look at its log".to_owned(),
    });
    report
}

/// A report with a plan and a walk in which every text is this one.
pub(super) fn of(text: &str) -> Report {
    let mut report = failed();
    let (mut path, mut walk) = (path(), walk());
    let t = || text.to_owned();
    let finding = || Finding::new(Severity::Fatal, text, text).advise(text);
    for hop in &mut path.hops {
        hop.left_behind = vec!["9.11.19".parse().unwrap()];
        hop.because = vec![t(), t()];
        hop.findings = vec![finding()];
        hop.artifact.name = t();
        hop.artifact.at_hand = hop.artifact.at_hand.as_ref().map(|_| text.into());
        hop.artifact.url = hop.artifact.url.as_ref().map(|_| t());
        hop.settings.knowledge = t();
        hop.settings.changes = vec![SettingChange { setting: t(), what: "conflict", text: t() }; 3];
    }
    path.findings = vec![finding()];
    path.passed_over.iter_mut().for_each(|passed| passed.why = t());
    path.waived = vec![t()];
    path.left_out = vec![t()];
    path.rooms.iter_mut().for_each(|room| (room.path, room.mount) = (text.into(), text.into()));
    for changed in &mut walk.settings {
        changed.setting = t();
        changed.before = changed.before.as_ref().map(|_| t());
        changed.after = changed.after.as_ref().map(|_| t());
    }
    report.findings = vec![finding()];
    report.failure = Some(Failure { what: t(), now: t(), next: t() });
    report.path = Some(Box::new(path));
    report.walk = Some(Box::new(walk));
    report
}
