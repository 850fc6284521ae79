//! Chains that arrive: everything that people had is there at the end, and the server was told to stop once.

use serde_json::json;

use super::way::Way;

#[test]
fn from_5_37_to_11_7_in_one_command() {
    let way = Way::over(&["5.37.10", "7.1.9", "7.8.0", "9.11.0", "10.11.0", "11.7.0"]);
    let said = way.upgrade("11.7.0", &[]).expect(0);
    eprintln!("{}", said.all());
    way.assert_intact("11.7.0");
    assert_eq!(way.setting("TeamSettings", "MaxUsersPerTeam"), json!(77));
}
