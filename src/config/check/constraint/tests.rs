use super::*;
use crate::config::catalog::Type;
use crate::config::document::Document;
use crate::config::known::{exists_in, known};

/// Setting, value, version, complaints.
type Case = (&'static str, &'static str, &'static str, &'static [(Severity, &'static str)]);

fn lines() -> Vec<&'static str> {
    TABLE.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_line_of_the_table_is_read_and_in_order() {
    let sources = ["model", "snapshot", "load", "server", "notes"];
    let mut rows = Vec::new();
    for line in lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 8, "{line}");
        assert!(sources.contains(&fields[6]), "{line}");
        rows.push(Constraint::read(line).unwrap_or_else(|| panic!("{line}")));
    }
    assert!(rows.len() > 100);
    let key = |row: &Constraint| (row.setting.to_ascii_lowercase(), row.since);
    assert!(rows.windows(2).all(|pair| key(&pair[0]) <= key(&pair[1])));
    assert!(rows.iter().all(|row| row.until.is_none_or(|until| row.since < until)));
}

#[test]
fn every_setting_is_known_to_the_versions_of_its_row_and_has_a_type_that_fits() {
    for row in CONSTRAINTS.rows.values().flatten() {
        let setting = SettingPath::known(row.setting);
        let at = Version::new(row.since.0, row.since.1, 0);
        assert!(exists_in(&setting, &at), "{setting} {at}");
        if let Some((major, minor)) = row.until.filter(|(_, minor)| *minor > 0) {
            let last = Version::new(major, minor - 1, 0);
            assert!(exists_in(&setting, &last), "{setting} {last}");
        }
        let kind = known(&setting).iter().find(|known| known.exists_in(&at)).unwrap().kind;
        let fits = match row.demand {
            Demand::Range(..) => kind == Type::Int,
            Demand::Each(_) => kind == Type::List,
            Demand::OneOf(_) | Demand::NoneOf(_) | Demand::Unused(_) => true,
            Demand::Length(..)
            | Demand::Url
            | Demand::Listen
            | Demand::Clock
            | Demand::NotEmpty
            | Demand::Trimmed
            | Demand::NoFinalSlash => kind == Type::Text,
        };
        assert!(fits || kind == Type::Any, "{setting} {kind:?}");
        if let Demand::Unused(Some(other)) = row.demand {
            assert!(exists_in(&SettingPath::known(other), &at), "{setting}");
        }
    }
}

#[test]
fn rows_for_one_setting_and_kind_do_not_contradict_each_other() {
    for rows in CONSTRAINTS.rows.values() {
        for (index, row) in rows.iter().enumerate() {
            let kind = std::mem::discriminant(&row.demand);
            let rest = rows.iter().skip(index + 1);
            for other in rest.filter(|other| std::mem::discriminant(&other.demand) == kind) {
                let apart = row.until.is_some_and(|until| until <= other.since);
                assert!(apart, "{} {:?}", row.setting, other.since);
            }
        }
    }
}

#[test]
fn values_are_judged_by_version() {
    use Severity::{Error, Note, Warning};
    let cases: &[Case] = &[
        ("ServiceSettings.SiteURL", "\"canary.example\"", "5.30.0", &[(Error, "C-FORM")]),
        ("ServiceSettings.SiteURL", "\"https://x/\"", "5.9.0", &[]),
        ("ServiceSettings.SiteURL", "\"https://x/\"", "5.30.0", &[(Warning, "C-RESET")]),
        ("ServiceSettings.SiteURL", "null", "5.30.0", &[]),
        ("ServiceSettings.SiteURL", "5", "5.30.0", &[]),
        ("ServiceSettings.ReadTimeout", "0", "3.4.0", &[]),
        ("ServiceSettings.ReadTimeout", "0", "3.5.0", &[(Error, "C-RANGE")]),
        ("ServiceSettings.ReadTimeout", "0", "12.0.0", &[(Warning, "C-RANGE")]),
        ("ServiceSettings.ReadTimeout", "1", "12.0.0", &[]),
        ("ServiceSettings.ReadTimeout", "1.5", "9.5.0", &[]),
        ("servicesettings.listenaddress", "\"canary\"", "5.1.0", &[]),
        ("ServiceSettings.ListenAddress", "\"canary\"", "5.2.0", &[(Error, "C-FORM")]),
        ("SqlSettings.DriverName", "\"mysql\"", "10.11.0", &[]),
        ("SqlSettings.DriverName", "\"mysql\"", "11.0.0", &[(Error, "C-ENUM")]),
        ("SqlSettings.AtRestEncryptKey", "\"\"", "9.5.0", &[]),
        ("SqlSettings.AtRestEncryptKey", "\"canary\"", "9.5.0", &[(Error, "C-RANGE")]),
        ("TeamSettings.ExperimentalViewArchivedChannels", "false", "10.11.0", &[]),
        (
            "TeamSettings.ExperimentalViewArchivedChannels",
            "false",
            "11.0.0",
            &[(Error, "C-ENUM"), (Note, "C-DEPRECATED")],
        ),
        ("ServiceSettings.TLSOverwriteCiphers", "[\"canary\"]", "9.5.0", &[(Error, "C-ENUM")]),
        ("ServiceSettings.TLSOverwriteCiphers", "[]", "9.5.0", &[]),
        ("FileSettings.MaxImageDecoderConcurrency", "0", "9.5.0", &[(Error, "C-ENUM")]),
        ("FileSettings.MaxImageDecoderConcurrency", "-2", "9.5.0", &[(Error, "C-RANGE")]),
        ("FileSettings.MaxImageDecoderConcurrency", "-1", "9.5.0", &[]),
        ("FileSettings.Directory", "\" /x\"", "10.11.0", &[(Error, "C-FORM")]),
        ("FileSettings.Directory", "\"\"", "9.5.0", &[(Warning, "C-RESET")]),
        ("DataRetentionSettings.DeletionJobStartTime", "\"25:00\"", "9.5.0", &[(Error, "C-FORM")]),
        (
            "TeamSettings.SiteName",
            "\"canarycanarycanarycanarycanarycanary\"",
            "9.5.0",
            &[(Error, "C-RANGE")],
        ),
        ("ServiceSettings.Unheard", "0", "9.5.0", &[]),
    ];
    for (setting, json, version, wanted) in cases {
        let path = SettingPath::known(setting);
        let mut document = Document::empty();
        document.set_raw(&path, json).unwrap();
        let value = document.get(&path).unwrap();
        let found = check(&path, &value, &version.parse().unwrap());
        assert!(!format!("{found:?}").contains("canary"), "{found:?}");
        let found: Vec<_> = found.into_iter().map(|it| (it.severity, it.rule)).collect();
        assert_eq!(found, *wanted, "{setting} {json} {version}");
    }
}
