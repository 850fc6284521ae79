//! The table: medians of all rounds.

use std::time::Duration;

use super::hop::Hop;
use super::procedure::Procedure;
use super::servers::Servers;
use super::site::Sizes;

/// The aim: so much for `mmembed` itself, beside the dump.
const AIM: Duration = Duration::from_millis(300);

/// One round of everything.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) servers: Servers,
    pub(crate) hop: Hop,
    pub(crate) procedure: Procedure,
}

impl Round {
    pub(crate) fn in_short(&self) -> String {
        format!(
            "down {:.0} ms by mmembed, of them its own {:.0}; {:.0} ms by the procedure, of them its own {:.0}",
            millis(self.hop.outage.length()),
            millis(self.share_of_hop()),
            millis(self.procedure.outage.length()),
            millis(self.share_of_procedure())
        )
    }

    fn share_of_hop(&self) -> Duration {
        self.hop.outage.length().saturating_sub(self.servers.twice() + self.hop.dump)
    }

    fn share_of_procedure(&self) -> Duration {
        let others = self.servers.once() + self.procedure.dump;
        self.procedure.outage.length().saturating_sub(others)
    }
}

pub(crate) fn print(rounds: &[Round], sizes: &Sizes) {
    println!(
        "\nrelease {} MB, {} small files; {} MB of uploaded files in the tree; {} rows; medians of {} rounds, in ms\n",
        sizes.release / 1_000_000,
        sizes.small_files,
        sizes.uploads,
        sizes.rows,
        rounds.len()
    );
    println!("{:44} {:>10} {:>10}", "", "mmembed", "procedure");
    let row =
        |name: &str, hop: &dyn Fn(&Round) -> Duration, by_hand: &dyn Fn(&Round) -> Duration| {
            let both = [hop, by_hand].map(|of| median(rounds.iter().map(of).collect()));
            println!("{name:44} {:10.0} {:10.0}", millis(both[0]), millis(both[1]));
            both
        };
    row("down, as a client sees it", &|it| it.hop.outage.length(), &|it| {
        it.procedure.outage.length()
    });
    row("the servers' own starts and stops", &|it| it.servers.twice(), &|it| it.servers.once());
    row("pg_dump alone", &|it| it.hop.dump, &|it| it.procedure.dump);
    let [ours, theirs] =
        row("what is left: its own share", &Round::share_of_hop, &|it| it.share_of_procedure());
    println!(
        "\nown share of mmembed: 1/{:.0} of the procedure's (aim: 1/20); {:.0} ms (aim: below {:.0})",
        theirs.as_secs_f64() / ours.as_secs_f64().max(0.001),
        millis(ours),
        millis(AIM)
    );
    print_servers(rounds);
    print_steps(
        "mmembed, step by step",
        &rounds.iter().map(|it| it.hop.steps.clone()).collect::<Vec<_>>(),
    );
    let procedure = rounds.iter().map(|it| &it.procedure.steps);
    let named = procedure.map(|steps| {
        steps.iter().map(|(name, took)| ((*name).to_owned(), *took)).collect::<Vec<_>>()
    });
    print_steps("the procedure, step by step", &named.collect::<Vec<_>>());
    let of_hops = |of: fn(&Hop) -> Duration| median(rounds.iter().map(|it| of(&it.hop)).collect());
    println!(
        "\nmmembed upgrade: {:.0} ms as a whole, {:.0} ms with --dry-run, at most {} MiB of memory",
        millis(of_hops(|hop| hop.run)),
        millis(of_hops(|hop| hop.dry_run)),
        rounds.iter().map(|it| it.hop.peak).max().unwrap_or(0).div_ceil(1024)
    );
}

fn print_servers(rounds: &[Round]) {
    let of = |of: fn(&Servers) -> Duration| {
        millis(median(rounds.iter().map(|it| of(&it.servers)).collect()))
    };
    println!(
        "\nthe servers alone: the old one's stop {:.0}; the new one's start with migration {:.0} (by its service {:.0}), \
         stop {:.0}, start {:.0}",
        of(|it| it.stop),
        of(|it| it.migrate),
        of(|it| it.migrate_by_service),
        of(|it| it.stop_migrated),
        of(|it| it.start)
    );
}

/// Every round has the same steps in the same order.
fn print_steps(title: &str, rounds: &[Vec<(String, Duration)>]) {
    println!("\n{title}");
    for (at, (name, _)) in rounds[0].iter().enumerate() {
        let times = rounds.iter().filter_map(|steps| Some(steps.get(at)?.1)).collect();
        println!("{:8.1}  {name}", millis(median(times)));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
