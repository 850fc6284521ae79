//! placeholder
/// placeholder
#[derive(Debug, Default)]
pub struct Cancel;
impl Cancel {
    /// placeholder
    pub fn is_requested(&self) -> bool {
        false
    }
}
