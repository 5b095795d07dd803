"""Runs a separate server for a check, on a free port and with its own state folder."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time

from processes import ROOT, Failure
from progress import step

PATIENCE = 1800  # seconds for the server to be built and ready


@contextlib.contextmanager
def own_server(state, *options):
    """Runs a server while the block runs. Its log is in `state`, which is preserved if the block fails."""
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "local/run.py", "--port", str(port), "--state", state.name, *options]
    step(f"a server: http://127.0.0.1:{port} (log: {state.name}/run.log)")
    with (state / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (state / "session.json").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"the server did not start; see {state.name}/run.log")
            time.sleep(0.2)
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # the server then stops all its processes
        process.wait()
    shutil.rmtree(state)
