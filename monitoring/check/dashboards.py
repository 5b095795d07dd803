"""The dashboards: JSON made of monitoring/grafana/src by tsc and node; what `make dashboards` calls.

`dashboards.py write` makes monitoring/grafana/dashboards/*.json anew. `dashboards.py check` fails when they differ
from what the sources make, and when tsc lets a key pass that Grafana does not know.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools" / "grafana"
SOURCES = ROOT / "monitoring" / "grafana"
KEPT = SOURCES / "dashboards"
REFUSED = SOURCES / "refused" / "refused.ts"
UNKNOWN_KEY = "TS2353"  # "Object literal may only specify known properties"
MISSPELT_KEY = "TS2561"  # the same, where tsc knows one much like it


def tsc(project, *options):
    command = [str(TOOLS / "node_modules" / ".bin" / "tsc"), "--pretty", "false", "-p", str(project), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def make(folder):
    """Compile the sources and write the JSON files into a folder."""
    with tempfile.TemporaryDirectory() as compiled:
        result = tsc(SOURCES, "--outDir", compiled)
        if result.returncode:
            sys.exit(f"{result.stdout}the dashboards do not compile; what tsc said is above")
        environment = {**os.environ, "NODE_PATH": str(TOOLS / "node_modules")}
        subprocess.run(["node", str(SOURCES / "write.cjs"), compiled, str(folder)], env=environment, check=True)


def write():
    make(KEPT)
    for path in sorted(KEPT.glob("*.json")):
        print(path.relative_to(ROOT))


def check_kept():
    """The committed files are those that the sources make, no more and no fewer."""
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        made = {path.name: path.read_bytes() for path in pathlib.Path(folder).glob("*.json")}
    kept = {path.name: path.read_bytes() for path in KEPT.glob("*.json")}
    wrong = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
    if wrong:
        sys.exit(f"{', '.join(wrong)} in {KEPT.relative_to(ROOT)}: not what the sources make; run: make dashboards")
    print(f"{len(made)} dashboards are what their sources make")


def check_refused():
    """tsc refuses each line that is marked, for its unknown key, and says nothing of any other line."""
    result = tsc(REFUSED.parent)
    told = [re.match(r"(.+?)\((\d+),\d+\): error (\w+)", line) for line in result.stdout.splitlines() if not line.startswith(" ")]
    found = {(pathlib.Path(match[1]).name, int(match[2]), match[3] in (UNKNOWN_KEY, MISSPELT_KEY)) for match in told if match}
    lines = REFUSED.read_text().splitlines()
    marked = {(REFUSED.name, number, True) for number, line in enumerate(lines, 1) if line.endswith("// refused")}
    if not marked or found != marked:
        wrong = sorted(number for _, number, _ in found ^ marked)
        sys.exit(f"{result.stdout}{REFUSED.relative_to(ROOT)}: tsc must refuse the marked lines and no others; wrong is {wrong}")
    print(f"tsc refuses {len(marked)} of {len(marked)} unknown keys")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["check"]:
        check_kept()
        check_refused()
    else:
        sys.exit("usage: dashboards.py write | check")
