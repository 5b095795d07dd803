"""Replay a published randomized trial over HTTP and print its results: what `make demo-trial` calls.

The trial (tests/cases/trial.csv) asked 2,834 people whether a cash incentive makes them
fetch their test result. Here it is an external test: the file says who was in which
variant, so each assignment carries its variant. The file has no dates; here people were
asked over a month, 90 days before the test was created, and came within eight weeks. A
second run changes nothing: people keep their variant, and a conversion is known by its
event_id.
"""

import argparse
import collections
import csv
import datetime
import pathlib
import sys

sys.dont_write_bytecode = True
from api import Api, ApiError
from delivery import send
from progress import step
from table import show

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRIAL = ROOT / "tests" / "cases" / "trial.csv"
GOAL = "learned-result"
TEST = {
    "test_id": "incentive-trial",
    "name": "Cash incentive to learn a test result",
    "hypothesis": "People who are offered cash fetch their test result more often.",
    "variants": [
        {"key": "control", "weight": 2198, "is_control": True, "parameters": {}},
        {"key": "incentive", "weight": 7802, "is_control": False, "parameters": {}},
    ],
    "coverage": 10000,
    "allocation": {"mode": "external"},
    "goals": [{"key": GOAL, "kind": "binary", "role": "primary", "window_days": 60}],
}
PATH = f"/v1/tests/{TEST['test_id']}"


def start_test(api):
    """Create the test and set it running, unless an earlier run did; return the day it was created."""
    test = api.call("POST", "/v1/tests", TEST)
    if test["status"] != "running":
        api.call("PATCH", PATH, {"revision": test["revision"], "status": "running"})
    return datetime.date.fromisoformat(test["created_at"][:10])


def asked_on(created, index):
    """The day on which the person of this line was asked."""
    return created - datetime.timedelta(days=90 - index % 30)


def came_on(created, index):
    """The day on which they came, if they did."""
    return asked_on(created, index) + datetime.timedelta(days=index * 7 % 56)


def replay(api, people, created):
    """Send every assignment, then every conversion; return how many of each were new."""
    units = [
        {"unit_id": person["unit_id"], "variant": person["variant"], "assigned_at": str(asked_on(created, index))}
        for index, person in enumerate(people)
    ]
    new_assignments = 0
    for unit, answer in send(api, "assignments", f"{PATH}/assignments", "units", "assignments", units):
        if answer["variant"] != unit["variant"]:
            raise ApiError(
                f"{unit['unit_id']} is in {answer['variant']}, the file says {unit['variant']}: "
                "the test holds other data; restart with: make run"
            )
        new_assignments += bool(answer["new"])

    events = [
        {
            "unit_id": person["unit_id"],
            "goal": GOAL,
            "event_id": f"trial-{person['unit_id']}",
            "value": 1,
            "occurred_at": str(came_on(created, index)),
        }
        for index, person in enumerate(people)
        if person["converted"] == "1"
    ]
    sent = send(api, "conversions", f"{PATH}/conversions", "events", "conversions", events)
    return new_assignments, sum(not answer["duplicate"] for _, answer in sent)


def check_counts(arms, people):
    """An ApiError unless the results count what the file holds."""
    units = collections.Counter(person["variant"] for person in people)
    converted = collections.Counter(person["variant"] for person in people if person["converted"] == "1")
    for variant in units:
        arm = arms.get(variant, {"units": 0, "converted": 0})
        counted, expected = (arm["units"], arm["converted"]), (units[variant], converted[variant])
        if counted != expected:
            raise ApiError(f"the results count (units, converted) {counted} in {variant}, the file has {expected}")


def run(state):
    with TRIAL.open(newline="") as file:
        people = list(csv.DictReader(file))
    api = Api.find(state)
    step(f"signing in at {api.url}")
    api.sign_in()
    step(f"replaying {TRIAL.relative_to(ROOT)} as the test {TEST['test_id']}")
    created = start_test(api)
    assignments, conversions = replay(api, people, created)
    print(f"new in this run: {assignments:,} assignments, {conversions:,} conversions")

    step("results")
    results = api.call("GET", f"{PATH}/results?fresh=true")
    goal = next(goal for goal in results["goals"] if goal["goal"] == GOAL)
    show(results)
    check_counts({arm["variant"]: arm for arm in goal["arms"]}, people)
    print("\nA second run of it changes nothing.")


def main():
    parser = argparse.ArgumentParser(description="Replay a published trial against the running server.")
    parser.add_argument("--state", default=ROOT / ".run", help="the folder of the running server's state (default: .run)")
    options = parser.parse_args()
    try:
        run(options.state)
    except ApiError as error:
        sys.exit(f"demo-trial: {error}")
    except (KeyError, TypeError, StopIteration) as error:
        sys.exit(f"demo-trial: an answer lacks what openapi.yaml promises: {error!r}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
