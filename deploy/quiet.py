"""Waits while all alarms stay quiet; `make quiet` calls it between a canary and its release.

    quiet.py [--minutes 15]

Reads the deployment's alarms every 15 seconds. It exits with 1 as soon as one is in the state ALARM, and names it. Alarms
that are on already count too: release by hand after you have checked them.
"""

import argparse
import time

from stack import Stack, fail, run

INTERVAL = 15  # seconds between two reads


def names_in_alarm(stack, cloudwatch):
    """Returns the number of the deployment's alarms, and the names of those in the state ALARM."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{stack.name}-", AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    alarms = [alarm for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for alarm in page.get(kind, [])]
    return len(alarms), sorted(alarm["AlarmName"] for alarm in alarms if alarm["StateValue"] == "ALARM")


def main():
    parser = argparse.ArgumentParser(description="Wait while all alarms stay quiet.")
    parser.add_argument("--minutes", type=int, default=15, help="how long the alarms must stay quiet (default: 15)")
    minutes = parser.parse_args().minutes
    if minutes < 0:
        fail("--minutes must be 0 or more")
    stack = Stack.of_terraform()
    cloudwatch = stack.client("cloudwatch")
    end = time.monotonic() + minutes * 60
    while True:
        count, ringing = names_in_alarm(stack, cloudwatch)
        if not count:
            fail(f"{stack.name} has no alarms, so nothing shows whether the new versions work")
        if ringing:
            fail(f"in alarm: {', '.join(ringing)}; check them, then release or roll back by hand")
        left = end - time.monotonic()
        if left <= 0:
            break
        time.sleep(min(INTERVAL, left))
    print(f"{count} alarms stayed quiet for {minutes} minutes")


if __name__ == "__main__":
    run(main)
