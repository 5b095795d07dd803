"""Runs the main journey over HTTP, through the emulated gateway into the real binaries under their own roles.

Every response is checked against what was sent. A different response is a Failure that names the step.
"""

import base64
import contextlib
import json
import secrets
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from cloud import ROOT
from processes import Failure
from progress import step

sys.path.insert(0, str(ROOT / "deploy"))
from answers import Api, is_problem
from smoke import Has, checks

EMAIL = "admin@example.com"
TEST = "pricing-page"
ACCOUNTS = [f"account-{number:03}.example" for number in range(60)]
FORM = {"content-type": "application/x-www-form-urlencoded"}
PATIENCE = 60  # seconds that a rotation may take


def body_of(response, status, what):
    """Returns the body of a response; a Failure if its status is not the expected one."""
    got, _, body = response
    if got != status:
        raise Failure(f"{what}: {got} instead of {status}: {json.dumps(body)[:400]}")
    return body


def same(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}: {found!r} instead of {wanted!r}")


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def send_form(api, path, **fields):
    return api.ask("POST", path, urllib.parse.urlencode(fields).encode(), FORM)


def key_of(token):
    """Returns the id of the key that signed a token."""
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def until(what, probe):
    """Calls `probe` until it returns a true value; returns that value."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.2)
    raise Failure(f"{what} did not happen within {PATIENCE} s")


def first_key(cloud, api):
    """Checks that the rotation that the apply started creates the first key, in a version that is current at once, as on AWS."""

    def published():
        status, _, body = api.ask("GET", "/.well-known/jwks.json")
        return status == 200 and body["keys"]

    def labels():
        secret = cloud.client("secretsmanager").describe_secret(SecretId=cloud.private_keys_secret)
        return list(secret["VersionIdsToStages"].values())

    same(len(until("the first rotation", published)), 1, "keys after the first rotation")
    until("the first version as AWS labels it", lambda: labels() == [["AWSPENDING", "AWSCURRENT"]])


def smoke(api):
    wrong = [f"{name}: {'; '.join(each)}" for name, each in checks(api, Has()) if each]
    if wrong:
        raise Failure("\n".join(wrong))


def make_admin(cloud, password):
    """Runs what `make bootstrap-admin` runs; returns its result and output."""
    ran = cloud.script("admin.py", "--workspace", "acme", "--email", EMAIL, words=password + "\n")
    if password in ran.stdout + ran.stderr:
        raise Failure("the output contains the admin's password")
    return ran


def sign_in(cloud, api):
    """Creates the first admin and signs in; returns an access token from a session that was refreshed once and then ended."""
    password = secrets.token_urlsafe(18)
    ran = make_admin(cloud, password)
    same(ran.returncode, 0, f"the first admin ({ran.stderr.strip()[-300:]})")
    if not make_admin(cloud, password).returncode:
        raise Failure("a second first admin was created in the workspace")
    ran = cloud.script("unlock.py", "--email", EMAIL)
    same(ran.returncode, 0, f"unlocking the first admin ({ran.stderr.strip()[-300:]})")
    first = body_of(api.ask("POST", "/login", {"email": EMAIL, "password": password}), 200, "sign-in")
    refresh = first["refresh_token"]
    second = body_of(send_form(api, "/oauth/token", grant_type="refresh_token", refresh_token=refresh), 200, "refresh")
    if second["refresh_token"] == refresh:
        raise Failure("the refresh token was not replaced")
    body_of(send_form(api, "/oauth/revoke", token=second["refresh_token"]), 200, "the end of the session")
    ended = send_form(api, "/oauth/token", grant_type="refresh_token", refresh_token=second["refresh_token"])
    same(body_of(ended, 400, "refresh after the end")["error"], "invalid_grant", "refresh after the end")
    return second["access_token"]


def add_client(api, admin):
    """Adds an API client; returns its id and secret."""
    requested = {"name": "The website", "scopes": ["assignments:write", "conversions:write"]}
    created = body_of(api.ask("POST", "/clients", requested, bearer(admin)), 201, "a client")
    return created["client_id"], created["client_secret"]


def client_token(api, client):
    answer = send_form(api, "/oauth/token", grant_type="client_credentials", client_id=client[0], client_secret=client[1])
    return body_of(answer, 200, "client_credentials")["access_token"]


def users_and_clients(api, admin):
    """Adds, changes and lists a user; lists and changes an API client."""
    new = {"email": "grace@example.com", "password": secrets.token_urlsafe(18), "role": "analyst"}
    grace = body_of(api.ask("POST", "/users", new, bearer(admin)), 201, "a user")
    path = f"/users/{grace['user_id']}"
    changed = body_of(api.ask("PATCH", path, {"revision": 1, "role": "viewer"}, bearer(admin)), 200, "a change of role")
    same(changed["role"], "viewer", "the role")
    page = body_of(api.ask("GET", "/users?limit=1", headers=bearer(admin)), 200, "the first page of users")
    rest = body_of(api.ask("GET", f"/users?limit=9&next={page['next']}", headers=bearer(admin)), 200, "the second page of users")
    listed = [user["email"] for user in page["users"] + rest["users"]]
    same(listed, [EMAIL, "grace@example.com"], "the users of the workspace")
    listed = body_of(api.ask("GET", "/clients", headers=bearer(admin)), 200, "the clients")["clients"]
    same(len(listed), 1, "the number of clients")
    path = f"/clients/{listed[0]['client_id']}"
    body_of(api.ask("PATCH", path, {"revision": 1, "name": "The shop"}, bearer(admin)), 200, "a change of a client")


def start_test(api, admin):
    definition = {
        "test_id": TEST,
        "name": "Pricing page",
        "hypothesis": "Accounts that can work out their return book more demos.",
        "variants": [
            {"key": "control", "weight": 5000, "is_control": True, "parameters": {}},
            {"key": "calculator", "weight": 5000, "is_control": False, "parameters": {"hero": "roi"}},
        ],
        "planned_units": len(ACCOUNTS),
        "goals": [
            {"key": "demo-booked", "kind": "binary", "role": "primary", "window_days": 30},
            {"key": "pipeline", "kind": "sum", "role": "secondary", "window_days": 90},
        ],
    }
    test = body_of(api.ask("POST", "/tests", definition, bearer(admin)), 201, "a test")
    patch = {"revision": test["revision"], "status": "running"}
    body_of(api.ask("PATCH", f"/tests/{TEST}", patch, bearer(admin)), 200, "its start")
    read = body_of(api.ask("GET", f"/tests/{TEST}", headers=bearer(admin)), 200, "the test")
    same(read["status"], "running", "its status")


def assign(api, token):
    """Requests the variant of one account, then of all accounts in a batch, which must not change the first one."""
    path = f"/tests/{TEST}/assignments"
    single = body_of(api.ask("POST", path, {"unit_id": ACCOUNTS[0]}, bearer(token)), 200, "one assignment")
    batch = {"units": [{"unit_id": unit} for unit in ACCOUNTS]}
    answers = body_of(api.ask("POST", path, batch, bearer(token)), 200, "a batch of assignments")["assignments"]
    variants = {answer["unit_id"]: answer["variant"] for answer in answers}
    same(sorted(variants), ACCOUNTS, "the assigned accounts")
    same(variants[ACCOUNTS[0]], single["variant"], "the variant of the account that was assigned before")
    return variants


def convert(api, token):
    """Records a demo and a deal for every third account, twice; the second time, they are duplicates."""
    events = []
    for number, unit in enumerate(ACCOUNTS[::3]):
        events.append({"unit_id": unit, "goal": "demo-booked", "event_id": f"demo-{number}", "value": 1})
        events.append({"unit_id": unit, "goal": "pipeline", "event_id": f"deal-{number}", "value": 1000 + number})
    for duplicate in (False, True):
        answer = api.ask("POST", f"/tests/{TEST}/conversions", {"events": events}, bearer(token))
        answers = body_of(answer, 202, "conversions")["conversions"]
        same({each.get("duplicate") for each in answers}, {duplicate}, "whether conversions are duplicates")
    return events


def stored(api, admin):
    """Waits until the invocation of its own that counts the test has stored a report."""
    deadline = time.monotonic() + 60
    while not body_of(api.ask("GET", f"/tests/{TEST}/results", headers=bearer(admin)), 200, "results")["series"]:
        if time.monotonic() > deadline:
            raise Failure("the invocation for the test stored no report within a minute")
        time.sleep(0.5)


def results(cloud, api, admin, variants, events):
    """Checks the stored report that the schedule's event creates, and a fresh count: both must equal what was sent."""
    event = (ROOT / "events" / "summarize-tests.json").read_bytes()
    name = cloud.functions["summarize-tests"]["name"]
    answer = cloud.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=event)
    done = json.loads(answer["Payload"].read())
    same(done, {"aggregated": 0, "invoked": 1, "failed": 0, "left": 0, "sent": 0}, "the summary")
    stored(api, admin)
    units = {arm: list(variants.values()).count(arm) for arm in ("control", "calculator")}
    for query in ("", "?fresh=true"):
        found = body_of(api.ask("GET", f"/tests/{TEST}/results{query}", headers=bearer(admin)), 200, f"results{query}")
        same(found["units"], units, f"accounts of each variant{query}")
        for goal in found["goals"]:
            for arm in goal["arms"]:
                own = [e["value"] for e in events if e["goal"] == goal["goal"] and variants[e["unit_id"]] == arm["variant"]]
                same(arm["total"], sum(own), f"{goal['goal']} of {arm['variant']}{query}")
    if not found["series"]:
        raise Failure("the summary added no point to the series")


