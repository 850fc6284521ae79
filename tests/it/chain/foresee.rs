//! What is foreseen of a chain: on a real installation with a real PostgreSQL, nothing of which is changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mmembed::config::{Document, Policies};
use mmembed::engine::{
    ForeseeError, HandyPlace, Installed, PathWish, Remote, SituationSeen, Sources, at_hand,
    foresee, own_territory, read_receipt, resolve_prefix, situation, versions_at_hand,
};
use mmembed::host::{Cancel, Host, Meter, NetworkSettings, this_glibc};
use mmembed::model::{
    BackupPace, DataPolicy, Edition, EnvironmentSource, Finding, PlannedHop, Platform, Prefix,
    Receipt, Release, ReleaseSelector, Saved, Secret, ServerEnvironment, Service, Severity, Start,
    UpgradePath, Version,
};
use mmembed::release::Catalog;
use mmembed::release::signature::{Keyring, Policy};
use mmembed::upgrade::{Driver, NoRoute, Rules, Wishes};

use crate::fakes::release::FixtureCatalog;
use crate::support::world::{World, assert_no_secret, release};

/// The way: what is installed, and three hops.
const WAY: [&str; 4] = ["7.8.0", "9.11.0", "10.11.0", "11.7.0"];

/// A mirror that nobody answers at, and that wants a password.
const MIRROR: &str = "https://user:canarysalt@127.0.0.1:1/mm";

/// An installation, the archives of the way, and what is known of them.
struct Lookout {
    world: World,
    host: Host,
    prefix: Prefix,
    receipt: Receipt,
    archives: PathBuf,
    catalog: Catalog,
    defaults: Document,
    nothing: Document,
    policies: Policies,
    environment: Option<ServerEnvironment>,
}

impl Lookout {
    /// 7.8.0 is installed on a database of its own, and its server is stopped.
    fn new() -> Self {
        let world = World::new();
        let archives = world.beside("archives");
        fs::create_dir(&archives).unwrap();
        let built = WAY.map(|version| release(version).small_files(3).build(&archives));
        let catalog = FixtureCatalog::of(&built).text();
        world.install(&built[0], &[]).expect(0);
        let prefix = resolve_prefix(&world.root, &"acme".parse().unwrap()).unwrap();
        let own = own_territory(&prefix);
        let host = Host::new(&world.root, own, Meter::default(), Cancel::never()).unwrap();
        let receipt = read_receipt(&host, &prefix).unwrap().unwrap();
        let defaults = Document::from_value(&world.overlay()).unwrap();
        Self {
            archives,
            catalog: Catalog::parse(&catalog).unwrap(),
            world,
            host,
            prefix,
            receipt,
            defaults,
            nothing: Document::empty(),
            policies: Policies::default(),
            environment: None,
        }
    }

    /// The same with these variables, as the operator tells them.
    fn with_variables(mut self, variables: &[(&str, &str)]) -> Self {
        let secret =
            |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new((*value).to_owned()));
        let variables = variables.iter().map(secret);
        self.environment = Some(ServerEnvironment::new(EnvironmentSource::Files, variables));
        self
    }

    fn set(&self, assignment: &str) {
        self.world.ask(&["config", "set"], &[assignment]).expect(0);
    }

    fn installed(&self) -> Installed<'_> {
        Installed {
            host: &self.host,
            prefix: &self.prefix,
            receipt: &self.receipt,
            start: Start::Prove { within: Duration::from_secs(60) },
            service: &Service::None,
            told: self.environment.as_ref(),
            defaults: &self.defaults,
            enforced: &self.nothing,
        }
    }

    fn seen(&self) -> SituationSeen {
        let seen = situation(&self.installed());
        assert_no_secret("what was seen", format!("{seen:?}").as_bytes());
        seen
    }

    /// Archives from their directory; nobody may be asked.
    fn sources(&self) -> Sources {
        Sources {
            store: Some(self.world.beside("store")),
            catalog: self.catalog.clone(),
            directories: vec![self.archives.clone()],
            remote: None,
            bundle: None,
            keys: Keyring::built_in().unwrap(),
            policy: Policy::default(),
            require_fresh: false,
        }
    }

    fn wish<'w>(&'w self, sources: &'w Sources, asked: &'w Asked) -> PathWish<'w> {
        PathWish {
            target: &asked.target,
            wishes: &asked.wishes,
            rules: &asked.rules,
            sources,
            edition: None,
            platform: Some(Platform::LinuxAmd64),
            backups: asked.backups,
            data: asked.data,
            policies: &self.policies,
        }
    }

    fn foresee_with(&self, sources: &Sources, asked: &Asked) -> Result<UpgradePath, ForeseeError> {
        foresee(&self.installed(), &self.seen(), &self.wish(sources, asked))
    }

    /// The way with three hops, from archives that are here; nothing is changed by looking at it.
    #[track_caller]
    fn foresee(&self, asked: &Asked) -> UpgradePath {
        let stamps = self.world.stamps();
        let path = self.foresee_with(&self.sources(), asked).unwrap();
        assert_no_secret("the path", serde_json::to_string(&path).unwrap().as_bytes());
        self.world.assert_untouched_since(&stamps);
        assert!(!self.world.beside("store").exists(), "not even a store is made");
        path
    }
}

