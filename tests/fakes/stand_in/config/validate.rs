//! Settings that a version refuses to start with.
//! Only those are here that an upgrade can meet: a setting that was good before, and is not any more.

use serde_json::{Value, json};

use crate::era::Era;
use crate::exit::Exit;

/// Refuses what 11.0 began to refuse (from its upgrade notes; its words are not known).
pub(super) fn validate(era: Era, config: &Value) -> Result<(), Exit> {
    let refused = [
        ("/TeamSettings/ExperimentalViewArchivedChannels", json!(false)),
        ("/ExperimentalSettings/ClientSideCertEnable", json!(true)),
        ("/SqlSettings/DriverName", json!("mysql")),
    ];
    let bad = refused.iter().find(|(pointer, value)| config.pointer(pointer) == Some(value));
    match bad.filter(|_| era.since(11, 0)) {
        Some((pointer, value)) => {
            let setting = pointer.trim_start_matches('/').replace('/', ".");
            Err(Exit::error(
                1,
                format!(
                    "Error: failed to load configuration: invalid config: {setting} must not be {value}"
                ),
            ))
        }
        None => Ok(()),
    }
}
