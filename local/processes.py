"""Starts and stops the processes of `make watch`."""

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
PATIENCE = 5  # seconds to stop in, before SIGKILL
PREREQUISITE = 2  # the exit code if a prerequisite is missing


class Failure(Exception):
    """An error message of one line, and the exit code."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


class Children:
    """The child processes of this run.

    The watch server starts each function in a separate session, so a signal to its process
    group would not reach them. Descendants are found by their parent instead. On Linux, orphans
    become children of this process, so they are found too.
    """

    def __init__(self):
        self.servers, self.began = [], False
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def begin(self):
        """Checks, before the first process starts, that its descendants can be found later."""
        if not shutil.which("ps"):
            raise Failure("ps is not on PATH; Debian: apt-get install procps", PREREQUISITE)
        self.began = True

    def run(self, command, env=None, what=None):
        """Runs a command on this terminal until it exits."""
        self.begin()
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise Failure(f"{what} cannot start: {error}") from error
        if process.wait():
            raise Failure(f"{what} failed; see its output above")

    def serve(self, name, command, env, log):
        """Starts a server in a separate session, so that Ctrl-C in the terminal does not reach it."""
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
        """Raises a Failure if a server has exited."""
        for name, process, log in self.servers:
            if process.poll() is not None:
                raise Failure(f"{name} exited with code {process.returncode}; {last_lines(log)}")

    def last_words(self):
        """Returns the last lines of the log of the server that was started last."""
        return last_lines(self.servers[-1][2])

    def stop(self):
        """Stops every descendant; returns those that SIGKILL did not stop."""
        seen: set[int] = set()
        if not self.began:
            return seen
        for number in (signal.SIGTERM, signal.SIGKILL):
            signalled: set[int] = set()
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                seen = descendants(seen)
                for pid in seen - signalled:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
                signalled |= seen
                if not seen:
                    return seen
                time.sleep(0.1)
        return descendants(seen)


def descendants(seen):
    """Returns the running descendants of this process, and those of `seen` that are still running."""
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
