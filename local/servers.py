"""The emulated cloud and the functions: how each is started, with which environment, and when it is ready."""

import contextlib
import json
import os
import secrets
import time
import uuid

from api import exchange
from processes import ROOT, Failure
from progress import step
from toolchain import VENV

ADMIN = "admin@example.com"
# The watch server ends a function that has waited this long for its next request, and does not start
# it again: long enough that nobody leaves a laptop running for longer.
WATCH_TIMEOUT = 30 * 24 * 3600
RELOAD_ON = "*\n!*.rs\n!Cargo.toml\n!Cargo.lock\n/target/**\n"  # what the watch server does not ignore


def write_private(path, text):
    """Write a file that only its owner can read."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def clean_environment():
    """This environment without the developer's own cloud account, and with no proxy before loopback."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") or name.startswith("AWS_LC_")}
    return {**kept, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


def function_environment(port, emulator_port):
    """What functions and `prepare` read. The emulated cloud takes any key that is not 12 digits."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulator_port}",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "TABLE_PREFIX": "bellwether-local",
        "PUBLIC_KEYS_SECRET": "bellwether-local/keys-public",
        "PRIVATE_KEYS_SECRET": "bellwether-local/keys-private",
        "ISSUER": f"http://127.0.0.1:{port}/v1",
        "AUDIENCE": "bellwether",
        "LOG_LEVEL": "info",
        "AGGREGATION_RESERVE_SECONDS": "5",  # of the minute that a function is given here
    }


def wait_for(children, url, accept, seconds):
    """Wait until a server answers with an accepted status."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        children.check()
        with contextlib.suppress(OSError):
            if accept(exchange("GET", url, timeout=2)[0]):
                return
        time.sleep(0.1)
    raise Failure(f"{children.servers[-1][0]} did not answer within {seconds} s; {children.last_words()}")


def start_cloud(children, port, state, env):
    step(f"emulated cloud: http://127.0.0.1:{port}")
    command = [str(VENV / "bin" / "python"), "tests/emulator/launch.py", "--port", str(port)]
    pid = children.serve("the emulated cloud", command, clean_environment(), state / "emulator.log")
    wait_for(children, f"http://127.0.0.1:{port}/_ministack/health", lambda status: status == 200, 30)
    step("tables and secrets")
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    children.run([str(target / "debug" / "prepare")], {**clean_environment(), **env}, what="prepare")
    return pid


def start_functions(children, port, state, env):
    """Start the watch server, which runs a function's binary at the first request to it."""
    step(f"functions: http://127.0.0.1:{port}")
    write_private(state / "functions.env", "".join(f"{name}={value}\n" for name, value in env.items()))
    (state / "watch.ignore").write_text(RELOAD_ON)
    command = [
        str(VENV / "bin" / "cargo-lambda"),
        "lambda",
        "watch",
        "--invoke-address",
        "127.0.0.1",
        "--invoke-port",
        str(port),
        "--env-file",
        str(state / "functions.env"),
        "--concurrency",
        "4",
        "--timeout",
        str(WATCH_TIMEOUT),
        "--disable-cors",
    ]
    watching = {**clean_environment(), "CARGO_LAMBDA_IGNORE_FILE": str(state / "watch.ignore")}
    pid = children.serve("cargo lambda watch", command, watching, state / "watch.log")
    wait_for(children, f"http://127.0.0.1:{port}/", lambda status: True, 30)
    return pid


def rotate_keys(children, base, secret):
    """Rotate the signing keys as Secrets Manager does in AWS; the first rotation makes the first key."""
    step("signing keys")
    url, token = f"{base}/2015-03-31/functions/rotate-keys/invocations", str(uuid.uuid4())
    for name in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"Step": name, "SecretId": secret, "ClientRequestToken": token}
        answer = ask(children, "rotate-keys", "POST", url, event)
        if answer != {}:
            raise Failure(f"rotate-keys did not do {name}, it answered {json.dumps(answer)[:300]}; {children.last_words()}")


def create_admin(children, base):
    """Invoke create-user as its owner would in AWS; return the random password."""
    step("first admin")
    password = secrets.token_urlsafe(18)
    body = {"bootstrap": {"workspace": "local", "email": ADMIN, "password": password}}
    answer = ask(children, "create-user", "POST", f"{base}/2015-03-31/functions/create-user/invocations", body)
    if not isinstance(answer, dict) or "user_id" not in answer:
        raise Failure(f"create-user made no admin, it answered {json.dumps(answer)[:300]}; {children.last_words()}")
    return password


def warm_up(children, base):
    """Ask each function once, unauthenticated, so that the first real request finds it running."""
    names = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "Cargo.toml").exists())
    for number, name in enumerate(names, 1):
        print(f"    starting {name} {number}/{len(names)}", flush=True)
        ask(children, name, "GET", f"{base}/lambda-url/{name}/", None)


def summarize(children, base):
    """Fold the running tests, as the schedule does in AWS."""
    event = json.loads((ROOT / "events" / "summarize-tests.json").read_text())
    ask(children, "summarize-tests", "POST", f"{base}/2015-03-31/functions/summarize-tests/invocations", event)


def ask(children, name, method, url, body):
    """A function's answer, whatever it says; a Failure when none comes."""
    children.check()
    try:
        return exchange(method, url, body, timeout=60)[2]
    except OSError as error:
        children.check()
        raise Failure(f"{name} does not answer ({error}); {children.last_words()}") from error
