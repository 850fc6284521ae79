//! Who is believed to be who they say, and who is not even asked.

use std::fs;
use std::net::TcpListener;

use mmembed::host::{Network, Wanted};

use super::world::{PATH, World, bytes, words};
use crate::fakes::mirror::authority::Authority;
use crate::fakes::mirror::{Mirror, Saying};

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let world = World::with(Mirror::vouched_for(&Authority::new(), &["127.0.0.1"]));
    let wanted = world.publish(&bytes(10, 1));
    let part = " cannot prove that it is who it says: its certificate comes from nobody who is trusted here";
    world.expect_refusal(&wanted, part);
    assert!(world.mirror.questions().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let world = World::with(Mirror::vouched_for(Authority::of_tests(), &["other.example"]));
    let wanted = world.publish(&bytes(10, 2));
    let part = format!(
        "{} cannot prove that it is who it says: its certificate is for another name",
        world.mirror.address()
    );
    world.expect_refusal(&wanted, &part);
    assert!(world.mirror.questions().is_empty());
}

#[test]
fn an_insecure_host_still_has_to_prove_its_name_over_https() {
    let mut world = World::with(Mirror::vouched_for(&Authority::new(), &["127.0.0.1"]));
    world.settings.insecure_hosts = vec!["127.0.0.1".to_owned()];
    world.expect_refusal(&world.publish(&bytes(10, 3)), "comes from nobody who is trusted here");
}

#[test]
fn one_who_speaks_no_tls_is_told_apart() {
    let world = World::with(Mirror::plain());
    let content = bytes(10, 4);
    let wanted = world.publish(&content);
    let wanted = Wanted { url: wanted.url.replace("http://", "https://"), ..wanted };
    let part = format!("{} does not speak TLS", world.mirror.address());
    world.expect_refusal(&wanted, &part);
}

#[test]
fn http_is_asked_only_where_it_was_named() {
    let mut world = World::with(Mirror::plain());
    let content = bytes(1000, 5);
    let wanted = world.publish(&content);
    world.expect_refusal(&wanted, "is not asked: what comes over http may come from anybody");
    assert!(world.mirror.questions().is_empty());
    world.settings.insecure_hosts = vec!["other.example".to_owned(), world.mirror.address()];
    world.expect(&wanted, &content);
    // The named one may not send us to others, nor may others be asked.
    world.mirror.play("/x", [Saying::redirect("http://other.test/x").into()]);
    let error = world.network().small(&world.mirror.url("/x"), 10).unwrap_err();
    assert!(words(&error).contains("redirects to http://other.test/x, which is not https"));
}

#[test]
fn a_downgrade_is_followed_only_to_a_host_that_was_named() {
    let (mut world, plain) = (World::new(), Mirror::plain());
    let content = bytes(1000, 6);
    let wanted = world.publish(&content);
    plain.serve("/x", content.clone());
    let downgrade = || Saying::redirect(plain.url("/x"));
    world.mirror.play(PATH, [downgrade().into(), downgrade().into()]);
    world.expect_refusal(&wanted, "/x, which is not https");
    assert!(plain.questions().is_empty());
    world.settings.insecure_hosts = vec![plain.address()];
    world.expect(&wanted, &content);
}

#[test]
fn what_is_no_address_is_not_asked() {
    let world = World::new();
    for url in ["file:///etc/passwd", "ftp://a.example/x", "a.example/x", "https://"] {
        let wanted = Wanted { url: url.to_owned(), ..world.wanted(b"x") };
        let part = format!("{url:?} is not an address that starts with https://");
        world.expect_refusal(&wanted, &part);
    }
}

#[test]
fn nobody_there_is_told_apart() {
    let world = World::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("https://127.0.0.1:{port}/x");
    let said = format!("nobody listens at 127.0.0.1:{port}");
    world.expect_refusal(&Wanted { url, ..world.wanted(b"x") }, &said);
    let url = "https://nobody.invalid/x".to_owned();
    let said = "the name of nobody.invalid:443 is not known";
    world.expect_refusal(&Wanted { url, ..world.wanted(b"x") }, said);
}

#[test]
fn every_certificate_of_the_file_counts() {
    let world = World::new();
    let content = bytes(10, 7);
    let wanted = world.publish(&content);
    let path = world.settings.ca_file.clone().unwrap();
    let text = format!("# Ours\n{}\n{}", Authority::new().pem(), Authority::of_tests().pem());
    fs::write(&path, text).unwrap();
    world.expect(&wanted, &content);
}

#[test]
fn a_file_without_a_certificate_is_refused_by_name() {
    let world = World::new();
    let path = world.settings.ca_file.clone().unwrap();
    let network = || {
        let (clock, cancel) = (world.clock.clone(), world.cancel.clone());
        words(&Network::new(world.settings.clone(), clock, cancel).unwrap_err())
    };
    let pem = Authority::of_tests().pem();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let half = pem.lines().take(4).collect::<Vec<_>>().join("\n");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["", "nothing", key, &half, garbage, &format!("{pem}{garbage}")] {
        fs::write(&path, text).unwrap();
        let said = format!("{} has no certificate in it that can be used", path.display());
        assert_eq!(network(), said, "{text}");
    }
    fs::remove_file(&path).unwrap();
    assert!(network().starts_with(&format!("cannot open {}", path.display())));
}