/// What is asked of a chain.
struct Asked {
    target: ReleaseSelector,
    wishes: Wishes,
    rules: Rules,
    backups: BackupPace,
    data: DataPolicy,
}

impl Default for Asked {
    fn default() -> Self {
        let via = ["9.11.0", "10.11.0"].map(version);
        Self {
            target: ReleaseSelector::Latest,
            wishes: Wishes { via: via.into(), ..Wishes::default() },
            rules: Rules::built_in(),
            backups: BackupPace::Each,
            data: DataPolicy::Skip,
        }
    }
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn versions(path: &UpgradePath) -> Vec<String> {
    path.stops().map(ToString::to_string).collect()
}

fn of_code<'f>(findings: &'f [Finding], code: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

/// By hop, how many findings of this code there are.
fn counted(path: &UpgradePath, code: &str) -> Vec<usize> {
    let of_hop = |hop: &PlannedHop| of_code(&hop.findings, code).len();
    path.hops.iter().map(of_hop).collect()
}

#[test]
fn an_installation_is_seen_as_it_is() {
    let lookout = Lookout::new();
    let seen = lookout.seen();
    let number = lookout.world.database.value("SHOW server_version_num").unwrap();
    let number: u32 = number.parse().unwrap();
    let situation = &seen.situation;
    assert_eq!(situation.database, Some([number / 10_000, number % 10_000, 0]));
    assert_eq!(situation.driver, Some(Driver::Postgres));
    assert_eq!(situation.edition, Some(Edition::Team));
    assert_eq!(situation.glibc, this_glibc(&lookout.host.exec));
    assert_eq!(situation.config, Some(lookout.world.config()));
    assert_eq!(situation.environment, None, "nobody runs it, and nobody tells");
    let codes: Vec<&str> = seen.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["environment-unseen"]);
}

#[test]
fn what_cannot_be_seen_stays_unknown_and_is_named() {
    let source = "postgres://u:canarysalt@127.0.0.1:1/none?sslmode=disable&connect_timeout=3";
    let lookout = Lookout::new().with_variables(&[
        ("MM_SQLSETTINGS_DATASOURCE", source),
        ("MM_TEAMSETTINGS_SITENAME", "x"),
    ]);
    let seen = lookout.seen();
    assert_eq!((seen.situation.driver, seen.situation.database), (Some(Driver::Postgres), None));
    assert_eq!(seen.situation.environment.as_ref().unwrap().len(), 2);
    let [finding] = of_code(&seen.findings, "database-unseen")[..] else { panic!("{seen:?}") };
    assert_eq!(finding.severity, Severity::Warning);

    let config = lookout.world.below("opt/acme/embedded/mattermost/config/config.json");
    fs::write(config, "{").unwrap();
    let seen = lookout.seen();
    assert!(seen.situation.config.is_none());
    assert_eq!(of_code(&seen.findings, "config-unseen").len(), 1);
    let path = lookout.foresee(&Asked::default());
    assert_eq!(of_code(&path.findings, "config-unseen").len(), 1);
    assert!(path.hops.iter().all(|hop| hop.settings.knowledge.is_empty()));
}

