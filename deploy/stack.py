"""Reads the deployment from Terraform's state in terraform/environments/aws, and creates AWS clients for its account.

`make` selects the state by ENV and STATE_BUCKET before it calls a script. Every error is one line.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TERRAFORM = ROOT / "terraform" / "environments" / "aws"
DEPLOY = "make deploy ENV=… STATE_BUCKET=…"


def fail(text):
    """Exits with an error of one line."""
    sys.exit(" ".join(str(text).split()))


try:
    import botocore.exceptions
    import botocore.session
except ImportError:
    fail(f"botocore is not installed for {sys.executable}; run: make setup")


@contextlib.contextmanager
def in_one_line():
    """Exits with one line if AWS refuses a call inside, or the call does not reach AWS."""
    try:
        yield
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError) as error:
        fail(f"stopped: {error}")
    except KeyboardInterrupt:
        fail("stopped by Ctrl-C")


def run(main):
    """Runs a script's `main` and exits with its code."""
    with in_one_line():
        sys.exit(main())


def client(service, region):
    """Creates an AWS client with the credentials of the environment. AWS_ENDPOINT_URL selects an emulated cloud."""
    return botocore.session.get_session().create_client(service, region_name=region)


def account_of_credentials(region):
    """Returns the account of the credentials."""
    return client("sts", region).get_caller_identity()["Account"]


def terraform(*command):
    """Runs a Terraform command; returns its output and, if it fails, an empty output and its error."""
    folder = os.environ.get("TERRAFORM_DIR", str(TERRAFORM))
    try:
        ran = subprocess.run(["terraform", f"-chdir={folder}", *command], capture_output=True, text=True)
    except OSError as error:
        fail(f"terraform cannot start ({error.strerror}); install Terraform 1.11 or later")
    if ran.returncode == 0:
        return ran.stdout, ""
    return "", next((line.strip("│ ") for line in ran.stderr.splitlines() if "Error:" in line), "")


class Stack:
    """The outputs of a deployment."""

    def __init__(self, outputs):
        self.url = outputs["url"]
        self.name, self.region, self.alias = outputs["name"], outputs["region"], outputs["alias"]
        self.account = outputs["alarm_topic"].split(":")[4]
        self.environment = self.name.rpartition("-")[2]
        self.has_domain, self.has_firewall = outputs.get("domain") is not None, outputs.get("waf", False)
        self.has_networks = bool(outputs.get("admin_networks"))
        self.by_key = {key: function["name"] for key, function in outputs["functions"].items()}
        self.functions = sorted(self.by_key.values())

    @classmethod
    def of_terraform(cls):
        """Returns the deployment of the selected state and prints it. Exits if the credentials are of another account."""
        printed, error = terraform("output", "-no-color", "-json")
        try:
            stack = cls({name: output["value"] for name, output in json.loads(printed or "{}").items()})
        except (KeyError, ValueError, IndexError):
            fail(f"there is no complete deployment in the selected state; deploy first: {DEPLOY} {error}")
        print(f"account {stack.account}, region {stack.region}, environment {stack.environment}", flush=True)
        own = account_of_credentials(stack.region)
        if own != stack.account:
            fail(f"the credentials are of account {own}; nothing was done")
        return stack

    def client(self, service):
        """Creates an AWS client in the deployment's region."""
        return client(service, self.region)
