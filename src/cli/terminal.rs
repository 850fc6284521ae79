//! Text for people on the two streams: in colours and folded on a terminal, plain and as it is in a pipe.

use std::io::{self, Write};

use super::render::fold::fold;
use crate::host::columns_of;

/// Writes a result to standard output.
pub(crate) fn show(text: &str) -> io::Result<()> {
    let text = fold(text, columns_of(io::stdout()));
    anstream::stdout().lock().write_all(text.as_bytes())
}

/// Writes commentary to standard error.
pub(crate) fn tell(text: &str) -> io::Result<()> {
    let text = fold(text, columns_of(io::stderr()));
    anstream::stderr().lock().write_all(text.as_bytes())
}
