"""Patches for the gaps of ministack that affect this project, one function for each gap.

Each docstring states what is wrong without the patch. The patches change internals of one version, which launch.py pins.
"""

import json
import time
from xml.sax.saxutils import escape

import rest_api
from repeated_calls import with_one_answer_to_repeated_calls
from secret_versions import with_rotation, with_secrets_without_value, with_versions_as_in_aws

JSON = {"Content-Type": "application/x-amz-json-1.1"}


def without_delayed_packets():
    """Sends responses to functions without delay.

    The server that functions poll for their next event leaves Nagle's algorithm on.
    With delayed acknowledgements, this delays each response by 40 ms.
    """
    import socketserver

    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def without_waiting_for_logs():
    """Waits 2 ms, not 50, for a function's first log line after an invocation.

    Every invocation that logs nothing takes the whole wait. The three values, in seconds, are
    the wait for the first line, the silence that ends the wait, and the maximum time.
    """
    from ministack.core.lambda_runtime import Worker

    Worker._drain_stderr_bounded.__defaults__ = (0.002, 0.002, 0.250)


def with_put_rest_api():
    """Accepts a REST API as an OpenAPI document (PutRestApi), as Terraform's `body` sends it."""
    from ministack.services import apigateway_v1 as gateway

    usual = gateway.handle_request

    async def handle_request(method, path, headers, body, query):
        parts = path.strip("/").split("/")
        if (method, len(parts), parts[0]) != ("PUT", 2, "restapis"):
            return await usual(method, path, headers, body, query)
        if parts[1] not in gateway._rest_apis:
            return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
        try:
            return rest_api.put(gateway, parts[1], json.loads(body))
        except rest_api.Refused as refused:
            return gateway._v1_error("BadRequestException", str(refused), 400)

    gateway.handle_request = handle_request


def with_encoded_method_settings():
    """Names a stage's settings of one method as AWS does, with ~1 for each slash of the path.

    ministack stores and returns decoded names, so Terraform does not find the settings that it has made.
    """
    from ministack.services import apigateway_v1 as gateway

    usual = gateway._get_stage

    def encoded(key):
        path, _, method = key.rpartition("/")
        return key if path == "*" else f"{path.replace('/', '~1')}/{method}"

    def get_stage(api_id, name):
        status, headers, body = usual(api_id, name)
        if status != 200:
            return status, headers, body
        stage = json.loads(body)
        stage["methodSettings"] = {encoded(key): entry for key, entry in stage.get("methodSettings", {}).items()}
        return status, headers, json.dumps(stage).encode()

    gateway._get_stage = get_stage


def with_signatures_of_unknown_paths():
    """Reads the Authorization header of an unknown path as a signature, as API Gateway does.

    A Bearer token is an incomplete signature and gets DEFAULT_4XX. ministack would ignore the header.
    """
    from ministack.services import apigateway_v1 as gateway

    usual = gateway._execute_in_scope

    async def execute(request, *rest):
        answer = await usual(request, *rest)
        signature = gateway._header_ci(request["headers"], "authorization")
        if not signature or getattr(answer, "response_type", None) != "MISSING_AUTHENTICATION_TOKEN":
            return answer
        kind = "INVALID_SIGNATURE" if signature.startswith("AWS4-") else "DEFAULT_4XX"
        return gateway._gw_error(kind, "no signature that API Gateway knows")

    gateway._execute_in_scope = execute


def with_loopback_as_tls():
    """Treats loopback as an encrypted connection. Otherwise, policies that require TLS would refuse every call."""
    from ministack import app

    usual = app.pin_request_origin
    app.pin_request_origin = lambda address, _encrypted: usual(address, True)


def with_firewall_logging():
    """Stores a firewall's logging configuration. ministack implements none of the three calls."""
    from ministack.core.responses import AccountRegionScopedDict
    from ministack.services import waf

    stored, usual = AccountRegionScopedDict(), waf.handle_request

    def answer(action, request):
        if action == "PutLoggingConfiguration":
            stored[request["LoggingConfiguration"]["ResourceArn"]] = request["LoggingConfiguration"]
            return 200, request
        if action == "DeleteLoggingConfiguration":
            stored.pop(request["ResourceArn"], None)
            return 200, {}
        found = stored.get(request["ResourceArn"])
        return (200, {"LoggingConfiguration": found}) if found else (400, {"__type": "WAFNonexistentItemException"})

    async def handle_request(method, path, headers, body, query):
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        if not action.endswith("LoggingConfiguration"):
            return await usual(method, path, headers, body, query)
        status, response = answer(action, json.loads(body))
        return status, JSON, json.dumps(response).encode()

    waf.handle_request = handle_request


