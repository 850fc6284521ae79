//! The reader of config.json on any bytes: it never panics, takes what is JSON and nothing else, and keeps every byte.
//! Behind the first 0xFF, which stands in no text, comes an edit: the name of a setting, another 0xFF, its new value. One
//! byte alone picks a setting that is there.
#![no_main]

mod oracle;

use libfuzzer_sys::fuzz_target;
use mmembed::config::{Document, EditError, Rule, SettingPath, Shown, Written, diff, same_value};

use self::oracle::Tree;

fuzz_target!(|bytes: &[u8]| {
    drop(read(bytes));
    let mut parts = bytes.splitn(3, |byte| *byte == 0xff);
    let Some(document) = parts.next().and_then(read) else {
        return;
    };
    look_at(&document);
    let name = parts.next().unwrap_or(&[0]);
    let value = parts.next().map_or(Ok("{\"a\": [1, {}], \"b\": null}"), str::from_utf8);
    if let (Some(setting), Ok(value)) = (setting_named(&document, name), value) {
        edit(&document, &setting, value);
        respell(&document, &setting);
    }
});

/// Reads, and compares the verdict with that of `serde_json`.
fn read(bytes: &[u8]) -> Option<Document> {
    match Document::parse(bytes) {
        Ok(document) => {
            assert_eq!(document.to_text().as_bytes(), bytes);
            assert!(oracle::is_json(bytes), "no JSON is taken");
            // `serde_json` refuses half characters, which the server takes.
            if let Ok(tree) = Tree::read(bytes) {
                assert!(!tree.has_twins_in_go(), "one setting twice is taken");
                compare(&document, bytes);
            }
            Some(document)
        }
        Err(error) => {
            assert!(error.at.offset <= bytes.len());
            assert!(error.other.is_none_or(|other| other.offset < error.at.offset));
            assert!(!error.to_string().contains(char::is_control), "a terminal could be driven");
            justify(error.rule, bytes);
            None
        }
    }
}

/// Is this a reason to refuse JSON?
fn justify(rule: Rule, bytes: &[u8]) {
    let Ok(tree) = Tree::read(bytes) else {
        return;
    };
    match rule {
        Rule::Type | Rule::Depth => {}
        Rule::Duplicate => assert!(tree.has_duplicates()),
        Rule::DuplicateByCase => assert!(tree.has_twins_by_any_rule()),
        Rule::Top => assert!(!oracle::value(bytes).is_ok_and(|value| value.is_object())),
        _ => panic!("JSON is refused by {rule}"),
    }
}

/// Does every setting say what `serde_json` reads there?
fn compare(document: &Document, bytes: &[u8]) {
    // To `serde_json`, an object with this key is a number.
    if bytes.windows(12).any(|word| word == b"$serde_json:") {
        return;
    }
    let Ok(whole) = oracle::value(bytes) else {
        return;
    };
    for leaf in document.leaves() {
        let at = leaf.setting.parts().iter().try_fold(&whole, |value, part| value.get(part));
        assert!(same_value(at.expect("the setting is there"), &leaf.value.to_value()));
    }
    let again = Document::from_value(&whole).expect("its value is a document, too");
    assert!(diff(document, &again).is_empty());
}

/// All the ways to look at a setting, and edits that change nothing.
fn look_at(document: &Document) {
    let text = document.to_text();
    let mut same = document.clone();
    for leaf in document.leaves() {
        assert_eq!(leaf.setting.to_string().parse().as_ref(), Ok(&leaf.setting));
        assert_eq!(document.spelling(&leaf.setting).as_ref(), Some(&leaf.setting));
        let found = document.get(&leaf.setting).expect("the setting is there");
        assert!(found.raw() == leaf.value.raw() && found.is_same_as(&leaf.value));
        let shown = Shown::of(&leaf.setting, &leaf.value).to_string();
        assert!(!shown.contains(char::is_control), "a terminal could be driven");
        match same.set_raw(&leaf.setting, leaf.value.raw()) {
            Ok(written) => assert_eq!(written, Written::Same),
            Err(EditError::Section { .. }) => assert_eq!(leaf.setting.parts().len(), 1),
            Err(error) => panic!("its own value is refused: {error}"),
        }
    }
    assert_eq!(same.to_text(), text);
}

/// The setting that these bytes name: a single byte one that is there, others any one at all.
fn setting_named(document: &Document, name: &[u8]) -> Option<SettingPath> {
    match name {
        [pick] => {
            let leaves = document.leaves();
            let picked = usize::from(*pick).checked_rem(leaves.len())?;
            leaves.into_iter().nth(picked).map(|leaf| leaf.setting)
        }
        _ => str::from_utf8(name).ok()?.parse().ok(),
    }
}

/// Does an edit change its own setting, and nothing else?
fn edit(document: &Document, setting: &SettingPath, value: &str) {
    let before = document.to_text();
    let mut edited = document.clone();
    let Ok(written) = edited.set_raw(setting, value) else {
        return assert_eq!(edited.to_text(), before);
    };
    let after = edited.to_text();
    assert!(written != Written::Same || after == before);
    let again = Document::parse(after.as_bytes()).expect("an edited document can be read");
    let found = again.get(setting).expect("what was written is there");
    let mut alone = Document::empty();
    alone.set_raw(setting, value).expect("what one document takes, an empty one takes");
    assert!(found.is_same_as(&alone.get(setting).expect("it was written")));
    assert_eq!(others(&again, setting), others(document, setting));

    edited.remove(setting).expect("what was written can be taken out");
    assert!(edited.get(setting).is_none());
    let without = Document::parse(edited.to_text().as_bytes()).expect("it can still be read");
    assert_eq!(others(&without, setting), others(document, setting));
}

/// All settings but this one, and what is above and below it: names and values as they are spelled.
fn others(document: &Document, setting: &SettingPath) -> Vec<(SettingPath, String)> {
    let edited = setting.folded();
    let leaves = document.leaves().into_iter().filter(|leaf| {
        let other = leaf.setting.folded();
        !other.parts().starts_with(edited.parts()) && !edited.parts().starts_with(other.parts())
    });
    leaves.map(|leaf| (leaf.setting, leaf.value.raw().to_owned())).collect()
}

/// Does another spelling of a name leave all values alone?
fn respell(document: &Document, setting: &SettingPath) {
    let mut respelled = document.clone();
    let changed = respelled.respell(setting);
    assert_eq!(changed, respelled.to_text() != document.to_text());
    if document.get(setting).is_some() {
        assert_eq!(respelled.spelling(setting).as_ref(), Some(setting));
    }
    let again = Document::parse(respelled.to_text().as_bytes()).expect("it can still be read");
    assert!(diff(document, &again).is_empty());
}
