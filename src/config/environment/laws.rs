//! What a variable says is what the overlay says, in every version.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::*;
use crate::config::catalog::{Type, all_in};
use crate::config::document::Document;
use crate::config::layer::Layers;
use crate::config::merge::merge;

const VERSIONS: [(u64, u64); 12] = [
    (3, 8),
    (4, 1),
    (4, 9),
    (5, 0),
    (5, 2),
    (5, 11),
    (5, 29),
    (5, 30),
    (7, 5),
    (7, 8),
    (9, 5),
    (11, 4),
];

fn value_of(kind: Type) -> BoxedStrategy<Value> {
    match kind {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Int => any::<i64>().prop_map(Value::from).boxed(),
        Type::Text => prop_oneof![any::<String>(), "[ -~\n\t]{0,20}"].prop_map(Value::from).boxed(),
        Type::List => prop::collection::vec("[a-z, ]{0,5}", 0..4).prop_map(Value::from).boxed(),
        Type::Map | Type::Any => Just(json!({"a": {"b": 1}})).boxed(),
    }
}

/// A version, a file of it, and an overlay: the same settings with other values, and one value of a wrong type.
fn worlds() -> impl Strategy<Value = (Version, Document, Document)> {
    let picks = prop::collection::vec((any::<Index>(), any::<bool>()), 1..30);
    (0..VERSIONS.len(), picks).prop_flat_map(|(at, picks)| {
        let version = Version::new(VERSIONS[at].0, VERSIONS[at].1, 0);
        let rows: Vec<_> = all_in(&version).collect();
        let values: Vec<_> = picks
            .iter()
            .map(|(pick, fits)| {
                let row = pick.get(&rows);
                let kind = if *fits || row.kind == Type::Any { row.kind } else { Type::Text };
                (Just(row.setting.clone()), value_of(row.kind), value_of(kind))
            })
            .collect();
        (Just(version), values).prop_map(|(version, values)| {
            let (mut file, mut overlay) = (Document::empty(), Document::empty());
            for (setting, there, wanted) in values {
                let setting = SettingPath::known(&setting);
                drop(file.set(&setting, &there));
                drop(overlay.set(&setting, &wanted));
            }
            (version, file, overlay)
        })
    })
}

proptest! {
    #[test]
    fn variables_do_what_the_enforced_overlay_does((version, file, overlay) in worlds()) {
        let expressed = express(&overlay, &version);
        let mut said = overlay.clone();
        for impossible in &expressed.impossible {
            said.remove(&impossible.setting);
        }
        let pairs = || {
            let variables = expressed.variables.iter();
            variables.map(|(name, value)| (name.as_str(), value.expose().as_str()))
        };
        let seen = effective(&file, pairs(), &version).unwrap();
        prop_assert!(seen.overrides.iter().all(|it| it.fate == Fate::Taken), "{:?}", seen.overrides);
        prop_assert_eq!(&seen.unknown, &[]);
        let layers = Layers { enforced: Some(&said), ..Layers::of_release(&file) };
        let merged = merge(&layers).unwrap().document;
        for leaf in merged.leaves() {
            let now = seen.document.get(&leaf.setting);
            prop_assert!(now.is_some_and(|now| now.is_same_as(&leaf.value)), "{}", leaf.setting);
        }
        prop_assert_eq!(seen.document.leaves().len(), merged.leaves().len());
        // Each setting is said once, or it is told why not.
        let asked = overlay.leaves().into_iter().filter(|leaf| leaf.value.raw() != "{}").count();
        prop_assert_eq!(expressed.variables.len() + expressed.impossible.len(), asked);
    }

    #[test]
    fn whatever_the_environment_says_the_outcome_is_a_configuration(
        (version, file, _) in worlds(),
        picks in prop::collection::vec((any::<Index>(), "[ -~]{0,12}", any::<bool>()), 0..8),
    ) {
        let rows: Vec<_> = all_in(&version).collect();
        let variables: Vec<(String, String)> = picks
            .into_iter()
            .map(|(pick, value, is_longer)| {
                let name = variable_of(&SettingPath::known(&pick.get(&rows).setting));
                (if is_longer { format!("{name}_{value}") } else { name }, value)
            })
            .collect();
        let pairs = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let seen = effective(&file, pairs, &version).unwrap();
        prop_assert!(Document::parse(seen.document.to_text().as_bytes()).is_ok());
        prop_assert!(seen.overrides.len() + seen.unknown.len() + seen.flags.len() <= variables.len());
    }
}

