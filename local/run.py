"""Run all of Bellwether on this machine: what `make run` and `make setup` call.

It sets up pinned tools in .tools/venv, builds the functions, starts the emulated cloud
(tests/emulator/launch.py) and `cargo lambda watch`, creates tables, keys and a first admin,
and waits for Ctrl-C. Everything listens on 127.0.0.1. When it ends, whatever it started
ends too, and the data is gone. Logs and the environment of the functions are in .run;
.run/session.json tells the demos where the server is, and is there only while it runs.
"""

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import pathlib
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from api import exchange
from progress import step

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".tools" / "venv"
REQUIREMENTS = ROOT / "local" / "requirements.txt"
ADMIN = "admin@example.com"
RELOAD_ON = "*\n!*.rs\n!Cargo.toml\n!Cargo.lock\n/target/**\n"  # what the watch server does not ignore
PATIENCE = 5  # seconds to end in, before SIGKILL
PREREQUISITE = 2


class Failure(Exception):
    """What went wrong, in one line for the person at the terminal, and the exit code."""

    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class Children:
    """The processes of this run, and their end.

    The watch server puts each function in a session of its own, so that ending its process
    group would miss them: descendants are found by parent instead. Linux hands orphans to
    this process, so that they too are found.
    """

    def __init__(self):
        self.servers = []
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def run(self, command, env=None, what=None):
        """Run a command to its end, on this terminal."""
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise Failure(f"{what} cannot start: {error}")
        if process.wait():
            raise Failure(f"{what} failed; what it said is above")

    def serve(self, name, command, env, log):
        """Start a server in its own session, out of reach of the terminal's Ctrl-C."""
        with log.open("wb") as output:
            streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            try:
                process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, **streams)
            except OSError as error:
                raise Failure(f"{name} cannot start ({error}); remove .tools and run: make setup")
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
        seen = set()
        for number in (signal.SIGTERM, signal.SIGKILL):
            told, deadline = set(), time.monotonic() + PATIENCE
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


