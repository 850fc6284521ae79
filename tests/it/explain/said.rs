//! Which codes the sources say, as far as their text tells: each call that makes a finding names its code there, or is known here.

use std::collections::BTreeSet;

use crate::architecture::lexer::{Placed, Token};
use crate::architecture::source::Source;

/// Findings whose code is not written into the call: the file, how many such calls there are, and what they can say. Rules have
/// explanations of their own kind.
const INDIRECT: [(&str, usize, &[&str]); 6] = [
    (
        "src/engine/chain/situation.rs",
        1,
        &["environment-unseen", "config-unseen", "database-unseen", "library-unseen"],
    ),
    ("src/cli/commands/recover.rs", 1, &["finished", "rolled-back"]),
    ("src/upgrade/router.rs", 1, &["withdrawn", "pre-release"]),
    ("src/cli/commands/config/installed.rs", 1, &[]),
    ("src/planning/settings_finding.rs", 1, &[]),
    ("src/upgrade/verdict.rs", 1, &[]),
];

/// The sources as they are built for users: without what is only there for tests.
pub(super) fn without_tests(sources: Vec<Source>) -> Vec<Source> {
    let mut hidden = Vec::new();
    let mut kept = Vec::new();
    for source in sources {
        let (tokens, modules) = outside_tests(&source.tokens);
        let home = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        hidden.extend(modules.into_iter().map(|module| format!("{home}/{module}")));
        kept.push(Source { tokens, ..source });
    }
    let is_hidden = |path: &str| {
        hidden.iter().any(|hidden| {
            path.strip_prefix(hidden.as_str()).is_some_and(|rest| rest.starts_with(['.', '/']))
        })
    };
    kept.retain(|source| !is_hidden(&source.path));
    kept
}

/// The tokens outside of `#[cfg(test)]`, and the modules in files of their own that are behind one.
fn outside_tests(tokens: &[Placed]) -> (Vec<Placed>, Vec<String>) {
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let Some(behind) = behind_test_mark(&tokens[at..]) else {
            kept.push(token.clone());
            at += 1;
            continue;
        };
        let item = &tokens[at + behind..];
        if let [keyword, name, end, ..] = item
            && keyword.word() == Some("mod")
            && end.is_sign(';')
        {
            modules.extend(name.word().map(ToOwned::to_owned));
        }
        at += behind + length_of_item(item);
    }
    (kept, modules)
}

/// How long `#[cfg(test)]` is, where the tokens begin with it.
fn behind_test_mark(tokens: &[Placed]) -> Option<usize> {
    let [hash, open, cfg, paren, test, close, end, ..] = tokens else { return None };
    let is_mark = hash.is_sign('#')
        && open.is_sign('[')
        && cfg.word() == Some("cfg")
        && paren.is_sign('(')
        && test.word() == Some("test")
        && close.is_sign(')')
        && end.is_sign(']');
    is_mark.then_some(7)
}

/// An item ends with its first `;` or with the brace that closes its first one.
fn length_of_item(tokens: &[Placed]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.token {
            Token::Sign('{' | '(' | '[') => depth += 1,
            Token::Sign('}') if depth == 1 => return index + 1,
            Token::Sign('}' | ')' | ']') => depth -= 1,
            Token::Sign(';') if depth == 0 => return index + 1,
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Join => {}
        }
    }
    tokens.len()
}

/// The codes of all findings that are no rules.
///
/// # Errors
/// A finding whose code is not written into the call, and that is not known here.
pub(super) fn codes_of_findings(sources: &[Source]) -> Result<BTreeSet<String>, String> {
    let mut codes = BTreeSet::new();
    for source in sources {
        let mut indirect = 0;
        for call in calls_of_new(&source.tokens, "Finding") {
            match second_argument(call) {
                [Placed { token: Token::Text(code), .. }] => {
                    codes.insert(code.clone());
                }
                _ => indirect += 1,
            }
        }
        let known = INDIRECT.iter().find(|(path, ..)| *path == source.path);
        let (count, said) = known.map_or((0, &[][..]), |(_, count, said)| (*count, *said));
        if indirect != count {
            return Err(format!(
                "{}: {indirect} findings have a code that is not written into the call, and {count} are known: say in {} what \
                 they can be",
                source.path,
                file!()
            ));
        }
        for code in said {
            let is_said =
                |placed: &Placed| matches!(&placed.token, Token::Text(text) if text == code);
            assert!(source.tokens.iter().any(is_said), "{} does not say {code}", source.path);
            codes.insert((*code).to_owned());
        }
    }
    codes.retain(|code| !code.starts_with("C-"));
    Ok(codes)
}

