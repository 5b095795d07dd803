"""Says which account, region and environment a command is about to touch, and ends it where they do not fit.

    where.py ENV    the deployment that terraform/ENV.tfvars sets up, under the credentials of the environment

`make` calls it before plan, deploy, canary and destroy.
"""

import argparse
import os
import pathlib
import re

from stack import ROOT, account_of_credentials, fail, run


def setting(text, name):
    """The text that a line of a tfvars file gives a variable; None when there is no such line."""
    found = re.search(rf'^\s*{name}\s*=\s*"([^"\n]*)"', text, re.MULTILINE)
    return found and found[1]


def read(path):
    try:
        return path.read_text()
    except OSError as error:
        fail(f"{path.name} cannot be read: {error.strerror}")


def wanted_account(folder, chosen):
    """The account that is set for the deployment, looked for where Terraform looks, last word first; None when none is."""
    automatic = (setting(read(path), "account_id") for path in sorted(folder.glob("*.auto.tfvars"), reverse=True))
    return setting(chosen, "account_id") or next(filter(None, automatic), None) or os.environ.get("TF_VAR_account_id")


def main():
    parser = argparse.ArgumentParser(description="Say which account, region and environment are about to be touched.")
    parser.add_argument("environment", help="the name of a file in terraform/, without .tfvars")
    name = parser.parse_args().environment
    folder = pathlib.Path(os.environ.get("TERRAFORM_DIR", ROOT / "terraform"))
    chosen = read(folder / f"{name}.tfvars")
    region, environment, wanted = setting(chosen, "region"), setting(chosen, "environment"), wanted_account(folder, chosen)
    if not region or environment != name:
        fail(f"{name}.tfvars must set region, and environment to {name}: states are kept apart by it")
    if not wanted:
        fail("account_id is not set; set TF_VAR_account_id to the 12 digits of the account")
    print(f"account {wanted}, region {region}, environment {environment}", flush=True)
    own = account_of_credentials(region)
    if own != wanted:
        fail(f"the credentials are of account {own}; nothing was done")


if __name__ == "__main__":
    run(main)
