//! Servers from 5.13 to 5.35 make new keys where the file does not name the site's address: an upgrade keeps the former ones.

use std::fs;

use serde_json::{Value, json};

use crate::support::service::Ctl;
use crate::support::world::{LIVE, SALT, World, release};

/// A stopped site of `version` whose file and host do not name the address of the site.
fn unnamed(version: &str) -> World {
    let world = World::new();
    let mut overlay = world.overlay();
    overlay["ServiceSettings"].as_object_mut().unwrap().remove("SiteURL");
    world.write_overlay("overlay.json", &overlay);
    let archive = world.archive(&release(version));
    world.install(&archive, &[]).expect(0);
    let mut config = world.config();
    config["ServiceSettings"].as_object_mut().unwrap().remove("SiteURL");
    fs::write(config_file(&world), config.to_string()).unwrap();
    world
}

fn config_file(world: &World) -> String {
    world.below(LIVE).join("config/config.json").display().to_string()
}

fn keys(world: &World) -> [Value; 2] {
    let config = world.config();
    [
        config["SqlSettings"]["AtRestEncryptKey"].clone(),
        config["FileSettings"]["PublicLinkSalt"].clone(),
    ]
}

#[test]
fn without_an_address_the_keys_stay_all_the_same() {
    let world = unnamed("5.9.0");
    let before = keys(&world);
    assert!(before[0].as_str().is_some_and(|key| key.len() >= 32) && before[1] == json!(SALT));
    // The file alone would lose them.
    let file = config_file(&world);
    let lint =
        |version: &str| world.run(&["config", "lint", "--for", version, &file].map(str::to_owned));
    let said = lint("5.30").expect(3);
    said.saying(&["[C-NOADDRESS]", "ServiceSettings.SiteURL", "be it to \"\""]);
    for version in ["5.9", "5.37"] {
        assert!(!lint(version).all().contains("C-NOADDRESS"), "{version}");
    }

    let archive = world.archive(&release("5.30.0"));
    let mut words = world.words(&["upgrade"]);
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    words.extend(Ctl::of(&world).words());
    world.run(&words).expect(0);
    assert_eq!(keys(&world), before);
    assert_eq!(world.config()["ServiceSettings"]["SiteURL"], "");
    let said = world.ask(&["config", "explain"], &["ServiceSettings.SiteURL"]).expect(0);
    said.saying(&["take a file without it for a new one"]);
}
