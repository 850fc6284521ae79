//! Who decided what about each setting, and why.
//! No secret stands here: values are kept as they may be shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::mask::Shown;
use super::setting::SettingPath;

/// Where the value of a setting comes from. Weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The configuration that the release ships.
    Release,
    /// The host application's defaults, which give way to users.
    HostDefault,
    /// The live file: what users and the server wrote.
    Site,
    /// What the host application enforces.
    HostEnforced,
    /// The place chosen for a directory.
    Place,
    /// The server, while it was started in the dark.
    Server,
}

/// What became of a setting, compared with the file that was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// Its value stayed.
    Kept,
    /// It got another value.
    Changed,
    /// It was not there before.
    Added,
    /// It is not there any more.
    Dropped,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// No other layer says anything about it.
    NobodyElseAsks,
    /// The release changed its default; the site has the former one.
    ReleaseDefaultMoved,
    /// As before, and it was asked for.
    ReleaseDefaultAdopted,
    /// As before, and a policy asks for it.
    ReleaseDefaultChosen,
    /// The server of this era would take zero for a missing setting.
    MissingInOldServer,
    /// The server of this era would take a file without it for a new one.
    MissingMeansNew,
    /// The host has a default for it and the site has nothing, or had nothing but a default.
    HostDefaultFits,
    /// The site has what the host's default says.
    HostDefaultAgrees,
    /// The site has another value than the host had set: a user's.
    UserChangedIt,
    /// As before, and the host has changed its default meanwhile.
    UserAndHostChangedIt,
    /// User and host both changed it, and a policy keeps the user's value.
    UserPreferred,
    /// User and host both changed it, and a policy takes the host's value.
    HostPreferred,
    /// The host has withdrawn its default; what it had set stays.
    HostDefaultWithdrawn,
    /// The host enforces it.
    HostEnforces,
    /// The directory was given this place.
    Placed,
    /// The directory lies in a place of the site's own choice.
    PlacedByOwner,
    /// It was `null`, and a setting below it was written.
    NullOpened,
    /// The release writes its name with other capitals.
    Recased,
    /// The release renamed it.
    Renamed,
    /// As before, but the new name had a value of its own already.
    RenameTaken,
    /// The server dropped it when it wrote the file.
    ServerDropped,
    /// The server filled it in.
    ServerFilled,
    /// The server rewrote it.
    ServerRewrote,
    /// A version that was passed without its server being started would have left it so.
    PassedVersion,
}

impl Because {
    /// The reason as the second half of a sentence.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NobodyElseAsks => "no other layer says anything about it",
            Self::ReleaseDefaultMoved => {
                "the new release has another default, but the file in use is not changed unless asked for"
            }
            Self::ReleaseDefaultAdopted => {
                "it had the former release's default, and new defaults were asked for"
            }
            Self::ReleaseDefaultChosen => {
                "it had the former release's default, and a policy asks for the new one"
            }
            Self::MissingInOldServer => "servers of this era read a missing setting as zero",
            Self::MissingMeansNew => {
                "servers of this era take a file without it for a new one, and make its keys anew"
            }
            Self::HostDefaultFits => {
                "the host application has a default for it, and no user touched it"
            }
            Self::HostDefaultAgrees => "it is what the host application's default says",
            Self::UserChangedIt => {
                "it is not what the host application had set, so a user chose it"
            }
            Self::UserAndHostChangedIt => {
                "a user changed it and the host application changed its default: the user's stays"
            }
            Self::UserPreferred => {
                "a user changed it and the host application changed its default: by policy the user's stays"
            }
            Self::HostPreferred => {
                "a user changed it and the host application changed its default: by policy the host's is taken"
            }
            Self::HostDefaultWithdrawn => {
                "the host application withdrew its default; the value stays"
            }
            Self::HostEnforces => "the host application enforces it",
            Self::Placed => "this is the place chosen for the directory",
            Self::PlacedByOwner => {
                "the site put this directory in a place of its own, which is left alone"
            }
            Self::NullOpened => "it was null, and a setting below it had to be written",
            Self::Recased => "the new release writes its name so, and the value stays",
            Self::Renamed => "the new release renamed it, and the value went along",
            Self::RenameTaken => {
                "the new release renamed it, and the new name has a value of its own, which stands"
            }
            Self::ServerDropped => "the server dropped it when it wrote the file",
            Self::ServerFilled => "the server filled it in",
            Self::ServerRewrote => "the server rewrote it",
            Self::PassedVersion => {
                "a version that was passed over would have left it so, as the database had left that behind"
            }
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "the release",
            Self::HostDefault => "the host application's defaults",
            Self::Site => "the file in use",
            Self::HostEnforced => "the host application's enforced settings",
            Self::Place => "the places of directories",
            Self::Server => "the server",
        })
    }
}

