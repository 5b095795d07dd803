"""The deployment that Terraform's state in terraform/ names, and clients of the account it is in."""

import json
import os
import pathlib
import subprocess
import sys

import botocore.exceptions
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fail(text):
    """End with one line for the person at the terminal."""
    sys.exit(text)


class Stack:
    """What `terraform output` says of a deployment."""

    def __init__(self, outputs):
        self.url = outputs["url"]
        self.name, self.region, self.alias = outputs["name"], outputs["region"], outputs["alias"]
        self.by_key = {key: function["name"] for key, function in outputs["functions"].items()}
        self.functions = sorted(self.by_key.values())

    @classmethod
    def of_terraform(cls):
        """The deployment whose state `terraform init` has chosen."""
        folder = os.environ.get("TERRAFORM_DIR", str(ROOT / "terraform"))
        ran = subprocess.run(["terraform", f"-chdir={folder}", "output", "-json"], capture_output=True, text=True)
        outputs = json.loads(ran.stdout or "{}") if ran.returncode == 0 else {}
        if "functions" not in outputs:
            fail(f"there is no deployment in the state of {folder}; deploy first: make deploy\n{ran.stderr.strip()}")
        return cls({name: output["value"] for name, output in outputs.items()})

    def client(self, service):
        """A client under the credentials of the environment; AWS_ENDPOINT_URL leads to an emulated cloud."""
        try:
            return botocore.session.get_session().create_client(service, region_name=self.region)
        except botocore.exceptions.BotoCoreError as error:
            fail(f"{service} cannot be called: {error}")
