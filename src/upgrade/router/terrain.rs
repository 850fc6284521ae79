//! The places that one way may stop at, given its ends and what is wished.

use super::super::node::{Bits, Node};
use super::super::search::Place;
use super::super::wishes::Wishes;
use super::Router;
use crate::model::{ReleaseLine, Version};

/// The places of one way, by version: the ends, what is named, and where it may stop.
pub(super) struct Terrain {
    nodes: Vec<(Node, Option<usize>)>,
    /// How many groups were named; each of them is one version.
    named: usize,
    /// The lines that are stopped at by the wished pace, as the groups after those.
    paced: Vec<ReleaseLine>,
}

impl Terrain {
    pub(super) fn new(router: &Router<'_>, from: &Version, to: &Version, wishes: &Wishes) -> Self {
        let paced = paced_lines(router, from, to, wishes);
        let mut terrain = Self { nodes: Vec::new(), named: wishes.via.len(), paced };
        let between = |node: &&Node| node.version > *from && node.version < *to;
        if *wishes == Wishes::default() {
            let milestones = router.milestones.iter().filter(between);
            terrain.nodes.extend(milestones.map(|node| (node.clone(), None)));
        } else {
            terrain.walk(router, from, to, wishes);
        }
        let end = |version: &Version| (Node::new(version, &router.barriers), None);
        terrain.nodes.insert(0, end(from));
        terrain.nodes.push(end(to));
        terrain
    }

    /// All that lies in between, thinned: of neighbours that neither a rule nor a wish tells apart, the latest one.
    fn walk(&mut self, router: &Router<'_>, from: &Version, to: &Version, wishes: &Wishes) {
        let between = router.known.iter().filter(|(it, _)| it.version > *from && it.version < *to);
        for (known, node) in between {
            let named = wishes.via.iter().position(|via| *via == known.version);
            if named.is_none() && router.unfit(known, wishes).is_some() {
                continue;
            }
            let line = self.paced.iter().position(|line| *line == ReleaseLine::of(&known.version));
            let group = named.or_else(|| line.map(|line| self.named + line));
            self.nodes
                .pop_if(|(former, of)| named.is_none() && *of == group && former.is_like(node));
            self.nodes.push((node.clone(), group));
        }
    }

    pub(super) fn places(&self) -> Vec<Place<'_>> {
        self.nodes.iter().map(|(node, group)| Place { node, group: *group }).collect()
    }

    /// From now on as if these rules were none.
    pub(super) fn forget(&mut self, rules: Bits) {
        for (node, _) in &mut self.nodes {
            node.from &= !rules;
        }
    }

    /// The groups of what was named.
    pub(super) fn named(&self) -> Vec<usize> {
        (0..self.named).collect()
    }

    /// The groups of the lines that are stopped at by the wished pace.
    pub(super) fn paced(&self) -> impl Iterator<Item = (usize, ReleaseLine)> {
        (self.named..).zip(self.paced.iter().copied())
    }
}

/// Between the lines of the ends; a line in which something is named is stopped at anyhow.
fn paced_lines(
    router: &Router<'_>,
    from: &Version,
    to: &Version,
    wishes: &Wishes,
) -> Vec<ReleaseLine> {
    let Some(pace) = wishes.every else {
        return Vec::new();
    };
    let (first, last) = (ReleaseLine::of(from), ReleaseLine::of(to));
    let named: Vec<ReleaseLine> = wishes.via.iter().map(ReleaseLine::of).collect();
    let fit = router
        .known
        .iter()
        .map(|(known, _)| known)
        .filter(|known| pace.stops_at(known.kind) && router.unfit(known, wishes).is_none());
    let lines = fit.map(|known| ReleaseLine::of(&known.version));
    let mut lines: Vec<ReleaseLine> =
        lines.filter(|line| *line > first && *line < last && !named.contains(line)).collect();
    lines.dedup();
    lines
}
