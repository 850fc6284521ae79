//! Who listens to the engine while it works.
//! No words for humans are made here.

use crate::model::Event;

/// Hears what happens. It must not fail: nobody's deafness stops a transaction.
pub trait Reporter {
    /// Something happened.
    fn hear(&mut self, event: &Event);
}

/// Hears nothing.
#[derive(Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn hear(&mut self, _event: &Event) {}
}
