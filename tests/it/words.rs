//! What the program says, to whom, and with which exit code: to a user without rights, to two users at once, to programs.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Barrier;

use mmembed::engine::{own_territory, prepare_state, resolve_prefix, resolve_root};
use mmembed::host::{Cancel, Host, Meter, is_root};
use serde_json::Value;
use tempfile::TempDir;

use crate::fakes::release::FixtureRelease;
use crate::support::said::Said;

/// Who owns nothing here: no user of that number exists.
const NOBODY: u32 = 21_544;

const STATE: &str = "root/var/opt/acme/mmembed";

/// An installation that was never started, and a user without rights to it.
struct Installed {
    directory: TempDir,
    archive: PathBuf,
}

impl Installed {
    fn new() -> Self {
        let directory =
            tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        fs::create_dir(directory.path().join("root")).unwrap();
        // Where the program is built, not everybody may enter.
        fs::copy(env!("CARGO_BIN_EXE_mmembed"), directory.path().join("mmembed")).unwrap();
        let archive = FixtureRelease::new("10.11.0", env!("CARGO_BIN_EXE_stand-in"))
            .small_files(5)
            .build(directory.path());
        fs::set_permissions(&archive, Permissions::from_mode(0o644)).unwrap();
        let world = Self { directory, archive };
        world.install(&[]).expect(0).saying(&["done:", "is installed"]);
        world
    }

    fn below(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    fn command(&self, words: &[&str]) -> Command {
        self.command_at("root", words)
    }

    fn command_at(&self, root: &str, words: &[&str]) -> Command {
        let mut command = Command::new(self.below("mmembed"));
        command
            .args(words)
            .args(["--app", "acme", "--root"])
            .arg(self.below(root))
            .current_dir("/");
        command
    }

    fn ask(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }

    fn install_words<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let archive = self.archive.to_str().unwrap();
        let mut words = vec!["install", "--no-start", "--release", archive];
        words.extend(more);
        words
    }

    fn install(&self, more: &[&str]) -> Said {
        self.ask(&self.install_words(more))
    }

    /// The same by a user whom this is none of the business of.
    fn ask_as_nobody(&self, words: &[&str]) -> Said {
        let closed =
            [format!("{STATE}/txn"), format!("{STATE}/lock")].map(|path| self.below(&path));
        let modes = closed.each_ref().map(|path| fs::metadata(path).unwrap().permissions());
        for path in &closed {
            fs::set_permissions(path, Permissions::from_mode(0o0)).unwrap();
        }
        let mut command = self.command(words);
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let said = said(&mut command);
        for (path, mode) in closed.iter().zip(modes) {
            fs::set_permissions(path, mode).unwrap();
        }
        said
    }
}

fn said(command: &mut Command) -> Said {
    let output = command.env_remove("MMEMBED_APP").env_remove("MMEMBED_ROOT").output().unwrap();
    Said::of(output)
}

#[test]
fn who_may_not_is_told_so_and_not_to_wait() {
    let world = Installed::new();
    let txn = world.below(&format!("{STATE}/txn"));
    let rights = "run this as its owner or as root";
    for words in [&world.install_words(&[])[..], &["recover"]] {
        world.ask_as_nobody(words).expect(3).saying(&[
            txn.to_str().unwrap(),
            "Permission denied",
            "nothing was changed",
            rights,
        ]);
    }
    for words in [&["verify"][..], &["config", "set", "TeamSettings.SiteName=\"x\""]] {
        // The server's own file is closed to others, too, wherever there are others.
        world.ask_as_nobody(words).expect(3).saying(&["Permission denied", rights]);
    }
}

