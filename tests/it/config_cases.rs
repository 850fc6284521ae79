//! `config test`: the project's own cases pass, and what is not as expected is told, to people, programs and CI.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::architecture::source::project;
use crate::support::said::Said;

/// The project's cases, in a place where they may be broken.
struct Copied(TempDir);

/// Runs `config test` with these words, in this directory.
fn run(at: &Path, words: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mmembed"));
    let output = command.args(["config", "test"]).args(words).current_dir(at).output().unwrap();
    Said::of(output)
}

impl Copied {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(project().join("fixtures/configs")).arg(place.path());
        assert!(copy.status().unwrap().success());
        Self(place)
    }

    fn file(&self, path: &str) -> PathBuf {
        self.0.path().join("configs").join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.file(path)).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.file(path).parent().unwrap()).unwrap();
        fs::write(self.file(path), text).unwrap();
    }

    #[track_caller]
    fn replace(&self, path: &str, what: &str, by: &str) {
        let text = self.read(path);
        assert!(text.contains(what), "{text}");
        self.write(path, &text.replace(what, by));
    }

    fn run(&self, words: &[&str]) -> Said {
        run(self.0.path(), &[&["configs"], words].concat())
    }

    /// All files, by the numbers that they have on the disk: one that is written anew gets another.
    fn files(&self) -> BTreeMap<PathBuf, (u64, String)> {
        let mut files = BTreeMap::new();
        let mut waiting = vec![self.0.path().to_owned()];
        while let Some(directory) = waiting.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let inode = fs::metadata(&path).unwrap().ino();
                    files.insert(path.clone(), (inode, fs::read_to_string(path).unwrap()));
                }
            }
        }
        files
    }

    /// Three cases that fail, each in another way.
    fn fail_three(&self) {
        self.replace("host/a-users-value-stays/expected.json", "\"Our Chat\"", "\"Acme Talk\"");
        self.replace("names/nineteen-at-6.0/expected.json", "\"hush\"", "\"canary\"");
        self.replace("server/notifications-at-5.10/expected.ledger", "# 5.9.0", "# 5.8.0");
    }

    /// Three cases in which there is nothing to compare.
    fn break_three(&self) {
        self.write("broken/script/case.toml", "stops = [\"6.3\"]\nmerge = true\n");
        self.write("broken/input/case.toml", "stops = [\"6.3\"]\n");
        self.write("broken/json/case.toml", "stops = [\"6.3\"]\n");
        self.write("broken/json/input.json", "{\"A\": {\"B\": canary}}");
    }
}

/// How the cases fail that [`Copied::fail_three`] makes fail.
const FAILED: &str = r#"FAILED configs/host/a-users-value-stays: what a user chose stays, and the host hears of the conflict
  ~ TeamSettings.SiteName: "Acme Talk" -> "Our Chat"
FAILED configs/names/nineteen-at-6.0: nineteen settings get other capitals at 6.0, and keep their values
  ~ MessageExportSettings.GlobalRelaySettings.SMTPPassword: *** -> ***
FAILED configs/server/notifications-at-5.10: the limit of notifications is set whatever it was
  expected.ledger:
    -  # 5.8.0 -> 5.30.0
    +  # 5.9.0 -> 5.30.0
"#;

/// How many cases the project has, and how many of them fail.
fn summary(cases: &Copied, failed: usize) -> String {
    let files = cases.files();
    let count = files.keys().filter(|path| path.ends_with("case.toml")).count();
    assert!(count >= 20, "{count}");
    format!("{count} cases, {failed} failed\n")
}

#[test]
fn the_projects_own_cases_pass_in_silence() {
    let summary = summary(&Copied::new(), 0);
    let said = run(project(), &["fixtures/configs"]).expect(0);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), (summary.as_str(), ""));
    let verbose = run(project(), &["fixtures/configs", "-v"]).expect(0);
    let passed = verbose.stdout.matches("passed fixtures/configs/").count();
    assert_eq!(verbose.stdout.lines().count(), passed + 1, "{}", verbose.stdout);
    assert!(summary.starts_with(&passed.to_string()), "{}", verbose.stdout);
}

