//! Stopping the server that serves, starting it again, letting a new one out, and the operator's hooks: on real
//! processes, through commands and through stand-ins of service managers.

mod hooks;
mod starting;
mod stopping;
mod supervisors;
mod world;
