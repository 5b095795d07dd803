"""Holds every alarm of a deployment to the metrics that there are, by name and dimensions.

    alarms.py                                   of the deployment in Terraform's state
    alarms.py --alarms FILE --metrics FILE      of what `aws cloudwatch describe-alarms` and `list-metrics` have printed

An alarm that asks for a metric which nobody sends looks healthy for ever, since silence is health almost everywhere
(terraform/alarms.tf). Run it after a day of traffic: CloudWatch lists what was sent in the last two weeks. It ends with
1 when an alarm asks for what is not sent.
"""

import argparse
import json
import sys

# Metrics that are sent only when something has happened. Until then the alarm's dimensions are held to those of other
# metrics of the namespace, of which only these may have another value: an operation that nobody has called yet.
SELDOM = {
    "AWS/DynamoDB": {"ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"},
    "AWS/WAFV2": {"BlockedRequests"},
    "Bellwether": {"SignIns", "TokenRefusals"},
}
OF_WHAT_HAPPENS = {"Operation", "outcome"}


def dimensions(metric):
    return frozenset((dimension["Name"], dimension["Value"]) for dimension in metric.get("Dimensions", []))


def asked(alarm):
    """The metrics that an alarm reads."""
    if "MetricName" in alarm:
        yield alarm
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]


def is_seldom(namespace, name):
    return name in SELDOM.get(namespace, SELDOM.get(namespace.partition("/")[0], ()))


def is_near(wanted, found):
    """Whether the dimensions have the same names, and the same values but for what happens."""
    return {name for name, _ in wanted} == {name for name, _ in found} and {name for name, _ in wanted - found} <= OF_WHAT_HAPPENS


def verdict(metric, sent):
    """`sent`, `quiet` for what is sent only when something happens and is named like its neighbours, or `wrong`."""
    namespace, name, wanted = metric["Namespace"], metric["MetricName"], dimensions(metric)
    neighbours = [found for (space, _), all_found in sent.items() if space == namespace for found in all_found]
    if wanted in sent.get((namespace, name), ()):
        return "sent"
    if is_seldom(namespace, name) and any(is_near(wanted, found) for found in neighbours):
        return "quiet"
    return "wrong"


def compare(alarms, metrics):
    """Each alarm's name, metric and verdict."""
    sent: dict[tuple[str, str], set] = {}
    for metric in metrics:
        sent.setdefault((metric["Namespace"], metric["MetricName"]), set()).add(dimensions(metric))
    return [
        (alarm["AlarmName"], metric, verdict(metric, sent), sent.get((metric["Namespace"], metric["MetricName"]), set()))
        for alarm in alarms
        for metric in asked(alarm)
    ]


def shown(found):
    return "{" + ", ".join(f"{name}={value}" for name, value in sorted(found)) + "}"


def of_deployment():
    """The alarms of the deployment in Terraform's state, and the metrics of the namespaces that they read."""
    from stack import Stack, in_one_line

    with in_one_line():
        return listed_by(Stack.of_terraform())


def listed_by(stack):
    cloudwatch = stack.client("cloudwatch")
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack.name}-", AlarmTypes=["MetricAlarm"])
    alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    namespaces = sorted({metric["Namespace"] for alarm in alarms for metric in asked(alarm)})
    listed = [cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace) for namespace in namespaces]
    return alarms, [metric for pages in listed for page in pages for metric in page["Metrics"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alarms", help="a file with the answer of describe-alarms")
    parser.add_argument("--metrics", help="a file with the answer of list-metrics")
    given = parser.parse_args()
    if bool(given.alarms) != bool(given.metrics):
        parser.error("--alarms and --metrics belong together")
    if given.alarms:
        with open(given.alarms) as alarms, open(given.metrics) as metrics:
            alarms, metrics = json.load(alarms)["MetricAlarms"], json.load(metrics)["Metrics"]
    else:
        alarms, metrics = of_deployment()
    if not alarms:
        sys.exit("there is no alarm to compare")
    compared = compare(alarms, metrics)
    for name, metric, said, found in compared:
        if said == "wrong":
            others = (
                "; it is sent with " + ", ".join(map(shown, sorted(found, key=sorted)[:3]))
                if found
                else "; it is not sent at all"
            )
            print(f"{name}: {metric['Namespace']} {metric['MetricName']} {shown(dimensions(metric))}{others}")
    counts = {word: sum(said == word for _, _, said, _ in compared) for word in ("sent", "quiet", "wrong")}
    print(
        f"{len(alarms)} alarms read {len(compared)} metrics: {counts['sent']} are sent, "
        f"{counts['quiet']} have not happened yet, {counts['wrong']} nobody sends"
    )
    sys.exit(1 if counts["wrong"] else 0)


if __name__ == "__main__":
    main()
