//! A catalogue as text, which people can read and compare line by line.
//!
//! ```text
//! mmembed-catalog 1
//! as-of 2026-08-21
//!
//! 10.11.4 2025-10-15 esr until 2026-08-15
//!   team linux-amd64 signed
//!     5ded7bed… docs gitlab
//!     b85a625b… docs misprint
//!   enterprise linux-amd64 at https://example.com/odd-name.tar.gz
//! ```
//!
//! A release, unindented: version, day, kind of its line, then `until DAY` where the end of support was stated, `withdrawn`
//! where it was taken back. Below it its archives: edition, platform, then `signed`, and `at URL` where it does not lie where its like
//! lie. Below each the digests published for it: 64 digits, who vouches, and `misprint` where it is that of another file. What
//! begins with `#` is a comment.

use std::fmt::Write;

use jiff::civil::Date;

use super::{Artifact, Catalog, PublishedRelease};
use crate::model::{Edition, PublishedSum, Sha256Digest, Voucher};

/// The first line.
const HEAD: &str = "mmembed-catalog";

/// The one form that there is so far.
const FORM: &str = "1";

/// Why a text is no catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// It is something else.
    #[error("this is no catalogue of releases: its first line is not `{HEAD} {FORM}`")]
    Foreign,
    /// A later program has made it.
    #[error("this catalogue of releases has the form {form}, of which this program knows nothing")]
    Newer {
        /// Its form.
        form: String,
    },
    /// One line makes no sense.
    #[error("line {line} of the catalogue: {why}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

impl Catalog {
    /// Reads a catalogue.
    ///
    /// # Errors
    /// At the first line that makes no sense; nothing is passed over.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        require_head(lines.next().map_or("", |(_, line)| line))?;
        let mut reading = Reading::default();
        for (line, text) in lines {
            let content = text.trim_end();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            reading.take(content).map_err(|why| CatalogError::Line { line, why })?;
        }
        let as_of = reading.as_of.ok_or(CatalogError::Foreign)?;
        Ok(Self::new(as_of, reading.releases))
    }

    /// Writes it, as it can be read again.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD} {FORM}\nas-of {}\n", self.as_of);
        for release in self.releases() {
            write_release(&mut text, release);
        }
        text
    }
}

fn require_head(first: &str) -> Result<(), CatalogError> {
    match first.trim_end().split_once(' ') {
        Some((HEAD, FORM)) => Ok(()),
        Some((HEAD, form)) => Err(CatalogError::Newer { form: form.escape_debug().to_string() }),
        Some(_) | None => Err(CatalogError::Foreign),
    }
}

#[derive(Default)]
struct Reading {
    as_of: Option<Date>,
    releases: Vec<PublishedRelease>,
}

impl Reading {
    fn take(&mut self, line: &str) -> Result<(), String> {
        let depth = line.len() - line.trim_start_matches(' ').len();
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match (depth, self.releases.last_mut()) {
            (0, last) => match words.as_slice() {
                ["as-of", date] if last.is_none() => self.as_of = Some(day(date)?),
                _ => {
                    let release = release(&words)?;
                    if last.is_some_and(|last| last.version >= release.version) {
                        return Err("releases have to stand in their order, each once".to_owned());
                    }
                    self.releases.push(release);
                }
            },
            (2, Some(release)) => {
                let artifact = artifact(&words)?;
                if release.artifact(artifact.edition, artifact.platform).is_some() {
                    return Err("this archive of the release stands twice".to_owned());
                }
                release.artifacts.push(artifact);
            }
            (4, Some(release)) => {
                let artifact = release.artifacts.last_mut().ok_or("a digest of no archive")?;
                artifact.sums.push(sum(&words)?);
            }
            _ => return Err("it is indented like nothing that could stand here".to_owned()),
        }
        Ok(())
    }
}

fn release(words: &[&str]) -> Result<PublishedRelease, String> {
    let [version, date, kind, rest @ ..] = words else {
        return Err("expected a version, a day and a kind of line".to_owned());
    };
    let (support_end, rest) = match rest {
        ["until", end, rest @ ..] => (Some(day(end)?), rest),
        rest => (None, rest),
    };
    let withdrawn = match rest {
        [] => false,
        ["withdrawn"] => true,
        [unknown, ..] => return Err(format!("{unknown:?} means nothing here")),
    };
    Ok(PublishedRelease {
        version: parsed(version)?,
        date: day(date)?,
        kind: parsed(kind)?,
        support_end,
        withdrawn,
        artifacts: Vec::new(),
    })
}

