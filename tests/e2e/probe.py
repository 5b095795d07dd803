"""Runs in the place of each function and checks which calls its role allows and denies.

The matrix comes from the maps in locals.tf of the module: each function with every table, index and secret and every
action. A call that the function's entry does not list must be refused as not authorised. A call that it lists may fail
for another reason, but not for that one. For `identities`, every action is tried with each kind of key in the table, on a
single item and, if it writes or checks, in a transaction too: what `leading_keys` does not list must be refused. If
`leading_keys` lists the attributes that a call may name, the same call on the attribute `role` must be refused.
"""

import itertools
import json
import pathlib
import sys

from cloud import ROOT, pack

ACTIONS = {
    "table": ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem", "Query", "Scan"],
    "secret": ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"],
}
# The prefixes of the keys of `identities`.
KINDS = ("client", "counter", "quota", "session", "throttle", "user", "workspace")
# The partition key of each index.
INDEXED = {"running": "shard", "live": "live_in", "members": "member_of", "directory": "listed_in", "pending": "pending_in"}
# The actions that a transaction can contain, with their names there.
PARTS = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete", "ConditionCheckItem": "ConditionCheck"}
DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}

# The program that runs in the function's place: it gets calls, makes them with the role's credentials, and returns results.
BOOTSTRAP = """#!{python}
import json, os, urllib.request
import botocore.config, botocore.exceptions, botocore.session

runtime = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({{}}))
config = botocore.config.Config(retries={{"max_attempts": 1}}, parameter_validation=False)
session, clients = botocore.session.get_session(), {{}}

def ask(service, operation, parameters):
    client = clients.setdefault(service, session.create_client(service, config=config))
    try:
        getattr(client, operation)(**parameters)
    except botocore.exceptions.ClientError as refused:
        return refused.response["Error"]["Code"]
    return "done"

while True:
    with opener.open(runtime + "next") as event:
        calls, request = json.load(event), event.headers["Lambda-Runtime-Aws-Request-Id"]
    answer = json.dumps([ask(*call) for call in calls]).encode()
    opener.open(urllib.request.Request(runtime + request + "/response", answer, method="POST"))
"""


def functions():
    """Returns the names of the functions."""
    return sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "Cargo.toml").exists())


def bootstrap():
    return BOOTSTRAP.format(python=pathlib.Path(sys.executable).absolute())


def call(kind, name, action, key, attribute="probe", whole=False):
    """Returns one harmless call, on an item or a version that does not exist."""
    if kind == "secret":
        return ["secretsmanager", SECRET_CALLS[action], {"SecretId": name, **SECRET_PARAMETERS.get(action, {})}]
    table, _, index = name.partition("/")
    if whole or action == "ConditionCheckItem":
        part = table_parameters(action, table, index, key, attribute)
        return ["dynamodb", "transact_write_items", {"TransactItems": [{PARTS[action]: part}]}]
    return ["dynamodb", TABLE_CALLS[action], table_parameters(action, table, index, key, attribute)]


TABLE_CALLS = {
    "GetItem": "get_item",
    "BatchGetItem": "batch_get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "Scan": "scan",
}
SECRET_CALLS = {
    "DescribeSecret": "describe_secret",
    "GetSecretValue": "get_secret_value",
    "PutSecretValue": "put_secret_value",
    "UpdateSecretVersionStage": "update_secret_version_stage",
    "DeleteSecret": "delete_secret",
}
SECRET_PARAMETERS: dict[str, dict] = {
    "GetSecretValue": {"VersionStage": "NONE"},
    "PutSecretValue": {
        "SecretString": "probe",
        "ClientRequestToken": "probe-probe-probe-probe-probe-probe",
        "VersionStages": ["PROBE"],
    },
    "UpdateSecretVersionStage": {"VersionStage": "PROBE", "RemoveFromVersionId": "probe-probe-probe-probe-probe-probe"},
    "DeleteSecret": {"RecoveryWindowInDays": 30},
}


