//! JSON strings: what a token says, and how a text is written as a token.
//! A token that is only carried along never comes through here.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

/// What a valid string token (with its quotes) says. Lone surrogates become U+FFFD, as the server reads them.
pub(crate) fn decode(token: &str) -> Cow<'_, str> {
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(token);
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut said = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, tail)) = rest.split_once('\\') {
        said.push_str(plain);
        let (letter, tail) = unescape(tail);
        said.push(letter);
        rest = tail;
    }
    said.push_str(rest);
    Cow::Owned(said)
}

/// The character that an escape stands for, given the text behind its backslash, and what follows it.
fn unescape(text: &str) -> (char, &str) {
    let mut letters = text.chars();
    let letter = match letters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unescape_unicode(letters.as_str()),
        Some(other) => other,
        None => char::REPLACEMENT_CHARACTER,
    };
    (letter, letters.as_str())
}

fn unescape_unicode(text: &str) -> (char, &str) {
    let Some((first, tail)) = hex4(text) else {
        return (char::REPLACEMENT_CHARACTER, text);
    };
    if let Some(letter) = char::from_u32(first) {
        return (letter, tail);
    }
    let low = tail.strip_prefix("\\u").and_then(hex4);
    match low {
        Some((second @ 0xdc00..=0xdfff, tail)) if first < 0xdc00 => {
            let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), tail)
        }
        _ => (char::REPLACEMENT_CHARACTER, tail),
    }
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let (digits, tail) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, tail))
}

/// A value as compact JSON, its strings written by `quote`.
pub(crate) fn compact(value: &Value, quote: fn(&str) -> String) -> String {
    match value {
        Value::String(said) => quote(said),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| compact(item, quote)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", quote(name), compact(value, quote)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Has this string token an escape that stands for half a character only?
pub(crate) fn has_lone_surrogate(token: &str) -> bool {
    token.contains("\\u")
        && decode(token).matches(char::REPLACEMENT_CHARACTER).count() > honest_replacements(token)
}

/// How often U+FFFD itself stands in a token, raw or as `\ufffd`.
fn honest_replacements(token: &str) -> usize {
    let mut count = token.matches(char::REPLACEMENT_CHARACTER).count();
    let mut rest = token;
    while let Some((_, tail)) = rest.split_once('\\') {
        let escaped = tail.get(..5).unwrap_or_default();
        count += usize::from(escaped.eq_ignore_ascii_case("ufffd"));
        // Behind the escaped character, so that `\\u` is not read as an escape.
        rest = tail.char_indices().nth(1).and_then(|(at, _)| tail.get(at..)).unwrap_or_default();
    }
    count
}

/// A text as a string token in the way the server's own encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped.
pub(crate) fn encode(text: &str) -> String {
    encode_with(text, |letter| matches!(letter, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'))
}

/// A text as a string token that shows every character which a terminal might obey or hide.
pub(crate) fn quote_visibly(text: &str) -> String {
    encode_with(text, |letter| {
        letter.is_control()
            || (letter.is_whitespace() && letter != ' ')
            || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}

fn encode_with(text: &str, escaped: impl Fn(char) -> bool) -> String {
    let mut token = String::with_capacity(text.len() + 2);
    token.push('"');
    for letter in text.chars() {
        match letter {
            '"' => token.push_str("\\\""),
            '\\' => token.push_str("\\\\"),
            '\n' => token.push_str("\\n"),
            '\r' => token.push_str("\\r"),
            '\t' => token.push_str("\\t"),
            _ if letter < ' ' || escaped(letter) => push_escape(&mut token, letter),
            _ => token.push(letter),
        }
    }
    token.push('"');
    token
}

fn push_escape(token: &mut String, letter: char) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        write!(token, "\\u{unit:04x}").expect("writing to a string cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_are_read_as_the_server_reads_them() {
        for (token, said) in [
            (r#""a\u0062\n\/""#, "ab\n/"),
            (r#""\ud83d\ude00""#, "\u{1f600}"),
            (r#""\ud800x""#, "\u{fffd}x"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud800\u0041""#, "\u{fffd}A"),
        ] {
            assert_eq!(decode(token), said, "{token}");
        }
    }

    #[test]
    fn half_characters_are_noticed_and_honest_ones_are_not() {
        for (token, lone) in [
            (r#""\ud800""#, true),
            (r#""\ude00\ud83d""#, true),
            (r#""\ud83d\ude00""#, false),
            (r#""\ufffd""#, false),
            (r#""\\ud800""#, false),
            (r#""\\\ud800""#, true),
        ] {
            assert_eq!(has_lone_surrogate(token), lone, "{token}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(text in any::<String>()) {
            let token = encode(&text);
            let oracle: String = serde_json::from_str(&token).unwrap();
            prop_assert_eq!(&oracle, &text);
            prop_assert_eq!(decode(&token), text.as_str());
            let visible = quote_visibly(&text);
            prop_assert_eq!(decode(&visible), text.as_str());
        }
    }
}
