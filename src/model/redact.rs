//! Masking the passwords in a text that others wrote and people are to read.
//! Nothing here is a licence to print secrets: it is for the words of other programs, which may quote a DSN.

use std::ops::Range;

const MASK: &str = "***";

/// The words before a `=` or `:` whose value is masked, in any letter case.
const NAMES: &[&str] = &["password", "passwd", "passfile", "pgpassword", "pwd", "secret"];

/// Before the quoted piece in the errors of Go's URL parser.
const COMPLAINTS: &[&str] = &["invalid port ", "invalid URL escape ", "invalid character "];

/// The driver notations of go-sql-driver that follow `user:password@`. Network and address may be left out.
const MYSQL_NETWORKS: &[&str] =
    &["@tcp(", "@tcp4(", "@tcp6(", "@unix(", "@(", "@tcp/", "@unix/", "@/"];

/// The text with every password masked that stands in a connection string: in an URL (`scheme://user:password@…`), in
/// `password=…` (quoted or not), and in `user:password@tcp(…)`. Masks too much rather than too little.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut hidden = in_urls(text);
    hidden.extend(in_complaints(text));
    hidden.extend(in_named_values(text));
    hidden.extend(before_mysql_networks(text));
    hidden.sort_by_key(|range| (range.start, range.end));
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for range in hidden {
        if range.start >= from {
            shown.push_str(text.get(from..range.start).unwrap_or_default());
            shown.push_str(MASK);
        }
        from = from.max(range.end);
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// From the first `:` to the last `@` of whatever follows `://` up to a blank or double quote: a password that is not
/// encoded as it should be may hold any other character, and even those.
fn in_urls(text: &str) -> Vec<Range<usize>> {
    text.match_indices("://")
        .filter_map(|(position, found)| in_authority(text, position + found.len()))
        .collect()
}

fn in_authority(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '"');
    let word = rest.get(..end.unwrap_or(rest.len()))?;
    let colon = word.find(':')? + 1;
    let hidden_to = match word.rfind('@') {
        Some(at) => Some(at),
        None if is_port(word.get(colon..)?) => None,
        None => Some(rest.find('@').unwrap_or(word.len())),
    }?;
    (colon <= hidden_to).then(|| start + colon..start + hidden_to)
}

fn is_port(text: &str) -> bool {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let after = text.chars().nth(digits);
    after.is_none_or(|c| !c.is_alphanumeric())
}

/// What Go's URL parser quotes of a URL that it cannot read: mostly a piece of the password.
fn in_complaints(text: &str) -> Vec<Range<usize>> {
    let quoted = |at: usize| {
        let rest = text.get(at..)?;
        let start = rest.len() - rest.trim_start_matches(['\\', '"']).len();
        let length = rest.get(start..)?.find(['\\', '"'])?;
        (start > 0 && length > 0).then(|| at + start..at + start + length)
    };
    COMPLAINTS
        .iter()
        .flat_map(|words| text.match_indices(words))
        .filter_map(|(position, words)| quoted(position + words.len()))
        .collect()
}

fn in_named_values(text: &str) -> Vec<Range<usize>> {
    // ASCII folding keeps every byte position.
    let folded = text.to_ascii_lowercase();
    NAMES
        .iter()
        .flat_map(|name| folded.match_indices(name))
        .filter_map(|(position, name)| named_value(text, position + name.len()))
        .collect()
}

/// The value after a name that ends at `from`.
fn named_value(text: &str, from: usize) -> Option<Range<usize>> {
    let skip_blanks = |at: usize| {
        let rest = text.get(at..)?;
        Some(at + rest.len() - rest.trim_start().len())
    };
    let after_name = text.get(from..)?;
    let unquoted = after_name.trim_start_matches(['"', '\\', '\'']);
    let sign = skip_blanks(from + after_name.len() - unquoted.len())?;
    if !text.get(sign..)?.starts_with(['=', ':']) {
        return None;
    }
    let start = skip_blanks(sign + 1)?;
    let value = text.get(start..)?;
    let length = value_length(value);
    (length > 0).then(|| start..start + length)
}

/// Up to the closing quote, if it opens with one; else up to the next blank or double quote. A backslash escapes.
fn value_length(value: &str) -> usize {
    let quote = value.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let opened = quote.map_or(0, char::len_utf8);
    let mut escaped = false;
    for (position, c) in value.char_indices().skip(opened) {
        let closes = match quote {
            Some(quote) => c == quote,
            None => c.is_whitespace() || c == '"',
        };
        if closes && !escaped {
            return position + opened;
        }
        escaped = c == '\\' && !escaped;
    }
    value.len()
}

