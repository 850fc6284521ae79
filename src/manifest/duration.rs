//! A time that somebody is willing to wait, as it is typed.

use std::time::Duration;

/// Why a text is no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// It is in no known form.
    #[error("expected a time such as 90s, 30m or 2h")]
    Form,
    /// It lies in the past.
    #[error("a time cannot be negative")]
    Negative,
}

/// Reads a time such as `90s`, `30m` or `2h`.
///
/// # Errors
/// [`DurationError`].
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let duration: jiff::SignedDuration = text.parse().map_err(|_| DurationError::Form)?;
    Duration::try_from(duration).map_err(|_| DurationError::Negative)
}
