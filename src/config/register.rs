//! Things about settings, one for each, found as the server finds settings.
//! Who takes them out in the order in which they came pays for no search.

use std::collections::BTreeMap;

use super::setting::SettingPath;

/// One thing for each setting.
pub(super) struct Register<T> {
    entries: Vec<Option<(SettingPath, T)>>,
    /// Where each stands, by folded name. It is made when something is first looked up out of order.
    places: Option<BTreeMap<SettingPath, usize>>,
    /// The place behind the one that was taken out last.
    next: usize,
}

impl<T> FromIterator<(SettingPath, T)> for Register<T> {
    /// No setting may come twice.
    fn from_iter<I: IntoIterator<Item = (SettingPath, T)>>(entries: I) -> Self {
        Self { entries: entries.into_iter().map(Some).collect(), places: None, next: 0 }
    }
}

impl<T> Register<T> {
    /// What there is about a setting.
    pub(super) fn get_mut(&mut self, setting: &SettingPath) -> Option<&mut T> {
        let place = *self.places().get(&setting.folded())?;
        self.entries.get_mut(place)?.as_mut().map(|(_, entry)| entry)
    }

    /// Puts something in place of what there was about a setting, or behind everything.
    pub(super) fn insert(&mut self, setting: SettingPath, entry: T) {
        let end = self.entries.len();
        let place = *self.places().entry(setting.folded()).or_insert(end);
        match self.entries.get_mut(place) {
            Some(former) => *former = Some((setting, entry)),
            None => self.entries.push(Some((setting, entry))),
        }
    }

    /// Takes out what there is about a setting, with the name under which it came.
    pub(super) fn take(&mut self, setting: &SettingPath) -> Option<(SettingPath, T)> {
        let next = self.entries.get(self.next).and_then(Option::as_ref);
        let place = if next.is_some_and(|(next, _)| next == setting) {
            self.next
        } else {
            *self.places().get(&setting.folded())?
        };
        self.next = place + 1;
        self.entries.get_mut(place)?.take()
    }

    /// All that there is, in the order in which it came.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&SettingPath, &mut T)> {
        self.entries.iter_mut().flatten().map(|(setting, entry)| (&*setting, entry))
    }

    /// What was not taken out, in the order in which it came.
    pub(super) fn into_rest(self) -> impl Iterator<Item = (SettingPath, T)> {
        self.entries.into_iter().flatten()
    }

    /// What was not taken out, by name.
    pub(super) fn into_rest_by_name(self) -> impl Iterator<Item = (SettingPath, T)> {
        let mut rest: Vec<_> = self.into_rest().collect();
        rest.sort_by_cached_key(|(setting, _)| setting.folded());
        rest.into_iter()
    }

    fn places(&mut self) -> &mut BTreeMap<SettingPath, usize> {
        self.places.get_or_insert_with(|| {
            let entries = self.entries.iter().enumerate();
            let placed = entries.filter_map(|(at, entry)| Some((entry.as_ref()?.0.folded(), at)));
            placed.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(name: &str) -> SettingPath {
        SettingPath::known("A").child(name)
    }

    proptest! {
        /// A register is a map by folded names, whatever the order in which it is asked.
        #[test]
        fn what_is_entered_is_found_once(
            names in prop::collection::btree_set("[a-d]{1,2}", 0..8),
            added in prop::collection::vec("[a-dA-D]{1,2}", 0..4),
            asked in prop::collection::vec("[a-dA-D]{1,2}", 0..12),
            in_order in any::<bool>(),
        ) {
            let entries = || names.iter().map(|name| (path(name), name.clone()));
            let mut register: Register<String> = entries().collect();
            let mut model: BTreeMap<SettingPath, String> =
                entries().map(|(setting, entry)| (setting.folded(), entry)).collect();
            for name in &added {
                register.insert(path(name), name.clone());
                model.insert(path(name).folded(), name.clone());
            }
            for name in names.iter().filter(|_| in_order) {
                let taken = register.take(&path(name)).map(|(_, entry)| entry);
                prop_assert_eq!(taken, model.remove(&path(name).folded()));
            }
            for name in &asked {
                let found = register.get_mut(&path(name)).cloned();
                prop_assert_eq!(found.as_ref(), model.get(&path(name).folded()));
                let taken = register.take(&path(name)).map(|(_, entry)| entry);
                prop_assert_eq!(taken, model.remove(&path(name).folded()));
            }
            prop_assert_eq!(register.iter_mut().count(), model.len());
            let rest: Vec<String> = register.into_rest_by_name().map(|(_, entry)| entry).collect();
            prop_assert_eq!(rest, model.into_values().collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_rest_comes_in_its_order() {
        let mut register: Register<u8> =
            [(path("b"), 1), (path("a"), 2), (path("c"), 3)].into_iter().collect();
        register.insert(path("0"), 4);
        assert_eq!(register.take(&path("A")), Some((path("a"), 2)));
        assert_eq!(register.take(&path("c")), Some((path("c"), 3)));
        assert_eq!(register.take(&path("c")), None);
        assert_eq!(register.into_rest().map(|(_, entry)| entry).collect::<Vec<_>>(), [1, 4]);
    }
}
