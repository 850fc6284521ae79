//! Hops that are known to fail, and releases that the vendor wants one to stop at on the way, as rows.
//! Which way to take is not decided here; a row that matches is a finding.

use crate::model::{Finding, Severity, Version};

/// A hop from versions in `from` to versions in `to`, both half open.
struct Row {
    from: [Version; 2],
    to: [Version; 2],
    weight: Severity,
    why: &'static str,
    advice: &'static str,
}

/// The sources are named by row: *seen* where real servers were run, *vendor* where their documentation says so.
const ROWS: &[Row] = &[
    // Seen: 3.10 to 5.37 and 6.3 leaves a dirty schema that no later hop gets over; to 7.0 it fails too. To 5.9 it works.
    Row {
        from: [Version::new(0, 0, 0), Version::new(5, 0, 0)],
        to: [Version::new(5, 31, 0), Version::AFTER_ALL],
        weight: Severity::Fatal,
        why: "a database from before 5.0 can be migrated only by releases up to 5.30",
        advice: "upgrade to 5.30 first, then to 5.37, then on",
    },
    // Seen: 5.3 to 7.0 fails half-way; 5.3 to 5.37 and 5.9 to 7.0 work.
    Row {
        from: [Version::new(5, 0, 0), Version::new(5, 9, 0)],
        to: [Version::new(6, 4, 0), Version::AFTER_ALL],
        weight: Severity::Fatal,
        why: "the migrations from 6.4 on break half-way on a database from before 5.9",
        advice: "upgrade to 5.37 first",
    },
    // Vendor (important upgrade notes, additional notes): 5.x by way of 5.37.10.
    Row {
        from: [Version::new(5, 9, 0), Version::new(5, 37, 0)],
        to: [Version::new(7, 0, 0), Version::AFTER_ALL],
        weight: Severity::Warning,
        why: "the vendor asks to go from 5.x to 7.0 and later by way of 5.37.10",
        advice: "upgrade to 5.37.10 first",
    },
    // Vendor (release policy, legacy releases): 7.1 as a minimum. Seen: 5.37 to 7.8 and 6.7 to 9.9 work.
    Row {
        from: [Version::new(5, 37, 0), Version::new(7, 1, 0)],
        to: [Version::new(7, 2, 0), Version::AFTER_ALL],
        weight: Severity::Warning,
        why: "the vendor asks to go from before 7.1 to later releases by way of the 7.1 extended support release",
        advice: "upgrade to 7.1.9 first",
    },
    // Vendor (important upgrade notes, row v10.11): migration numbers collide; mended in 11.7.3.
    Row {
        from: [Version::new(10, 11, 16), Version::new(10, 12, 0)],
        to: [Version::new(11, 0, 0), Version::new(11, 7, 3)],
        weight: Severity::Fatal,
        why: "the migrations of 10.11.16 and later collide with those of 11.0 to 11.7.2",
        advice: "upgrade to 11.7.3 or later instead",
    },
];

/// What is known to speak against a hop.
pub(super) fn check_hop(from: &Version, to: &Version) -> Vec<Finding> {
    let is_in = |version: &Version, [first, end]: &[Version; 2]| version >= first && version < end;
    let matching = ROWS.iter().filter(|row| is_in(from, &row.from) && is_in(to, &row.to));
    let finding = |row: &Row| {
        let text = format!("from {from} to {to}: {}", row.why);
        Finding::new(row.weight, "required-stop", text).advise(row.advice)
    };
    matching.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(from: &str, to: &str) -> Option<Severity> {
        let found = check_hop(&from.parse().unwrap(), &to.parse().unwrap());
        found.iter().map(|finding| finding.severity).max()
    }

    #[test]
    fn hops_that_were_seen_to_fail_are_forbidden_and_those_that_work_are_not() {
        for (from, to, expected) in [
            ("3.10.3", "5.9.0", None),
            ("3.10.3", "5.30.0", None),
            ("3.10.3", "5.37.0", Some(Severity::Fatal)),
            ("4.10.0", "7.0.0", Some(Severity::Fatal)),
            ("5.3.0", "5.37.0", None),
            ("5.3.0", "7.0.0", Some(Severity::Fatal)),
            ("5.9.0", "7.0.0", Some(Severity::Warning)),
            ("5.37.10", "6.3.0", None),
            ("5.37.10", "7.8.0", Some(Severity::Warning)),
            ("7.8.0", "9.11.0", None),
            ("10.11.0", "11.7.0", None),
            ("10.11.17", "11.7.2", Some(Severity::Fatal)),
            ("10.11.17", "11.7.3", None),
        ] {
            assert_eq!(weight(from, to), expected, "{from} to {to}");
        }
    }
}
