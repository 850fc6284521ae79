//! config.json as a text with structure: what is not changed stays byte for byte as it was.
//! It is never parsed into values and printed again, and a refusal never shows a value.

mod edit;
mod error;
mod key;
mod node;
mod positions;
mod same;
mod scan;
mod sections;
mod spelling;
mod style;
pub(super) mod text;
mod view;

#[cfg(test)]
mod hostile;
#[cfg(test)]
pub(super) mod laws;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use self::edit::{EditError, Written};
pub use self::error::{DocumentError, Position, Rule};
pub use self::positions::Positions;
pub use self::same::same_value;
pub use self::view::{Kind, View};

use self::error::Fault;
use self::node::{Member, Node, Object, Span};
use self::scan::Scanner;
pub(super) use self::sections::SECTIONS;
use super::scope::Scope;
use super::setting::SettingPath;

/// The largest document that is read, in bytes. Real ones have about 20 KB; plugins with rules of their own reach 5 MB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A valid config.json, editable setting by setting.
///
/// Names are found as the server finds them: without regard to case, except in the maps of plugins.
/// `Debug` shows only the length: a configuration is full of secrets.
#[derive(Clone)]
pub struct Document {
    arena: String,
    head: Span,
    root: Object,
    foot: Span,
}

/// One setting of a document.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// Its name, as spelled in the document.
    pub setting: SettingPath,
    /// Its value.
    pub value: View<'a>,
}

