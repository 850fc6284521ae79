//! The readers of signatures and keys on any bytes: they never panic, and without the owner of a key nothing is good.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mmembed::release::signature::{Judgement, Keyring, Policy, Verdict, verify};

/// The key of Mattermost, which has signed nothing that is looked at here.
static BUILT_IN: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::built_in().expect("the built-in key is whole"));

fuzz_target!(|bytes: &[u8]| {
    let keys = Keyring::from_bytes(bytes);
    if let Ok(keys) = &keys {
        let found = keys.fingerprints().count();
        assert!(found > 0);
        let mut twice = keys.clone();
        twice.add(keys.clone());
        assert_eq!(twice.fingerprints().count(), found);
    }
    prove_nothing(&BUILT_IN, bytes);
    if let Ok(keys) = keys {
        prove_nothing(&keys, bytes);
    }
});

/// Nothing here is a signature of this text. Where keys and signatures come from one hand, they may be of the same file.
fn prove_nothing(keys: &Keyring, bytes: &[u8]) {
    let now = "2027-01-15T08:00:00Z".parse().expect("that is a time");
    let verdicts = verify(keys, bytes, &b"nobody signs this"[..], now).expect("memory can be read");
    for verdict in verdicts.iter() {
        assert!(verdict.signer().is_none(), "{verdict}");
        assert!(!verdict.to_string().contains(char::is_control));
    }
    assert!(verdicts.iter().any(|verdict| verdict == verdicts.best()));
    let required = Policy { require: true, ..Policy::default() };
    assert_eq!(required.judge(&verdicts), Judgement::Refused);
    let is_nothing =
        |verdict: &Verdict| matches!(verdict, Verdict::UnknownKey { .. } | Verdict::Weak(_));
    let expected =
        if verdicts.iter().all(is_nothing) { Judgement::Warned } else { Judgement::Refused };
    assert_eq!(Policy::default().judge(&verdicts), expected);
}
