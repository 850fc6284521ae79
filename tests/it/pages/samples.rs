//! Chains as they could be: two hops, and nine with sixty changes of settings and a dozen findings.

use mmembed::model::{
    ArtifactReport, BackupPace, ChangedSetting, Edition, Ending, Failure, Finding, HopEnding,
    HopReport, PassedOverReport, PeopleServed, PlannedHop, Release, Report, RoomReport, Saved,
    SettingChange, SettingsForecast, Severity, TransactionId, UpgradePath, WalkReport,
};

/// The stops of a long way, with why one stops there.
const LONG: [(&str, &str); 10] = [
    ("3.10.3", ""),
    ("4.10.10", "every esr line is stopped at"),
    ("5.9.8", "the migrations from 6.4 on break half-way on a database from before 5.9 (gate-6.4)"),
    (
        "5.30.7",
        "a database from before 5.0 can be migrated only by releases up to 5.30; others leave it broken (gate-5.31)",
    ),
    ("5.37.10", "the vendor asks to go from 5.x to 7.0 and later by way of 5.37.10 (stop-5.37.10)"),
    ("6.3.10", "it was asked for"),
    (
        "7.1.9",
        "the vendor asks to go from before 7.1 to later releases by way of the 7.1 extended support release (stop-7.1)",
    ),
    ("8.1.13", "every esr line is stopped at"),
    ("9.11.18", "every esr line is stopped at"),
    ("10.11.15", "that is where the way leads"),
];

/// Which hop has which finding.
const FOUND: [(usize, Severity, &str, &str, &str); 12] = [
    (
        0,
        Severity::Note,
        "slow-posts-4",
        "an index is made over all posts; a table of ten million takes minutes",
        "",
    ),
    (
        1,
        Severity::Warning,
        "lost-webrtc",
        "the video calls of 4.x are gone",
        "look for a plugin before, and tell those who use them",
    ),
    (2, Severity::Note, "rename-5", "the settings of elastic search change their names", ""),
    (
        3,
        Severity::Warning,
        "slow-threads",
        "replies are counted anew, which takes long on a large database",
        "plan for a quiet hour",
    ),
    (
        3,
        Severity::Note,
        "license-5",
        "could apply: a licence of before 5.20 is refused",
        "ask the vendor for a new one",
    ),
    (
        4,
        Severity::Warning,
        "program-6.0",
        "the program is called mattermost from here on, and no longer platform",
        "look through scripts and units of your own",
    ),
    (
        4,
        Severity::Warning,
        "mysql-5.6",
        "MySQL 5.6 is no longer supported",
        "bring the database up to date first",
    ),
    (
        4,
        Severity::Fatal,
        "TeamSettings.RestrictDirectMessage",
        "6.0 refuses the value \"some\" of TeamSettings.RestrictDirectMessage",
        "set it to \"any\" or \"team\"",
    ),
    (5, Severity::Note, "focalboard-7", "boards become part of the server", ""),
    (6, Severity::Warning, "insights-8", "the page of insights is gone", ""),
    (
        7,
        Severity::Note,
        "calls-9",
        "calls are on by default",
        "set PluginSettings.PluginStates to say otherwise",
    ),
    (8, Severity::Note, "pdf-10", "exports to PDF are no longer part of the team edition", ""),
];

