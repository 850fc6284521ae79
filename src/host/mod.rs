//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod capture;
mod error;
mod exec;
mod exit;
mod identity;
mod leader;
mod lines;
mod log_cap;
mod meter;
mod server_process;
mod shade;

pub use capture::Captured;
pub use error::PathError;
pub use exec::{Exec, ExecError, Output};
pub use exit::Exit;
pub use identity::{OpenProcess, ProcessError, identify};
pub use lines::{Lines, printable};
pub use meter::{Fault, Meter, is_crash};
pub use server_process::{ServerError, ServerProcess, Stopped};