impl Document {
    /// Reads a config.json.
    ///
    /// # Errors
    /// Refuses what the server could not start with, and what is ambiguous; see [`Rule`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        Self::scan(bytes).map_err(|fault| fault.placed(bytes))
    }

    /// Refuses a text that is too large to be read at all.
    ///
    /// # Errors
    /// [`Rule::Size`].
    pub fn admit(bytes: u64) -> Result<(), DocumentError> {
        if bytes > MAX_BYTES as u64 { Err(too_large().placed(&[])) } else { Ok(()) }
    }

    fn scan(bytes: &[u8]) -> Result<Self, Fault> {
        let text = decode_bytes(bytes)?;
        let scanned = Scanner::new(text, 0).document()?;
        let document = Self {
            arena: text.to_owned(),
            head: scanned.head,
            root: scanned.root,
            foot: scanned.foot,
        };
        document.check_sections()?;
        Ok(document)
    }

    /// A document with this value in the server's own layout: four spaces, no final newline.
    ///
    /// # Errors
    /// As [`Document::parse`]: the value may be no object, or have two names that the server reads as one.
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        let text = style::Style::of_server().lay_out(&text::compact(value, text::encode), 0);
        Self::parse(text.as_bytes())
    }

    /// A document without any setting.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            arena: String::new(),
            head: Span::default(),
            root: Object::default(),
            foot: Span::default(),
        }
    }

    /// The text. Byte for byte the one that was parsed, but for what was edited.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.arena.len());
        text.push_str(self.head.of(&self.arena));
        self.root.write(&self.arena, &mut text);
        text.push_str(self.foot.of(&self.arena));
        text
    }

    /// The value of a setting, or of a whole section.
    #[must_use]
    pub fn get(&self, setting: &SettingPath) -> Option<View<'_>> {
        let mut object = Some(&self.root);
        let mut found = None;
        let mut scope = Scope::Top;
        for part in setting.parts() {
            let step = object?.find(part, &self.arena, scope)?;
            let node = &object?.members.get(step)?.value;
            object = node.as_object();
            found = Some(node);
            scope = scope.below(part);
        }
        found.map(|node| self.view(node))
    }

    /// All settings in the order of the document.
    ///
    /// Objects are opened up to their last level, with two exceptions: below `PluginSettings.Plugins` and
    /// `PluginSettings.PluginStates` a setting is one key of one plugin, whatever its value, and `AdvancedLoggingJSON`
    /// is one value. An empty object counts as a value; arrays always do.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        self.each_leaf(|leaf| leaves.push(leaf.clone()));
        leaves
    }

    /// Shows all settings in the order of the document, one after the other. They are those of [`Document::leaves`], and the
    /// quicker way to them where most are only looked at.
    pub(super) fn each_leaf<'a>(&'a self, mut look: impl FnMut(&Leaf<'a>)) {
        self.show(&self.root, Scope::Top, &mut Vec::new(), &mut look);
    }

    fn show<'a>(
        &'a self,
        object: &'a Object,
        scope: Scope,
        above: &mut Vec<String>,
        look: &mut impl FnMut(&Leaf<'a>),
    ) {
        let mut part = String::new();
        for member in &object.members {
            let name = member.name(&self.arena);
            let below = scope.below(&name);
            part.clear();
            part.push_str(&name);
            above.push(part);
            match &member.value {
                Node::Object(inner) if !inner.members.is_empty() && below.holds_settings() => {
                    self.show(inner, below, above, look);
                }
                node @ (Node::Leaf(_) | Node::Object(_)) => {
                    if let Some(setting) = SettingPath::from_parts(std::mem::take(above)) {
                        let leaf = Leaf { setting, value: self.view(node) };
                        look(&leaf);
                        *above = leaf.setting.into_parts();
                    }
                }
            }
            part = above.pop().unwrap_or_default();
        }
    }

    /// The sections without anything in them, `null` among them.
    pub(super) fn empty_sections(&self) -> Vec<SettingPath> {
        let is_empty = |member: &&Member| match &member.value {
            Node::Object(object) => object.members.is_empty(),
            node @ Node::Leaf(_) => self.view(node).is_empty(),
        };
        let empty = self.root.members.iter().filter(is_empty);
        empty.filter_map(|member| SettingPath::from_parts([member.name(&self.arena)])).collect()
    }

    fn view<'a>(&'a self, node: &Node) -> View<'a> {
        View::new(match node {
            Node::Leaf(span) => Cow::Borrowed(span.of(&self.arena)),
            Node::Object(object) => {
                let mut raw = String::new();
                object.write(&self.arena, &mut raw);
                Cow::Owned(raw)
            }
        })
    }

    /// The members on the way to a setting, as far as they exist.
    fn steps_towards(&self, setting: &SettingPath) -> Vec<usize> {
        let mut steps = Vec::new();
        let mut object = &self.root;
        let mut scope = Scope::Top;
        for part in setting.parts() {
            let Some(step) = object.find(part, &self.arena, scope) else {
                break;
            };
            steps.push(step);
            match object.members.get(step).and_then(|member| member.value.as_object()) {
                Some(inner) => object = inner,
                None => break,
            }
            scope = scope.below(part);
        }
        steps
    }

    fn check_sections(&self) -> Result<(), Fault> {
        for member in &self.root.members {
            let Node::Leaf(span) = member.value else {
                continue;
            };
            let name = member.name(&self.arena);
            let known = |section: &&str| Scope::Top.same_name(section, &name);
            if span.of(&self.arena) != "null" && SECTIONS.iter().any(known) {
                let what = format!("the section {} is no object", text::quote_visibly(&name));
                return Err(Fault::new(Rule::Type, span.start(), what));
            }
        }
        Ok(())
    }
}

fn too_large() -> Fault {
    Fault::new(Rule::Size, 0, "larger than 16 MiB")
}

fn decode_bytes(bytes: &[u8]) -> Result<&str, Fault> {
    let fault = |rule, what: &str| Err(Fault::new(rule, 0, what));
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    match bytes {
        [] => return fault(Rule::Empty, "the file is empty"),
        [0xef, 0xbb, 0xbf, ..] => return fault(Rule::Bom, "starts with a byte order mark"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'{', ..] | [b'{', 0, ..] => {
            return fault(Rule::Encoding, "not UTF-8, but UTF-16 or the like");
        }
        _ => {}
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Fault::new(Rule::Utf8, at, format!("no valid UTF-8 at byte {at}"))
    })
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.to_text().len())
    }
}
