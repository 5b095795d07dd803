"""Hold every panel and rule to what the running server says: what `make monitor-check` calls.

It starts Prometheus at the server (monitor.py) with every time in the rules made short, plays the campaign of demo.py unless
one is running already, and waits for a fold and a scrape of it. Then it checks, all of it with Prometheus' own answers:

- The page of metrics has the form that promtool asks for.
- The counts of Prometheus are those of GET /v1/tests/{id}/results.
- Each expression of a Prometheus panel returns data, its variables replaced by those of the campaign.
- Each recording rule returns data: with short times, what needs a week needs a minute. Not the one in FILTERS, which keeps
  only tests with traffic, of which the campaign has none any more.
- Each alert's expression is taken by Prometheus, and each series that it names returns data. That it fires when it should
  is promtool's to prove (monitoring/prometheus/tests): on a sound server it must return nothing.
- CloudWatch's panels name metrics and dimensions of the catalogue. Nothing here emits those.
"""

import argparse
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
FOLD = 180  # seconds for a fold and a scrape; `make run` folds every minute
HISTORY = 90  # seconds for the longest of the short times to have passed
CAMPAIGN = "campaign-"
OWN_STATE = ROOT / ".run-monitor"


def shortened(path):
    """A rule file whose every window, offset and interval is short."""

    def short(match):
        if match[2] not in SHORT:
            raise Failure(f"{path.name} looks back {match[2]}, of which SHORT in local/monitor_check.py says nothing")
        return match[1] + SHORT[match[2]] + match[3]

    return re.sub(r"(\[|\boffset |\binterval: )(\d+[smhdw])(\]|\b)", short, path.read_text())


def tests(api):
    """(id, status) of every test of the workspace."""
    start: str | None = ""
    while start is not None:
        page = api.call("GET", f"/v1/tests{start}")
        yield from ((test["test_id"], test["status"]) for test in page["tests"])
        start = f"?next={page['next']}" if page["next"] else None


def campaign(api, state):
    """The latest running campaign, played now if there is none."""
    for attempt in range(2):
        found = sorted(name for name, status in tests(api) if status == "running" and name.startswith(CAMPAIGN))
        if found:
            return found[-1]
        if attempt == 0:
            subprocess.run([sys.executable, str(ROOT / "local" / "demo.py"), "--state", state], check=False)
    raise Failure("there is no running campaign, and make demo has not made one; what it said is above")


def expected(results):
    """What Prometheus must say of a test, by metric and labels."""
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
    """How many counts are equal, and the first that is not."""
    equal, wrong = 0, None
    for metric, labels, value in expected(api.call("GET", f"/v1/tests/{test}/results")):
        matchers = ", ".join(f'{name}="{text}"' for name, text in {"test": test, **labels}.items())
        series = monitoring.query(f"{metric}{{{matchers}}}")
        said = [float(one["value"][1]) for one in series]
        if len(said) == 1 and abs(said[0] - value) <= 1e-9 * max(1, abs(value)):
            equal += 1
        else:
            wrong = wrong or f"{metric}{{{matchers}}} is {said or 'absent'}, the results say {value}"
    return equal, wrong


def until(seconds, attempt):
    """What an attempt finds wrong is asked again until it finds nothing, or the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        done, wrong = attempt()
        if not wrong:
            return done
        if time.monotonic() > deadline:
            raise Failure(wrong)
        time.sleep(1)


def panels(monitoring, values):
    """(where, expression) for each panel that reads Prometheus."""
    for file, panel in files.panels():
        for target in files.of(panel, "prometheus"):
            expression = re.sub(r"\$(\w+)", lambda match: values[match[1]], target["expr"])
            yield f"{file}: {panel['title']}", expression


def rules():
    """(where, expression) for each recording rule's series, and each series that an alert names."""
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
    """How many expressions return data, and those that do not."""
    empty = [f"{where}: no data for {expression}" for where, expression in wanted if not monitoring.query(expression)]
    return len(wanted) - len(empty), "\n".join(empty)


def page(api):
    """Hold the page of metrics to what promtool says of its form; the number of its series."""
    text = read_text(f"{api.url}/v1/metrics", {"authorization": f"Bearer {api.token}", "accept": "text/plain"})
    told = subprocess.run([programs()["promtool"], "check", "metrics"], input=text, text=True, capture_output=True, check=False)
    if told.returncode or told.stdout or told.stderr:
        raise Failure(f"promtool finds fault with the page of metrics: {told.stdout}{told.stderr}")
    return sum(not line.startswith("#") for line in text.splitlines())


def alerts(monitoring):
    """How many alerts Prometheus takes and keeps silent, and the first that fires on a sound server."""
    found = [rule for _, rule in files.rules() if "alert" in rule]
    fires = [rule["alert"] for rule in found if monitoring.query(rule["expr"])]
    return len(found), f"on a sound server these alerts find something: {', '.join(fires)}" if fires else ""


def check(state):
    wrong = list(names.check())
    if wrong:
        raise Failure("\n".join(wrong))
    step("metrics, labels and dimensions are those of the catalogue")
    api = Api.find(state)
    api.sign_in()
    with Monitoring(api, INTERVAL, rules=shortened) as monitoring:
        monitoring.wait_until_read(PATIENCE)
        test = campaign(api, state)
        step(f"waiting for a fold of {test}, and a scrape of it")
        print(f"    {until(FOLD, lambda: compare(api, monitoring, test))} counts are those of the results")
        print(f"    promtool takes the page of {page(api)} series")
        labels = monitoring.query(f'bellwether_test_running{{test="{test}"}}')[0]["metric"]
        goal = api.call("GET", f"/v1/tests/{test}")["goals"][0]["key"]
        values = {"environment": ENVIRONMENT, "workspace": labels["workspace"], "test": test, "goal": goal}
        step(f"waiting up to {HISTORY} s for the windows of the rules")
        for what, wanted in (("rules", list(rules())), ("panels", list(panels(monitoring, values)))):
            print(f"    {until(HISTORY, lambda wanted=wanted: with_data(monitoring, wanted))} expressions of {what} return data")
        print(f"    {until(0, lambda: alerts(monitoring))} alerts are taken, and silent")


def main():
    parser = argparse.ArgumentParser(description="Hold every panel and rule to what the running server says.")
    parser.add_argument("--state", default=".run", help="the folder of the running server's state (default: %(default)s)")
    parser.add_argument("--own", action="store_true", help="start a server for it, and end it")
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
