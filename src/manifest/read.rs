//! From the text of a manifest to what it says.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::MANIFEST_SCHEMA;
use super::duration::parse_duration;
use super::fault::{Faults, Found};
use super::keys::Keys;
use super::sections::{BackupWish, Manifest, SourceWish};
use super::settings::{policies, settings};
use super::value::{
    Unfit, count, integer, list, owned, parsed, parsed_by, path, text, truth, word,
};
use crate::model::{
    BackupPace, DataPolicy, Edition, Overlay, PlaceName, RelPath, Service, ServiceWish, Strength,
};

const EDITIONS: [(&str, Edition); 2] =
    [("team", Edition::Team), ("enterprise", Edition::Enterprise)];
const PACES: [(&str, BackupPace); 2] = [("each", BackupPace::Each), ("once", BackupPace::Once)];
const POLICIES: [(&str, DataPolicy); 3] =
    [("skip", DataPolicy::Skip), ("link", DataPolicy::Link), ("copy", DataPolicy::Copy)];

impl Manifest {
    /// Reads a manifest. Relative paths stay as they are written; see [`Manifest::beside`].
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        let mut found = Found::of(text);
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().unwrap_or_default();
                found.add(&at, error.message().lines().collect::<Vec<_>>().join(" "));
                return found.settle(None);
            }
        };
        let mut keys = Keys::of(table.get_ref(), "");
        if !is_of_this_form(&mut keys, &mut found) {
            return found.settle(None);
        }
        let manifest = read(&mut keys, &mut found);
        keys.finish(&mut found);
        found.settle(manifest)
    }
}

