//! The index of a bundle as text.
//!
//! ```text
//! mmembed-bundle 1
//! for team linux-amd64
//! from 5.37.10 to 11.7.3
//! catalog 2210 5ded7bed… catalog.txt
//! sums 415 9b03a0b1… SHA256SUMS
//! signature 833 c21f7ad0… mattermost-team-11.7.3-linux-amd64.tar.gz.sig
//! archive 612034411 3f0a7c55… mattermost-team-11.7.3-linux-amd64.tar.gz
//! end 77aa01c9…
//! ```
//!
//! For whom it is; the way that it was made for, if it was made for one; a line for each member: kind, size, digest, name. The
//! last line has the digest of all before it: it proves nothing, but what was damaged on its way is known to be.

use std::fmt::Write;

use super::INDEX_NAME;
use super::index::{BundleChain, BundleIndex, BundleMember, MemberError, MemberKind};
use crate::model::{Edition, Sha256Digest};

/// The one form that there is so far.
const FORM: &str = "1";

/// Why a text is no index of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// It is something else.
    #[error("its first line is not `{INDEX_NAME} {FORM}`")]
    Foreign,
    /// A later program has made it.
    #[error("it has the form {form}, of which this program knows nothing")]
    Newer {
        /// Its form.
        form: String,
    },
    /// It is not what was written.
    #[error("it is damaged: it does not end with the digest of what stands before")]
    Damaged,
    /// One line makes no sense.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// Its lines are no bundle together.
    #[error(transparent)]
    Members(#[from] MemberError),
    /// It says what it says in another way than every index does.
    #[error("it is not written as an index is")]
    Unusual,
}

impl BundleIndex {
    /// Reads an index.
    ///
    /// # Errors
    /// Unless it is, byte by byte, what [`BundleIndex::to_text`] writes.
    pub fn parse(text: &str) -> Result<Self, IndexError> {
        require_head(text.lines().next().unwrap_or_default())?;
        let body = text
            .strip_suffix('\n')
            .and_then(|text| text.rsplit_once('\n'))
            .and_then(|(body, last)| Some((text.get(..=body.len())?, last.strip_prefix("end ")?)))
            .filter(|(body, end)| Sha256Digest::of(body.as_bytes()).to_string() == *end)
            .ok_or(IndexError::Damaged)?
            .0;
        let mut reading = Reading::default();
        for (index, content) in body.lines().enumerate().skip(1) {
            let words: Vec<_> = content.split(' ').collect();
            reading.take(&words).map_err(|why| IndexError::Line { line: index + 1, why })?;
        }
        let read = reading.finish()?;
        if read.to_text() == text { Ok(read) } else { Err(IndexError::Unusual) }
    }

    /// Writes it, as it can be read again.
    #[must_use]
    pub fn to_text(&self) -> String {
        /// Writing to a `String` never fails.
        const WRITES: &str = "a String takes everything";
        let mut text = format!("{INDEX_NAME} {FORM}\nfor {} {}\n", self.edition, self.platform);
        if let Some(BundleChain { from, to }) = &self.chain {
            writeln!(text, "from {from} to {to}").expect(WRITES);
        }
        for BundleMember { kind, size, sha256, name } in self.members() {
            writeln!(text, "{kind} {size} {sha256} {name}").expect(WRITES);
        }
        let end = Sha256Digest::of(text.as_bytes());
        writeln!(text, "end {end}").expect(WRITES);
        text
    }
}

fn require_head(first: &str) -> Result<(), IndexError> {
    match first.split_once(' ') {
        Some((INDEX_NAME, FORM)) => Ok(()),
        Some((INDEX_NAME, form)) if form.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(IndexError::Newer { form: form.to_owned() })
        }
        Some(_) | None => Err(IndexError::Foreign),
    }
}

#[derive(Default)]
struct Reading {
    whom: Option<(Edition, crate::model::Platform)>,
    chain: Option<BundleChain>,
    members: Vec<BundleMember>,
}

impl Reading {
    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["for", edition, platform] => {
                self.whom = Some((self::edition(edition)?, parsed(platform)?));
            }
            ["from", from, "to", to] => {
                self.chain = Some(BundleChain { from: parsed(from)?, to: parsed(to)? });
            }
            [kind, size, digest, name] => {
                let kind = MemberKind::ALL.into_iter().find(|one| one.as_str() == *kind);
                self.members.push(BundleMember {
                    kind: kind.ok_or("what kind of member it is is not known")?,
                    size: parsed(size)?,
                    sha256: Sha256Digest::parse_stated(digest).map_err(|why| why.to_string())?,
                    name: (*name).to_owned(),
                });
            }
            _ => return Err("expected a kind, a size, a digest and a name".to_owned()),
        }
        Ok(())
    }

    fn finish(self) -> Result<BundleIndex, IndexError> {
        let why = "expected an edition and a platform".to_owned();
        let (edition, platform) = self.whom.ok_or(IndexError::Line { line: 2, why })?;
        Ok(BundleIndex::new(edition, platform, self.chain, self.members)?)
    }
}

