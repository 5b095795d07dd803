"""Every alert says what it is, where to read on, and is tested in both directions."""

import re

from files import MONITORING, ROOT, alert_tests, rules

SEVERITIES = {"page", "ticket"}
ANNOTATIONS = {"summary", "description", "runbook"}


def headings():
    """The anchors of monitoring/README.md, as its headings make them."""
    text = (MONITORING / "README.md").read_text()
    return {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (\w+(?: \w+)*)$", text, re.MULTILINE)}


def check():
    """What is wrong with the alerts, a line each."""
    fires: set[str] = set()
    silent: set[str] = set()
    anchors = headings()
    for _, expectation in alert_tests():
        (fires if expectation.get("exp_alerts") else silent).add(expectation["alertname"])
    alerts = [(file, rule) for file, rule in rules() if "alert" in rule]
    names = {rule["alert"] for _, rule in alerts}
    for file, rule in alerts:
        name, annotations = rule["alert"], rule.get("annotations", {})
        if rule.get("labels", {}).get("severity") not in SEVERITIES:
            yield f"{file}: {name} has no severity of {sorted(SEVERITIES)}"
        if annotations.keys() != ANNOTATIONS:
            yield f"{file}: {name} needs the annotations {sorted(ANNOTATIONS)}, and no others"
        if annotations.get("runbook") != f"monitoring/README.md#{name.lower()}" or name.lower() not in anchors:
            yield f"{file}: {name} needs a heading of its name in monitoring/README.md, and a runbook that points there"
        for tested, what in ((fires, "in which it fires"), (silent, "in which it is silent")):
            if name not in tested:
                yield f"{file}: {name} has no test {what}; add one to {(MONITORING / 'prometheus' / 'tests').relative_to(ROOT)}"
    for name in sorted((fires | silent) - names):
        yield f"the tests name {name}, which is no alert; promtool would find it silent whatever happens"
    if not alerts:
        yield "there are no alerts"
