"""A client of Bellwether's HTTP API, which the scripts in this folder use.

It signs in, signs in again when the access token has expired, waits when the server
requires it, and reports each error in one line that states what to do.
"""

import getpass
import http.client
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
STATES = (".bellwether", ".run")  # of make run and of make watch
TRIES = 6
LONGEST_WAIT = 10  # seconds, even if Retry-After is longer


class ApiError(Exception):
    """A request that failed permanently. Its text is an error message of one line."""


def exchange(method, url, body=None, headers=None, timeout=60):
    """Sends one request; returns its status, headers and parsed body (None if it is not JSON).

    Requests to loopback do not use the proxy that the environment names.
    """
    local = urllib.parse.urlsplit(url).hostname in ("127.0.0.1", "localhost")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({} if local else None))
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    try:
        with opener.open(request, timeout=timeout) as reply:
            return reply.status, reply.headers, _parse(reply.read())
    except urllib.error.HTTPError as reply:
        return reply.code, reply.headers, _parse(reply.read())


def read_text(url, headers, timeout=60):
    """Returns the text at a URL on this machine; a URLError unless the status is a success."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=timeout) as reply:
        return reply.read().decode()


def _parse(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def describe(problem):
    """Formats a problem document as one line."""
    if not isinstance(problem, dict):
        return "the response is not JSON"
    text = problem.get("detail") or problem.get("title") or "no detail given"
    errors = problem.get("errors") or []
    text += "".join(f"; {error.get('pointer')}: {error.get('detail')}" for error in errors)
    if problem.get("request_id"):
        text += f" (request {problem['request_id']})"
    return text


def backoff(attempt, headers=None):
    """Returns the seconds to wait before the next attempt: Retry-After, or else 0.5, 1, 2, …"""
    wanted = (headers or {}).get("retry-after", "")
    return min(int(wanted) if wanted.isdigit() else 0.5 * 2**attempt, LONGEST_WAIT)


def session_path(state):
    """Returns the path of the file that names the running server: in `state`, or else in the folders of STATES."""
    folders = [pathlib.Path(state)] if state else [ROOT / name for name in STATES]
    paths = [folder / "session.json" for folder in folders]
    return next((path for path in paths if path.exists()), paths[0])


def ask_password(session):
    """Reads the admin's password from the terminal."""
    if not sys.stdin.isatty():
        raise ApiError("set BELLWETHER_PASSWORD to the password that make run printed when it was started first")
    return getpass.getpass(f"password of {session['email']} at {session['url']}: ")


class Api:
    """A signed-in user of one server."""

    def __init__(self, url, email, password):
        self.url, self.email, self.password = url.rstrip("/"), email, password
        self.token = None

    @classmethod
    def find(cls, state=None):
        """Returns a client of the server in BELLWETHER_URL, _EMAIL and _PASSWORD, or of the one with the folder `state`.

        Without a folder, it is the server of `make run`, or else of `make watch`. The server of `make run` does not
        store its password. Then the password is in BELLWETHER_PASSWORD, or the user is asked for it.
        """
        url, email, password = (os.environ.get(f"BELLWETHER_{name}") for name in ("URL", "EMAIL", "PASSWORD"))
        if url and email and password:
            return cls(url, email, password)
        if url or email:
            raise ApiError("set all of BELLWETHER_URL, BELLWETHER_EMAIL and BELLWETHER_PASSWORD, or only the last")
        path = session_path(state)
        try:
            session = json.loads(path.read_text())
            return cls(session["url"], session["email"], session.get("password") or password or ask_password(session))
        except FileNotFoundError:
            raise ApiError("no server is running; start it with: make run") from None
        except (OSError, ValueError, KeyError) as error:
            raise ApiError(f"cannot read {path} ({error}); restart the server") from None

    def sign_in(self):
        self.token = None
        self.token = self.call("POST", "/v1/login", {"email": self.email, "password": self.password})["access_token"]

    def call(self, method, path, body=None):
        """Sends one request; returns the body of the response. Raises an ApiError unless the status is a success."""
        renewed = self.token is None
        for attempt in range(TRIES):
            status, headers, answer = self._send(method, path, body)
            if status == 401 and not renewed:
                renewed = True
                self.sign_in()
            elif status == 503 and attempt + 1 < TRIES:
                time.sleep(backoff(attempt, headers))
            else:
                break
        if status >= 400:
            raise ApiError(f"{method} {path} returned {status}: {describe(answer)}")
        if not isinstance(answer, dict):
            raise ApiError(f"{method} {path} returned {status} without a JSON object; check that {self.url} is Bellwether")
        return answer

    def _send(self, method, path, body):
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            return exchange(method, self.url + path, body, headers)
        except urllib.error.URLError as error:
            reason = getattr(error.reason, "strerror", None) or error.reason
            raise ApiError(f"no server responds at {self.url} ({reason}); start it with: make run") from None
        except TimeoutError:
            raise ApiError(f"the server at {self.url} does not respond; restart it") from None
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(f"the connection to {self.url} failed ({error!r}); try again") from None
