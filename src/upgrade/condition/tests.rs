use super::*;

fn judge(condition: &str, situation: &Situation) -> Judgement {
    condition.parse::<Condition>().unwrap().judge(situation)
}

#[test]
fn what_nobody_has_looked_at_is_unknown() {
    let nothing = Situation::default();
    for condition in [
        "edition=team",
        "driver=mysql",
        "postgres<14",
        "mysql>=8.0.22",
        "glibc<2.36",
        "config:LdapSettings.Enable=true",
        "config:LdapSettings.Enable!=true",
        "config:LdapSettings.Enable",
        "env:MM_LICENSE",
        "unseen:it rains",
    ] {
        assert_eq!(judge(condition, &nothing), Judgement::Unknown, "{condition}");
    }
}

#[test]
fn what_is_known_decides() {
    let known = Situation {
        edition: Some(Edition::Team),
        driver: Some(Driver::MySql),
        database: Some([8, 0, 22]),
        config: Some(serde_json::json!({"LdapSettings": {"Enable": true, "LdapServer": ""}})),
        environment: Some([("MM_LICENSE".to_owned(), String::new())].into()),
        glibc: Some(GlibcVersion { major: 2, minor: 34 }),
    };
    for (holds, fails) in [
        ("edition=team", "edition=enterprise"),
        ("driver=mysql", "driver=postgres"),
        ("mysql>=8.0.22", "mysql>=8.0.23"),
        ("mysql<8.0.23", "mysql<8.0.22"),
        ("mysql<9", "postgres<14"),
        ("mysql>=8", "postgres>=8"),
        ("glibc<2.36", "glibc<2.34"),
        ("config:LdapSettings.Enable", "config:LdapSettings.LdapServer"),
        ("config:LdapSettings.Enable=TRUE", "config:LdapSettings.Enable=false"),
        ("config:LdapSettings.Enable!=false", "config:LdapSettings.Enable!=true"),
        ("config:SamlSettings.Enable!=true", "config:SamlSettings.Enable=false"),
        ("env:MM_LICENSE", "env:MM_CONFIG"),
    ] {
        assert_eq!(judge(holds, &known), Judgement::Holds, "{holds}");
        assert_eq!(judge(fails, &known), Judgement::Fails, "{fails}");
    }
}

#[test]
fn another_kind_of_database_decides_without_its_version() {
    let situation = Situation { driver: Some(Driver::Postgres), ..Situation::default() };
    assert_eq!(judge("mysql<8.0", &situation), Judgement::Fails);
    assert_eq!(judge("postgres<14", &situation), Judgement::Unknown);
}

#[test]
fn one_that_certainly_fails_decides_over_unknown_ones() {
    use Judgement::{Fails, Holds, Unknown};
    assert_eq!(Judgement::all([Holds, Unknown, Fails]), Fails);
    assert_eq!(Judgement::all([Holds, Unknown]), Unknown);
    assert_eq!(Judgement::all([]), Holds);
}

#[test]
fn other_texts_are_refused_and_all_have_words() {
    for text in [
        "",
        "mysql",
        "driver=oracle",
        "postgres>14",
        "postgres<",
        "mysql<8.0.0.1",
        "glibc<two",
        "config:Enable=true",
        "config:.Enable",
        "env:",
        "unseen: ",
    ] {
        assert!(text.parse::<Condition>().is_err(), "{text:?}");
    }
    for (text, words) in [
        ("postgres<9.6", "the database is PostgreSQL from before 9.6"),
        ("mysql>=8.0.22", "the database is MySQL 8.0.22 or later"),
        ("postgres>=15", "the database is PostgreSQL 15 or later"),
        ("config:A.B!=c=d", "A.B is not c=d"),
        ("env:MM_A", "MM_A is set"),
    ] {
        assert_eq!(text.parse::<Condition>().unwrap().to_string(), words);
    }
}

#[test]
fn what_is_written_reads_as_the_same() {
    let own =
        ["edition=enterprise", "mysql>=8.0.22", "postgres<9.6", "config:A.B", "config:A.B!=c=d"];
    let own = own.map(|text| text.parse::<Condition>().unwrap());
    let rules = super::super::Rules::built_in();
    let all: Vec<&Condition> = rules.iter().flat_map(|rule| &rule.when).chain(&own).collect();
    assert!(all.len() > own.len());
    for condition in all {
        assert_eq!(condition.written().parse().as_ref(), Ok(condition));
    }
}