class OneItem(str):
    """The ARN of a table in a transaction, with the condition keys of the transaction's call on one item."""

    keys: dict[str, list[str]]


def condition_keys(request):
    """Returns the condition keys of a call on one item: its partition key, which every table calls `pk`, and its attributes."""
    keys = {}
    named = request.get("Key") or request.get("Item")
    value = named.get("pk") if isinstance(named, dict) else None
    if isinstance(value, dict) and isinstance(value.get("S"), str):
        keys["dynamodb:LeadingKeys"] = [value["S"]]
        bound = request.get("ExpressionAttributeNames")
        keys["dynamodb:Attributes"] = sorted({*named, *(bound.values() if isinstance(bound, dict) else ())})
    return keys


def with_leading_keys():
    """Sets the condition keys of a call on one item (partition key and attributes), alone or in a transaction.

    Otherwise, a policy on dynamodb:LeadingKeys refuses every call. Calls on many items have no such keys.
    """
    from ministack.core import iam_actions, iam_evaluator

    usual, checks, enforce = iam_actions.dynamodb_service_context, iam_actions.dynamodb_transaction_checks, iam_evaluator.enforce

    def context(body):
        found = usual(body)
        return {**found, **condition_keys(json.loads(body))} if found else found  # empty if the body cannot be parsed

    def transaction_checks(action, body, region, account):
        found = checks(action, body, region, account)
        items = json.loads(body)["TransactItems"] if found else []
        parts = [part for one in items for part in one.values()]
        if len(parts) != len(found):
            return found
        marked = []
        for (item_action, arn), part in zip(found, parts, strict=True):
            item = OneItem(arn)
            item.keys = condition_keys(part)
            marked.append((item_action, item))
        return marked

    def enforced(*arguments, resource_arn=None, service_context=None, **named):
        if isinstance(resource_arn, OneItem):
            service_context = {**(service_context or {}), **resource_arn.keys}
        return enforce(*arguments, resource_arn=resource_arn, service_context=service_context, **named)

    iam_actions.dynamodb_service_context = context
    iam_actions.dynamodb_transaction_checks = transaction_checks
    iam_evaluator.enforce = enforced


def with_whole_alarms():
    """Returns all fields of an alarm in the XML form too. ministack omits half of them, and Terraform reads that form."""
    from ministack.services import cloudwatch

    usual = cloudwatch._describe_alarms

    def describe_alarms(parameters, data, is_cbor, is_json=False):
        if is_cbor or is_json:
            return usual(parameters, data, is_cbor, is_json)
        filters: dict[str, list] = {"AlarmNames": [], "AlarmTypes": []}
        for name, value in parameters.items():
            kind = name.partition(".")[0]
            if kind in filters:
                filters[kind].append(value[0] if isinstance(value, list) else value)
        alarms = json.loads(usual({}, filters, False, True)[2])
        return cloudwatch._xml(200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{xml(alarms)}</DescribeAlarmsResult>")

    cloudwatch._describe_alarms = describe_alarms


def xml(value):
    """Converts a JSON value to the XML of the query protocol."""
    if isinstance(value, dict):
        shown = {name: each for name, each in value.items() if each is not None and not name.startswith("_")}
        return "".join(f"<{name}>{xml(moment(name, each))}</{name}>" for name, each in shown.items())
    if isinstance(value, list):
        return "".join(f"<member>{xml(each)}</member>" for each in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def moment(name, value):
    """Converts a timestamp in seconds since 1970 to XML's text form."""
    if "Timestamp" in name and isinstance(value, (int, float)):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    return value


PATCHES = (
    without_delayed_packets,
    without_waiting_for_logs,
    with_put_rest_api,
    with_encoded_method_settings,
    with_signatures_of_unknown_paths,
    with_loopback_as_tls,
    with_firewall_logging,
    with_leading_keys,
    with_whole_alarms,
    with_secrets_without_value,
    with_versions_as_in_aws,
    with_rotation,
    with_one_answer_to_repeated_calls,
)
