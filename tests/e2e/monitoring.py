"""Checks that deployed alarms and graphs use metrics of the catalogue, and that an API client can read /metrics."""

import json

from cloud import ROOT
from journey import TEST, bearer, body_of, client_token, same
from processes import Failure

NAMESPACE = "Bellwether/"


def catalogue():
    """Returns the sets of dimensions of each CloudWatch metric."""
    metrics = json.loads((ROOT / "monitoring" / "catalogue.json").read_text())["cloudwatch"]
    return {metric["name"]: [set(names) for names in metric["dimensions"]] for metric in metrics}


def queries(state):
    """Yields (alarm or graph, namespace, metric, dimensions) for every query in Terraform's state."""
    for resource in state["values"]["root_module"]["child_modules"][0]["resources"]:
        values = resource["values"]
        if resource["type"] == "aws_cloudwatch_metric_alarm":
            own = [query["metric"][0] for query in values["metric_query"] or [] if query["metric"]]
            for metric in own or [values]:
                yield values["alarm_name"], metric["namespace"], metric["metric_name"], set(metric["dimensions"] or {})
        elif resource["type"] == "aws_cloudwatch_dashboard":
            for widget in json.loads(values["dashboard_body"])["widgets"]:
                for metric in widget["properties"].get("metrics", []):
                    words = [word for word in metric if isinstance(word, str)]
                    if words:  # an expression has no words
                        yield widget["properties"]["title"], words[0], words[1], set(words[2::2])


def compare(cloud):
    """Returns the number of queries of Bellwether's metrics; a Failure if one is not in the catalogue."""
    known, count = catalogue(), 0
    for who, namespace, name, dimensions in queries(json.loads(cloud.quietly("show", "-json"))):
        if namespace.startswith(NAMESPACE):
            if dimensions not in known.get(name, []):
                raise Failure(f"{who} reads {name} by {sorted(dimensions)}, which is not in monitoring/catalogue.json")
            count += 1
    if count < 30:
        raise Failure(f"only {count} alarms and graphs read metrics of the functions")
    return count


def page(api, admin):
    """Checks that an API client with the scope metrics:read gets the counts of the results, through the gateway."""
    created = body_of(
        api.ask("POST", "/clients", {"name": "Prometheus", "scopes": ["metrics:read"]}, bearer(admin)), 201, "a client"
    )
    token = client_token(api, (created["client_id"], created["client_secret"]))
    results = body_of(api.ask("GET", f"/tests/{TEST}/results", headers=bearer(admin)), 200, "results")
    for accept, kind in (("text/plain", "text/plain"), ("application/openmetrics-text", "application/openmetrics-text")):
        status, headers, text = api.read("/metrics", {**bearer(token), "accept": accept})
        same((status, headers["content-type"].split(";")[0]), (200, kind), "metrics")
        for variant, units in results["units"].items():
            wanted = f'test="{TEST}",variant="{variant}"}} {units}\n'
            if wanted not in text:
                raise Failure(f"the page of metrics lacks {wanted}: {text[:400]}")
