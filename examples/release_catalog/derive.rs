//! From lists of releases and of published digests to a catalogue.
//!
//! Pages have printed digests at the wrong place more than once: in a new line that was copied from the one below, or of the
//! other edition. A digest that stands at more than one archive is that of the archive for which it is the latest one
//! published, of several such that of the oldest version; everywhere else it is a misprint.

use std::collections::BTreeMap;
use std::error::Error;

use mmembed::model::{
    Artifact, Edition, OFFICIAL_BASE, Platform, PublishedRelease, PublishedSum, Sha256Digest,
    Version, Voucher, usual_file_name,
};
use mmembed::release::Catalog;

/// What came of the lists.
pub(crate) struct Derived {
    pub(crate) catalog: Catalog,
    /// Addresses that are of no use, and why.
    pub(crate) left_out: Vec<(String, &'static str)>,
}

/// Which archive of which release.
type Key = (Version, Edition, Platform);

/// A digest as it was printed.
struct Printed {
    sha256: Sha256Digest,
    vouchers: Vec<Voucher>,
    is_latest: bool,
}

/// What the list has about one archive.
#[derive(Default)]
struct Listed {
    signed: bool,
    printed: Vec<Printed>,
}

/// Makes it of the contents of `releases.tsv` and `archives.tsv`.
pub(crate) fn derive(releases_tsv: &str, archives_tsv: &str) -> Result<Derived, Box<dyn Error>> {
    let as_of =
        releases_tsv.lines().find_map(|line| Some(line.split_once("up to ")?.1.get(..10)?.parse()));
    let mut left_out = Vec::new();
    let archives = archives(archives_tsv, &mut left_out)?;
    let owners = owners(&archives);
    let mut releases = Vec::new();
    for row in rows(releases_tsv) {
        let mut release = release(&row)?;
        let first = (release.version.clone(), Edition::Team, Platform::LinuxAmd64);
        let its = archives.range(first..).take_while(|(key, _)| key.0 == release.version);
        release.artifacts = its.map(|(key, listed)| artifact(key, listed, &owners)).collect();
        releases.push(release);
    }
    let catalog =
        Catalog::new(as_of.ok_or("releases.tsv says nowhere up to when it goes")??, releases);
    Ok(Derived { catalog, left_out })
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn release(row: &[&str]) -> Result<PublishedRelease, Box<dyn Error>> {
    let [version, date, kind, support_end, status] = row else {
        return Err(format!("five columns expected: {row:?}").into());
    };
    let support_end = if *support_end == "-" { None } else { Some(support_end.parse()?) };
    Ok(PublishedRelease {
        version: version.parse()?,
        date: date.parse()?,
        kind: kind.parse()?,
        support_end,
        withdrawn: *status == "withdrawn",
        artifacts: Vec::new(),
    })
}

fn archives(
    text: &str,
    left_out: &mut Vec<(String, &'static str)>,
) -> Result<BTreeMap<Key, Listed>, Box<dyn Error>> {
    let mut archives = BTreeMap::<Key, Listed>::new();
    for row in rows(text) {
        let [address, signed, digest, sources, latest] = row.as_slice() else {
            return Err(format!("five columns expected: {row:?}").into());
        };
        let Some(key) = key_of(address) else {
            left_out
                .push(((*address).to_owned(), "its directory and its name do not belong together"));
            continue;
        };
        let listed = archives.entry(key).or_default();
        listed.signed |= *signed == "signed";
        if *digest != "-" {
            listed.print(Sha256Digest::parse_stated(digest)?, sources, *latest == "latest");
        }
    }
    Ok(archives)
}

impl Listed {
    /// One archive may lie under two names; then it has been printed twice.
    fn print(&mut self, sha256: Sha256Digest, sources: &str, is_latest: bool) {
        let named = |name: &str| Voucher::ALL.into_iter().find(|voucher| voucher.as_str() == name);
        let vouchers = sources.split(',').filter_map(named);
        match self.printed.iter_mut().find(|printed| printed.sha256 == sha256) {
            Some(printed) => {
                printed.vouchers.extend(vouchers);
                printed.vouchers.sort();
                printed.vouchers.dedup();
                printed.is_latest |= is_latest;
            }
            None => {
                self.printed.push(Printed { sha256, vouchers: vouchers.collect(), is_latest });
            }
        }
    }
}

/// The archive that an address is of. The enterprise edition lies under two names.
fn key_of(address: &str) -> Option<Key> {
    let path = address.strip_prefix(OFFICIAL_BASE)?.strip_prefix('/')?;
    let (directory, name) = path.split_once('/')?;
    let version: Version = directory.parse().ok()?;
    let mut all = [Edition::Team, Edition::Enterprise]
        .into_iter()
        .flat_map(|edition| Platform::ALL.map(|platform| (edition, platform)));
    let (edition, platform) = all.find(|(edition, platform)| {
        name == usual_file_name(&version, *edition, *platform)
            || (*edition == Edition::Enterprise
                && (name == format!("mattermost-enterprise-{version}-{platform}.tar.gz")
                    || name == format!("mattermost-{version}-{platform}.tar.gz")))
    })?;
    Some((version, edition, platform))
}

/// For each digest that stands at several archives, the one that it is of, if any.
fn owners(archives: &BTreeMap<Key, Listed>) -> BTreeMap<Sha256Digest, Option<&Key>> {
    let mut places = BTreeMap::<Sha256Digest, Vec<(&Key, bool)>>::new();
    for (key, listed) in archives {
        for printed in &listed.printed {
            places.entry(printed.sha256).or_default().push((key, printed.is_latest));
        }
    }
    places.retain(|_, places| places.len() > 1);
    let owned = places.into_iter().map(|(sum, places)| {
        let owner = places.into_iter().find(|(_, is_latest)| *is_latest);
        (sum, owner.map(|(key, _)| key))
    });
    owned.collect()
}

fn artifact(key: &Key, listed: &Listed, owners: &BTreeMap<Sha256Digest, Option<&Key>>) -> Artifact {
    let sum = |printed: &Printed| PublishedSum {
        sha256: printed.sha256,
        vouchers: printed.vouchers.clone(),
        misprint: owners.get(&printed.sha256).is_some_and(|owner| *owner != Some(key)),
    };
    let (_, edition, platform) = *key;
    Artifact {
        edition,
        platform,
        exception: None,
        signed: listed.signed,
        sums: listed.printed.iter().map(sum).collect(),
    }
}
