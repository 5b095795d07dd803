"""The whole journey over HTTP, through the emulated gateway into the real binaries under their own roles.

Everything is checked against what was sent. Whatever is answered otherwise is a Failure that says where.
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
PATIENCE = 60  # seconds that a rotation may take here


def told(answer, status, what):
    """The body of an answer that has this status."""
    got, _, body = answer
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
    """The name of the key that signed a token."""
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def until(what, probe):
    """What `probe` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.2)
    raise Failure(f"{what} did not happen within {PATIENCE} s")


def first_key(cloud, api):
    """The rotation that the apply has set off makes the first key, in a version that is current at once, as in AWS."""

    def published():
        status, _, body = api.ask("GET", "/.well-known/jwks.json")
        return status == 200 and body["keys"]

    def labels():
        told = cloud.client("secretsmanager").describe_secret(SecretId=cloud.private_keys_secret)
        return list(told["VersionIdsToStages"].values())

    same(len(until("the first rotation", published)), 1, "keys after the first rotation")
    until("the first version as AWS labels it", lambda: labels() == [["AWSPENDING", "AWSCURRENT"]])


def smoke(api):
    wrong = [f"{name}: {'; '.join(each)}" for name, each in checks(api, Has()) if each]
    if wrong:
        raise Failure("\n".join(wrong))


def make_admin(cloud, password):
    """What `make bootstrap-admin` does, run to its end."""
    ran = cloud.script("admin.py", "--workspace", "acme", "--email", EMAIL, words=password + "\n")
    if password in ran.stdout + ran.stderr:
        raise Failure("the admin's password is told")
    return ran


def sign_in(cloud, api):
    """An access token of the first admin, from a session that has gone on once."""
    password = secrets.token_urlsafe(18)
    ran = make_admin(cloud, password)
    same(ran.returncode, 0, f"the first admin ({ran.stderr.strip()[-300:]})")
    if not make_admin(cloud, password).returncode:
        raise Failure("a workspace got its first admin twice")
    ran = cloud.script("unlock.py", "--email", EMAIL)
    same(ran.returncode, 0, f"unlocking the first admin ({ran.stderr.strip()[-300:]})")
    first = told(api.ask("POST", "/login", {"email": EMAIL, "password": password}), 200, "sign-in")
    refresh = first["refresh_token"]
    second = told(send_form(api, "/oauth/token", grant_type="refresh_token", refresh_token=refresh), 200, "refresh")
    if second["refresh_token"] == refresh:
        raise Failure("the refresh token was not replaced")
    told(send_form(api, "/oauth/revoke", token=second["refresh_token"]), 200, "the end of the session")
    ended = send_form(api, "/oauth/token", grant_type="refresh_token", refresh_token=second["refresh_token"])
    same(told(ended, 400, "refresh after the end")["error"], "invalid_grant", "refresh after the end")
    return second["access_token"]


def machine(api, admin):
    """A client's id and secret."""
    asked = {"name": "The website", "scopes": ["assignments:write", "conversions:write"]}
    made = told(api.ask("POST", "/clients", asked, bearer(admin)), 201, "a client")
    return made["client_id"], made["client_secret"]


def machine_token(api, client):
    answer = send_form(api, "/oauth/token", grant_type="client_credentials", client_id=client[0], client_secret=client[1])
    return told(answer, 200, "client_credentials")["access_token"]


