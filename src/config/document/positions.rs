//! Where a setting stands in the text of a document: line and column of its name and of its value.
//! Nothing is changed here, and no value is read.

use super::Document;
use super::error::Position;
use super::node::{Node, Object};
use crate::config::setting::SettingPath;

/// The text of a document and where its settings stand in it. Lines are counted once, however many settings are looked up.
#[derive(Clone)]
pub struct Positions<'a> {
    document: &'a Document,
    text: String,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
}

impl Document {
    /// Where the text of this document, as [`Document::to_text`] gives it, has its settings.
    #[must_use]
    pub fn positions(&self) -> Positions<'_> {
        let text = self.to_text();
        let lines = line_starts(&text);
        Positions { document: self, text, lines }
    }

    /// Where the name of one setting stands; `None` if it is not there. For more than one, see [`Document::positions`].
    #[must_use]
    pub fn position_of(&self, setting: &SettingPath) -> Option<Position> {
        self.positions().of_name(setting)
    }
}

impl Positions<'_> {
    /// Where the name of a setting stands, at its opening quote; `None` if the document does not have it.
    #[must_use]
    pub fn of_name(&self, setting: &SettingPath) -> Option<Position> {
        self.offsets(setting).map(|(name, _)| self.position(name))
    }

    /// Where the value of a setting begins; `None` if the document does not have it.
    #[must_use]
    pub fn of_value(&self, setting: &SettingPath) -> Option<Position> {
        self.offsets(setting).map(|(_, value)| self.position(value))
    }

    /// The offsets of name and value. What was edited lies elsewhere in the arena, so lengths are added up, not starts taken.
    fn offsets(&self, setting: &SettingPath) -> Option<(usize, usize)> {
        let steps = self.document.steps_towards(setting);
        if steps.len() < setting.parts().len() {
            return None;
        }
        let mut object = Some(&self.document.root);
        let mut at = self.document.head.len();
        let mut found = None;
        for step in steps {
            let members = &object?.members;
            at +=
                "{".len() + members.iter().take(step).map(|member| member.len() + 1).sum::<usize>();
            let member = members.get(step)?;
            let name = at + member.lead.len();
            at = name + member.key.span().len() + member.colon.len();
            found = Some((name, at));
            object = member.value.as_object();
        }
        found
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|above| self.lines.get(above)).copied();
        let before = self.text.get(start.unwrap_or_default()..offset).unwrap_or_default();
        Position { line, column: before.chars().count() + 1, offset }
    }
}

/// `\n`, `\r\n` and a lone `\r` each end a line, as [`Position`] counts them.
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = |(at, byte): (usize, &u8)| match byte {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
        _ => None,
    };
    std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect()
}

impl super::node::Member {
    /// The length of its text, without the comma.
    fn len(&self) -> usize {
        let value = match &self.value {
            Node::Leaf(span) => span.len(),
            Node::Object(object) => object.len(),
        };
        self.lead.len() + self.key.span().len() + self.colon.len() + value + self.trail.len()
    }
}

impl Object {
    fn len(&self) -> usize {
        let members: usize = self.members.iter().map(super::node::Member::len).sum();
        let commas = self.members.len().saturating_sub(1);
        "{}".len() + members + commas + self.tail.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(document: &Document, setting: &str) -> (String, String) {
        let positions = document.positions();
        let setting = SettingPath::known(setting);
        let name = positions.of_name(&setting).unwrap();
        let value = positions.of_value(&setting).unwrap();
        (name.to_string(), value.to_string())
    }

    #[test]
    fn names_and_values_are_found_whatever_ends_the_lines() {
        for (text, setting, name, value) in [
            (r#"{"A": {"b": 1}}"#, "A.b", "1:8", "1:13"),
            (" {\n  \"A\" :\n  {\"b\":1, \"c\":2}}", "A.c", "3:11", "3:15"),
            ("{\r\n\"A\": {\r\n\t\"b\": 1}\r\n}", "a.B", "3:2", "3:7"),
            ("{\r\"A\": {\r\"b\": 1}}", "A.b", "3:1", "3:6"),
            ("{\"é\": \"größer\", \"A\": {\"b\": 1}}", "A.b", "1:23", "1:28"),
            ("{\"A\": {}, \"B\": [1, {}], \"C\": null}", "C", "1:25", "1:30"),
            ("{\"A\": {\"x\": {}, \"b\": 1}}", "A.b", "1:17", "1:22"),
        ] {
            let document = Document::parse(text.as_bytes()).unwrap();
            assert_eq!(at(&document, setting), (name.into(), value.into()), "{text:?}");
        }
        let document = Document::parse(br#"{"A": {"b": 1}}"#).unwrap();
        for absent in ["A.c", "B", "A.b.c"] {
            assert_eq!(document.position_of(&SettingPath::known(absent)), None, "{absent}");
        }
    }

    #[test]
    fn an_edited_document_is_counted_as_it_will_be_written() {
        let mut document = Document::parse(b"{\n    \"A\": {\n        \"b\": 1\n    }\n}").unwrap();
        document.set_raw(&SettingPath::known("A.b"), "\"a longer value\"").unwrap();
        document.set_raw(&SettingPath::known("A.c"), "2").unwrap();
        document.set_raw(&SettingPath::known("B.d"), "[1]").unwrap();
        assert_eq!(at(&document, "A.c"), ("4:9".into(), "4:14".into()));
        assert_eq!(at(&document, "B.d"), ("7:9".into(), "7:14".into()));
        document.remove(&SettingPath::known("A.b")).unwrap();
        assert_eq!(at(&document, "B.d"), ("6:9".into(), "6:14".into()));
    }

    proptest! {
        #[test]
        fn the_text_has_at_that_place_what_was_asked_for(
            names in prop::collection::btree_set("[a-zé]{1,6}", 1..6),
            lines in prop::sample::select(vec!["\n", "\r\n", "\r", " "]),
        ) {
            let members: Vec<String> =
                names.iter().map(|name| format!("{lines}\"{name}\":{lines}\"ü{name}\"")).collect();
            let text = format!("{{\"Section\": {{{}}}}}", members.join(","));
            let document = Document::parse(text.as_bytes()).unwrap();
            let positions = document.positions();
            for name in &names {
                let setting = SettingPath::known("Section").child(name.clone());
                let place = positions.of_name(&setting).unwrap();
                let quoted = format!("\"{name}\"");
                prop_assert!(text[place.offset..].starts_with(&quoted));
                prop_assert_eq!(place, Position::in_bytes(text.as_bytes(), place.offset));
                let place = positions.of_value(&setting).unwrap();
                let value = format!("\"ü{name}\"");
                prop_assert!(text[place.offset..].starts_with(&value));
                prop_assert_eq!(place, Position::in_bytes(text.as_bytes(), place.offset));
            }
        }
    }
}
