"""Reads the files that the checks need: the catalogue, the rules, their tests and the dashboards."""

import json
import pathlib

import yaml  # from local/requirements.txt

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MONITORING = ROOT / "monitoring"
RULES = MONITORING / "prometheus" / "rules"
TESTS = MONITORING / "prometheus" / "tests"
DASHBOARDS = MONITORING / "grafana" / "dashboards"


def catalogue():
    """Returns the metrics of CloudWatch and those of Prometheus, each by name."""
    kinds = json.loads((MONITORING / "catalogue.json").read_text())
    return tuple({metric["name"]: metric for metric in kinds[kind]} for kind in ("cloudwatch", "prometheus"))


def rules():
    """Yields (file, rule) for every rule."""
    for path in sorted(RULES.glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield path.name, rule


def alert_tests():
    """Yields (file, expectation) for every alert expectation in a test."""
    for path in sorted(TESTS.glob("*.yml")):
        for test in yaml.safe_load(path.read_text())["tests"]:
            for expectation in test.get("alert_rule_test", []):
                yield path.name, expectation


def panels():
    """Yields (name of the dashboard's file, panel) for every panel."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            yield path.name, panel


def of(panel, kind):
    """Returns the queries of a panel that read this kind of data source."""
    return [target for target in panel.get("targets", []) if target["datasource"]["type"] == kind]
