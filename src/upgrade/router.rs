//! Finding ways: one router for many of them, over the same releases, rules and situation.

use super::condition::Judgement;
use super::known::Known;
use super::no_route::NoRoute;
use super::node::Node;
use super::route::{Because, HopFindings, PassedOver, Route, Stop, Unfit};
use super::rule::{Rule, RuleKind};
use super::rules::Rules;
use super::search::{Place, Search};
use super::situation::Situation;
use super::verdict::Verdict;
use super::wishes::Wishes;
use crate::model::{Finding, ReleaseLine, Severity, Version};

mod obstacles;
mod terrain;

use self::terrain::Terrain;

/// What finds ways.
#[derive(Debug)]
pub struct Router<'a> {
    rules: &'a Rules,
    situation: &'a Situation,
    /// The rules that decide about the way, by the bits of the nodes.
    barriers: Vec<&'a Rule>,
    /// All that is known, by version.
    known: Vec<(Known, Node)>,
    /// Where a way may stop unasked: of neighbours that no rule tells apart, the latest one.
    milestones: Vec<Node>,
}

impl<'a> Router<'a> {
    /// A router over these releases. Of two with one version the first one counts.
    #[must_use]
    pub fn new(
        known: impl IntoIterator<Item = Known>,
        rules: &'a Rules,
        situation: &'a Situation,
    ) -> Self {
        let barriers = rules.barriers(situation);
        let with_node = |known: Known| {
            let node = Node::new(&known.version, &barriers);
            (known, node)
        };
        let mut known: Vec<(Known, Node)> = known.into_iter().map(with_node).collect();
        known.sort_by(|a, b| a.0.version.cmp(&b.0.version));
        known.dedup_by(|later, former| later.0.version == former.0.version);
        let mut router = Self { rules, situation, barriers, known, milestones: Vec::new() };
        router.milestones = router.thinned(&Wishes::default());
        router
    }

    /// The way from one version to a later one that breaks no rule, with as few hops as can be. Of several, the one whose first
    /// stop is the latest, then the second, and so on.
    ///
    /// The version that it begins with need not be known.
    ///
    /// # Errors
    /// [`NoRoute`] says why there is none.
    pub fn route(&self, from: &Version, to: &Version, wishes: &Wishes) -> Result<Route, NoRoute> {
        self.check(from, to, wishes)?;
        let terrain = Terrain::new(self, from, to, wishes);
        let places = terrain.places();
        let mut wanted: Vec<usize> = terrain.named();
        let Some(mut way) = Search::new(&places, |group| wanted.contains(&group)).way() else {
            return Err(self.barred(from, to, wishes));
        };
        let mut left_out = Vec::new();
        for (group, line) in terrain.paced() {
            wanted.push(group);
            if let Some(slower) = Search::new(&places, |group| wanted.contains(&group)).way() {
                way = slower;
            } else {
                wanted.pop();
                left_out.push(line);
            }
        }
        Ok(self.told(&places, &way, wishes, left_out))
    }

    /// The versions between the two ends that a way with these wishes cannot stop at, and why not.
    #[must_use]
    pub fn passed_over(&self, from: &Version, to: &Version, wishes: &Wishes) -> Vec<PassedOver> {
        let known = self.known.iter().map(|(known, _)| &known.version);
        known.filter_map(|version| self.passes_over(version, (from, to), wishes)).collect()
    }

    /// Why a way between two ends with these wishes cannot stop at this version; `None` where it can, or where the version is not known or
    /// does not lie between them.
    #[must_use]
    pub fn passes_over(
        &self,
        version: &Version,
        (from, to): (&Version, &Version),
        wishes: &Wishes,
    ) -> Option<PassedOver> {
        let is_asked = version > from && version < to && !wishes.via.contains(version);
        let known = self.known_as(version).filter(|_| is_asked)?;
        let why = self.unfit(known, wishes).or_else(|| {
            let mut with = Wishes { every: None, ..wishes.clone() };
            with.via.insert(version.clone());
            match self.route(from, to, &with) {
                Err(NoRoute::Barred { obstacles, .. }) => Some(Unfit::Barred {
                    ids: obstacles.into_iter().map(|obstacle| obstacle.id).collect(),
                }),
                Ok(_) | Err(_) => None,
            }
        })?;
        Some(PassedOver { version: version.clone(), why })
    }

    /// What there is to say about each hop of a way. The situation is taken for what it is today: settings that change on the way
    /// are not foreseen here.
    #[must_use]
    pub fn findings(&self, route: &Route) -> Vec<HopFindings> {
        let of_hop = |(from, to): (&Version, &Version)| {
            let mut findings: Vec<Finding> =
                self.rules.judge(from, to, self.situation).iter().map(Verdict::finding).collect();
            findings.extend(self.known_as(to).and_then(oddity));
            findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
            HopFindings { from: from.clone(), to: to.clone(), findings }
        };
        route.hops().map(of_hop).collect()
    }

    fn check(&self, from: &Version, to: &Version, wishes: &Wishes) -> Result<(), NoRoute> {
        if to <= from {
            return Err(NoRoute::NotLater { from: from.clone(), to: to.clone() });
        }
        for version in wishes.via.iter().chain([to]) {
            if self.known_as(version).is_none() {
                return Err(NoRoute::Unknown { version: version.clone() });
            }
            if !wishes.is_at_hand(version) {
                return Err(NoRoute::NotAtHand { version: version.clone() });
            }
        }
        match wishes.via.iter().find(|via| *via <= from || *via >= to) {
            Some(via) => {
                let (via, from, to) = (via.clone(), from.clone(), to.clone());
                Err(NoRoute::NotBetween { via, from, to })
            }
            None => Ok(()),
        }
    }

