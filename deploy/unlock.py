"""Forgets a person's failed sign-ins: what `make unlock EMAIL=…` calls.

Invokes create-user past the API, under the caller's IAM permissions. For whom no admin can do it: the only admin of a
workspace, say.
"""

import argparse
import json

from stack import Stack, fail, run


def main():
    parser = argparse.ArgumentParser(description="Forget a person's failed sign-ins.")
    parser.add_argument("--email", required=True)
    options = parser.parse_args()
    stack = Stack.of_terraform()
    answer = stack.client("lambda").invoke(
        FunctionName=stack.by_key["create-user"],
        Qualifier=stack.alias,
        Payload=json.dumps({"unlock": {"email": options.email}}),
    )
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        fail(f"nobody was unlocked: {told.get('errorMessage', told)}")
    print(f"{told['email']} of {told['workspace']} may try to sign in again at {stack.url}/login")


if __name__ == "__main__":
    run(main)
