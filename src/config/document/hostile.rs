//! Hostile documents, and what must become of each: the cases J01 to J68.
//! The wording of a refusal is not looked at here, but for the values that must not be in it.

use super::*;

const CANARY: &str = "canary-4711";

fn path(text: &str) -> SettingPath {
    SettingPath::known(text)
}

fn value(json: &str) -> Vec<u8> {
    format!("{{\"ServiceSettings\": {{\"SiteURL\": \"{CANARY}\", \"x\": {json}}}}}").into_bytes()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big { unit.to_be_bytes() } else { unit.to_le_bytes() }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn nested(levels: usize) -> Vec<u8> {
    // The document and the section are two levels themselves.
    let inner = levels - 2;
    value(&format!("{}{}", "[".repeat(inner), "]".repeat(inner)))
}

fn raw_string(bytes: &[u8]) -> Vec<u8> {
    [b"{\"A\": {\"b\": \"canary-4711".as_slice(), bytes, b"\"}}"].concat()
}

fn accepted() -> Vec<(&'static str, Vec<u8>)> {
    let many: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\": {n}")).collect();
    vec![
        ("J01", b"{\n    \"ServiceSettings\": {\n        \"SiteURL\": \"x\"\n    }\n}\n".to_vec()),
        ("J11", b"{}".to_vec()),
        ("J22", value("9007199254740993")),
        ("J23", value("9223372036854775807")),
        ("J24", value("18446744073709551615")),
        ("J25", value("18446744073709551616")),
        ("J26", value("1234567890123456789012345678901234567890")),
        ("J27", value("-0")),
        ("J28", value("1.0")),
        ("J29", value("1e400")),
        ("J30", value("1e-400")),
        ("J31", value("0.1000000000000000055511151231257827")),
        ("J39", value("\"\\ud800\"")),
        ("J40", value("\"\\ude00\\ud83d\"")),
        ("J41", value("\"\\ud83d\\ude00\"")),
        ("J42", value("\"a\\u0000b\"")),
        ("J46", value("\"\\u003c\\u0026\\u2028\\/\"")),
        ("J47", b"{\r\n  \"A\": {\r\n    \"b\": 1\r\n  }\r\n}\r\n".to_vec()),
        ("J48", b"{\r  \"A\": {\r    \"b\": 1\r  }\r}\r".to_vec()),
        ("J49", nested(100)),
        ("J50", nested(128)),
        ("J50 at the limit", nested(512)),
        ("J53", b"{\"SqlSettings\": null}".to_vec()),
        ("J56", b"{\"EmailSettings\": {\"SMTPPort\": 25}}".to_vec()),
        ("J57", b"{\"ServiceSettings\": {\"EnableDeveloper\": \"true\"}}".to_vec()),
        ("J58", b"{\"Z\": {\"b\": 1, \"a\": 2}, \"A\": {}}".to_vec()),
        ("J59", b"{\"\": 1, \"A\": {\"\": 2}}".to_vec()),
        ("J60", b"{\"__proto__\": {\"x\": 1}}".to_vec()),
        ("J61", "{\"A\": {\"\u{e9}\": 1, \"e\u{301}\": 2}}".as_bytes().to_vec()),
        ("J62", value(&format!("\"{}\"", "x".repeat(1 << 20)))),
        ("J63", format!("{{\"A\": {{{}}}}}", many.join(", ")).into_bytes()),
        ("J66", b"{\"A\": {\"b\": 1}}".to_vec()),
        ("J67", b"{\n\t\"A\": {\n\t\t\"b\": 1\n\t}\n}\n".to_vec()),
        ("maps are exact", b"{\"PluginSettings\": {\"Plugins\": {\"a\": {}, \"A\": {}}}}".to_vec()),
        ("K25 one line", format!("{{\"A\":{{{}}}}}", many.join(",")).into_bytes()),
        (
            "K25 long lines",
            format!(
                "{{\n\"A\": {{\"b\":{}1,\n\"c\": \"{}\"}}}}",
                " ".repeat(1 << 20),
                "y".repeat(1 << 20)
            )
            .into_bytes(),
        ),
        ("K21", b"{\"Unheard\": [1, {\"a\": 2}], \"Gone\": \"x\", \"TeamSettings\": {}}".to_vec()),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn refused() -> Vec<(&'static str, Vec<u8>, Rule, &'static str)> {
    let two = "{\"A\": {\"DataSource\": \"canary-4711\",\n \"DataSource\": \"b\"}}";
    vec![
        ("J02", [b"\xef\xbb\xbf".as_slice(), &value("1")].concat(), Rule::Bom, "1:1"),
        ("J03", utf16("\u{feff}{\"a\": 1}", false), Rule::Encoding, "1:1"),
        ("J04", utf16("{\"a\": 1}", true), Rule::Encoding, "1:1"),
        ("J04 little", utf16("{\"a\": 1}", false), Rule::Encoding, "1:1"),
        ("J05", vec![], Rule::Empty, "1:1"),
        ("J06", b" \r\n\t ".to_vec(), Rule::Empty, "2:3"),
        ("J07", b"null".to_vec(), Rule::Top, "1:1"),
        ("J08", b"[]".to_vec(), Rule::Top, "1:1"),
        ("J09", b"\"x\"".to_vec(), Rule::Top, "1:1"),
        ("J10", b"1".to_vec(), Rule::Top, "1:1"),
        ("J12", b"{} canary-4711".to_vec(), Rule::Trailing, "1:4"),
        ("J13", b"{}\n{}".to_vec(), Rule::Trailing, "2:1"),
        ("J14", b"{\"A\": {\"b\": 1,\n}}".to_vec(), Rule::Syntax, "2:1"),
        ("J14 list", b"{\"A\": {\"b\": [1,]}}".to_vec(), Rule::Syntax, "1:16"),
        ("J15", b"{ // canary-4711\n}".to_vec(), Rule::Syntax, "1:3"),
        ("J16", b"{'A': {}}".to_vec(), Rule::Syntax, "1:2"),
        ("J17", b"{\"A\": {\"b\": \"canary-4711".to_vec(), Rule::Truncated, "1:25"),
        ("J17 number", b"{\"A\": {\"b\": -".to_vec(), Rule::Truncated, "1:14"),
        ("J17 word", b"{\"A\": {\"b\": tr".to_vec(), Rule::Truncated, "1:15"),
        ("J17 comma", b"{\"A\": {\"b\": 1,\n".to_vec(), Rule::Truncated, "2:1"),
        ("J17 value", b"{\"A\": {\"b\": 1}\n".to_vec(), Rule::Truncated, "2:1"),
        ("J18", b"{\"SqlSettings\": {},\n\"SqlSettings\": {}}".to_vec(), Rule::Duplicate, "2:1"),
        ("J19", two.as_bytes().to_vec(), Rule::Duplicate, "2:2"),
        ("J20", b"{\"A\": {\"a\": 1, \"\\u0061\": 2}}".to_vec(), Rule::Duplicate, "1:16"),
        (
            "J20 map",
            b"{\"PluginSettings\": {\"Plugins\": {\"a\": 1, \"\\u0061\": 2}}}".to_vec(),
            Rule::Duplicate,
            "1:41",
        ),
        (
            "J21",
            b"{\"SqlSettings\": {}, \"sqlsettings\": {}}".to_vec(),
            Rule::DuplicateByCase,
            "1:21",
        ),
        (
            "J21 kelvin",
            "{\"A\": {\"k\": 1, \"\u{212a}\": 2}}".as_bytes().to_vec(),
            Rule::DuplicateByCase,
            "1:16",
        ),
        ("J32", value("NaN"), Rule::Syntax, "1:53"),
        ("J33", value("-Infinity"), Rule::Syntax, "1:54"),
        ("J34", value("012"), Rule::Syntax, "1:54"),
        ("J35", value("0x10"), Rule::Syntax, "1:54"),
        ("J36", raw_string(b"\xff"), Rule::Utf8, "1:25"),
        ("J37", raw_string(b"\xc0\xaf"), Rule::Utf8, "1:25"),
        ("J38", raw_string(b"\xed\xa0\x80"), Rule::Utf8, "1:25"),
        ("J43", raw_string(b"\0"), Rule::Syntax, "1:25"),
        ("J44", raw_string(b"\n"), Rule::Syntax, "1:25"),
        ("J45", raw_string(b"\t"), Rule::Syntax, "1:25"),
        ("J51", nested(10_000), Rule::Depth, "1:563"),
        ("J51 by one", nested(513), Rule::Depth, "1:563"),
        ("J52", b"[".repeat(1_000_000), Rule::Top, "1:1"),
        (
            "J52 below",
            [b"{\"A\":".as_slice(), &b"[".repeat(1_000_000)].concat(),
            Rule::Depth,
            "1:517",
        ),
        ("J52 objects", b"{\"a\":".repeat(1_000_000), Rule::Depth, "1:2561"),
        ("J54", b"{\"ServiceSettings\": [\"canary-4711\"]}".to_vec(), Rule::Type, "1:21"),
        ("J55", b"{\"sqlsettings\": \"canary-4711\"}".to_vec(), Rule::Type, "1:17"),
        ("J64", b" ".repeat(64 << 20), Rule::Size, "1:1"),
        ("J65", "{\u{a0}}".as_bytes().to_vec(), Rule::Syntax, "1:2"),
        ("J68", b"{\x0c}".to_vec(), Rule::Syntax, "1:2"),
        ("bad escape", value("\"\\x41\""), Rule::Syntax, "1:55"),
        ("short unicode", value("\"\\u12\""), Rule::Syntax, "1:58"),
        ("only a sign", value("-"), Rule::Syntax, "1:54"),
        ("no fraction", value("1."), Rule::Syntax, "1:55"),
        ("no exponent", value("1e"), Rule::Syntax, "1:55"),
    ]
}

#[test]
fn accepted_documents_come_out_byte_for_byte() {
    for (id, bytes) in accepted() {
        let document = Document::parse(&bytes).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert!(document.to_text().into_bytes() == bytes, "{id}");
    }
}

#[test]
fn an_edit_leaves_the_rest_of_an_accepted_document_alone() {
    for (id, bytes) in accepted() {
        let mut document = Document::parse(&bytes).unwrap();
        let written = document.set_raw(&path("NewSettings.Key"), "\"new\"").unwrap();
        assert_eq!(written, Written::SectionCreated, "{id}");
        let text = document.to_text();
        let added = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(added.get(&path("NewSettings.Key")).unwrap().raw(), "\"new\"", "{id}");
        assert_eq!(added.leaves().len(), document.leaves().len(), "{id}");
        document.remove(&path("NewSettings")).unwrap();
        assert!(document.to_text().into_bytes() == bytes, "{id}");
    }
}

#[test]
fn refused_documents_name_rule_and_place_and_no_value() {
    for (id, bytes, rule, at) in refused() {
        let error = Document::parse(&bytes).expect_err(id);
        assert_eq!(error.rule, rule, "{id}: {error}");
        assert_eq!(error.at.to_string(), at, "{id}: {error}");
        let both = matches!(rule, Rule::Duplicate | Rule::DuplicateByCase);
        assert_eq!(error.other.is_some(), both, "{id}: {error}");
        assert!(!format!("{error} {error:?}").contains(CANARY), "{id}");
    }
}

#[test]
fn every_case_of_the_corpus_is_here() {
    let ids: Vec<&str> = accepted()
        .iter()
        .map(|case| case.0)
        .chain(refused().iter().map(|case| case.0))
        .map(|id| id.split(' ').next().unwrap_or_default())
        .collect();
    for number in 1..=68 {
        let id = format!("J{number:02}");
        assert!(ids.contains(&id.as_str()), "{id}");
    }
}

/// What is read, but warned of; and what is read as long as nobody writes it.
#[test]
fn some_accepted_documents_are_complained_about() {
    use crate::config::{Severity, Subject, check};
    let version = crate::model::Version::new(9, 5, 0);
    let (error, warning) = (Severity::Error, Severity::Warning);
    let url = b"{\"ServiceSettings\": {\"SiteURL\": \"https://a\\u0000\"}}".to_vec();
    let of = |id: &str| accepted().into_iter().find(|case| case.0 == id).unwrap().1;
    for (id, bytes, subject, rule) in [
        ("J11", of("J11"), Subject::Whole, (warning, "C-NOSQL")),
        ("J29", of("J29"), Subject::Whole, (warning, "C-NUMBER")),
        ("J39", of("J39"), Subject::Whole, (warning, "C-SURROGATE")),
        ("J40", of("J40"), Subject::Whole, (warning, "C-SURROGATE")),
        ("J42 where it is used", url, Subject::Whole, (error, "C-NUL")),
        ("J56", of("J56"), Subject::Part, (error, "C-TYPE")),
        ("J57", of("J57"), Subject::Part, (error, "C-TYPE")),
    ] {
        let document = Document::parse(&bytes).unwrap();
        let complaints = check(&document, &version, subject);
        let found = complaints.iter().find(|complaint| complaint.rule == rule.1);
        assert_eq!(found.map(|complaint| complaint.severity), Some(rule.0), "{id} {complaints:?}");
    }
    let in_passing = Document::parse(&of("J42")).unwrap();
    let complaints = check(&in_passing, &version, Subject::Whole);
    assert!(complaints.iter().all(|complaint| complaint.rule != "C-NUL"), "J42");
}

#[test]
fn a_million_brackets_are_given_up_at_once_and_a_hundred_thousand_keys_are_read() {
    let brackets = [b"{\"a\":".as_slice(), &b"[".repeat(1_000_000)].concat();
    for bytes in [b"{\"a\":".repeat(1_000_000), brackets] {
        let error = Document::parse(&bytes).unwrap_err();
        assert_eq!(error.rule, Rule::Depth);
        // Where it stopped tells how much it read.
        assert!(error.at.column < 5 * 600, "{error}");
    }
    let keys = accepted().into_iter().find(|case| case.0 == "J63").unwrap().1;
    assert!(Document::parse(&keys).unwrap().leaves().len() >= 100_000);
}

#[test]
fn inserted_lines_follow_the_habits_of_the_document() {
    for (before, after) in [
        (
            "{\r\n  \"A\": {\r\n    \"b\": 1\r\n  }\r\n}\r\n",
            "{\r\n  \"A\": {\r\n    \"b\": 1,\r\n    \"c\": 2\r\n  },\r\n  \"N\": {\r\n    \"k\": [\r\n      1,\r\n      {}\r\n    ]\r\n  }\r\n}\r\n",
        ),
        (
            "{\n\t\"A\" : {\n\t\t\"b\" : 1\n\t}\n}",
            "{\n\t\"A\" : {\n\t\t\"b\" : 1,\n\t\t\"c\" : 2\n\t},\n\t\"N\" : {\n\t\t\"k\" : [\n\t\t\t1,\n\t\t\t{}\n\t\t]\n\t}\n}",
        ),
        ("{\"A\":{\"b\":1}}", "{\"A\":{\"b\":1,\"c\":2},\"N\":{\"k\":[1,{}]}}"),
        ("{ \"A\": {} }", "{ \"A\": {\"c\": 2}, \"N\": {\"k\": [1,{}]} }"),
        (
            "{}\n",
            "{\n    \"A\": {\n        \"c\": 2\n    },\n    \"N\": {\n        \"k\": [\n            1,\n            {}\n        ]\n    }\n}\n",
        ),
    ] {
        let mut document = Document::parse(before.as_bytes()).unwrap();
        document.set_raw(&path("A.c"), "2").unwrap();
        document.set_raw(&path("N.k"), "[1, {}]").unwrap();
        assert_eq!(document.to_text(), after);
    }
}

#[test]
fn a_null_section_becomes_an_object_and_says_so() {
    let mut document = Document::parse(b"{\n  \"SqlSettings\": null\n}").unwrap();
    let written = document.set_raw(&path("SqlSettings.DriverName"), "\"postgres\"");
    assert_eq!(written, Ok(Written::NullReplaced));
    assert_eq!(
        document.to_text(),
        "{\n  \"SqlSettings\": {\n    \"DriverName\": \"postgres\"\n  }\n}"
    );
}

#[test]
fn names_are_found_and_kept_as_the_document_spells_them() {
    let mut document = Document::parse(b"{\"ServiceSettings\": {\"SiteUrl\": \"a\"}}").unwrap();
    let setting = path("servicesettings.SITEURL");
    assert_eq!(document.get(&setting).unwrap().as_text().unwrap(), "a");
    assert_eq!(document.spelling(&setting), Some(path("ServiceSettings.SiteUrl")));
    assert_eq!(document.set_raw(&setting, "\"b\""), Ok(Written::Replaced));
    assert_eq!(document.to_text(), "{\"ServiceSettings\": {\"SiteUrl\": \"b\"}}");
}

#[test]
fn an_equal_value_changes_nothing() {
    let text = "{\"A\": {\"n\": 1.10, \"s\": \"\\u0061\", \"l\": [ 1 , 2.0 ]}}";
    let mut document = Document::parse(text.as_bytes()).unwrap();
    for (setting, json) in [("A.n", "1.1"), ("A.s", "\"a\""), ("A.l", "[1,2]")] {
        assert_eq!(document.set_raw(&path(setting), json), Ok(Written::Same));
    }
    assert_eq!(document.to_text(), text);
}

#[test]
fn edits_that_would_break_the_document_are_refused() {
    let text = "{\"A\": {\"n\": 1}, \"B\": 2}";
    let mut document = Document::parse(text.as_bytes()).unwrap();
    for (setting, json, wanted) in [
        ("A.n.deeper", "1", "NoObject"),
        ("B.x", "1", "NoObject"),
        ("A", "1", "Section"),
        ("A.n", "canary-4711", "NoValue"),
        ("A.n", "{\"a\": 1, \"A\": 2}", "NoValue"),
        ("A.n", "", "NoValue"),
        ("A.n", "1 2", "NoValue"),
    ] {
        let error = document.set_raw(&path(setting), json).unwrap_err();
        assert!(format!("{error:?}").starts_with(wanted), "{setting}: {error:?}");
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }
    let deep = format!("{}{}", "[".repeat(511), "]".repeat(511));
    assert!(document.set_raw(&path("A.x"), &deep).is_err());
    assert_eq!(document.to_text(), text);
}

#[test]
fn debugging_shows_no_value() {
    let document = Document::parse(&value("1")).unwrap();
    assert!(!format!("{document:?} {:?}", document.leaves()).contains(CANARY));
}
