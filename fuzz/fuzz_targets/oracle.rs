//! What another reader of JSON makes of the bytes: `serde_json`, with the names of objects as they stand.
//! Of Go's rules it knows only which names meet in one field.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Value};

/// JSON in which a name may occur twice.
pub enum Tree {
    /// Neither list nor object.
    Scalar,
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// What holds maps, whose names the server tells apart by case.
const MAPS: [&str; 3] = ["Plugins", "PluginStates", "AdvancedLoggingJSON"];

impl Tree {
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        whole(bytes)
    }

    /// Does a name occur twice in one object?
    pub fn has_duplicates(&self) -> bool {
        self.has_twins(false, &|a, b, _| a == b)
    }

    /// Are there two names in one object that Go, too, reads as one? Only the letters of ASCII are looked at.
    pub fn has_twins_in_go(&self) -> bool {
        self.has_twins(false, &|a, b, in_map| a == b || (!in_map && a.eq_ignore_ascii_case(b)))
    }

    /// Are there two names in one object that anybody could take for one?
    pub fn has_twins_by_any_rule(&self) -> bool {
        let fold = |name: &str| name.to_uppercase().to_lowercase();
        self.has_twins(false, &|a, b, _| fold(a) == fold(b))
    }

    fn has_twins(&self, in_map: bool, same: &impl Fn(&str, &str, bool) -> bool) -> bool {
        match self {
            Self::Scalar => false,
            Self::List(items) => items.iter().any(|item| item.has_twins(in_map, same)),
            Self::Object(members) => members.iter().enumerate().any(|(index, (name, value))| {
                let in_map_below = in_map || MAPS.iter().any(|map| map.eq_ignore_ascii_case(name));
                members.iter().skip(index + 1).any(|(other, _)| same(name, other, in_map))
                    || value.has_twins(in_map_below, same)
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grower)
    }
}

struct Grower;

impl<'de> Visitor<'de> for Grower {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Tree, E> {
        Ok(Tree::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    /// Numbers come this way too, as objects with one member.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Tree::Object(object))
    }
}

/// The value; of two members of one name the last.
pub fn value(bytes: &[u8]) -> Result<Value, Error> {
    whole(bytes)
}

/// Is this JSON, whatever stands for half a character in its strings?
pub fn is_json(bytes: &[u8]) -> bool {
    whole::<IgnoredAny>(bytes).is_ok()
}

/// As deep as it may be: `serde_json` would stop at 128 levels.
fn whole<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    reader.disable_recursion_limit();
    let read = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(read)
}
