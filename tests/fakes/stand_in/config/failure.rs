//! How a server ends that cannot use its configuration, by era.
//! Nothing is read here.

use super::Purpose;
use crate::era::Era;
use crate::exit::Exit;

/// Before 3.6: a line, and exit code 0.
pub(super) fn unable_to_load() -> Exit {
    let now = jiff::Timestamp::now().strftime("%H:%M:%S UTC %Y/%m/%d").to_string();
    Exit::said(
        0,
        format!(
            "[{now}] [EROR] (main.main:107) Unable to load mattermost configuration file:  utils.config.load_config.opening.panic"
        ),
    )
}

/// No JSON, or not readable.
pub(super) fn invalid(era: Era, purpose: Purpose, name: &str, why: &str) -> Exit {
    match era {
        _ if !era.has_commands() => unable_to_load(),
        Era(4, 3..) | Era(5, 0..9) if era < Era(5, 0) || purpose == Purpose::Version => {
            Exit::panic("runtime error: invalid memory address or nil pointer dereference")
        }
        _ if purpose == Purpose::Version && era.since(5, 9) => Exit::panic(format!(
            "failed to apply option: failed to apply Config option: failed to create store: unable to load on store creation: {why}"
        )),
        Era(5, 0..9) => Exit {
            stdout: "{\"level\":\"info\",\"msg\":\"Stopping Server...\"}\n{\"level\":\"info\",\"msg\":\"Server stopped\"}\n".to_owned(),
            ..Exit::error(1, format!("Error opening config file={name}, err={why}"))
        },
        _ => Exit::error(1, format!("Error: failed to load configuration: {name}: {why}")),
    }
}

/// JSON of the wrong type at `at`.
pub(super) fn wrong_type(era: Era, name: &str, at: &str) -> Exit {
    if era.since(4, 3) && !era.since(5, 0) {
        return Exit::panic(
            "runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]",
        );
    }
    let place = if era.since(5, 30) { "parsing error at line 1, character 1: " } else { "" };
    Exit::error(
        1,
        format!(
            "Error: failed to load configuration: {name}: {place}json: cannot unmarshal into Go struct field {at}"
        ),
    )
}
