"""Where Terraform's AWS provider comes from: what `make tf-check` and `make e2e` ask first.

    provider.py [DIR]

Prints the folder to hand to `terraform init -plugin-dir`, or nothing when the network is to be used. When the provider
is nowhere, or Terraform is not there, it says so in one line and ends with 1. DIR is taken as it is.
"""

import glob
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = "registry.terraform.io/hashicorp/aws"
USUAL = [
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
]


class Missing(Exception):
    """Why nothing can be applied here, in one line."""


def pattern():
    """The path of the locked version for this machine below a mirror's root."""
    (version,) = re.findall(r'version\s+= "([0-9.]+)"', (ROOT / "terraform" / ".terraform.lock.hcl").read_text())
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{SOURCE}/{version}/{platform.system().lower()}_{machine}/terraform-provider-aws*"


def find():
    """The root of a mirror, or "" for the network; Missing when there is neither."""
    if not shutil.which("terraform"):
        raise Missing("terraform is not on PATH")
    wanted = pattern()
    for root in map(os.path.expanduser, USUAL):
        if glob.glob(f"{root}/{wanted}"):
            return root
    if reachable():
        return ""
    found = on_disk(wanted)
    if not found:
        raise Missing(
            f"the AWS provider ({wanted.split('/')[3]}) is neither on disk nor reachable; PLUGIN_DIR=<mirror> names one"
        )
    return found


def reachable():
    try:
        urllib.request.urlopen(f"https://{SOURCE.split('/')[0]}/.well-known/terraform.json", timeout=5).close()
    except (OSError, urllib.error.URLError):
        return False
    return True


def on_disk(wanted):
    """The root of a mirror anywhere on this machine's own disk."""
    search = ["find", "/", "-xdev", "-path", f"*/{wanted}", "-not", "-path", "*/.terraform/*", "-print", "-quit"]
    try:
        told = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return told.split(f"/{SOURCE}/")[0] if told else ""


def main():
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        print(given or find())
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