fn edition(word: &str) -> Result<Edition, String> {
    match word {
        "team" => Ok(Edition::Team),
        "enterprise" => Ok(Edition::Enterprise),
        unknown => Err(format!("{unknown:?} is no edition")),
    }
}

fn parsed<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::index::tests::index;
    use super::*;

    /// The index with something changed, and a last line that fits again.
    fn changed(old: &str, new: &str) -> String {
        let text = index().to_text();
        let (body, _) = text.split_once("end ").unwrap();
        let body = body.replacen(old, new, 1);
        assert!(!text.starts_with(&body), "{old}");
        let end = Sha256Digest::of(body.as_bytes());
        format!("{body}end {end}\n")
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let text = index().to_text();
        assert!(text.starts_with("mmembed-bundle 1\nfor team linux-amd64\nfrom 9.5.0 to 10.1.0\n"));
        assert_eq!(BundleIndex::parse(&text), Ok(index()));
        let mut without = index();
        without.chain = None;
        assert_eq!(BundleIndex::parse(&without.to_text()), Ok(without));
    }

    #[test]
    fn no_byte_of_it_can_be_another_one_and_none_can_be_missing() {
        let text = index().to_text();
        for at in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let damaged = String::from_utf8(bytes).unwrap();
                BundleIndex::parse(&damaged).expect_err(&damaged);
            }
            BundleIndex::parse(&text[..at]).unwrap_err();
        }
        BundleIndex::parse(&format!("{text}\n")).unwrap_err();
        BundleIndex::parse(&format!("{text}{text}")).unwrap_err();
    }

    #[test]
    fn what_makes_no_sense_is_refused_though_its_last_line_fits() {
        for (old, new, said) in [
            ("mmembed-bundle 1", "mmembed-bundle 2", "has the form 2"),
            ("mmembed-bundle 1", "mmembed-bundle", "first line is not"),
            ("mmembed-bundle 1", "mmembed-catalog 1", "first line is not"),
            ("for team linux-amd64\n", "", "expected an edition"),
            ("for team", "for pro", "line 2: \"pro\" is no edition"),
            ("linux-amd64", "windows-amd64", "is no platform"),
            ("from 9.5.0", "from 9.5.x", "line 3: "),
            ("from 9.5.0 to 10.1.0", "from 9.5.0", "expected a kind"),
            ("sums ", "sum ", "what kind of member"),
            ("catalog 11 ", "catalog 011 ", "not written as an index is"),
            ("catalog 11 ", "catalog +11 ", "not written as an index is"),
            ("catalog 11 ", "catalog -1 ", "line 4: "),
            ("catalog 11 ", "catalog 99999999999999999999 ", "line 4: "),
            ("catalog 11 ", "catalog  11 ", "expected a kind"),
            ("\ncatalog", "\r\ncatalog", "not written as an index is"),
            ("for team", "for team linux-arm64\nfor team", "not written as an index is"),
            (" catalog.txt", " ../catalog.txt", "not the plain name"),
            (" catalog.txt", " SHA256SUMS", "twice"),
        ] {
            let error = BundleIndex::parse(&changed(old, new)).unwrap_err().to_string();
            assert!(error.contains(said), "{new}: {error}");
        }
        assert_eq!(BundleIndex::parse(""), Err(IndexError::Foreign));
    }

    /// A word of an index, or nearly one.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("archive".to_owned()),
            Just("signature".to_owned()),
            Just("11".to_owned()),
            Just(Sha256Digest::of(b"x").to_string()),
            Just("a.tar.gz".to_owned()),
            Just("a.tar.gz.sig".to_owned()),
            "[ -~]{0,12}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_written_so_and_has_plain_names(
            lines in prop::collection::vec(prop::collection::vec(word(), 4), 0..4),
            at in 0_usize..8,
        ) {
            let text = index().to_text();
            let (body, _) = text.split_once("end ").unwrap();
            let mut all: Vec<String> = body.lines().map(str::to_owned).collect();
            for line in lines {
                all.insert(at.min(all.len()), line.join(" "));
            }
            let body = all.join("\n") + "\n";
            let text = format!("{body}end {}\n", Sha256Digest::of(body.as_bytes()));
            if let Ok(read) = BundleIndex::parse(&text) {
                prop_assert_eq!(read.to_text(), text);
                for member in read.members() {
                    prop_assert!(!member.name.contains(['/', ' ']) && !member.name.starts_with('.'));
                }
            }
        }
    }
}
