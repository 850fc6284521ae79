//! What GnuPG signs is understood here, and what is signed by the crate that is used here, GnuPG understands.
//! Without GnuPG, and where it may not be installed, these tests fail: they must not pass without it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mmembed::release::signature::{
    Keyring, Malformed, Verdict, Verdicts, Weakness, WrongKind, verify,
};
use pgp::composed::{Deserializable as _, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketTrait as _, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails as _, Password, Timestamp};
use tempfile::TempDir;

use crate::architecture::source::project;
use crate::fakes::install::{Wanted, found_or_installed};

/// A person with a home of their own.
struct Person {
    home: TempDir,
}

impl Person {
    fn new() -> Self {
        let wanted = Wanted { name: "GnuPG", packages: &["gnupg"] };
        found_or_installed(&wanted, || Command::new("gpg").arg("--version").output().ok());
        let home = tempfile::tempdir().unwrap();
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(home.path(), permissions).unwrap();
        fs::write(home.path().join("file"), vec![7; 300_000]).unwrap();
        Self { home }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new("gpg")
            .args(["--batch", "--yes", "--quiet", "--homedir"])
            .arg(self.home.path())
            .args(["--pinentry-mode", "loopback", "--passphrase", ""])
            .args(words)
            .current_dir(self.home.path())
            .output()
            .expect("gpg can be started")
    }

    fn gpg(&self, words: &[&str]) -> Vec<u8> {
        let output = self.run(words);
        assert!(
            output.status.success(),
            "gpg {words:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    fn keys(&self) -> Keyring {
        Keyring::from_bytes(&self.gpg(&["--armor", "--export"])).unwrap()
    }

    /// What becomes of a signature of the file that GnuPG makes with these options.
    fn signed(&self, options: &[&str]) -> Verdicts {
        self.gpg(&[options, &["--output", "sig", "--detach-sign", "file"]].concat());
        judged(&self.keys(), &fs::read(self.at("sig")).unwrap(), &self.at("file"))
    }
}

impl Drop for Person {
    /// Its agent ends with it.
    fn drop(&mut self) {
        let mut kill = Command::new("gpgconf");
        drop(kill.arg("--homedir").arg(self.home.path()).args(["--kill", "all"]).output());
    }
}

fn judged(keys: &Keyring, signature: &[u8], file: &Path) -> Verdicts {
    let content = fs::File::open(file).unwrap();
    verify(keys, signature, content, jiff::Timestamp::now()).unwrap()
}

fn is_good(verdicts: &Verdicts) -> bool {
    matches!(verdicts.best(), Verdict::Good { .. })
}

const RSA: &str = "fixtures/openpgp/rsa2048.secret.asc";

impl Person {
    /// With an RSA key that is there already.
    fn with_rsa() -> Self {
        let person = Self::new();
        person.gpg(&["--import", project().join(RSA).to_str().unwrap()]);
        person
    }

    /// With a new key of another kind.
    fn with_ed25519() -> Self {
        let person = Self::new();
        person.gpg(&["--quick-gen-key", "Builder <builder@example.org>", "ed25519", "sign", "10y"]);
        person
    }

