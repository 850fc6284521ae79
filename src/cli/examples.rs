//! Lines that can be typed, by command: for `--help` and for the manual. A test has each of them parsed.

/// A line, and what it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example {
    /// As it is typed, `mmembed` included; a long one goes on behind a backslash.
    pub(crate) line: &'static str,
    /// What for, without a capital and a full stop.
    pub(crate) what: &'static str,
}

/// The examples of one command.
struct OfCommand {
    /// The command without the program, such as `config lint`; empty for the program itself.
    path: &'static str,
    examples: &'static [Example],
}

const fn of(path: &'static str, examples: &'static [Example]) -> OfCommand {
    OfCommand { path, examples }
}

const fn line(line: &'static str, what: &'static str) -> Example {
    Example { line, what }
}

/// The examples of a command; every command has some.
pub(crate) fn examples_of(path: &str) -> &'static [Example] {
    let found = TABLE.iter().chain(SETTINGS).chain(SUPPLY).find(|of| of.path == path);
    found.map_or(&[], |of| of.examples)
}

/// The commands that have examples.
#[cfg(test)]
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    TABLE.iter().chain(SETTINGS).chain(SUPPLY).map(|of| of.path)
}

/// About one installation, and about the program itself.
const TABLE: &[OfCommand] = &[
    of(
        "",
        &[
            line("mmembed plan --app acme --release 10.11", "what an installation would do"),
            line("mmembed install --app acme --release 10.11", "do it"),
            line(
                "mmembed upgrade --app acme --to esr --service systemd:mattermost",
                "keep it up to date",
            ),
            line("mmembed status --app acme", "how things are"),
            line("mmembed explain 5", "what exit code 5 means, and what to do"),
        ],
    ),
    of(
        "apply",
        &[
            line(
                "mmembed apply --check",
                "what ./mmembed.toml would change; exit code 10 if it would",
            ),
            line("mmembed apply", "make the host as it says"),
            line(
                "mmembed apply --manifest /etc/acme/mmembed.toml --json",
                "another manifest, for a program",
            ),
        ],
    ),
    of(
        "init",
        &[
            line("mmembed init --app acme", "a commented mmembed.toml to begin with, here"),
            line(
                "mmembed init --app acme --force /etc/acme/mmembed.toml",
                "one of what is installed, in the place of another",
            ),
        ],
    ),
    of(
        "doctor",
        &[
            line("mmembed doctor --app acme", "what is missing here, and what mends it"),
            line(
                "mmembed doctor --manifest mmembed.toml --no-database",
                "before the first `apply`, without asking the database",
            ),
            line("mmembed doctor --app acme --to esr --json", "before an upgrade, for a program"),
        ],
    ),
    of("schema", &[line("mmembed schema manifest", "the form of a manifest, for an editor")]),
    of(
        "service",
        &[line(
            "mmembed service install --app acme --kind systemd --enable",
            "a unit for the installed server, looked after from now on",
        )],
    ),
    of(
        "service unit",
        &[
            line("mmembed service unit --app acme --kind systemd", "look at the unit first"),
            line(
                "mmembed service unit --app acme --kind runit --for 10.11.4 --log-dir /log/acme",
                "for a package that brings its own",
            ),
        ],
    ),
    of(
        "service install",
        &[
            line(
                "mmembed service install --app acme --kind systemd --env-file /etc/acme/mm.env",
                "with the variables of a file",
            ),
            line(
                "mmembed service install --app acme --root image --kind sysv --name acme-chat",
                "into a staging root",
            ),
        ],
    ),
    of(
        "install",
        &[
            line(
                "mmembed install --app acme --release 10.11 --config-overlay defaults.json",
                "the latest release of a line, with the host's defaults",
            ),
            line(
                "mmembed install --app acme --root image --no-start \\\n    --release mattermost-team-10.11.0-linux-amd64.tar.gz",
                "fill a staging root, for a package",
            ),
            line(
                "mmembed install --app acme --release 11.7.3 --bundle chain.bundle",
                "where there is no network",
            ),
        ],
    ),
    of(
        "upgrade",
        &[
            line(
                "mmembed upgrade --app acme --release 10.11.4 --service systemd:mattermost",
                "one hop to that release",
            ),
            line(
                "mmembed upgrade --app acme --to esr",
                "over all stops to the latest release with extended support",
            ),
            line(
                "mmembed upgrade --app acme --to 11.7 --until-time 06:00",
                "begin no hop from six o'clock on",
            ),
            line("mmembed upgrade --app acme --to 11.7 --dry-run", "only say what would be done"),
        ],
    ),
    of(
        "adopt",
        &[
            line(
                "mmembed adopt --app acme --from /opt/mattermost",
                "take over what somebody else installed",
            ),
            line(
                "mmembed adopt --app acme --from /opt/mattermost --dry-run \\\n    --release mattermost-team-9.5.0-linux-amd64.tar.gz",
                "say what would be done, knowing which files are the release's",
            ),
        ],
    ),
    of(
        "rollback",
        &[
            line("mmembed rollback --app acme", "take the last upgrade back"),
            line(
                "mmembed rollback --app acme --accept-data-loss",
                "also though people have used the server since",
            ),
        ],
    ),
    of(
        "plan",
        &[
            line("mmembed plan --app acme --release 10.11", "what `install` would do"),
            line(
                "mmembed plan --app acme --to 11.7",
                "what a chained `upgrade` would do, stop by stop",
            ),
            line("mmembed plan --app acme --to 11.7 --markdown", "the same for a change request"),
        ],
    ),
    of(
        "status",
        &[
            line("mmembed status --app acme", "what is installed, open and running"),
            line("mmembed status --app acme --json", "the same for a program"),
        ],
    ),
    of(
        "verify",
        &[
            line("mmembed verify --app acme", "compare the files, and prove the server"),
            line("mmembed verify --app acme --no-start", "only compare the files"),
        ],
    ),
    of(
        "recover",
        &[
            line("mmembed recover --app acme", "after a crash or a power cut"),
            line(
                "mmembed recover --app acme --retry",
                "after exit code 5, once its cause is removed",
            ),
        ],
    ),
    of(
        "backup",
        &[
            line("mmembed backup create --app acme", "save settings and database now"),
            line("mmembed backup list --app acme", "which ones there are"),
        ],
    ),
    of(
        "backup create",
        &[
            line("mmembed backup create --app acme", "while the server runs"),
            line(
                "mmembed backup create --app acme --data copy --verify-restore",
                "uploaded files too, and bring the dump back on trial",
            ),
        ],
    ),
    of("backup list", &[line("mmembed backup list --app acme", "their names, times and sizes")]),
    of(
        "backup verify",
        &[line("mmembed backup verify --app acme", "read the newest one to its last byte")],
    ),
    of(
        "backup prune",
        &[line("mmembed backup prune --app acme --keep 5", "remove all but the five newest ones")],
    ),
    of(
        "backup restore",
        &[line(
            "mmembed backup restore 20261126T051600Z-1a2b \\\n    --app acme --service systemd:mattermost",
            "put everything back as that backup has it",
        )],
    ),
    of(
        "explain",
        &[
            line("mmembed explain database-rights", "the word in brackets behind a finding"),
            line("mmembed explain gate-5.31", "a rule of upgrades"),
            line("mmembed explain 9", "an exit code"),
            line("mmembed explain", "all that can be explained"),
        ],
    ),
    of(
        "completions",
        &[
            line(
                "mmembed completions bash",
                "print it, as for `source <(mmembed completions bash)`",
            ),
            line("mmembed completions zsh --install", "put it where zsh looks"),
            line("mmembed completions fish --install --root image", "the same in a staging root"),
        ],
    ),
    of(
        "man",
        &[
            line(
                "mmembed man config lint",
                "one page, as for `mmembed man config lint | man -l -`",
            ),
            line("mmembed man --install --root image", "all pages into a staging root"),
            line("mmembed man --output pages", "all pages into a directory"),
        ],
    ),
];

