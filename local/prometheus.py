"""Prometheus and Alertmanager for `make monitor` and `make monitoring-check`: found on PATH, else fetched.

What is fetched are Debian's packages, unpacked into .tools/prometheus: nothing is installed, no service starts, and no root
is needed. Prints the paths of the programs, so that a terminal can use them too.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from processes import ROOT, Failure
from progress import step
from toolchain import PREREQUISITE

FOLDER = ROOT / ".tools" / "prometheus"
PACKAGES = ("prometheus", "prometheus-alertmanager")
PROGRAMS = {  # and what each is called, by its makers and by Debian
    "prometheus": ("prometheus",),
    "promtool": ("promtool",),
    "alertmanager": ("alertmanager", "prometheus-alertmanager"),
    "amtool": ("amtool",),
}


def programs():
    """The path of each program; a Failure that says what is missing."""
    found = find()
    if missing(found):
        fetch()
        found = find()
    if missing(found):
        raise Failure(
            f"{', '.join(missing(found))}: neither on PATH nor in Debian's packages; install Prometheus and Alertmanager",
            PREREQUISITE,
        )
    return found


def find():
    places = [None, str(FOLDER / "usr" / "bin")]  # PATH first
    found = {}
    for program, names in PROGRAMS.items():
        paths = (shutil.which(name, path=place) for place in places for name in names)
        found[program] = next((pathlib.Path(path) for path in paths if path), None)
    return found


def missing(found):
    return [program for program, path in found.items() if path is None]


def prefix(program):
    """What must stand before an unpacked Alertmanager: Debian's reads its templates from /usr/share, wherever it lies itself.

    In a namespace of its own it sees the unpacked files there. It keeps its process id, and nobody else sees a difference.
    """
    share = FOLDER / "usr" / "share"
    if not program.is_relative_to(FOLDER) or program.name != "prometheus-alertmanager":
        return []
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"', str(share)]


def fetch():
    """Download and unpack Debian's packages."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Failure(
                f"Prometheus is not on PATH, and without {tool} its package cannot be fetched; "
                "install Prometheus and Alertmanager",
                PREREQUISITE,
            )
    step("tools: unpacking Prometheus and Alertmanager into .tools/prometheus (once; they take 140 MB)")
    with tempfile.TemporaryDirectory() as folder:
        said = call(["apt-get", "download", "--quiet", *PACKAGES], folder)
        for package in sorted(pathlib.Path(folder).glob("*.deb")):
            said += call(["dpkg-deb", "-x", str(package), str(FOLDER)], folder)
    if said:
        raise Failure(
            f"Debian's packages of Prometheus could not be fetched ({said[-1]}); run apt-get update as root, or install them",
            PREREQUISITE,
        )


def call(command, folder):
    """The lines that a failed command has said; nothing after a success."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return (result.stderr.strip().splitlines() or [f"{command[0]} failed"]) if result.returncode else []


if __name__ == "__main__":
    try:
        for name, path in programs().items():
            print(f"{name:<14}{path}")
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.code)
