//! The end of the process: its code, and what it says on the way out.
//! Nothing ends here; `main` does that.

/// Why and how the server ends.
#[derive(Debug)]
pub(crate) struct Exit {
    /// The exit code.
    pub(crate) code: u8,
    /// What goes to standard error, if anything.
    pub(crate) stderr: String,
    /// What goes to standard output, if anything.
    pub(crate) stdout: String,
}

impl Exit {
    /// Ends without a word.
    pub(crate) fn silent(code: u8) -> Self {
        Self { code, stderr: String::new(), stdout: String::new() }
    }

    /// Ends with a line on standard error.
    pub(crate) fn error(code: u8, line: impl Into<String>) -> Self {
        Self { stderr: format!("{}\n", line.into()), ..Self::silent(code) }
    }

    /// Ends with a line on standard output.
    pub(crate) fn said(code: u8, line: impl Into<String>) -> Self {
        Self { stdout: format!("{}\n", line.into()), ..Self::silent(code) }
    }

    /// A Go panic.
    pub(crate) fn panic(what: impl AsRef<str>) -> Self {
        Self::error(2, format!("panic: {}\n\ngoroutine 1 [running]:\nmain.main()", what.as_ref()))
    }
}

/// What the system said, as Go says it: `no such file or directory`.
pub(crate) fn in_go(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.to_lowercase()
}
