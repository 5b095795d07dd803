"""A release, an apply after it, and the way back."""

import json
import zipfile

from cloud import pack
from processes import Failure

NAME = "reject-method"  # any function would do
ALIASES = "-target=aws_lambda_alias.live"  # a second plan of the rest is not clean on this cloud: its alarms drift
SET = ("-input=false", "-var-file=prod.tfvars", ALIASES)


def leads_to(cloud):
    """The version that callers reach."""
    return cloud.client("lambda").get_alias(FunctionName=cloud.functions[NAME]["name"], Name="live")["FunctionVersion"]


def traffic(cloud, action, version):
    """What `make release` and `make rollback` do; afterwards callers reach `version`."""
    ran = cloud.script("release.py", action)
    if ran.returncode or "account 000000000000, region eu-central-1, environment prod" not in ran.stdout:
        raise Failure(f"{action}: {ran.stdout}{ran.stderr}")
    if leads_to(cloud) != version:
        raise Failure(f"after {action} callers reach version {leads_to(cloud)} and not {version}: {ran.stdout}")


def changed_aliases(cloud):
    """What a plan would do to the aliases."""
    cloud.terraform("plan", *SET, "-out=again.tfplan")
    plan = json.loads(cloud.quietly("show", "-json", "again.tfplan"))
    aliases = [change for change in plan["resource_changes"] if change["type"] == "aws_lambda_alias"]
    if not aliases:
        raise Failure("the plan has no alias")
    return [change["address"] for change in aliases if change["change"]["actions"] != ["no-op"]]


def run(cloud, packages):
    package = packages / NAME / "bootstrap.zip"
    before = leads_to(cloud)
    binary = zipfile.ZipFile(package).read("bootstrap")
    pack(binary + b"\n", package)
    cloud.terraform("apply", *SET, "-auto-approve")
    if leads_to(cloud) != before:
        raise Failure("an apply has moved traffic")
    after = str(int(before) + 1)
    traffic(cloud, "release", after)
    if changed := changed_aliases(cloud):
        raise Failure(f"an apply without a change would change {changed}")
    cloud.terraform("apply", *SET, "-auto-approve")
    traffic(cloud, "rollback", before)