def people(api, admin):
    """A person is added, changed and listed; so are machines."""
    new = {"email": "grace@example.com", "password": secrets.token_urlsafe(18), "role": "analyst"}
    grace = told(api.ask("POST", "/users", new, bearer(admin)), 201, "a person")
    path = f"/users/{grace['user_id']}"
    changed = told(api.ask("PATCH", path, {"revision": 1, "role": "viewer"}, bearer(admin)), 200, "a change of role")
    same(changed["role"], "viewer", "the role")
    page = told(api.ask("GET", "/users?limit=1", headers=bearer(admin)), 200, "the first page of people")
    rest = told(api.ask("GET", f"/users?limit=9&next={page['next']}", headers=bearer(admin)), 200, "the rest of them")
    listed = [user["email"] for user in page["users"] + rest["users"]]
    same(listed, [EMAIL, "grace@example.com"], "the people of the workspace")
    listed = told(api.ask("GET", "/clients", headers=bearer(admin)), 200, "the machines")["clients"]
    same(len(listed), 1, "the machines")
    path = f"/clients/{listed[0]['client_id']}"
    told(api.ask("PATCH", path, {"revision": 1, "name": "The shop"}, bearer(admin)), 200, "a change of a machine")


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
    test = told(api.ask("POST", "/tests", definition, bearer(admin)), 201, "a test")
    patch = {"revision": test["revision"], "status": "running"}
    told(api.ask("PATCH", f"/tests/{TEST}", patch, bearer(admin)), 200, "its start")
    read = told(api.ask("GET", f"/tests/{TEST}", headers=bearer(admin)), 200, "the test")
    same(read["status"], "running", "its status")


def assign(api, token):
    """Every account's variant: the first one alone, all in one batch, which must not change it."""
    path = f"/tests/{TEST}/assignments"
    single = told(api.ask("POST", path, {"unit_id": ACCOUNTS[0]}, bearer(token)), 200, "one assignment")
    batch = {"units": [{"unit_id": unit} for unit in ACCOUNTS]}
    answers = told(api.ask("POST", path, batch, bearer(token)), 200, "a batch of assignments")["assignments"]
    variants = {answer["unit_id"]: answer["variant"] for answer in answers}
    same(sorted(variants), ACCOUNTS, "who was assigned")
    same(variants[ACCOUNTS[0]], single["variant"], "the variant of who was assigned before")
    return variants


def convert(api, token):
    """What happened: one account in three books a demo, with a deal. Sent twice, the second time it is known."""
    events = []
    for number, unit in enumerate(ACCOUNTS[::3]):
        events.append({"unit_id": unit, "goal": "demo-booked", "event_id": f"demo-{number}", "value": 1})
        events.append({"unit_id": unit, "goal": "pipeline", "event_id": f"deal-{number}", "value": 1000 + number})
    for duplicate in (False, True):
        answer = api.ask("POST", f"/tests/{TEST}/conversions", {"events": events}, bearer(token))
        answers = told(answer, 202, "conversions")["conversions"]
        same({each.get("duplicate") for each in answers}, {duplicate}, "whether conversions were known")
    return events


def results(cloud, api, admin, variants, events):
    """Summarized on the schedule's event, and counted anew: both are exactly what was sent."""
    event = (ROOT / "events" / "summarize-tests.json").read_bytes()
    name = cloud.functions["summarize-tests"]["name"]
    answer = cloud.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=event)
    done = json.loads(answer["Payload"].read())
    same(done, {"aggregated": 1, "failed": 0, "left": 0}, "the summary")
    units = {arm: list(variants.values()).count(arm) for arm in ("control", "calculator")}
    for query in ("", "?fresh=true"):
        found = told(api.ask("GET", f"/tests/{TEST}/results{query}", headers=bearer(admin)), 200, f"results{query}")
        same(found["units"], units, f"accounts of each variant{query}")
        for goal in found["goals"]:
            for arm in goal["arms"]:
                own = [e["value"] for e in events if e["goal"] == goal["goal"] and variants[e["unit_id"]] == arm["variant"]]
                same(arm["total"], sum(own), f"{goal['goal']} of {arm['variant']}{query}")
    if not found["series"]:
        raise Failure("the summary left no point in the series")


