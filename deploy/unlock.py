"""Deletes a user's failed sign-ins, which ends a lock; `make unlock EMAIL=…` calls it.

Invokes create-user directly, outside the API and under the caller's IAM permissions. Use it if no admin can unlock the
user, for example for the only admin of a workspace.
"""

import argparse
import json

from stack import Stack, fail, run


def main():
    parser = argparse.ArgumentParser(description="Delete a user's failed sign-ins.")
    parser.add_argument("--email", required=True)
    options = parser.parse_args()
    stack = Stack.of_terraform()
    answer = stack.client("lambda").invoke(
        FunctionName=stack.by_key["create-user"],
        Qualifier=stack.alias,
        Payload=json.dumps({"unlock": {"email": options.email}}),
    )
    unlocked = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        fail(f"the user was not unlocked: {unlocked.get('errorMessage', unlocked)}")
    print(f"{unlocked['email']} of {unlocked['workspace']} can sign in again at {stack.url}/login")


if __name__ == "__main__":
    run(main)
