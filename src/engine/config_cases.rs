//! Cases in folders: what a host application expects of its configuration, on its way through the versions.
//! A case that is broken is told as such and stops no other. Nothing is written but what is blessed.

use std::ffi::OsStr;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use super::config_file::{ConfigFileError, read_config_file, write_config_file};
use crate::config::{
    Case, CaseError, CaseLayers, CaseResult, CaseVerdict, Document, EditError, Expected,
    JourneyError,
};
use crate::host::{PathError, exists_outside, folders_with, read_outside, write_outside};

/// The file that makes a folder a case.
const SCRIPT: &str = "case.toml";

/// The file before.
const INPUT: &str = "input.json";

/// The file as it should be in the end.
const EXPECTED: &str = "expected.json";

/// What should happen on the way.
const LEDGER: &str = "expected.ledger";

/// No `case.toml` is larger, in bytes.
const LARGEST_SCRIPT: u64 = 1024 * 1024;

/// No ledger is larger, in bytes.
const LARGEST_LEDGER: u64 = 64 * 1024 * 1024;

/// More cases than anybody writes: somebody named the wrong directory.
const MOST_CASES: usize = 100_000;

/// What came of a case.
#[derive(Debug)]
pub struct CaseRun {
    /// The case.
    pub folder: PathBuf,
    /// What it is about, if it says so.
    pub title: Option<String>,
    /// How it ended.
    pub ending: CaseEnding,
    /// The files that were written because they were not as it came.
    pub blessed: Vec<PathBuf>,
}

