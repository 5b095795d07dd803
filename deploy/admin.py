"""Creates a workspace and its first admin; `make bootstrap-admin WORKSPACE=… EMAIL=…` calls it.

Invokes create-user directly, outside the API and under the caller's IAM permissions. It works once for each workspace.
The script prompts for the password, or reads it from standard input if that is not a terminal. The password is never an
argument.
"""

import argparse
import getpass
import json
import sys

from stack import Stack, fail, run


def password():
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("password (15 characters or more): ")
    if first != getpass.getpass("repeat the password: "):
        fail("the two passwords differ; run the command again")
    return first


def main():
    parser = argparse.ArgumentParser(description="Create a workspace and its first admin.")
    parser.add_argument("--workspace", required=True)
    parser.add_argument("--email", required=True)
    options = parser.parse_args()
    stack = Stack.of_terraform()
    event = {"bootstrap": {"workspace": options.workspace, "email": options.email, "password": password()}}
    answer = stack.client("lambda").invoke(
        FunctionName=stack.by_key["create-user"], Qualifier=stack.alias, Payload=json.dumps(event)
    )
    created = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        fail(f"the admin was not created: {created.get('errorMessage', created)}")
    print(f"{created['email']} is the admin of {created['workspace']} (user {created['user_id']})\nsign in at {stack.url}/login")


if __name__ == "__main__":
    run(main)
