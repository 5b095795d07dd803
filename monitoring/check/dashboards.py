"""Generates the dashboards from monitoring/grafana/src with tsc and node, and checks them; `make dashboards` calls it.

`dashboards.py write` writes monitoring/grafana/dashboards/*.json. `dashboards.py check` fails if they differ from what
the sources generate, or if tsc accepts a key that Grafana does not know.
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
COMMITTED = SOURCES / "dashboards"
REFUSED = SOURCES / "refused" / "refused.ts"
UNKNOWN_KEY = "TS2353"  # "Object literal may only specify known properties"
MISSPELT_KEY = "TS2561"  # the same, if tsc knows a similar key


def tsc(project, *options):
    command = [str(TOOLS / "node_modules" / ".bin" / "tsc"), "--pretty", "false", "-p", str(project), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def generate(folder):
    """Compiles the sources and writes the JSON files into a folder."""
    with tempfile.TemporaryDirectory() as compiled:
        result = tsc(SOURCES, "--outDir", compiled)
        if result.returncode:
            sys.exit(f"{result.stdout}the dashboards do not compile; tsc's output is above")
        environment = {**os.environ, "NODE_PATH": str(TOOLS / "node_modules")}
        subprocess.run(["node", str(SOURCES / "write.cjs"), compiled, str(folder)], env=environment, check=True)


def write():
    generate(COMMITTED)
    for path in sorted(COMMITTED.glob("*.json")):
        print(path.relative_to(ROOT))


def check_committed():
    """Checks that the committed files are exactly those that the sources generate."""
    with tempfile.TemporaryDirectory() as folder:
        generate(folder)
        generated = {path.name: path.read_bytes() for path in pathlib.Path(folder).glob("*.json")}
    committed = {path.name: path.read_bytes() for path in COMMITTED.glob("*.json")}
    wrong = sorted(name for name in generated.keys() | committed.keys() if generated.get(name) != committed.get(name))
    if wrong:
        sys.exit(
            f"{', '.join(wrong)} in {COMMITTED.relative_to(ROOT)} differ from what the sources generate; run: make dashboards"
        )
    print(f"{len(generated)} dashboards match their sources")


def check_refused():
    """Checks that tsc refuses each marked line because of its unknown key, and refuses no other line."""
    result = tsc(REFUSED.parent)
    errors = [
        re.match(r"(.+?)\((\d+),\d+\): error (\w+)", line) for line in result.stdout.splitlines() if not line.startswith(" ")
    ]
    found = {(pathlib.Path(match[1]).name, int(match[2]), match[3] in (UNKNOWN_KEY, MISSPELT_KEY)) for match in errors if match}
    lines = REFUSED.read_text().splitlines()
    marked = {(REFUSED.name, number, True) for number, line in enumerate(lines, 1) if line.endswith("// refused")}
    if not marked or found != marked:
        wrong = sorted(number for _, number, _ in found ^ marked)
        sys.exit(
            f"{result.stdout}{REFUSED.relative_to(ROOT)}: tsc must refuse the marked lines and no others; check lines {wrong}"
        )
    print(f"tsc refuses {len(marked)} of {len(marked)} unknown keys")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    elif sys.argv[1:] == ["check"]:
        check_committed()
        check_refused()
    else:
        sys.exit("usage: dashboards.py write | check")
