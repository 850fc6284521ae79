//! Why no way was found: which rules could not be heeded.

use super::super::no_route::{Lack, NoRoute, Obstacle};
use super::super::node::Bits;
use super::super::rule::Rule;
use super::super::search::Search;
use super::super::wishes::Wishes;
use super::Router;
use super::terrain::Terrain;
use crate::model::Version;

impl Router<'_> {
    /// The rules in the way from the one version to the other, where the search found none.
    ///
    /// Each rule that the straight way over what is named would break is left out once: if there is a way then, it alone is the
    /// obstacle. Otherwise there are several, and those that no stop sets right are told before those that are only hard to reach.
    pub(super) fn barred(&self, from: &Version, to: &Version, wishes: &Wishes) -> NoRoute {
        let broken = self.broken(from, to, wishes);
        let alone: Vec<usize> = broken
            .iter()
            .copied()
            .filter(|index| self.leads_without(from, to, wishes, 1 << index))
            .collect();
        let told = if alone.is_empty() { broken } else { alone };
        let mut obstacles: Vec<Obstacle> = told
            .into_iter()
            .filter_map(|index| self.barriers.get(index))
            .map(|rule| self.obstacle(rule, from, to, wishes))
            .collect();
        let is_reached = |obstacle: &Obstacle| !matches!(obstacle.lack, Lack::NoneReached { .. });
        if obstacles.iter().any(is_reached) {
            obstacles.retain(is_reached);
        }
        NoRoute::Barred { from: from.clone(), to: to.clone(), obstacles }
    }

    /// The rules that the straight way over what is named breaks, by their bits.
    fn broken(&self, from: &Version, to: &Version, wishes: &Wishes) -> Vec<usize> {
        let way: Vec<&Version> = std::iter::once(from).chain(&wishes.via).chain([to]).collect();
        let breaks = |rule: &&Rule| super::is_about_any(rule, &way);
        let broken = self.barriers.iter().enumerate().filter(|(_, rule)| breaks(rule));
        broken.map(|(index, _)| index).collect()
    }

    fn leads_without(&self, from: &Version, to: &Version, wishes: &Wishes, rules: Bits) -> bool {
        let mut terrain = Terrain::new(self, from, to, wishes);
        terrain.forget(rules);
        let places = terrain.places();
        let named = terrain.named();
        Search::new(&places, |group| named.contains(&group)).way().is_some()
    }

    fn obstacle(&self, rule: &Rule, from: &Version, to: &Version, wishes: &Wishes) -> Obstacle {
        let Rule { id, text, advice, .. } = rule.clone();
        Obstacle { id, text, advice, lack: self.lack(rule, from, to, wishes) }
    }

    fn lack(&self, rule: &Rule, from: &Version, to: &Version, wishes: &Wishes) -> Lack {
        let Some(through) = &rule.through else {
            return Lack::NoStop;
        };
        let through = through.to_string();
        let mut between = self
            .known
            .iter()
            .map(|(known, _)| known)
            .filter(|known| known.version > *from && known.version < *to)
            .filter(|known| rule.is_mended_by(&known.version))
            .peekable();
        if between.peek().is_none() {
            return Lack::NonePublished { through };
        }
        if between.all(|known| self.unfit(known, wishes).is_some()) {
            return Lack::NoneAtHand { through };
        }
        Lack::NoneReached { through }
    }
}
