//! A setting that a user and the host application both changed, and what came of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::ledger::Because;
use crate::config::mask::Shown;
use crate::config::policy::Policy;
use crate::config::setting::SettingPath;

/// Two wills about one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The setting.
    pub setting: SettingPath,
    /// What a user made of it.
    pub user: Shown,
    /// What the host's default is now.
    pub host: Shown,
    /// What came of it.
    pub settled: Settlement,
}

/// What came of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// The user's value stays, because nobody said anything.
    Unsettled,
    /// The user's value stays by policy.
    KeptUser,
    /// The host's value is taken by policy.
    TookHost,
    /// By policy there is no merge with it.
    Refused,
}

impl Settlement {
    /// What comes of a conflict by this policy.
    pub(super) const fn by(policy: Option<Policy>) -> Self {
        match policy {
            None | Some(Policy::AdoptDefault) => Self::Unsettled,
            Some(Policy::KeepUser) => Self::KeptUser,
            Some(Policy::PreferHost) => Self::TookHost,
            Some(Policy::Refuse) => Self::Refused,
        }
    }

    /// The reason for the value that the setting has then.
    pub(super) const fn because(self) -> Because {
        match self {
            Self::Unsettled | Self::Refused => Because::UserAndHostChangedIt,
            Self::KeptUser => Because::UserPreferred,
            Self::TookHost => Because::HostPreferred,
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Unsettled => "the user's value stays",
            Self::KeptUser => "by policy the user's value stays",
            Self::TookHost => "by policy the host application's is taken",
            Self::Refused => "by policy that is refused",
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, user, host, settled } = self;
        write!(
            f,
            "{setting}: a user changed it to {user} and the host application changed its default to {host}; {}",
            settled.in_words()
        )
    }
}