    fn fingerprint(&self) -> String {
        self.keys().fingerprints().next().unwrap().to_string()
    }
}

#[test]
fn what_gnupg_signs_is_good() {
    let (rsa, ed25519) = (Person::with_rsa(), Person::with_ed25519());
    for person in [&rsa, &ed25519] {
        for options in
            [&[][..], &["--armor"], &["--digest-algo", "SHA512"], &["--digest-algo", "SHA384"]]
        {
            let verdicts = person.signed(options);
            assert!(is_good(&verdicts), "{options:?}: {verdicts:?}");
        }
    }
    let by_another = judged(&ed25519.keys(), &fs::read(rsa.at("sig")).unwrap(), &rsa.at("file"));
    assert!(matches!(by_another.best(), Verdict::UnknownKey { .. }), "{by_another:?}");
}

#[test]
fn what_a_subkey_of_gnupg_signs_is_good_and_so_is_its_file_only() {
    let person = Person::with_ed25519();
    let fingerprint = person.fingerprint();
    person.gpg(&["--quick-add-key", &fingerprint, "cv25519", "encr", "1y"]);
    person.gpg(&["--quick-add-key", &fingerprint, "ed25519", "sign", "1y"]);
    let verdicts = person.signed(&[]);
    let Verdict::Good { by, .. } = verdicts.best() else { panic!("{verdicts:?}") };
    assert_eq!(by.key.to_string(), fingerprint);
    assert!(by.subkey.is_some());

    fs::write(person.at("file"), "another").unwrap();
    let signature = fs::read(person.at("sig")).unwrap();
    let verdicts = judged(&person.keys(), &signature, &person.at("file"));
    assert!(matches!(verdicts.best(), Verdict::WrongFile { .. }), "{verdicts:?}");
}

#[test]
fn other_things_that_gnupg_makes_are_told_apart() {
    let person = Person::with_rsa();
    let made = |words: &[&str]| {
        person.gpg(&[&["--output", "made"], words, &["file"]].concat());
        let made = fs::read(person.at("made")).unwrap();
        judged(&person.keys(), &made, &person.at("file")).best().clone()
    };
    fs::write(person.at("file"), "a line\n".repeat(1000)).unwrap();
    assert_eq!(made(&["--clear-sign"]), Verdict::WrongKind(WrongKind::Cleartext));
    assert_eq!(made(&["--textmode", "--detach-sign"]), Verdict::WrongKind(WrongKind::Text));
    assert_eq!(made(&["--sign"]), Verdict::WrongKind(WrongKind::Message));
    assert_eq!(
        made(&["--passphrase", "open", "--symmetric"]),
        Verdict::WrongKind(WrongKind::Encrypted)
    );
    assert_eq!(made(&["--store"]), Verdict::WrongKind(WrongKind::Message));
    let weak = made(&["--digest-algo", "SHA1", "--detach-sign"]);
    assert_eq!(weak, Verdict::Weak(Weakness::Digest { name: "SHA1".to_owned() }));
    let nothing = judged(&person.keys(), b"", &person.at("file"));
    assert_eq!(*nothing.best(), Verdict::Malformed(Malformed::Empty));
}

#[test]
fn what_gnupg_says_of_a_key_is_understood() {
    let person = Person::with_ed25519();
    assert!(is_good(&person.signed(&[])));
    let signature = fs::read(person.at("sig")).unwrap();
    let verdict = |person: &Person| {
        let verdicts = judged(&person.keys(), &signature, &person.at("file"));
        verdicts.best().clone()
    };
    let fingerprint = person.fingerprint();

    person.gpg(&["--quick-set-expire", &fingerprint, "seconds=1000000000"]);
    assert!(matches!(verdict(&person), Verdict::Good { .. }));

    let revocation = person.at(&format!("openpgp-revocs.d/{fingerprint}.rev"));
    let text = fs::read_to_string(&revocation).unwrap().replace(":-----BEGIN", "-----BEGIN");
    fs::write(&revocation, text).unwrap();
    person.gpg(&["--import", revocation.to_str().unwrap()]);
    assert!(matches!(verdict(&person), Verdict::KeyRevoked { .. }), "{:?}", verdict(&person));
}

#[test]
fn what_is_signed_here_gnupg_takes_for_good() {
    let person = Person::with_rsa();
    let armored = fs::read_to_string(project().join(RSA)).unwrap();
    let key = SignedSecretKey::from_string(&armored).unwrap().0.primary_key;
    let mut config =
        SignatureConfig::v4(SignatureType::Binary, key.algorithm(), HashAlgorithm::Sha256);
    for said in [
        SubpacketData::SignatureCreationTime(Timestamp::now()),
        SubpacketData::IssuerFingerprint(key.fingerprint()),
    ] {
        config.hashed_subpackets.push(Subpacket::regular(said).unwrap());
    }
    let file = fs::File::open(person.at("file")).unwrap();
    let signature = config.sign(&key, &Password::empty(), file).unwrap();
    let mut bytes = Vec::new();
    signature.to_writer_with_header(&mut bytes).unwrap();
    fs::write(person.at("sig"), &bytes).unwrap();

    assert!(is_good(&judged(&person.keys(), &bytes, &person.at("file"))));
    person.gpg(&["--verify", "sig", "file"]);
    fs::write(person.at("file"), "another").unwrap();
    assert!(!person.run(&["--verify", "sig", "file"]).status.success());
}