/// About settings.
const SETTINGS: &[OfCommand] = &[
    of(
        "config",
        &[
            line(
                "mmembed config show --app acme --changed",
                "what differs from the release's defaults",
            ),
            line(
                "mmembed config lint --for 10.11 config.json",
                "would that version start with it?",
            ),
        ],
    ),
    of("config show", &[line("mmembed config show --app acme --changed", "only what was changed")]),
    of(
        "config get",
        &[line("mmembed config get --app acme ServiceSettings.SiteURL", "one setting, as JSON")],
    ),
    of(
        "config set",
        &[line(
            "mmembed config set --app acme 'TeamSettings.SiteName=\"Acme\"'",
            "the value is JSON",
        )],
    ),
    of(
        "config explain",
        &[line(
            "mmembed config explain --app acme TeamSettings.SiteName",
            "who decided it, and why",
        )],
    ),
    of(
        "config describe",
        &[
            line("mmembed config describe ServiceSettings.SiteURL", "in all versions"),
            line("mmembed config describe ServiceSettings.SiteURL --for 10.11", "in one"),
        ],
    ),
    of(
        "config migrate",
        &[line(
            "mmembed config migrate --from 5.37 --via 6.3 --to 10.11 config.json",
            "what each server will make of the file",
        )],
    ),
    of(
        "config lint",
        &[
            line("mmembed config lint --for 10.11 config.json", "one finding a line"),
            line(
                "mmembed config lint --for 11.7 --env-file chat.env --strict config.json",
                "for CI, with variables",
            ),
        ],
    ),
    of(
        "config effective",
        &[line(
            "mmembed config effective --for 10.11 --env-file chat.env config.json",
            "as the server will see it",
        )],
    ),
    of(
        "config env",
        &[line(
            "mmembed config env --app acme --emit systemd \\\n    --output /etc/systemd/system/mattermost.service.d/acme.conf",
            "what the host enforces, as variables of a unit",
        )],
    ),
    of(
        "config diff",
        &[
            line("mmembed config diff before.json after.json", "setting by setting"),
            line(
                "mmembed config diff 10.11 config.json --name-only",
                "what differs from a new file of that version",
            ),
        ],
    ),
    of(
        "config merge",
        &[line(
            "mmembed config merge --live config.json --shipped new.json \\\n    --config-overlay acme.json --output merged.json",
            "as an upgrade would",
        )],
    ),
    of(
        "config fix",
        &[line("mmembed config fix --strip-bom config.json", "after an editor has spoilt it")],
    ),
    of("config test", &[line("mmembed config test cases --junit results.xml", "for CI")]),
];

