//! A word as every POSIX shell reads it: as it stands.

/// In single quotes, in which nothing but their end means anything.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Several, with blanks between them.
pub(super) fn all_quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_end_only_where_they_should() {
        assert_eq!(quoted("/a b"), "'/a b'");
        assert_eq!(all_quoted(&["it's", "$(x)"]), r"'it'\''s' '$(x)'");
    }
}
