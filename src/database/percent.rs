//! Percent-decoding that refuses what Go's URL parser refuses.
//! Nothing is guessed: a stray `%` is an error, not a percent sign.

use percent_encoding::percent_decode_str;

use super::dsn_error::{DsnError, position};

/// What a `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    Itself,
    Blank,
}

/// Decodes `whole[from..to]`.
pub(super) fn decode(
    whole: &str,
    (from, to): (usize, usize),
    plus: Plus,
) -> Result<String, DsnError> {
    let part = whole.get(from..to).unwrap_or_default();
    for (offset, _) in part.match_indices('%') {
        let digits = part.as_bytes().get(offset + 1..offset + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(DsnError::BadPercent { position: position(whole, from + offset) });
        }
    }
    let spaced = match plus {
        Plus::Blank => part.replace('+', " "),
        Plus::Itself => part.to_owned(),
    };
    let decoded = percent_decode_str(&spaced)
        .decode_utf8()
        .map_err(|_| DsnError::NotUtf8 { position: position(whole, from) })?;
    if decoded.contains('\0') {
        return Err(DsnError::ControlCharacter { position: position(whole, from) });
    }
    Ok(decoded.into_owned())
}
