//! The limits of the settings of a workspace.

use domain::validation::typed;
use domain::workspace::{Settings, SettingsPatch};
use serde_json::{Value, json};

use super::trying::assert_limits;

#[test]
fn the_limits_of_settings_match_the_code() {
    let limits = [
        ("revision", vec![json!(0)], vec![json!(-1), json!("0"), json!(0.5), Value::Null]),
        (
            "unit_kind",
            vec![json!("verbatim"), json!("domain"), json!("salesforce"), json!("hubspot"), Value::Null],
            vec![json!("email"), json!("Domain"), json!(1)],
        ),
        (
            "time_zone",
            vec![json!("UTC"), json!("Europe/Berlin"), json!("America/Argentina/Buenos_Aires"), Value::Null],
            vec![json!(""), json!("Europe Berlin"), json!("+01:00"), json!(1)],
        ),
        (
            "retention_days",
            vec![json!(0), json!(90), json!(3_650), Value::Null],
            vec![json!(-1), json!(3_651), json!(365.5), json!("365")],
        ),
    ];
    let code = |body: Value| {
        typed::<SettingsPatch>(body).is_ok_and(|patch| Settings::default().revise(patch).is_ok())
    };
    assert_limits("WorkspacePatch", &json!({ "revision": 0 }), &limits, code);
}
