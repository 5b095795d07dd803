"""Asks a deployment what only a real one can answer: what `make smoke ENV=… STATE_BUCKET=…` calls.

Changes nothing. Which checks there are follows from the deployment's outputs: TLS 1.1 is tried where it has a domain
of its own, a known attack where it has a firewall. With BELLWETHER_EMAIL and BELLWETHER_PASSWORD it also signs in and
lists tests. Prints a line for each check, and ends with 1 if one fails.

    smoke.py --url https://…/v1 [--domain] [--firewall] [--networks]    a deployment whose state is not at hand
"""

import argparse
import json
import os
import re
import ssl
import sys
import urllib.error
import urllib.request

from stack import ROOT, Stack, fail, run

try:
    import yaml
except ImportError:
    fail(f"yaml is not installed for {sys.executable}; run: make setup")

HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
ADMINISTRATIVE = ("/users", "/clients")  # what admin_networks closes to other networks


class Api:
    """A deployment, over its own HTTP."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def read(self, path, headers=()):
        """Status, headers and text of one answer to a GET."""
        return self._send("GET", path, None, headers)

    def ask(self, method, path, body=None, headers=()):
        """Status, headers and parsed body of one answer."""
        status, headers, text = self._send(method, path, body, headers)
        try:
            return status, headers, json.loads(text)
        except ValueError:
            return status, headers, None

    def _send(self, method, path, body, headers):
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if body is None else {"content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data, {**kind, **dict(headers)}, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        return answer.status, answer.headers, answer.read().decode(errors="replace")


def is_problem(answer, status, kind):
    """What an answer lacks of being this problem document, with the headers of every answer."""
    got, headers, body = answer
    wrong = [] if got == status else [f"status {got}"]
    if not isinstance(body, dict) or body.get("type") != f"urn:bellwether:problem:{kind}" or body.get("status") != status:
        wrong.append(f"body {json.dumps(body)[:120]}")
    if not headers.get("content-type", "").startswith("application/problem+json"):
        wrong.append(f"content type {headers.get('content-type')}")
    wrong += [f"header {name}: {headers.get(name)}" for name, value in HEADERS.items() if headers.get(name) != value]
    if not headers.get("x-request-id") or (isinstance(body, dict) and body.get("request_id") != headers["x-request-id"]):
        wrong.append("no request id, or another one in the body")
    return wrong


def checks(api, domain, firewall, networks=False):
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
        yield f"{method} {path} leads to its function", answers(api, method, path, open_to_all, networks)
    yield "TLS 1.1 is refused", old_tls(api.url) if domain else None
    yield from firewalled(api, firewall)
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


def answers(api, method, path, open_to_all, networks):
    """What an answer to a caller without a token lacks. Only a function answers so, not the gateway. None where the
    route administers, and this network may not."""
    answer = api.ask(method, path, None if method in ("GET", "DELETE") else {})
    if networks and answer[0] == 403 and path.startswith(ADMINISTRATIVE):
        return None
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
    url, has = options.url, (options.domain, options.firewall, options.networks)
    if not url:
        stack = Stack.of_terraform()
        url, has = stack.url, (stack.has_domain, stack.has_firewall, stack.has_networks)
    if not re.match("https?://", url):
        fail(f"{url} is no URL; it begins with https://")
    failed = 0
    for name, wrong in checks(Api(url), *has):
        failed += bool(wrong)
        word = "not asked" if wrong is None else "FAILED" if wrong else "ok"
        print(f"{word:<9} {name}" + "".join(f"\n          {each}" for each in wrong or []), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    run(main)
