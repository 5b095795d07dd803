"""Alarms and dashboard, as they are deployed, name metrics and dimensions of the catalogue; and a machine reads /metrics."""

import json

from cloud import ROOT
from journey import TEST, bearer, machine_token, same, told
from processes import Failure

NAMESPACE = "Bellwether/"


def catalogue():
    """The dimensions that each metric of CloudWatch may be asked by."""
    held = json.loads((ROOT / "monitoring" / "catalogue.json").read_text())["cloudwatch"]
    return {metric["name"]: [set(names) for names in metric["dimensions"]] for metric in held}


def asked(state):
    """(who asks, namespace, metric, dimensions) of every alarm and graph in Terraform's state."""
    for resource in state["values"]["root_module"]["resources"]:
        values = resource["values"]
        if resource["type"] == "aws_cloudwatch_metric_alarm":
            queries = [query["metric"][0] for query in values["metric_query"] or [] if query["metric"]]
            for metric in queries or [values]:
                yield values["alarm_name"], metric["namespace"], metric["metric_name"], set(metric["dimensions"] or {})
        elif resource["type"] == "aws_cloudwatch_dashboard":
            for widget in json.loads(values["dashboard_body"])["widgets"]:
                for metric in widget["properties"].get("metrics", []):
                    words = [word for word in metric if isinstance(word, str)]
                    if words:  # a graph of an expression has none
                        yield widget["properties"]["title"], words[0], words[1], set(words[2::2])


def held(cloud):
    """How many times a metric of ours is asked for; a Failure for one that is not in the catalogue."""
    known, count = catalogue(), 0
    for who, namespace, name, dimensions in asked(json.loads(cloud.quietly("show", "-json"))):
        if namespace.startswith(NAMESPACE):
            if dimensions not in known.get(name, []):
                raise Failure(f"{who} asks for {name} by {sorted(dimensions)}, which is not in monitoring/catalogue.json")
            count += 1
    if count < 30:
        raise Failure(f"only {count} alarms and graphs ask for metrics of the functions")
    return count


def page(api, admin):
    """A machine that may read metrics reads what the results say, through the gateway."""
    made = told(api.ask("POST", "/clients", {"name": "Prometheus", "scopes": ["metrics:read"]}, bearer(admin)), 201, "a client")
    token = machine_token(api, (made["client_id"], made["client_secret"]))
    results = told(api.ask("GET", f"/tests/{TEST}/results", headers=bearer(admin)), 200, "results")
    for accept, kind in (("text/plain", "text/plain"), ("application/openmetrics-text", "application/openmetrics-text")):
        status, headers, text = api.read("/metrics", {**bearer(token), "accept": accept})
        same((status, headers["content-type"].split(";")[0]), (200, kind), "metrics")
        for variant, units in results["units"].items():
            wanted = f'test="{TEST}",variant="{variant}"}} {units}\n'
            if wanted not in text:
                raise Failure(f"{wanted} is not on the page of metrics: {text[:400]}")
