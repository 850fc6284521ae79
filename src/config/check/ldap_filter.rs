//! Filters of a directory (LDAP), read as the server's library reads them: more leniently than the standard, and so they are
//! read here. What is too much to follow is taken to be right.

/// Nobody nests deeper.
const DEEPEST: usize = 200;

/// Would the library take this text for a filter?
pub(super) fn is_filter(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'(') {
        return false;
    }
    match inside(bytes, 1, 0) {
        Ok(end) => end == bytes.len(),
        Err(Fault::TooDeep) => true,
        Err(Fault::Wrong) => false,
    }
}

enum Fault {
    Wrong,
    TooDeep,
}

/// What stands behind an opening bracket; says where it ends, behind its closing one.
fn inside(text: &[u8], at: usize, depth: usize) -> Result<usize, Fault> {
    if depth > DEEPEST {
        return Err(Fault::TooDeep);
    }
    match text.get(at) {
        None => Err(Fault::Wrong),
        // The library does not look at what closes these.
        Some(b'(') => inside(text, at + 1, depth + 1).map(|end| end + 1),
        Some(b'!') => inside(text, at + 1, depth + 1),
        Some(b'&' | b'|') => {
            let mut end = at + 1;
            while text.get(end) == Some(&b'(') {
                end = inside(text, end + 1, depth + 1)?;
            }
            if end == text.len() { Err(Fault::Wrong) } else { Ok(end + 1) }
        }
        Some(_) => item(text, at),
    }
}

/// `attribute=value` and its like.
fn item(text: &[u8], at: usize) -> Result<usize, Fault> {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().position(|byte| *byte == b')').ok_or(Fault::Wrong)?;
    let item = rest.get(..length).unwrap_or_default();
    let is_operator = |(index, byte): (usize, &u8)| match byte {
        b'=' | b':' => true,
        b'<' | b'>' | b'~' => item.get(index + 1) == Some(&b'='),
        _ => false,
    };
    let operator = item.iter().enumerate().position(is_operator).ok_or(Fault::Wrong)?;
    let value = item.get(operator..).unwrap_or_default();
    let is_rule = value.first() == Some(&b':');
    let value = if is_rule { behind_rule(value) } else { value };
    if are_escapes_whole(value) { Ok(at + length + 1) } else { Err(Fault::Wrong) }
}

/// What stands behind the name of a matching rule, which may hold anything.
fn behind_rule(rule: &[u8]) -> &[u8] {
    let end = rule.windows(2).position(|pair| pair == b":=");
    end.and_then(|end| rule.get(end..)).unwrap_or_default()
}

/// Behind each backslash stand two hexadecimal digits.
fn are_escapes_whole(value: &[u8]) -> bool {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        match rest.get(at + 1..at + 3) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {
                rest = rest.get(at + 3..).unwrap_or_default();
            }
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_judged_as_the_library_judges_them() {
        for (text, right) in [
            ("(objectClass=person)", true),
            ("(&(objectClass=user)(!(disabled=TRUE)))", true),
            ("(|(a=1)(b>=2)(c~=3)(d=*)(e=x*y))", true),
            ("(memberOf:1.2.840.113556.1.4.1941:=cn=x,dc=y)", true),
            ("(cn=a\\2a)", true),
            ("(&)", true),
            ("(a=)", true),
            ("", false),
            ("objectClass=person", false),
            ("(objectClass=person", false),
            ("(objectClass=person))", false),
            ("(objectClass)", false),
            ("(&(a=1)", false),
            ("(!)", false),
            ("()", false),
            ("(a<1)", false),
            ("(cn=a\\zz)", false),
            ("(cn=a\\2)", false),
        ] {
            assert_eq!(is_filter(text), right, "{text}");
        }
        assert!(is_filter(&"(!".repeat(10_000)));
    }
}
