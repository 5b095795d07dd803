"""Play a campaign over HTTP against the running server and print what it found: what `make demo` calls.

400 accounts with firmographics ask which variant they see, in batches, in a shuffled order, and
one in five asks twice. Accounts that see the calculator book a demo more often (a true lift, drawn
from a fixed seed). Outcomes come shuffled too: one in five is sent twice, some come late, some name
a time before the account was assigned and must not count. The script counts along, so it knows what
the results must say, and fails when they say something else.
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
DEAL = {"control": 18_000, "calculator": 21_000}


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
        "segments": ["industry"],
        "overrides": {"our-own-company.example": "calculator"},
        "planned_units": ACCOUNTS,
        "goals": [
            {"key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 30},
            {"key": "visits", "kind": "count", "role": "secondary", "window_days": 30},
            {"key": "pipeline", "kind": "sum", "role": "secondary", "window_days": 90},
            {"key": "opt-out", "kind": "binary", "role": "guardrail", "better": "lower", "margin": 0.01},
        ],
    }


def accounts(draw):
    """The accounts of the campaign; some are too small to enter."""
    for number in range(ACCOUNTS):
        employees = draw.choice((40, 250, 900, 4000)) if number % 10 == 0 else draw.choice((250, 900, 4000))
        industry = draw.choice(INDUSTRIES)
        yield {"unit_id": f"account-{number:03}.example", "attributes": {"industry": industry, "employees": employees}}


def repeated(draw, items):
    """All items and one in five again, shuffled."""
    again = list(items) + [item for item in items if draw.random() < 0.2]
    draw.shuffle(again)
    return again


def outcomes(draw, told):
    """What the accounts did, and for each whether it must count."""
    now = datetime.datetime.now(datetime.timezone.utc)
    before = (now - datetime.timedelta(days=2)).isoformat()
    for unit, variant in sorted(told.items()):
        visits = draw.randint(0, 4)
        if visits:
            yield event(unit, "visits", f"web-{unit}", visits), True
        if draw.random() < RATES[variant]:
            yield event(unit, "demo-booked", f"crm-{unit}", 1), True
            yield event(unit, "pipeline", f"deal-{unit}", round(DEAL[variant] * draw.uniform(0.5, 1.5), 2)), True
        elif draw.random() < 0.1:
            yield {**event(unit, "demo-booked", f"old-{unit}", 1), "occurred_at": before}, False


def event(unit, goal, event_id, value):
    return {"unit_id": unit, "goal": goal, "event_id": event_id, "value": value}


def play(api, path, draw):
    """Send everything; return what the results must count: units and (goal, variant) totals."""
    told = {}
    asked = repeated(draw, list(accounts(draw)))
    for unit, answer in send(api, "assignments", f"{path}/assignments", "units", "assignments", asked):
        variant = answer["variant"]
        if told.setdefault(unit["unit_id"], variant) != variant:
            raise ApiError(f"{unit['unit_id']} was told two variants")
    told = {unit: variant for unit, variant in told.items() if variant}
    happened = list(outcomes(draw, told))
    totals = collections.Counter()
    for item, counts in happened:
        if counts:
            totals[item["goal"], told[item["unit_id"]]] += item["value"]
    events = repeated(draw, [item for item, _ in happened])
    late, timely = events[: len(events) // 10], events[len(events) // 10 :]
    for label, part in (("conversions", timely), ("late ones", late)):
        collections.deque(send(api, label, f"{path}/conversions", "events", "conversions", part), maxlen=0)
    return collections.Counter(told.values()), totals


def check(results, units, totals):
    """An ApiError unless the results count what was sent."""
    if results["units"] != {variant: units[variant] for variant in results["units"]}:
        raise ApiError(f"the results count {results['units']}, {dict(units)} were assigned")
    for goal in results["goals"]:
        for arm in goal["arms"]:
            expected = totals[goal["goal"], arm["variant"]]
            if abs(arm["total"] - expected) > 1e-6:
                raise ApiError(f"{goal['goal']} in {arm['variant']} totals {arm['total']}, {expected} was sent")


def run(state, seed):
    draw, api = random.Random(seed), Api.find(state)
    step(f"signing in at {api.url}")
    api.sign_in()
    test_id = f"campaign-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    step(f"playing a campaign of {ACCOUNTS} accounts as the test {test_id}")
    test = api.call("POST", "/v1/tests", definition(test_id))
    path = f"/v1/tests/{test_id}"
    api.call("PATCH", path, {"revision": test["revision"], "status": "running"})
    units, totals = play(api, path, draw)
    step("results")
    results = api.call("GET", f"{path}/results?fresh=true")
    show(results)
    check(results, units, totals)
    print(f"\nEvery count is what was sent. The true rates: {RATES}.")


def main():
    parser = argparse.ArgumentParser(description="Play a campaign against the running server.")
    parser.add_argument("--state", default=".run", help="the folder of the running server's state (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what the accounts do (default: %(default)s)")
    options = parser.parse_args()
    try:
        run(options.state, options.seed)
    except ApiError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
