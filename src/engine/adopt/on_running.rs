//! What the operator should know of a server that runs while its installation is taken over.

use super::AdoptError;
use super::installation::{Installation, servers};
use crate::config::effective;
use crate::engine::ask_running::Asked;
use crate::engine::server_environment::names_of;
use crate::host::{Host, RunningProcess, environment_of, service_of};
use crate::model::{
    AdoptRequest, Arrangement, EnvironmentSource, Finding, ServerEnvironment, Severity,
};
use crate::planning::AdoptRefusal;

/// The variable that names the configuration.
const CONFIG: &str = "MM_CONFIG";

/// Remarks about the running server; none when none runs.
///
/// # Errors
/// When it is configured by something that cannot be taken over.
pub(super) fn on_running(
    host: &Host,
    request: &AdoptRequest,
    seen: &Installation,
) -> Result<Vec<Finding>, AdoptError> {
    let Some(server) = servers(&seen.census).next() else {
        return Ok(on_service(request, None).into_iter().collect());
    };
    if let Arrangement::GitLab(_) = seen.arrangement {
        let pid = server.identity.pid;
        let text = format!("process {pid} is GitLab's server: two must not share a database");
        let advice = "run `gitlab-ctl stop mattermost` first";
        return Ok(vec![Finding::new(Severity::Fatal, "running", text).advise(advice)]);
    }
    let mut findings = vec![on_answer(request, seen, server)];
    findings.extend(on_user(seen, server));
    findings.extend(on_service(request, service_of(server.identity.pid)));
    findings.extend(on_environment(host, request, seen, server)?);
    Ok(findings)
}

fn on_answer(request: &AdoptRequest, seen: &Installation, server: &RunningProcess) -> Finding {
    let (pid, from) = (server.identity.pid, &request.from);
    match &seen.asked {
        Some(Asked::Unwell { address, answer }) => {
            let text =
                format!("process {pid} runs from {from}, but is not well: at {address}, {answer}");
            let advice = "look at its log before anything is upgraded";
            Finding::new(Severity::Warning, "unwell", text).advise(advice)
        }
        Some(Asked::Unreachable(why)) => {
            let text = format!("process {pid} runs from {from}, and was not asked, because {why}");
            Finding::new(Severity::Note, "unasked", text)
        }
        Some(Asked::Well) | None => {
            let text = format!("process {pid} runs from {from}, and goes on running");
            Finding::new(Severity::Note, "running", text)
        }
    }
}

fn on_user(seen: &Installation, server: &RunningProcess) -> Option<Finding> {
    (server.uid != seen.server.uid).then(|| {
        let (runs, owns) = (server.uid, seen.server);
        let text = format!("the server runs as user {runs}, but what it writes belongs to {owns}");
        let advice = "name who runs it with --service-user";
        Finding::new(Severity::Warning, "service-user", text).advise(advice)
    })
}

/// An upgrade has to stop and start the server, and asks by whom.
fn on_service(request: &AdoptRequest, unit: Option<String>) -> Option<Finding> {
    if !request.service.is_none() {
        return None;
    }
    let text = "nobody is named who stops and starts the server, and an upgrade will ask for that";
    let advice = match unit {
        Some(unit) => format!("it belongs to --service systemd:{unit}"),
        None => "give --service, or --stop-cmd and --start-cmd, now or then".to_owned(),
    };
    Some(Finding::new(Severity::Note, "service", text).advise(advice))
}

/// What the server takes from its environment it takes from nobody else, and a server that is started in the dark has not
/// got it.
fn on_environment(
    host: &Host,
    request: &AdoptRequest,
    seen: &Installation,
    server: &RunningProcess,
) -> Result<Vec<Finding>, AdoptError> {
    let variables = environment_of(server.identity.pid).unwrap_or_default();
    let mut findings = Vec::new();
    if let Some(config) = variables.get(CONFIG).map(|value| value.expose().as_str()) {
        // Server source: an URL is that of a database, and an object is the configuration itself. Either may hold secrets.
        if config.contains("://") || config.starts_with('{') {
            let from = host.tree.absolute(&request.from);
            return Err(AdoptRefusal::ConfigIsNoFile { from }.into());
        }
        findings.extend(on_other_config(host, request, config));
    }
    let variables = variables.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()));
    let Ok(effective) = effective(&seen.document, variables, &seen.release.version) else {
        return Ok(findings);
    };
    let taken: Vec<String> = effective
        .overrides
        .iter()
        .filter(|it| it.is_taken())
        .map(|it| it.variable.clone())
        .collect();
    if !taken.is_empty() {
        let text = format!("the server takes settings from its environment: {}", taken.join(", "));
        let advice = "an upgrade finds them there while the server runs; for one that is stopped, give them by --env-file";
        findings.push(Finding::new(Severity::Note, "environment", text).advise(advice));
    }
    Ok(findings)
}

/// The variables of the running server that decide about its settings, by name: an upgrade has to know of them, even if the
/// server is stopped by then.
pub(super) fn overridden(seen: &Installation) -> Vec<String> {
    let Some(server) = servers(&seen.census).next() else {
        return Vec::new();
    };
    let pid = server.identity.pid;
    let variables = environment_of(pid).unwrap_or_default();
    let environment = ServerEnvironment::new(EnvironmentSource::Process { pid }, variables);
    names_of(&environment, Some(&seen.document), &seen.release.version)
}

/// A file other than the one that is looked after. How a relative name is resolved depends on the server.
fn on_other_config(host: &Host, request: &AdoptRequest, config: &str) -> Option<Finding> {
    let usual = request.from.join(crate::model::TreeIdentity::CONFIG);
    let known = host.tree.absolute(request.config_file.as_ref().unwrap_or(&usual));
    let is_known = known.ends_with(config.trim_start_matches("./"));
    (!is_known).then(|| {
        let text = format!(
            "the server is told by {CONFIG} to use {config}, and {} is taken for its configuration",
            known.display()
        );
        let advice = "name the file that it really uses by --config-file";
        Finding::new(Severity::Fatal, "other-config", text).advise(advice)
    })
}