def check_tools():
    if sys.version_info < (3, 10):
        raise Failure(f"Python 3.10 or later is needed, this is {sys.version.split()[0]}", PREREQUISITE)
    try:
        import ensurepip, venv  # Debian ships Python without them
    except ImportError:
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
            raise Failure(f"port {port} is in use; free it or pick another: {other}", PREREQUISITE)
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
    """Install the pinned tools, unless the stamp says that these very ones are there."""
    stamp, wanted = VENV / "requirements.sha256", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if (VENV / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted:
        step("tools: up to date")
        return
    step("tools: installing into .tools/venv (once; they take 540 MB)")
    children.run([sys.executable, "-m", "venv", "--clear", str(VENV)], what="creating .tools/venv")
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    children.run([*pip, "--require-hashes", "-r", str(REQUIREMENTS)], what="installing local/requirements.txt")
    stamp.write_text(wanted)


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
    step("tables and keys")
    target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
    children.run([str(target / "debug" / "prepare")], {**clean_environment(), **env}, what="prepare")
    return pid


def start_functions(children, port, state, env):
    """Start the watch server, which runs a function's binary at the first request to it."""
    step(f"functions: http://127.0.0.1:{port}")
    write_private(state / "functions.env", "".join(f"{name}={value}\n" for name, value in env.items()))
    (state / "watch.ignore").write_text(RELOAD_ON)
    command = [
        str(VENV / "bin" / "cargo-lambda"), "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port),
        "--env-file", str(state / "functions.env"), "--concurrency", "4", "--timeout", "120",
    ]
    watching = {**clean_environment(), "CARGO_LAMBDA_IGNORE_FILE": str(state / "watch.ignore")}
    pid = children.serve("cargo lambda watch", command, watching, state / "watch.log")
    wait_for(children, f"http://127.0.0.1:{port}/", lambda status: True, 30)
    return pid


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


def ask(children, name, method, url, body):
    """A function's answer, whatever it says; a Failure when none comes."""
    children.check()
    try:
        return exchange(method, url, body, timeout=60)[2]
    except OSError as error:
        children.check()
        raise Failure(f"{name} does not answer ({error}); {children.last_words()}")


def next_steps(base, password):
    """Three lines to paste into bash or zsh."""
    json_type, token = "-H 'content-type: application/json'", '-H "authorization: Bearer $TOKEN"'
    test = {
        "test_id": "pricing-page", "name": "Pricing page: ROI calculator", "hypothesis": "A calculator gets more demos booked.",
        "variants": [{"key": "control", "weight": 5000, "is_control": True, "parameters": {}},
                     {"key": "calculator", "weight": 5000, "is_control": False, "parameters": {"hero": "roi"}}],
        "coverage": 10000, "allocation": {"mode": "fixed"},
        "goals": [{"key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 30}],
    }

    def curl(path, body, *options):
        data = shlex.quote(json.dumps(body, separators=(",", ":")))
        return " ".join(["curl -sS", *options, f"{base}/v1{path}", json_type, "-d", data])

    pick = """python3 -c 'import json,sys; print(json.load(sys.stdin)["access_token"])'"""
    start = curl("/tests/pricing-page", {"revision": 1, "status": "running"}, "-X PATCH", token)
    return [
        f"TOKEN=$({curl('/login', {'email': ADMIN, 'password': password})} | {pick})",
        curl("/tests", test, token),
        f"{start} && {curl('/tests/pricing-page/assignments', {'unit_id': 'acme.com'}, token)}",
    ]


def run(children, options, state):
    """Every step from the tools to Ctrl-C; ends with Stopped or a Failure."""
    check_tools()
    if options.setup_only:
        return set_up_tools(children)
    session = state / "session.json"
    port = check_port(options.port, "make run PORT=9100")
    emulator_port = check_port(options.emulator_port, "--emulator-port 0 takes a free one")
    check_alone(session)
    state.mkdir(parents=True, exist_ok=True)
    set_up_tools(children)
    step("building")
    children.run(["cargo", "build", "--workspace", "--bins"], clean_environment(), "the build")
    env, base = function_environment(port, emulator_port), f"http://127.0.0.1:{port}"
    try:
        emulator = start_cloud(children, emulator_port, state, env)
        watch = start_functions(children, port, state, env)
        password = create_admin(children, base)
        warm_up(children, base)
        pids = {"run": os.getpid(), "emulator": emulator, "watch": watch}
        write_private(session, json.dumps({"url": base, "email": ADMIN, "password": password, "pids": pids}))
        step(f"ready: {base}/v1 (Ctrl-C ends it; logs in {options.state})")
        print(f"\nadmin     {ADMIN}\npassword  {password}\n\nSign in, create a test, start it and ask for a variant:\n")
        print("\n".join(next_steps(base, password)) + "\n\nOr replay a published trial: make demo-trial\n", flush=True)
        while True:
            children.check()
            time.sleep(0.5)
    finally:
        session.unlink(missing_ok=True)


def on_signals(handler):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def stop(*_):
    on_signals(signal.SIG_IGN)  # the end is on its way; a second Ctrl-C must not cut it short
    raise Stopped


def main():
    parser = argparse.ArgumentParser(description="Run all of Bellwether on this machine.")
    parser.add_argument("--port", type=int, default=9000, help="port of the API (default: %(default)s)")
    parser.add_argument("--emulator-port", type=int, default=0, help="port of the emulated cloud (default: a free one)")
    parser.add_argument("--state", default=".run", help="folder of logs and run state (default: %(default)s)")
    parser.add_argument("--setup-only", action="store_true", help="install the pinned tools and stop")
    options = parser.parse_args()

    children, code = Children(), 0
    on_signals(stop)
    try:
        run(children, options, (ROOT / options.state).resolve())
    except Stopped:
        step("stopping")
    except Failure as failure:
        print(failure, file=sys.stderr)
        code = failure.code
    finally:
        on_signals(signal.SIG_IGN)
        left = children.stop()
    if left:
        print(f"these processes did not end: {sorted(left)}", file=sys.stderr)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
