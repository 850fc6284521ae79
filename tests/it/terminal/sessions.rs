//! Sessions, word by word. What is another one each time is replaced by something of the same length where it decides about
//! how lines are folded.
#![expect(clippy::too_many_lines, reason = "a session is as long as it is")]

use super::pty::{COLUMNS, Session, on_a_terminal};
use crate::apply::desk::Desk;
use crate::chain::way::{STOPS, Way};
use crate::fakes::trailer::Fault;
use crate::support::said::Said;
use crate::support::world::{World, release};

/// What is not the same on every machine: how many processes may be looked into, and how much room there is.
const ELSEWHERE: [&str; 3] = [
    "whether the server runs could not be seen",
    "not all processes may be looked into",
    "  room ",
];

const FILTERS: [(&str, &str); 8] = [
    (r"(?m)^\d\d:\d\d  ", "00:00  "),
    (r"/tmp/\.tmp\w{6}", "/tmp/.tmpXXXXXX"),
    (r"\d{8}T\d{6}Z-[0-9a-f]{4}", "20260101T000000Z-abcd"),
    (r"\d+(\.\d+)? (ms|s)\b", "[time]"),
    (r"\d+(\.\d+)? [KMG]iB", "[size]"),
    (r"process \d+", "process [pid]"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
    (r"[0-9a-f]{40}", "[commit]"),
];

fn indent(row: &str) -> usize {
    row.len() - row.trim_start().len()
}

/// `  2. 10.11.0 → 11.7.0`: the next hop of a plan.
fn is_hop(row: &str) -> bool {
    row.trim_start().split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok())
}

