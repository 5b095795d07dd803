"""Checks the prerequisites: tools, free ports, and the pinned packages in .tools."""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import socket
import sys

from processes import PREREQUISITE, ROOT, Failure
from progress import step

VENV = ROOT / ".tools" / "venv"
REQUIREMENTS = ROOT / "local" / "requirements.txt"


def check_tools():
    if sys.version_info < (3, 10):  # noqa: UP036, an older version must get a clear error
        raise Failure(f"Python 3.10 or later is required, this is {sys.version.split()[0]}", PREREQUISITE)
    if not all(importlib.util.find_spec(name) for name in ("ensurepip", "venv")):  # Debian packages them separately
        raise Failure("Python's venv is missing; install it (Debian: apt-get install python3-venv)", PREREQUISITE)
    for tool, source in (("cargo", "install Rust 1.95 or later"), ("ps", "Debian: apt-get install procps")):
        if not shutil.which(tool):
            raise Failure(f"{tool} is not on PATH; {source}", PREREQUISITE)


def check_port(port, other):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Failure(f"port {port} is in use; free it, or choose another: {other}", PREREQUISITE) from None
        return probe.getsockname()[1]


def check_alone(session):
    """Raises a Failure if another run uses the same state folder."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, ProcessLookupError, PermissionError):
        pid = json.loads(session.read_text())["pids"]["run"]
        os.kill(pid, 0)
        if pid == os.getpid():  # left by a killed run: in a container, process ids start at 1 again
            return
        raise Failure(
            f"another run uses this folder (process {pid}); stop it, or delete {session} if that process is not a run",
            PREREQUISITE,
        )


def set_up_tools(children):
    """Installs the packages for the servers and the tests."""
    set_up(children, VENV, REQUIREMENTS, "they take 540 MB")


def set_up(children, venv, requirements, note):
    """Installs pinned packages, unless the stamp shows that the same packages are installed."""
    stamp, wanted = venv / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    where, what = venv.relative_to(ROOT), requirements.relative_to(ROOT)
    if (venv / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted:
        step("tools: up to date")
        return
    step(f"tools: installing into {where} (once; {note})")
    children.run([sys.executable, "-m", "venv", "--clear", str(venv)], what=f"creating {where}")
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    children.run([*pip, "--require-hashes", "-r", str(requirements)], what=f"installing {what}")
    stamp.write_text(wanted)
