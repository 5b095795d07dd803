"""Finds Prometheus and Alertmanager on PATH, or downloads them, for `make monitor` and `make monitoring-check`.

It downloads Debian's packages and unpacks them into .tools/prometheus. It installs nothing, starts no service and needs no
root access. Run as a script, it prints the paths of the programs.
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
PROGRAMS = {  # with the names of each upstream and in Debian
    "prometheus": ("prometheus",),
    "promtool": ("promtool",),
    "alertmanager": ("alertmanager", "prometheus-alertmanager"),
    "amtool": ("amtool",),
}


def programs():
    """Returns the path of each program; a Failure if one is missing."""
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
    folders = [None, str(FOLDER / "usr" / "bin")]  # None is PATH
    found = {}
    for program, names in PROGRAMS.items():
        paths = (shutil.which(name, path=folder) for folder in folders for name in names)
        found[program] = next((pathlib.Path(path) for path in paths if path), None)
    return found


def missing(found):
    return [program for program, path in found.items() if path is None]


def prefix(program):
    """Returns the command that must precede an unpacked Alertmanager. Debian's version always reads templates from /usr/share.

    In a separate mount namespace, it sees the unpacked files there. Its process id stays the same, and other processes are not
    affected.
    """
    share = FOLDER / "usr" / "share"
    if not program.is_relative_to(FOLDER) or program.name != "prometheus-alertmanager":
        return []
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"', str(share)]


def fetch():
    """Downloads and unpacks Debian's packages."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Failure(
                f"Prometheus is not on PATH, and without {tool} its package cannot be fetched; "
                "install Prometheus and Alertmanager",
                PREREQUISITE,
            )
    step("tools: unpacking Prometheus and Alertmanager into .tools/prometheus (once; they take 140 MB)")
    with tempfile.TemporaryDirectory() as folder:
        errors = call(["apt-get", "download", "--quiet", *PACKAGES], folder)
        for package in sorted(pathlib.Path(folder).glob("*.deb")):
            errors += call(["dpkg-deb", "-x", str(package), str(FOLDER)], folder)
    if errors:
        raise Failure(
            f"Debian's packages of Prometheus could not be fetched ({errors[-1]}); "
            "run apt-get update as root, or install Prometheus and Alertmanager",
            PREREQUISITE,
        )


def call(command, folder):
    """Runs a command; returns its error output if it fails, otherwise an empty list."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return (result.stderr.strip().splitlines() or [f"{command[0]} failed"]) if result.returncode else []


if __name__ == "__main__":
    try:
        for name, path in programs().items():
            print(f"{name:<14}{path}")
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.code)
