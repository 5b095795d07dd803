"""Runs a separate server for a check, on a free port and with its own data folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

from processes import ROOT, Failure
from progress import step

PATIENCE = 30  # seconds for the server to be ready


@contextlib.contextmanager
def own_server(state, *options):
    """Runs a server while the block runs. Its log is in `state`, which is preserved if the block fails.

    The password of its admin is in the environment of this process, where `Api.find` reads it.
    """
    step("building the server")  # with the features that tests build it with, so that nothing is built twice
    build = ["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", "bellwether"]
    if subprocess.run(build, cwd=ROOT, check=False).returncode:
        raise Failure("the build failed; see its output above")
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    binary = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "bellwether"
    command = [str(binary), "serve", "--port", str(port), "--data", state.name, *options]
    step(f"a server: http://127.0.0.1:{port} (log: {state.name}/run.log)")
    with (state / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (state / "session.json").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"the server did not start; see {state.name}/run.log")
            time.sleep(0.2)
        printed = (state / "run.log").read_text().splitlines()
        os.environ["BELLWETHER_PASSWORD"] = next(line.split()[1] for line in printed if line.startswith("password"))
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait()
    shutil.rmtree(state)
