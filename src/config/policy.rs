//! Who gives way where two have changed one setting: a policy for each setting, or for a whole section.
//! Nothing is decided here about what has changed; see the merge.

use std::fmt;
use std::str::FromStr;

use super::assignment::separator;
use super::setting::{SettingError, SettingPath};

/// What to do about a setting that more than one has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The value in the file in use stays, whatever anybody's new default is.
    KeepUser,
    /// Where a user changed it and the host changed its default, the host's is taken.
    PreferHost,
    /// Where a user changed it and the host changed its default, nothing is merged at all.
    Refuse,
    /// Where the release changed its default and nobody has touched the setting, the new one is taken.
    AdoptDefault,
}

/// A policy and the setting or section that it is for, written `Section.Key=prefer-host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stance {
    /// The setting, or what holds all the settings it is for.
    pub setting: SettingPath,
    /// What to do about them.
    pub policy: Policy,
}

/// Why a text is no stance, or stances are no policies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No `=` in it.
    #[error("expected Section.Key=POLICY, with an equals sign between setting and policy")]
    NoPolicy,
    /// The name is malformed.
    #[error("expected Section.Key=POLICY")]
    Setting(#[from] SettingError),
    /// There is no such policy.
    #[error(
        "{given:?} is no policy for {setting}: expected keep-user, prefer-host, refuse or adopt-default"
    )]
    Unknown {
        /// The setting.
        setting: SettingPath,
        /// What was given.
        given: String,
    },
    /// Two policies for one setting that cannot both be followed.
    #[error("{setting} cannot have both the policy {first} and the policy {second}")]
    Contradiction {
        /// The setting.
        setting: SettingPath,
        /// One.
        first: Policy,
        /// The other.
        second: Policy,
    },
}

/// All policies. The most specific one decides: that of a setting before that of its section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies(Vec<Stance>);

/// What a policy says about a default that the release changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnNewDefault {
    /// The value in the file stays.
    Keep,
    /// The new one is taken, for this very setting.
    Adopt,
    /// The new one is taken, for all that lies here.
    AdoptAmongOthers,
}

impl Policies {
    /// No policy for anything: users' values stay.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// Policies from stances.
    ///
    /// # Errors
    /// When two of them contradict each other.
    pub fn new(stances: impl IntoIterator<Item = Stance>) -> Result<Self, PolicyError> {
        let mut policies: Vec<Stance> = Vec::new();
        for stance in stances {
            let against = |other: &&Stance| {
                other.setting.is_same_as(&stance.setting) && !stance.policy.goes_with(other.policy)
            };
            if let Some(other) = policies.iter().find(against) {
                return Err(PolicyError::Contradiction {
                    setting: stance.setting,
                    first: other.policy,
                    second: stance.policy,
                });
            }
            policies.push(stance);
        }
        Ok(Self(policies))
    }

    /// Policies as they were written down.
    ///
    /// # Errors
    /// When one is none, or two contradict each other.
    pub fn parse<S: AsRef<str>>(texts: &[S]) -> Result<Self, PolicyError> {
        let stances: Result<Vec<Stance>, _> =
            texts.iter().map(|text| text.as_ref().parse()).collect();
        Self::new(stances?)
    }

    /// In the order in which they were given.
    #[must_use]
    pub fn stances(&self) -> &[Stance] {
        &self.0
    }

    /// What was said about a setting that user and host both changed; `None` where nobody said anything.
    pub(super) fn on_conflict(&self, setting: &SettingPath) -> Option<Policy> {
        let stance = self.most_specific(setting, |policy| policy != Policy::AdoptDefault);
        stance.map(|stance| stance.policy)
    }

    /// What was said about a default of the release's; `None` where nobody said anything.
    pub(super) fn on_new_default(&self, setting: &SettingPath) -> Option<OnNewDefault> {
        let speaks = |policy| matches!(policy, Policy::AdoptDefault | Policy::KeepUser);
        let stance = self.most_specific(setting, speaks)?;
        Some(match stance.policy {
            Policy::AdoptDefault if stance.setting.is_same_as(setting) => OnNewDefault::Adopt,
            Policy::AdoptDefault => OnNewDefault::AdoptAmongOthers,
            Policy::KeepUser | Policy::PreferHost | Policy::Refuse => OnNewDefault::Keep,
        })
    }

    /// The same policies also for what a setting is called now.
    pub(super) fn follow(&mut self, from: &SettingPath, to: &SettingPath) {
        let moved = |stance: &Stance| {
            let below = stance.setting.parts().iter().skip(from.parts().len()).cloned();
            let parts = to.parts().iter().cloned().chain(below);
            let setting = SettingPath::from_parts(parts)?;
            stance.setting.is_within(from).then_some(Stance { setting, policy: stance.policy })
        };
        let moved: Vec<Stance> = self.0.iter().filter_map(moved).collect();
        self.0.extend(moved);
    }

