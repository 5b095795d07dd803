"""The program that a team would write first to assign variants: FastAPI, PyJWT and boto3.

It does what Bellwether does for an assignment: it verifies the token, parses the body into a type, hashes the account
into a variant, and stores the first decision with one conditional write, which returns the stored one if there is one.
It has neither targeting nor a cache.

These choices are in its favour: the endpoint is synchronous, so that boto3 runs in the thread pool and not on the event
loop; the pool of connections is as large as the thread pool; the public keys are read once; the token is verified on
the event loop, which saves a change of threads; and it writes no log line.
"""

import hashlib
import json
import os
import urllib.request
from typing import Annotated, Any

import boto3
import jwt
from botocore.config import Config
from botocore.exceptions import ClientError
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

THREADS = 40  # of FastAPI's thread pool
VARIANTS = {"pricing-page": ("control", "calculator")}

ISSUER, AUDIENCE, TABLE = (os.environ[name] for name in ("ISSUER", "AUDIENCE", "TABLE"))
with urllib.request.urlopen(f"{ISSUER}/.well-known/jwks.json", timeout=10) as answer:
    KEYS = {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.load(answer)).keys}

dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["DYNAMODB"], config=Config(max_pool_connections=THREADS))
dynamodb.create_table(
    TableName=TABLE,
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
app = FastAPI()
bearer = HTTPBearer()


class Unit(BaseModel):
    unit_id: Annotated[str, Field(min_length=1, max_length=256)]
    attributes: Annotated[dict[str, str | float | bool], Field(max_length=50)] = {}


class Assignment(BaseModel):
    test_id: str
    unit_id: str
    variant: str
    new: bool


async def caller(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict[str, Any]:
    token = credentials.credentials
    try:
        key = KEYS[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER, leeway=30)
    except (jwt.InvalidTokenError, KeyError) as error:
        raise HTTPException(401, "The token is not valid.") from error
    if "assignments:write" not in claims["scope"].split():
        raise HTTPException(403, "The token has not the scope assignments:write.")
    return claims


@app.post("/tests/{test_id}/assignments")
def assign(test_id: str, unit: Unit, claims: Annotated[dict[str, Any], Depends(caller)]) -> Assignment:
    variants = VARIANTS.get(test_id)
    if variants is None:
        raise HTTPException(404, "There is no such test.")
    digest = hashlib.sha256(f"{test_id}/{unit.unit_id}".encode()).digest()
    variant = variants[int.from_bytes(digest[:8], "big") % len(variants)]
    row = {"pk": {"S": f"{claims['workspace']}/{test_id}/{unit.unit_id}"}, "variant": {"S": variant}}
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item=row,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        return Assignment(test_id=test_id, unit_id=unit.unit_id, variant=error.response["Item"]["variant"]["S"], new=False)
    except ClientError as error:
        raise HTTPException(503, "The store does not respond.") from error
    return Assignment(test_id=test_id, unit_id=unit.unit_id, variant=variant, new=True)
