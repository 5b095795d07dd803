"""Applies the configuration in terraform/environments/emulated to an emulated cloud with roles enforced."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import zipfile

import botocore.config
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "local"))

from processes import Failure
from servers import clean_environment, wait_for

API_ID = "be11e7be"  # the emulated gateway reads it from a tag
REGION = "eu-central-1"
ACCOUNT = "000000000000"
BUCKET = "packages"
ROOT_KEY = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}  # the root user of the emulated cloud


class Cloud:
    """An emulated cloud and the resources that Terraform has created in it."""

    def __init__(self, children, port, state, plugin_dir):
        self.children, self.state = children, state
        self.endpoint = f"http://127.0.0.1:{port}"
        self.url = f"{self.endpoint}/_aws/execute-api/{API_ID}/v1"
        self.folder = state / "terraform" / "environments" / "emulated"
        self.plugin_dir = plugin_dir
        self.port = port

    def start(self):
        launch = [sys.executable, "tests/emulator/launch.py", "--port", str(self.port), "--region", REGION, "--iam"]
        self.children.serve("the emulated cloud", launch, clean_environment(), self.state / "emulator.log")
        wait_for(self.children, f"{self.endpoint}/_ministack/health", lambda status: status == 200, 60)

    def client(self, service):
        session = botocore.session.get_session()
        session.set_credentials("test", "test")
        config = botocore.config.Config(retries={"max_attempts": 1}, read_timeout=120)
        return session.create_client(service, region_name=REGION, endpoint_url=self.endpoint, config=config)

    def apply(self, packages):
        """Creates all resources with the settings of production, except those that terraform/environments/emulated lists."""
        self.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        own = shutil.ignore_patterns(".terraform", "*.tfstate*", "*.auto.tfvars")  # files of a deployment to AWS
        shutil.copytree(ROOT / "terraform", self.state / "terraform", ignore=own)
        shutil.copy(ROOT / "openapi.yaml", self.state)
        (self.folder / "emulated.auto.tfvars").write_text(
            f'account_id        = "{ACCOUNT}"\n'
            f'endpoint          = "{self.endpoint}"\n'
            f'api_id            = "{API_ID}"\n'
            f'package_directory = "{packages}"\n'
            f'package_bucket    = "{BUCKET}"\n'
        )
        where = ["-plugin-dir", self.plugin_dir] if self.plugin_dir else []
        self.terraform("init", "-input=false", "-lockfile=readonly", *where)
        self.terraform("apply", "-input=false", "-auto-approve", "-parallelism=8")

        outputs = json.loads(self.quietly("output", "-json"))
        self.functions, self.private_keys_secret = outputs["functions"]["value"], outputs["private_keys_secret"]["value"]
        self.event_bus, self.results_topic = outputs["event_bus"]["value"], outputs["results_topic"]["value"]

    def script(self, name, *options, words=""):
        """Runs a script in deploy/ as `make` calls it; returns its result and output."""
        where = {"AWS_ENDPOINT_URL": self.endpoint, "TERRAFORM_DIR": str(self.folder), "TF_CLI_CONFIG_FILE": os.devnull}
        return subprocess.run(
            [sys.executable, f"deploy/{name}", *options],
            cwd=ROOT,
            input=words,
            capture_output=True,
            text=True,
            env={**clean_environment(), **ROOT_KEY, **where},
        )

    def local(self, name):
        """Returns a literal map from the module's locals.tf, which is evaluated without the rest of the module."""
        folder = self.state / "locals"
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / "terraform" / "modules" / "bellwether" / "locals.tf", folder)
        return json.loads(json.loads(self.quietly("console", words=f"jsonencode(local.{name})", folder=folder)))

    def quietly(self, *command, words="", folder=None):
        """Runs a Terraform command; returns its output."""
        environment = {**clean_environment(), **ROOT_KEY, "TF_CLI_CONFIG_FILE": os.devnull}
        ran = subprocess.run(
            ["terraform", f"-chdir={folder or self.folder}", *command],
            input=words,
            capture_output=True,
            text=True,
            env=environment,
        )
        if ran.returncode:
            raise Failure(f"terraform {command[0]} failed: {ran.stderr}")
        return ran.stdout

    def terraform(self, command, *options):
        """Runs Terraform and writes its output to a log. A Failure contains the end of the log."""
        log = self.state / f"terraform-{command}.log"
        with log.open("wb") as output:
            environment = {**clean_environment(), **ROOT_KEY, "TF_IN_AUTOMATION": "true", "TF_CLI_CONFIG_FILE": os.devnull}
            ran = subprocess.run(
                ["terraform", f"-chdir={self.folder}", command, "-no-color", *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        if ran.returncode:
            end = "\n".join(log.read_text().splitlines()[-40:])
            raise Failure(f"terraform {command} failed:\n{end}")


def pack(binary, target):
    """Writes a function's package, which contains one file, `bootstrap`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    entry = zipfile.ZipInfo("bootstrap", date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = (stat.S_IFREG | 0o755) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(entry, binary, compresslevel=1)