#[test]
fn status_shows_what_it_sees_and_names_what_it_does_not() {
    let world = Installed::new();
    let seen = world.ask_as_nobody(&["status"]).expect(0).saying(&[
        "installed: Mattermost 10.11.0",
        "whether a transaction is open could not be seen",
        "Permission denied",
    ]);
    assert!(!seen.stderr.contains("error:"), "{}", seen.stderr);
    let json = world.ask_as_nobody(&["status", "--json"]).expect(0).json();
    assert_eq!(json["release"]["version"], "10.11.0");
    let findings = json["findings"].as_array().unwrap();
    let code = |finding: &Value, code: &str| finding["code"] == code;
    assert!(
        findings.iter().any(|finding| code(finding, "unseen") && finding["severity"] == "note")
    );
    // As root the installation is root's own, whose processes are not for everybody to see.
    let unseen = findings.iter().any(|finding| code(finding, "unseen-processes"));
    assert_eq!(unseen, is_root(), "{findings:?}");
    let own = world.ask(&["status", "--json"]).expect(0).json();
    assert!(!own.to_string().contains("unseen"), "{own}");
}

fn prepare_once(root: &Path, start: &Barrier) -> Result<(), String> {
    let root = resolve_root(root).unwrap();
    let prefix = resolve_prefix(&root, &"acme".parse().unwrap()).unwrap();
    let territory = own_territory(&prefix);
    let host = Host::new(&root, territory, Meter::default(), Cancel::never()).unwrap();
    start.wait();
    prepare_state(&host, &prefix).map_err(|error| format!("{error}: {}", error.source))
}

#[test]
fn of_two_first_installations_neither_stumbles_over_the_directories_of_the_other() {
    for _ in 0..100 {
        let root = tempfile::tempdir().unwrap();
        let start = Barrier::new(4);
        std::thread::scope(|threads| {
            let runs: Vec<_> =
                (0..4).map(|_| threads.spawn(|| prepare_once(root.path(), &start))).collect();
            for run in runs {
                assert_eq!(run.join().unwrap(), Ok(()));
            }
        });
        // A file in the way is no directory that somebody else made.
        let state = root.path().join("var/opt/acme/mmembed");
        fs::remove_dir(state.join("txn")).unwrap();
        fs::write(state.join("txn"), "").unwrap();
        let refused = prepare_once(root.path(), &Barrier::new(1)).unwrap_err();
        assert!(refused.contains("txn: File exists"), "{refused}");
    }
}

#[test]
fn programs_get_an_object_from_config_however_it_ends() {
    let world = Installed::new();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["show"], 0, ""),
        (&["get", "TeamSettings.MaxUsersPerTeam"], 0, ""),
        (&["set", "TeamSettings.SiteName=\"x\""], 0, "done"),
        (&["set", "TeamSettings.SiteName=\"x\""], 0, "nothing-to-do"),
        (&["set", "TeamSettings.SiteName=x"], 2, "refused"),
        (&["set", "TeamSettings.MaxUsersPerTeam=\"many\""], 3, "refused"),
        (&["get", "Team.Nothing"], 3, "refused"),
        (&["explain", "Team.Nothing"], 3, "refused"),
    ];
    for (words, code, ending) in cases {
        let words = [&["config"], words, &["--json"]].concat();
        let said = world.ask(&words).expect(code);
        let object = said.json();
        assert_eq!(object["schema"], 1, "{object}");
        if !ending.is_empty() {
            assert_eq!(object["ending"], ending, "{object}");
            assert_eq!(object["command"], format!("config {}", words[1]));
        }
        for field in ["what", "now", "next"] {
            assert_eq!(object["failure"][field].is_string(), code != 0, "{object}");
        }
        assert_eq!(said.stderr, "");
    }
    let got = world.ask(&["config", "get", "TeamSettings.SiteName", "--json"]).json();
    assert_eq!(got["value"], "\"x\"");
    let strange = ["config", "set", "TeamSettings.SiteNane=\"x\"", "--json"];
    let strange = world.ask(&strange).expect(0).json();
    assert_eq!(strange["findings"][0]["severity"], "warning", "{strange}");
    let show = ["config", "show", "--json"];
    fs::write(world.below("root/opt/acme/embedded/mattermost/config/config.json"), "{").unwrap();
    assert!(world.ask(&show).expect(3).json()["failure"]["what"].is_string());
}