#[test]
fn what_fails_is_shown_setting_by_setting_and_nothing_is_written() {
    let cases = Copied::new();
    cases.fail_three();
    let before = cases.files();
    let wanted = format!("{FAILED}{}", summary(&cases, 3));
    let said = cases.run(&[]).expect(8);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), (wanted.as_str(), ""));
    assert_eq!(cases.run(&[]).expect(8).stdout, wanted);
    assert_eq!(cases.files(), before);
}

#[test]
fn a_broken_case_is_told_and_stops_no_other() {
    let cases = Copied::new();
    cases.break_three();
    let said = cases.run(&[]).expect(8);
    for wanted in [
        "BROKEN configs/broken/script\n  configs/broken/script/case.toml:2:1: unknown field `merge`, expected one of",
        "BROKEN configs/broken/input\n  cannot open configs/broken/input/input.json: ",
        "BROKEN configs/broken/json\n  configs/broken/json/input.json:1:13: ",
        " cases, 0 failed, 3 broken\n",
    ] {
        assert!(said.stdout.contains(wanted), "{wanted}\n{}", said.stdout);
    }
    assert!(!said.stdout.contains("canary"), "{}", said.stdout);
    // There is nothing to bless either.
    assert_eq!(cases.run(&["--bless"]).expect(8).stdout, said.stdout);
}

/// What is said about the one case with this name.
fn of_case<'a>(object: &'a Value, name: &str) -> &'a Value {
    let mut all = object["cases"].as_array().unwrap().iter();
    all.find(|case| case["case"].as_str().unwrap().ends_with(name)).unwrap()
}

/// Three cases fail, three are broken, and one has a name that is not fit for a terminal.
fn failing_and_broken() -> Copied {
    let cases = Copied::new();
    cases.fail_three();
    cases.break_three();
    cases.replace("server/notifications-at-5.10/case.toml", "the limit", "the <limit>\\u001b");
    cases
}

#[test]
fn programs_get_one_object() {
    let cases = failing_and_broken();
    let said = cases.run(&["--json"]).expect(8);
    let object: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!([&object["failed"], &object["broken"]], [3, 3]);
    let total = object["cases"].as_array().unwrap().len();
    assert!(total >= 23 && object["total"] == total, "{}", object["total"]);
    let endings = object["cases"].as_array().unwrap().iter().map(|case| &case["ending"]);
    assert_eq!(endings.filter(|ending| **ending == "passed").count(), total - 6);
    let setting = &of_case(&object, "a-users-value-stays")["verdict"]["settings"][0];
    assert_eq!(setting["before"], "\"Acme Talk\"");
    assert_eq!(
        of_case(&object, "notifications-at-5.10")["verdict"]["ledger"][0]["missing"],
        "# 5.8.0 -> 5.30.0"
    );
}

#[test]
fn ci_gets_its_xml_beside_the_object() {
    let cases = failing_and_broken();
    let said = cases.run(&["--json", "--junit", "report.xml"]).expect(8);
    let object: Value = serde_json::from_str(&said.stdout).unwrap();
    let total = object["cases"].as_array().unwrap().len();
    let xml = fs::read_to_string(cases.file("../report.xml")).unwrap();
    let counts = format!("tests=\"{total}\" failures=\"3\" errors=\"3\">");
    for wanted in [
        &format!("<testsuites name=\"mmembed config test\" {counts}"),
        &format!("<testsuite name=\"configs\" {counts}"),
        "name=\"server/notifications-at-5.10: the &lt;limit&gt;\\u{1b} of",
        "<failure message=\"~ TeamSettings.SiteName: &quot;Acme Talk&quot; -&gt; &quot;Our Chat&quot;\">",
        "<error message=\"configs/broken/json/input.json:1:13: ",
    ] {
        assert!(xml.contains(wanted), "{wanted}\n{xml}");
    }
    assert_eq!(xml.matches("<testcase ").count(), total);
    assert!(!xml.contains('\u{1b}') && !said.stdout.contains('\u{1b}'));
    for secret in ["canary", "hush"] {
        assert!(!xml.contains(secret) && !said.stdout.contains(secret), "{secret}");
    }
    let unwritable = cases.run(&["--json", "--junit", "nowhere/report.xml"]).expect(3);
    let failed: Value = serde_json::from_str(&unwritable.stdout).unwrap();
    assert_eq!(failed["command"], "config test");
}

