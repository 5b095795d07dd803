"""All checks of monitoring/: what `make monitoring-check` calls.

Rules, their tests and the routes are checked by the tools of Prometheus and Alertmanager, the rest by the files beside this
one. It goes on after a failure, so that one run shows all of them.
"""

import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
import alerts
import names
from files import MONITORING, ROOT, RULES, TESTS

sys.path.insert(0, str(ROOT / "local"))
from processes import Failure
from progress import step
from prometheus import programs

ALERTMANAGER = MONITORING / "alertmanager" / "alertmanager.yml"


def paths(folder):
    return [str(path) for path in sorted(folder.glob("*.yml"))]


def ran(*command):
    """Whether a command succeeded; what it said is printed if it did not."""
    result = subprocess.run(
        [str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        print(result.stdout.strip())
    return result.returncode == 0


def right(errors):
    """Whether a check found nothing wrong."""
    wrong = list(errors)
    print("\n".join(wrong), end="\n" if wrong else "")
    return not wrong


def routes(amtool):
    """Each severity reaches the receiver of its name."""
    test = [amtool, "config", "routes", "test", "--config.file", ALERTMANAGER]
    passed = [ran(*test, f"--verify.receivers={severity}", f"severity={severity}") for severity in sorted(alerts.SEVERITIES)]
    return all(passed)


def dashboards():
    """The part that needs Node.js."""
    if not shutil.which("npm"):
        print("skipped: there is no npm on PATH")
        return True
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
        "every alert is tested and explained": lambda: right(alerts.check()),
        "metrics, labels and dimensions": lambda: right(names.check()),
        "Alertmanager's configuration": lambda: ran(tools["amtool"], "check-config", ALERTMANAGER),
        "a route for each severity": lambda: routes(tools["amtool"]),
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