def table_parameters(action, table, index, partition, attribute):
    key = {"pk": {"S": partition}}
    if not table.endswith(("-identities", "-accounts")):
        key["sk"] = {"S": "probe"}
    if action == "BatchGetItem":
        return {"RequestItems": {table: {"Keys": [key]}}}
    named = {"TableName": table, **({"IndexName": index} if index else {})}
    if action == "PutItem":
        return {**named, "Item": {**key, attribute: {"BOOL": True}}}
    bound = {"ExpressionAttributeNames": {"#a": attribute}}
    if action == "ConditionCheckItem":
        return {**named, "Key": key, **bound, "ConditionExpression": "attribute_exists(#a)"}
    if action == "UpdateItem":
        values = {"ExpressionAttributeValues": {":v": {"BOOL": True}}}
        return {
            **named,
            "Key": key,
            **bound,
            **values,
            "UpdateExpression": "SET #a = :v",
            "ConditionExpression": "attribute_exists(#a)",
        }
    if action == "Query":
        name = INDEXED.get(index, "pk")
        return {
            **named,
            "KeyConditionExpression": "#k = :k",
            "ExpressionAttributeNames": {"#k": name},
            "ExpressionAttributeValues": {":k": {"S": partition}},
        }
    if action == "Scan":
        return named
    return {**named, "Key": key}


def matrix(functions, tables, leading_keys):
    """Yields (function, kind, name, action, key, attribute, in a transaction, allowed) for every combination."""
    places = {"table": [], "secret": ["private", "public", "privacy", "receipts"]}
    for table, definition in tables.items():
        places["table"] += [table, *(f"{table}/{index}" for index in definition["indexes"])]
    for function, line in functions.items():
        for kind, listed in (("table", line["tables"]), ("secret", line["secrets"])):
            for place, action in itertools.product(places[kind], ACTIONS[kind]):
                if "/" in place and action not in ("Query", "Scan"):
                    continue  # an index is only read
                may = action in listed.get(place, "").split()
                if place == "identities":
                    yield from identities(function, action, leading_keys.get(function, []))
                else:
                    yield function, kind, place, action, "probe", "probe", False, may


def identities(function, action, rules):
    """Yields the rows of one action on every kind of item of `identities`."""
    rules = [rule for rule in rules if action in rule["actions"].split()]
    for kind in KINDS:
        named = [rule for rule in rules if f"{kind}/*" in rule["keys"].split()]
        free = any("attributes" not in rule for rule in named)
        attributes = {"role", *(name for rule in named for name in rule.get("attributes", "").split() if name != "pk")}
        for attribute, whole in itertools.product(sorted(attributes), (False, True)):
            if whole and action not in PARTS:
                continue
            may = free or any(attribute in rule.get("attributes", "").split() for rule in named)
            yield function, "table", "identities", action, f"{kind}/probe", attribute, whole, may


def physical(kind, place, prefix):
    return f"{prefix}/keys-{place}" if kind == "secret" else f"{prefix}-{place}"


def run(cloud, prefix):
    """Probes every function; returns the wrong results and the number of calls."""
    rows = matrix(*(cloud.local(name) for name in ("functions", "tables", "leading_keys")))
    client, wrong, asked = cloud.client("lambda"), [], 0
    package = cloud.state / "probe.zip"
    pack(bootstrap(), package)
    for function, own in itertools.groupby(rows, key=lambda row: row[0]):
        group = list(own)
        client.update_function_code(FunctionName=f"{prefix}-{function}", ZipFile=package.read_bytes())
        event = [call(kind, physical(kind, place, prefix), *asked_of) for _, kind, place, *asked_of, _ in group]
        answer = client.invoke(FunctionName=f"{prefix}-{function}", Payload=json.dumps(event))
        results = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            wrong.append(f"{function}: the probe failed: {results}")
            continue
        for (_, kind, place, action, key, attribute, whole, allowed), code in zip(group, results, strict=True):
            asked += 1
            if (code in DENIED) == allowed:
                what = f"{action} on {kind} {place}, key {key}, attribute {attribute}{', in a transaction' if whole else ''}"
                wrong.append(f"{function}: {what}, was {'refused' if allowed else f'allowed ({code})'}")
    return wrong, asked