const SETTINGS: [(&str, &str, &str); 12] = [
    ("added", "ServiceSettings.EnableAPIChannelDeletion", "new, with false"),
    ("added", "ServiceSettings.ThreadAutoFollow", "new, with true"),
    ("added", "FileSettings.AmazonS3RequestTimeoutMilliseconds", "new, with 30000"),
    ("added", "ExperimentalSettings.DelayChannelAutocomplete", "new, with false"),
    ("added", "ServiceSettings.SplitKey", "new, with a random value: ***"),
    ("added", "WranglerSettings.MoveThreadFromPrivateChannelEnable", "new, with false"),
    (
        "added",
        "CloudWorkspaceSettings.VeryLongNameThatNobodyWouldHaveChosenForASettingOfAnything",
        "new, with \"\"",
    ),
    ("dropped", "ServiceSettings.WebserverMode", "goes, with \"gzip\""),
    ("dropped", "SupportSettings.EnableAskCommunityLink", "goes, with true"),
    (
        "renamed",
        "ServiceSettings.EnableInsecureOutgoingConnections",
        "is called ServiceSettings.AllowUntrustedInternalConnections now, and keeps its value \"10.0.0.0/8 192.168.0.0/16\"",
    ),
    (
        "rewritten",
        "EmailSettings.PushNotificationContents",
        "becomes \"full\"; it was \"generic_no_channel\"",
    ),
    (
        "conflict",
        "TeamSettings.MaxUsersPerTeam",
        "a user changed it to 77 and the host application its default to 100: the user's stays",
    ),
];

fn version(text: &str) -> mmembed::model::Version {
    text.parse().unwrap()
}

fn release(text: &str) -> Release {
    Release { version: version(text), edition: Edition::Team }
}

