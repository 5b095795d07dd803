"""Run all of Bellwether with hot reload: what `make watch` and `make setup` call.

It sets up pinned tools in .tools/venv (toolchain.py), builds the functions, starts the emulated
cloud and `cargo lambda watch` (servers.py), creates tables, keys and a first admin, and waits for
Ctrl-C. Everything listens on 127.0.0.1. When it ends, whatever it started ends too
(processes.py), and the data is gone. Logs and the environment of the functions are in .run;
.run/session.json contains the address of the server for other scripts, and is there only while it runs.
"""

import argparse
import json
import os
import shlex
import signal
import sys
import time

sys.dont_write_bytecode = True
from processes import ROOT, Children, Failure
from progress import step
from servers import (
    ADMIN,
    clean_environment,
    create_admin,
    function_environment,
    rotate_keys,
    start_cloud,
    start_functions,
    summarize,
    warm_up,
    write_private,
)
from toolchain import check_alone, check_port, check_tools, set_up_tools


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


def next_steps(base, password):
    """Three lines to paste into bash or zsh."""
    json_type, token = "-w '\\n' -H 'content-type: application/json'", '-H "authorization: Bearer $TOKEN"'
    test = {
        "test_id": "pricing-page",
        "name": "Pricing page: ROI calculator",
        "hypothesis": "A calculator gets more demos booked.",
        "variants": [
            {"key": "control", "weight": 5000, "is_control": True, "parameters": {}},
            {"key": "calculator", "weight": 5000, "is_control": False, "parameters": {"hero": "roi"}},
        ],
        "coverage": 10000,
        "allocation": {"mode": "fixed"},
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
    port = check_port(options.port, "make watch PORT=9100")
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
        rotate_keys(children, base, env["PRIVATE_KEYS_SECRET"])
        password = create_admin(children, base)
        warm_up(children, base)
        pids = {"run": os.getpid(), "emulator": emulator, "watch": watch}
        write_private(session, json.dumps({"url": base, "email": ADMIN, "password": password, "pids": pids}))
        step(f"ready: {base}/v1 (Ctrl-C ends it; logs in {options.state})")
        print(f"\nadmin     {ADMIN}\npassword  {password}\n\nSign in, create a test, start it and ask for a variant:\n")
        print(
            "\n".join(next_steps(base, password))
            + "\n\nOr sign in (target/debug/bellwether login) and simulate a campaign: make demo\n",
            flush=True,
        )
        next_aggregation = time.monotonic() + options.aggregate_every
        while True:
            children.check()
            if time.monotonic() >= next_aggregation:
                summarize(children, base)
                next_aggregation = time.monotonic() + options.aggregate_every
            time.sleep(0.5)
    finally:
        session.unlink(missing_ok=True)


def on_signals(handler):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def stop(*_):
    on_signals(signal.SIG_IGN)  # the end is on its way; a second Ctrl-C must not cut it short
    raise Stopped


def port_number(text):
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port; take a number from 1 to 65535")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Run all of Bellwether on this machine.")
    parser.add_argument("--port", type=port_number, default=9000, help="port of the API (default: %(default)s)")
    parser.add_argument("--emulator-port", type=int, default=0, help="port of the emulated cloud (default: a free one)")
    parser.add_argument("--state", default=".run", help="folder of logs and run state (default: %(default)s)")
    parser.add_argument(
        "--aggregate-every",
        type=int,
        default=20,
        help="seconds between two counts of results (default: %(default)s); in AWS, the schedule counts every 5 minutes",
    )
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
