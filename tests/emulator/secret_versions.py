"""The versions of a secret, their labels and their rotation, as AWS's Secrets Manager has them."""

import json
import os
import threading
import time
import urllib.request

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
KINDS = ("SecretString", "SecretBinary")


def with_secrets_without_value():
    """Leave a secret that was made without a value without a version, as AWS does."""
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
    """Label versions by the rules of PutSecretValue.

    The first version of a secret is AWSCURRENT, whatever labels were asked for; a label that is given to a version
    leaves the one that had it; a version is never written over; a placeholder has no value that could be read.
    """
    from ministack.services import secretsmanager

    put, get = secretsmanager._put_secret_value, secretsmanager._get_secret_value

    def put_value(asked):
        _, secret = secretsmanager._resolve(asked.get("SecretId"))
        if not secret:
            return put(asked)
        versions, token = secret["Versions"], asked.get("ClientRequestToken") or secretsmanager.new_uuid()
        there = versions.get(token)
        if there and has_value(there):
            if all(there.get(kind) == asked.get(kind) for kind in KINDS):
                told = {"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token, "VersionStages": there["Stages"]}
                return secretsmanager.json_response(told)
            use = f"that value is already in use for a version of secret {secret['ARN']}"
            text = f"You can't use ClientRequestToken {token} because {use}."
            return secretsmanager.error_response_json("ResourceExistsException", text, 400)
        first = not any(has_value(version) for version in versions.values())
        answer = put({**asked, "ClientRequestToken": token})
        if answer[0] == 200:
            for label in [*(asked.get("VersionStages") or [CURRENT]), *([CURRENT] if first else [])]:
                secretsmanager._remove_stage_everywhere(secret, label, except_version_id=token)
                secretsmanager._add_stage(secret, token, label)
        return answer

    def get_value(asked):
        _, secret = secretsmanager._resolve(asked.get("SecretId"))
        version, stage = asked.get("VersionId"), asked.get("VersionStage") or CURRENT
        for name, each in (secret["Versions"] if secret else {}).items():
            if (name == version if version else stage in each["Stages"]) and not has_value(each):
                text = f"Secrets Manager can't find the specified secret value for {version or stage}."
                return secretsmanager.error_response_json("ResourceNotFoundException", text, 400)
        return get(asked)

    secretsmanager._put_secret_value, secretsmanager._get_secret_value = put_value, get_value


def with_rotation():
    """Rotate a secret by invoking its function for the four steps: ministack copies the old value instead.

    Before the first step there is a placeholder, a version with the label AWSPENDING and without a value. A rotation
    that has not come to its end is not begun again.
    """
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import secretsmanager

    def rotate(asked):
        _, secret = secretsmanager._resolve(asked.get("SecretId"))
        if not secret:
            return secretsmanager.error_response_json("ResourceNotFoundException", "There is no such secret.", 400)
        pending, version = secretsmanager._find_stage_version(secret, PENDING)
        if pending and CURRENT not in version["Stages"]:
            text = "A previous rotation isn't complete. That rotation will be reattempted."
            return secretsmanager.error_response_json("InvalidRequestException", text, 400)
        for setting in ("RotationLambdaARN", "RotationRules"):
            secret[setting] = asked.get(setting) or secret.get(setting)
        secret["RotationEnabled"] = True
        token = asked.get("ClientRequestToken") or secretsmanager.new_uuid()
        if asked.get("RotateImmediately", True):
            secretsmanager._remove_stage_everywhere(secret, PENDING)
            placeholder = {"SecretString": None, "SecretBinary": None, "CreatedDate": int(time.time()), "Stages": [PENDING]}
            secret["Versions"].setdefault(token, placeholder)
            run = (secret, token, get_account_id(), get_region())
            threading.Thread(target=rotate_now, args=run, daemon=True).start()
        return secretsmanager.json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token})

    secretsmanager._rotate_secret = rotate


def rotate_now(secret, token, account, region):
    """The four steps of a rotation, each one invocation; a step that fails ends it, as in AWS."""
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"SecretId": secret["ARN"], "ClientRequestToken": token, "Step": step}
        failed = invoke(secret["RotationLambdaARN"], account, region, event)
        if failed:
            print(f"rotation of {secret['Name']} failed at {step}: {failed}", flush=True)
            return
    secret["LastRotatedDate"] = int(time.time())


def invoke(function, account, region, event):
    """Invoke a function through the front door; what went wrong, or None. An account's id is its root's key."""
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
