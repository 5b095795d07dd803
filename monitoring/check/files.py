"""What the checks read: the catalogue, the rules, their tests and the dashboards."""

import json
import pathlib

import yaml  # of local/requirements.txt

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MONITORING = ROOT / "monitoring"
RULES = MONITORING / "prometheus" / "rules"
TESTS = MONITORING / "prometheus" / "tests"
DASHBOARDS = MONITORING / "grafana" / "dashboards"


def catalogue():
    """The metrics by name: of CloudWatch and of Prometheus."""
    kinds = json.loads((MONITORING / "catalogue.json").read_text())
    return tuple({metric["name"]: metric for metric in kinds[kind]} for kind in ("cloudwatch", "prometheus"))


def rules():
    """(file, rule) for every rule."""
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield path.name, rule


def alert_tests():
    """(file, one expectation) for every alert that a test asks for."""
    for path in sorted(TESTS.glob("*.yml")):
        for test in yaml.safe_load(path.read_text())["tests"]:
            for expectation in test.get("alert_rule_test", []):
                yield path.name, expectation


def panels():
    """(dashboard, panel) for every panel; the dashboard as its file's name and its content."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            yield path.name, panel


def of(panel, kind):
    """The queries of a panel that go to this kind of source."""
    return [target for target in panel.get("targets", []) if target["datasource"]["type"] == kind]
