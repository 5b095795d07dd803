"""The deployment that Terraform's state in terraform/ names, and clients of the account it is in.

`make` chooses the state by ENV and STATE_BUCKET before it calls a script. Whatever goes wrong is said in one line.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEPLOY = "make deploy ENV=… STATE_BUCKET=…"


def fail(text):
    """End with one line for the person at the terminal."""
    sys.exit(" ".join(str(text).split()))


try:
    import botocore.exceptions
    import botocore.session
except ImportError:
    fail(f"botocore is not installed for {sys.executable}; run: make setup")


@contextlib.contextmanager
def in_one_line():
    """Ends the script with one line when a call inside is refused by AWS or does not get there."""
    try:
        yield
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError) as error:
        fail(f"stopped: {error}")
    except KeyboardInterrupt:
        fail("stopped by Ctrl-C")


def run(main):
    """Run a script's `main` to its exit code."""
    with in_one_line():
        sys.exit(main())


def client(service, region):
    """A client under the credentials of the environment; AWS_ENDPOINT_URL leads to an emulated cloud."""
    return botocore.session.get_session().create_client(service, region_name=region)


def account_of_credentials(region):
    """The account that calls are made in."""
    return client("sts", region).get_caller_identity()["Account"]


def terraform(*command):
    """What a Terraform command has printed; without a deployment nothing, and its complaint."""
    folder = os.environ.get("TERRAFORM_DIR", str(ROOT / "terraform"))
    try:
        ran = subprocess.run(["terraform", f"-chdir={folder}", *command], capture_output=True, text=True)
    except OSError as error:
        fail(f"terraform cannot start ({error.strerror}); install Terraform 1.11 or later")
    if ran.returncode == 0:
        return ran.stdout, ""
    return "", next((line.strip("│ ") for line in ran.stderr.splitlines() if "Error:" in line), "")


class Stack:
    """What `terraform output` says of a deployment."""

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
        """The deployment of the chosen state, said before anything is done to it. Another account's credentials end here."""
        printed, complained = terraform("output", "-no-color", "-json")
        try:
            stack = cls({name: output["value"] for name, output in json.loads(printed or "{}").items()})
        except (KeyError, ValueError, IndexError):
            fail(f"there is no complete deployment in the state that is chosen; deploy first: {DEPLOY} {complained}")
        print(f"account {stack.account}, region {stack.region}, environment {stack.environment}", flush=True)
        own = account_of_credentials(stack.region)
        if own != stack.account:
            fail(f"the credentials are of account {own}; nothing was done")
        return stack

    def client(self, service):
        """A client in the deployment's region."""
        return client(service, self.region)
