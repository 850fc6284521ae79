//! A version with what the rules say about it, as bits: one for each rule that decides about the way.

use super::rule::Rule;
use crate::model::Version;

/// One bit for each rule.
pub(super) type Bits = u128;

/// A version, seen by the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) version: Version,
    /// Rules that have to be heeded by whoever comes from here.
    pub(super) from: Bits,
    /// Rules that are broken by whoever comes here without having set them right.
    pub(super) to: Bits,
    /// Rules that a stop here sets right.
    pub(super) through: Bits,
}

impl Node {
    pub(super) fn new(version: &Version, barriers: &[&Rule]) -> Self {
        let bits = |holds: &dyn Fn(&Rule) -> bool| {
            let set = barriers.iter().enumerate().filter(|(_, rule)| holds(rule));
            set.fold(0, |bits, (index, _)| bits | 1 << index)
        };
        Self {
            version: version.clone(),
            from: bits(&|rule| rule.from.contains(version)),
            to: bits(&|rule| rule.to.contains(version)),
            through: bits(&|rule| rule.is_mended_by(version)),
        }
    }

    /// The rules that stand open behind somebody who begins here.
    pub(super) const fn begin(&self) -> Bits {
        self.from & !self.through
    }

    /// The rules that stand open once somebody has come here, before whom `open` stood open; `None` where one of them forbids it.
    pub(super) const fn enter(&self, open: Bits) -> Option<Bits> {
        let left = open & !self.through;
        if left & self.to == 0 { Some((left | self.from) & !self.through) } else { None }
    }

    /// Do the rules tell the two apart?
    pub(super) const fn is_like(&self, other: &Self) -> bool {
        self.from == other.from && self.to == other.to && self.through == other.through
    }
}
