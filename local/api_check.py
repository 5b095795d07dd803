"""Checks a running server against openapi.yaml; `make api-check` calls it.

It starts its own server on a free port, adds a user of each role, an API client and some tests, and runs schemathesis with
the token of each. Schemathesis sends valid and invalid requests, with all checks and all phases (local/api_check.toml). The
script exits with an error if a check fails. The server's log and state are in .run-check, which is preserved after a
failure.
"""

import argparse
import json
import os
import secrets
import signal
import sys
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
from api import Api, ApiError
from own_server import own_server
from processes import ROOT, Children, Failure
from progress import step
from toolchain import check_tools, set_up

VENV = ROOT / ".tools" / "check-venv"
REQUIREMENTS = ROOT / "local" / "requirements-check.txt"
STATE = ROOT / ".run-check"
ADMIN = "admin"
ROLES = ("viewer", "analyst")
SCOPES = ["assignments:read", "assignments:write", "conversions:read", "conversions:write", "metrics:read"]
VARIANTS = [{"key": "control", "weight": 5000, "is_control": True}, {"key": "calculator", "weight": 5000}]
GOALS = [{"key": "demo-booked", "kind": "binary", "role": "primary"}, {"key": "pipeline", "kind": "sum"}]
TESTS: list[dict] = [  # the tests that local/api_check.toml names
    {"test_id": "pricing-page-q4", "name": "Pricing page", "variants": VARIANTS, "goals": GOALS, "segments": ["industry"]},
    {"test_id": "external-test", "name": "Mail", "variants": VARIANTS, "goals": GOALS, "allocation": {"mode": "external"}},
]


def prepare(admin):
    """Creates and starts the tests; returns a user of each role and an API client."""
    admin.sign_in()
    for test in TESTS:
        admin.call("POST", "/v1/tests", test)
        admin.call("PATCH", f"/v1/tests/{test['test_id']}", {"revision": 1, "status": "running"})
    callers: dict[str, Api | Client] = {}
    for role in ROLES:
        email, password = f"{role}@example.com", secrets.token_urlsafe(18)
        admin.call("POST", "/v1/users", {"email": email, "password": password, "role": role})
        callers[role] = Api(admin.url, email, password)
    callers["service"] = Client(admin.url, admin.call("POST", "/v1/clients", {"name": "Check", "scopes": SCOPES}))
    return callers | {ADMIN: admin}  # last, because the requests of an admin change the other callers


class Client:
    """An API client, which gets tokens with its id and secret."""

    def __init__(self, url, client):
        self.url, self.client = url, client
        self.token = None

    def sign_in(self):
        form = {"grant_type": "client_credentials"} | {name: self.client[name] for name in ("client_id", "client_secret")}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/v1/oauth/token", urllib.parse.urlencode(form).encode(), timeout=60) as reply:
            self.token = json.load(reply)["access_token"]


def phases(role, short):
    """Returns the phases for a role. A short run omits stateful tests, and coverage except for the admin."""
    if not short:
        return "examples,coverage,fuzzing,stateful"
    return "examples,coverage,fuzzing" if role == ADMIN else "examples,fuzzing"


def check(children, caller, role, short):
    """Runs schemathesis with the caller's token, passed in the environment; returns whether all checks passed."""
    caller.sign_in()
    step(f"{phases(role, short)} as {role}")
    env = {**os.environ, "API_CHECK_TOKEN": caller.token, "NO_PROXY": "127.0.0.1"}
    command = [
        str(VENV / "bin" / "schemathesis"),
        "--config-file",
        "local/api_check.toml",
        "run",
        "openapi.yaml",
        "--url",
        f"{caller.url}/v1",
        "--phases",
        phases(role, short),
        "--max-examples",
        "3" if short else "10",
    ]
    try:
        children.run(command, env, f"schemathesis as {role}")
    except Failure as failure:
        print(failure, file=sys.stderr)
        return False
    return True


def run(children, options):
    check_tools()
    set_up(children, VENV, REQUIREMENTS, "it takes 120 MB")
    with own_server(STATE):
        callers = prepare(Api.find(STATE))
        outcomes = [check(children, caller, role, options.short) for role, caller in callers.items()]
        if not all(outcomes):
            raise Failure(
                f"the server does not match openapi.yaml; see the findings above, and the server's logs in {STATE.name}"
            )


def main():
    parser = argparse.ArgumentParser(description="Check a running server against openapi.yaml.")
    parser.add_argument("--short", action="store_true", help="send fewer requests")
    children = Children()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(children, parser.parse_args())
    except (Failure, ApiError) as failure:
        print(failure, file=sys.stderr)
        return getattr(failure, "code", 1)
    except KeyboardInterrupt:
        return 130
    finally:
        children.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