/// Backwards from the network to the nearest word with a `:`; a password may have blanks in it.
fn before_mysql_networks(text: &str) -> Vec<Range<usize>> {
    let password = |at: usize| {
        let before = text.get(..at)?;
        let last_colon = before.rfind(':')?;
        let word = before
            .get(..last_colon)?
            .rfind(|c: char| c.is_whitespace() || c == '"' || c == '\'')
            .map_or(0, |blank| blank + 1);
        let colon = word + before.get(word..)?.find(':')? + 1;
        Some(colon..at)
    };
    MYSQL_NETWORKS
        .iter()
        .flat_map(|network| text.match_indices(network))
        .filter_map(|(position, _)| password(position))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CASES: &[(&str, &str)] = &[
        (
            "dial postgres://mm:canary@db:5432/mm?sslmode=disable failed",
            "dial postgres://mm:***@db:5432/mm?sslmode=disable failed",
        ),
        (
            r#"{"msg":"x","dsn":"postgres://mm:can/ary@#?:@db/mm"}"#,
            r#"{"msg":"x","dsn":"postgres://mm:***@db/mm"}"#,
        ),
        ("postgres://mm@db/mm", "postgres://mm@db/mm"),
        (
            r#"parse "postgres://mm:canary/1@db/mm": invalid port ":canary" after host"#,
            r#"parse "postgres://mm:***@db/mm": invalid port "***" after host"#,
        ),
        (
            r#"{"msg":"parse \"postgres://mm:canary\": invalid port \":canary\" after host"}"#,
            r#"{"msg":"parse \"postgres://mm:***": invalid port \"***\" after host"}"#,
        ),
        ("postgres://mm:can ary@db/mm", "postgres://mm:***@db/mm"),
        ("postgres://mm:canary", "postgres://mm:***"),
        ("postgres://mm:12canary", "postgres://mm:***"),
        ("see https://docs.mattermost.com:443/x", "see https://docs.mattermost.com:443/x"),
        ("host=db password=canary dbname=mm", "host=db password=*** dbname=mm"),
        (r"host=db PASSWORD = 'can \'ary' dbname=mm", "host=db PASSWORD = *** dbname=mm"),
        (r"password=can\ ary dbname=mm", "password=*** dbname=mm"),
        ("password='canary", "password=***"),
        ("mm:canary@tcp(db:3306)/mm?charset=utf8", "mm:***@tcp(db:3306)/mm?charset=utf8"),
        ("ping mm:ca@n:ary@unix(/run/mysqld.sock)/mm", "ping mm:***@unix(/run/mysqld.sock)/mm"),
        ("time: mm:can ary@tcp(db)/mm", "time: mm:***@tcp(db)/mm"),
        ("ping mm:ca@n:ary@(db:3306)/mm", "ping mm:***@(db:3306)/mm"),
        ("ping mm:canary@/mm", "ping mm:***@/mm"),
        ("ping mm:ca/n@ary@unix/mm", "ping mm:***@unix/mm"),
        (r#"{"SMTPPassword": "canary", "Port": 1}"#, r#"{"SMTPPassword": ***, "Port": 1}"#),
        (
            "pq: password authentication failed for user mm",
            "pq: password authentication failed for user mm",
        ),
        (
            "postgres://a:canary@h/x and postgres://b:canary@h/y",
            "postgres://a:***@h/x and postgres://b:***@h/y",
        ),
        ("postgres://a:p@h/x?password=canary&sslmode=disable", "postgres://a:***@h/x?password=***"),
        ("", ""),
        ("пароль password=кот", "пароль password=***"),
    ];

    #[test]
    fn passwords_are_masked_and_the_rest_is_kept() {
        for (text, shown) in CASES {
            assert_eq!(redact(text), *shown, "{text}");
            assert!(!redact(text).contains("canary"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_password_in_an_url_is_masked_whatever_surrounds_it(
            before in "[ -~]{0,30}",
            a in "[!#-?A-~]{0,6}",
            b in "[!#-?A-~@]{0,6}",
        ) {
            let shown = redact(&format!("{before} postgres://mm:{a}canary{b}@db/mm?sslmode=disable"));
            prop_assert!(!shown.contains("canary"), "{}", shown);
        }

        #[test]
        fn a_quoted_password_is_masked_whatever_is_in_it(a in "[ -~]{0,8}", b in "[ -~]{0,8}") {
            let escaped = format!("{a}canary{b}").replace('\\', r"\\").replace('\'', r"\'");
            let shown = redact(&format!("host=db password='{escaped}' dbname=mm"));
            prop_assert!(!shown.contains("canary"), "{}", shown);
        }

        #[test]
        fn a_mysql_password_is_masked_whatever_is_in_it(a in "[!#-&(-~]{0,8}", b in "[!#-&(-~]{0,8}") {
            let shown = redact(&format!("cannot open mm:{a}canary{b}@tcp(db:3306)/mm"));
            prop_assert!(!shown.contains("canary"), "{}", shown);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let shown = redact(&text);
            prop_assert!(shown.len() <= text.len() + MASK.len() * text.len());
        }
    }
}
