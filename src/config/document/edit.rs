//! Changing a document: one setting at a time, every other byte as it was.
//! An edit that says what already stands there changes nothing at all.

use serde_json::Value;

use super::error::{DocumentError, Fault};
use super::node::{Member, Node, Object, Span};
use super::scan::MAX_DEPTH;
use super::style::{Style, check_value};
use super::view::View;
use super::{Document, text};
use crate::config::scope::Scope;
use crate::config::setting::SettingPath;

/// What an edit did to the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The same value stood there already; not a byte changed.
    Same,
    /// The former value was replaced.
    Replaced,
    /// The key is new, last in its section.
    Inserted,
    /// The section (or another object on the way) is new, last in the document.
    SectionCreated,
    /// An object on the way was `null`, and was replaced by an object with this one key.
    NullReplaced,
}

/// Why a document cannot be edited so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Something on the way to the setting is neither an object nor `null`.
    #[error("cannot set {setting}: {at} is no object (rule C-TYPE)")]
    NoObject {
        /// The setting to be written.
        setting: SettingPath,
        /// What stands in its way.
        at: SettingPath,
    },
    /// The new value is no JSON.
    #[error("the new value of {setting} is not valid JSON")]
    NoValue {
        /// The setting to be written.
        setting: SettingPath,
        /// What is wrong with the value, and where in it.
        #[source]
        source: DocumentError,
    },
    /// A section must be an object.
    #[error("{setting} is a section and must stay an object (rule C-TYPE)")]
    Section {
        /// The section.
        setting: SettingPath,
    },
    /// The document would become deeper than it may be.
    #[error("{setting} lies too deep (rule C-DEPTH)")]
    TooDeep {
        /// The setting to be written.
        setting: SettingPath,
    },
}

impl Document {
    /// Gives a setting a value. A new key goes last in its section, a new section last in the document, in the document's own layout.
    ///
    /// # Errors
    /// [`EditError`]; the document is then unchanged.
    pub fn set(&mut self, setting: &SettingPath, value: &Value) -> Result<Written, EditError> {
        self.set_raw(setting, &text::compact(value, text::encode))
    }

    /// Sets all that an overlay names, as it is written there.
    ///
    /// # Errors
    /// [`EditError`]; what stood before that setting in the overlay is then written.
    pub fn lay_over(&mut self, overlay: &Self) -> Result<(), EditError> {
        overlay
            .leaves()
            .iter()
            .try_for_each(|leaf| self.set_raw(&leaf.setting, leaf.value.raw()).map(drop))
    }

    /// As [`Document::set`], with the value as JSON text: its digits and escapes are kept.
    ///
    /// # Errors
    /// [`EditError`]; the document is then unchanged.
    pub fn set_raw(&mut self, setting: &SettingPath, json: &str) -> Result<Written, EditError> {
        let scope = setting.parts().iter().fold(Scope::Top, |scope, part| scope.below(part));
        let node = check_value(json, scope).map_err(|fault| no_value(setting, fault, json))?;
        if setting.parts().len() == 1 && matches!(node, Node::Leaf(_)) && json.trim() != "null" {
            return Err(EditError::Section { setting: setting.clone() });
        }
        if setting.parts().len() + depth(json) > MAX_DEPTH {
            return Err(EditError::TooDeep { setting: setting.clone() });
        }
        let steps = self.steps_towards(setting);
        match setting.parts().get(steps.len()..) {
            None | Some([]) => Ok(self.replace(setting, &steps, json)),
            Some([name]) => self.insert(setting, &steps, name, json),
            Some([name, below @ ..]) => {
                let wrapped = below.iter().rev().fold(json.to_owned(), |json, name| {
                    format!("{{{}:{json}}}", text::encode(name))
                });
                let written = self.insert(setting, &steps, name, &wrapped)?;
                Ok(if written == Written::Inserted { Written::SectionCreated } else { written })
            }
        }
    }

