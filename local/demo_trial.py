"""Replays a published randomized trial over HTTP and prints its results; `make demo-trial` calls it.

The trial (tests/cases/trial.csv) measured whether a cash incentive makes people fetch their
test result, with 2,834 participants. Here it is an external test: the file contains the
variant of each participant, so each assignment has a variant. The file has no dates. The
script spreads the assignments over a month, from 90 days before the test was created, and
the conversions over eight weeks after them. A second run changes nothing: participants keep
their variant, and a conversion is identified by its event_id.
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
    """Creates and starts the test unless an earlier run did; returns the day on which it was created."""
    test = api.call("POST", "/v1/tests", TEST)
    if test["status"] != "running":
        api.call("PATCH", PATH, {"revision": test["revision"], "status": "running"})
    return datetime.date.fromisoformat(test["created_at"][:10])


def assigned_on(created, index):
    """Returns the day on which the participant of this line was assigned."""
    return created - datetime.timedelta(days=90 - index % 30)


def converted_on(created, index):
    """Returns the day on which the participant converted, if they did."""
    return assigned_on(created, index) + datetime.timedelta(days=index * 7 % 56)


def replay(api, participants, created):
    """Sends every assignment, then every conversion; returns the number of new ones of each."""
    units = [
        {"unit_id": row["unit_id"], "variant": row["variant"], "assigned_at": str(assigned_on(created, index))}
        for index, row in enumerate(participants)
    ]
    new_assignments = 0
    for unit, answer in send(api, "assignments", f"{PATH}/assignments", "units", "assignments", units):
        if answer["variant"] != unit["variant"]:
            raise ApiError(
                f"{unit['unit_id']} is in {answer['variant']}, but in {unit['variant']} in the file: "
                "the test contains other data; start anew with: make run ARGS=--fresh"
            )
        new_assignments += bool(answer["new"])

    events = [
        {
            "unit_id": row["unit_id"],
            "goal": GOAL,
            "event_id": f"trial-{row['unit_id']}",
            "value": 1,
            "occurred_at": str(converted_on(created, index)),
        }
        for index, row in enumerate(participants)
        if row["converted"] == "1"
    ]
    sent = send(api, "conversions", f"{PATH}/conversions", "events", "conversions", events)
    return new_assignments, sum(not answer["duplicate"] for _, answer in sent)


def check_counts(arms, participants):
    """Raises an ApiError unless the results match the file."""
    units = collections.Counter(row["variant"] for row in participants)
    converted = collections.Counter(row["variant"] for row in participants if row["converted"] == "1")
    for variant in units:
        arm = arms.get(variant, {"units": 0, "converted": 0})
        counted, expected = (arm["units"], arm["converted"]), (units[variant], converted[variant])
        if counted != expected:
            raise ApiError(f"the results count (units, converted) {counted} in {variant}, but the file has {expected}")


def run(state):
    with TRIAL.open(newline="") as file:
        participants = list(csv.DictReader(file))
    api = Api.find(state)
    step(f"signing in at {api.url}")
    api.sign_in()
    step(f"replaying {TRIAL.relative_to(ROOT)} as the test {TEST['test_id']}")
    created = start_test(api)
    assignments, conversions = replay(api, participants, created)
    print(f"new in this run: {assignments:,} assignments, {conversions:,} conversions")

    step("results")
    results = api.call("GET", f"{PATH}/results?fresh=true")
    goal = next(goal for goal in results["goals"] if goal["goal"] == GOAL)
    show(results)
    check_counts({arm["variant"]: arm for arm in goal["arms"]}, participants)
    print("\nA second run changes nothing.")


def main():
    parser = argparse.ArgumentParser(description="Replay a published trial on the running server.")
    parser.add_argument("--state", help="the data folder of the running server (default: .bellwether, or .run of make watch)")
    options = parser.parse_args()
    try:
        run(options.state)
    except ApiError as error:
        sys.exit(f"demo-trial: {error}")
    except (KeyError, TypeError, StopIteration) as error:
        sys.exit(f"demo-trial: a response does not match openapi.yaml: {error!r}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
