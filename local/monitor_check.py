"""Checks every panel and rule against the running server; `make monitor-check` calls it.

It starts Prometheus for the server (monitor.py) with short times in the rules, runs the campaign of `bellwether demo`
unless one is running, and waits until it is aggregated and scraped. Then it checks these points with queries of
Prometheus:

- The page of metrics has the format that promtool requires.
- The counts in Prometheus equal those of GET /v1/tests/{id}/results.
- Each expression of a Prometheus panel returns data, its variables replaced by those of the campaign.
- Each recording rule returns data: with short times, a week becomes a minute. The exception is the rule in FILTERS, which
  selects tests with traffic; the campaign has no current traffic.
- Prometheus accepts each alert's expression, and each series that the alert names returns data. The tests of promtool
  (monitoring/prometheus/tests) prove that the alert fires; on a healthy server, it must not.
- CloudWatch panels name metrics and dimensions of the catalogue. No local process emits these metrics.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from api import Api, ApiError, read_text
from monitor import ENVIRONMENT, PATIENCE, Monitoring
from own_server import own_server
from processes import ROOT, Failure
from progress import step
from prometheus import programs

sys.path.insert(0, str(ROOT / "monitoring" / "check"))
import files
import names
from promql import selectors

INTERVAL = 2  # seconds
SHORT = {"2m": "2s", "15m": "10s", "3h": "10s", "6h": "20s", "1d": "10s", "2d": "15s", "1w": "30s"}
FILTERS = {"workspace_test:bellwether_activity:monitored"}
AGGREGATION = 180  # seconds for an aggregation and a scrape
HISTORY = 90  # seconds, more than the longest of the short times
CAMPAIGN = "campaign-"
OWN_STATE = ROOT / ".run-monitor"


def shortened(path):
    """Returns the text of a rule file with short windows, offsets and intervals."""

    def short(match):
        if match[2] not in SHORT:
            raise Failure(f"{path.name} uses the time {match[2]}; add it to SHORT in local/monitor_check.py")
        return match[1] + SHORT[match[2]] + match[3]

    return re.sub(r"(\[|\boffset |\binterval: )(\d+[smhdw])(\]|\b)", short, path.read_text())


def tests(api):
    """Yields (id, status) for every test of the workspace."""
    start: str | None = ""
    while start is not None:
        page = api.call("GET", f"/v1/tests{start}")
        yield from ((test["test_id"], test["status"]) for test in page["tests"])
        start = f"?next={page['next']}" if page["next"] else None


def campaign(api):
    """Returns the latest running campaign; runs one if there is none."""
    for attempt in range(2):
        found = sorted(name for name, status in tests(api) if status == "running" and name.startswith(CAMPAIGN))
        if found:
            return found[-1]
        if attempt == 0:
            caller = {"BELLWETHER_URL": api.url, "BELLWETHER_EMAIL": api.email, "BELLWETHER_PASSWORD": api.password}
            binary = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "bellwether"
            subprocess.run([str(binary), "demo"], env={**os.environ, **caller}, check=False)
    raise Failure("there is no running campaign, and bellwether demo did not create one; see its output above")


def expected(results):
    """Yields (metric, labels, value) that Prometheus must have for a test."""
    for variant, units in results["units"].items():
        yield "bellwether_test_units_total", {"variant": variant}, units + results.get("omitted", {}).get(variant, 0)
    for goal in results["goals"]:
        for arm in goal["arms"]:
            labels = {"variant": arm["variant"], "goal": goal["goal"]}
            yield "bellwether_test_conversions_total", labels, arm["converted"] + arm.get("omitted", 0)
            yield "bellwether_test_outcome_value", labels, arm["total"]
    for decision in ("keep_running", "ship", "stop", "no_difference", "do_not_trust"):
        yield "bellwether_test_verdict", {"decision": decision}, int(results["verdict"]["decision"] == decision)


def compare(api, monitoring, test):
    """Returns the number of equal counts, and the first difference."""
    equal, wrong = 0, None
    for metric, labels, value in expected(api.call("GET", f"/v1/tests/{test}/results")):
        matchers = ", ".join(f'{name}="{text}"' for name, text in {"test": test, **labels}.items())
        series = monitoring.query(f"{metric}{{{matchers}}}")
        values = [float(one["value"][1]) for one in series]
        if len(values) == 1 and abs(values[0] - value) <= 1e-9 * max(1, abs(value)):
            equal += 1
        else:
            wrong = wrong or f"{metric}{{{matchers}}} is {values or 'absent'}, but {value} in the results"
    return equal, wrong


def until(seconds, attempt):
    """Repeats an attempt until it finds no fault; a Failure with the fault when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        done, wrong = attempt()
        if not wrong:
            return done
        if time.monotonic() > deadline:
            raise Failure(wrong)
        time.sleep(1)


