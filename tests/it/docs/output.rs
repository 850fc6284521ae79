//! Whether what appeared is what a page shows, but for what is another one each time.
//!
//! In a page, a line `...` stands for any number of lines, and `[..]` for anything within a line.

/// Units behind a number that is another one each time.
const UNITS: [&str; 9] = ["s", "ms", "B", "kB", "KB", "MB", "GB", "KiB", "MiB"];

/// Does the output match what is shown?
pub(super) fn matches(shown: &str, output: &str) -> bool {
    let shown: Vec<String> = shown.trim_end().lines().map(settled).collect();
    let output: Vec<String> = output.trim_end().lines().map(settled).collect();
    lines_match(&shown, &output)
}

fn lines_match(shown: &[String], output: &[String]) -> bool {
    match (shown, output) {
        ([], []) => true,
        ([any, rest @ ..], _) if any == "..." => {
            (0..=output.len()).any(|skipped| lines_match(rest, &output[skipped..]))
        }
        ([line, shown @ ..], [seen, output @ ..]) => {
            line_matches(line, seen) && lines_match(shown, output)
        }
        _ => false,
    }
}

fn line_matches(shown: &str, seen: &str) -> bool {
    let parts: Vec<&str> = shown.split("[..]").collect();
    let [first, middle @ .., last] = parts.as_slice() else { return shown == seen };
    let Some(mut rest) = seen.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// A line with what is another one each time put into words.
pub(super) fn settled(line: &str) -> String {
    let mut words: Vec<String> = line.trim_end().split(' ').map(settled_word).collect();
    for at in 1..words.len() {
        let unit = words[at].trim_end_matches([',', ';', ')', ':']).to_owned();
        if UNITS.contains(&unit.as_str()) && is_number(words[at - 1].trim_start_matches(['(', '~']))
        {
            "N".clone_into(&mut words[at - 1]);
            words[at] = words[at].replacen(&unit, "UNIT", 1);
        }
    }
    words.join(" ")
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
}

/// Transactions are called by their time and four letters; times are times; digests are what they are.
fn settled_word(word: &str) -> String {
    const TRANSACTION: &str = "00000000T000000Z-xxxx";
    const TIME: &str = "0000-00-00T00:00:00";
    let digest = "x".repeat(64);
    let mut letters: Vec<char> = word.chars().collect();
    let mut at = 0;
    let mut text = String::new();
    while at < letters.len() {
        let found = [(TRANSACTION, "TRANSACTION"), (TIME, "TIME"), (&digest, "DIGEST")]
            .into_iter()
            .find(|(form, _)| has_form(&letters[at..], form));
        if let Some((form, name)) = found {
            text.push_str(name);
            at += form.len();
            // Parts of a second, and the zone.
            while name == "TIME"
                && at < letters.len()
                && matches!(letters[at], '.' | 'Z' | '0'..='9')
            {
                letters[at] = ' ';
                at += 1;
            }
        } else {
            text.push(letters[at]);
            at += 1;
        }
    }
    text
}

/// Do the letters begin with this form: `0` is any digit, `x` any hexadecimal one, all else itself?
fn has_form(letters: &[char], form: &str) -> bool {
    let fits = |(letter, form): (&char, char)| match form {
        '0' => letter.is_ascii_digit(),
        'x' => letter.is_ascii_hexdigit(),
        form => *letter == form,
    };
    letters.len() >= form.len() && letters.iter().zip(form.chars()).all(fits)
}
