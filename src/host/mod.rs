//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod append_file;
mod cache;
mod capture;
mod clock;
mod copy;
mod digests;
mod download;
mod error;
mod exec;
mod exit;
mod folders;
mod hooks;
mod http;
mod identity;
mod kernel;
mod leader;
mod lines;
mod lock;
mod log_cap;
mod machine;
mod meter;
mod mounts;
mod named_directory;
mod named_file;
mod network;
mod outside;
mod owner;
mod plain_tar;
mod ports;
mod postgres_programs;
mod processes;
mod processes_by_argument;
mod remove;
mod server_process;
mod service;
mod service_names;
mod shade;
mod signal;
mod sink;
#[cfg(test)]
mod sleeper;
mod socket_table;
mod source_file;
mod space;
mod stream;
mod surroundings_of;
mod terminal;
mod territory;
mod tether;
mod tree;
mod unit_environment;
pub mod unpack;
mod within;

use std::time::Duration;

pub use append_file::{AppendFile, open_descriptor};
pub use cache::{Cache, CacheError, Fetched, Wanted};
pub use capture::Captured;
pub use clock::Clock;
pub use copy::{
    Aspect, CompareError, CopyError, CopyNote, CopyReport, Lost, Means, Special, copy_tree,
    duplicate_tree, list_tree, same_tree,
};
pub use digests::{Digests, Read};
pub use download::{FetchError, Fetching};
pub(crate) use error::PathContext;
pub use error::PathError;
pub use exec::{Exec, ExecError, Output};
pub use exit::Exit;
pub use folders::folders_with;
pub use hooks::{HookError, HookProgram, HookPrograms, hooks_directory, hooks_in};
pub use http::{Http, HttpError, Response};
pub use identity::{OpenProcess, ProcessError, identify};
pub use kernel::{open_files_limit, this_kernel, umask};
pub use lines::{Lines, printable};
pub use lock::{Lock, LockError, lock_holder};
pub use machine::{ProgramError, program_glibc, program_head, this_glibc, this_host, this_machine};
pub use meter::{Fault, Meter, is_crash};
pub use named_directory::{make_directory_outside, write_entries_outside};
pub use named_file::{
    append_outside, copy_outside, read_standard_input, write_outside, write_private_outside,
    write_public_outside,
};
pub use network::{Network, NetworkError, NetworkSettings, Proxies};
pub use outside::{
    ArchiveSeen, absolute, digest_of, exists_outside, look_at_archive, open_outside, read_outside,
    read_with_access, require_directory_outside, require_readable, resolve_links, size_outside,
    tree_size, unwritable_ancestor,
};
pub use owner::{OwnerError, Users, current_owner, is_root};
pub use plain_tar::{
    MemberReader, NewContent, NewMember, PlainTar, PlainTarError, TarDraft, TarFault, TarMember,
    require_place,
};
pub use ports::{
    Hold, Listener, PortError, addresses_of, connected_sockets, free_loopback_port, hold_of,
    is_taken, listeners_on, needs_privilege,
};
pub use processes::{Census, RunningProcess, running_from};
pub use processes_by_argument::running_with_argument;
pub use remove::remove_tree;
pub use server_process::{ServerError, ServerProcess, Stopped};
pub use service::{Obeyed, Order, ServiceDoor, ServiceError, ServiceState};
pub use service_names::{ServiceNameError, find_service};
pub use signal::{Cancel, Level};
pub use sink::{FileSink, Written};
pub use source_file::{SourceFile, Summing};
pub use space::{FileSystem, FileSystems};
pub use stream::{Stream, StreamError, Streamed};
pub use surroundings_of::{config_argument_of, environment_of, service_of};
pub use terminal::columns_of;
pub use territory::Territory;
pub use tether::{Tether, TetherError};
pub use tree::{Attributes, Exchange, Kind, Setting, Stat, Tree, is_executable_mode};
pub use unit_environment::{UnitEnvironmentError, environment_of_unit};
pub use unpack::{
    EntryName, Limits, Progress, Refusal, Rule, Unpack, UnpackError, Unpacked, make_durable, unpack,
};
pub use within::resolve_within;

/// The doors, bundled.
#[derive(Debug)]
pub struct Host {
    /// The file system below the root.
    pub tree: Tree,
    /// Where programs are started.
    pub exec: Exec,
    /// What time it is.
    pub clock: Clock,
    /// Whether somebody asked to stop.
    pub cancel: Cancel,
    /// How long another node of a cluster is waited for that changes the database.
    pub turn_patience: Duration,
    /// The digests of files that were read already.
    pub digests: Digests,
}

/// As long as a large database may need.
const TURN_PATIENCE: Duration = Duration::from_secs(60 * 60);

impl Host {
    /// This machine, changed only below `root` and there only in the territory.
    ///
    /// # Errors
    /// When `root` is not a directory that can be opened.
    pub fn new(
        root: &std::path::Path,
        territory: Territory,
        meter: Meter,
        cancel: Cancel,
    ) -> Result<Self, PathError> {
        let tree = Tree::open(root, territory, meter)?;
        let (exec, clock) = (Exec::default(), Clock::system());
        let digests = Digests::default();
        Ok(Self { tree, exec, clock, cancel, turn_patience: TURN_PATIENCE, digests })
    }

    /// The same machine with another territory.
    pub fn reaching(&self, territory: Territory) -> Result<Self, PathError> {
        Ok(Self {
            tree: self.tree.with_territory(territory)?,
            exec: self.exec.clone(),
            clock: self.clock.clone(),
            cancel: self.cancel.clone(),
            turn_patience: self.turn_patience,
            digests: self.digests.clone(),
        })
    }

    /// The same machine for whoever is on the way back, which the first wish to stop asks for.
    pub fn on_the_way_back(&self) -> Result<Self, PathError> {
        Ok(Self {
            tree: self.tree.again()?,
            exec: self.exec.clone(),
            clock: self.clock.clone(),
            cancel: self.cancel.on_the_way_back(),
            turn_patience: self.turn_patience,
            digests: self.digests.clone(),
        })
    }
}
