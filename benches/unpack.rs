//! Unpacking beside what one would type instead: `sha256sum && tar xzf`, and a plain copy of the unpacked tree.
//!
//! `cargo bench --bench unpack [-- ROUNDS [DIRECTORY]]`. A release of 500 MB is made once, under `target/bench/` or in
//! the directory. All ways run in turn, in every round, on a warm page cache: on a busy machine only the ratios, and
//! the processor time (of all threads together), mean anything.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a measurement needs files, processes and a clock, and no door of the product"
)]
#![expect(clippy::print_stdout, reason = "its result is a table")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails has no result")]
#![expect(clippy::indexing_slicing, reason = "as above")]

use std::env;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use mmembed::host::{Limits, Meter, Unpack, make_durable, remove_tree, unpack};
use mmembed::model::ReleaseShape;

const MB: usize = 1_000_000;
const UNPACK: &str = "--unpack-here";

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let Some(at) = arguments.iter().position(|word| word == UNPACK) {
        return unpack_here(
            Path::new(&arguments[at + 1]),
            Path::new(&arguments[at + 2]),
            arguments[at + 3] == "sync",
        );
    }
    let plain = arguments.iter().skip(1).filter(|word| !word.starts_with('-'));
    let plain: Vec<_> = plain.collect();
    let rounds = plain.first().map_or(5, |word| word.parse().unwrap());
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    compare(rounds, &plain.get(1).map_or(own, PathBuf::from));
}

/// The child: unpacks, and says how much memory it took.
fn unpack_here(archive: &Path, stage: &Path, sync: bool) {
    let directory = File::open(stage).unwrap();
    let meter = Meter::default();
    let began = Instant::now();
    let unpacked = unpack(Unpack {
        archive,
        expect: None,
        shape: &ReleaseShape::MATTERMOST,
        into: directory.as_fd(),
        into_name: stage,
        limits: Limits::default(),
        now: SystemTime::now(),
        meter: &meter,
        progress: &mut |_| {},
    })
    .unwrap();
    let unpacking = began.elapsed();
    if sync {
        make_durable(directory.as_fd(), stage, &meter).unwrap();
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!(
        "{} {} {}",
        peak.trim().trim_end_matches(" kB"),
        unpacked.entries.len(),
        unpacking.as_millis()
    );
}

struct Way {
    name: &'static str,
    sync: bool,
    times: Vec<Duration>,
    /// Processor time.
    work: Vec<Duration>,
}

fn compare(rounds: usize, bench: &Path) {
    fs::create_dir_all(bench).unwrap();
    let archive = bench.join("release-500.tar.gz");
    if !archive.exists() {
        make_release(&archive);
    }
    let original = bench.join("original");
    if !original.exists() {
        fs::create_dir(&original).unwrap();
        let mut tar = Command::new("tar");
        run(tar.arg("xzf").arg(&archive).arg("-C").arg(&original));
    }
    let mut ways: Vec<_> = ["mmembed", "sha256sum && tar xzf", "cp -r"]
        .into_iter()
        .flat_map(|name| [false, true].map(|sync| (name, sync)))
        .map(|(name, sync)| Way { name, sync, times: Vec::new(), work: Vec::new() })
        .collect();
    let (mut peak, mut number) = (0, 0);
    warm(&original, &archive);
    for _ in 0..rounds {
        for way in &mut ways {
            number += 1;
            let stage = fresh(bench, number);
            let (began, work) = (Instant::now(), work_of_children());
            match way.name {
                "mmembed" => peak = peak.max(ours(&archive, &stage, way.sync)),
                "cp -r" => copy(&original, &stage),
                _ => theirs(&archive, &stage),
            }
            if way.sync && way.name != "mmembed" {
                run(Command::new("sync").arg("-f").arg(&stage));
            }
            way.times.push(began.elapsed());
            way.work.push(work_of_children().saturating_sub(work));
        }
    }
    report(&ways, peak, &archive);
    clear(bench);
}

fn ours(archive: &Path, stage: &Path, sync: bool) -> u64 {
    let output = Command::new(env::current_exe().unwrap())
        .arg(UNPACK)
        .args([archive, stage])
        .arg(if sync { "sync" } else { "no" })
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.split(' ').next().unwrap().parse().unwrap()
}

fn theirs(archive: &Path, stage: &Path) {
    let mut sum = Command::new("sha256sum");
    run(sum.arg(archive).stdout(Stdio::null()));
    let mut tar = Command::new("tar");
    run(tar.arg("xzf").arg(archive).arg("-C").arg(stage));
}

fn copy(original: &Path, stage: &Path) {
    let mut copy = Command::new("cp");
    run(copy.arg("-r").arg(original.join("mattermost")).arg(stage));
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

/// An empty stage, on a file system with nothing left to write.
///
/// Stages are not removed before the end: for some minutes after a removal, ext4 looks at every inode that was freed
/// before it takes one (`recently_deleted`), which makes each way ten times slower and all of them alike.
fn fresh(bench: &Path, number: usize) -> PathBuf {
    let directory = File::open(bench).unwrap();
    make_durable(directory.as_fd(), bench, &Meter::default()).unwrap();
    let stage = bench.join(format!("stage-{number}"));
    fs::create_dir(&stage).unwrap();
    stage
}

fn clear(bench: &Path) {
    let directory = File::open(bench).unwrap();
    for entry in fs::read_dir(bench).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("stage-") {
            remove_tree(directory.as_fd(), &name, bench, &Meter::default()).unwrap();
        }
    }
    println!("stages removed: measure again in five minutes at the earliest");
}

/// Processor time that all finished children took, user and system (`proc_pid_stat(5)`: fields 16 and 17, in
/// hundredths of a second on every Linux).
fn work_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    let fields = after_name.split_whitespace().skip(13).take(2);
    let ticks: u64 = fields.map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn warm(original: &Path, archive: &Path) {
    let mut cat = Command::new("cat");
    run(cat.arg(archive).stdout(Stdio::null()));
    let mut tar = Command::new("tar");
    run(tar.args(["cf", "-"]).arg(original).stdout(Stdio::null()));
}

fn report(ways: &[Way], peak: u64, archive: &Path) {
    let median = |times: &[Duration]| {
        let mut times = times.to_vec();
        times.sort();
        times[times.len() / 2].as_secs_f64()
    };
    let size = fs::metadata(archive).unwrap().len() / 1_000_000;
    println!("archive {size} MB; medians of {} rounds", ways[0].times.len());
    for way in ways {
        println!(
            "{:20} {:7} {:6.2} s, processor {:6.2} s",
            way.name,
            if way.sync { "+ sync" } else { "" },
            median(&way.times),
            median(&way.work)
        );
    }
    for (name, at) in [("sha256sum && tar xzf", 2), ("cp -r", 4)] {
        println!(
            "mmembed / {name}: {:.2}, synced {:.2}",
            median(&ways[0].times) / median(&ways[at].times),
            median(&ways[1].times) / median(&ways[at + 1].times)
        );
    }
    println!("peak memory {} MiB", peak.div_ceil(1024));
}

/// A xorshift generator: the release is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`, small ones far more often: how words are used.
    fn skewed(&mut self, bound: u64) -> usize {
        let roll = self.roll();
        let narrow = bound >> (roll >> 60);
        usize::try_from((roll & 0xffff_ffff) % narrow.max(1)).unwrap()
    }
}

