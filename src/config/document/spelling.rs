//! How a document spells its names, beside others that may spell them otherwise.
//! No name is changed here.

use std::borrow::Cow;

use super::Document;
use super::node::{Node, Object};
use crate::config::scope::Scope;
use crate::config::setting::SettingPath;

impl Document {
    /// The name of a setting as this document spells it; `None` if it is not there.
    #[must_use]
    pub fn spelling(&self, setting: &SettingPath) -> Option<SettingPath> {
        let steps = self.steps_towards(setting);
        if steps.len() < setting.parts().len() {
            return None;
        }
        let mut object = Some(&self.root);
        let mut parts = Vec::new();
        for step in steps {
            let member = object?.members.get(step)?;
            parts.push(member.name(&self.arena).into_owned());
            object = member.value.as_object();
        }
        SettingPath::from_parts(parts)
    }

    /// The settings that the other document lacks, or does not spell exactly so and without escapes, in the order of this one.
    pub(in crate::config) fn spelled_unlike(&self, other: &Self) -> Vec<SettingPath> {
        let mut walk = Walk { document: self, other, above: Vec::new(), unlike: Vec::new() };
        walk.through(&self.root, Some(&other.root), Scope::Top);
        walk.unlike
    }
}

/// A walk through two documents in step.
struct Walk<'a> {
    document: &'a Document,
    other: &'a Document,
    above: Vec<Cow<'a, str>>,
    unlike: Vec<SettingPath>,
}

impl<'a> Walk<'a> {
    /// Goes through an object; `beside` is the object of the other document that is spelled exactly like it.
    fn through(&mut self, object: &'a Object, beside: Option<&'a Object>, scope: Scope) {
        // Most documents have their members in one order.
        let mut next = 0;
        for member in &object.members {
            let name = member.name(&self.document.arena);
            let below = scope.below(&name);
            let twin = beside.and_then(|beside| {
                let step = beside.find_exactly(&name, &self.other.arena, next)?;
                next = step + 1;
                beside.members.get(step).map(|member| &member.value)
            });
            self.above.push(name);
            match &member.value {
                Node::Object(inner) if !inner.members.is_empty() && below.holds_settings() => {
                    self.through(inner, twin.and_then(Node::as_object), below);
                }
                Node::Leaf(_) | Node::Object(_) if twin.is_none() => {
                    self.unlike
                        .extend(SettingPath::from_parts(self.above.iter().map(AsRef::as_ref)));
                }
                Node::Leaf(_) | Node::Object(_) => {}
            }
            self.above.pop();
        }
    }
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
            let mut asking = Document::empty();
            asking.set_raw(&setting, "{}").unwrap();
            assert_eq!(asking.spelled_unlike(&document).is_empty(), exactly, "{setting}");
            let spelled = document.spelling(&setting);
            assert!(!exactly || spelled == Some(setting.clone()), "{setting} {spelled:?}");
        }
    }
}
