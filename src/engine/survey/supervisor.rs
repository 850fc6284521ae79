//! Whether the program is there that a plan stops and starts the server by.

use std::path::Path;

use crate::host::Exec;
use crate::model::{Finding, Plan, Service, Severity, Step};

/// Which program is missing: nobody would stop the server that runs, and that would be found only when everything else is
/// ready. Where none runs, nobody is asked.
pub(super) fn see_supervisor(exec: &Exec, plan: &Plan) -> Option<Finding> {
    plan.steps.iter().find_map(|planned| {
        if let Step::StopServer(stop) = &planned.step
            && stop.was_running
        {
            return missing(exec, &stop.service);
        }
        if let Step::StartServer(start) = &planned.step {
            return missing(exec, &start.service);
        }
        None
    })
}

fn missing(exec: &Exec, service: &Service) -> Option<Finding> {
    let program = match service {
        Service::Systemd { .. } => "systemctl",
        Service::Runit { .. } => "sv",
        // Init scripts can be called by themselves; commands are the operator's.
        Service::SysV { .. } | Service::Commands { .. } | Service::None => return None,
    };
    if exec.find(Path::new(program)).is_some() {
        return None;
    }
    let text = format!(
        "{service} is stopped and started by {program}, which is not in {}",
        exec.searched()
    );
    let advice = format!(
        "install {program}, make a link to it in one of those directories, or give --stop-cmd and --start-cmd"
    );
    Some(Finding::new(Severity::Fatal, "service-program", text).advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supervisor_whose_program_is_nowhere_is_told_before_anything_is_stopped() {
        let nowhere = Exec::with_path(vec!["/nowhere/bin".into(), "/nowhere/sbin".into()]);
        for (service, program) in [
            (Service::systemd("chat").unwrap(), "systemctl"),
            (Service::runit("/opt/acme/service/chat").unwrap(), "sv"),
        ] {
            let found = missing(&nowhere, &service).unwrap();
            assert_eq!((found.severity, found.code.as_str()), (Severity::Fatal, "service-program"));
            let told = format!(" by {program}, which is not in /nowhere/bin:/nowhere/sbin");
            assert!(found.text.ends_with(&told), "{}", found.text);
        }
        assert_eq!(missing(&nowhere, &Service::sysv("chat").unwrap()), None);
        assert_eq!(missing(&nowhere, &Service::None), None);
    }
}
