"""Checks that every metric that an alarm reads is sent with the same name and dimensions.

    alarms.py                                   checks the deployment in Terraform's state
    alarms.py --alarms FILE --metrics FILE      checks the output of `aws cloudwatch describe-alarms` and `list-metrics`

An alarm on a metric that is never sent looks healthy forever, because most alarms treat missing data as healthy
(terraform/modules/bellwether/alarms.tf). Run this check after a day of traffic: CloudWatch lists metrics that were sent
in the last two weeks. It exits with 1 if an alarm reads a metric that is not sent.
"""

import argparse
import json
import sys

# Metrics that are sent only when an event happens. Until then, the alarm's dimensions are compared with those of other
# metrics of the namespace. Only the dimensions in EVENT_DIMENSIONS may have another value there, for example an operation
# that has not been called yet.
RARE = {
    "AWS/DynamoDB": {"ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"},
    "AWS/WAFV2": {"BlockedRequests"},
    "Bellwether": {"SignIns", "TokenRefusals"},
}
EVENT_DIMENSIONS = {"Operation", "outcome"}


def dimensions(metric):
    return frozenset((dimension["Name"], dimension["Value"]) for dimension in metric.get("Dimensions", []))


def metrics_of(alarm):
    """Yields the metrics that an alarm reads."""
    if "MetricName" in alarm:
        yield alarm
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def is_rare(namespace, name):
    return name in RARE.get(namespace, RARE.get(namespace.partition("/")[0], ()))


def is_near(wanted, found):
    """Returns whether the dimensions have the same names, and the same values except for those in EVENT_DIMENSIONS."""
    return {name for name, _ in wanted} == {name for name, _ in found} and {
        name for name, _ in wanted - found
    } <= EVENT_DIMENSIONS


def verdict(metric, sent):
    """Returns `sent`, `quiet` (a rare metric whose dimensions match those of its namespace), or `wrong`."""
    namespace, name, wanted = metric["Namespace"], metric["MetricName"], dimensions(metric)
    neighbours = [found for (space, _), all_found in sent.items() if space == namespace for found in all_found]
    if wanted in sent.get((namespace, name), ()):
        return "sent"
    if is_rare(namespace, name) and any(is_near(wanted, found) for found in neighbours):
        return "quiet"
    return "wrong"


def compare(alarms, metrics):
    """Returns (name of the alarm, metric, verdict, dimensions with which it is sent) for each metric of each alarm."""
    sent: dict[tuple[str, str], set] = {}
    for metric in metrics:
        sent.setdefault((metric["Namespace"], metric["MetricName"]), set()).add(dimensions(metric))
    return [
        (alarm["AlarmName"], metric, verdict(metric, sent), sent.get((metric["Namespace"], metric["MetricName"]), set()))
        for alarm in alarms
        for metric in metrics_of(alarm)
    ]


def shown(found):
    return "{" + ", ".join(f"{name}={value}" for name, value in sorted(found)) + "}"


def of_deployment():
    """Returns the alarms of the deployment in Terraform's state, and the metrics of the namespaces that they read."""
    from stack import Stack, in_one_line

    with in_one_line():
        return listed_by(Stack.of_terraform())


def listed_by(stack):
    cloudwatch = stack.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack.name}-", AlarmTypes=["MetricAlarm"])
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    namespaces = sorted({metric["Namespace"] for alarm in alarms for metric in metrics_of(alarm)})
    listed = [cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace) for namespace in namespaces]
    return alarms, [metric for pages in listed for page in pages for metric in page["Metrics"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alarms", help="a file with the output of describe-alarms")
    parser.add_argument("--metrics", help="a file with the output of list-metrics")
    given = parser.parse_args()
    if bool(given.alarms) != bool(given.metrics):
        parser.error("give both --alarms and --metrics, or neither")
    if given.alarms:
        with open(given.alarms) as alarms, open(given.metrics) as metrics:
            alarms, metrics = json.load(alarms)["MetricAlarms"], json.load(metrics)["Metrics"]
    else:
        alarms, metrics = of_deployment()
    if not alarms:
        sys.exit("the deployment has no alarms to check")
    compared = compare(alarms, metrics)
    for name, metric, result, found in compared:
        if result == "wrong":
            others = (
                "; it is sent with " + ", ".join(map(shown, sorted(found, key=sorted)[:3]))
                if found
                else "; it is not sent at all"
            )
            print(f"{name}: {metric['Namespace']} {metric['MetricName']} {shown(dimensions(metric))}{others}")
    counts = {word: sum(result == word for _, _, result, _ in compared) for word in ("sent", "quiet", "wrong")}
    print(
        f"{len(alarms)} alarms read {len(compared)} metrics: {counts['sent']} are sent, "
        f"{counts['quiet']} had no event yet, {counts['wrong']} are never sent"
    )
    sys.exit(1 if counts["wrong"] else 0)


if __name__ == "__main__":
    main()