def panels(monitoring, values):
    """Yields (panel, expression) for each panel that reads Prometheus."""
    for file, panel in files.panels():
        for target in files.of(panel, "prometheus"):
            expression = re.sub(r"\$(\w+)", lambda match: values[match[1]], target["expr"])
            yield f"{file}: {panel['title']}", expression


def rules():
    """Yields (rule, expression) for the series of each recording rule, and for each series that an alert names."""
    for file, rule in files.rules():
        if "record" in rule:
            if rule["record"] not in FILTERS:
                labels = ", ".join(f'{name}="{value}"' for name, value in rule.get("labels", {}).items())
                yield f"{file}: {rule['record']}", f"{rule['record']}{{{labels}}}"
        else:
            for name, matchers in selectors(rule["expr"]):
                if name not in FILTERS:
                    yield f"{file}: {rule['alert']}", name + matchers


def with_data(monitoring, wanted):
    """Returns the number of expressions that return data, and the others."""
    empty = [f"{where}: no data for {expression}" for where, expression in wanted if not monitoring.query(expression)]
    return len(wanted) - len(empty), "\n".join(empty)


def page(api):
    """Checks the page of metrics with promtool; returns the number of its series."""
    text = read_text(f"{api.url}/v1/metrics", {"authorization": f"Bearer {api.token}", "accept": "text/plain"})
    checked = subprocess.run(
        [programs()["promtool"], "check", "metrics"], input=text, text=True, capture_output=True, check=False
    )
    if checked.returncode or checked.stdout or checked.stderr:
        raise Failure(f"promtool reports errors in the page of metrics: {checked.stdout}{checked.stderr}")
    return sum(not line.startswith("#") for line in text.splitlines())


# The campaign is decided, which is news and no fault.
NEWS = {"TestDecided"}


def alerts(monitoring):
    """Returns the number of alerts, and those that fire on a healthy server."""
    found = [rule for _, rule in files.rules() if "alert" in rule]
    fires = [rule["alert"] for rule in found if rule["alert"] not in NEWS and monitoring.query(rule["expr"])]
    return len(found), f"these alerts fire on a healthy server: {', '.join(fires)}" if fires else ""


def check(state):
    wrong = list(names.check())
    if wrong:
        raise Failure("\n".join(wrong))
    step("all metrics, labels and dimensions are in the catalogue")
    api = Api.find(state)
    api.sign_in()
    with Monitoring(api, INTERVAL, rules=shortened) as monitoring:
        monitoring.wait_until_read(PATIENCE)
        test = campaign(api)
        step(f"waiting until {test} is aggregated and scraped")
        print(f"    {until(AGGREGATION, lambda: compare(api, monitoring, test))} counts equal the results")
        print(f"    promtool accepts the page with {page(api)} series")
        labels = monitoring.query(f'bellwether_test_running{{test="{test}"}}')[0]["metric"]
        goal = api.call("GET", f"/v1/tests/{test}")["goals"][0]["key"]
        values = {"environment": ENVIRONMENT, "workspace": labels["workspace"], "test": test, "goal": goal}
        step(f"waiting up to {HISTORY} s for the windows of the rules")
        for what, wanted in (("rules", list(rules())), ("panels", list(panels(monitoring, values)))):
            print(f"    {until(HISTORY, lambda wanted=wanted: with_data(monitoring, wanted))} expressions of {what} return data")
        print(f"    {until(0, lambda: alerts(monitoring))} alerts are accepted, and silent")


def main():
    parser = argparse.ArgumentParser(description="Check every panel and rule against the running server.")
    parser.add_argument("--state", help="the data folder of the running server (default: .bellwether, or .run of make watch)")
    parser.add_argument("--own", action="store_true", help="start a server for the check, and stop it")
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have started this with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        options = parser.parse_args()
        if not options.own:
            check(options.state)
        else:
            with own_server(OWN_STATE, "--aggregate-every", "10"):
                check(OWN_STATE.name)
    except (Failure, ApiError) as failure:
        print(f"monitor-check: {failure}", file=sys.stderr)
        return getattr(failure, "code", 1)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