/// Words of some bytes each, from which text or code is put together.
fn dictionary(dice: &mut Dice, words: usize, letters: &[u8], length: u64) -> Vec<Vec<u8>> {
    (0..words)
        .map(|_| {
            let length = 2 + dice.roll() % length;
            (0..length)
                .map(|_| letters[dice.skewed(letters.len() as u64 * 4) % letters.len()])
                .collect()
        })
        .collect()
}

fn prose(dice: &mut Dice, words: &[Vec<u8>], size: usize, noise: u64, gap: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 64);
    while text.len() < size {
        if dice.roll() % 100 < noise {
            text.extend(&dice.roll().to_le_bytes()[..3]);
        }
        text.extend(&words[dice.skewed(words.len() as u64)]);
        text.extend(gap);
    }
    text.truncate(size);
    text
}

fn noise(dice: &mut Dice, size: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..size / 8).flat_map(|_| dice.roll().to_le_bytes()).collect();
    bytes.truncate(size);
    bytes
}

fn make_release(archive: &Path) {
    println!("making {} once", archive.display());
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let code: Vec<u8> = (0..=255).collect();
    let instructions = dictionary(&mut dice, 30_000, &code, 7);
    let letters = b"etaoinshrdlucmfwygpbvkxqjz_(){};=.ETAOIN0123456789";
    let vocabulary = dictionary(&mut dice, 20_000, letters, 9);
    let file = BufWriter::new(File::create(archive.with_extension("part")).unwrap());
    let mut tar = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    let mut put = |path: String, mode, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_mtime(1_700_000_000);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, format!("mattermost/{path}"), content).unwrap();
    };
    let server = prose(&mut dice, &instructions, 100 * MB, 30, b"");
    put("bin/mattermost".to_owned(), 0o755, &server);
    put("config/config.json".to_owned(), 0o600, b"{}\n");
    for number in 0..20 {
        let plugin = noise(&mut dice, 10 * MB);
        put(format!("prepackaged_plugins/{number}.tar.gz"), 0o644, &plugin);
    }
    for number in 0..8000 {
        let size = 200 + dice.skewed(30_000);
        let text = prose(&mut dice, &vocabulary, size, 0, b" ");
        put(format!("client/{:02}/{number}.js", number / 100), 0o644, &text);
    }
    for number in 0..70 {
        let text = prose(&mut dice, &vocabulary, 2 * MB + 40_000, 0, b" ");
        put(format!("client/files/{number}.js.map"), 0o644, &text);
    }
    tar.into_inner().unwrap().finish().unwrap().flush().unwrap();
    fs::rename(archive.with_extension("part"), archive).unwrap();
}