/// How wide the columns of a table of times are depends on the times.
fn squeezed(row: &str) -> String {
    let ends = [" committed", " rolled back"];
    let is_table = row.starts_with("  hop ")
        || (row.contains(" → ") && ends.iter().any(|end| row.ends_with(end)));
    if is_table {
        return format!("  {}", row.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    row.to_owned()
}

/// The rows without those about this machine, and what hangs below them.
fn anywhere(rows: &[String]) -> String {
    let mut kept = String::new();
    let mut below = None;
    for row in rows {
        if below.is_some_and(|above| indent(row) > above && !is_hop(row)) {
            continue;
        }
        below = ELSEWHERE.iter().any(|piece| row.contains(piece)).then(|| indent(row));
        if below.is_none() {
            kept += &squeezed(row);
            kept.push('\n');
        }
    }
    kept
}

#[track_caller]
fn assert_says_something(rows: &[String]) {
    for (at, row) in rows.iter().enumerate() {
        assert!(!row.is_empty(), "row {at} is empty:\n{}", rows.join("\n"));
        assert!(at == 0 || rows[at - 1] != *row, "{row:?} is said twice");
    }
}

/// What a person sees of a session, after everything that must hold of any session does.
#[track_caller]
fn seen(session: &Session, code: i32) -> String {
    let (screen, rows) = (&session.screen, session.screen.lines());
    let text = rows.join("\n");
    assert_eq!(session.code, Some(code), "{text}");
    assert_eq!(screen.broken, Vec::<String>::new(), "the terminal broke rows:\n{text}");
    assert_eq!(screen.flickers, Vec::<String>::new(), "{text}");
    assert!(rows.iter().all(|row| row.chars().count() <= usize::from(COLUMNS)), "{text}");
    assert!(screen.has_cursor && screen.is_coloured, "{text}");
    assert_says_something(&rows);
    // A bar that turns, at most twenty changes of what it says in a second, and itself out of the way for each row.
    let ticks = usize::try_from(session.lasted.as_millis() / 33).unwrap();
    assert!(screen.redraws <= ticks + 4 * rows.len() + 20, "{} redraws", screen.redraws);
    anywhere(&rows)
}

/// The same in a pipe: no bars, no colours, nothing folded, commentary first.
#[track_caller]
fn piped(said: &Said) -> String {
    let all = format!("{}{}", said.stderr, said.stdout);
    assert!(!all.contains(['\u{1b}', '\r']), "{all:?}");
    let rows: Vec<String> = all.lines().map(ToOwned::to_owned).collect();
    assert_says_something(&rows);
    anywhere(&rows)
}

fn way() -> Way {
    Way::over(&STOPS[2..])
}

const VIA: [&str; 2] = ["--via", STOPS[3]];

macro_rules! assert_session {
    ($text:expr, @$snapshot:literal) => {
        insta::with_settings!({ filters => FILTERS.to_vec() }, {
            insta::assert_snapshot!($text, @$snapshot);
        });
    };
}

#[test]
fn a_chain_is_planned_and_walked_on_a_terminal() {
    let way = way();
    let plan = on_a_terminal(World::command(&way.words(&["plan"], STOPS[4], &VIA)));
    assert_session!(seen(&plan, 10), @r##"
    Way: Mattermost 9.11.0 → 11.7.0 (team edition), 2 hops
      backups   before each hop: what fails goes back by one hop
      to fetch  nothing
       1. 9.11.0 → 10.11.0  (it was asked for)
          archive   [size], at hand
            (/tmp/.tmpXXXXXX/releases/mattermost-team-10.11.0-linux-amd64.tar.gz)
          saved     settings, changed files and the database
          way back  takes the saved database
          settings  7 dropped (ServiceSettings.EnableOpenTracing,
                    ServiceSettings.EnablePreviewFeatures,
                    ServiceSettings.ExperimentalStrictCSRFEnforcement, 4 more); 63
                    added (AccessControlSettings.EnableAttributeBasedAccessControl,
                    AccessControlSettings.EnableChannelScopeAccessControl,
                    AccessControlSettings.EnableUserManagedAttributes, 60 more)
          note: from 9.11.0 to 10.11.0, could apply if plugins were unpacked by
                hand: plugins that were unpacked by hand are not supported any more,
                and not loaded from 11.0 on [plugins-10.5]
            → install them with mmctl, or put their signed bundles into
              prepackaged_plugins
          note: from 9.11.0 to 10.11.0, could apply if the database is PostgreSQL 15
                or later and the server's role neither owns the database nor may
                create in its schema: from PostgreSQL 15 on a role may make tables
                only where that was granted [schema-rights-postgres-15]
            → let the server's role own the schema, or grant it USAGE and CREATE
              there
          note: from 9.11.0 to 10.11.0, could apply if there is no licence, and
                calls are made in channels: without a licence there are no calls of
                more than two [group-calls-10.0]
          note: from 9.11.0 to 10.11.0: views for statistics are made: seconds per
                ten million posts [slow-10.6]
          note: 7 settings as they were shipped are strange to 10.11.0
                [shipped-settings]
            → the server drops or fills in what it does not know as it is
       2. 10.11.0 → 11.7.0  (that is where the way leads)
          archive   [size], at hand
            (/tmp/.tmpXXXXXX/releases/mattermost-team-11.7.0-linux-amd64.tar.gz)
          saved     settings, changed files and the database
          way back  takes the saved database
          settings  25 dropped (ServiceSettings.StrictCSRFEnforcement,
                    LogSettings.VerboseDiagnostics,
                    ExperimentalAuditSettings.FileMaxSizeMB, 22 more); 2 unknown
                    (DatabaseSettings.AnalyticsQueryTimeout,
                    SSOSettings.UsePreferredUsername); 31 added
                    (AutoTranslationSettings.Agents.LLMServiceID,
                    AutoTranslationSettings.Enable,
                    AutoTranslationSettings.LibreTranslate.APIKey, 28 more)
          warning: from 10.11.0 to 11.7.0: Playbooks do not work in the team edition
                   any more [playbooks-11]
          note: from 10.11.0 to 11.7.0, could apply if a firewall or proxy lists the
                addresses that mobile apps may reach: signing in from mobile apps
                needs /api/v4/users/login/sso/code-exchange [code-exchange-10.11.4]
            → let it through
          note: from 10.11.0 to 11.7.0: older forms of some mmctl commands are gone:
                channel add, remove, restore and make-private, command delete,
                permissions show, user email and username [mmctl-11]
            → let scripts use the newer forms
          note: from 10.11.0 to 11.7.0, could apply if the Agents plugin is in use:
                the Agents plugin goes from its first version to its second
                [agents-11.7]
            → follow the guide of the plugin
          note: from 10.11.0 to 11.7.0, could apply if the database is PostgreSQL 15
                or later and the server's role neither owns the database nor may
                create in its schema: from PostgreSQL 15 on a role may make tables
                only where that was granted [schema-rights-postgres-15]
            → let the server's role own the schema, or grant it USAGE and CREATE
              there
          note: from 10.11.0 to 11.7.0: passwords are stored in another form when
                people next sign in; a 10.x does not understand it
                [password-hashes-11]
            → after a way back without the backup of the database, let these people
              reset their passwords
          note: from 10.11.0 to 11.7.0: there is no notifications.log any more, and
                no settings for it [notification-log-11]
            → describe a file of its own in LogSettings.AdvancedLoggingJSON
    pending: nothing was changed
    "##);
    let walk = on_a_terminal(World::command(&way.words(&["upgrade"], STOPS[4], &VIA)));
    assert_session!(seen(&walk, 0), @r##"
        00:00  hop 1 of 2: 9.11.0 to 10.11.0
        00:00  the version command says 10.11.0
        00:00  the server does not keep ExperimentalAuditSettings.AdvancedLoggingConfig
        00:00  the server does not keep LdapSettings.Trace
        00:00  the server does not keep LogSettings.AdvancedLoggingConfig
        00:00  the server does not keep NotificationLogSettings.AdvancedLoggingConfig
        00:00  the server does not keep ServiceSettings.EnableOpenTracing,
               ServiceSettings.EnablePreviewFeatures
        00:00  hop 2 of 2: 10.11.0 to 11.7.0
        00:00  it was unpacked ahead, while the hop before was under way
        00:00  the version command says 11.7.0
        00:00  the server does not keep 5 settings of BleveSettings
        00:00  the server does not keep 5 settings of ExperimentalAuditSettings
        00:00  the server does not keep ExperimentalSettings.ClientSideCertCheck
        00:00  the server does not keep LogSettings.VerboseDiagnostics
        00:00  the server does not keep 9 settings of NotificationLogSettings
        warning: from 10.11.0 to 11.7.0: Playbooks do not work in the team edition any
                 more [playbooks-11]
        warning: NotificationLogSettings.FileLocation is not known in 11.7.0, only in
                 5.12 to 10.11: the server would drop it [C-VERSION]
          → take it out, or keep it elsewhere if a version that knows it is to come back
        note: 7 settings as they were shipped are strange to 10.11.0 [shipped-settings]
          → the server drops or fills in what it does not know as it is
        note: 20 settings as they were shipped are strange to 11.7.0 [shipped-settings]
          → the server drops or fills in what it does not know as it is
        Way: Mattermost 9.11.0 → 11.7.0 (team edition)
          hop ahead staged down migrated total ending
          9.11.0 → 10.11.0 [time] [time] [time] [time] [time] committed
          10.11.0 → 11.7.0 [time] [time] [time] [time] [time] committed
          [time] dark in all; this command took [time]
          106 settings are others than before: ServiceSettings.EnableOpenTracing,
            ServiceSettings.EnablePreviewFeatures, LogSettings.VerboseDiagnostics, 103
            more
        done: Mattermost 11.7.0 (team edition) is in force, and was proven
          ready after  [time]
          proved       it answers as 11.7.0
          proved       the schema of its database is its own
          proved       it kept every setting it knows (29 added, 0 filled in or changed,
                       21 dropped)
        "##);
}

#[test]
fn a_chain_is_walked_in_a_pipe() {
    let way = way();
    assert_session!(piped(&way.upgrade(STOPS[4], &VIA).expect(0)), @r##"
        00:00  hop 1 of 2: 9.11.0 to 10.11.0
        00:00  [1/14] verify /tmp/.tmpXXXXXX/releases/mattermost-team-10.11.0-linux-amd64.tar.gz and unpack Mattermost 10.11.0 (team edition) into opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [2/14] confirm that opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd holds Mattermost 10.11.0 (team edition) and that it runs here
        00:00         the version command says 10.11.0
        00:00  [3/14] give opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd the owners, rights and capabilities that were set in opt/acme/embedded/mattermost
        00:00  [4/14] check that what the release did not bring can move from opt/acme/embedded/mattermost to opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [5/14] keep the release's files that were changed in opt/acme/embedded/mattermost below var/opt/acme/mmembed/txn/20260101T000000Z-abcd/modified
        00:00  [6/14] merge the configuration once, to see that it can be done
        00:00  [7/14] look at the database that will be backed up
        00:00  [8/14] stop Mattermost 9.11.0 (team edition) by the given commands
        00:00  [9/14] back up configuration and database as 20260101T000000Z-abcd
        00:00  [10/14] merge the configuration into opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd/config/config.json
        00:00  [11/14] move client/plugins, config/tls, custom, fonts/site.woff from opt/acme/embedded/mattermost to opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [12/14] activate the new tree as opt/acme/embedded/mattermost, and keep the former one as opt/acme/embedded/.mattermost.retired-20260101T000000Z-abcd
        00:00  [13/14] start the server in the dark and prove that it is Mattermost 10.11.0 (team edition)
        00:00         server: Server is initializing...
        00:00         server: Pinging SQL
        00:00         server: Current version is 10.11.0 (10.11.0/Fri Aug 15 12:00:00 UTC 2025/[commit]/none)
        00:00         server: Starting Server...
        00:00         server: Server is listening on 127.0.0.1:[port]
        00:00         the server does not keep ExperimentalAuditSettings.AdvancedLoggingConfig
        00:00         the server does not keep LdapSettings.Trace
        00:00         the server does not keep LogSettings.AdvancedLoggingConfig
        00:00         the server does not keep NotificationLogSettings.AdvancedLoggingConfig
        00:00         the server does not keep ServiceSettings.EnableOpenTracing, ServiceSettings.EnablePreviewFeatures
        00:00  [14/14] write the receipt
        00:00  hop 2 of 2: 10.11.0 to 11.7.0
        00:00  [1/16] verify /tmp/.tmpXXXXXX/releases/mattermost-team-11.7.0-linux-amd64.tar.gz and unpack Mattermost 11.7.0 (team edition) into opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00         it was unpacked ahead, while the hop before was under way
        00:00  [2/16] confirm that opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd holds Mattermost 11.7.0 (team edition) and that it runs here
        00:00         the version command says 11.7.0
        00:00  [3/16] give opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd the owners, rights and capabilities that were set in opt/acme/embedded/mattermost
        00:00  [4/16] check that what the release did not bring can move from opt/acme/embedded/mattermost to opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [5/16] keep the release's files that were changed in opt/acme/embedded/mattermost below var/opt/acme/mmembed/txn/20260101T000000Z-abcd/modified
        00:00  [6/16] merge the configuration once, to see that it can be done
        00:00  [7/16] look at the database that will be backed up
        00:00  [8/16] be sure that Mattermost 10.11.0 (team edition) does not run
        00:00  [9/16] back up configuration and database as 20260101T000000Z-abcd
        00:00  [10/16] merge the configuration into opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd/config/config.json
        00:00  [11/16] move client/plugins, config/tls, custom, fonts/site.woff from opt/acme/embedded/mattermost to opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [12/16] activate the new tree as opt/acme/embedded/mattermost, and keep the former one as opt/acme/embedded/.mattermost.retired-20260101T000000Z-abcd
        00:00  [13/16] start the server in the dark and prove that it is Mattermost 11.7.0 (team edition)
        00:00         server: Server is initializing...
        00:00         server: Pinging SQL
        00:00         server: Current version is 11.7.0 (11.7.0/Fri May 15 12:00:00 UTC 2026/[commit]/none)
        00:00         server: Starting Server...
        00:00         server: Server is listening on 127.0.0.1:[port]
        00:00         the server does not keep 5 settings of BleveSettings
        00:00         the server does not keep 5 settings of ExperimentalAuditSettings
        00:00         the server does not keep ExperimentalSettings.ClientSideCertCheck
        00:00         the server does not keep LogSettings.VerboseDiagnostics
        00:00         the server does not keep 9 settings of NotificationLogSettings
        00:00  [14/16] write the receipt
        00:00  [15/16] start Mattermost 11.7.0 (team edition) by the given commands and be sure that it serves
        00:00  [16/16] keep the newest 3 backups with their trees, and remove those before them but for 20260101T000000Z-abcd, which a way back needs
        warning: from 10.11.0 to 11.7.0: Playbooks do not work in the team edition any more [playbooks-11]
        warning: NotificationLogSettings.FileLocation is not known in 11.7.0, only in 5.12 to 10.11: the server would drop it [C-VERSION]
          → take it out, or keep it elsewhere if a version that knows it is to come back
        note: 7 settings as they were shipped are strange to 10.11.0 [shipped-settings]
          → the server drops or fills in what it does not know as it is
        note: 20 settings as they were shipped are strange to 11.7.0 [shipped-settings]
          → the server drops or fills in what it does not know as it is
        Way: Mattermost 9.11.0 → 11.7.0 (team edition)
          hop ahead staged down migrated total ending
          9.11.0 → 10.11.0 [time] [time] [time] [time] [time] committed
          10.11.0 → 11.7.0 [time] [time] [time] [time] [time] committed
          [time] dark in all; this command took [time]
          106 settings are others than before: ServiceSettings.EnableOpenTracing, ServiceSettings.EnablePreviewFeatures, LogSettings.VerboseDiagnostics, 103 more
        done: Mattermost 11.7.0 (team edition) is in force, and was proven
          ready after  [time]
          proved       it answers as 11.7.0
          proved       the schema of its database is its own
          proved       it kept every setting it knows (29 added, 0 filled in or changed, 21 dropped)
        "##);
}

#[test]
fn a_manifest_is_applied_twice() {
    let desk = Desk::with(&["10.11.0"]);
    desk.wish("10.11.0", "", "");
    let words = ["apply", "--manifest", &desk.file().display().to_string()].map(ToOwned::to_owned);
    assert_session!(seen(&on_a_terminal(World::command(&words)), 0), @r##"
        the version command says 10.11.0
        the server does not keep FeatureFlags.TestFeature, FeatureFlags.TestBoolFeature
        done: Mattermost 10.11.0 (team edition) is as the manifest wants it
          tree            /tmp/.tmpXXXXXX/root/opt/acme/embedded/mattermost
          config
            /tmp/.tmpXXXXXX/root/opt/acme/embedded/mattermost/config/config.json
          data            /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/data
          logs            /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/logs
          plugins         /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/plugins
          client-plugins  /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/client-plugins
          transaction     20260101T000000Z-abcd
          ready after     [time]
          proved          it answers as 10.11.0
          proved          the schema of its database is its own
          proved          it kept every setting it knows (3 added, 2 filled in or
                          changed, 2 dropped)
        "##);
    assert_session!(seen(&on_a_terminal(World::command(&words)), 0), @r##"
        nothing to do: Mattermost 10.11.0 (team edition) is installed as asked for
          tree            /tmp/.tmpXXXXXX/root/opt/acme/embedded/mattermost
          config
            /tmp/.tmpXXXXXX/root/opt/acme/embedded/mattermost/config/config.json
          data            /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/data
          logs            /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/logs
          plugins         /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/plugins
          client-plugins  /tmp/.tmpXXXXXX/root/var/opt/acme/mattermost/client-plugins
          ready after     [time]
          proved          it answers as 10.11.0
          proved          the schema of its database is its own
          proved          it kept every setting it knows (3 added, 2 filled in or
                          changed, 2 dropped)
        "##);
}

#[test]
fn a_failure_and_its_way_back() {
    let mut releases = [release(STOPS[2]), release(STOPS[3])];
    releases[1] = release(STOPS[3]).fault(Fault::DiesInMidMigration(3));
    let way = Way::of(&releases);
    let session = on_a_terminal(World::command(&way.words(&["upgrade"], STOPS[3], &[])));
    assert_session!(seen(&session, 4), @r##"
        00:00  hop 1 of 1: 9.11.0 to 10.11.0
        00:00  the version command says 10.11.0
        00:00  rolling back: the server ended before it was ready (exit code 2; it
               crashed): panic: runtime error: index out of range (a fault on demand)
        00:00  [undo 13] start the server in the dark and prove that it is Mattermost
               10.11.0 (team edition)
        00:00  [undo 12] activate the new tree as opt/acme/embedded/mattermost, and keep
               the former one as
               opt/acme/embedded/.mattermost.retired-20260101T000000Z-abcd
        00:00  [undo 11] move client/plugins, config/tls, custom, fonts/site.woff from
               opt/acme/embedded/mattermost to
               opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [undo 10] merge the configuration into
          opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd/config/config.json
        00:00  [undo 9] back up configuration and database as 20260101T000000Z-abcd
        00:00  the backup that the database was restored from is kept in
               /tmp/.tmpXXXXXX/root/var/opt/acme/mmembed/backups/20260101T000000Z-abcd
        00:00  [undo 8] stop Mattermost 9.11.0 (team edition) by the given commands
        00:00  [undo 7] look at the database that will be backed up
        00:00  [undo 6] merge the configuration once, to see that it can be done
        00:00  [undo 5] keep the release's files that were changed in
               opt/acme/embedded/mattermost below
               var/opt/acme/mmembed/txn/20260101T000000Z-abcd/modified
        00:00  [undo 4] check that what the release did not bring can move from
               opt/acme/embedded/mattermost to
               opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        00:00  [undo 3] give opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
               the owners, rights and capabilities that were set in
               opt/acme/embedded/mattermost
        00:00  [undo 2] confirm that
               opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd holds
               Mattermost 10.11.0 (team edition) and that it runs here
        00:00  [undo 1] verify
               /tmp/.tmpXXXXXX/releases/mattermost-team-10.11.0-linux-amd64.tar.gz and
               unpack Mattermost 10.11.0 (team edition) into
               opt/acme/embedded/.mattermost.staged-20260101T000000Z-abcd
        note: 7 settings as they were shipped are strange to 10.11.0 [shipped-settings]
          → the server drops or fills in what it does not know as it is
        Way: Mattermost 9.11.0 → 10.11.0 (team edition)
          hop ahead staged down migrated total ending
          9.11.0 → 10.11.0 [time] [time] [time] [time] [time] rolled back
          [time] dark in all; this command took [time]
          transaction  20260101T000000Z-abcd
        error: the server ended before it was ready (exit code 2; it crashed): panic:
               runtime error: index out of range (a fault on demand)
          now:  rolled back: the host is as before; the log is in
                /tmp/.tmpXXXXXX/root/var/opt/acme/mmembed/txn/20260101T000000Z-abcd
          next: read the server's log there
        "##);
}

#[test]
fn an_examination() {
    let world = World::new();
    let session = on_a_terminal(World::command(&world.words(&["doctor"])));
    let shown = seen(&session, 0);
    // What the texts say is about this machine.
    let rows = shown.lines().filter(|row| indent(row) < 3);
    let short = |row: &str| match row.strip_prefix("  ") {
        Some(row) => row.split_whitespace().take(2).collect::<Vec<_>>().join(" "),
        None => row.split(':').next().unwrap_or_default().to_owned(),
    };
    let short = rows.map(short).collect::<Vec<_>>().join("\n");
    assert_session!(short, @r##"
        Host
        ok system
        ok processor
        ok C
        ok user
        ok open
        ok umask
        ok clock
        Where things lie
        ok trees
        ok state
        ok data
        ok logs
        ok plugins
        ok client-plugins
        ok store
        Programs
        ok psql
        ok pg_dump
        ok pg_restore
        ok getent
        Installation
        ok release
        Database
        ok database
        Releases
        warning catalogue
        Environment
        ok variables
        well
        "##);
}
