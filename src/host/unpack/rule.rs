//! The rules by which an archive is refused, each with the name under which it is documented.
//! Nothing is judged here.

use std::fmt;

/// One rule that an archive must keep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its stable name, such as `T-PATH-DOTDOT`.
    pub id: &'static str,
    /// What is wrong with an archive that breaks it, as half a sentence.
    pub says: &'static str,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// A rule that was broken, and the particulars. Archive and entry are added by whoever knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub(super) rule: Rule,
    pub(super) particulars: Option<String>,
}

impl Rule {
    pub(super) fn with(self, particulars: impl Into<String>) -> Breach {
        Breach { rule: self, particulars: Some(particulars.into()) }
    }

    /// `Err` unless the condition holds.
    pub(super) fn demands(self, kept: bool) -> Result<(), Breach> {
        if kept { Ok(()) } else { Err(self.into()) }
    }
}

impl From<Rule> for Breach {
    fn from(rule: Rule) -> Self {
        Self { rule, particulars: None }
    }
}

macro_rules! rules {
    ($($name:ident $id:literal $says:literal;)+) => {
        impl Rule {
            $(pub(super) const $name: Self = Self { id: $id, says: $says };)+

            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

rules! {
    ARCHIVE_TYPE "T-ARCHIVE-TYPE" "not a regular file";
    ARCHIVE_EMPTY "T-ARCHIVE-EMPTY" "the file is empty";
    ARCHIVE_CHANGED "T-ARCHIVE-CHANGED" "the file changed while it was read";
    LIMIT_COMPRESSED "T-LIMIT-COMPRESSED" "the file is larger than allowed";
    LIMIT_TOTAL "T-LIMIT-TOTAL" "the archive unpacks to more bytes than allowed";
    LIMIT_ENTRY "T-LIMIT-ENTRY" "the file is larger than allowed";
    LIMIT_ENTRIES "T-LIMIT-ENTRIES" "more entries than allowed";
    LIMIT_NAMES "T-LIMIT-NAMES" "the names are longer, all together, than allowed";
    LIMIT_RATIO "T-LIMIT-RATIO" "compressed more than any release is";
    LIMIT_RECORD "T-LIMIT-RECORD" "extension record longer than allowed";
    GZIP_HEADER "T-GZIP-HEADER" "not a gzip file";
    GZIP_CUT "T-GZIP-CUT" "the gzip stream ends too early";
    GZIP_DAMAGED "T-GZIP-DAMAGED" "the gzip stream is damaged";
    GZIP_TRAILING "T-GZIP-TRAILING" "foreign bytes after the gzip stream";
    HEADER_CHECKSUM "T-HEADER-CHECKSUM" "the header's checksum is wrong";
    HEADER_MAGIC "T-HEADER-MAGIC" "the header is of no known tar format";
    FIELD_SIZE "T-FIELD-SIZE" "the size is not a number that could be one";
    FIELD_MODE "T-FIELD-MODE" "the mode is not an octal number";
    FIELD_MTIME "T-FIELD-MTIME" "the modification time is not a number";
    SIZE_AMBIGUOUS "T-SIZE-AMBIGUOUS" "two different sizes are given";
    SIZE_UNEXPECTED "T-SIZE-UNEXPECTED" "only a regular file can have content";
    TYPE_UNKNOWN "T-TYPE-UNKNOWN" "type of entry that no release holds";
    TYPE_HARDLINK "T-TYPE-HARDLINK" "hard link";
    TYPE_SPECIAL "T-TYPE-SPECIAL" "device or pipe";
    TYPE_SPARSE "T-TYPE-SPARSE" "sparse file";
    EXT_ORDER "T-EXT-ORDER" "extension record at a place where it has no clear meaning";
    EXT_MIXED "T-EXT-MIXED" "PAX and GNU extension records for one entry";
    EXT_REPEATED "T-EXT-REPEATED" "two extension records of one kind for one entry";
    EXT_DANGLING "T-EXT-DANGLING" "extension record with no entry after it";
    EXT_V7 "T-EXT-V7" "extension record in a format that has none";
    EXT_GLOBAL "T-EXT-GLOBAL" "a global record sets what only an entry may set";
    PAX_RECORD "T-PAX-RECORD" "malformed PAX record";
    PAX_REPEATED "T-PAX-REPEATED" "PAX key given twice";
    PAX_EMPTY "T-PAX-EMPTY" "PAX value is empty";
    FRAME_CUT "T-FRAME-CUT" "the archive ends in the middle of an entry";
    FRAME_END "T-FRAME-END" "the archive has no end marker";
    FRAME_ZERO "T-FRAME-ZERO" "zero block between entries";
    FRAME_TRAILING "T-FRAME-TRAILING" "content after the archive's end marker";
    FRAME_EMPTY "T-FRAME-EMPTY" "the archive has no entries";
    PATH_EMPTY "T-PATH-EMPTY" "the name is empty";
    PATH_ABSOLUTE "T-PATH-ABSOLUTE" "the path is absolute";
    PATH_DOTDOT "T-PATH-DOTDOT" "path leaves the release directory";
    PATH_NUL "T-PATH-NUL" "the name contains a NUL byte";
    PATH_UTF8 "T-PATH-UTF8" "the name is not UTF-8";
    PATH_CONTROL "T-PATH-CONTROL" "the name contains control characters";
    PATH_BACKSLASH "T-PATH-BACKSLASH" "the name contains a backslash";
    PATH_SLASH "T-PATH-SLASH" "the name of something other than a directory ends in a slash";
    PATH_LENGTH "T-PATH-LENGTH" "the path is longer than allowed";
    PATH_COMPONENT "T-PATH-COMPONENT" "a name in the path is longer than 255 bytes";
    PATH_DEPTH "T-PATH-DEPTH" "the path is deeper than allowed";
    PATH_TOP "T-PATH-TOP" "not below the release's top directory";
    PATH_RESERVED "T-PATH-RESERVED" "the name is reserved";
    NAME_DUPLICATE "T-NAME-DUPLICATE" "the path occurs twice";
    NAME_COLLISION "T-NAME-COLLISION" "some file systems cannot tell the path from another";
    NAME_PARENT "T-NAME-PARENT" "lies below something that is not a directory";
    LINK_PARENT "T-LINK-PARENT" "lies below a symbolic link";
    LINK_EMPTY "T-LINK-EMPTY" "the link has no target";
    LINK_ABSOLUTE "T-LINK-ABSOLUTE" "the link's target is absolute";
    LINK_TEXT "T-LINK-TEXT" "the link's target is not a plain UTF-8 path";
    LINK_LENGTH "T-LINK-LENGTH" "the link's target is longer than allowed";
    LINK_OUTSIDE "T-LINK-OUTSIDE" "the link leads out of the release directory";
    LINK_DANGLING "T-LINK-DANGLING" "the link leads to nothing";
    LINK_THROUGH "T-LINK-THROUGH" "the link leads through something that is not a directory";
    LINK_CYCLE "T-LINK-CYCLE" "the link leads back to itself or to a directory around it";
    RELEASE_SHAPE "T-RELEASE-SHAPE" "not a usable release";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_own_name_and_half_a_sentence() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.id.starts_with("T-"), "{rule:?}");
            assert!(!rule.says.ends_with('.') && !rule.says.is_empty(), "{rule:?}");
        }
    }
}