/// Of another form, nothing else can be told.
fn is_of_this_form(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> bool {
    let Some(value) = keys.ask("manifest") else {
        found.add(
            &(0..0),
            format!("there is no `manifest = {MANIFEST_SCHEMA}`, which says of which form it is"),
        );
        return false;
    };
    match integer(value) {
        Ok(MANIFEST_SCHEMA) => return true,
        Ok(other) => found.add(
            &value.span(),
            format!("`manifest`: the form {other} is not known here, only {MANIFEST_SCHEMA}; a newer mmembed may know it"),
        ),
        Err(Unfit { at, why }) => found.add(&at, format!("`manifest`: {why}")),
    }
    false
}

fn read(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> Option<Manifest> {
    let app = needed(keys, "app", found, parsed);
    let release = needed(keys, "release", found, parsed);
    let (places, keep_in_tree) = where_things_are(keys, found);
    let overlays = overlays(keys, found);
    let (rules, accept) = rules(keys, found);
    let rest = Manifest {
        root: keys.take("root", found, path),
        edition: keys.take("edition", found, |value| word(value, &EDITIONS)),
        places,
        keep_in_tree,
        config_file: keys.take("config-file", found, below_root),
        overlays,
        policies: policies(keys, found),
        owner: keys.take("owner", found, owned),
        service_user: keys.take("service-user", found, owned),
        service: service(keys, found),
        env_files: keys.take("env-files", found, paths),
        hooks: keys.take("hooks", found, path),
        backup: backup(keys, found),
        sources: sources(keys, found),
        rules,
        accept,
        start_timeout: keys.take("start-timeout", found, |it| parsed_by(it, parse_duration)),
        wait_for_cluster: keys.take("wait-for-cluster", found, |it| parsed_by(it, parse_duration)),
        no_start: keys.take("no-start", found, truth),
        use_existing_database: keys.take("use-existing-database", found, truth),
        adopt_new_defaults: keys.take("adopt-new-defaults", found, truth),
        // Last: a key that was not asked for counts as unknown.
        app: app?,
        release: release?,
    };
    Some(rest)
}

fn needed<'k, 't, T>(
    keys: &mut Keys<'k, 't>,
    key: &'static str,
    found: &mut Found<'_>,
    read: impl FnOnce(&'k Spanned<DeValue<'t>>) -> Result<T, Unfit>,
) -> Option<T> {
    if keys.ask(key).is_none() {
        found.add(&(0..0), format!("`{key}` is missing"));
    }
    keys.take(key, found, read)
}

fn paths(value: &Spanned<DeValue<'_>>) -> Result<Vec<PathBuf>, Unfit> {
    list(value, path)
}

fn below_root(value: &Spanned<DeValue<'_>>) -> Result<RelPath, Unfit> {
    parsed_by(value, RelPath::below_root)
}

fn where_things_are(
    keys: &mut Keys<'_, '_>,
    found: &mut Found<'_>,
) -> (Vec<(PlaceName, RelPath)>, Vec<PlaceName>) {
    let names = PlaceName::ALL.map(|name| (name.as_str(), name));
    let mut places = Vec::new();
    if let Some(mut table) = keys.within("places", found) {
        for (key, name) in names {
            places.extend(table.take(key, found, below_root).map(|path| (name, path)));
        }
        table.finish(found);
    }
    let kept = keys.take("keep-in-tree", found, |it| {
        let kept = list(it, |name| word(name, &names))?;
        let is_elsewhere = |name: &&PlaceName| places.iter().any(|(other, _)| other == *name);
        match kept.iter().find(is_elsewhere) {
            Some(name) => Err(Unfit { at: it.span(), why: format!("{name} is also in [places]") }),
            None => Ok(kept),
        }
    });
    (places, kept.unwrap_or_default())
}

/// Files first, then what stands in the manifest itself, as for the commands.
fn overlays(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> Option<Vec<(Strength, Overlay)>> {
    let mut overlays = None;
    if let Some(mut table) = keys.within("overlays", found) {
        let all: &mut Vec<_> = overlays.get_or_insert_default();
        for (key, strength) in [("defaults", Strength::Default), ("enforced", Strength::Enforced)] {
            let files = table.take(key, found, paths).unwrap_or_default();
            all.extend(files.into_iter().map(|file| (strength, Overlay::File(file))));
        }
        table.finish(found);
    }
    for (key, strength) in [("set", Strength::Default), ("enforce", Strength::Enforced)] {
        if let Some(table) = keys.take(key, found, super::value::table) {
            let all = overlays.get_or_insert_default();
            let sets = settings(table, found).into_iter();
            all.extend(sets.map(|text| (strength, Overlay::Set(text))));
        }
    }
    overlays
}

fn service(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> Option<ServiceWish> {
    let value = keys.ask("service")?;
    if value.get_ref().is_str() {
        return keys.take("service", found, parsed);
    }
    let mut table = keys.within("service", found)?;
    let [stop, start, status] =
        ["stop", "start", "status"].map(|key| table.take(key, found, owned));
    table.finish(found);
    match Service::of_commands(stop, start, status) {
        Ok(service) => service.map(ServiceWish::Exactly),
        Err(error) => {
            found.add(&value.span(), format!("`service`: {error}"));
            None
        }
    }
}

fn backup(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> BackupWish {
    let Some(mut table) = keys.within("backup", found) else {
        return BackupWish::default();
    };
    let backup = BackupWish {
        pace: table.take("pace", found, |value| word(value, &PACES)),
        data: table.take("data", found, |value| word(value, &POLICIES)),
        verify_restore: table.take("verify-restore", found, truth),
        keep: table.take("keep", found, count),
    };
    table.finish(found);
    backup
}

fn sources(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> SourceWish {
    let Some(mut table) = keys.within("sources", found) else {
        return SourceWish::default();
    };
    let both = table.ask("bundle").filter(|_| table.ask("releases-dir").is_some());
    if let Some(bundle) = both {
        found.add(&bundle.span(), "`bundle`: there is a `releases-dir` too; give one of them");
    }
    let sources = SourceWish {
        releases_dir: table.take("releases-dir", found, paths),
        mirror: table.take("mirror", found, owned),
        bundle: table.take("bundle", found, path),
        offline: table.take("offline", found, truth),
        store: table.take("store", found, path),
        catalog: table.take("catalog", found, path),
        ca_file: table.take("ca-file", found, path),
        insecure: table.take("insecure", found, texts),
        require_signature: table.take("require-signature", found, truth),
        key_file: table.take("key-file", found, paths),
        require_fresh: table.take("require-fresh", found, truth),
        platform: table.take("platform", found, parsed),
    };
    table.finish(found);
    sources
}

fn texts(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Unfit> {
    list(value, |element| text(element).map(ToOwned::to_owned))
}

fn rules(
    keys: &mut Keys<'_, '_>,
    found: &mut Found<'_>,
) -> (Option<Vec<PathBuf>>, Option<Vec<String>>) {
    let Some(mut table) = keys.within("rules", found) else {
        return (None, None);
    };
    let (files, accept) = (table.take("files", found, paths), table.take("accept", found, texts));
    table.finish(found);
    (files, accept)
}
