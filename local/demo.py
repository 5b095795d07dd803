"""Simulates a campaign of the last three months on the running server, over HTTP; `make demo` calls it.

A mail tool has assigned 400 accounts with firmographics, so the test is external: each assignment has a variant and a
date. The assignments are sent in batches and in random order, and one in five is sent twice. Accounts that see the
calculator book demos more often (a true lift, drawn from a fixed seed). Outcomes are in random order too, with dates as a
CRM exports them: one in five is sent twice, some arrive late, and some must not count, because they happened before the
assignment, after the window, or to an account that was not assigned. The script computes the expected results, and fails
if the returned results differ.
"""

import argparse
import collections
import datetime
import random
import sys

sys.dont_write_bytecode = True
from api import Api, ApiError
from delivery import send
from progress import step
from table import show

ACCOUNTS = 400
INDUSTRIES = ("software", "finance", "manufacturing", "retail")
RATES = {"control": 0.20, "calculator": 0.32}
DEAL_SIZES = {"control": 18_000, "calculator": 21_000}
WINDOWS = {"demo-booked": 30, "visits": 30, "pipeline": 90, "opt-out": 90}  # days
HISTORY = 90  # days over which accounts were assigned
FATES = ("counted", "unknown_unit", "before_assignment", "after_window", "other_phase", "overridden", "after_shipping")


def definition(test_id):
    return {
        "test_id": test_id,
        "name": "Pricing page: ROI calculator",
        "hypothesis": "Accounts that can work out their return book more demos.",
        "variants": [
            {"key": "control", "weight": 5000, "is_control": True, "parameters": {}},
            {"key": "calculator", "weight": 5000, "is_control": False, "parameters": {"hero": "roi"}},
        ],
        "targeting": {"employees": {"$gte": 200}, "industry": {"$in": list(INDUSTRIES)}},
        "allocation": {"mode": "external"},
        "segments": ["industry"],
        "overrides": {"our-own-company.example": "calculator"},
        "planned_units": ACCOUNTS,
        "goals": [
            {"key": "demo-booked", "kind": "binary", "role": "primary", "window_days": WINDOWS["demo-booked"]},
            {"key": "visits", "kind": "count", "role": "secondary", "window_days": WINDOWS["visits"]},
            {"key": "pipeline", "kind": "sum", "role": "secondary", "window_days": WINDOWS["pipeline"]},
            {"key": "opt-out", "kind": "binary", "role": "guardrail", "direction": "lower", "margin": 0.01},
        ],
    }


def accounts(draw, now):
    """Yields the accounts of the campaign with their variants and dates; some are too small for the targeting."""
    for number in range(ACCOUNTS):
        employees = draw.choice((40, 250, 900, 4000)) if number % 10 == 0 else draw.choice((250, 900, 4000))
        yield {
            "unit_id": f"account-{number:03}.example",
            "attributes": {"industry": draw.choice(INDUSTRIES), "employees": employees},
            "variant": draw.choice(tuple(RATES)),
            "assigned_at": exported(now - datetime.timedelta(days=HISTORY * draw.random())),
        }


