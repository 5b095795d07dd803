//! The written form of a page of metrics.

use super::super::catalogue::{RESULTS_AGE, SIGN_INS_TOTAL, UNITS, WEIGHT_RATIO};
use super::*;

fn page(format: Format) -> String {
    format.write(&[
        Sample::new(&RESULTS_AGE, ["acme", "pricing"], 61.5),
        Sample::new(&UNITS, ["acme", "pricing", "a"], 201.0),
        Sample::new(&WEIGHT_RATIO, ["acme", "pricing", "a"], f64::NAN),
        Sample::new(&UNITS, ["acme", "odd\"\\\n", "b"], 1e15),
    ])
}

#[test]
fn the_text_format_has_each_family_once_with_its_kind_and_escaped_labels() {
    let wanted = "# HELP bellwether_test_units_total Units assigned in the current phase, including omitted units.\n\
                  # TYPE bellwether_test_units_total counter\n\
                  bellwether_test_units_total{workspace=\"acme\",test=\"pricing\",variant=\"a\"} 201\n\
                  bellwether_test_units_total{workspace=\"acme\",test=\"odd\\\"\\\\\\n\",variant=\"b\"} 1000000000000000\n\
                  # HELP bellwether_test_results_age_seconds Seconds since the results of a running test were counted.\n\
                  # TYPE bellwether_test_results_age_seconds gauge\n\
                  bellwether_test_results_age_seconds{workspace=\"acme\",test=\"pricing\"} 61.5\n";
    assert_eq!(page(Format::Text), wanted);
}

#[test]
fn openmetrics_names_counters_without_their_suffix_and_marks_the_end() {
    let page = page(Format::OpenMetrics);
    assert!(page.contains("# TYPE bellwether_test_units counter\nbellwether_test_units_total{"), "{page}");
    assert!(page.contains("# UNIT bellwether_test_results_age_seconds seconds\n"), "{page}");
    assert!(page.ends_with("# EOF\n"));
    let counted = Format::OpenMetrics.write(&[Sample::new(&SIGN_INS_TOTAL, ["failed"], 3.0)]);
    assert!(counted.contains("bellwether_sign_ins_total{outcome=\"failed\"} 3\n"), "{counted}");
}

#[test]
fn the_format_is_the_one_with_the_highest_weight_and_text_by_default() {
    let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    assert_eq!(Format::accepted(Some(prometheus)), Format::OpenMetrics);
    let text = [
        "*/*",
        "",
        "text/plain",
        "application/json",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0.4, text/plain;q=0.40001",
        "application/openmetrics-text;q=x",
    ];
    for accept in text {
        assert_eq!(Format::accepted(Some(accept)), Format::Text, "{accept}");
    }
    assert_eq!(
        Format::accepted(Some("text/plain;q=0.5, application/openmetrics-text; q=0.501")),
        Format::OpenMetrics
    );
    assert_eq!(Format::accepted(Some("Application/OpenMetrics-Text")), Format::OpenMetrics);
    assert_eq!(Format::accepted(None), Format::Text);
}

#[test]
fn every_metric_name_follows_the_rules_of_prometheus() {
    for family in FAMILIES {
        assert!(family.name.starts_with("bellwether_"), "{family:?}");
        assert_eq!(family.kind == Kind::Counter, family.name.ends_with("_total"), "{family:?}");
        let unique = FAMILIES.iter().filter(|other| other.name == family.name).count();
        assert!(unique == 1 && family.help.ends_with('.'), "{family:?}");
    }
}
