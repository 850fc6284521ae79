//! How wide a terminal is.

use std::os::fd::AsFd;

use rustix::termios::{isatty, tcgetwinsize};

/// How many columns the terminal behind a stream has; `None` where there is no terminal, or one that does not say.
#[must_use]
pub fn columns_of(stream: impl AsFd) -> Option<usize> {
    let size = tcgetwinsize(&stream).ok().filter(|_| isatty(&stream))?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
