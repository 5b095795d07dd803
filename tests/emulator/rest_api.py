"""Implements PutRestApi, which replaces a REST API from an OpenAPI document and which ministack lacks.

It makes the calls that create the same API step by step. The document may contain what the Terraform module's api.tf
sends. Anything else is refused by name, so that nothing is ignored silently.
"""

import json

KNOWN = {
    "document": {
        "openapi",
        "info",
        "paths",
        "components",
        "x-amazon-apigateway-request-validators",
        "x-amazon-apigateway-gateway-responses",
    },
    "operation": {
        "operationId",
        "responses",
        "parameters",
        "requestBody",
        "x-amazon-apigateway-integration",
        "x-amazon-apigateway-request-validator",
    },
    "integration": {"type", "httpMethod", "uri", "passthroughBehavior", "timeoutInMillis"},
}
PLACES = {"path": "path", "query": "querystring", "header": "header"}


class Refused(Exception):
    """The document contains something that is not supported."""


def known(kind, node):
    unknown = set(node) - KNOWN[kind]
    if unknown:
        raise Refused(f"an OpenAPI {kind} with {sorted(unknown)} is not supported")
    return node


def put(gateway, api_id, document):
    """Replaces the resources, methods, models, validators and responses of the API `api_id` by those of the document."""
    known("document", document)
    root = next(resource for resource in gateway._resources[api_id].values() if resource["path"] == "/")
    root["resourceMethods"].clear()
    gateway._resources[api_id] = {root["id"]: root}
    for store in (gateway._models, gateway._request_validators, gateway._gateway_responses):
        store[api_id] = {}
    for name, schema in document["components"]["schemas"].items():
        created(gateway._create_model(api_id, {"name": name, "contentType": "application/json", "schema": json.dumps(schema)}))
    validators = {
        name: created(gateway._create_request_validator(api_id, {"name": name, **rules}))["id"]
        for name, rules in document["x-amazon-apigateway-request-validators"].items()
    }
    for path, methods in document["paths"].items():
        resource = resource_at(gateway, api_id, root["id"], path)
        for method, operation in methods.items():
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            put_operation(gateway, api_id, resource, verb, known("operation", operation), validators)
    for kind, response in document["x-amazon-apigateway-gateway-responses"].items():
        created(gateway._put_gateway_response(api_id, kind, response))
    return gateway._get_rest_api(api_id)


def put_operation(gateway, api_id, resource, verb, operation, validators):
    parameters = {
        f"method.request.{PLACES[parameter['in']]}.{parameter['name']}": parameter["required"]
        for parameter in operation.get("parameters", [])
    }
    content = operation.get("requestBody", {}).get("content", {})
    created(
        gateway._put_method(
            api_id,
            resource,
            verb,
            {
                "requestParameters": parameters,
                "requestModels": {kind: media["schema"]["$ref"].rsplit("/", 1)[1] for kind, media in content.items()},
                "requestValidatorId": validators.get(operation.get("x-amazon-apigateway-request-validator")),
            },
        )
    )
    integration = known("integration", operation["x-amazon-apigateway-integration"])
    upper = {name: integration[name].upper() for name in ("type", "passthroughBehavior")}
    created(gateway._put_integration(api_id, resource, verb, {**integration, **upper}))


def resource_at(gateway, api_id, parent, path):
    """Returns the id of the resource at a path. Creates it and its parents if they do not exist."""
    for part in path.strip("/").split("/"):
        here = gateway._resources[api_id].values()
        found = next((r["id"] for r in here if r["parentId"] == parent and r["pathPart"] == part), None)
        parent = found or created(gateway._create_resource(api_id, parent, {"pathPart": part}))["id"]
    return parent


def created(response):
    """Returns the result of one of the gateway's own functions; Refused if it fails."""
    status, _, body = response
    if status >= 300:
        raise Refused(f"the gateway answered {status}: {body!r}")
    return json.loads(body)
