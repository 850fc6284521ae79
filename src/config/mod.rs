//! Floor 1: understanding config.json.
//! No file is read or written here, and no value that may be a secret is ever shown.

mod assignment;
mod case;
mod catalog;
mod check;
mod dark;
mod description;
mod diff;
mod document;
mod environment;
mod forecast;
mod journey;
mod known;
mod known_name;
mod layer;
mod ledger;
mod mask;
mod merge;
mod newer;
mod passage;
mod place;
mod policy;
mod register;
mod relocate;
mod rename;
mod scope;
mod setting;
mod table;

pub use assignment::{Assignment, AssignmentError};
pub use case::{
    Case, CaseError, CaseLayers, CaseResult, CaseVerdict, Compare, Expected, LineChange,
};
pub use catalog::{Bound, Entry, Filled, Knowledge, Type, knowledge_of};
pub use check::{
    Complaint, LintReading, LintRule, LintSubject, Severity, Subject, check, lint_rules, refusals,
};
pub use dark::{
    Changed, Dark, Dropped, Recased, Renamed, Reset, RestoreError, Restored, Rewrite, SHADES,
    Shade, Shaded, Shipped, darken, darken_overridden, restore,
};
pub use description::{Demanded, Description, Interval, OtherName, describe};
pub use diff::{Difference, diff};
pub use document::{
    Document, DocumentError, EditError, Kind, Leaf, MAX_BYTES, Position, Positions, Rule, View,
    Written, same_value,
};
pub use environment::{
    Effective, Expressed, Fate, Impossible, Obstacle, Override, UnknownVariable, effective,
    express, reads_config_variable, reads_only_what_the_file_has, reads_variables, spoken,
    variable_of,
};
pub use forecast::{Became, Effect, Forecast, GENERATED, forecast};
pub use journey::{Journey, JourneyError, Stop};
pub(crate) use known::distance_within;
pub use known::{KnownSetting, exists_in, known, knows_all_of, nearest};
pub use known_name::{UnknownName, require_known};
pub use layer::{Hop, Layers, Missing, NewDefaults};
pub use ledger::{Because, Choice, Decision, Ledger, MovedDefault, Origin};
pub use mask::Shown;
pub use merge::{Carried, Carry, Conflict, MergeError, Merged, Settlement, merge};
pub use newer::later_writer;
pub use passage::{Passage, Passed};
pub use place::{PlaceError, Placement, Where, check_place};
pub use policy::{Policies, Policy, PolicyError, Stance};
pub use relocate::{
    FoundAt, FoundPlace, Move, OwnPlace, Places, RelocateError, Relocated, find_places, places_of,
    relocate, unrelocate,
};
pub use rename::{Rename, RenameKind, renames, successor};
pub use setting::{SettingError, SettingPath};
pub use table::{Meaning, Row, is_secret, row_of, rows_with};
