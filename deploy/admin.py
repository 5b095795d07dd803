"""Makes a workspace and its first admin: what `make bootstrap-admin WORKSPACE=… EMAIL=…` calls.

Invokes create-user past the API, under the caller's IAM permissions. It works once for each workspace. The
password is asked for, or read from standard input when that is no terminal; it stands in no argument.
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
    if first != getpass.getpass("once more: "):
        fail("the two are not the same")
    return first


def main():
    parser = argparse.ArgumentParser(description="Make a workspace and its first admin.")
    parser.add_argument("--workspace", required=True)
    parser.add_argument("--email", required=True)
    options = parser.parse_args()
    stack = Stack.of_terraform()
    event = {"bootstrap": {"workspace": options.workspace, "email": options.email, "password": password()}}
    answer = stack.client("lambda").invoke(
        FunctionName=stack.by_key["create-user"], Qualifier=stack.alias, Payload=json.dumps(event)
    )
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        fail(f"no admin was made: {told.get('errorMessage', told)}")
    print(f"{told['email']} is the admin of {told['workspace']} (user {told['user_id']})\nsign in at {stack.url}/login")


if __name__ == "__main__":
    run(main)