class Meanwhile:
    """Repeats calls in the background while the block runs, and records failures."""

    def __init__(self, calls):
        self.calls, self.failed, self.count, self.over = calls, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.repeat, args=(call,), daemon=True) for call in calls]

    def repeat(self, call):
        while not self.over.is_set():
            try:
                call()
            except Exception as error:  # every exception is a failed call
                self.failed.append(str(error))
            self.count += 1
            self.over.wait(0.25)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


@contextlib.contextmanager
def rotation(cloud, api, admin, client):
    """Rotates the signing keys while the block runs. No call may fail."""
    before = client_token(api, client)
    one = {"unit_id": ACCOUNTS[0]}
    calls = [
        lambda: body_of(api.ask("GET", "/tests?limit=1", headers=bearer(admin)), 200, "a list during the rotation"),
        lambda: body_of(
            api.ask("POST", f"/tests/{TEST}/assignments", one, bearer(client_token(api, client))), 200, "a new token"
        ),
        lambda: body_of(api.ask("POST", f"/tests/{TEST}/assignments", one, bearer(before)), 200, "an old token"),
    ]
    with Meanwhile(calls) as meanwhile:
        cloud.client("secretsmanager").rotate_secret(SecretId=cloud.private_keys_secret)
        yield meanwhile
        until("the rotation", lambda: key_of(client_token(api, client)) != key_of(before))
        time.sleep(2)  # more calls under the new key
    if meanwhile.failed:
        raise Failure(f"{len(meanwhile.failed)} of {meanwhile.count} calls failed during the rotation: {meanwhile.failed[0]}")
    keys = body_of(api.ask("GET", "/.well-known/jwks.json"), 200, "the public keys")["keys"]
    same(sorted([key_of(before), key_of(client_token(api, client))]), sorted(key["kid"] for key in keys), "the public keys")