/// What is impossible is told by setting, with the reason that holds in that version.
#[test]
fn what_no_variable_can_say_is_told() {
    use Obstacle as O;
    for (setting, value, version, obstacle) in [
        ("TeamSettings.SiteName", json!("x"), (3, 7), Some(O::NoEnvironment)),
        ("TeamSettings.SiteName", json!("x"), (3, 8), None),
        ("TeamSettings.SiteName", json!(""), (5, 11), Some(O::Empty)),
        ("TeamSettings.SiteName", json!(""), (5, 12), None),
        ("TeamSettings.SiteName", json!(null), (9, 5), Some(O::Null)),
        ("TeamSettings.SiteName", json!(5), (9, 5), Some(O::WrongType)),
        ("TeamSettings.SiteName", json!("a\u{0}"), (9, 5), Some(O::ZeroByte)),
        ("TeamSettings.SiteName", json!("x".repeat(131_072)), (9, 5), Some(O::TooLong)),
        ("TeamSettings.SiteNane", json!("x"), (9, 5), Some(O::NoSuchSetting)),
        ("TeamSettings.SiteNane", json!("x"), (99, 0), None),
        ("ServiceSettings.ReadTimeout", json!(1.5), (9, 5), Some(O::WrongType)),
        ("PluginSettings.Enable", json!(true), (4, 9), Some(O::FileOnly)),
        ("PluginSettings.Enable", json!(true), (5, 2), None),
        ("PluginSettings.Plugins.a.b", json!(1), (9, 5), Some(O::PartOfMap)),
        ("PluginSettings.Plugins.\"com.x\".b", json!(1), (9, 5), Some(O::PartOfMap)),
        ("SqlSettings.DataSourceReplicas", json!(["a"]), (3, 8), None),
        ("SqlSettings.DataSourceReplicas", json!(["a", "b"]), (3, 8), Some(O::List)),
        ("SqlSettings.DataSourceReplicas", json!(["a b", "c"]), (5, 29), None),
        ("SqlSettings.DataSourceReplicas", json!(["a,b"]), (5, 29), Some(O::List)),
        ("SqlSettings.DataSourceReplicas", json!(["a,b", "c"]), (5, 30), None),
        ("SqlSettings.DataSourceReplicas", json!(["a b"]), (5, 30), Some(O::List)),
        ("SqlSettings.DataSourceReplicas", json!([]), (5, 29), None),
        ("SqlSettings.DataSourceReplicas", json!([]), (9, 5), Some(O::List)),
        ("SqlSettings.DataSourceReplicas", json!([1]), (9, 5), Some(O::WrongType)),
        ("SqlSettings.ReplicaLagSettings", json!([{}]), (9, 5), Some(O::ListOfOthers)),
        ("LogSettings.AdvancedLoggingJSON", json!({"a": {"b": [1]}}), (8, 0), None),
        ("LogSettings.AdvancedLoggingJSON", json!({}), (8, 0), None),
    ] {
        let mut overlay = Document::empty();
        overlay.set(&SettingPath::known(setting), &value).unwrap();
        let said = express(&overlay, &Version::new(version.0, version.1, 0));
        let found = said.impossible.first().map(|impossible| impossible.why);
        assert_eq!(found, obstacle, "{setting} {version:?}");
        assert_eq!(said.variables.len(), usize::from(obstacle.is_none()), "{setting} {version:?}");
    }
}
