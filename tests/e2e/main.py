"""Applies terraform/environments/emulated to an emulated cloud and tests the deployment; `make e2e` calls it.

    main.py [--plugin-dir DIR] [--state DIR]

The packages contain the debug build of the other tests, stripped. All servers listen on 127.0.0.1 and stop with this script.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "local"), str(ROOT / "tests" / "e2e")]

import accounts
import journey
import monitoring
import probe
import releasing
from cloud import Cloud, pack
from processes import Children, Failure
from progress import step
from toolchain import check_port

PREFIX = "bellwether-prod"


def build(children, packages):
    """Writes each function's package, from the build that tests and `make run` use."""
    step("functions")
    children.run(["cargo", "build", "--quiet", "--workspace", "--bins", "--locked"], what="cargo build")
    built = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"
    for name in probe.functions():
        stripped = packages / name / "bootstrap"
        stripped.parent.mkdir(parents=True)
        subprocess.run(["strip", "-o", stripped, built / name], check=True)
        pack(stripped.read_bytes(), packages / name / "bootstrap.zip")
        stripped.unlink()


def applied(children, options, state, packages):
    """Starts an emulated cloud and applies the configuration to it."""
    state.mkdir()
    cloud = Cloud(children, check_port(0, ""), state, options.plugin_dir)
    step("emulated cloud, with roles enforced")
    cloud.start()
    step("terraform apply")
    began = time.monotonic()
    cloud.apply(packages)
    print(f"    {time.monotonic() - began:.0f} s", flush=True)
    return cloud


def run(children, options, state):
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    packages = state / "packages"
    build(children, packages)
    cloud = applied(children, options, state / "cloud", packages)
    api, admin = journey.run(cloud)
    step("alarms, graphs and the page of metrics")
    monitoring.page(api, admin)
    print(f"    {monitoring.compare(cloud)} alarms and graphs read metrics of the functions", flush=True)
    step("a directory of accounts")
    since = accounts.prepare(cloud, api, admin)
    step("a release, an apply after it, and a rollback")
    releasing.run(cloud, packages)
    step("decisions by an alias, corrections, and an erasure with its receipt")
    accounts.use(cloud, api, admin, since)
    step("the permissions of each role")
    wrong, asked = probe.run(cloud, PREFIX)
    if wrong:
        raise Failure("\n".join(wrong))
    print(f"    {asked} calls", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Apply terraform/environments/emulated to an emulated cloud and test it.")
    parser.add_argument("--plugin-dir", default="", help="a filesystem mirror of the provider (default: the network)")
    parser.add_argument("--state", default=".run-e2e", help="folder for logs and state (default: %(default)s)")
    options = parser.parse_args()
    children, code = Children(), 0
    try:
        run(children, options, (ROOT / options.state).resolve())
    except Failure as failure:
        print(failure, file=sys.stderr)
        code = failure.code
    finally:
        left = children.stop()
    return code or bool(left)


if __name__ == "__main__":
    sys.exit(main())
