//! What is known of a file that is there in part: by what it is known again, and how much of it surely is right.
//! A note that cannot be understood is none.

use serde::{Deserialize, Serialize};

use crate::host::network::Validator;
use crate::model::Sha256Digest;

/// What stands beside the part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::host) struct Note {
    /// By what the file is known again.
    #[serde(flatten)]
    pub(super) validator: Validator,
    /// How many bytes the whole file has, if that was said.
    pub(super) total: Option<u64>,
    /// How much of the part was durable when it was last left in good order.
    pub(super) kept: Option<Kept>,
}

/// The beginning of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) bytes: u64,
    pub(super) sha256: Sha256Digest,
}

impl Note {
    pub(super) const fn new(validator: Validator, total: Option<u64>) -> Self {
        Self { validator, total, kept: None }
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    pub(super) fn to_text(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers always have a JSON form")
    }

    /// Could both belong to the same file?
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let same_total = self.total.zip(other.total).is_none_or(|(a, b)| a == b);
        same_total && self.validator.agrees_with(&other.validator)
    }
}
