//! Floor 1: understanding config.json.
//! No file is read or written here, and no value that may be a secret is ever shown.

mod document;
mod mask;
mod scope;
mod setting;
mod table;

pub use document::{
    Document, DocumentError, EditError, Kind, Leaf, MAX_BYTES, Position, Rule, View, Written,
    same_value,
};
pub use mask::Shown;
pub use setting::{SettingError, SettingPath};
pub use table::{Meaning, Row, is_secret, row_of, rows_with};
