//! What a session looks like: on a terminal of 80 columns, and in a pipe.
//! A terminal is a real one; what the program writes to it is read as a terminal reads it.

mod pty;
mod screen;
mod sessions;
