//! What becomes of a variable that is meant for a setting.

use std::fmt;

use serde::Serialize;

/// What becomes of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The server takes its value.
    Taken,
    /// It takes it, or that of another variable for the same setting: which one is left to chance.
    Contested,
    /// It ignores a value of the wrong type.
    WrongType,
    /// An empty variable counts as none.
    Empty,
    /// The version only takes variables for settings that stand in its file.
    NotInFile,
    /// The version takes this setting from its file alone.
    NotRead,
    /// The server reads nothing from its file of what bears this name.
    Hides,
    /// The server does not start.
    Stops,
}

impl Fate {
    /// Does the value reach the setting?
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Taken | Self::Contested)
    }
}

/// As the second part of a sentence that begins with the variable.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Taken => "decides",
            Self::Contested => {
                "decides, or another variable for the same setting does: which one is left to chance"
            }
            Self::WrongType => "is ignored: its value has the wrong type",
            Self::Empty => "is ignored: in this version an empty variable counts as none",
            Self::NotInFile => {
                "is ignored: this version takes variables only for settings that stand in its file"
            }
            Self::NotRead => "is ignored: this version takes the setting from its file alone",
            Self::Hides => "makes the server read nothing from its file of what bears this name",
            Self::Stops => "keeps the server from starting",
        })
    }
}
