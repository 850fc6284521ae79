//! One table of all that can become of a signature, and what each policy makes of it.

mod bad;
mod keys;
pub(super) mod owner;
mod policies;
mod rows;

use jiff::Timestamp;
use pgp::armor::{self, BlockType};

use self::owner::{BORN, DAY, How, Owner, PLAINLY};
use super::*;

pub(super) const FILE: &[u8] = b"mattermost-team-10.11.4-linux-amd64.tar.gz\r\nand what is in it\n";
const OTHER: &[u8] = b"mattermost-team-10.11.3-linux-amd64.tar.gz\r\nand what is in it\n";

pub(super) const RSA_2048: &str = include_str!("../../../fixtures/openpgp/rsa2048.secret.asc");
const RSA_1024: &str = include_str!("../../../fixtures/openpgp/rsa1024.secret.asc");

/// So many days after the keys were made.
pub(super) fn day(days: u32) -> Timestamp {
    Timestamp::from_second(i64::from(BORN + days * DAY)).unwrap()
}

fn on(days: u32) -> How {
    How { at: Some(BORN + days * DAY), ..PLAINLY }
}

/// The verdicts, at a time.
pub(super) fn at(days: u32, keys: &Keyring, signature: &[u8]) -> Verdicts {
    verify(keys, signature, FILE, day(days)).unwrap()
}

/// The name of a verdict, with what is inside those that are told apart by that.
fn name(verdict: &Verdict) -> String {
    let text = format!("{verdict:?}");
    text.split(" {").next().unwrap().to_owned()
}

pub(super) fn armor_of(kind: BlockType, bytes: &[u8]) -> Vec<u8> {
    struct Raw<'b>(&'b [u8]);
    impl pgp::ser::Serialize for Raw<'_> {
        fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
            Ok(writer.write_all(self.0)?)
        }
        fn write_len(&self) -> usize {
            self.0.len()
        }
    }
    let mut armored = Vec::new();
    armor::write(&Raw(bytes), kind, &mut armored, None, true).unwrap();
    armored
}

/// A row: its name, who is believed, the file of signatures, the day on which it is looked at (signatures are of day 100 unless
/// they say something else), and what is to come: the verdict, and what is made of it by default and where a signature is required.
struct Row {
    name: &'static str,
    keys: Keyring,
    signature: Vec<u8>,
    today: u32,
    verdict: &'static str,
    judged: (Judgement, Judgement),
}

use Judgement::{Accepted, Noted, Refused, Warned};

const GOOD: (Judgement, Judgement) = (Accepted, Accepted);
const KNOWN: (Judgement, Judgement) = (Noted, Noted);
const PROVES_NOTHING: (Judgement, Judgement) = (Warned, Refused);
const BAD: (Judgement, Judgement) = (Refused, Refused);

fn row(
    name: &'static str,
    keys: &Keyring,
    signature: impl Into<Vec<u8>>,
    today: u32,
    verdict: &'static str,
    judged: (Judgement, Judgement),
) -> Row {
    Row { name, keys: keys.clone(), signature: signature.into(), today, verdict, judged }
}

fn both(one: &Owner, other: &Owner) -> Keyring {
    let mut keys = one.keyring();
    keys.add(other.keyring());
    keys
}

#[test]
fn every_signature_gets_its_verdict_and_its_judgement() {
    let rows: Vec<Row> =
        [rows::good(), rows::dates(), rows::revoked(), rows::purposes(), bad::rows()]
            .into_iter()
            .flatten()
            .collect();
    assert!(rows.len() >= 60, "{}", rows.len());
    let required = Policy { require: true, ..Policy::default() };
    for row in rows {
        let verdicts = at(row.today, &row.keys, &row.signature);
        assert_eq!(name(verdicts.best()), row.verdict, "{}: {verdicts:?}", row.name);
        let judged = (Policy::default().judge(&verdicts), required.judge(&verdicts));
        assert_eq!(judged, row.judged, "{}: {verdicts:?}", row.name);
    }
}
