"""Tests a release, an apply after it, and a rollback."""

import json
import zipfile

from cloud import pack
from processes import Failure

NAME = "reject-method"  # an arbitrary function
# On the emulated cloud, a second plan of other resources is not clean: alarms drift.
SET = ("-input=false", "-target=module.bellwether.aws_lambda_alias.live")


def live_version(cloud):
    """Returns the version that callers reach."""
    return cloud.client("lambda").get_alias(FunctionName=cloud.functions[NAME]["name"], Name="live")["FunctionVersion"]


def traffic(cloud, action, version):
    """Runs what `make release` or `make rollback` runs, and checks that callers then reach `version`."""
    ran = cloud.script("release.py", action)
    if ran.returncode or "account 000000000000, region eu-central-1, environment prod" not in ran.stdout:
        raise Failure(f"{action}: {ran.stdout}{ran.stderr}")
    if live_version(cloud) != version:
        raise Failure(f"after {action} callers reach version {live_version(cloud)} and not {version}: {ran.stdout}")


def changed_aliases(cloud):
    """Returns the aliases that a plan would change."""
    cloud.terraform("plan", *SET, "-out=again.tfplan")
    plan = json.loads(cloud.quietly("show", "-json", "again.tfplan"))
    aliases = [change for change in plan["resource_changes"] if change["type"] == "aws_lambda_alias"]
    if not aliases:
        raise Failure("the plan contains no alias")
    return [change["address"] for change in aliases if change["change"]["actions"] != ["no-op"]]


def run(cloud, packages):
    package = packages / NAME / "bootstrap.zip"
    before = live_version(cloud)
    binary = zipfile.ZipFile(package).read("bootstrap")
    pack(binary + b"\n", package)
    cloud.terraform("apply", *SET, "-auto-approve")
    if live_version(cloud) != before:
        raise Failure("an apply shifted traffic")
    after = str(int(before) + 1)
    traffic(cloud, "release", after)
    if changed := changed_aliases(cloud):
        raise Failure(f"an apply without a change would change {changed}")
    cloud.terraform("apply", *SET, "-auto-approve")
    traffic(cloud, "rollback", before)
