//! Upgrading a server in use out of a bundle.

use serde_json::json;

use super::desk::Desk;
use crate::support::service::Ctl;
use crate::support::world::World;

#[test]
fn a_server_in_use_goes_to_the_newest_in_the_bundle() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let world = World::new();
    world.install(&desk.archives[0], &[]).expect(0);
    let ctl = Ctl::of(&world);
    ctl.start(&world);
    assert!(world.post("before"));
    let mut words = world.words(&["upgrade", "--release", "latest", "--bundle"]);
    words.insert(4, desk.bundle().display().to_string());
    words.extend(["--platform", "linux-amd64"].map(Into::into));
    words.extend(desk.knowledge());
    words.extend(ctl.words());
    world.run(&words).expect(0).saying(&["it answers as 11.7.0"]);
    assert_eq!(world.serving().as_deref(), Some("11.7.0"));
    assert_eq!(world.messages(), ["before"]);
    assert_eq!(world.receipt()["release"]["version"], json!("11.7.0"));
    drop(ctl);
}