/// How a case ended.
#[derive(Debug)]
pub enum CaseEnding {
    /// Everything was as expected, or is now expected as it came.
    Passed,
    /// Something was not.
    Failed(CaseVerdict),
    /// There was nothing to compare.
    Broken(BrokenCase),
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum BrokenCase {
    /// A file of the case cannot be read, or not be written.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A configuration of the case cannot be read or written.
    #[error(transparent)]
    Config(#[from] ConfigFileError),
    /// A file of the case is no text.
    #[error("{path} is not UTF-8")]
    NoText {
        /// The file.
        path: PathBuf,
    },
    /// `case.toml` makes no sense.
    #[error("{path}:{why}")]
    Script {
        /// The file.
        path: PathBuf,
        /// Where, and why.
        why: CaseError,
    },
    /// Two overlays of one strength contradict each other.
    #[error("the overlays contradict each other in {path}")]
    Overlays {
        /// The later one.
        path: PathBuf,
        /// How.
        #[source]
        source: EditError,
    },
    /// Nobody has said what is expected.
    #[error("{path} is missing: nothing is expected")]
    NothingExpected {
        /// Where it would be.
        path: PathBuf,
    },
    /// There is no telling what becomes of the file.
    #[error(transparent)]
    Journey(#[from] JourneyError),
}

/// The cases at and below a directory, in the order of their paths: the folders with a `case.toml` in them. Hidden folders and
/// links to directories are passed over.
///
/// # Errors
/// A directory cannot be read, or there are more than 100,000 cases.
pub fn find_cases(directory: &Path) -> Result<Vec<PathBuf>, PathError> {
    folders_with(directory, OsStr::new(SCRIPT), MOST_CASES)
}

/// Runs cases, on all processors, and tells about them in the order given. With `bless`, what is expected becomes what came
/// where the two differ; a journey that ends elsewhere than the case says is a failure all the same.
#[must_use]
pub fn run_cases(folders: &[PathBuf], bless: bool) -> Vec<CaseRun> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = folders.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let shares = folders.chunks(share);
        let workers: Vec<_> = shares
            .map(|share| {
                let run = move || share.iter().map(|folder| run(folder, bless)).collect::<Vec<_>>();
                scope.spawn(run)
            })
            .collect();
        let runs = workers.into_iter();
        runs.flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// Writes a report about cases where somebody wants it: the whole of it, or nothing. A new file is readable by its owner only.
///
/// # Errors
/// The file cannot be written.
pub fn write_case_report(path: &Path, text: &str) -> Result<(), PathError> {
    write_outside(path, text.as_bytes())
}

fn run(folder: &Path, bless: bool) -> CaseRun {
    let mut run = CaseRun {
        folder: folder.to_owned(),
        title: None,
        ending: CaseEnding::Passed,
        blessed: Vec::new(),
    };
    if let Err(broken) = judge(&mut run, bless) {
        run.ending = CaseEnding::Broken(broken);
    }
    run
}

fn judge(run: &mut CaseRun, bless: bool) -> Result<(), BrokenCase> {
    let folder = run.folder.clone();
    let script = read_script(&folder)?;
    run.title.clone_from(&script.title);
    let layers = CaseLayers {
        defaults: combine(&folder, &script.defaults)?,
        enforced: combine(&folder, &script.enforced)?,
        last_defaults: combine(&folder, &script.last_defaults)?,
    };
    let input = read_config_file(&folder.join(INPUT))?.document;
    let expected = read_expected(&folder)?;
    if expected.is_none() && script.obstacle.is_none() && !bless {
        return Err(BrokenCase::NothingExpected { path: folder.join(EXPECTED) });
    }
    let ledger = read_ledger(&folder)?;
    let came = script.follow(&input, layers, expected.as_ref())?;
    let (document, ledger) = (expected.as_ref(), ledger.as_deref());
    let mut verdict = came.against(Expected { document, ledger });
    if bless && verdict.ended.is_none() {
        bless_file(run, &came, document, &verdict)?;
        bless_ledger(run, &came, ledger, &verdict)?;
        verdict = CaseVerdict::default();
    }
    if !verdict.is_pass() {
        run.ending = CaseEnding::Failed(verdict);
    }
    Ok(())
}

fn bless_file(
    run: &mut CaseRun,
    came: &CaseResult,
    expected: Option<&Document>,
    verdict: &CaseVerdict,
) -> Result<(), BrokenCase> {
    if expected.is_some() && verdict.settings.is_empty() {
        return Ok(());
    }
    let path = run.folder.join(EXPECTED);
    write_config_file(&path, &came.blessed(expected))?;
    run.blessed.push(path);
    Ok(())
}

fn bless_ledger(
    run: &mut CaseRun,
    came: &CaseResult,
    expected: Option<&str>,
    verdict: &CaseVerdict,
) -> Result<(), BrokenCase> {
    if expected.is_some() && verdict.ledger.is_empty() {
        return Ok(());
    }
    let path = run.folder.join(LEDGER);
    write_outside(&path, came.ledger.as_bytes())?;
    run.blessed.push(path);
    Ok(())
}

fn read_script(folder: &Path) -> Result<Case, BrokenCase> {
    let path = folder.join(SCRIPT);
    let text = read_text(&path, LARGEST_SCRIPT)?;
    Case::read(&text).map_err(|why| BrokenCase::Script { path, why })
}

fn read_text(path: &Path, limit: u64) -> Result<String, BrokenCase> {
    let bytes = read_outside(path, limit)?;
    String::from_utf8(bytes).map_err(|_| BrokenCase::NoText { path: path.to_owned() })
}

fn read_expected(folder: &Path) -> Result<Option<Document>, BrokenCase> {
    let path = folder.join(EXPECTED);
    let is_there = exists_outside(&path);
    Ok(if is_there { Some(read_config_file(&path)?.document) } else { None })
}

fn read_ledger(folder: &Path) -> Result<Option<String>, BrokenCase> {
    let path = folder.join(LEDGER);
    let is_there = exists_outside(&path);
    if is_there { read_text(&path, LARGEST_LEDGER).map(Some) } else { Ok(None) }
}

/// All overlays of one strength in one document; later ones win. `None` without any.
fn combine(folder: &Path, paths: &[PathBuf]) -> Result<Option<Document>, BrokenCase> {
    let mut combined: Option<Document> = None;
    for path in paths {
        let path = folder.join(path);
        let overlay = read_config_file(&path)?.document;
        let Some(stronger) = &mut combined else {
            combined = Some(overlay);
            continue;
        };
        for leaf in overlay.leaves() {
            stronger
                .set_raw(&leaf.setting, leaf.value.raw())
                .map_err(|source| BrokenCase::Overlays { path: path.clone(), source })?;
        }
    }
    Ok(combined)
}
