"""Finds Terraform's AWS provider; `make tf-check` and `make e2e` call it first.

    provider.py [DIR]

Prints the folder for `terraform init -plugin-dir`, or nothing if the network provides it. If neither the provider nor
Terraform is available, it prints one line and exits with 1. DIR is printed unchanged.
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
LOCK = ROOT / "terraform" / "environments" / "aws" / ".terraform.lock.hcl"
SOURCE = "registry.terraform.io/hashicorp/aws"
USUAL = [
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
]


class Missing(Exception):
    """The reason, in one line, why Terraform or its provider is not available."""


def pattern():
    """Returns the path, below a mirror's root, of the locked version for this machine."""
    (version,) = re.findall(r'version\s+= "([0-9.]+)"', LOCK.read_text())
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{SOURCE}/{version}/{platform.system().lower()}_{machine}/terraform-provider-aws*"


def find():
    """Returns the root of a mirror, or "" for the network. Raises Missing if neither is available."""
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
        raise Missing(f"the AWS provider ({wanted.split('/')[3]}) is neither on disk nor reachable; set PLUGIN_DIR=<mirror>")
    return found


def reachable():
    try:
        urllib.request.urlopen(f"https://{SOURCE.split('/')[0]}/.well-known/terraform.json", timeout=5).close()
    except (OSError, urllib.error.URLError):
        return False
    return True


def on_disk(wanted):
    """Searches this machine's disk for a mirror; returns its root, or ""."""
    search = ["find", "/", "-xdev", "-path", f"*/{wanted}", "-not", "-path", "*/.terraform/*", "-print", "-quit"]
    try:
        found = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=300).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found.split(f"/{SOURCE}/")[0] if found else ""


def main():
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        print(given or find())
    except Missing as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    main()
