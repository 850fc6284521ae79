//! Floor 1: from wish and world to plan. It observes nothing and changes nothing.

mod explain;

pub use explain::explain;
