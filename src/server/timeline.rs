//! A fact that changed from one server version to another, as rows.
//! No fact stands here, only the way of looking one up.

use crate::model::Version;

/// A value and the `major.minor` from which on it holds.
pub(super) struct Since<T> {
    pub(super) major: u64,
    pub(super) minor: u64,
    pub(super) value: T,
}

/// One row of a timeline.
pub(super) const fn since<T>(major: u64, minor: u64, value: T) -> Since<T> {
    Since { major, minor, value }
}

/// The value in the last row that `version` has reached. Rows are in ascending order.
/// `None` only for a version older than every row.
pub(super) fn at<'t, T>(rows: &'t [Since<T>], version: &Version) -> Option<&'t T> {
    rows.iter().rev().find(|row| version.is_at_least(row.major, row.minor)).map(|row| &row.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_row_reached_counts() {
        let rows = [since(3, 1, 'a'), since(4, 8, 'b')];
        let value = |major, minor| at(&rows, &Version::new(major, minor, 9)).copied();
        assert_eq!(value(3, 0), None);
        assert_eq!(value(3, 1), Some('a'));
        assert_eq!(value(4, 7), Some('a'));
        assert_eq!(value(4, 8), Some('b'));
        assert_eq!(value(11, 0), Some('b'));
    }
}
