"""The servers that are compared: how each is started, and the request that assigns a variant."""

import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from api import Api, exchange
from measure import FOLDER, Failed

TEST = "pricing-page"
TABLE = "assignments"
PATIENCE = 30  # seconds in which a server must start
DEFINITION = {
    "test_id": TEST,
    "name": "Pricing page: ROI calculator",
    "variants": [{"key": "control", "weight": 5000, "is_control": True}, {"key": "calculator", "weight": 5000}],
    "goals": [{"key": "demo-booked", "kind": "binary", "role": "primary"}],
}
BODY = '{"unit_id": "%s", "attributes": {"industry": "software", "employees": 900}}'


@dataclasses.dataclass
class Peer:
    """A running server."""

    name: str
    pid: int
    url: str  # of assignments
    token: str  # the header Authorization
    body: str  # with %s for the account

    def ask(self, account):
        """Sends one assignment and returns the body of the response."""
        status, _, answer = exchange("POST", self.url, json.loads(self.body % account), {"authorization": self.token})
        if status != 200:
            raise Failed(f"{self.name} answered an assignment with status {status}: {answer}")
        return answer


@contextlib.contextmanager
def process(command, cores, log, environment=None, cwd=None):
    """Runs a process on these cores, and ends it at the end. Its output goes to a file."""
    with log.open("wb") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        child = subprocess.Popen(["taskset", "-c", cores, *command], env=environment, cwd=cwd, **streams)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def printed(child, log, is_ready):
    """Returns what a process has printed, once it is ready."""
    deadline = time.monotonic() + PATIENCE
    while not is_ready(log.read_text()):
        if child.poll() is not None or time.monotonic() > deadline:
            raise Failed(f"{child.args[3]} did not start; it printed: {log.read_text()[-500:]}")
        time.sleep(0.05)
    return log.read_text()


@contextlib.contextmanager
def store(binary, cores, folder):
    """Starts the DynamoDB that all servers use. Yields its process ID and its address."""
    log = folder / "store.log"
    with process([str(binary)], cores, log) as child:
        yield child.pid, printed(child, log, lambda text: text.endswith("\n")).strip()


@contextlib.contextmanager
def served(binary, cores, folder, dynamodb):
    """Starts `bellwether serve`, which aggregates nothing. Yields its process, its address, and what it has printed."""
    log, options = folder / "bellwether.log", ["--port", "0", "--aggregate-every", "86400"]
    command = [str(binary), "serve", "--data", str(folder / "bellwether"), "--dynamodb", dynamodb, *options]
    with process(command, cores, log) as child:
        lines = printed(child, log, lambda text: "Ctrl-C" in text).splitlines()
        yield child, next(line for line in lines if "ready: " in line).split("ready: ")[1].split("/v1")[0], lines


@contextlib.contextmanager
def bellwether(binary, cores, folder, dynamodb):
    """Starts Bellwether with a running test. Yields it, the issuer of its tokens, and a function that signs in.

    The test and the client are created before, by a process of their own. The one that is measured has not hashed a
    password, which takes 19 MiB: the other servers have no users.
    """
    with served(binary, cores, folder, dynamodb) as (_, url, lines):
        api = Api(url, "admin@example.com", next(line.split()[1] for line in lines if line.startswith("password")))
        api.sign_in()
        api.call("POST", "/v1/tests", DEFINITION)
        api.call("PATCH", f"/v1/tests/{TEST}", {"revision": 1, "status": "running"})
        client = api.call("POST", "/v1/clients", {"name": "website", "scopes": ["assignments:write"]})
    with served(binary, cores, folder, dynamodb) as (child, url, _):
        address = url.replace("localhost", "127.0.0.1")
        peer = Peer("bellwether", child.pid, f"{address}/v1/tests/{TEST}/assignments", "", BODY)
        yield peer, f"{url}/v1", lambda: token(url, client)


def token(url, client):
    """Returns the header with a new token of a client of Bellwether, which is valid for 15 minutes."""
    form = {"grant_type": "client_credentials", **{name: client[name] for name in ("client_id", "client_secret")}}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/v1/oauth/token", urllib.parse.urlencode(form).encode(), timeout=30) as answer:
        return f"Bearer {json.load(answer)['access_token']}"


@contextlib.contextmanager
def fastapi(cores, folder, dynamodb, issuer):
    """Starts the program in program.py in one worker of uvicorn. It accepts the tokens of `issuer`."""
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "eu-central-1"}
    environment = {**os.environ, **keys, "ISSUER": issuer, "AUDIENCE": "bellwether", "TABLE": TABLE, "DYNAMODB": dynamodb}
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "program:app", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log"]
    log = folder / "fastapi.log"
    with process(command, cores, log, environment, FOLDER) as child:
        printed(child, log, lambda text: "running on" in text)
        yield Peer("fastapi", child.pid, f"http://127.0.0.1:{port}/tests/{TEST}/assignments", "", BODY)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
