"""What must be there before anything starts: tools, free ports, and the pinned packages in .tools."""

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
    if sys.version_info < (3, 10):  # noqa: UP036, an older one is to hear why it will not do
        raise Failure(f"Python 3.10 or later is needed, this is {sys.version.split()[0]}", PREREQUISITE)
    if not all(importlib.util.find_spec(name) for name in ("ensurepip", "venv")):  # Debian ships Python without them
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
            raise Failure(f"port {port} is in use; free it or pick another: {other}", PREREQUISITE) from None
        return probe.getsockname()[1]


def check_alone(session):
    """Refuse to share a state folder with a run that is still going."""
    with contextlib.suppress(FileNotFoundError, ValueError, KeyError, ProcessLookupError, PermissionError):
        pid = json.loads(session.read_text())["pids"]["run"]
        os.kill(pid, 0)
        if pid == os.getpid():  # left by a killed run; a container counts from 1 each time
            return
        raise Failure(f"another run is going (process {pid}); stop it, or if there is none remove {session}", PREREQUISITE)


def set_up_tools(children):
    """Install what the servers and the tests run on."""
    set_up(children, VENV, REQUIREMENTS, "they take 540 MB")


def set_up(children, venv, requirements, note):
    """Install pinned packages, unless the stamp says that these very ones are there."""
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
