//! Pages in a real browser: what it makes of them, what it complains of, and that it draws them.

mod browser;
mod samples;

use mmembed::cli::render::page;
use tempfile::TempDir;

use self::browser::Browser;

/// A page by its address: what the browser made of it, and what it complained of.
struct Read {
    dom: String,
    complaints: Vec<String>,
}

fn read(browser: &Browser, page: &str) -> Read {
    let directory = TempDir::new().unwrap();
    let seen = browser.visit(directory.path(), page, &["--dump-dom"]);
    Read { dom: seen.output, complaints: seen.complaints }
}

#[test]
fn a_browser_reads_every_hop_and_complains_of_nothing() {
    let Some(browser) = Browser::or_say_so("a_browser_reads_every_hop") else { return };
    for (path, changes) in [(samples::short(), 8), (samples::long(), 60)] {
        let read = read(&browser, &page::plan(&path));
        assert_eq!(read.complaints, [""; 0]);
        assert_eq!(read.dom.matches("<section class=\"hop\"").count(), path.hops.len());
        assert_eq!(read.dom.matches("<li class=\"finding ").count(), path.all_findings().count());
        let rows = read.dom.split("<table class=\"changes\">").skip(1);
        let rows = rows.map(|table| table.split("</table>").next().unwrap());
        assert_eq!(
            rows.map(|table| table.matches("scope=\"row\"").count()).sum::<usize>(),
            changes
        );
        assert!(read.dom.trim_end().ends_with("</footer></body></html>"), "{}", read.dom);
    }
    for report in [samples::failed(), samples::walked()] {
        let read = read(&browser, &page::report(&report));
        assert_eq!(read.complaints, [""; 0]);
        let hops = report.walk.unwrap().hops.len();
        assert_eq!(read.dom.matches("<svg class=\"bar\"").count(), hops);
    }
}

#[test]
fn texts_that_want_to_be_more_stay_texts_in_a_browser() {
    let Some(browser) = Browser::or_say_so("texts_that_want_to_be_more") else { return };
    let mut path = samples::short();
    let hostile =
        "</title></style><script>document.title='run'</script><img src=x onerror=alert(1)>\u{202e}";
    path.hops[0].because = vec![hostile.to_owned()];
    path.hops[0].findings[0].text = hostile.to_owned();
    path.hops[0].findings[0].advice = hostile.to_owned();
    path.hops[0].settings.changes[0].setting = hostile.to_owned();
    path.hops[0].settings.changes[0].text = hostile.to_owned();
    path.hops[0].artifact.name = hostile.to_owned();
    let read = read(&browser, &page::plan(&path));
    assert_eq!(read.complaints, [""; 0]);
    for tag in ["<script", "<img"] {
        assert!(!read.dom.contains(tag), "{tag}");
    }
    assert_eq!(read.dom.matches("&lt;script&gt;document").count(), 6);
}

#[test]
fn a_page_that_wanted_something_from_elsewhere_would_be_noticed() {
    let Some(browser) = Browser::or_say_so("a_page_that_wanted_something") else { return };
    let page = page::plan(&samples::short());
    for element in ["<img src=\"http://elsewhere.invalid/x.png\">", "<script>let x = 1;</script>"] {
        let greedy = page.replace("</main>", &format!("{element}</main>"));
        let read = read(&browser, &greedy);
        assert!(
            read.complaints.iter().any(|it| it.contains("Content Security Policy")),
            "{element}"
        );
    }
}

#[test]
fn a_browser_draws_wide_and_narrow_pages() {
    let Some(browser) = Browser::or_say_so("a_browser_draws") else { return };
    let page = page::plan(&samples::long());
    for (width, height) in [(1280, 2000), (600, 2000)] {
        let directory = TempDir::new().unwrap();
        let picture = directory.path().join("page.png");
        let words = [
            format!("--screenshot={}", picture.display()),
            format!("--window-size={width},{height}"),
        ];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let seen = browser.visit(directory.path(), &page, &words);
        assert_eq!(seen.complaints, [""; 0]);
        let bytes = std::fs::read(&picture).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert_eq!(u32::from_be_bytes(bytes[16..20].try_into().unwrap()), width);
        // Nothing but paper would be a few hundred bytes.
        assert!(bytes.len() > 20_000, "{}", bytes.len());
    }
}
