"""Checks a real deployment over HTTP; `make smoke ENV=… STATE_BUCKET=…` calls it.

Changes nothing. The deployment's outputs determine the checks: TLS 1.1 is tried if there is a custom domain, a known
attack if there is a firewall. With BELLWETHER_EMAIL and BELLWETHER_PASSWORD, it also signs in and lists tests. Prints a
line for each check, and exits with 1 if one fails.

    smoke.py --url https://…/v1 [--domain] [--firewall] [--networks]    checks a deployment without its state
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

# Optional features of a deployment: a custom domain, a firewall that blocks, networks to which administration is restricted.
Has = collections.namedtuple("Has", "domain firewall networks", defaults=(False, False, False))
DISCOVERY = "/.well-known/oauth-authorization-server"  # 404 without a domain
ADMINISTRATIVE = ("/users", "/clients")  # paths that admin_networks closes to other networks


def checks(api, has):
    """Yields the name of each check with its faults, or None if the check does not apply to this deployment."""
    forged = {"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    yield "an unknown path gets 404", is_problem(api.ask("GET", "/nothing-here"), 404, "not_found")
    yield "an unknown path with a token gets 404", is_problem(api.ask("GET", "/nothing-here", headers=forged), 404, "not_found")
    yield "an undeclared method gets 405", is_problem(api.ask("DELETE", "/tests"), 405, "method_not_allowed")
    yield "a request without a token gets 401", is_problem(api.ask("GET", "/tests"), 401, "unauthenticated")
    yield "a forged token gets 401", is_problem(api.ask("GET", "/tests", headers=forged), 401, "invalid_token")
    yield "a body that is not an object gets 400", is_problem(api.ask("POST", "/login", [1]), 400, "malformed_body")
    stranger = {"email": "nobody@example.invalid", "password": "not a password of anybody"}
    yield "an unknown user gets 401", is_problem(api.ask("POST", "/login", stranger), 401, "wrong_credentials")
    yield "a slash at the end gives no access", slash_at_the_end(api, stranger)
    status, _, keys = api.ask("GET", "/.well-known/jwks.json")
    yield "the public keys are published", [] if status == 200 and (keys or {}).get("keys") else [f"status {status}"]
    for method, path, open_to_all in routes():
        yield f"{method} {path} reaches its function", answers(api, method, path, open_to_all, has)
    yield "TLS 1.1 is refused", old_tls(api.url) if has.domain else None
    yield from firewalled(api, has.firewall)
    if os.environ.get("BELLWETHER_PASSWORD"):
        yield from signed_in(api)


def firewalled(api, firewall):
    """Yields the checks of the firewall. A body that is too long is refused without a firewall too."""
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
    """Returns how these paths differ from the same paths without the slash, and from a 404. API Gateway may treat them either
    way; no caller may get further."""
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
    """Yields (method, path with values for its parameters, whether it is public) for every operation of openapi.yaml."""
    contract = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            if "operationId" in operation:
                address = re.sub(r"{\w+}", "smoke-test", path) + required_query(contract, operation)
                yield method.upper(), address, operation.get("security") == []


def required_query(contract, operation):
    """Returns the query parameters without which the gateway refuses a request, each with a value."""
    shared = contract["components"]["parameters"]
    parameters = [shared[own["$ref"].rsplit("/", 1)[-1]] if "$ref" in own else own for own in operation.get("parameters", [])]
    names = [own["name"] for own in parameters if own["in"] == "query" and own.get("required")]
    return "?" + "&".join(f"{name}=smoke-test" for name in names) if names else ""


def answers(api, method, path, open_to_all, has):
    """Returns the faults in the response to a request without a token, which only a function can give, not the gateway.
    Returns None for an administrative route that is closed to this network."""
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
    """Tries a handshake with at most TLS 1.1, which must fail."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_default_certs()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        urllib.request.urlopen(url, timeout=10, context=context)
    except urllib.error.HTTPError:
        return ["TLS 1.1 was accepted"]
    except OSError:
        return []
    return ["TLS 1.1 was accepted"]


def signed_in(api):
    user = {"email": os.environ["BELLWETHER_EMAIL"], "password": os.environ["BELLWETHER_PASSWORD"]}
    status, _, body = api.ask("POST", "/login", user)
    yield "sign-in gives a token", [] if status == 200 and body.get("access_token") else [f"status {status}"]
    if status == 200:
        token = {"authorization": f"Bearer {body['access_token']}"}
        status, _, page = api.ask("GET", "/tests?limit=1", headers=token)
        yield "the token gives access to the list of tests", [] if status == 200 and "tests" in page else [f"status {status}"]


def main():
    parser = argparse.ArgumentParser(description="Check a real deployment over HTTP.")
    parser.add_argument("--url", help="the API's URL with the stage, instead of the one in Terraform's state")
    parser.add_argument("--domain", action="store_true", help="with --url: it has a custom domain")
    parser.add_argument("--firewall", action="store_true", help="with --url: it has a firewall")
    parser.add_argument("--networks", action="store_true", help="with --url: administration is restricted to some networks")
    options = parser.parse_args()
    url, has = options.url, Has(options.domain, options.firewall, options.networks)
    if not url:
        stack = Stack.of_terraform()
        url, has = stack.url, Has(stack.has_domain, stack.has_firewall, stack.has_networks)
    if not re.match("https?://", url):
        fail(f"{url} is not a URL; give one that begins with https://")
    failed = 0
    for name, wrong in checks(Api(url), has):
        failed += bool(wrong)
        word = "skipped" if wrong is None else "FAILED" if wrong else "ok"
        print(f"{word:<9} {name}" + "".join(f"\n          {each}" for each in wrong or []), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    run(main)