class Meanwhile:
    """Calls that go on while something else happens; each must be answered well."""

    def __init__(self, calls):
        self.calls, self.failed, self.made, self.over = calls, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.repeat, args=(call,), daemon=True) for call in calls]

    def repeat(self, call):
        while not self.over.is_set():
            try:
                call()
            except Exception as wrong:  # whatever it is, it is a call that failed
                self.failed.append(str(wrong))
            self.made += 1
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
    """A rotation of the signing keys around what is done inside; no call may fail by it."""
    before = machine_token(api, client)
    one = {"unit_id": ACCOUNTS[0]}
    calls = [
        lambda: told(api.ask("GET", "/tests?limit=1", headers=bearer(admin)), 200, "a list during the rotation"),
        lambda: told(api.ask("POST", f"/tests/{TEST}/assignments", one, bearer(machine_token(api, client))), 200, "a new token"),
        lambda: told(api.ask("POST", f"/tests/{TEST}/assignments", one, bearer(before)), 200, "an old token"),
    ]
    with Meanwhile(calls) as meanwhile:
        cloud.client("secretsmanager").rotate_secret(SecretId=cloud.private_keys_secret)
        yield meanwhile
        until("the rotation", lambda: key_of(machine_token(api, client)) != key_of(before))
        time.sleep(2)  # more calls under the new key
    if meanwhile.failed:
        raise Failure(f"{len(meanwhile.failed)} of {meanwhile.made} calls failed during the rotation: {meanwhile.failed[0]}")
    keys = told(api.ask("GET", "/.well-known/jwks.json"), 200, "the public keys")["keys"]
    same(sorted([key_of(before), key_of(machine_token(api, client))]), sorted(key["kid"] for key in keys), "the public keys")


def gateway(api, admin):
    """What the gateway answers itself, and what of a request it hands on."""
    answer = api.ask("POST", "/tests")
    wrong = is_problem(answer, 400, "malformed_body")
    # The function would have asked for a token first, and would have said more.
    if wrong or answer[2]["detail"] != "Send a JSON object.":
        raise Failure(f"a missing body is not refused by the gateway: {wrong} {answer[2]}")
    answer = api.ask("POST", "/tests", [1], bearer(admin))
    same((answer[0], answer[2]["detail"]), (400, "Send a JSON object."), "a body that is a list")
    invalid = told(api.ask("GET", "/tests?limit=0", headers=bearer(admin)), 422, "a limit of 0")
    same(invalid["errors"][0]["pointer"], "?limit", "what was wrong in the query")
    told(api.ask("GET", "/tests?limit=1&limit=2", headers=bearer(admin)), 422, "a limit that stands twice")
    told(api.ask("GET", "/tests/no-such-test", headers=bearer(admin)), 404, "a test that is not there")
    for token in (
        bearer(admin),
        bearer("x"),
        {"Authorization": "Basic YTpi"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=a"},
        {},
    ):
        wrong = is_problem(api.ask("GET", "/no-such-path", headers=token), 404, "not_found")
        if wrong:
            raise Failure(f"a path that is not there, with {list(token.values())}: {wrong}")
    told(api.ask("GET", "/tests/?limit=1", headers=bearer(admin)), 200, "a list by a slash at the end")
    told(api.ask("PUT", "/tests/", headers=bearer(admin)), 405, "a method that a path with a slash at the end does not have")


def throttling(api):
    """Sign-in is held back by the gateway before any function runs: bodies are empty, so that it answers all of them."""
    with ThreadPoolExecutor(16) as many:
        answers = list(many.map(lambda _: api.ask("POST", "/login"), range(400)))
    same({answer[0] for answer in answers}, {400, 429}, "empty sign-ins, many at once")
    held = [answer for answer in answers if answer[0] == 429]
    if not held:
        raise Failure("the gateway holds no sign-in back")
    wrong = is_problem(held[0], 429, "too_many")
    if wrong or held[0][1].get("retry-after") != "1":
        raise Failure(f"what is held back is not told so: {wrong} {dict(held[0][1])}")
    return len(held)


def run(cloud):
    """Make the journey; gives the API and an admin's token."""
    api = Api(cloud.url)
    step("the first rotation, and what make smoke asks")
    first_key(cloud, api)
    smoke(api)
    step("sign-in, people, machines")
    admin = sign_in(cloud, api)
    client = machine(api, admin)
    people(api, admin)
    step("a test, from its start to exact results, over a rotation of the keys")
    start_test(api, admin)
    with rotation(cloud, api, admin, client) as meanwhile:
        token = machine_token(api, client)
        variants = assign(api, token)
        events = convert(api, token)
    print(f"    {meanwhile.made} calls during the rotation, none failed", flush=True)
    results(cloud, api, admin, variants, events)
    step("what the gateway answers itself")
    gateway(api, admin)
    print(f"    {throttling(api)} of 400 sign-ins held back", flush=True)
    return api, admin