#[test]
fn a_whole_way_is_foretold() {
    let lookout = Lookout::new();
    let path = lookout.foresee(&Asked::default());
    assert_eq!(versions(&path), WAY[1..]);
    let ends = [&path.from, &path.to].map(|end| (end.version.to_string(), end.edition));
    assert_eq!(ends, [WAY[0], WAY[3]].map(|end| (end.to_owned(), Edition::Team)));
    assert!(
        path.all_findings().all(|finding| !finding.is_fatal()),
        "{:?}",
        path.all_findings().collect::<Vec<_>>()
    );
    for (hop, from) in path.hops.iter().zip(WAY) {
        assert_eq!(hop.from, version(from));
        assert!(hop.settings.changes.iter().any(|change| change.what == "added"), "{}", hop.to);
        assert_eq!((hop.saved, hop.needs_database_to_go_back), (Saved::All, true));
        assert!(hop.findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
        assert_is_in(&lookout.archives, hop);
    }
    let because: Vec<&str> = path.hops.iter().map(|hop| hop.because[0].as_str()).collect();
    assert_eq!(because, ["it was asked for", "it was asked for", "that is where the way leads"]);
    let room = &path.rooms[0];
    assert!(room.path.ends_with("opt/acme/embedded") && room.needed_bytes > 0, "{room:?}");
    // But for the room that is free: others write, too.
    let again = UpgradePath { rooms: path.rooms.clone(), ..lookout.foresee(&Asked::default()) };
    assert_eq!(serde_json::to_string(&path).unwrap(), serde_json::to_string(&again).unwrap());
}

/// The archive of this hop lies in this directory.
#[track_caller]
fn assert_is_in(directory: &Path, hop: &PlannedHop) {
    let path = directory.join(&hop.artifact.name);
    assert_eq!(hop.artifact.at_hand.as_deref(), Some(path.as_path()));
    assert_eq!(hop.artifact.bytes, Some(fs::metadata(&path).unwrap().len()));
    assert_eq!((hop.artifact.url.as_ref(), hop.artifact.sha256.len()), (None, 1));
}

#[test]
fn the_database_is_saved_once_where_that_is_asked_for() {
    let lookout = Lookout::new();
    let path = lookout.foresee(&Asked { backups: BackupPace::Once, ..Asked::default() });
    let saved: Vec<Saved> = path.hops.iter().map(|hop| hop.saved).collect();
    assert_eq!(saved, [Saved::All, Saved::AllButDatabase, Saved::AllButDatabase]);
    let each = lookout.foresee(&Asked::default());
    let needed = |path: &UpgradePath| path.rooms.iter().map(|room| room.needed_bytes).sum::<u64>();
    assert!(needed(&path) < needed(&each), "one dump takes less than three");
}

#[test]
fn what_the_third_version_refuses_is_told_at_its_hop() {
    let lookout = Lookout::new();
    lookout.set("TeamSettings.ExperimentalViewArchivedChannels=false");
    let path = lookout.foresee(&Asked::default());
    assert_eq!(counted(&path, "C-ENUM"), [0, 0, 1]);
    let obstacle = &path.hops[2].findings[0];
    assert!(obstacle.is_fatal() && obstacle.text.contains("ExperimentalViewArchivedChannels"));
    assert!(!path.hops[2].settings.knowledge.is_empty());
}

#[test]
fn mysql_is_gone_at_the_hop_to_11() {
    let lookout = Lookout::new().with_variables(&[
        ("MM_SQLSETTINGS_DRIVERNAME", "mysql"),
        ("MM_SQLSETTINGS_DATASOURCE", "u:canarysalt@tcp(127.0.0.1:1)/none"),
    ]);
    let barred = lookout.foresee_with(&lookout.sources(), &Asked::default()).unwrap_err();
    let ForeseeError::NoRoute(NoRoute::Barred { obstacles, .. }) = barred else {
        panic!("{barred}");
    };
    assert_eq!(obstacles[0].id, "mysql-gone-11");

    let rules = Rules::built_in().waive(["mysql-gone-11"]).unwrap();
    let path = lookout.foresee(&Asked { rules, ..Asked::default() });
    assert_eq!(counted(&path, "database-system"), [0, 0, 1]);
    assert!(of_code(&path.hops[2].findings, "database-system")[0].is_fatal());
    assert_eq!(path.waived, ["mysql-gone-11"]);
    let unknown = &of_code(&path.findings, "space-unseen")[0].text;
    assert!(unknown.contains("how large the database is"), "{unknown}");
}

#[test]
fn an_archive_that_is_not_here_is_told_with_its_address_or_as_missing() {
    let lookout = Lookout::new();
    let absent = lookout.archives.join(release("10.11.0").file_name());
    let aside = lookout.world.beside("aside.tar.gz");
    fs::rename(&absent, &aside).unwrap();

    let path = lookout.foresee(&Asked::default());
    assert_eq!(counted(&path, "artifact-missing"), [0, 1, 0]);
    assert!(path.hops[1].findings[0].is_fatal());
    let artifact = &path.hops[1].artifact;
    assert_eq!((&artifact.url, &artifact.at_hand, artifact.bytes), (&None, &None, None));

    let mut sources = lookout.sources();
    let settings = NetworkSettings::default();
    sources.remote = Some(Remote { base: MIRROR.to_owned(), settings });
    let path = lookout.foresee_with(&sources, &Asked::default()).unwrap();
    assert_eq!(counted(&path, "artifact-missing"), [0, 0, 0]);
    let url = path.hops[1].artifact.url.as_deref().unwrap();
    let name = &path.hops[1].artifact.name;
    assert_eq!(url, format!("https://127.0.0.1:1/mm/10.11.0/{name}"));

    let Asked { wishes, .. } = Asked::default();
    let (edition, platform) = (Edition::Team, Platform::LinuxAmd64);
    let only = versions_at_hand(&sources, edition, platform);
    let asked = Asked { wishes: Wishes { only: Some(only), ..wishes }, ..Asked::default() };
    let error = lookout.foresee_with(&sources, &asked).unwrap_err();
    let ForeseeError::NoRoute(NoRoute::NotAtHand { version: missing }) = error else {
        panic!("{error}");
    };
    assert_eq!(missing, version("10.11.0"));
}

#[test]
fn an_archive_in_the_store_is_found_by_its_digest() {
    let lookout = Lookout::new();
    let sources = lookout.sources();
    let name = release("10.11.0").file_name();
    let whole = lookout.world.beside("store/archives/sha256");
    fs::create_dir_all(&whole).unwrap();
    let ten = Release { version: version("10.11.0"), edition: Edition::Team };
    let place = |sources: &Sources| at_hand(sources, &ten, Platform::LinuxAmd64);
    assert_eq!(place(&sources).unwrap().place, HandyPlace::Directory);

    let known = lookout.catalog.find(&ten.version).unwrap().artifacts[0].known_sums()[0];
    fs::rename(lookout.archives.join(&name), whole.join(known.to_string())).unwrap();
    let found = place(&sources).unwrap();
    assert_eq!((found.place, found.path), (HandyPlace::Store, whole.join(known.to_string())));
    assert!(found.bytes > 0);
    let at_hand = versions_at_hand(&sources, Edition::Team, Platform::LinuxAmd64);
    assert_eq!(at_hand, WAY.map(version).into());
    fs::remove_file(whole.join(known.to_string())).unwrap();
    assert_eq!(place(&sources), None);
}

#[test]
fn where_nobody_may_be_asked_the_way_leads_over_what_is_here() {
    let mut lookout = Lookout::new();
    let built: Vec<PathBuf> = ["10.11.9", "10.11.4"]
        .iter()
        .map(|version| release(version).small_files(3).build(&lookout.archives))
        .collect();
    let known: Vec<PathBuf> = WAY.iter().map(|it| archive(&lookout.archives, it)).collect();
    let catalog = FixtureCatalog::of(&[&known[..], &built[..]].concat()).text();
    lookout.catalog = Catalog::parse(&catalog).unwrap();
    fs::remove_file(&built[0]).unwrap();
    let wishes = Wishes { every: Some(mmembed::upgrade::Pace::Minor), ..Wishes::default() };
    let asked = Asked { wishes, ..Asked::default() };
    let path = lookout.foresee(&asked);
    assert_eq!(versions(&path), ["9.11.0", "10.11.4", "11.7.0"]);
    let over: Vec<(String, &str)> =
        path.passed_over.iter().map(|over| (over.version.to_string(), over.why.as_str())).collect();
    assert_eq!(over, [("10.11.9".to_owned(), "it is not at hand")]);
}

fn archive(directory: &Path, version: &str) -> PathBuf {
    directory.join(release(version).file_name())
}

#[test]
fn too_little_room_for_the_whole_chain_is_fatal() {
    let lookout = Lookout::new();
    let uploads = lookout.world.below("var/opt/acme/mattermost/data/large");
    // It takes no room itself: nothing was ever written to it.
    let large = fs::File::create(&uploads).unwrap();
    large.set_len(8 << 40).unwrap();
    let path = lookout.foresee(&Asked { data: DataPolicy::Copy, ..Asked::default() });
    let [finding] = of_code(&path.findings, "space")[..] else { panic!("{:?}", path.findings) };
    assert!(finding.is_fatal() && finding.text.contains("MiB are missing"), "{}", finding.text);
    let needed = path.rooms.iter().map(|room| room.needed_bytes).max().unwrap();
    assert!(needed > 3 * (8 << 40), "a copy for each hop: {needed}");
    let linked = lookout.foresee(&Asked { data: DataPolicy::Link, ..Asked::default() });
    assert!(of_code(&linked.findings, "space").iter().all(|finding| !finding.is_fatal()));
}

#[test]
fn where_it_shall_lead_has_to_be_known_and_later() {
    let lookout = Lookout::new();
    let to = |target: &str| {
        let asked = Asked { target: target.parse().unwrap(), ..Asked::default() };
        lookout.foresee_with(&lookout.sources(), &asked).unwrap_err()
    };
    assert!(matches!(to("7.8.0"), ForeseeError::NoRoute(NoRoute::NotLater { .. })));
    assert!(matches!(to("11.6.0"), ForeseeError::Acquire(_)), "{}", to("11.6.0"));
    assert!(matches!(to("esr"), ForeseeError::Acquire(_)), "{}", to("esr"));
    let mut sources = lookout.sources();
    sources.directories.push(lookout.world.beside("nowhere"));
    let error = lookout.foresee_with(&sources, &Asked::default()).unwrap_err();
    assert!(matches!(error, ForeseeError::Path(_)), "{error}");
}
