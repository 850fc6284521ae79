//! Whether the server can listen where its settings say.
//! Nothing is opened for longer than a look takes.

use super::Needs;
use crate::engine::listen::{Listening, USUAL_ADDRESS, listening};
use crate::host::{is_taken, listeners_on, needs_privilege};
use crate::model::{Finding, Owner, RunningServer, Severity};

/// What is wrong with the listen address for a server of this user.
pub(crate) fn see_port(needs: &Needs, running: &[RunningServer], server: Owner) -> Option<Finding> {
    let listen = needs.listen.as_deref().unwrap_or(USUAL_ADDRESS);
    match listening(listen) {
        Listening::At(addresses) => {
            let port = addresses.first()?.port();
            let is_taken = addresses.iter().any(|address| matches!(is_taken(*address), Ok(true)));
            let pids: Vec<u32> = if is_taken { holders(port) } else { Vec::new() };
            let is_own = |pid: &u32| running.iter().any(|server| server.pid == *pid);
            // A server that is going to be stopped holds the port for the one that is going to be started.
            if !pids.is_empty() && pids.iter().all(is_own) {
                return None;
            }
            if is_taken { Some(taken(port, &pids)) } else { privileged(port, server) }
        }
        Listening::Nowhere(why) => {
            let text =
                format!("the server cannot listen as ServiceSettings.ListenAddress says: {why}");
            let advice = "write it as HOST:PORT, with a name or address of this machine or none, such as :8065";
            Some(Finding::new(Severity::Fatal, "listen-address", text).advise(advice))
        }
        Listening::Unclear => None,
    }
}

fn holders(port: u16) -> Vec<u32> {
    let holders = listeners_on(port).unwrap_or_default();
    holders.iter().flat_map(|holder| &holder.pids).copied().collect()
}

fn taken(port: u16, pids: &[u32]) -> Finding {
    let pids: Vec<String> = pids.iter().map(ToString::to_string).collect();
    let by =
        if pids.is_empty() { String::new() } else { format!(" by process {}", pids.join(", ")) };
    let text = format!("the port {port} of ServiceSettings.ListenAddress is taken{by}");
    let advice = "stop what holds it, or give another ServiceSettings.ListenAddress";
    Finding::new(Severity::Fatal, "port", text).advise(advice)
}

/// What a service manager or a capability of the program lets the server do is not known here.
fn privileged(port: u16, server: Owner) -> Option<Finding> {
    let is_refused = server.uid != 0 && needs_privilege(port);
    is_refused.then(|| {
        let text = format!(
            "the port {port} of ServiceSettings.ListenAddress is open to root only, and the server runs as {server}"
        );
        let advice = "grant the server CAP_NET_BIND_SERVICE by its service, or give a port from 1024 on";
        Finding::new(Severity::Warning, "privileged-port", text).advise(advice)
    })
}
