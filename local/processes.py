"""The processes that `make run` starts, and their end."""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATIENCE = 5  # seconds to end in, before SIGKILL
PREREQUISITE = 2  # the exit code when something is missing


class Failure(Exception):
    """What went wrong, in one line for the person at the terminal, and the exit code."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


class Children:
    """The processes of this run, and their end.

    The watch server puts each function in a session of its own, so that ending its process
    group would miss them: descendants are found by parent instead. Linux hands orphans to
    this process, so that they too are found.
    """

    def __init__(self):
        self.servers, self.began = [], False
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def begin(self):
        """Before the first process: a Failure where its descendants could not be found in the end."""
        if not shutil.which("ps"):
            raise Failure("ps is not on PATH; Debian: apt-get install procps", PREREQUISITE)
        self.began = True

    def run(self, command, env=None, what=None):
        """Run a command to its end, on this terminal."""
        self.begin()
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise Failure(f"{what} cannot start: {error}") from error
        if process.wait():
            raise Failure(f"{what} failed; what it said is above")

    def serve(self, name, command, env, log):
        """Start a server in its own session, out of reach of the terminal's Ctrl-C."""
        self.begin()
        with log.open("wb") as output:
            streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            try:
                process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, **streams)
            except OSError as error:
                raise Failure(f"{name} cannot start ({error}); remove .tools and run: make setup") from error
        self.servers.append((name, process, log))
        return process.pid

    def check(self):
        """A Failure when a server has died."""
        for name, process, log in self.servers:
            if process.poll() is not None:
                raise Failure(f"{name} ended with code {process.returncode}; {last_lines(log)}")

    def last_words(self):
        """What the server started last has logged last."""
        return last_lines(self.servers[-1][2])

    def stop(self):
        """End every descendant; return those that even SIGKILL did not end."""
        seen: set[int] = set()
        if not self.began:
            return seen
        for number in (signal.SIGTERM, signal.SIGKILL):
            told: set[int] = set()
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                seen = descendants(seen)
                for pid in seen - told:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                told |= seen
                if not seen:
                    return seen
                time.sleep(0.1)
        return descendants(seen)


def descendants(seen):
    """Living processes below this one, and those of `seen` that still live."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    ps = subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True)
    rows = [line.split() for line in ps.communicate()[0].splitlines()]
    parents = {int(pid): int(parent) for pid, parent, state in rows if state[0] != "Z"}
    parents.pop(ps.pid, None)
    found, level = set(), {os.getpid()}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        found |= level
    return found | (seen & parents.keys())


def last_lines(log, count=15):
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join([f"the last lines of {log}:", *("    " + line for line in lines)])
