//! The house rules that the compiler does not know: floors, doors, openings, lengths, names.
//! Each has a test of its own here, and beside its rule a test that breaks it on purpose.

mod doors;
mod floors;
pub(crate) mod lexer;
mod mentions;
pub(crate) mod source;
mod tidiness;

use self::source::{Source, Violation, assert_none, sources};

/// All Rust files of the project.
fn everything() -> Vec<Source> {
    let directories = ["benches", "examples", "fixtures", "fuzz/fuzz_targets", "src", "tests"];
    directories.into_iter().flat_map(sources).collect()
}

fn all<I: IntoIterator<Item = Violation>>(
    sources: &[Source],
    check: impl Fn(&Source) -> I,
) -> Vec<Violation> {
    sources.iter().flat_map(check).collect()
}

#[test]
fn no_room_uses_a_higher_floor_or_a_neighbour() {
    assert_none(&all(&sources("src"), floors::check));
}

#[test]
fn crates_and_effects_are_used_in_their_rooms_only() {
    assert_none(&all(&sources("src"), doors::check));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    assert_none(&all(&everything(), tidiness::opening));
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    assert_none(&all(&everything(), tidiness::length));
}

#[test]
fn no_name_says_nothing() {
    assert_none(&all(&everything(), tidiness::names));
}

#[test]
fn nothing_is_unfinished_or_skipped() {
    assert_none(&all(&everything(), tidiness::unfinished));
}