fn artifact(words: &[&str]) -> Result<Artifact, String> {
    let [edition, platform, rest @ ..] = words else {
        return Err("expected an edition and a platform".to_owned());
    };
    let edition = match *edition {
        "team" => Edition::Team,
        "enterprise" => Edition::Enterprise,
        unknown => return Err(format!("{unknown:?} is no edition")),
    };
    let (signed, rest) = match rest {
        ["signed", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let exception = match rest {
        [] => None,
        ["at", url] if is_address(url) => Some((*url).to_owned()),
        ["at", url] => {
            return Err(format!("{url:?} is no address of a file that starts with https://"));
        }
        [unknown, ..] => return Err(format!("{unknown:?} means nothing here")),
    };
    Ok(Artifact { edition, platform: parsed(platform)?, exception, signed, sums: Vec::new() })
}

/// Nothing in it is hidden from those who read it, and it ends with the name of a file.
fn is_address(url: &str) -> bool {
    let name = url.rsplit('/').next().unwrap_or_default();
    url.starts_with("https://")
        && url.bytes().all(|byte| byte.is_ascii_graphic())
        && !matches!(name, "" | "." | "..")
}

fn sum(words: &[&str]) -> Result<PublishedSum, String> {
    let [digest, vouchers @ ..] = words else {
        return Err("expected a digest".to_owned());
    };
    let (vouchers, misprint) = match vouchers {
        [vouchers @ .., "misprint"] => (vouchers, true),
        vouchers => (vouchers, false),
    };
    let voucher = |name: &&str| {
        let named = Voucher::ALL.into_iter().find(|voucher| voucher.as_str() == *name);
        named.ok_or_else(|| format!("{name:?} is nobody who could vouch for a digest"))
    };
    Ok(PublishedSum {
        sha256: Sha256Digest::parse_stated(digest).map_err(|error| error.to_string())?,
        vouchers: vouchers.iter().map(voucher).collect::<Result<_, _>>()?,
        misprint,
    })
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("{text:?} is no day such as 2026-08-21"))
}

fn parsed<T>(text: &str) -> Result<T, String>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// Writing to a `String` never fails.
const WRITES: &str = "a String takes everything";

fn write_release(text: &mut String, release: &PublishedRelease) {
    write!(text, "\n{} {} {}", release.version, release.date, release.kind).expect(WRITES);
    if let Some(end) = release.support_end {
        write!(text, " until {end}").expect(WRITES);
    }
    text.push_str(if release.withdrawn { " withdrawn\n" } else { "\n" });
    for artifact in &release.artifacts {
        write!(text, "  {} {}", artifact.edition, artifact.platform).expect(WRITES);
        text.push_str(if artifact.signed { " signed" } else { "" });
        if let Some(url) = &artifact.exception {
            write!(text, " at {url}").expect(WRITES);
        }
        text.push('\n');
        for sum in &artifact.sums {
            write!(text, "    {}", sum.sha256).expect(WRITES);
            for voucher in &sum.vouchers {
                write!(text, " {voucher}").expect(WRITES);
            }
            text.push_str(if sum.misprint { " misprint\n" } else { "\n" });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "49097757a4e97b26339446754859f2589ab420d56a795a57c507fcc1b02ba91b";

    fn whole() -> String {
        format!(
            "mmembed-catalog 1\nas-of 2026-08-21\n\n\
             1.2.0 2015-11-16 feature withdrawn\n  team linux-amd64\n\n\
             10.11.4 2025-10-15 esr until 2026-08-15\n  team linux-amd64 signed\n    {SUM} docs gitlab\n    \
             {} docs misprint\n  enterprise linux-arm64 at https://example.com/odd.tar.gz\n",
            SUM.replace('4', "5")
        )
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        let catalog = Catalog::parse(&whole()).unwrap();
        assert_eq!(catalog.to_text(), whole());
        let release = catalog.find(&"10.11.4".parse().unwrap()).unwrap();
        assert_eq!(release.artifacts[0].known_sums().len(), 1);
        assert!(catalog.find(&"1.2.0".parse().unwrap()).unwrap().withdrawn);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_line() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for (old, new, said) in [
            ("mmembed-catalog 1", "{}", "this is no catalogue"),
            ("mmembed-catalog 1", "mmembed-catalog 2", "has the form 2"),
            ("as-of 2026-08-21", "", "this is no catalogue"),
            (
                "as-of 2026-08-21",
                "as-of yesterday",
                "line 2 of the catalogue: \"yesterday\" is no day",
            ),
            (
                "10.11.4 ",
                "1.1.0 ",
                "line 7 of the catalogue: releases have to stand in their order",
            ),
            ("10.11.4 ", "1.2.0 ", "in their order, each once"),
            (" esr ", " lts ", "\"lts\" is no kind of line"),
            ("withdrawn", "gone", "\"gone\" means nothing here"),
            ("  team linux-amd64 s", "  team windows-amd64 s", "no platform"),
            ("  enterprise linux-arm64 at", "  team linux-amd64 at", "stands twice"),
            ("https://example", "http://example", "no address of a file that starts with https"),
            ("odd.tar.gz", "odd\u{1b}[31m", "odd\\u{1b}[31m\" is no address"),
            ("odd.tar.gz", "..", "/..\" is no address"),
            ("mmembed-catalog 1", "mmembed-catalog \u{1b}[31m", "has the form \\u{1b}[31m"),
            (SUM, empty, "that of an empty file"),
            (SUM, "4909", "expected 64 hexadecimal digits"),
            ("docs gitlab", "docs friends", "\"friends\" is nobody who could vouch"),
            ("  team linux-amd64\n", "    00\n", "a digest of no archive"),
            (
                "  team linux-amd64\n",
                "   team linux-amd64\n",
                "line 5 of the catalogue: it is indented",
            ),
        ] {
            let text = whole().replacen(old, new, 1);
            assert_ne!(text, whole(), "{old}");
            let error = Catalog::parse(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert_eq!(Catalog::parse(""), Err(CatalogError::Foreign));
    }
}
