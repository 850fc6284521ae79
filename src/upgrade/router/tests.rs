use super::super::situation::Driver;
use super::super::wishes::Pace;
use super::*;
use crate::upgrade::published;

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn versions(texts: &[&str]) -> std::collections::BTreeSet<Version> {
    texts.iter().map(|text| version(text)).collect()
}

fn found(rules: &Rules, situation: &Situation, ends: [&str; 2], wishes: &Wishes) -> Route {
    let router = Router::new(published(), rules, situation);
    router.route(&version(ends[0]), &version(ends[1]), wishes).unwrap()
}

fn way(ends: [&str; 2], wishes: &Wishes) -> String {
    let route = found(&Rules::built_in(), &Situation::default(), ends, wishes);
    let versions: Vec<String> = route.versions().iter().map(ToString::to_string).collect();
    versions.join(" ")
}

fn refused(situation: &Situation, ends: [&str; 2], wishes: &Wishes) -> NoRoute {
    let rules = Rules::built_in();
    let router = Router::new(published(), &rules, situation);
    router.route(&version(ends[0]), &version(ends[1]), wishes).unwrap_err()
}

#[test]
fn ways_are_short_and_stop_at_the_latest_patch() {
    for (ends, expected) in [
        (["0.5.0", "2.2.0"], "0.7.0 1.1.1 1.2.1 1.3.0 1.4.0 2.1.0 2.2.0"),
        (["2.0.0", "3.10.3"], "3.0.3 3.10.3"),
        (["3.10.3", "5.9.0"], "5.9.0"),
        (["3.10.3", "5.37.0"], "5.30.3 5.37.0"),
        (["3.10.3", "11.7.9"], "5.30.3 5.37.10 7.1.9 11.7.9"),
        (["4.10.0", "6.3.0"], "5.30.3 5.37.10 6.3.0"),
        (["5.3.0", "5.37.0"], "5.37.0"),
        (["5.3.0", "6.3.0"], "6.3.0"),
        (["5.3.0", "6.7.0"], "5.37.10 6.7.0"),
        (["5.9.0", "7.0.0"], "5.37.10 7.0.0"),
        (["5.38.0", "7.0.0"], "7.0.0"),
        (["7.1.0", "7.1.9"], "7.1.9"),
        (["7.1.0", "11.10.0"], "11.10.0"),
        (["10.11.15", "11.0.3"], "11.0.3"),
        (["10.11.16", "11.7.2"], "11.6.6 11.7.2"),
        (["10.11.17", "11.7.3"], "11.7.3"),
        (["10.11.17", "11.8.0"], "11.7.9 11.8.0"),
    ] {
        assert_eq!(way(ends, &Wishes::default()), expected, "{ends:?}");
    }
}