fn change((what, setting, text): &(&'static str, &str, &str)) -> SettingChange {
    SettingChange { setting: (*setting).to_owned(), what, text: (*text).to_owned() }
}

fn hop(index: usize, from: &str, to: &str, because: &str, changes: usize) -> PlannedHop {
    let found = FOUND.iter().filter(|(hop, ..)| *hop == index);
    let name = format!("mattermost-team-{to}-linux-amd64.tar.gz");
    let is_at_hand = index.is_multiple_of(2);
    PlannedHop {
        from: version(from),
        to: version(to),
        because: vec![because.to_owned()],
        artifact: ArtifactReport {
            at_hand: is_at_hand.then(|| format!("/srv/releases/{name}").into()),
            url: (!is_at_hand).then(|| format!("https://releases.example.com/{to}/{name}")),
            name,
            bytes: Some(98_000_000 + 21_000_000 * u64::try_from(index).unwrap()),
            sha256: Vec::new(),
        },
        findings: found
            .map(|(_, weight, code, text, advice)| {
                Finding::new(*weight, code, *text).advise(*advice)
            })
            .collect(),
        settings: SettingsForecast {
            knowledge: "read from the server's own code".to_owned(),
            changes: SETTINGS.iter().cycle().skip(index).take(changes).map(change).collect(),
        },
        saved: Saved::All,
        left_behind: Vec::new(),
        only_switches: false,
        needs_database_to_go_back: !matches!(index, 1 | 5 | 7),
    }
}

/// Nine hops, 60 changes of settings, 12 findings about hops and one about the whole.
pub fn long() -> UpgradePath {
    let changes = [12, 4, 6, 0, 14, 9, 7, 5, 3];
    let pairs = LONG.windows(2).enumerate();
    let hops =
        pairs.map(|(index, pair)| hop(index, pair[0].0, pair[1].0, pair[1].1, changes[index]));
    let passed = |version: &str, why: &str| PassedOverReport {
        version: version.parse().unwrap(),
        why: why.to_owned(),
    };
    UpgradePath {
        from: release("3.10.3"),
        to: release("10.11.15"),
        hops: hops.collect(),
        findings: vec![
            Finding::new(
                Severity::Warning,
                "plugins-unknown",
                "2 plugins are not known here: com.example.tickets, com.example.standup",
            )
            .advise("ask their makers which versions of the server they need"),
        ],
        passed_over: vec![
            passed("7.5.0", "it is no place to stop (avoid-7.5.0)"),
            passed("10.5.0", "it is no place to stop (avoid-10.5.0)"),
            passed("8.0.4", "it was withdrawn"),
            passed("9.4.5", "it was withdrawn"),
        ],
        waived: vec!["stop-6.0".to_owned()],
        left_out: vec!["6.7".to_owned()],
        backups: BackupPace::Each,
        rooms: vec![
            RoomReport {
                path: "/opt/acme/embedded".into(),
                mount: "/".into(),
                needed_bytes: 2_400_000_000,
                free_bytes: 18_200_000_000,
            },
            RoomReport {
                path: "/var/opt/acme/mmembed".into(),
                mount: "/var".into(),
                needed_bytes: 9_300_000_000,
                free_bytes: 7_100_000_000,
            },
        ],
    }
}

/// Two hops, one of them without anything to say.
pub fn short() -> UpgradePath {
    let mut path = long();
    let way = [("9.11.18", ""), LONG[9], ("11.7.3", "that is where the way leads")];
    path.hops = vec![hop(6, way[0].0, way[1].0, "the vendor asks for it (stop-10.11)", 8)];
    path.hops.push(hop(9, way[1].0, way[2].0, way[2].1, 0));
    path.hops[1].needs_database_to_go_back = false;
    path.hops[1].settings = SettingsForecast::default();
    (path.from, path.to) = (release("9.11.18"), release("11.7.3"));
    (path.findings, path.passed_over) = (Vec::new(), Vec::new());
    (path.waived, path.left_out) = (Vec::new(), Vec::new());
    path.rooms.truncate(1);
    path
}

fn made(index: u64, from: &str, to: &str) -> HopReport {
    let id: TransactionId = format!("20261123T2{index}5143Z-9f3a").parse().unwrap();
    let staged_ms = 9_000 + 700 * index;
    let migrated_ms = [42_000, 8_100, 6_400, 187_000, 61_000, 12_000, 33_500, 7_900]
        [usize::try_from(index % 8).unwrap()];
    HopReport {
        from: version(from),
        to: version(to),
        transaction: id,
        ending: HopEnding::Committed,
        staged_ms,
        ahead_ms: if index == 0 { 0 } else { staged_ms.min(8_200) },
        down_ms: 640 + 13 * index,
        migrated_ms,
        total_ms: staged_ms + 640 + 13 * index + migrated_ms,
    }
}

/// The long way, of which the last hop but one failed.
pub fn failed() -> Report {
    let pairs = LONG.windows(2).take(8).zip(0..);
    let mut hops: Vec<HopReport> =
        pairs.map(|(pair, index)| made(index, pair[0].0, pair[1].0)).collect();
    hops[7].ending = HopEnding::RolledBack;
    let settings = SETTINGS.iter().map(|(what, setting, _)| ChangedSetting {
        setting: (*setting).to_owned(),
        before: (*what != "added").then(|| "\"10.0.0.0/8 192.168.0.0/16\"".to_owned()),
        after: (*what != "dropped").then(|| "false".to_owned()),
    });
    let mut report = Report::new("upgrade", Ending::RolledBack);
    report.walk = Some(Box::new(WalkReport {
        from: release("3.10.3"),
        to: release("10.11.15"),
        hops,
        served: PeopleServed::Again,
        dark_ms: Some(391_000),
        total_ms: 402_000,
        settings: settings.collect(),
    }));
    report.transaction = Some("20261123T275143Z-9f3a".parse().unwrap());
    report.live = Some("/opt/acme/embedded/mattermost".into());
    report.config = Some("/opt/acme/embedded/mattermost/config/config.json".into());
    report.failure = Some(Failure {
        what: "9.11.18 did not become ready: the server ended with exit code 1: failed to apply database migrations".to_owned(),
        now: "rolled back: 8.1.13 is in force and serves; the log is in /var/opt/acme/mmembed/txn/20261123T275143Z-9f3a".to_owned(),
        next: "mend what its log names, then run the same command again: it goes on from 8.1.13".to_owned(),
    });
    report
}

/// The short way, walked.
pub fn walked() -> Report {
    let mut report = Report::new("upgrade", Ending::Done);
    report.walk = Some(Box::new(WalkReport {
        from: release("9.11.18"),
        to: release("11.7.3"),
        hops: vec![made(0, "9.11.18", "10.11.15"), made(1, "10.11.15", "11.7.3")],
        served: PeopleServed::Again,
        dark_ms: Some(52_400),
        total_ms: 63_000,
        settings: Vec::new(),
    }));
    report.release = Some(release("11.7.3"));
    report
}