    fn known_as(&self, version: &Version) -> Option<&Known> {
        let found = self.known.binary_search_by(|(known, _)| known.version.cmp(version));
        found.ok().and_then(|index| self.known.get(index)).map(|(known, _)| known)
    }

    /// Why a release is no place to stop, whatever comes before and after it.
    fn unfit(&self, known: &Known, wishes: &Wishes) -> Option<Unfit> {
        if known.withdrawn {
            return Some(Unfit::Withdrawn);
        }
        if known.is_early() {
            return Some(Unfit::PreRelease);
        }
        if !wishes.is_at_hand(&known.version) {
            return Some(Unfit::NotAtHand);
        }
        let standing = self.rules.iter().filter(|rule| !self.rules.is_waived(rule));
        let mut shunning = standing.filter(|rule| rule.shuns(&known.version, self.situation));
        shunning.next().map(|rule| Unfit::Shunned { id: rule.id.clone() })
    }

    /// The places to stop that can be had, of neighbours that no rule tells apart the latest one.
    fn thinned(&self, wishes: &Wishes) -> Vec<Node> {
        let fit = self.known.iter().filter(|(known, _)| self.unfit(known, wishes).is_none());
        let mut nodes: Vec<&Node> = Vec::new();
        for (_, node) in fit {
            nodes.pop_if(|former| former.is_like(node));
            nodes.push(node);
        }
        nodes.into_iter().cloned().collect()
    }

    fn told(
        &self,
        places: &[Place<'_>],
        way: &[usize],
        wishes: &Wishes,
        left_out: Vec<ReleaseLine>,
    ) -> Route {
        let nodes: Vec<&Node> = std::iter::once(&0)
            .chain(way)
            .filter_map(|index| places.get(*index))
            .map(|place| place.node)
            .collect();
        let mut open = nodes.first().map_or(0, |node| node.begin());
        let mut stops = Vec::new();
        for (index, node) in nodes.iter().enumerate().skip(1) {
            let ahead = nodes.iter().skip(index + 1).fold(0, |bits, node| bits | node.to);
            let asking = open & node.through & ahead;
            open = node.enter(open).unwrap_or(open);
            let is_last = index + 1 == nodes.len();
            let because = self.because(node, asking, is_last, wishes);
            stops.push(Stop { version: node.version.clone(), because });
        }
        let from = nodes.first().map_or(Version::new(0, 0, 0), |node| node.version.clone());
        let mut route = Route { from, stops, waived: Vec::new(), left_out };
        route.waived = self.waived_on(&route);
        route
    }

    fn because(&self, node: &Node, asking: u128, is_last: bool, wishes: &Wishes) -> Vec<Because> {
        let mut because = Vec::new();
        if is_last {
            because.push(Because::Target);
        }
        if wishes.via.contains(&node.version) {
            because.push(Because::Via);
        }
        let rules = self.barriers.iter().enumerate();
        let rules = rules.filter(|(index, _)| asking & (1 << index) != 0);
        because.extend(
            rules.map(|(_, rule)| Because::Rule { id: rule.id.clone(), text: rule.text.clone() }),
        );
        let kind = self.known_as(&node.version).map(|known| known.kind);
        let pace = wishes.every.filter(|pace| kind.is_some_and(|kind| pace.stops_at(kind)));
        if let Some(pace) = pace.filter(|_| !is_last) {
            because.push(Because::Every(pace));
        }
        because
    }

    /// The waived rules that have anything to say about a way.
    fn waived_on(&self, route: &Route) -> Vec<String> {
        let way: Vec<&Version> =
            std::iter::once(&route.from).chain(route.stops.iter().map(|it| &it.version)).collect();
        let waived = self.rules.iter().filter(|rule| self.rules.is_waived(rule));
        let spoken = waived.filter(|rule| {
            rule.judge(self.situation) > Judgement::Fails && is_about_any(rule, &way)
        });
        spoken.map(|rule| rule.id.clone()).collect()
    }
}

/// Is a rule about any two versions of a way? Those of which it decides which may follow which need not be neighbours.
fn is_about_any(rule: &Rule, way: &[&Version]) -> bool {
    let decides = matches!(rule.kind, RuleKind::Stop | RuleKind::Forbidden);
    way.iter().enumerate().any(|(index, from)| {
        let after = way.iter().skip(index + 1);
        let reach = if decides { usize::MAX } else { 1 };
        let open = after.take(reach).take_while(|to| !rule.is_mended_by(to));
        open.into_iter().any(|to| rule.is_about(from, to))
    })
}

/// What is odd about a release that a way leads to.
fn oddity(known: &Known) -> Option<Finding> {
    let version = &known.version;
    let (code, text) = match known {
        Known { withdrawn: true, .. } => ("withdrawn", format!("{version} was withdrawn")),
        _ if known.is_early() => ("pre-release", format!("{version} is a pre-release")),
        Known { .. } => return None,
    };
    Some(Finding::new(Severity::Warning, code, text))
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
