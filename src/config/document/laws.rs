//! What holds for every document, proven on generated ones, with `serde_json` as the oracle.
//! No case is written out by hand here.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn space() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        2 => Just(" ".to_owned()),
        2 => Just("\n    ".to_owned()),
        1 => Just("\r\n\t".to_owned()),
        1 => Just("\r".to_owned()),
    ]
}

pub(in crate::config) fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
        "\"([a-zA-Z0-9 <>&/]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-7][0-9a-fA-F]|é|😀|\\\\ud83d\\\\ude00){0,12}\"",
    ]
}

fn value() -> impl Strategy<Value = String> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec((space(), inner.clone(), space()), 0..4).prop_map(|items| {
                let items: Vec<String> = items
                    .into_iter()
                    .map(|(before, item, after)| format!("{before}{item}{after}"))
                    .collect();
                format!("[{}]", items.join(","))
            }),
            object(inner),
        ]
    })
}

/// Members are numbered, so that no two names are equal in any folding.
fn object(inner: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = String> {
    let member = (space(), "[A-Za-zé.\\\\]{0,6}", space(), space(), inner, space());
    (prop::collection::vec(member, 0..4), space()).prop_map(|(members, tail)| {
        let members: Vec<String> = members
            .into_iter()
            .enumerate()
            .map(|(index, (lead, name, before, after, value, trail))| {
                let key = text::encode(&format!("{name}{index}"));
                format!("{lead}{key}{before}:{after}{value}{trail}")
            })
            .collect();
        if members.is_empty() {
            format!("{{{tail}}}")
        } else {
            format!("{{{}}}", members.join(","))
        }
    })
}

pub(in crate::config) fn document() -> impl Strategy<Value = String> {
    (space(), object(value().boxed()), space())
        .prop_map(|(head, object, foot)| format!("{head}{object}{foot}"))
}

fn pointer<'a>(value: &'a mut Value, setting: &SettingPath) -> Option<&'a mut Value> {
    setting.parts().iter().try_fold(value, |value, part| value.get_mut(part))
}

/// The bytes between the longest common start and the longest common end.
fn difference(a: &str, b: &str) -> usize {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - start;
    let ends = a.bytes().rev().zip(b.bytes().rev());
    a.len() - start - ends.take(rest).take_while(|(a, b)| a == b).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn an_edit_changes_its_own_token_and_nothing_else(
        text in document(),
        pick in any::<prop::sample::Index>(),
        new in scalar(),
    ) {
        let mut document = Document::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&document.to_text(), &text);
        let oracle: Value = serde_json::from_str(&text).unwrap();
        let leaves = document.leaves();
        if !leaves.is_empty() {
            let leaf = leaves.get(pick.index(leaves.len())).unwrap();
            let (setting, old) = (leaf.setting.clone(), leaf.value.raw().to_owned());
            let mut wanted = oracle.clone();
            let there = pointer(&mut wanted, &setting).unwrap();
            prop_assert!(same_value(there, &leaf.value.to_value()));
            if setting.parts().len() > 1 {
                *there = serde_json::from_str(&new).unwrap();
                document.set_raw(&setting, &new).unwrap();
                let after = document.to_text();
                prop_assert!(same_value(&serde_json::from_str(&after).unwrap(), &wanted));
                prop_assert!(difference(&text, &after) <= old.len());
                document.set_raw(&setting, &old).unwrap();
                prop_assert!(same_value(&serde_json::from_str(&document.to_text()).unwrap(), &oracle));
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_inserted_and_removed_again_leaves_no_trace(
        text in document(),
        name in "[A-Za-z.]{1,6}",
        new in value(),
    ) {
        let mut document = Document::parse(text.as_bytes()).unwrap();
        let section = SettingPath::from_parts([format!("New{name}")]).unwrap();
        let setting = section.child("Key");
        document.set_raw(&setting, &new).unwrap();
        let with = Document::parse(document.to_text().as_bytes()).unwrap();
        let wanted: Value = serde_json::from_str(&new).unwrap();
        prop_assert!(same_value(&with.get(&setting).unwrap().to_value(), &wanted));
        let empty = serde_json::from_str::<Value>(&text).unwrap() == Value::Object(serde_json::Map::new());
        document.remove(&section).unwrap();
        if !empty && !text.contains(char::is_whitespace) {
            prop_assert_eq!(document.to_text(), text);
        }
    }

    #[test]
    fn the_scanner_accepts_what_serde_json_accepts(text in "[\\[\\]{}:,\"a1.e \\-\\\\un0-9]{0,24}") {
        let wrapped = format!("{{\"x\":{text}}}");
        let oracle = serde_json::from_str::<Value>(&wrapped);
        match Document::parse(wrapped.as_bytes()) {
            Ok(document) => {
                let value = document.get(&SettingPath::known("x")).unwrap().to_value();
                // serde_json refuses half characters, which the server accepts.
                if let Ok(oracle) = oracle {
                    prop_assert!(same_value(oracle.get("x").unwrap(), &value));
                } else {
                    prop_assert!(text.contains("\\u"));
                }
            }
            Err(error) if oracle.is_ok() => {
                prop_assert!(matches!(error.rule, Rule::Duplicate | Rule::DuplicateByCase));
            }
            Err(_) => {}
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        text in document(),
        junk in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = text.into_bytes();
        for (at, byte) in junk {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for bytes in [bytes.as_slice(), bytes.get(..cut.index(bytes.len())).unwrap()] {
            match Document::parse(bytes) {
                Ok(document) => {
                    let said = document.to_text();
                    prop_assert_eq!(said.as_bytes(), bytes);
                }
                Err(error) => prop_assert!(error.at.offset <= bytes.len()),
            }
        }
    }
}
