//! A planned chain, and what became of one, as Markdown: for a change request, an issue, a wiki.
//! What comes from elsewhere is text there, whatever it looks like.

mod escape;
mod plan;
mod report;

pub use plan::plan;
pub use report::report;