/// About releases and the way between them.
const SUPPLY: &[OfCommand] = &[
    of(
        "bundle",
        &[
            line(
                "mmembed bundle create --from 5.37.10 --to 11.7 --output chain.bundle",
                "where there is a network",
            ),
            line("mmembed bundle verify chain.bundle", "where there is none"),
        ],
    ),
    of(
        "bundle create",
        &[
            line(
                "mmembed bundle create --from 5.37.10 --to 11.7 --output chain.bundle",
                "all stops of the way",
            ),
            line(
                "mmembed bundle create --release 10.11 --release 11.7 --output two.bundle",
                "these releases",
            ),
        ],
    ),
    of("bundle verify", &[line("mmembed bundle verify chain.bundle", "to its last byte")]),
    of("bundle show", &[line("mmembed bundle show chain.bundle", "what is in it")]),
    of(
        "rules",
        &[
            line(
                "mmembed rules list --from 5.37.10 --to 11.7.3",
                "what there is to say about a way",
            ),
            line("mmembed rules show gate-5.31", "all about one rule"),
        ],
    ),
    of(
        "rules list",
        &[line("mmembed rules list --from 5.37.10 --to 11.7.3", "only those about that way")],
    ),
    of("rules show", &[line("mmembed rules show gate-5.31", "with conditions and sources")]),
    of(
        "releases",
        &[
            line("mmembed releases list --supported", "what gets corrections today"),
            line("mmembed releases fetch 10.11 --to archives", "the latest release of a line"),
        ],
    ),
    of("releases list", &[line("mmembed releases list --esr --since 9.5", "only some of them")]),
    of(
        "releases show",
        &[line("mmembed releases show esr", "archives, digests, and who vouches for them")],
    ),
    of(
        "releases fetch",
        &[
            line("mmembed releases fetch 11.7.3 --to archives", "the archive and its signature"),
            line(
                "mmembed releases fetch esr --to archives \\\n    --mirror https://mirror.example.com/mm",
                "from a mirror",
            ),
        ],
    ),
    of(
        "releases verify",
        &[line(
            "mmembed releases verify archives/mattermost-team-11.7.3-linux-amd64.tar.gz",
            "is it what was published?",
        )],
    ),
    of("releases import", &[line("mmembed releases import newer.txt", "know newer releases")]),
];
