//! Why a data source cannot be used.
//! No piece of the data source is ever quoted: any piece may be a piece of the password.

/// Why a data source is refused. Positions count characters from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// A control character in an URL, or a NUL anywhere.
    #[error("character {position} of the data source is a control character")]
    ControlCharacter {
        /// Where.
        position: usize,
    },
    /// In the key=value form, a name without a value.
    #[error(
        "the setting that ends before character {position} of the data source has no \"=\"; \
         expected an URL (postgres://...) or settings such as host=... dbname=..."
    )]
    NoEqualsSign {
        /// Where the equals sign should be.
        position: usize,
    },
    /// In the key=value form, nothing to escape.
    #[error("the data source ends in a backslash that escapes nothing")]
    NothingEscaped,
    /// In the key=value form, a quote that is not closed.
    #[error("the quote at character {position} of the data source is never closed")]
    OpenQuote {
        /// Where it opens.
        position: usize,
    },
    /// A `%` that is not followed by two hexadecimal digits.
    #[error(
        "the % at character {position} of the data source is not followed by two hexadecimal digits; \
         a % that means itself is written %25"
    )]
    BadPercent {
        /// Where.
        position: usize,
    },
    /// Percent-encoded bytes that are no text.
    #[error("the part of the data source from character {position} on does not decode to UTF-8")]
    NotUtf8 {
        /// Where the part begins.
        position: usize,
    },
    /// A character that the user name or password of an URL cannot hold as it is.
    #[error(
        "character {position} of the data source has to be percent-encoded in a user name or password"
    )]
    BadUserInfo {
        /// Where.
        position: usize,
    },
    /// A host name that is none.
    #[error(
        "the host in the data source is not valid at character {position}; \
         the directory of a socket is given as ?host=/directory"
    )]
    BadHost {
        /// Where.
        position: usize,
    },
    /// A port that is none.
    #[error(
        "the port in the data source is not a number from 1 to 65535; \
         in an URL, a / ? or # in the password also leads here unless it is percent-encoded"
    )]
    BadPort,
    /// More than one server.
    #[error("the data source names several hosts; the server would write to whichever answers")]
    SeveralHosts,
    /// The same setting, with different values.
    #[error("the data source gives its {setting} twice, with different values")]
    GivenTwice {
        /// Which.
        setting: &'static str,
    },
    /// An empty user name.
    #[error("the data source gives an empty user name")]
    EmptyUser,
    /// An sslmode that no driver knows.
    #[error(
        "the sslmode in the data source is none of disable, allow, prefer, require, verify-ca, verify-full"
    )]
    BadSslMode,
    /// A setting that changes where the connection goes in a way that cannot be followed.
    #[error("the data source sets {setting}, which mmembed cannot follow")]
    Unsupported {
        /// Which.
        setting: &'static str,
    },
    /// The name of a run-time setting that cannot be one.
    #[error("the data source has a setting whose name is not made of letters, digits, _ and .")]
    BadSettingName,
    /// In the MySQL form, no database part.
    #[error("the data source has no / before the database's name")]
    NoSlash,
    /// In the MySQL form, an address that is not closed.
    #[error("the address that opens at character {position} of the data source is not closed by )")]
    OpenAddress {
        /// Where it opens.
        position: usize,
    },
    /// In the MySQL form, text between the address and the database.
    #[error(
        "a / stands in the parameters of the data source or the address is not followed by one; \
         in a parameter it is written %2F"
    )]
    MisplacedSlash,
    /// In the MySQL form, a way of connecting that cannot be followed.
    #[error("the data source connects neither by tcp(...) nor by unix(...)")]
    UnknownNetwork,
}

impl DsnError {
    /// May the server's driver take the data source all the same, though it cannot be followed here?
    #[must_use]
    pub const fn may_be_taken(self) -> bool {
        matches!(
            self,
            Self::SeveralHosts
                | Self::GivenTwice { .. }
                | Self::Unsupported { .. }
                | Self::UnknownNetwork
        )
    }
}

/// Which character (from 1) the byte at `offset` belongs to.
pub(super) fn position(text: &str, offset: usize) -> usize {
    text.char_indices().take_while(|(start, _)| *start < offset).count() + 1
}
