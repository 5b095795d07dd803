//! Assignments with a preview token: the token's variant is returned, and nothing is stored.

use bellwether::auth::preview::Preview;
use domain::experiment::Status;
use secrecy::ExposeSecret;

use super::*;

fn token(bench: &Bench, test: &Experiment, variant: usize) -> String {
    let preview = Preview::of(test, &test.definition.variants[variant], 600, bench.app.clock.now());
    preview.sign(&acme(), test.preview_key.as_ref().unwrap()).unwrap().expose_secret().to_owned()
}

#[tokio::test]
async fn a_token_chooses_the_variant_in_any_state_of_the_test_and_stores_nothing() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    for (variant, status) in [(0, Status::Running), (1, Status::Running), (1, Status::Paused)] {
        if status == Status::Paused {
            bench.change(&test, json!({ "revision": 2, "status": "paused" })).await;
        }
        let unit = json!({ "unit_id": "acme.com", "preview": token(&bench, &test, variant) });
        let shown = assign(&bench.cold().await, unit).await;
        assert_eq!(shown["variant"], test.definition.variants[variant].key.as_str());
        assert_eq!((&shown["reason"], &shown["new"]), (&json!("preview"), &json!(false)));
    }
    assert_eq!(bench.rows().await, 0);
}

#[tokio::test]
async fn a_token_that_is_not_valid_fails_in_the_place_of_its_unit() {
    let bench = Bench::start().await;
    let test = bench.launch(json!({})).await;
    let other = bench.launch(json!({ "test_id": "other" })).await;
    let units = json!([
        { "unit_id": "a", "preview": token(&bench, &other, 0) },
        { "unit_id": "b", "preview": "x" },
        { "unit_id": "c", "preview": token(&bench, &test, 0) }
    ]);
    let list = assign(&bench, json!({ "units": units })).await["assignments"].clone();
    for place in 0..2 {
        assert_eq!(list[place]["problem"]["errors"][0]["pointer"], "/preview");
    }
    assert_eq!(list[2]["reason"], "preview");
    assert_eq!(bench.rows().await, 0);
}
