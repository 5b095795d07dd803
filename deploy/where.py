"""Prints the account, region and environment that a command affects, and stops it if they do not match.

    where.py ENV    checks the deployment that ENV.tfvars defines against the credentials of the environment

The file is in terraform/environments/aws. `make` calls the script before plan, deploy, canary and destroy.
"""

import argparse
import os
import pathlib
import re

from stack import TERRAFORM, account_of_credentials, fail, run


def setting(text, name):
    """Returns the text that a tfvars file assigns to a variable, or None."""
    found = re.search(rf'^\s*{name}\s*=\s*"([^"\n]*)"', text, re.MULTILINE)
    return found and found[1]


def read(path):
    try:
        return path.read_text()
    except OSError as error:
        fail(f"{path.name} cannot be read: {error.strerror}")


def wanted_account(folder, chosen):
    """Returns the account that is set for the deployment, or None. Searches where Terraform does, highest precedence first."""
    automatic = (setting(read(path), "account_id") for path in sorted(folder.glob("*.auto.tfvars"), reverse=True))
    return setting(chosen, "account_id") or next(filter(None, automatic), None) or os.environ.get("TF_VAR_account_id")


def main():
    parser = argparse.ArgumentParser(description="Print the account, region and environment that a command affects.")
    parser.add_argument("environment", help="the name of a file in terraform/environments/aws, without .tfvars")
    name = parser.parse_args().environment
    folder = pathlib.Path(os.environ.get("TERRAFORM_DIR", TERRAFORM))
    chosen = read(folder / f"{name}.tfvars")
    region, environment, wanted = setting(chosen, "region"), setting(chosen, "environment"), wanted_account(folder, chosen)
    if not region or environment != name:
        fail(f"{name}.tfvars must set region, and set environment to {name}, which selects the state")
    if not wanted:
        fail("account_id is not set; set TF_VAR_account_id to the 12 digits of the account")
    print(f"account {wanted}, region {region}, environment {environment}", flush=True)
    own = account_of_credentials(region)
    if own != wanted:
        fail(f"the credentials are of account {own}; nothing was done")


if __name__ == "__main__":
    run(main)