    /// Takes a setting out and gives its text back. Its section stays, empty if need be.
    pub fn remove(&mut self, setting: &SettingPath) -> Option<String> {
        let mut steps = self.steps_towards(setting);
        if steps.len() < setting.parts().len() {
            return None;
        }
        let last = steps.pop()?;
        let object = object_at(&mut self.root, &steps)?;
        let member = object.members.remove(last);
        if object.members.is_empty() {
            object.tail = Span::default();
        } else if last == object.members.len()
            && let Some(end) = object.members.last_mut()
        {
            end.trail = Span::default();
        }
        let mut raw = String::new();
        member.value.write(&self.arena, &mut raw);
        Some(raw)
    }

    /// Spells the names on the way to a setting as given, each in its place; tells whether that changed anything.
    /// The setting is found as the server finds it. One that is not there is not made.
    pub fn respell(&mut self, setting: &SettingPath) -> bool {
        let steps = self.steps_towards(setting);
        if steps.len() < setting.parts().len() {
            return false;
        }
        let mut changed = false;
        for (level, (step, part)) in steps.iter().zip(setting.parts()).enumerate() {
            let key = self.append(&text::encode(part));
            let above = steps.get(..level).unwrap_or_default();
            let object = object_at(&mut self.root, above);
            let member = object.and_then(|object| object.members.get_mut(*step));
            if let Some(member) = member.filter(|member| member.name(&self.arena) != *part) {
                member.key = key;
                changed = true;
            }
        }
        changed
    }

    fn replace(&mut self, setting: &SettingPath, steps: &[usize], json: &str) -> Written {
        let new = View::of_json(json);
        if self.get(setting).is_some_and(|old| old.is_same_as(&new)) {
            return Written::Same;
        }
        let node = self.take_in(setting, json, steps.len());
        if let Some((last, above)) = steps.split_last()
            && let Some(object) = object_at(&mut self.root, above)
            && let Some(member) = object.members.get_mut(*last)
        {
            member.value = node;
        }
        Written::Replaced
    }

    fn insert(
        &mut self,
        setting: &SettingPath,
        steps: &[usize],
        name: &str,
        json: &str,
    ) -> Result<Written, EditError> {
        let was_null = self.open_up(setting, steps)?;
        let style = Style::of(&self.arena, &self.root);
        let level = steps.len() + 1;
        let key = self.append(&text::encode(name));
        let value = self.take_in(setting, json, level);
        let lines = [style.line(level), style.colon.clone(), style.line(level - 1)]
            .map(|piece| self.append(&piece));
        if let Some(object) = object_at(&mut self.root, steps) {
            add_member(object, key, value, lines);
        }
        Ok(if was_null { Written::NullReplaced } else { Written::Inserted })
    }

    /// Makes sure that there is an object at `steps`; tells whether it was `null` before.
    fn open_up(&mut self, setting: &SettingPath, steps: &[usize]) -> Result<bool, EditError> {
        let Some((last, above)) = steps.split_last() else {
            return Ok(false);
        };
        let member = object_at(&mut self.root, above).and_then(|o| o.members.get_mut(*last));
        match member.map(|member| &mut member.value) {
            Some(Node::Object(_)) => Ok(false),
            Some(node @ Node::Leaf(_)) if is_null(node, &self.arena) => {
                *node = Node::Object(Object::default());
                Ok(true)
            }
            _ => {
                let at = SettingPath::from_parts(setting.parts().iter().take(steps.len()).cloned());
                Err(EditError::NoObject {
                    setting: setting.clone(),
                    at: at.unwrap_or_else(|| setting.clone()),
                })
            }
        }
    }

    /// Lays a checked value out for its level, and takes it into the arena. Scalars stay as they are.
    fn take_in(&mut self, setting: &SettingPath, json: &str, level: usize) -> Node {
        let laid_out = Style::of(&self.arena, &self.root).lay_out(json, level);
        let span = self.append(&laid_out);
        let parts = setting.parts().iter().take(level);
        let scope = parts.fold(Scope::Top, |scope, part| scope.below(part));
        let mut scanner = super::scan::Scanner::new(&self.arena, span.start());
        scanner.value(scope).unwrap_or(Node::Leaf(span))
    }

