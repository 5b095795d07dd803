//! Tests of `make bench-peers`: a comparison with a failed request has no figures, and a ratio below its target is stated.

use super::programs::{PYTHON, Programs, run};

/// Runs lines of Python next to the modules of the comparison.
fn python(lines: &str, programs: &Programs) -> super::programs::Ended {
    let code = format!("import sys; sys.path.insert(0, 'bench/peers')\n{lines}");
    run(&[PYTHON, "-c", &code], programs, &[])
}

#[test]
fn a_failed_request_ends_the_comparison() {
    let load = "import measure, types\n\
        peer = types.SimpleNamespace(name='peer', url='http://127.0.0.1:1', token='', body='%s')\n\
        print(measure.load(peer, True, 1, '0')['requests'])";
    for (failed, code) in [(0, Some(0)), (1, Some(1))] {
        let line = format!(r#"{{"requests": 9, "microseconds": 1, "failed": {failed}}}"#);
        let programs = Programs::of("peers", &[]).with("taskset", &format!("echo '{line}'"));
        let ran = python(load, &programs);
        assert_eq!(ran.code, code, "{ran:?}");
        let says = if failed == 0 { ran.out.last() } else { ran.err.last() };
        let expected = if failed == 0 {
            "9"
        } else {
            "measure.Failed: peer: 1 of 9 requests failed; see the server's log"
        };
        assert_eq!(says.map(String::as_str), Some(expected));
    }
}

#[test]
fn a_ratio_meets_its_target_or_falls_short_by_a_share() {
    let programs = Programs::of("verdicts", &[]);
    let report = "import report, types\n\
        of = lambda rate: [types.SimpleNamespace(rate=rate, cpu=1)]\n\
        measured = {('bellwether', 'new'): of(1000), ('fastapi', 'new'): of(100)}\n\
        measured |= {('bellwether', 'known'): of(1200), ('fastapi', 'known'): of(100)}\n\
        print(report.verdicts(measured, {'bellwether': 10, 'fastapi': 40}))";
    let ran = python(report, &programs);
    let begins: Vec<_> = ran.out.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(begins, ["met", "falls short by 20%", "not measured", "falls short by 20%"], "{ran:?}");
}
