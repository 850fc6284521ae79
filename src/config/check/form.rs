//! Forms of texts that the server demands, read as its own language reads them.
//! Where that is too much to follow, a text is taken to be right.

/// Does Go's `url.ParseRequestURI` take this text? It wants a scheme, or an absolute path.
pub(super) fn is_request_uri(text: &str) -> bool {
    let printable = !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
    printable && (text.starts_with('/') || text == "*" || scheme(text).is_some())
}

/// Is this an address of the web, with a host?
pub(super) fn is_web_address(text: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|start| text.strip_prefix(start));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    has_host && is_request_uri(text)
}

/// What stands before the colon, if that can be a scheme.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let starts = scheme.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    (starts && scheme.chars().all(plain)).then_some(scheme)
}

/// Is this `HOST:PORT`, where the host may be left out and an IPv6 address stands in brackets?
pub(super) fn is_listen_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']'),
        None => Some(host).filter(|host| !host.contains([':', '[', ']'])),
    };
    let port = port.strip_prefix('+').unwrap_or(port);
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    host.is_some_and(|host| !host.contains(char::is_whitespace))
        && is_number
        && port.parse::<u64>().is_ok_and(|port| port <= 65_535)
}

/// Is this a time of day, `H:MM` or `HH:MM`?
pub(super) fn is_clock(text: &str) -> bool {
    let number = |part: &str, lengths: std::ops::RangeInclusive<usize>, limit: u32| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits && lengths.contains(&part.len()) && part.parse::<u32>().is_ok_and(|n| n < limit)
    };
    text.split_once(':')
        .is_some_and(|(hour, minute)| number(hour, 1..=2, 24) && number(minute, 2..=2, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_as_the_server_judges_them() {
        for (text, is_uri, is_web) in [
            ("https://chat.example.com", true, true),
            ("http://chat.example.com:8065/sub", true, true),
            ("chat.example.com", false, false),
            ("chat.example.com:8065", true, false),
            ("/chat", true, false),
            ("chat/x", false, false),
            ("1http://x", false, false),
            ("my chat:1", false, false),
            ("ws://h", true, false),
            ("https://", true, false),
            ("https:///x", true, false),
            ("https://a\u{7}b", false, false),
        ] {
            assert_eq!((is_request_uri(text), is_web_address(text)), (is_uri, is_web), "{text}");
        }
    }

    #[test]
    fn listening_wants_a_port() {
        for (text, right) in [
            (":8065", true),
            ("127.0.0.1:8065", true),
            ("chat.example.com:80", true),
            ("[::1]:8065", true),
            ("::1:8065", false),
            ("8065", false),
            ("", false),
            (":http", false),
            (":65536", false),
            (":-1", false),
            ("localhost", false),
            ("a b:1", false),
        ] {
            assert_eq!(is_listen_address(text), right, "{text}");
        }
    }

    #[test]
    fn a_time_has_hours_and_minutes() {
        for (text, right) in
            [("02:00", true), ("2:00", true), ("23:59", true), ("24:00", false), ("2", false)]
        {
            assert_eq!(is_clock(text), right, "{text}");
        }
        assert!(["", "x", "02:0", "02:000", "02:60", " 02:00"].iter().all(|text| !is_clock(text)));
    }
}
