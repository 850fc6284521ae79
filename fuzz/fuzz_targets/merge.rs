//! The merge of any layers: it never panics, loses no value of the site, and has nothing left to do when it is done again.
//! One setting a line: `s` (the site; `r` the release, `o` the former one, `d` the host's defaults, `a` those applied last,
//! `e` what it enforces), a setting, `=`, its value. Lines that begin with `+` set a condition of the merge.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mmembed::config::{
    Carry, Choice, Document, Hop, Kind, Layers, Merged, Missing, NewDefaults, Placement, Places,
    Policies, RenameKind, Shown, View, Where, merge, renames,
};
use mmembed::model::{PlaceName, Version};

fuzz_target!(|text: &str| {
    let case = Case::read(text);
    let wanted = [
        Placement { name: PlaceName::Data, at: Where::At("/var/opt/acme/data".into()) },
        Placement { name: PlaceName::Logs, at: Where::At("/var/opt/acme/logs".into()) },
        Placement { name: PlaceName::Plugins, at: Where::InTree },
    ];
    let layers = case.layers(&wanted);
    if let Ok(merged) = merge(&layers) {
        account(&layers, &merged);
        enforce(&layers, &merged);
        merge_again(&layers, &merged);
    }
});

/// Layers as a text says them.
struct Case {
    release: Document,
    old_release: Option<Document>,
    defaults: Option<Document>,
    applied: Option<Document>,
    site: Option<Document>,
    enforced: Option<Document>,
    adopt: bool,
    fill: bool,
    places: bool,
    hop: Option<(Version, Version)>,
    version: Version,
}

impl Case {
    fn read(text: &str) -> Self {
        let layer = |letter: char| layer(text, letter);
        let hop: Option<(Version, Version)> = text.lines().find_map(|line| {
            let (from, to) = line.strip_prefix("+hop ")?.split_once(' ')?;
            Some((from.parse().ok()?, to.parse().ok()?))
        });
        let mut release = layer('r').unwrap_or_else(Document::empty);
        if let Some((_, to)) = &hop {
            ship(&mut release, to);
        }
        Self {
            release,
            old_release: layer('o'),
            defaults: layer('d'),
            applied: layer('a'),
            site: layer('s'),
            enforced: layer('e'),
            adopt: text.lines().any(|line| line == "+adopt"),
            fill: text.lines().any(|line| line == "+fill"),
            places: text.lines().any(|line| line == "+places"),
            version: hop.as_ref().map_or(Version::new(5, 37, 0), |(_, to)| to.clone()),
            hop,
        }
    }

    fn layers<'a>(&'a self, wanted: &'a [Placement]) -> Layers<'a> {
        let places = Places {
            version: &self.version,
            tree: Path::new("/opt/acme/embedded/mattermost"),
            wanted,
            former: &[],
        };
        Layers {
            policies: Policies::NONE,
            release: &self.release,
            old_release: self.old_release.as_ref(),
            new_defaults: if self.adopt { NewDefaults::Adopt } else { NewDefaults::Report },
            missing: if self.fill { Missing::FromRelease } else { Missing::LeaveToServer },
            defaults: self.defaults.as_ref(),
            defaults_applied: self.applied.as_ref(),
            site: self.site.as_ref(),
            enforced: self.enforced.as_ref(),
            places: self.places.then_some(places),
            hop: self.hop.as_ref().map(|(from, to)| Hop { from, to }),
        }
    }
}

/// The settings of one layer; `None` without any. What cannot be written is passed over.
fn layer(text: &str, letter: char) -> Option<Document> {
    let mut document = None;
    for line in text.lines() {
        let Some((name, value)) = line.strip_prefix(letter).and_then(|rest| rest.split_once('='))
        else {
            continue;
        };
        if let Ok(setting) = name.trim().parse() {
            let document = document.get_or_insert_with(Document::empty);
            drop(document.set_raw(&setting, value));
        }
    }
    document
}

/// Makes this a file of that release: it uses the names of its own version, and no others.
fn ship(release: &mut Document, version: &Version) {
    for rename in renames() {
        let (wrong, right) = if rename.is_known_to(version) {
            (&rename.from, &rename.to)
        } else {
            (&rename.to, &rename.from)
        };
        if rename.kind == RenameKind::Recased {
            let section = right.parent().and_then(|section| release.spelling(&section));
            release.respell(&section.map_or_else(|| right.clone(), |it| it.child(right.name())));
        } else {
            drop(release.remove(wrong));
        }
    }
}

/// Every value of the site is in the merged file or named in the ledger, and every setting has its one decision.
fn account(layers: &Layers<'_>, merged: &Merged) {
    let text = merged.document.to_text();
    assert!(text.is_empty() || Document::parse(text.as_bytes()).is_ok());
    let decisions = merged.ledger.decisions();
    let there = decisions.iter().filter(|decision| decision.choice != Choice::Dropped).count();
    assert_eq!(there, merged.document.leaves().len());
    for leaf in merged.document.leaves() {
        let decision = merged.ledger.decision(&leaf.setting).expect("it was decided");
        assert_eq!(decision.value, Shown::of(&leaf.setting, &leaf.value));
    }
    for leaf in layers.site.iter().flat_map(|site| site.leaves()) {
        let kept =
            |value: &View<'_>| value.is_same_as(&leaf.value) || is_filled(&leaf.value, value);
        if merged.document.get(&leaf.setting).as_ref().is_some_and(kept) {
            continue;
        }
        let decision = merged.ledger.decision(&leaf.setting);
        let decision = decision.unwrap_or_else(|| panic!("{} is lost", leaf.setting));
        let formerly = Shown::of(&leaf.setting, &leaf.value);
        let is_named = decision.value == formerly || decision.instead_of == Some(formerly);
        assert!(is_named, "the value of {} is lost", leaf.setting);
    }
}

/// An empty object that now has settings in it has lost nothing.
fn is_filled(before: &View<'_>, after: &View<'_>) -> bool {
    before.kind() == Kind::Object && before.is_empty() && after.kind() == Kind::Object
}

/// What the host enforces holds, and no conflict is left about it.
fn enforce(layers: &Layers<'_>, merged: &Merged) {
    // A hop changes names, and a place is a stronger word.
    if layers.hop.is_some() || layers.places.is_some() {
        return;
    }
    for leaf in layers.enforced.iter().flat_map(|enforced| enforced.leaves()) {
        let value = merged.document.get(&leaf.setting).expect("what is enforced is there");
        assert!(value.is_same_as(&leaf.value) || is_filled(&leaf.value, &value));
        assert!(
            !merged.conflicts.iter().any(|conflict| conflict.setting.is_same_as(&leaf.setting))
        );
    }
}

fn merge_again(layers: &Layers<'_>, merged: &Merged) {
    let again =
        Layers { site: Some(&merged.document), defaults_applied: layers.defaults, ..*layers };
    let again = merge(&again).expect("what was merged can be merged");
    assert_eq!(again.document.to_text(), merged.document.to_text());
    assert!(again.relocated.moves.is_empty());
    assert!(again.carried.iter().all(|carried| carried.how == Carry::Taken));
}
