//! A service manager of two commands: it starts the server of the live tree as the service user, and stops it again.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::world::{LIVE, SERVICE, World, is_root};
use crate::fakes::running::heeding_signals;

/// Two commands that start and stop the server of a world.
#[derive(Debug)]
pub(crate) struct Ctl {
    script: PathBuf,
}

impl Ctl {
    /// The commands for the live tree of this world.
    pub(crate) fn of(world: &World) -> Self {
        Self::with_config(world, &world.below(LIVE).join("config/config.json"))
    }

    /// The same for a configuration that is kept elsewhere.
    pub(crate) fn with_config(world: &World, config: &Path) -> Self {
        Self::of_tree(world, &world.below(LIVE), config)
    }

    /// The same for a tree that lies elsewhere.
    pub(crate) fn of_tree(world: &World, live: &Path, config: &Path) -> Self {
        let argument = format!("--config '{}'", config.display());
        Self::running(world, live, &argument, &[])
    }

    /// The same for a server that gets these words, and these variables in its environment.
    pub(crate) fn starting_with(world: &World, words: &str, environment: &[(&str, &str)]) -> Self {
        Self::running(world, &world.below(LIVE), words, environment)
    }

    fn running(world: &World, live: &Path, words: &str, environment: &[(&str, &str)]) -> Self {
        let export = |(name, value): &(&str, &str)| format!("export {name}='{value}'\n");
        let exports: String = environment.iter().map(export).collect();
        let script = world.beside("ctl");
        let as_user = if is_root() {
            format!("setpriv --reuid {SERVICE} --regid {SERVICE} --clear-groups ")
        } else {
            String::new()
        };
        let console = world.beside("console");
        fs::create_dir_all(&console).unwrap();
        fs::set_permissions(&console, fs::Permissions::from_mode(0o777)).unwrap();
        let text = format!(
            r#"#!/bin/sh
# Starts or stops the server, as a service manager does.
live={live} pid={pid}
case "$1" in
start)
{exports}    cd "$live" || exit 1
    program=bin/mattermost
    [ -x "$program" ] || program=bin/platform
    setsid {as_user}env --default-signal=HUP,INT,QUIT,PIPE,TERM "$program" {words} \
        >>{console}/server.log 2>&1 </dev/null &
    echo $! >"$pid"
    ;;
stop)
    [ -f "$pid" ] || exit 0
    read -r number <"$pid"
    kill -TERM "$number" 2>/dev/null
    # One that has ended and that nobody has taken note of yet is gone.
    while read -r _ _ state _ <"/proc/$number/stat" && [ "$state" != Z ]; do sleep 0.01; done 2>/dev/null
    rm -f "$pid"
    ;;
esac
"#,
            live = live.display(),
            pid = world.beside("server.pid").display(),
            console = console.display(),
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self { script }
    }

    /// `--stop-cmd … --start-cmd …`.
    pub(crate) fn words(&self) -> Vec<String> {
        let script = self.script.display();
        vec![
            "--stop-cmd".to_owned(),
            format!("{script} stop"),
            "--start-cmd".to_owned(),
            format!("{script} start"),
        ]
    }

    /// Starts the server, and waits until it answers.
    #[track_caller]
    pub(crate) fn start(&self, world: &World) {
        self.run("start");
        world.wait_until_serving();
    }

    /// Stops the server.
    #[track_caller]
    pub(crate) fn stop(&self) {
        self.run("stop");
    }

    #[track_caller]
    fn run(&self, word: &str) {
        let status = heeding_signals(&self.script).arg(word).status().unwrap();
        assert!(status.success(), "{word}: {status}");
    }
}

/// Nothing of a world's server is left running when a test ends, however it ends.
impl Drop for Ctl {
    fn drop(&mut self) {
        let _ended = Command::new("timeout").arg("20").arg(&self.script).arg("stop").status();
    }
}
