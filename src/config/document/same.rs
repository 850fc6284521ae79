//! When two JSON values say the same.
//! Nothing is rounded: numbers are compared as decimals of any length.

use serde_json::Value;

/// Do both say the same? Numbers are compared by value (`1.0` is `1`, `1.10` is `1.1`, `-0` is `0`), texts by text,
/// arrays by place, objects by name whatever their order.
///
/// The derived equality of [`Value`] compares the digits of numbers as texts here, because they are kept as written.
#[must_use]
pub fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(&a.to_string(), &b.to_string()),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same_value(a, b)))
        }
        _ => a == b,
    }
}

fn same_number(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (Decimal::read(a), Decimal::read(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// A number as `±0.digits × 10^exponent`, without zeros at either end of the digits; zero has no digits.
#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// `None` if the exponent is beyond anything that could be compared.
    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole_digits = whole.trim_start_matches('-');
        let all = format!("{whole_digits}{fraction}");
        let digits = all.trim_start_matches('0');
        let leading = all.len() - digits.len();
        let point = i64::try_from(whole_digits.len()).ok()? - i64::try_from(leading).ok()?;
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        Some(Self {
            negative: whole.starts_with('-'),
            digits: digits.to_owned(),
            exponent: exponent.checked_add(point)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_value_and_texts_by_text() {
        for (a, b, same) in [
            ("1", "1.0", true),
            ("1.10", "1.1", true),
            ("0", "-0", true),
            ("1e2", "100", true),
            ("0.01e4", "1e+2", true),
            ("9007199254740993", "9007199254740992", false),
            ("1e400", "1e401", false),
            ("1e400", "10e399", true),
            ("1", "-1", false),
            ("1", "\"1\"", false),
            ("[1,{\"a\":2,\"b\":3}]", "[1.0,{\"b\":3,\"a\":2.0}]", true),
            ("[1,2]", "[2,1]", false),
            ("{\"a\":1}", "{\"A\":1}", false),
        ] {
            let read = |text| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(same_value(&read(a), &read(b)), same, "{a} {b}");
        }
    }
}
