"""Runs all checks of monitoring/; `make monitoring-check` calls it.

The tools of Prometheus and Alertmanager check the rules, their tests and the routes. The other files in this folder check
the rest. It continues after a failure, so one run shows all failures.
"""

import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import alerts
import names
import slack
from files import MONITORING, ROOT, RULES, TESTS

sys.path.insert(0, str(ROOT / "local"))
from processes import Failure
from progress import step
from prometheus import programs

ALERTMANAGER = MONITORING / "alertmanager" / "alertmanager.yml"


def paths(folder):
    return [str(path) for path in sorted(folder.glob("*.yml"))]


def ran(*command):
    """Returns whether a command succeeded; prints its output if it failed."""
    result = subprocess.run(
        [str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        print(result.stdout.strip())
    return result.returncode == 0


def right(errors):
    """Returns whether a check found no fault; prints the faults."""
    wrong = list(errors)
    print("\n".join(wrong), end="\n" if wrong else "")
    return not wrong


def routes(amtool):
    """Returns whether each severity is routed to the receiver of its name."""
    test = [amtool, "config", "routes", "test", "--config.file", ALERTMANAGER]
    passed = [ran(*test, f"--verify.receivers={severity}", f"severity={severity}") for severity in sorted(alerts.SEVERITIES)]
    return all(passed)


def dashboards():
    """Checks the dashboards, which needs Node.js. Without it, the check fails if STRICT is set."""
    if not shutil.which("npm"):
        print("skipped: npm is not on PATH")
        return os.environ.get("STRICT", "") in ("", "0")
    result = subprocess.run([sys.executable, str(pathlib.Path(__file__).parent / "dashboards.py"), "check"])
    return result.returncode == 0


def main():
    try:
        tools = programs()
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    checks = {
        "Prometheus' configuration and rules": lambda: ran(
            tools["promtool"], "check", "config", MONITORING / "prometheus" / "prometheus.yml"
        ),
        "the tests of the rules": lambda: ran(tools["promtool"], "test", "rules", *paths(TESTS)),
        "a runbook and tests for every alert": lambda: right(alerts.check()),
        "metrics, labels and dimensions": lambda: right(names.check()),
        "Alertmanager's configuration": lambda: ran(tools["amtool"], "check-config", ALERTMANAGER),
        "a route for each severity": lambda: routes(tools["amtool"]),
        "a decision in Slack": lambda: right(slack.check(tools["alertmanager"])),
        "the dashboards": dashboards,
    }
    failed = []
    for name, check in checks.items():
        step(name)
        if not check():
            failed.append(name)
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed or not paths(RULES) or not paths(TESTS) else 0


if __name__ == "__main__":
    sys.exit(main())