    /// Of equally specific ones the first.
    fn most_specific(
        &self,
        setting: &SettingPath,
        speaks: impl Fn(Policy) -> bool,
    ) -> Option<&Stance> {
        let fits = |stance: &&Stance| speaks(stance.policy) && setting.is_within(&stance.setting);
        let stances = self.0.iter().rev().filter(fits);
        stances.max_by_key(|stance| stance.setting.parts().len())
    }
}

impl Policy {
    /// The policy as it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeepUser => "keep-user",
            Self::PreferHost => "prefer-host",
            Self::Refuse => "refuse",
            Self::AdoptDefault => "adopt-default",
        }
    }

    /// Can both be followed for one setting? The host's defaults and the release's are different matters.
    fn goes_with(self, other: Self) -> bool {
        use Policy::{AdoptDefault, PreferHost, Refuse};
        self == other
            || matches!(
                (self, other),
                (AdoptDefault, PreferHost | Refuse) | (PreferHost | Refuse, AdoptDefault)
            )
    }
}

impl FromStr for Stance {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        use Policy::{AdoptDefault, KeepUser, PreferHost, Refuse};
        let at = separator(text).ok_or(PolicyError::NoPolicy)?;
        let (name, given) = text.split_at_checked(at).unwrap_or((text, ""));
        let setting: SettingPath = name.trim().parse()?;
        let given = given.strip_prefix('=').unwrap_or(given).trim();
        let mut known = [KeepUser, PreferHost, Refuse, AdoptDefault].into_iter();
        match known.find(|policy| policy.name() == given) {
            Some(policy) => Ok(Self { setting, policy }),
            None => Err(PolicyError::Unknown { setting, given: given.to_owned() }),
        }
    }
}

impl fmt::Display for Stance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.setting, self.policy)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> SettingPath {
        SettingPath::known(text)
    }

    #[test]
    fn a_stance_is_read_as_it_is_written() {
        for text in [
            "ServiceSettings.SiteURL=prefer-host",
            "ServiceSettings=keep-user",
            "PluginSettings.Plugins.\"com.a=b\".key=refuse",
            "A=adopt-default",
        ] {
            assert_eq!(text.parse::<Stance>().unwrap().to_string(), text);
        }
        for (text, said) in [
            ("A.b", "an equals sign"),
            ("=refuse", "expected Section.Key=POLICY"),
            ("A..b=refuse", "expected Section.Key=POLICY"),
            ("A.b=prefer", "\"prefer\" is no policy for A.b"),
            ("A.b=", "\"\" is no policy for A.b"),
        ] {
            let error = text.parse::<Stance>().unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn the_most_specific_policy_decides() {
        let policies = Policies::parse(&[
            "A=refuse",
            "a.B=prefer-host",
            "A.b.c=keep-user",
            "A.adopted=adopt-default",
            "S=adopt-default",
            "S.kept=keep-user",
            "S.host=prefer-host",
        ])
        .unwrap();
        for (setting, on_conflict, on_new_default) in [
            ("A.x", Some(Policy::Refuse), None),
            ("A.b", Some(Policy::PreferHost), None),
            ("A.B.other", Some(Policy::PreferHost), None),
            ("A.b.c", Some(Policy::KeepUser), Some(OnNewDefault::Keep)),
            ("A.b.cc", Some(Policy::PreferHost), None),
            ("A.adopted", Some(Policy::Refuse), Some(OnNewDefault::Adopt)),
            ("S.x", None, Some(OnNewDefault::AdoptAmongOthers)),
            ("S.kept", Some(Policy::KeepUser), Some(OnNewDefault::Keep)),
            ("S.host", Some(Policy::PreferHost), Some(OnNewDefault::AdoptAmongOthers)),
            ("AB.x", None, None),
        ] {
            let setting = path(setting);
            assert_eq!(policies.on_conflict(&setting), on_conflict, "{setting}");
            assert_eq!(policies.on_new_default(&setting), on_new_default, "{setting}");
        }
    }

    #[test]
    fn contradictions_are_refused_and_repetitions_are_not() {
        for (texts, possible) in [
            (["A.b=refuse", "A.b=refuse"], true),
            (["A.b=refuse", "a.B=prefer-host"], false),
            (["A.b=keep-user", "A.b=adopt-default"], false),
            (["A.b=prefer-host", "A.b=adopt-default"], true),
            (["A.b=refuse", "A=keep-user"], true),
        ] {
            assert_eq!(Policies::parse(&texts).is_ok(), possible, "{texts:?}");
        }
    }

    #[test]
    fn a_policy_follows_a_setting_to_its_new_name() {
        let mut policies = Policies::parse(&["A.old=refuse", "A=keep-user"]).unwrap();
        policies.follow(&path("A.old"), &path("B.new"));
        assert_eq!(policies.on_conflict(&path("B.new")), Some(Policy::Refuse));
        assert_eq!(policies.on_conflict(&path("A.old")), Some(Policy::Refuse));
        assert_eq!(policies.on_conflict(&path("B.other")), None);
    }
}
