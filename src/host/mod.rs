//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod capture;
mod clock;
mod copy;
mod error;
mod exec;
mod exit;
mod http;
mod identity;
mod leader;
mod lines;
mod log_cap;
mod machine;
mod meter;
mod mounts;
mod owner;
mod ports;
mod processes;
mod server_process;
mod shade;
mod signal;
mod socket_table;
mod space;

pub use capture::Captured;
pub use clock::Clock;
pub use copy::{
    Aspect, CompareError, CopyError, CopyNote, CopyReport, Lost, Special, copy_tree, same_tree,
};
pub use error::PathError;
pub use exec::{Exec, ExecError, Output};
pub use exit::Exit;
pub use http::{Http, HttpError, Response};
pub use identity::{OpenProcess, ProcessError, identify};
pub use lines::{Lines, printable};
pub use machine::{ProgramError, program_glibc, program_head, this_glibc, this_machine};
pub use meter::{Fault, Meter, is_crash};
pub use owner::{OwnerError, Users, current_owner, is_root};
pub use ports::{Listener, PortError, free_loopback_port, is_taken, listeners_on, owns_port};
pub use processes::{Census, RunningProcess, running_from};
pub use server_process::{ServerError, ServerProcess, Stopped};
pub use signal::{Cancel, Level};
pub use space::{FileSystem, FileSystems};
