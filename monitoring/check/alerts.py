"""Checks that every alert has its annotations and a runbook, and tests in which it fires and in which it is silent."""

import re

from files import MONITORING, ROOT, alert_tests, rules

SEVERITIES = {"page", "ticket", "result"}
ANNOTATIONS = {"summary", "description", "runbook"}


def headings():
    """Returns the anchors of the headings of monitoring/README.md."""
    text = (MONITORING / "README.md").read_text()
    return {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (\w+(?: \w+)*)$", text, re.MULTILINE)}


def check():
    """Yields one line for each fault in the alerts."""
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
            yield f"{file}: {name} needs a severity: one of {sorted(SEVERITIES)}"
        if annotations.keys() != ANNOTATIONS:
            yield f"{file}: {name} needs exactly the annotations {sorted(ANNOTATIONS)}"
        if annotations.get("runbook") != f"monitoring/README.md#{name.lower()}" or name.lower() not in anchors:
            yield f"{file}: {name} needs a heading with its name in monitoring/README.md, and a runbook that points to it"
        for tested, what in ((fires, "in which it fires"), (silent, "in which it is silent")):
            if name not in tested:
                yield f"{file}: {name} has no test {what}; add one to {(MONITORING / 'prometheus' / 'tests').relative_to(ROOT)}"
    for name in sorted((fires | silent) - names):
        yield f"the tests name {name}, which is not an alert; promtool would always report it as silent"
    if not alerts:
        yield "there are no alerts"
