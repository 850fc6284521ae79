use super::*;

fn heed(notices: &mut Notices, line: &str) -> Result<bool, ProofError> {
    notices.heed(&LogLine::parse(line))
}

#[test]
fn only_the_own_port_is_needed() {
    let json = |error: &str| format!(r#"{{"level":"error","msg":"Error","error":"{error}"}}"#);
    let in_use = "bind: address already in use";
    for (line, hopeless) in [
        (json(&format!("listen tcp 127.0.0.1:40123: {in_use}")), true),
        (json(&format!("listen tcp :40123: {in_use}")), true),
        (json(&format!("listen tcp4 0.0.0.0:40123: {in_use}")), true),
        (json(&format!("listen tcp [::1]:40123: {in_use}")), true),
        (
            format!(
                "[2026/11/23 20:06:40 UTC] [CRIT] Error starting server, err:listen tcp 127.0.0.1:40123: {in_use}"
            ),
            true,
        ),
        (format!("address already in use: 127.0.0.1:40123 ({in_use})"), true),
        (json(&format!("listen tcp :8443: {in_use}")), false),
        (json(&format!("listen udp :8443: {in_use}")), false),
        (json(&format!("listen tcp :4012: {in_use}")), false),
        (json(&format!("listen tcp :401234: {in_use}")), false),
        (json(&format!("plugin of 127.0.0.1:40123: listen tcp :8443: {in_use}")), false),
        (json("address already in use"), false),
    ] {
        let mut notices = Notices::of(40_123);
        match heed(&mut notices, &line) {
            Err(ProofError::Hopeless { .. }) => assert!(hopeless, "{line}"),
            other => assert!(!hopeless && other.unwrap(), "{line}"),
        }
        assert!(hopeless || notices.words().contains("in use"), "{line}");
    }
}

#[test]
fn what_a_server_was_unwell_with_is_over_after_a_good_answer() {
    let seconds = Duration::from_secs;
    let mut notices = Notices::of(1);
    assert_eq!(notices.is_unwell(&[Part::Database], seconds(5)), seconds(0));
    assert_eq!(notices.is_unwell(&[Part::FileStore], seconds(9)), seconds(4));
    notices.is_well();
    assert_eq!(notices.is_unwell(&[Part::Database], seconds(70)), seconds(0));
    notices.is_well();
    let error = notices.too_slow(seconds(80));
    assert!(matches!(error, ProofError::TooSlow { .. }), "{error}");

    let mut notices = Notices::of(1);
    notices.is_unwell(&[Part::Database], seconds(5));
    let error = notices.too_slow(seconds(80));
    assert!(matches!(error, ProofError::Unhealthy { .. }), "{error}");
}
