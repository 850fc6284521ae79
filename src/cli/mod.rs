//! Floor 4: the words. Parses arguments, words reports and errors, picks exit codes. It decides nothing and touches no
//! file of the host itself.

mod answer;
mod args;
mod call;
mod commands;
mod ending;
mod environment;
mod examples;
mod exit;
mod explanations;
mod grammar;
mod hints;
mod manual;
mod progress;
mod reference;
pub mod render;
mod system;
mod terminal;
mod until;
mod voice;
mod words;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use self::args::{Cli, Command, PageForm};
use self::exit::Exit;
pub use self::grammar::{Fault, fault_of};
pub use self::reference::{ReferencePage, reference};
use crate::engine::Wish;
use crate::host::{Cancel, open_descriptor};
use crate::model::Report;

/// Runs one command line and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match grammar::parse(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _closed = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    if let Err(error) = voice::raise(&cli.output) {
        let _closed = render::human::fail(&hints::for_log_file(&error));
        return Exit::Refused.into();
    }
    voice::record(&format!("mmembed {} begins: {}", env!("CARGO_PKG_VERSION"), cli.command.name()));
    let ended = dispatch(&cli);
    if let Ok(exit) = &ended {
        voice::record(&format!("mmembed ends with exit code {}", *exit as u8));
    }
    match ended {
        Ok(exit) => exit.into(),
        // Nobody listens any more: that is the listener's choice, and says nothing about the host.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done.into(),
        Err(error) => {
            let _closed = words::say(&format!("error: cannot write the result: {error}"));
            Exit::Unexpected.into()
        }
    }
}

fn dispatch(cli: &Cli) -> io::Result<Exit> {
    if let Some(Err(error)) = cli.output.progress_fd.map(open_descriptor) {
        words::say(&format!("error: --progress-fd: the descriptor cannot be written to: {error}"))?;
        return Ok(Exit::Usage);
    }
    let cancel = Cancel::on_signals()?;
    let report = match &cli.command {
        Command::Install { install, dry_run: false } => {
            commands::install::run("install", install, None, &cli.output, cancel)
        }
        Command::Install { install, dry_run: true } => {
            commands::install::plan("install", install, None, &cli.output, cancel)
        }
        Command::Apply(apply) => commands::apply::run(apply, &cli.output, cancel),
        Command::Init(init) => return commands::init::run(init, cli.output.json, cancel),
        Command::Schema { of } => return commands::schema::run(*of),
        Command::Upgrade { upgrade, dry_run, report } => {
            commands::upgrade::run(upgrade, *dry_run, report, &cli.output, cancel)
        }
        Command::Adopt { adopt, dry_run } => {
            commands::adopt::run(adopt, *dry_run, &cli.output, cancel)
        }
        Command::Rollback { restore, to } => {
            commands::restore::run("rollback", restore, to.as_ref(), &cli.output, cancel)
        }
        Command::Plan { plan } => commands::plan::run(plan, &cli.output, cancel),
        Command::Status { target } => Ok(commands::status::run(target, cancel)),
        Command::Verify { target, no_start, environment, patience } => {
            let start = if *no_start { None } else { Some((environment, patience)) };
            commands::verify::run(target, start, &cli.output, cancel)
        }
        Command::Recover { target, retry, accept_data_loss, cluster } => {
            let wish = wish(*retry, *accept_data_loss);
            commands::recover::run((target, cluster), wish, &cli.output, cancel)
        }
        Command::Backup { command } => commands::backup::run(command, &cli.output, cancel),
        Command::Config { command } => {
            return commands::config::run(command, &cli.output, cancel);
        }
        Command::Bundle { command } => {
            return commands::bundle::run(command, &cli.output, cancel);
        }
        Command::Service { command } => {
            return commands::service::run(command, &cli.output, cancel);
        }
        Command::Rules { command } => return commands::rules::run(command, cli.output.json),
        Command::Releases { command } => {
            return commands::releases::run(command, &cli.output, cancel);
        }
        Command::Doctor(args) => return commands::doctor::run(args, &cli.output, cancel),
        Command::Explain(args) => return commands::explain::run(args, cli.output.json),
        Command::Completions(args) => {
            return commands::completions::run(args, cli.output.json, cancel);
        }
        Command::Man(args) => return commands::man::run(args, cli.output.json, cancel),
    }?;
    let exit = exit::of(report.ending);
    match show(&report, cli) {
        // A failure is one whether somebody listens or not.
        Err(_) if exit != Exit::Done => Ok(exit),
        shown => shown.map(|()| exit),
    }
}

/// How much a recovery may do.
const fn wish(retry: bool, accept_data_loss: bool) -> Wish {
    match (retry, accept_data_loss) {
        (_, true) => Wish::AcceptLoss,
        (true, false) => Wish::Retry,
        (false, false) => Wish::Usual,
    }
}

fn show(report: &Report, cli: &Cli) -> io::Result<()> {
    let page = if let Command::Plan { plan } = &cli.command { plan.form.get() } else { None };
    match (page, &report.path) {
        (Some(form), Some(path)) => {
            let page = match form {
                PageForm::Markdown => render::markdown::plan(path),
                PageForm::Html => render::page::plan(path),
            };
            let shown = io::stdout().lock().write_all(page.as_bytes());
            // What forbids it is told even where the page cannot be shown.
            let told = report.failure.as_ref().map_or(Ok(()), render::human::fail);
            shown.and(told)
        }
        _ if cli.output.json => {
            render::human::record(report);
            render::json::print(report)
        }
        _ => render::human::print(report),
    }
}