def exported(moment):
    """Formats a time as CRMs export it: milliseconds, and an offset without a colon."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def read(time):
    return datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%f%z")


def repeated(draw, items):
    """Returns all items, one in five of them twice, in random order."""
    again = list(items) + [item for item in items if draw.random() < 0.2]
    draw.shuffle(again)
    return again


def outcomes(draw, now, assigned):
    """Yields the outcomes of the accounts, each with its expected fate."""
    for unit, (variant, assigned_at) in sorted(assigned.items()):

        def after(days, at=assigned_at):
            return min(at + datetime.timedelta(days=days), now)

        soon = after(25 * draw.random())
        visits = draw.randint(0, 4)
        if visits:
            yield event(unit, "visits", f"web-{unit}", visits, exported(soon)), "counted"
        if draw.random() < RATES[variant]:
            yield event(unit, "demo-booked", f"crm-{unit}", 1, f"{soon:%Y-%m-%d}"), "counted"
            value = round(DEAL_SIZES[variant] * draw.uniform(0.5, 1.5), 2)
            yield event(unit, "pipeline", f"deal-{unit}", value, exported(after(60 * draw.random()))), "counted"
        elif draw.random() < 0.1:
            yield event(unit, "demo-booked", f"old-{unit}", 1, exported(after(-2))), "before_assignment"
        elif after(40) < now and draw.random() < 0.2:
            yield event(unit, "demo-booked", f"slow-{unit}", 1, exported(after(40))), "after_window"
    for number in range(7):
        lead = f"lead-{number}.example"
        yield event(lead, "demo-booked", f"crm-{lead}", 1, exported(now)), "unknown_unit"


def event(unit, goal, event_id, value, occurred_at):
    return {"unit_id": unit, "goal": goal, "event_id": event_id, "value": value, "occurred_at": occurred_at}


def play(api, path, draw):
    """Sends everything; returns the expected results: units, totals by (goal, variant), outcomes by (goal, fate)."""
    assigned: dict[str, tuple] = {}
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    requested = repeated(draw, list(accounts(draw, now)))
    for unit, answer in send(api, "assignments", f"{path}/assignments", "units", "assignments", requested):
        variant = answer["variant"]
        if assigned.setdefault(unit["unit_id"], (variant, read(unit["assigned_at"])))[0] != variant:
            raise ApiError(f"{unit['unit_id']} was assigned two variants")
    assigned = {unit: own for unit, own in assigned.items() if own[0]}
    events = list(outcomes(draw, now, assigned))
    totals: collections.Counter[tuple[str, str]] = collections.Counter()
    fates: collections.Counter[tuple[str, str]] = collections.Counter()
    for item, fate in events:
        fates[item["goal"], fate] += 1
        if fate == "counted":
            totals[item["goal"], assigned[item["unit_id"]][0]] += item["value"]
    sent = repeated(draw, [item for item, _ in events])
    late, timely = sent[: len(sent) // 10], sent[len(sent) // 10 :]
    for label, part in (("conversions", timely), ("late ones", late)):
        collections.deque(send(api, label, f"{path}/conversions", "events", "conversions", part), maxlen=0)
    return collections.Counter(variant for variant, _ in assigned.values()), totals, fates


def check(results, units, totals, fates):
    """Raises an ApiError unless the results match what was sent."""
    if results["units"] != {variant: units[variant] for variant in results["units"]}:
        raise ApiError(f"the results count {results['units']}, but {dict(units)} were assigned")
    for goal in results["goals"]:
        for arm in goal["arms"]:
            expected = totals[goal["goal"], arm["variant"]]
            if abs(arm["total"] - expected) > 1e-6:
                raise ApiError(f"{goal['goal']} in {arm['variant']} totals {arm['total']}, but {expected} was sent")
    for goal in results["outcomes"]:
        for fate in FATES:
            if goal[fate] != fates[goal["goal"], fate]:
                raise ApiError(f"{goal[fate]} outcomes of {goal['goal']} are {fate}, but {fates[goal['goal'], fate]} were sent")


def run(state, seed):
    draw, api = random.Random(seed), Api.find(state)
    step(f"signing in at {api.url}")
    api.sign_in()
    test_id = f"campaign-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    step(f"simulating a campaign of {ACCOUNTS} accounts as the test {test_id}")
    test = api.call("POST", "/v1/tests", definition(test_id))
    path = f"/v1/tests/{test_id}"
    api.call("PATCH", path, {"revision": test["revision"], "status": "running"})
    units, totals, fates = play(api, path, draw)
    step("results")
    results = api.call("GET", f"{path}/results?fresh=true")
    show(results)
    check(results, units, totals, fates)
    print(f"\nEvery count matches what was sent. The true rates: {RATES}.")


def main():
    parser = argparse.ArgumentParser(description="Simulate a campaign on the running server.")
    parser.add_argument("--state", help="the data folder of the running server (default: .bellwether, or .run of make watch)")
    parser.add_argument("--seed", type=int, default=1, help="seed for the accounts' behaviour (default: %(default)s)")
    options = parser.parse_args()
    try:
        run(options.state, options.seed)
    except ApiError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
