//! The `mmembed` program.
fn main() {}
