//! What is no release is not taken for one, and each kind is told apart.

use mmembed::host::{Fetching, Wanted};
use mmembed::model::Sha256Digest;

use super::world::{CAP, PATH, World, bytes, words};
use crate::fakes::mirror::{Framing, Mirror, Saying, Trick};

/// Plays one trick, always again, and expects these words.
fn expect(trick: impl Into<Trick>, part: &str) {
    let trick = trick.into();
    let world = World::new();
    let wanted = world.publish(&bytes(1000, 1));
    world.mirror.play(PATH, std::iter::repeat_n(trick, 10));
    world.expect_refusal(&wanted, part);
    assert_eq!(world.left_over(), Vec::<String>::new(), "{part}");
}

#[test]
fn a_web_page_is_not_a_release() {
    let page = Saying::body("<!DOCTYPE html>\n<html>Please log in</html>");
    let part = "/team.tar.gz is a web page, not a release";
    expect(page.clone().with("Content-Type", "text/html; charset=utf-8"), part);
    expect(page.clone().with("Content-Type", "application/gzip"), part);
    expect(Saying::body(" \r\n<html>"), part);
    expect(Saying::body("\u{feff}<html>"), part);
    expect(page.framed(Framing::Chunked), part);
    expect(Saying::body("login").with("Content-Type", "TEXT/HTML"), part);
}

#[test]
fn a_page_does_not_cost_what_is_there_already() {
    let mut world = World::new();
    world.settings.breaks = 1;
    let content = bytes(1000, 2);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [Trick::CutAfter(700), Saying::body("<html>").into()]);
    let part = "its first 700 bytes are kept, and the next time goes on from there: https://";
    let error = world.expect_refusal(&wanted, part);
    assert!(words(&error).ends_with("is a web page, not a release"), "{error}");
    world.expect(&wanted, &content);
    assert_eq!(world.ranges().last().unwrap().as_deref(), Some("bytes=700-"));
}

#[test]
fn another_form_than_the_files_own_is_refused() {
    let encoded = |form: &str| Trick::With("Content-Encoding", form.to_owned());
    expect(encoded("gzip"), "in another form than the file has (content encoding \"gzip\")");
    expect(encoded("br"), "(content encoding \"br\")");
    expect(encoded("gzip, identity"), "(content encoding \"gzip, identity\")");
    let world = World::new();
    let content = bytes(1000, 3);
    let wanted = world.publish(&content);
    world.mirror.play(PATH, [encoded("Identity")]);
    world.expect(&wanted, &content);
}

#[test]
fn another_file_is_refused_by_its_digest() {
    let content = bytes(1000, 4);
    let (right, wrong) = (Sha256Digest::of(&bytes(1000, 1)), Sha256Digest::of(&content));
    let part = format!(
        "/team.tar.gz is not the file that was published: its SHA-256 is {wrong}, not {right}"
    );
    expect(Saying::body(content.clone()), &part);
    expect(Saying::body(content.clone()).framed(Framing::Chunked), &part);
    // Longer and shorter than it should be, and honest about that.
    expect(Saying::body(bytes(999, 1)), "is not the file that was published");
    expect(Saying::body(bytes(1001, 1)), "is not the file that was published");

    let world = World::new();
    let other = Sha256Digest::of(b"another");
    let wanted = Wanted { sums: vec![other, right], ..world.publish(&content) };
    let both = format!("its SHA-256 is {wrong}, not {other} or {right}");
    world.expect_refusal(&wanted, &both);
    let wanted = Wanted { sums: vec![other, wrong], ..wanted };
    world.expect(&wanted, &content);
}

#[test]
fn a_wrong_length_is_found_out() {
    // Whoever says 1001 and gives 1000 breaks off; there is nothing more to ask for, and from the beginning it is the same.
    let mut world = World::new();
    world.settings.breaks = 100;
    let wanted = world.publish(&bytes(1000, 1));
    world.mirror.play(PATH, std::iter::repeat_n(Trick::Lengthened(1), 2));
    let (fetched, told) = world.fetch_and_tell(&wanted);
    fetched.unwrap();
    let why = told.iter().filter_map(|told| {
        let (Fetching::Paused { why, .. } | Fetching::Restarted { why }) = told else {
            return None;
        };
        Some(why.as_str())
    });
    let why: Vec<&str> = why.collect();
    assert!(why[0].starts_with("the connection broke off"), "{why:?}");
    assert_eq!(why[1], "it has nothing from byte 1000 on");

    // One byte less than there is: the rest does not come, and the digest is wrong.
    expect(Trick::Lengthened(-1), "is not the file that was published");
}

#[test]
fn nothing_at_all_is_no_file() {
    expect(Saying::body(""), "/team.tar.gz is empty");
    expect(Saying::body("").framed(Framing::Chunked), "/team.tar.gz is empty");
    let world = World::new();
    let wanted = Wanted { sums: Vec::new(), ..world.publish(b"") };
    world.expect_refusal(&wanted, "/team.tar.gz is empty");
}