#[test]
fn blessing_mends_what_differs_and_touches_nothing_else() {
    let cases = Copied::new();
    let (whole, passed) = (cases.files(), summary(&cases, 0));
    assert_eq!(cases.run(&["--bless"]).expect(0).stdout, passed);
    assert_eq!(cases.files(), whole);

    cases.fail_three();
    fs::remove_file(cases.file("server/first-boot-7.8/expected.json")).unwrap();
    fs::remove_file(cases.file("server/first-boot-7.8/expected.ledger")).unwrap();
    let before = cases.files();
    let said = cases.run(&["--bless"]).expect(0);
    let wanted = "blessed configs/host/a-users-value-stays/expected.json\n\
         blessed configs/names/nineteen-at-6.0/expected.json\n\
         blessed configs/server/first-boot-7.8/expected.json\n\
         blessed configs/server/first-boot-7.8/expected.ledger\n\
         blessed configs/server/notifications-at-5.10/expected.ledger\n";
    assert_eq!(said.stdout, format!("{wanted}{passed}"));
    let after = cases.files();
    let text = |files: &BTreeMap<PathBuf, (u64, String)>| -> BTreeMap<PathBuf, Value> {
        let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        files.iter().map(|(path, (_, text))| (path.clone(), value(text))).collect()
    };
    assert_eq!(text(&after), text(&whole));
    let written = after.iter().filter(|(path, file)| before.get(*path) != Some(*file)).count();
    assert_eq!(written, 5);
    assert_eq!(cases.run(&["--bless"]).expect(0).stdout, passed);
    assert_eq!(cases.files(), after);
}

#[test]
fn a_journey_that_ends_elsewhere_is_not_blessed() {
    let cases = Copied::new();
    let script = "obstacles/a-number-for-a-text/case.toml";
    cases.replace(script, "obstacle = \"C-TYPE\"\n", "");
    let said = cases.run(&["--bless", "--filter", "a-number"]).expect(8);
    let wanted = "7.8.0 would not start on this file: ServiceSettings.SiteURL is a number";
    assert!(said.stdout.contains(wanted) && !said.stdout.contains("blessed"), "{}", said.stdout);
}

#[test]
fn cases_are_found_by_path_and_without_any_it_is_no_success() {
    let cases = Copied::new();
    let said = cases.run(&["--filter", "salts", "-v"]).expect(0);
    assert!(said.stdout.ends_with("2 cases, 0 failed\n"), "{}", said.stdout);
    let all = summary(&cases, 0);
    // A hidden folder is passed over, and so is a link, though not one that is named.
    cases.write(".hidden/case.toml", "no TOML");
    symlink("host", cases.file("link")).unwrap();
    assert_eq!(cases.run(&[]).expect(0).stdout, all);
    assert_eq!(run(cases.0.path(), &["configs/link"]).expect(0).stdout, "7 cases, 0 failed\n");
    let one = run(cases.0.path(), &["configs/server/first-boot-7.8"]).expect(0);
    assert_eq!(one.stdout, "1 case, 0 failed\n");

    for (words, wanted) in [
        (&["configs/overlays"][..], "there is no case in configs/overlays"),
        (&["configs", "missing"], "cannot read missing: No such file or directory"),
        (&["configs", "--filter", "nowhere"], "no case has \"nowhere\" in its path"),
        (&["configs", "--junit", "missing/x.xml"], "missing"),
    ] {
        let said = run(cases.0.path(), words).expect(3);
        assert!(said.stderr.contains(wanted), "{words:?}: {}", said.stderr);
    }
    run(cases.0.path(), &[]).expect(2);
}
