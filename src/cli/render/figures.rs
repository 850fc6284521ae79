//! Times and sizes as people read them: three digits are enough.
//! Nothing is measured here.

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/// A time: `840 ms`, `12.3 s`, `3 min 5 s`, `2 h 10 min`.
pub(super) fn time(ms: u64) -> String {
    if ms < 1000 {
        return format!("{ms} ms");
    }
    let tenths = ms.saturating_add(50) / 100;
    if tenths < 600 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    let seconds = ms.saturating_add(500) / 1000;
    if seconds < 3600 {
        return format!("{} min {} s", seconds / 60, seconds % 60);
    }
    let minutes = ms.saturating_add(30_000) / 60_000;
    format!("{} h {} min", minutes / 60, minutes % 60)
}

/// A size: `512 bytes`, `4.2 KiB`, `193 MiB`.
pub(super) fn size(bytes: u64) -> String {
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    let mut shown = format!("{bytes} bytes");
    let mut reach: u128 = 1;
    for unit in UNITS {
        if u128::from(bytes) < 1000 * reach {
            break;
        }
        reach *= 1024;
        let tenths = (u128::from(bytes) * 10 + reach / 2) / reach;
        shown = if tenths < 100 {
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        } else {
            format!("{} {unit}", (u128::from(bytes) + reach / 2) / reach)
        };
    }
    shown
}

/// A number of things: `1 hop`, `2 hops`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_rounded_before_their_unit_is_chosen() {
        for (ms, shown) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1.0 s"),
            (12_349, "12.3 s"),
            (59_949, "59.9 s"),
            (59_950, "1 min 0 s"),
            (185_000, "3 min 5 s"),
            (3_599_499, "59 min 59 s"),
            (3_599_500, "1 h 0 min"),
            (7_800_000, "2 h 10 min"),
            (172_800_000, "48 h 0 min"),
        ] {
            assert_eq!(time(ms), shown, "{ms}");
        }
    }

    #[test]
    fn sizes_have_three_digits_at_most() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 KiB"),
            (10_188, "9.9 KiB"),
            (10_189, "10 KiB"),
            (1_022_976, "999 KiB"),
            (1_048_576, "1.0 MiB"),
            (202_375_168, "193 MiB"),
            (4_509_715_661, "4.2 GiB"),
        ] {
            assert_eq!(size(bytes), shown, "{bytes}");
        }
    }

    proptest! {
        #[test]
        fn no_figure_is_too_large_to_be_shown(any: u64) {
            let (time, size) = (time(any), size(any));
            let digits = size.split('.').next().unwrap_or_default().chars();
            prop_assert!(digits.filter(char::is_ascii_digit).count() <= 5, "{size}");
            prop_assert!(!time.is_empty());
        }
    }
}