#[test]
fn what_is_no_http_is_told_apart() {
    expect(Trick::Raw(b"220 ftp.example ready\r\n".to_vec()), "the connection broke off while");
    expect(Trick::Raw(Vec::new()), "the connection broke off while");
    expect(Trick::Raw(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec()), "the connection broke off");
}

#[test]
fn statuses_are_told_in_words() {
    for (status, part) in [
        ("404 Not Found", "/team.tar.gz was answered with status 404 (not there)"),
        ("403 Forbidden", "was answered with status 403 (not allowed)"),
        ("410 Gone", "was answered with status 410 (not there)"),
        ("204 No Content", "was answered with status 204"),
        ("206 Partial Content", "was answered with status 206"),
        ("304 Not Modified", "was answered with status 304"),
        ("418 Teapot", "was answered with status 418"),
        ("500 Oops", "was answered with status 500 (trouble of the server's own)"),
    ] {
        expect(Saying { body: Vec::new(), ..Saying::status(status) }, part);
    }
}

#[test]
fn redirections_lead_to_https_or_nowhere() {
    expect(
        Saying::redirect("file:///etc/passwd"),
        "/team.tar.gz redirects to file:///etc/passwd, which is not https",
    );
    expect(
        Saying::redirect("http://downgrade.example/x?canary"),
        "redirects to http://downgrade.example/x?…, which is not https",
    );
    expect(Saying::redirect("ftp://a.example/x"), "redirects to ftp://a.example/x, which is not");
    expect(Saying::redirect("data:,x"), "redirects to data:…, which is not https");
    expect(Saying::status("302 Found"), "/team.tar.gz redirects to nowhere");
    expect(Saying::redirect("https://"), "/team.tar.gz redirects to nowhere");
}

#[test]
fn a_redirection_in_a_circle_comes_to_an_end() {
    let world = World::new();
    let wanted = world.publish(&bytes(10, 1));
    let circle = Saying::redirect(PATH);
    world.mirror.play(PATH, std::iter::repeat_n(circle.into(), 100));
    world.expect_refusal(&wanted, "redirects again and again: 10 times");
    assert_eq!(world.mirror.questions().len(), 11);
}

#[test]
fn another_host_may_have_the_file_and_its_rest() {
    let (world, other) = (World::new(), Mirror::start());
    let content = bytes(1000, 5);
    let wanted = world.publish(&content);
    other.serve("/elsewhere?token=1", content.clone());
    other.play("/elsewhere?token=1", [Trick::CutAfter(700)]);
    let there = Saying::redirect(other.url_at("localhost", "/elsewhere?token=1"));
    world.mirror.play(PATH, [there.clone().into(), there.into()]);
    world.expect(&wanted, &content);
    let ranges: Vec<_> =
        other.questions().iter().map(|it| it.header("range").map(str::to_owned)).collect();
    assert_eq!(ranges, [None, Some("bytes=700-".to_owned())]);
}

#[test]
fn a_password_is_given_to_its_host_only_and_never_shown() {
    let (world, other) = (World::new(), Mirror::start());
    let content = bytes(100, 6);
    let wanted = world.publish(&content);
    let url = wanted.url.replace("https://", "https://user:canary@");
    let wanted = Wanted { url, ..wanted };
    other.serve("/x", content.clone());
    world.mirror.play(PATH, [Saying::status("404 Not Found").into()]);
    let error = world.fetch(&wanted).unwrap_err();
    assert!(!words(&error).contains("canary") && !format!("{error:?}").contains("canary"));
    world.mirror.play(PATH, [Saying::redirect(other.url("/x")).into()]);
    world.expect(&wanted, &content);
    assert!(world.mirror.questions()[0].header("authorization").unwrap().starts_with("Basic "));
    assert_eq!(other.questions()[0].header("authorization"), None);
}

#[test]
fn small_files_are_judged_alike() {
    let world = World::new();
    let network = world.network();
    let url = world.mirror.url("/sums");
    world.mirror.serve("/sums", b"signature".to_vec());
    world.mirror.play("/sums", [Trick::CutAfter(3)]);
    assert_eq!(network.small(&url, 9).unwrap(), b"signature");
    let refused = |cap| words(&network.small(&url, cap).unwrap_err());
    assert!(refused(8).ends_with("/sums is larger than it may be: more than 8 bytes"));
    for (saying, part) in [
        (Saying::body("<html>"), "is a web page, not a release"),
        (Saying::body(""), "is empty"),
        (Saying::status("404 Not Found"), "was answered with status 404"),
        (Saying::body(vec![b'x'; 1000]).framed(Framing::Endless), "is larger than it may be"),
        (Saying::redirect("http://a.example/"), "which is not https"),
    ] {
        world.mirror.play("/sums", [saying.into()]);
        let said = refused(CAP);
        assert!(said.contains(part), "{said}");
    }
}
