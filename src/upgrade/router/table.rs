//! All ways between any two published releases, held against the rules word by word, and against a search that knows no short
//! cut.

use super::*;
use crate::upgrade::{Driver, published};

/// The fewest hops from one release to each later one, over everything that a way may stop at, one layer of hops after the other.
struct Flood<'a> {
    releases: &'a [Known],
    rules: Vec<&'a Rule>,
    /// By release and rule: comes from it, goes to it, is set right there.
    about: Vec<[Vec<bool>; 3]>,
    fit: Vec<bool>,
}

impl<'a> Flood<'a> {
    fn new(releases: &'a [Known], rules: &'a Rules, situation: &Situation) -> Self {
        let bars = |rule: &&Rule| {
            matches!(rule.kind, RuleKind::Stop | RuleKind::Forbidden) && rule.bars(situation)
        };
        let barring: Vec<&Rule> = rules.iter().filter(bars).collect();
        let about = |known: &Known| {
            let all =
                |holds: &dyn Fn(&Rule) -> bool| barring.iter().map(|rule| holds(rule)).collect();
            let mends = |rule: &Rule| match &rule.through {
                Some(through) => through.contains(&known.version),
                None => false,
            };
            let (from, to) = (
                all(&|rule| rule.from.contains(&known.version)),
                all(&|rule| rule.to.contains(&known.version)),
            );
            [from, to, all(&mends)]
        };
        let shunned = |known: &Known| {
            let applies = |rule: &Rule| rule.judge(situation) != Judgement::Fails;
            rules.iter().any(|rule| {
                rule.kind == RuleKind::Avoid && rule.to.contains(&known.version) && applies(rule)
            })
        };
        Self {
            about: releases.iter().map(about).collect(),
            fit: releases.iter().map(|it| !it.withdrawn && !shunned(it)).collect(),
            releases,
            rules: barring,
        }
    }

    /// Bits of the rules of which `holds` is so.
    fn bits(holds: &[bool]) -> u128 {
        holds.iter().rev().fold(0, |bits, is| bits << 1 | u128::from(*is))
    }

