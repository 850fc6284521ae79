use super::super::samples;

/// All tags of a page, in their order and without their attributes.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split([' ', '>']).next().unwrap_or_default()).collect()
}

/// Both pages, with this text in every field that has one.
fn of(text: &str) -> [String; 2] {
    let report = samples::of(text);
    [super::plan(report.path.as_ref().unwrap()), super::report(&report)]
}

#[test]
fn no_field_brings_an_element_or_an_attribute() {
    let attributes = |page: &str| page.matches("=\"").count();
    let tame = of("x");
    for text in samples::HOSTILE {
        for (page, tame) in of(text).iter().zip(&tame) {
            let wbr = |tags: Vec<&str>| {
                tags.into_iter().filter(|tag| *tag != "wbr").collect::<Vec<_>>().join(" ")
            };
            assert_eq!(wbr(tags(page)), wbr(tags(tame)), "{text:?}");
            assert_eq!(attributes(page), attributes(tame), "{text:?}");
        }
    }
}

#[test]
fn nothing_invisible_turns_the_direction_of_writing() {
    for text in samples::HOSTILE {
        for page in of(text) {
            assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{200f}', '\u{1b}']), "{text:?}");
        }
    }
}

#[test]
fn a_long_text_is_there_to_its_end() {
    let text = format!("{}end", "long ".repeat(20_000));
    for page in of(&text) {
        assert!(page.contains("long end"));
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for page in of("x").into_iter().chain([super::report(&samples::failed())]) {
        for word in [
            "<script", "<link", "<img", "<iframe", " src=", "url(", "@import", "http://",
            "https://",
        ] {
            let page = page.replace("https://www.w3.org", "");
            assert!(!page.contains(word), "{word}");
        }
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    }
}

#[test]
fn no_two_elements_have_one_name() {
    let page = super::report(&samples::of("x"));
    let mut names: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 10, "{count}");
    for wanted in page.split("-labelledby=\"").skip(1) {
        let wanted = wanted.split('"').next().unwrap();
        assert!(names.contains(&wanted), "{wanted}");
    }
}

#[test]
fn every_hop_has_its_section_and_every_change_its_row() {
    let page = super::plan(&samples::path());
    assert_eq!(page.matches("<section class=\"hop\"").count(), 2);
    for name in ["A.<wbr>A", "A.<wbr>E", "B.<wbr>A"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(page.contains("calls stop working") || page.contains("Calls stop working"));
    assert!(page.contains("Buy a licence"));
    assert!(page.contains("10.5.0, 10.5.1"));
}

#[test]
fn a_report_without_a_chain_is_a_page_too() {
    let mut report = samples::failed();
    report.walk = None;
    let page = super::report(&report);
    assert!(page.contains("<h1>mmembed upgrade</h1>"));
    assert!(page.contains("the server did not become ready"));
    assert!(!page.contains("<figure"));
}
