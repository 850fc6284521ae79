//! The shortest way over given places. Which places there are, and why, is decided elsewhere.

use super::node::{Bits, Node};

/// A place where a way may stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) node: &'a Node,
    /// The group that it belongs to, if it belongs to one. A way has to stop at one place of each group.
    pub(super) group: Option<usize>,
}

/// The search for one way, from the first place to the last one.
pub(super) struct Search<'a> {
    places: &'a [Place<'a>],
    /// The first and the last place of each group that has to be visited.
    groups: Vec<(usize, usize)>,
    /// By place: the rules that somebody after it could still break.
    ahead: Vec<Bits>,
    /// By place, what was found out: how many hops there are to the end, and the next place.
    found: Vec<Vec<(Bits, Option<Leg>)>>,
}

#[derive(Clone, Copy)]
struct Leg {
    hops: usize,
    next: usize,
}

impl<'a> Search<'a> {
    /// `wanted` says which groups have to be visited.
    pub(super) fn new(places: &'a [Place<'a>], wanted: impl Fn(usize) -> bool) -> Self {
        let mut groups: Vec<(usize, (usize, usize))> = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let Some(group) = place.group.filter(|group| wanted(*group)) else { continue };
            match groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, (_, last))) => *last = index,
                None => groups.push((group, (index, index))),
            }
        }
        let mut ahead: Vec<Bits> = places
            .iter()
            .rev()
            .scan(0, |bits, place| Some(std::mem::replace(bits, *bits | place.node.to)))
            .collect();
        ahead.reverse();
        let groups = groups.into_iter().map(|(_, ends)| ends).collect();
        Self { places, groups, ahead, found: vec![Vec::new(); places.len()] }
    }

    /// The way with the fewest hops, as the places after the first one; of several, the one whose first stop is the latest, then
    /// the second, and so on. So what is left of a way after a stop is the way from there.
    pub(super) fn way(&mut self) -> Option<Vec<usize>> {
        let mut open = self.places.first()?.node.begin();
        let (mut at, mut way) = (0, Vec::new());
        while at + 1 < self.places.len() {
            at = self.leg(at, open)?.next;
            open = self.places.get(at)?.node.enter(open)?;
            way.push(at);
        }
        Some(way)
    }

    fn leg(&mut self, at: usize, open: Bits) -> Option<Leg> {
        let open = open & self.ahead.get(at)?;
        let known = self.found.get(at)?.iter().find(|(bits, _)| *bits == open);
        if let Some((_, leg)) = known {
            return *leg;
        }
        let leg = self.best(at, open);
        self.found.get_mut(at)?.push((open, leg));
        leg
    }

    fn best(&mut self, at: usize, open: Bits) -> Option<Leg> {
        let end = self.places.len() - 1;
        let mut best: Option<Leg> = None;
        for next in at + 1..=self.furthest(at) {
            let place = *self.places.get(next)?;
            // A stop that neither is asked for nor sets anything right makes no way shorter.
            let helps = next == end || place.group.is_some() || place.node.through & open != 0;
            let Some(open) = place.node.enter(open).filter(|_| helps) else { continue };
            let rest = if next == end { Some(0) } else { self.leg(next, open).map(|leg| leg.hops) };
            let hops = rest.map(|rest| rest + 1);
            if let Some(hops) = hops.filter(|hops| best.is_none_or(|best| *hops <= best.hops)) {
                best = Some(Leg { hops, next });
            }
        }
        best
    }

    /// The last place that can be gone to from here without leaving out a group.
    fn furthest(&self, at: usize) -> usize {
        let ahead = self.groups.iter().filter(|(first, _)| *first > at);
        ahead.map(|(_, last)| *last).fold(self.places.len() - 1, usize::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    fn node(minor: u64, from: Bits, to: Bits, through: Bits) -> Node {
        Node { version: Version::new(1, minor, 0), from, to, through }
    }

    fn way(nodes: &[Node], groups: &[Option<usize>]) -> Option<Vec<usize>> {
        let group = |index: usize| groups.get(index).copied().flatten();
        let places: Vec<Place<'_>> = nodes
            .iter()
            .enumerate()
            .map(|(index, node)| Place { node, group: group(index) })
            .collect();
        Search::new(&places, |_| true).way()
    }

    #[test]
    fn without_rules_one_hop_is_enough() {
        let nodes = [node(0, 0, 0, 0), node(1, 0, 0, 0), node(2, 0, 0, 0)];
        assert_eq!(way(&nodes, &[]), Some(vec![2]));
        assert_eq!(way(&nodes[..1], &[]), Some(vec![]));
    }

    #[test]
    fn the_latest_of_several_stops_is_taken() {
        let nodes = [node(0, 1, 0, 0), node(1, 0, 0, 1), node(2, 0, 0, 1), node(3, 0, 1, 0)];
        assert_eq!(way(&nodes, &[]), Some(vec![2, 3]));
    }

    #[test]
    fn one_stop_that_sets_two_rules_right_beats_two_that_set_one_right_each() {
        let nodes = [
            node(0, 0b11, 0, 0),
            node(1, 0, 0, 0b11),
            node(2, 0, 0, 0b01),
            node(3, 0, 0, 0b10),
            node(4, 0, 0b11, 0),
        ];
        assert_eq!(way(&nodes, &[]), Some(vec![1, 4]));
    }

    #[test]
    fn what_was_once_taken_up_stays_until_it_is_set_right() {
        // The stop that the first rule needs takes up a second one, which nothing sets right.
        let nodes = [node(0, 0b01, 0, 0), node(1, 0b10, 0, 0b01), node(2, 0, 0b11, 0)];
        assert_eq!(way(&nodes, &[]), None);
    }

    #[test]
    fn of_each_group_one_place_is_visited() {
        let nodes: Vec<Node> = (0..6).map(|minor| node(minor, 0, 0, 0)).collect();
        let groups = [None, Some(0), Some(0), Some(1), None, None];
        assert_eq!(way(&nodes, &groups), Some(vec![2, 3, 5]));
    }
}
