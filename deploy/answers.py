"""Sends requests to a deployment and checks its responses; `make smoke` and `make e2e` use it."""

import json
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
    """An HTTP client of one deployment."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def read(self, path, headers=()):
        """Sends a GET; returns the status, headers and text of the response."""
        return self._send("GET", path, None, headers)

    def ask(self, method, path, body=None, headers=()):
        """Sends a request; returns the status, headers and parsed body of the response."""
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
    """Returns how a response differs from this problem document with the headers of every response."""
    got, headers, body = answer
    wrong = [] if got == status else [f"status {got}"]
    if not isinstance(body, dict) or body.get("type") != f"urn:bellwether:problem:{kind}" or body.get("status") != status:
        wrong.append(f"body {json.dumps(body)[:120]}")
    if not headers.get("content-type", "").startswith("application/problem+json"):
        wrong.append(f"content type {headers.get('content-type')}")
    wrong += [f"header {name}: {headers.get(name)}" for name, value in HEADERS.items() if headers.get(name) != value]
    if not headers.get("x-request-id") or (isinstance(body, dict) and body.get("request_id") != headers["x-request-id"]):
        wrong.append("no request id, or a different one in the body")
    return wrong