/// What was decided about one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The setting.
    pub setting: SettingPath,
    /// What became of it.
    pub choice: Choice,
    /// Whose value it has now; whose doing it is, if it was dropped.
    pub origin: Origin,
    /// Why.
    pub because: Because,
    /// The value it has now; the last one it had, if it was dropped.
    pub value: Shown,
    /// The value that did not prevail: the former one, or the one that a weaker layer offers.
    pub instead_of: Option<Shown>,
    /// The other name of a renamed setting: what it was called before, or, if it is itself the former one, what took its
    /// place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_name: Option<SettingPath>,
    /// How the release changed its default, where it did and the setting does not have the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<MovedDefault>,
}

/// A default that is another one in the new release than in the former.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedDefault {
    /// What the former release shipped.
    pub former: Shown,
    /// What the new one ships.
    pub now: Shown,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, choice, origin, because, value, instead_of, other_name, moved: _ } =
            self;
        match choice {
            Choice::Dropped => write!(f, "{setting} is gone (it was {value}), by {origin}")?,
            Choice::Kept | Choice::Changed | Choice::Added => {
                write!(f, "{setting} is {value}, from {origin}")?;
            }
        }
        write!(f, ": {}", because.in_words())?;
        if let Some(other) = instead_of {
            write!(f, " (instead of {other})")?;
        }
        match other_name {
            Some(name) if self.is_of_former_name() => write!(f, " (see {name})"),
            Some(name) => write!(f, " (it was called {name})"),
            None => Ok(()),
        }
    }
}

impl Decision {
    /// Is this about a name that the release does not use any more?
    fn is_of_former_name(&self) -> bool {
        self.choice == Choice::Dropped || self.because == Because::RenameTaken
    }
}

/// All decisions of one merge, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger {
    decisions: Vec<Decision>,
}

impl Ledger {
    /// Enters a decision.
    pub fn enter(&mut self, decision: Decision) {
        self.decisions.push(decision);
    }

    /// Enters a decision in place of an earlier one about the same setting.
    pub fn replace(&mut self, decision: Decision) {
        let mut earlier = self.decisions.iter_mut();
        match earlier.find(|earlier| earlier.setting.is_same_as(&decision.setting)) {
            Some(earlier) => *earlier = decision,
            None => self.decisions.push(decision),
        }
    }

    /// Spells a setting as the server does now. The reason for its value stays, unless nobody had one.
    pub fn respell(&mut self, formerly: &SettingPath, now: &SettingPath) {
        let mut found = self.decisions.iter_mut();
        if let Some(decision) = found.find(|decision| decision.setting.is_same_as(now)) {
            decision.setting = now.clone();
            decision.other_name.get_or_insert_with(|| formerly.clone());
            if decision.because == Because::NobodyElseAsks {
                decision.because = Because::Recased;
            }
        }
    }

    /// The form in which it is kept.
    ///
    /// # Panics
    /// Never: names and words make no JSON fail.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a ledger is plain data")
    }

    /// All decisions.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// What was decided about a setting.
    #[must_use]
    pub fn decision(&self, setting: &SettingPath) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.setting.is_same_as(setting))
    }

    /// A sentence that says what a setting is, who says so, and why; `None` if there is no such setting.
    #[must_use]
    pub fn explain(&self, setting: &SettingPath) -> Option<String> {
        let decision = self.decision(setting)?;
        let moved = decision.moved.as_ref().map(|MovedDefault { former, now }| {
            format!("; the release's default was {former}, and is {now}")
        });
        Some(format!("{decision}{}", moved.unwrap_or_default()))
    }
}