    fn hops_from(&self, start: usize) -> Vec<Option<usize>> {
        let bits: Vec<[u128; 3]> = self
            .about
            .iter()
            .map(|[a, b, c]| [Self::bits(a), Self::bits(b), Self::bits(c)])
            .collect();
        let mut hops = vec![None; self.releases.len()];
        let mut seen: Vec<Vec<u128>> = vec![Vec::new(); self.releases.len()];
        let mut layer = vec![(start, bits[start][0] & !bits[start][2])];
        for count in 1.. {
            let mut next = Vec::new();
            for (at, open) in layer {
                for (to, [from, target, through]) in bits.iter().enumerate().skip(at + 1) {
                    let left = open & !through;
                    if left & target != 0 {
                        continue;
                    }
                    hops[to].get_or_insert(count);
                    let open = (left | from) & !through;
                    if self.fit[to] && !seen[to].iter().any(|less| less & !open == 0) {
                        seen[to].push(open);
                        next.push((to, open));
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            layer = next;
        }
        hops
    }

    /// The first rule that a way breaks, by the words of the rules: after a version in `from`, none in `to`, unless one in `through`
    /// came in between.
    fn broken(&self, way: &[usize]) -> Option<&str> {
        let breaks = |rule: &usize| {
            way.iter().enumerate().any(|(first, from)| {
                let mended = |at: &&usize| self.about[**at][2][*rule];
                let after = way[first + 1..].iter().take_while(|at| !mended(at));
                self.about[*from][0][*rule]
                    && !self.about[*from][2][*rule]
                    && after.into_iter().any(|to| self.about[*to][1][*rule])
            })
        };
        (0..self.rules.len()).find(breaks).map(|rule| self.rules[rule].id.as_str())
    }
}

fn hold_against_the_flood(situation: &Situation, every: usize) -> [usize; 2] {
    let (rules, releases) = (Rules::built_in(), published());
    let flood = Flood::new(&releases, &rules, situation);
    let router = Router::new(releases.clone(), &rules, situation);
    let index =
        |version: &Version| releases.binary_search_by(|known| known.version.cmp(version)).unwrap();
    let wishes = Wishes::default();
    let mut counts = [0, 0];
    for (start, from) in releases.iter().enumerate().step_by(every) {
        let hops = flood.hops_from(start);
        for (end, to) in releases.iter().enumerate() {
            let (from, to) = (&from.version, &to.version);
            match (router.route(from, to, &wishes), hops[end]) {
                (Ok(route), Some(fewest)) => {
                    let stops = route.versions();
                    assert_eq!(stops.len(), fewest, "{from} to {to}: {stops:?}");
                    let way: Vec<usize> =
                        std::iter::once(start).chain(stops.iter().map(index)).collect();
                    assert!(way.is_sorted_by(|a, b| a < b) && way.last() == Some(&end));
                    assert!(way[1..].iter().all(|at| *at == end || flood.fit[*at]), "{stops:?}");
                    assert_eq!(flood.broken(&way), None, "{from} to {to}: {stops:?}");
                    assert!(route.stops.iter().all(|stop| !stop.because.is_empty()), "{stops:?}");
                    counts[0] += 1;
                }
                (Err(NoRoute::Barred { obstacles, .. }), None) if start < end => {
                    assert!(!obstacles.is_empty(), "{from} to {to}");
                    counts[1] += 1;
                }
                (Err(NoRoute::NotLater { .. }), None) if end <= start => {}
                (found, fewest) => panic!("{from} to {to}: {found:?}, but {fewest:?}"),
            }
        }
    }
    counts
}

#[test]
fn from_every_release_a_shortest_way_leads_to_every_later_one_or_there_is_a_reason() {
    let [ways, reasons] = hold_against_the_flood(&Situation::default(), 1);
    assert_eq!(ways + reasons, 637 * 636 / 2);
    // From the eight releases 10.11.16 to 10.11.23 nothing leads to the 44 from 10.12.0 to 11.6.4.
    assert_eq!(reasons, 8 * 44);
}

#[test]
fn with_mysql_nothing_leads_to_11() {
    let situation = Situation { driver: Some(Driver::MySql), ..Situation::default() };
    let [ways, reasons] = hold_against_the_flood(&situation, 9);
    assert!(ways > 0 && reasons > 0, "{ways} ways, {reasons} reasons");
}

/// What was seen to fail is never proposed, whatever is asked for; what was seen to work is, unless the vendor asks otherwise.
#[test]
fn jumps_that_were_seen_to_fail_are_never_made() {
    let (rules, situation) = (Rules::built_in(), Situation::default());
    let router = Router::new(published(), &rules, &situation);
    let hops = |from: &str, to: &str| {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let route = router.route(&from, &to, &Wishes::default()).unwrap();
        route.hops().count()
    };
    for (from, to) in [
        ("3.10.3", "5.37.0"),
        ("3.10.3", "6.3.0"),
        ("3.10.3", "7.0.0"),
        ("3.10.3", "7.8.0"),
        ("4.10.0", "7.0.0"),
        ("5.3.0", "7.0.0"),
        ("10.11.17", "11.7.2"),
    ] {
        assert!(hops(from, to) > 1, "{from} to {to}");
    }
    for (from, to) in [
        ("3.10.3", "5.9.0"),
        ("3.10.3", "4.2.0"),
        ("4.10.0", "5.3.0"),
        ("5.3.0", "5.9.0"),
        ("5.3.0", "5.37.0"),
        ("5.9.0", "5.30.0"),
        ("5.37.0", "6.3.0"),
        ("6.3.0", "6.7.0"),
        ("6.3.0", "7.0.0"),
        ("7.1.0", "9.9.0"),
        ("10.11.17", "11.7.3"),
    ] {
        assert_eq!(hops(from, to), 1, "{from} to {to}");
    }
    // Seen to work; the vendor asks for 5.37.10 and 7.1 in between.
    for (from, to) in
        [("5.9.0", "7.0.0"), ("5.30.0", "7.0.0"), ("5.37.0", "7.8.0"), ("7.0.0", "7.8.0")]
    {
        assert_eq!(hops(from, to), if from == "5.37.0" { 3 } else { 2 }, "{from} to {to}");
    }
}
