//! The records of a PAX extension header.
//! Nothing is applied here: whatever is not understood and could change the meaning of an entry is refused.

use super::header::clamp;
use super::rule::{Breach, Rule};

/// For whom the records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// `x`: the next entry.
    Entry,
    /// `g`: every later entry. Such records may comment, but not decide.
    Global,
}

/// What the records say about an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) mtime: Option<i64>,
    /// Keys that were left aside.
    pub(super) ignored: Vec<String>,
}

/// Reads all records of one extension header.
pub(super) fn read(bytes: &[u8], scope: Scope) -> Result<Extras, Breach> {
    let mut extras = Extras::default();
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (key, value, after) = record(rest).ok_or(Rule::PAX_RECORD)?;
        if seen.contains(&key) {
            return Err(Rule::PAX_REPEATED.with(key_name(key)));
        }
        seen.push(key);
        extras.apply(key, value, scope)?;
        rest = after;
    }
    Ok(extras)
}

/// Splits the first record off: `LENGTH KEY=VALUE\n`, where LENGTH counts the whole record.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().position(|&byte| byte == b' ')?;
    let length = decimal(bytes.get(..space)?)?;
    let (whole, after) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    let body = whole.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|&byte| byte == b'=')?;
    let (key, value) = body.split_at(equals);
    (!key.is_empty()).then_some((key, value.get(1..)?, after))
}

impl Extras {
    fn apply(&mut self, key: &[u8], value: &[u8], scope: Scope) -> Result<(), Breach> {
        if matters(key) {
            if scope == Scope::Global {
                return Err(Rule::EXT_GLOBAL.with(key_name(key)));
            }
            if value.is_empty() {
                return Err(Rule::PAX_EMPTY.with(key_name(key)));
            }
        }
        match key {
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(decimal(value).ok_or(Rule::FIELD_SIZE)?),
            b"mtime" => self.mtime = Some(seconds(value).ok_or(Rule::FIELD_MTIME)?),
            _ if is_sparse(key) => return Err(Rule::TYPE_SPARSE.with(key_name(key))),
            _ => self.ignored.push(key_name(key)),
        }
        Ok(())
    }
}

/// Keys that decide what an entry is. All others describe owners, times of access, attributes, or are comments.
fn matters(key: &[u8]) -> bool {
    matches!(key, b"path" | b"linkpath" | b"size" | b"mtime" | b"hdrcharset")
}

/// GNU's and star's ways to say that the content in the archive is not the content of the file.
fn is_sparse(key: &[u8]) -> bool {
    key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize"
}

/// Decimal digits and nothing else: no sign, no space, no `0x`.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Seconds since 1970, perhaps negative, perhaps with a fraction, which is dropped.
fn seconds(text: &[u8]) -> Option<i64> {
    let (sign, text) = match text.strip_prefix(b"-") {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut parts = text.splitn(2, |&byte| byte == b'.');
    let whole = i128::from(decimal(parts.next()?)?);
    let fraction = parts.next().unwrap_or_default();
    fraction.iter().all(u8::is_ascii_digit).then(|| clamp(sign * whole))
}

fn key_name(key: &[u8]) -> String {
    super::error::printable(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_to_the_byte() {
        let extras = read(
            b"21 path=a\nb=c  d e f\n12 size=123\n22 mtime=1234567890.5\n14 acme.key=1\n",
            Scope::Entry,
        )
        .unwrap();
        assert_eq!(extras.path.unwrap(), b"a\nb=c  d e f");
        assert_eq!((extras.size, extras.mtime), (Some(123), Some(1_234_567_890)));
        assert_eq!(extras.ignored, ["acme.key"]);
        // One byte short: the record would end before its newline.
        let short = read(b"20 path=a\nb=c  d e f\n", Scope::Entry).unwrap_err();
        assert_eq!(short.rule, Rule::PAX_RECORD);
    }

    #[test]
    fn malformed_records_are_refused() {
        let cases: [&[u8]; 10] = [
            b"9 path=a",
            b"0 path=a\n",
            b"99 path=a\n",
            b"18446744073709551626 path=a\n",
            b"8 patha\n",
            b"+10 path=a\n",
            b" 10 path=a\n",
            b"5 =a\n",
            b"\0\0\0",
            b"path=a\n",
        ];
        for bytes in cases {
            let said = read(bytes, Scope::Entry).unwrap_err();
            assert_eq!(said.rule, Rule::PAX_RECORD, "{:?}", bytes.escape_ascii());
        }
    }

    #[test]
    fn times_may_be_negative_and_broken_but_must_be_numbers() {
        let cases: [(&[u8], Option<i64>); 7] = [
            (b"12", Some(12)),
            (b"-12.75", Some(-12)),
            (b"18446744073709551615", Some(i64::MAX)),
            (b"NaN", None),
            (b"1e9", None),
            (b"1.2.3", None),
            (b"", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{:?}", text.escape_ascii());
        }
    }
}
