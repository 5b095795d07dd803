"""Tests the directory of accounts, decisions in several tests, corrections and an erasure, with the deployed functions."""

import json
import os
import subprocess
import time

from cloud import ROOT
from journey import bearer, body_of, client_token, same
from processes import Failure

MAIL = "mail-subject"
ALIAS, COMPANY = "umbrella.de", "umbrella.com"
# Instances learn of a change within 30 s. An erasure ends with a pass at least 60 s after its request.
CACHED, SETTLED = 31, 61
SCOPES = ["assignments:read", "assignments:write", "conversions:read", "conversions:write"]


def wait(since, seconds):
    """Waits until `seconds` have passed since a time."""
    time.sleep(max(0, since + seconds - time.monotonic()))


def answer_requests(cloud, **wanted):
    """Runs answer-privacy-requests with the schedule's event, and checks its counts; those that are not given are 0."""
    event = (ROOT / "events" / "answer-privacy-requests.json").read_bytes()
    name = cloud.functions["answer-privacy-requests"]["name"]
    answer = cloud.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=event)
    done = json.loads(answer["Payload"].read())
    same(done, {"answered": 0, "waiting": 0, "failed": 0, "left": 0, **wanted}, "a run of answer-privacy-requests")


def prepare(cloud, api, admin):
    """Creates the keys of privacy requests, a directory with one account, and a running test; returns the time."""
    answer_requests(cloud)
    for secret in ("privacy", "receipts"):
        value = cloud.client("secretsmanager").get_secret_value(SecretId=f"bellwether-prod/keys-{secret}")
        same(value["VersionStages"], ["AWSCURRENT"], f"the version of the secret {secret}")
    settings = {"revision": 0, "unit_kind": "domain", "time_zone": "Europe/Berlin"}
    changed = body_of(api.ask("PATCH", "/workspace", settings, bearer(admin)), 200, "the settings")
    same((changed["revision"], changed["time_zone"]), (1, "Europe/Berlin"), "the settings")
    account = {"unit_id": COMPANY, "aliases": [ALIAS], "attributes": {"employees": 900}}
    created = body_of(api.ask("POST", "/accounts", account, bearer(admin)), 200, "an account")
    same(created["outcome"], "created", "the account")
    since = time.monotonic()
    definition = {
        "test_id": MAIL,
        "name": "Subject of a mail",
        "hypothesis": "A question gets more replies.",
        "variants": [
            {"key": "control", "weight": 5000, "is_control": True, "parameters": {}},
            {"key": "question", "weight": 5000, "is_control": False, "parameters": {}},
        ],
        "targeting": {"employees": {"$gte": 250}},
        "goals": [{"key": "pipeline", "kind": "sum", "role": "primary", "window_days": 30}],
    }
    test = body_of(api.ask("POST", "/tests", definition, bearer(admin)), 201, "a test of accounts of the directory")
    patch = {"revision": test["revision"], "status": "running"}
    body_of(api.ask("PATCH", f"/tests/{MAIL}", patch, bearer(admin)), 200, "its start")
    return since


def decide(api, token):
    """Evaluates and assigns the account by its alias: both must name the account and agree on the variant."""
    demand = {"units": [{"unit_id": ALIAS}], "tests": [MAIL]}
    peeked = evaluate(api, token, demand)
    same((peeked["unit_id"], peeked["reason"], peeked["stored"]), (COMPANY, "assigned", False), "a decision by an alias")
    path = f"/tests/{MAIL}/assignments"
    assigned = body_of(api.ask("POST", path, {"unit_id": ALIAS}, bearer(token)), 200, "an assignment by an alias")
    same((assigned["unit_id"], assigned["variant"]), (COMPANY, peeked["variant"]), "an assignment by an alias")
    again = evaluate(api, token, {**demand, "expose": True})
    same((again["variant"], again["new"]), (assigned["variant"], False), "the decision after the assignment")


def evaluate(api, token, demand):
    """Returns the decision about one account in one test."""
    (found,) = body_of(api.ask("POST", "/evaluate", demand, bearer(token)), 200, "decisions")["evaluations"]
    return found["tests"][0]


def correct(api, token):
    """Records an outcome and corrects it with a higher version."""
    for version, value in ((1, 1000), (2, 1500)):
        outcome = {"unit_id": ALIAS, "goal": "pipeline", "event_id": "deal-9", "version": version, "value": value}
        recorded = body_of(api.ask("POST", f"/tests/{MAIL}/conversions", outcome, bearer(token)), 202, f"version {version}")
        same((recorded["unit_id"], recorded["duplicate"]), (COMPANY, False), f"version {version}")
    same(recorded_values(api, token), [(1, 1000, True), (2, 1500, False)], "the versions of the outcome")