/// The tokens behind each `TYPE::new(`.
fn calls_of_new<'s>(tokens: &'s [Placed], name: &'s str) -> impl Iterator<Item = &'s [Placed]> {
    tokens.windows(4).enumerate().filter_map(move |(index, window)| {
        let [of, join, new, open] = window else { return None };
        let is_call = of.word() == Some(name)
            && join.token == Token::Join
            && new.word() == Some("new")
            && open.is_sign('(');
        is_call.then(|| &tokens[index + 4..])
    })
}

/// Between the first comma and the second one that are in no brackets.
fn second_argument(call: &[Placed]) -> &[Placed] {
    let mut depth = 0_usize;
    let mut commas = Vec::new();
    for (index, token) in call.iter().enumerate() {
        match token.token {
            Token::Sign('{' | '(' | '[') => depth += 1,
            Token::Sign('}' | ')' | ']') if depth == 0 => break,
            Token::Sign('}' | ')' | ']') => depth -= 1,
            Token::Sign(',') if depth == 0 => commas.push(index),
            Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Join => {}
        }
    }
    match commas[..] {
        [first, second, ..] => &call[first + 1..second],
        _ => &[],
    }
}

/// The codes of rules are written nowhere but where the rules are, and where they are broken.
pub(super) fn codes_that_begin_with(sources: &[Source], prefix: &str) -> BTreeSet<String> {
    let is_code = |text: &&String| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| {
            let is_plain = |letter: char| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-'
            };
            !rest.is_empty() && rest.chars().all(is_plain)
        })
    };
    let tokens = sources.iter().flat_map(|source| &source.tokens);
    let texts = tokens.filter_map(|placed| match &placed.token {
        Token::Text(text) => Some(text),
        Token::Word(_) | Token::Join | Token::Sign(_) => None,
    });
    texts.filter(is_code).cloned().collect()
}

/// The numbers of the exit codes.
pub(super) fn codes_of_exits(sources: &[Source]) -> BTreeSet<String> {
    let source = sources.iter().find(|source| source.path == "src/cli/exit.rs").unwrap();
    let numbers = source.tokens.windows(4).filter_map(|window| {
        let [name, equals, number, comma] = window else { return None };
        let is_one = name.word().is_some() && equals.is_sign('=') && comma.is_sign(',');
        let number = number.word().filter(|word| word.chars().all(|it| it.is_ascii_digit()));
        number.filter(|_| is_one).map(ToOwned::to_owned)
    });
    numbers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::new(path, text)
    }

    #[test]
    fn what_is_only_for_tests_says_nothing() {
        let sources = vec![
            source(
                "src/a/mod.rs",
                "#[cfg(test)]\nmod x;\n#[cfg(test)]\nmod t { fn f() { \"C-T\" } }\nconst A: &str = \"C-A\";",
            ),
            source("src/a/x.rs", "const B: &str = \"C-B\";"),
            source("src/a/x/y.rs", "const C: &str = \"C-C\";"),
            source("src/a/xz.rs", "const D: &str = \"C-D\"; const E: &str = \"C-and words\";"),
        ];
        let codes = codes_that_begin_with(&without_tests(sources), "C-");
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["C-A", "C-D"]);
    }

    #[test]
    fn a_finding_is_found_however_it_is_made() {
        let text = "f(Finding::new(Severity::Note, \"one\", g(a, b))); Finding::new(if a { b } else { c(d, e) },\n \"two\", text)";
        let codes = codes_of_findings(&[source("src/a.rs", text)]).unwrap();
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["one", "two"]);
        let error = codes_of_findings(&[source("src/a.rs", "Finding::new(weight, code, text)")]);
        assert!(error.unwrap_err().starts_with("src/a.rs: 1 findings have a code"));
    }
}
