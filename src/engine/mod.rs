//! Floor 3: the deeds. Observes the host, carries plans out step by step with a journal, and finishes what an earlier
//! run left open. It does not print, read the environment or parse arguments.

mod acquire;
mod adopt;
mod ask_running;
mod backup;
mod bundle;
mod catalog_file;
mod chain;
mod cluster;
mod config_cases;
mod config_file;
mod config_place;
mod conflicts;
mod database;
mod doctor;
mod dump;
mod emit;
mod foreign;
mod gather;
mod install;
mod journal_file;
mod launch;
mod layer_files;
mod lint;
mod listen;
mod manifest_file;
mod observe;
mod open;
mod places;
mod proof;
mod published_file;
mod reporter;
mod resolve;
mod resolve_adopt;
mod resolve_restore;
mod resolve_upgrade;
mod restore;
mod rule_files;
mod server_environment;
mod service_files;
mod serving;
mod settings;
mod shared_files;
mod state_files;
mod status;
mod steps;
mod survey;
mod transaction;
mod undertake;
mod upgrade;
mod verify;

pub use acquire::{
    AcquireError, Acquired, ArchiveSource, ArchiveWish, AtHand, Delivered, Errand, HandyPlace,
    Remote, Sources, acquire, at_hand, deliver, versions_at_hand,
};
pub use adopt::AdoptError;
pub use backup::{
    BackupError, BackupSeen, BackupWish, DatabaseRestore, Pruned, check_database, create_backup,
    list_backups, newest_good_config, other_sessions, prune_backups, restore_database,
    verify_backup,
};
pub use bundle::{
    Bundle, BundleArchives, BundleError, BundleFault, BundleWish, CreateBundleError, CreatedBundle,
    VerifiedArchive, create_bundle, verify_bundle,
};
pub use catalog_file::{CatalogFileError, import_releases, known_releases, read_catalog};
pub use chain::{
    ChainRecord, ChainWish, Closed, ForeseeError, Halt, Installed, OwnDumpError, PathWish,
    SituationSeen, Walk, Walking, WayBack, foresee, goal, look_at_dump, read_chain, situation,
    walk,
};
pub use cluster::{SharedDatabase, Turn, TurnError};
pub use config_cases::{BrokenCase, CaseEnding, CaseRun, find_cases, run_cases, write_case_report};
pub use config_file::{
    ConfigFile, ConfigFileError, read_config_file, strip_bom, write_config_file, write_ledger,
};
pub use config_place::{ConfigPlaceError, FileRule};
pub use database::DatabaseError;
pub use doctor::{Patient, Supply, examine};
pub use dump::DumpError;
pub use emit::{
    EmitError, EnvironmentForm, environment_text, read_overlays, recorded_enforced,
    write_environment,
};
pub use foreign::{Deviation, ForeignError};
pub use gather::GatherError;
pub use journal_file::JournalError;
pub use launch::{LaunchError, LaunchWish, find_launch};
pub use layer_files::{LayerFiles, LayerFilesError, merge_files};
pub use lint::{LintQuestion, LintedFile, lint_config_file};
pub use manifest_file::{ManifestFileError, overlays_given_last, read_manifest, write_manifest};
pub use observe::ObserveError;
pub use open::{
    OpenError, OpenTransaction, Payload, Wish, carry_out, find_open, prepare_state, prune, recover,
};
pub use proof::ProofError;
pub use published_file::{Identity, PublishedFile, SignatureSeen, identify_file};
pub use reporter::{Reporter, Silent};
pub use resolve::{ResolveError, Resolved, resolve, resolve_prefix, resolve_root};
pub use resolve_adopt::{ResolveAdoptError, ResolvedAdopt, resolve_adopt};
pub use resolve_restore::{ResolveRestoreError, ResolvedRestore, resolve_restore};
pub use resolve_upgrade::{ResolveUpgradeError, ResolvedUpgrade, resolve_upgrade};
pub use rule_files::{RuleFilesError, find_rule, near_names, read_rules};
pub use server_environment::{EnvironmentError, RunningOverrides, read_environment_files};
pub use service_files::{
    Noted, PutService, ServiceFilesError, ServicePutting, enabling, put_service, run_enabling,
    shown,
};
pub use serving::ServingError;
pub use settings::{Leave, Settings, SettingsError, read_ledger, read_settings, set_settings};
pub use shared_files::{SharedFile, write_shared};
pub use state_files::{StateFileError, read_identity, read_receipt};
pub use status::{Status, StatusError, installed_territory, own_territory, status};
pub use steps::{
    AcceptError, ActivateError, CarryError, ConfigureError, ConfirmError, HooksError,
    IdentifyError, InheritError, RelocationError, StepError, TakeOverError,
};
pub use transaction::Outcome;
pub use undertake::{
    Prepared, UndertakeError, Undertaken, Undertaking, finish_open, prepare, take_lock, undertake,
};
pub use verify::{Deviations, VerifyError, verify_directory, verify_files, verify_server};