def recorded_values(api, token):
    """Returns the version, value and whether it was replaced, of each recorded outcome of the account."""
    answer = api.ask("POST", f"/tests/{MAIL}/events/lookup", {"unit_id": ALIAS}, bearer(token))
    events = body_of(answer, 200, "recorded outcomes")["events"]
    return [(event["version"], event["value"], event["replaced"]) for event in events]


def erase(cloud, api, admin, token):
    """Erases the account by its alias, and checks that nothing is left and nothing new is stored."""
    demand = {"type": "erasure", "units": [ALIAS], "reason": "Ticket 4711"}
    request = body_of(api.ask("POST", "/privacy/requests", demand, bearer(admin)), 202, "a request for erasure")
    since, path = time.monotonic(), f"/privacy/requests/{request['request_id']}"
    answer_requests(cloud, waiting=1)
    found = body_of(api.ask("GET", path, headers=bearer(admin)), 200, "the request after the first pass")
    same((found["state"] == "done", found["receipt"]), (False, None), "the request after the first pass")
    wait(since, SETTLED)
    answer_requests(cloud, answered=1)
    found = body_of(api.ask("GET", path, headers=bearer(admin)), 200, "the request after the second pass")
    same(found["state"], "done", "the request after the second pass")
    receipt = verified(cloud, body_of(api.ask("GET", "/privacy/keys", headers=bearer(admin)), 200, "the keys"), found["receipt"])
    same((receipt["request_id"], receipt["pseudonyms"]), (request["request_id"], found["pseudonyms"]), "the receipt")
    # The assignment and both versions of the outcome; the account and its alias.
    same((receipt["erased"]["events"], receipt["erased"]["accounts"]), (3, 2), "what the receipt counts")
    for name in (ALIAS, COMPANY):
        suppressed(api, admin, token, name)
    same(recorded_values(api, token), [], "the outcomes after the erasure")


def verified(cloud, keys, receipt):
    """Returns the content of a receipt, which the command verifies with the published keys."""
    files = {"receipt.txt": receipt, "keys.json": json.dumps(keys)}
    for name, text in files.items():
        (cloud.state / name).write_text(text)
    command = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug" / "bellwether"
    options = ["privacy", "verify", cloud.state / "receipt.txt", "--keys", cloud.state / "keys.json"]
    ran = subprocess.run([command, *options], capture_output=True, text=True)
    if ran.returncode:
        raise Failure(f"the receipt is not valid: {ran.stderr}")
    return json.loads(ran.stdout)


def suppressed(api, admin, token, name):
    """Checks that nothing is stored for a name of an erased account."""
    unit = {"unit_id": name, "attributes": {"employees": 900}}
    assigned = body_of(api.ask("POST", f"/tests/{MAIL}/assignments", unit, bearer(token)), 200, f"an assignment of {name}")
    same((assigned["variant"], assigned["reason"]), (None, "suppressed"), f"an assignment of {name}")
    exposed = evaluate(api, token, {"units": [unit], "tests": [MAIL], "expose": True})
    same((exposed["variant"], exposed["reason"]), (None, "suppressed"), f"a decision about {name}")
    outcome = {"unit_id": name, "goal": "pipeline", "event_id": "deal-10", "value": 1}
    recorded = body_of(api.ask("POST", f"/tests/{MAIL}/conversions", outcome, bearer(token)), 202, f"an outcome of {name}")
    same(recorded.get("suppressed"), True, f"an outcome of {name}")
    test = body_of(api.ask("GET", f"/tests/{MAIL}", headers=bearer(admin)), 200, "the test")
    patch = {"revision": test["revision"], "overrides": {name: "control"}}
    body_of(api.ask("PATCH", f"/tests/{MAIL}", patch, bearer(admin)), 422, f"an override of {name}")


def use(cloud, api, admin, since):
    """Runs the steps on the account that `prepare` has created at `since`."""
    created = body_of(api.ask("POST", "/clients", {"name": "The CRM", "scopes": SCOPES}, bearer(admin)), 201, "a client")
    token = client_token(api, (created["client_id"], created["client_secret"]))
    wait(since, CACHED)
    decide(api, token)
    correct(api, token)
    erase(cloud, api, admin, token)
