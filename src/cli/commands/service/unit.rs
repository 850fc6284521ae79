//! `service unit`.

use std::io::{self, Write};

use serde_json::json;

use super::Wanted;
use crate::cli::answer::{Answer, Refusal};
use crate::cli::exit::Exit;
use crate::cli::render;
use crate::host::Cancel;
use crate::model::REPORT_SCHEMA;
use crate::server::ServiceFiles;

/// Prints the files of a service. Changes nothing, and takes no lock.
pub(super) fn run(wanted: &Wanted<'_>, json: bool, cancel: Cancel) -> io::Result<Answer> {
    let files = match files(wanted, cancel) {
        Ok(files) => files,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if json {
        let list = files.files.iter().map(|file| {
            let path = format!("/{}", file.path.as_str());
            json!({ "path": path, "mode": format!("{:04o}", file.mode), "text": file.text })
        });
        let list: Vec<_> = list.collect();
        render::json::print(&json!({
            "schema": REPORT_SCHEMA, "command": "service unit", "kind": files.kind.to_string(),
            "name": files.name, "files": list,
        }))?;
    } else {
        print(&files)?;
    }
    Ok(Ok(Exit::Done))
}

fn files(wanted: &Wanted<'_>, cancel: Cancel) -> Result<ServiceFiles, Refusal> {
    let (host, prefix) = wanted.enter(cancel)?;
    wanted.files(&host, &prefix)
}

/// One file as it is, several with their names.
fn print(files: &ServiceFiles) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let several = files.files.len() > 1;
    for (at, file) in files.files.iter().enumerate() {
        if several {
            let gap = if at == 0 { "" } else { "\n" };
            writeln!(out, "{gap}==> /{} <==", file.path.as_str())?;
        }
        write!(out, "{}", file.text)?;
    }
    Ok(())
}