#[test]
fn each_stop_says_which_rules_ask_for_it() {
    let rules = Rules::built_in();
    let route = found(&rules, &Situation::default(), ["3.10.3", "7.0.0"], &Wishes::default());
    let told: Vec<String> = route
        .stops
        .iter()
        .map(|stop| {
            let because: Vec<String> = stop.because.iter().map(ToString::to_string).collect();
            format!("{}: {}", stop.version, because.join("; "))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    5.30.3: a database from before 5.0 can be migrated only by releases up to 5.30; others leave it broken (gate-5.31)
    5.37.10: the vendor asks to go from before 5.0 to 6.0 and later by way of the last extended support release of 5.x (stop-6.0); the vendor asks to go from 5.x to 7.0 and later by way of 5.37.10 (stop-5.37.10)
    7.0.0: that is where the way leads
    ");
}

#[test]
fn what_is_asked_for_is_stopped_at() {
    let via = Wishes { via: versions(&["9.11.18", "7.8.0"]), ..Wishes::default() };
    assert_eq!(way(["5.37.0", "11.7.9"], &via), "5.37.10 7.1.9 7.8.0 9.11.18 11.7.9");
    // Withdrawn, and no place to stop, but named.
    let odd = Wishes { via: versions(&["1.2.0"]), ..Wishes::default() };
    assert_eq!(way(["1.1.1", "1.3.0"], &odd), "1.2.0 1.2.1 1.3.0");
    let shunned = Wishes { via: versions(&["10.5.0"]), ..Wishes::default() };
    assert_eq!(way(["9.11.0", "10.11.4"], &shunned), "10.5.0 10.11.4");
}

#[test]
fn a_slower_pace_stops_at_every_line_of_its_kind() {
    let every = |pace| Wishes { every: Some(pace), ..Wishes::default() };
    assert_eq!(
        way(["4.10.0", "11.8.0"], &every(Pace::Esr)),
        "5.9.8 5.19.3 5.25.7 5.31.9 5.37.10 6.3.10 7.1.9 7.8.15 8.1.13 9.5.14 9.11.18 10.5.14 10.11.23 11.7.9 11.8.0"
    );
    // Of 10.11, the latest patch that lets one go on.
    assert_eq!(way(["10.10.0", "11.1.3"], &every(Pace::Minor)), "10.11.15 10.12.4 11.0.7 11.1.3");
    assert_eq!(way(["9.9.0", "10.1.0"], &every(Pace::Minor)), "9.10.3 9.11.18 10.0.4 10.1.0");
    assert_eq!(way(["5.18.0", "5.21.0"], &every(Pace::Feature)), "5.19.3 5.20.2 5.21.0");
}

#[test]
fn a_pace_gives_way_to_the_rules_and_says_so() {
    let wishes = Wishes { every: Some(Pace::Minor), ..Wishes::default() };
    let route = found(&Rules::built_in(), &Situation::default(), ["10.11.17", "11.8.1"], &wishes);
    let left_out: Vec<String> = route.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(left_out, ["10.12", "11.0", "11.1", "11.2", "11.3", "11.4", "11.5"]);
    assert_eq!(route.versions(), [version("11.6.6"), version("11.7.9"), version("11.8.1")]);
}

#[test]
fn only_what_is_at_hand_is_stopped_at() {
    let only = |texts: &[&str]| Wishes { only: Some(versions(texts)), ..Wishes::default() };
    let unknown = Situation::default();
    let ends = ["5.30.0", "11.7.9"];
    assert_eq!(way(ends, &only(&["5.37.10", "7.1.2", "11.7.9"])), "5.37.10 7.1.2 11.7.9");
    let error = refused(&unknown, ends, &only(&["5.37.10", "7.8.15", "11.7.9"]));
    insta::assert_snapshot!(error, @r"no way leads from 5.30.0 to 11.7.9: the vendor asks to go from before 7.1 to later releases by way of the 7.1 extended support release (stop-7.1; no release of >=7.1.0 <7.2.0 can be used)");
    let error = refused(&unknown, ends, &only(&["5.37.10", "7.1.9"]));
    assert_eq!(error, NoRoute::NotAtHand { version: version("11.7.9") });
}

#[test]
fn what_leads_nowhere_is_refused_with_the_reason() {
    let (unknown, none) = (Situation::default(), Wishes::default());
    let via = |text: &str| Wishes { via: versions(&[text]), ..Wishes::default() };
    let mysql = Situation { driver: Some(Driver::MySql), ..Situation::default() };
    let errors = [
        refused(&unknown, ["10.11.4", "10.11.4"], &none),
        refused(&unknown, ["10.11.4", "9.11.0"], &none),
        refused(&unknown, ["10.11.4", "11.99.0"], &none),
        refused(&unknown, ["10.11.4", "11.7.9"], &via("11.99.0")),
        refused(&unknown, ["10.11.4", "11.7.9"], &via("9.11.0")),
        refused(&unknown, ["10.11.17", "11.7.9"], &via("11.0.3")),
        refused(&mysql, ["3.10.3", "11.7.9"], &none),
    ];
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    10.11.4 is not later than 10.11.4
    9.11.0 is not later than 10.11.4
    no release 11.99.0 is known
    no release 11.99.0 is known
    9.11.0 does not lie between 10.11.4 and 11.7.9
    no way leads from 10.11.17 to 11.7.9: the migrations of 10.11.16 and later collide with those of 10.12 to 11.7.2 (collision-10.11; no release of >=11.6.5 <11.7.0 can be reached in between)
    no way leads from 3.10.3 to 11.7.9: servers from 11.0 on work with PostgreSQL only (mysql-gone-11)
    ");
}

#[test]
fn what_is_waived_is_no_obstacle_and_is_told() {
    let mysql = Situation { driver: Some(Driver::MySql), ..Situation::default() };
    let rules = Rules::built_in().waive(["mysql-gone-11", "stop-7.1", "gate-5.31"]).unwrap();
    let route = found(&rules, &mysql, ["6.7.0", "11.7.9"], &Wishes::default());
    assert_eq!(route.versions(), [version("11.7.9")]);
    assert_eq!(route.waived, ["stop-7.1", "mysql-gone-11"]);
}

#[test]
fn what_cannot_be_stopped_at_says_why() {
    let rules = Rules::built_in();
    let situation = Situation::default();
    let early = Known {
        version: version("11.7.0-rc1"),
        kind: crate::model::LineKind::Esr,
        withdrawn: false,
    };
    let router = Router::new(published().into_iter().chain([early]), &rules, &situation);
    let over = |from: &str, to: &str| -> Vec<String> {
        let wishes = Wishes::default();
        let all = router.passed_over(&version(from), &version(to), &wishes);
        all.iter().map(|it| format!("{}: {}", it.version, it.why)).collect()
    };
    assert_eq!(over("1.1.1", "1.3.0"), ["1.2.0: it was withdrawn"]);
    assert_eq!(
        over("10.4.1", "10.6.0"),
        [
            "10.5.0: it is no place to stop (avoid-10.5.0)",
            "10.5.1: it is no place to stop (avoid-10.5.0)"
        ]
    );
    assert_eq!(over("11.6.6", "11.7.0"), ["11.7.0-rc1: it is a pre-release"]);
    let barred = over("10.11.23", "11.7.3");
    for (version, expected) in
        [("10.12.4", true), ("11.6.4", true), ("11.6.6", false), ("11.7.2", false)]
    {
        let told = format!("{version}: rules are in the way (collision-10.11)");
        assert_eq!(barred.contains(&told), expected, "{told}");
    }
}

#[test]
fn findings_are_told_hop_by_hop() {
    let rules = Rules::built_in();
    let situation = Situation {
        edition: Some(crate::model::Edition::Team),
        driver: Some(Driver::Postgres),
        config: Some(serde_json::json!({"GitLabSettings": {"Enable": true}})),
        ..Situation::default()
    };
    let router = Router::new(published(), &rules, &situation);
    let route = router.route(&version("6.3.0"), &version("11.7.9"), &Wishes::default()).unwrap();
    let findings = router.findings(&route);
    let codes = |hop: &HopFindings, severity: Severity| -> Vec<String> {
        let weighty = hop.findings.iter().filter(|finding| finding.severity == severity);
        weighty.map(|finding| finding.code.clone()).collect()
    };
    assert_eq!((&findings[0].from, &findings[1].from), (&version("6.3.0"), &version("7.1.9")));
    assert_eq!(codes(&findings[0], Severity::Warning), [""; 0]);
    assert_eq!(codes(&findings[1], Severity::Warning), ["gitlab-sign-in-11"]);
    assert!(codes(&findings[0], Severity::Note).contains(&"slow-7.1".to_owned()));
    assert!(!codes(&findings[1], Severity::Note).contains(&"mysql-packet-8.0".to_owned()));
}

#[test]
fn what_is_left_of_a_way_is_the_way_from_there() {
    let (rules, situation) = (Rules::built_in(), Situation::default());
    let router = Router::new(published(), &rules, &situation);
    let (mut from, to) = (version("0.5.0"), version("11.10.0"));
    let mut left = router.route(&from, &to, &Wishes::default()).unwrap().versions();
    assert!(left.len() > 8, "{left:?}");
    while left.len() > 1 {
        from = left.remove(0);
        assert_eq!(router.route(&from, &to, &Wishes::default()).unwrap().versions(), left);
    }
}

#[test]
fn a_stop_that_an_operator_asks_for_is_made_where_it_may_be_needed() {
    let mine = r#"
        [[rule]]
        id = "acme-9.11"
        kind = "stop"
        from = "<9.11.0"
        to = ">=9.12.0"
        through = ">=9.11.0 <9.12.0"
        when = ["env:ACME_PLUGIN"]
        severity = "fatal"
        text = "the plugin of acme migrates on 9.11"
        source = "acme"
    "#;
    let rules = Rules::built_in().with(mine).unwrap();
    let way = |environment: Option<&[&str]>| {
        let environment =
            environment.map(|names| names.iter().map(|it| ((*it).to_owned(), "1".to_owned())));
        let situation =
            Situation { environment: environment.map(Iterator::collect), ..Situation::default() };
        found(&rules, &situation, ["9.5.0", "10.5.14"], &Wishes::default()).versions()
    };
    let stopping = [version("9.11.18"), version("10.5.14")];
    assert_eq!(way(Some(&["ACME_PLUGIN"])), stopping);
    assert_eq!(way(None), stopping);
    assert_eq!(way(Some(&[])), [version("10.5.14")]);
}

#[test]
fn a_withdrawn_release_is_gone_to_when_it_is_named_and_that_is_said() {
    let (rules, situation) = (Rules::built_in(), Situation::default());
    let router = Router::new(published(), &rules, &situation);
    let route = router.route(&version("1.1.1"), &version("1.2.0"), &Wishes::default()).unwrap();
    let findings = &router.findings(&route)[0].findings;
    let weighty = findings.iter().filter(|finding| finding.severity > Severity::Note);
    let codes: Vec<(&str, Severity)> =
        weighty.map(|finding| (finding.code.as_str(), finding.severity)).collect();
    let expected = [("avoid-1.2.0", Severity::Warning), ("withdrawn", Severity::Warning)];
    assert_eq!(codes, expected);
}

#[test]
fn what_comes_after_the_first_version_is_the_chain() {
    let (rules, situation) = (Rules::built_in(), Situation::default());
    let (from, to) = (version("5.9.0"), version("7.8.15"));
    let stops =
        crate::upgrade::stops(&from, &to, published(), &rules, &situation, &Wishes::default());
    assert_eq!(stops, Ok(vec![version("5.37.10"), version("7.1.9"), version("7.8.15")]));
}
