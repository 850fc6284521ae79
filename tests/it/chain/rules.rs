//! Chains by rules of an operator: they stop where those say, do not begin where those forbid it, and what is waived is recorded.

use std::fs;

use serde_json::json;

use super::way::Way;

const STOPS: [&str; 3] = ["9.11.0", "10.11.4", "11.7.0"];

/// A file of an operator with one rule about going from before 10.11 to 11.
fn write(way: &Way, kind: &str, through: &str) -> String {
    let rule = format!(
        r#"
[[rule]]
id = "acme-10.11"
kind = "{kind}"
from = "<10.11.0"
to = ">=11.0.0"
{through}
severity = "fatal"
text = "the plugin of Acme moves its tables on 10.11"
advice = "stop at 10.11"
source = "acme"
"#
    );
    let path = way.world.beside(&format!("{kind}.toml"));
    fs::write(&path, rule).unwrap();
    path.display().to_string()
}

fn hops(report: &serde_json::Value) -> Vec<&str> {
    let hops = report["walk"]["hops"].as_array().unwrap();
    hops.iter().map(|hop| hop["to"].as_str().unwrap()).collect()
}

#[test]
fn a_chain_stops_where_an_operator_has_it_stop_and_does_not_begin_where_that_is_forbidden() {
    let way = Way::over(&STOPS);
    let forbidden = write(&way, "forbidden", "");
    let said = way.upgrade("11.7.0", &["--rules", &forbidden]).expect(3);
    said.saying(&["the plugin of Acme moves its tables on 10.11", "acme-10.11"]);
    way.assert_intact("9.11.0");
    way.upgrade("11.7.0", &["--accept", "acme-10.11"]).expect(3).saying(&["no rule acme-10.11"]);
    let stop = write(&way, "stop", "through = \">=10.11.0 <10.12.0\"");
    let walked = way.upgrade("11.7.0", &["--rules", &stop, "--json"]).expect(0).json();
    assert_eq!(hops(&walked), ["10.11.4", "11.7.0"]);
    way.assert_intact("11.7.0");
    assert_eq!(way.world.receipt().get("waived"), None);
}

#[test]
fn what_is_waived_bars_no_chain_and_is_recorded() {
    let way = Way::over(&STOPS);
    let stop = write(&way, "stop", "through = \">=10.11.0 <10.12.0\"");
    let given = ["--rules", &stop, "--accept", "acme-10.11", "--json"];
    let walked = way.upgrade("11.7.0", &given).expect(0).json();
    assert_eq!(hops(&walked), ["11.7.0"]);
    way.assert_intact("11.7.0");
    assert_eq!(way.world.receipt()["waived"], json!(["acme-10.11"]));
    way.world.ask(&["status"], &[]).expect(0).saying(&["rules waived: acme-10.11"]);
}