#[test]
fn a_place_that_a_release_does_not_have_is_named() {
    let world = Installed::new();
    let old = FixtureRelease::new("3.5.1", env!("CARGO_BIN_EXE_stand-in"))
        .small_files(5)
        .build(world.directory.path());
    fs::create_dir(world.below("empty")).unwrap();
    let plan = ["plan", "--no-start", "--json", "--release", old.to_str().unwrap()];
    let warned = |more: &[&str]| {
        let words = [&plan, more].concat();
        let report = said(&mut world.command_at("empty", &words)).expect(10).json();
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let texts = findings.iter().filter(|finding| finding["code"] == "place-missing");
        texts.map(|finding| finding["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let by_place = warned(&["--place", "plugins=/srv/plugins", "--place", "data=/srv/files"]);
    assert_eq!(by_place.len(), 1, "{by_place:?}");
    assert!(by_place[0].contains("3.5.1") && by_place[0].contains("--place"), "{by_place:?}");
    let kept = warned(&["--keep-in-tree=data,client-plugins"]);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].contains("client-plugins"), "{kept:?}");
    assert_eq!(warned(&["--keep-in-tree"]), Vec::<String>::new());
}

#[test]
fn advice_can_be_copied_into_a_shell() {
    let world = Installed::new();
    fs::rename(world.below("root"), world.below("it's")).unwrap();
    let ask = |words: &[&str]| said(&mut world.command_at("it's", words));
    let state = world.below("it's/var/opt/acme/mmembed");
    let receipt = state.join("receipt.json");
    fs::rename(&receipt, state.join("elsewhere")).unwrap();
    let root = world.below("it's").to_str().unwrap().replace('\'', r"'\''");
    let install = format!("`mmembed install --app acme --root '{root}' --release PATH`");
    ask(&["verify", "--no-start"]).expect(3).saying(&[&install]);
    ask(&["status"]).expect(0).saying(&["not installed:"]);
    ask(&world.install_words(&[]))
        .expect(3)
        .saying(&["take it over with `mmembed adopt --app acme --root '"]);
    fs::rename(state.join("elsewhere"), &receipt).unwrap();

    let other = FixtureRelease::new("11.7.0", env!("CARGO_BIN_EXE_stand-in"))
        .small_files(5)
        .build(world.directory.path());
    let words = ["install", "--no-start", "--release", other.to_str().unwrap()];
    let upgrade = format!("`mmembed upgrade --app acme --root '{root}' --release ");
    ask(&words).expect(3).saying(&[&upgrade, "10.11.0"]);
    let show = format!("`mmembed config show --app acme --root '{root}'`");
    ask(&["config", "get", "Team.Nothing"]).expect(3).saying(&[&show]);
    ask(&["recover"]).expect(0).saying(&["nothing to do: no transaction is open"]);
}

#[test]
fn recover_says_which_way_it_went() {
    // Before and after the commit; the program is killed at every few of its changes.
    let (mut back, mut forward) = (0, 0);
    let world = Installed::new();
    for at in (5..200).step_by(5) {
        let root = format!("root-{at}");
        fs::create_dir(world.below(&root)).unwrap();
        let words = world.install_words(&[]);
        let mut killed = world.command_at(&root, &words);
        if said(killed.env("MMEMBED_TEST_KILL_AT", at.to_string())).code.is_some() {
            break;
        }
        let status = said(&mut world.command_at(&root, &["status"]));
        let recovered = said(&mut world.command_at(&root, &["recover"])).expect(0);
        let says = |word: &str| recovered.stdout.contains(word);
        if says("[rolled-back]") {
            back += 1;
            assert!(says("rolled back: the host is as before"), "{}", recovered.stdout);
        } else if says("[finished]") {
            forward += 1;
            assert!(says("was finished: its new state is in force"), "{}", recovered.stdout);
        } else {
            assert!(says("nothing to do: no transaction is open"), "{}", recovered.stdout);
            continue;
        }
        assert!(says("done: no transaction is open any more"), "{}", recovered.stdout);
        let advice = format!("--root {}` finishes it", world.below(&root).display());
        status.expect(0).saying(&["is still open", &advice]);
    }
    assert!(back > 0, "{back} {forward}");
}
