//! placeholder until the real one is merged
use super::{
    error::{PathContext, PathError},
    meter::Meter,
};
use std::os::fd::BorrowedFd;
pub(crate) fn remove_tree(
    parent: BorrowedFd<'_>,
    name: &str,
    meter: &Meter,
) -> Result<(), PathError> {
    use cap_std_ext::cap_std::fs::Dir;
    let dir = Dir::reopen_dir(&parent).on("open", name.as_ref())?;
    meter.admit().on("remove", name.as_ref())?;
    dir.remove_dir_all(name).on("remove", name.as_ref())
}
