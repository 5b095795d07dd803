"""Checks that dashboards and rules use only the metrics, labels and dimensions of monitoring/catalogue.json."""

import re

from files import catalogue, of, panels, rules
from promql import labels, selectors

NAMESPACE = "Bellwether/$environment"
TARGET_LABELS = {"job", "instance", "environment"}  # what Prometheus adds to a series
OWN = {"up"}  # Prometheus' own metric of a scrape
MATH_WORDS = {"IF", "RUNNING_SUM"}


def recorded():
    """Returns the names that rules record, with the labels that their expressions preserve or add."""
    found: dict[str, set[str]] = {}
    for _, rule in rules():
        if "record" in rule:
            kept = re.findall(r"\bby\s*\(([^)]*)\)", rule["expr"])
            names = {name.strip() for group in kept for name in group.split(",")} | set(rule.get("labels", {}))
            found.setdefault(rule["record"], set()).update(names)
    inherited = {name for name, own in found.items() if not own}  # computed from other recorded series only
    everything = set().union(*found.values())
    return {name: everything if name in inherited else own for name, own in found.items()}


def expression(text, known, own):
    """Yields the faults in a Prometheus expression."""
    for name, matchers in selectors(text):
        if name not in known and name not in own and name not in OWN:
            yield f"{name} is neither in the catalogue nor recorded by a rule"
            continue
        allowed = set(known[name]["labels"]) if name in known else own.get(name, set())
        for label in set(labels(matchers)) - allowed - TARGET_LABELS:
            yield f"{name} has no label {label}"


def cloudwatch(panel, known):
    """Yields the faults in a panel's CloudWatch queries."""
    targets = of(panel, "cloudwatch")
    ids = {target["id"] for target in targets}
    for target in targets:
        if target["namespace"] != NAMESPACE:
            yield f"the namespace is {target['namespace']}, not {NAMESPACE}"
        if target.get("expression"):
            for name in set(re.findall(r"[a-zA-Z_]\w*", target["expression"])) - ids - MATH_WORDS:
                yield f"{name} in an expression is not a query of this panel"
        elif target["metricName"] not in known:
            yield f"{target['metricName']} is not in the catalogue"
        elif sorted(target["dimensions"]) not in [sorted(names) for names in known[target["metricName"]]["dimensions"]]:
            yield f"{target['metricName']} has no set of dimensions {sorted(target['dimensions'])}"


def check():
    """Yields one line for each fault."""
    clouds, known = catalogue()
    own = recorded()
    for file, rule in rules():
        for error in expression(rule["expr"], known, own):
            yield f"{file}: {rule.get('alert') or rule['record']}: {error}"
    for file, panel in panels():
        errors = list(cloudwatch(panel, clouds))
        for target in of(panel, "prometheus"):
            errors += expression(target["expr"], known, own)
        for error in errors:
            yield f"{file}: {panel['title']}: {error}"