    fn append(&mut self, piece: &str) -> Span {
        let start = self.arena.len();
        self.arena.push_str(piece);
        Span::new(start, self.arena.len())
    }
}

fn add_member(object: &mut Object, key: Span, value: Node, [lead, colon, tail]: [Span; 3]) {
    let sibling = object.members.last().map(|last| (last.lead, last.colon));
    if sibling.is_none() {
        object.tail = tail;
    }
    let (lead, colon) = sibling.unwrap_or((lead, colon));
    object.members.push(Member { lead, key, colon, value, trail: Span::default() });
}

fn object_at<'a>(root: &'a mut Object, steps: &[usize]) -> Option<&'a mut Object> {
    steps.iter().try_fold(root, |object, step| match &mut object.members.get_mut(*step)?.value {
        Node::Object(inner) => Some(inner),
        Node::Leaf(_) => None,
    })
}

fn is_null(node: &Node, arena: &str) -> bool {
    matches!(node, Node::Leaf(span) if span.of(arena) == "null")
}

fn no_value(setting: &SettingPath, fault: Fault, json: &str) -> EditError {
    EditError::NoValue { setting: setting.clone(), source: fault.placed(json.as_bytes()) }
}

/// How many levels of brackets a valid value has.
fn depth(json: &str) -> usize {
    let mut level = 0_usize;
    let mut deepest = 0;
    let mut rest = json;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => super::style::string_length(rest),
            _ => 1,
        };
        match first {
            b'{' | b'[' => level += 1,
            b'}' | b']' => level = level.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(level);
        rest = rest.get(length..).unwrap_or_default();
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_there_exactly_or_as_the_server_reads_it() {
        let text = "{\"a\\u0062\": {\"K\": 1}, \"Kelvin\": {\"\u{212a}\": {}, \"x\\\\y\": 2}, \"n\": null}";
        let document = Document::parse(text.as_bytes()).unwrap();
        for (parts, there, exactly) in [
            (&["Kelvin"][..], true, true),
            (&["Kelvin", "\u{212a}"], true, true),
            (&["kelvin"], true, false),
            (&["Kelvin", "k"], true, false),
            (&["ab"], true, false),
            (&["AB", "k"], true, false),
            (&["Kelvin", "x\\y"], true, false),
            (&["Kelvin", "x"], false, false),
            (&["n", "x"], false, false),
            (&["Kelvi"], false, false),
        ] {
            let setting = SettingPath::from_parts(parts.iter().copied()).unwrap();
            assert_eq!(document.get(&setting).is_some(), there, "{setting}");
            assert_eq!(document.has_exactly(&setting), exactly, "{setting}");
            let spelled = document.spelling(&setting);
            assert!(!exactly || spelled == Some(setting.clone()), "{setting} {spelled:?}");
        }
    }

    #[test]
    fn names_are_respelled_in_their_place() {
        let text = "{ \"a\" :{\"siteurl\":1 , \"x\":2},\"pluginsettings\": {\"Plugins\":{\"com.a\": {}}} }";
        for (wanted, result) in [
            ("A.SiteURL", text.replace("\"a\"", "\"A\"").replace("siteurl", "SiteURL")),
            ("A", text.replace("\"a\"", "\"A\"")),
            ("a.siteurl", text.to_owned()),
            ("a.y", text.to_owned()),
            // The names of plugins are exact.
            ("PluginSettings.Plugins.\"Com.a\"", text.to_owned()),
            ("PluginSettings.Plugins.\"com.a\"", text.replace("pluginsettings", "PluginSettings")),
        ] {
            let mut document = Document::parse(text.as_bytes()).unwrap();
            let changed = document.respell(&SettingPath::known(wanted));
            assert_eq!(document.to_text(), result, "{wanted}");
            assert_eq!(changed, result != text, "{wanted}");
        }
    }
}