def gateway(api, admin):
    """Checks the gateway's own responses, and what it passes on to functions."""
    answer = api.ask("POST", "/tests")
    wrong = is_problem(answer, 400, "malformed_body")
    # The function would have required a token first, and its detail would be longer.
    if wrong or answer[2]["detail"] != "Send a JSON object.":
        raise Failure(f"the gateway does not refuse a missing body: {wrong} {answer[2]}")
    answer = api.ask("POST", "/tests", [1], bearer(admin))
    same((answer[0], answer[2]["detail"]), (400, "Send a JSON object."), "a body that is a list")
    invalid = body_of(api.ask("GET", "/tests?limit=0", headers=bearer(admin)), 422, "a limit of 0")
    same(invalid["errors"][0]["pointer"], "?limit", "the pointer to the query parameter")
    body_of(api.ask("GET", "/tests?limit=1&limit=2", headers=bearer(admin)), 422, "a repeated limit")
    body_of(api.ask("GET", "/tests/no-such-test", headers=bearer(admin)), 404, "an unknown test")
    for token in (
        bearer(admin),
        bearer("x"),
        {"Authorization": "Basic YTpi"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=a"},
        {},
    ):
        wrong = is_problem(api.ask("GET", "/no-such-path", headers=token), 404, "not_found")
        if wrong:
            raise Failure(f"an unknown path with {list(token.values())}: {wrong}")
    body_of(api.ask("GET", "/tests/?limit=1", headers=bearer(admin)), 200, "a list with a slash at the end of the path")
    body_of(api.ask("PUT", "/tests/", headers=bearer(admin)), 405, "an undeclared method on a path with a slash at the end")


def throttling(api):
    """Checks that the gateway throttles sign-ins before a function runs. Bodies are empty, so the gateway answers all of them."""
    with ThreadPoolExecutor(16) as many:
        answers = list(many.map(lambda _: api.ask("POST", "/login"), range(400)))
    same({answer[0] for answer in answers}, {400, 429}, "empty sign-ins, many at once")
    throttled = [answer for answer in answers if answer[0] == 429]
    if not throttled:
        raise Failure("the gateway throttles no sign-in")
    wrong = is_problem(throttled[0], 429, "too_many")
    if wrong or throttled[0][1].get("retry-after") != "1":
        raise Failure(f"the response to a throttled sign-in is wrong: {wrong} {dict(throttled[0][1])}")
    return len(throttled)


def run(cloud):
    """Runs the journey; returns the API and an admin's token."""
    api = Api(cloud.url)
    step("the first rotation, and the checks of make smoke")
    first_key(cloud, api)
    smoke(api)
    step("sign-in, users, clients")
    admin = sign_in(cloud, api)
    client = add_client(api, admin)
    users_and_clients(api, admin)
    step("a test, from its start to exact results, during a rotation of the keys")
    start_test(api, admin)
    with rotation(cloud, api, admin, client) as meanwhile:
        token = client_token(api, client)
        variants = assign(api, token)
        events = convert(api, token)
    print(f"    {meanwhile.count} calls during the rotation, 0 failed", flush=True)
    results(cloud, api, admin, variants, events)
    step("the gateway's own responses")
    gateway(api, admin)
    print(f"    {throttling(api)} of 400 sign-ins throttled", flush=True)
    return api, admin
