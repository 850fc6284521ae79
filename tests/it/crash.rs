//! The crash matrix: whatever stops a transaction, the host ends in the old state or in the new one.

use std::path::Path;

use mmembed::host::Territory;
use mmembed::model::{
    AppName, ArchiveStamp, Edition, Intent, Overlays, Owner, PLAN_SCHEMA, Plan, Planned, Prefix,
    RECEIPT_SCHEMA, Receipt, Release, Sha256Digest, Step, TransactionId, Version, Viewpoint,
};

use crate::support::crash::Scenario;

fn prefix() -> Prefix {
    let app: AppName = "acme".parse().unwrap();
    let (opt, var) = (Prefix::usual_opt(&app), Prefix::usual_var(&app));
    Prefix::new(app, opt, var)
}

fn territory(prefix: &Prefix) -> Territory {
    Territory::new(vec![prefix.opt().clone(), prefix.var().clone()])
}

fn id() -> TransactionId {
    "20261123T205143Z-9f3a".parse().unwrap()
}

/// Three directories and a rename: a plan small enough to be read at a glance.
fn small_plan(root: &Path) -> Plan {
    let prefix = prefix();
    let staged = prefix.staged(&id());
    std::fs::create_dir_all(root.join(staged.join("bin").as_str())).unwrap();
    std::fs::write(
        root.join(staged.join("bin/mattermost").as_str()),
        "a server",
    )
    .unwrap();
    let make = |path| Step::MakeDirectory {
        path,
        mode: 0o750,
        owner: None,
    };
    let steps = [
        make(prefix.places()),
        make(prefix.places().join("data")),
        make(prefix.places().join("logs")),
        Step::Activate {
            staged,
            live: prefix.live(),
        },
    ];
    plan(prefix, steps.into())
}

fn plan(prefix: Prefix, steps: Vec<Step>) -> Plan {
    let nothing = Sha256Digest::of(b"{}");
    let nobody = Owner { uid: 0, gid: 0 };
    let receipt = Receipt {
        schema: RECEIPT_SCHEMA,
        tool: "test".to_owned(),
        transaction: id(),
        app: prefix.app().clone(),
        release: Release {
            version: Version::new(10, 11, 0),
            edition: Edition::Team,
        },
        archive: ArchiveStamp {
            path: "/a.tar.gz".into(),
            size: 0,
            modified: 0,
            sha256: None,
        },
        viewpoint: Viewpoint::ThisMachine,
        config: prefix.live().join("config/config.json"),
        placements: Vec::new(),
        owner: nobody,
        server: nobody,
        overlays: Overlays {
            defaults: nothing,
            enforced: nothing,
        },
        proof: None,
    };
    let steps = steps
        .into_iter()
        .map(|step| Planned {
            step,
            because: String::new(),
        })
        .collect();
    Plan {
        schema: PLAN_SCHEMA,
        id: id(),
        intent: Intent::Install,
        prefix,
        steps,
        receipt,
    }
}

#[test]
fn a_small_plan_stopped_anywhere_is_old_or_new() {
    let build = Box::new(|root: &Path| (small_plan(root), Vec::new()));
    let points = Scenario { build, territory }.check_every_point();
    assert!(points > 20, "only {points} mutations were counted");
}
