"""Implements versions of a secret, their labels and their rotation as in AWS Secrets Manager."""

import json
import os
import threading
import time
import urllib.request

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
KINDS = ("SecretString", "SecretBinary")


def with_secrets_without_value():
    """Creates a secret without a value without a version, as AWS does."""
    from ministack.services import secretsmanager

    usual = secretsmanager._store_new_secret

    def store(name, secret_string=None, secret_binary=None, *others, **named):
        arn, version = usual(name, secret_string, secret_binary, *others, **named)
        if secret_string is None and secret_binary is None:
            secretsmanager._secrets[name]["Versions"].clear()
        return arn, version

    secretsmanager._store_new_secret = store


def has_value(version):
    return any(version.get(kind) is not None for kind in KINDS)


def with_versions_as_in_aws():
    """Labels versions by the rules of PutSecretValue.

    The first version of a secret is AWSCURRENT, regardless of the requested labels. A label moves from the version that had it
    to the new one. A version is never overwritten. A placeholder has no value to read.
    """
    from ministack.services import secretsmanager

    put, get = secretsmanager._put_secret_value, secretsmanager._get_secret_value

    def put_value(request):
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if not secret:
            return put(request)
        versions, token = secret["Versions"], request.get("ClientRequestToken") or secretsmanager.new_uuid()
        existing = versions.get(token)
        if existing and has_value(existing):
            if all(existing.get(kind) == request.get(kind) for kind in KINDS):
                same = {"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token, "VersionStages": existing["Stages"]}
                return secretsmanager.json_response(same)
            use = f"that value is already in use for a version of secret {secret['ARN']}"
            text = f"You can't use ClientRequestToken {token} because {use}."
            return secretsmanager.error_response_json("ResourceExistsException", text, 400)
        first = not any(has_value(version) for version in versions.values())
        answer = put({**request, "ClientRequestToken": token})
        if answer[0] == 200:
            for label in [*(request.get("VersionStages") or [CURRENT]), *([CURRENT] if first else [])]:
                secretsmanager._remove_stage_everywhere(secret, label, except_version_id=token)
                secretsmanager._add_stage(secret, token, label)
        return answer

    def get_value(request):
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        version, stage = request.get("VersionId"), request.get("VersionStage") or CURRENT
        for name, each in (secret["Versions"] if secret else {}).items():
            if (name == version if version else stage in each["Stages"]) and not has_value(each):
                text = f"Secrets Manager can't find the specified secret value for {version or stage}."
                return secretsmanager.error_response_json("ResourceNotFoundException", text, 400)
        return get(request)

    secretsmanager._put_secret_value, secretsmanager._get_secret_value = put_value, get_value


def with_rotation():
    """Rotates a secret by invoking its function for the four steps. ministack copies the old value instead.

    Before the first step, the secret gets a placeholder, a version with the label AWSPENDING and without a value. A new
    rotation is refused until the previous one is complete.
    """
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import secretsmanager

    def rotate(request):
        _, secret = secretsmanager._resolve(request.get("SecretId"))
        if not secret:
            return secretsmanager.error_response_json("ResourceNotFoundException", "There is no such secret.", 400)
        pending, version = secretsmanager._find_stage_version(secret, PENDING)
        if pending and CURRENT not in version["Stages"]:
            text = "A previous rotation isn't complete. That rotation will be reattempted."
            return secretsmanager.error_response_json("InvalidRequestException", text, 400)
        for setting in ("RotationLambdaARN", "RotationRules"):
            secret[setting] = request.get(setting) or secret.get(setting)
        secret["RotationEnabled"] = True
        token = request.get("ClientRequestToken") or secretsmanager.new_uuid()
        if request.get("RotateImmediately", True):
            secretsmanager._remove_stage_everywhere(secret, PENDING)
            placeholder = {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": [PENDING]}
            secret["Versions"].setdefault(token, placeholder)
            run = (secret, token, get_account_id(), get_region())
            threading.Thread(target=rotate_now, args=run, daemon=True).start()
        return secretsmanager.json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token})

    secretsmanager._rotate_secret = rotate


def rotate_now(secret, token, account, region):
    """Runs the four steps of a rotation, one invocation each. A step that fails ends the rotation, as on AWS."""
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"SecretId": secret["ARN"], "ClientRequestToken": token, "Step": step}
        failed = invoke(secret["RotationLambdaARN"], account, region, event)
        if failed:
            print(f"rotation of {secret['Name']} failed at {step}: {failed}", flush=True)
            return
    secret["LastRotatedDate"] = int(time.time())


def invoke(function, account, region, event):
    """Invokes a function over HTTP; returns the error or None. An account's id is the key of its root user."""
    signed = f"AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/lambda/aws4_request, SignedHeaders=host, Signature=none"
    name = function.split(":function:")[1].split(":")[0]
    request = urllib.request.Request(
        f"{os.environ['AWS_ENDPOINT_URL']}/2015-03-31/functions/{name}/invocations",
        json.dumps(event).encode(),
        {"Authorization": signed, "Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            body = answer.read(300)
            return body if answer.headers.get("X-Amz-Function-Error") else None
    except OSError as error:
        return error
