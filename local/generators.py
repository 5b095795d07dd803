"""Generate clients from openapi.yaml and check that they are whole: what `make generators` calls.

openapi-python-client and openapi-typescript read the contract as users would read it, with their usual
settings. Each must produce every operation of the contract, without a warning, and a field that has a
default in the API must stay optional in a request. Python's part needs no Node.js; TypeScript's part does.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
from processes import ROOT, Children, Failure
from progress import step
from toolchain import check_tools, set_up

VENV = ROOT / ".tools" / "generators-venv"
REQUIREMENTS = ROOT / "local" / "requirements-generators.txt"
NODE = ROOT / ".tools" / "generators"
CONTRACT = ROOT / "openapi.yaml"

# Runs in the generator's environment, which has what the client needs: lists the operations of the client,
# and checks that requests read and write what they are given and nothing else.
CHECK = """
import importlib, json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import bellwether_client.api as api, bellwether_client.models as models
found = []
for module in pkgutil.walk_packages(api.__path__, "bellwether_client.api."):
    if not module.ispkg and hasattr(importlib.import_module(module.name), "sync_detailed"):
        found.append(module.name.rsplit(".", 1)[1])
for name, body in json.loads(sys.argv[2]).items():
    again = getattr(models, name).from_dict(body).to_dict()
    assert again == body, f"{name}: {again} instead of {body}"
print(json.dumps(found))
"""

REQUESTS = {
    "NewTest": {
        "test_id": "pricing-page",
        "name": "Pricing page",
        "variants": [{"key": "control", "weight": 5000, "is_control": True}, {"key": "calculator", "weight": 5000}],
        "goals": [{"key": "demo-booked", "kind": "binary"}],
    },
    "Unit": {"unit_id": "acme.com"},
    "Conversion": {"unit_id": "acme.com", "goal": "demo-booked", "event_id": "crm-991"},
}


def run(what, command, cwd=None):
    """Run a command that prints little; its output, or a Failure with it."""
    result = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Failure(f"{what} failed:\n{result.stdout[-4000:]}{result.stderr[-4000:]}")
    return result.stdout + result.stderr


def operations():
    """The operation ids of the contract."""
    found = re.findall(r"^      operationId: (\S+)$", CONTRACT.read_text(), re.MULTILINE)
    if len(set(found)) != len(found) or not found:
        raise Failure("openapi.yaml has no operation ids, or one of them twice")
    return set(found)


def compare(generator, found, wanted):
    """Fail unless a generator has produced exactly the operations of the contract."""
    if found != wanted:
        raise Failure(f"{generator} leaves out {sorted(wanted - found)} and adds {sorted(found - wanted)}")
    step(f"{generator}: {len(found)} of {len(wanted)} operations")


def python(folder, wanted):
    """Generate the Python client, import it and count its operations."""
    target = folder / "python"
    command = [VENV / "bin" / "openapi-python-client", "generate", "--path", CONTRACT, "--output-path", target]
    printed = run("openapi-python-client", command)
    complaint = re.search(r"^(WARNING|ERROR|Unable to).*", printed, re.MULTILINE)
    if complaint:
        raise Failure(f"openapi-python-client does not read all of openapi.yaml:\n{printed}")
    printed = run("the generated Python client", [VENV / "bin" / "python", "-c", CHECK, target, json.dumps(REQUESTS)])
    names = {name.replace("-", "_"): name for name in wanted}
    compare("openapi-python-client", {names.get(name, name) for name in json.loads(printed)}, wanted)


def typescript(folder, wanted):
    """Generate the TypeScript types, count their operations and compile requests against them."""
    generated = folder / "contract.d.ts"
    run("openapi-typescript", [NODE / "node_modules" / ".bin" / "openapi-typescript", CONTRACT, "--output", generated])
    block = re.search(r"^export interface operations \{\n(.*?)^\}", generated.read_text(), re.MULTILINE | re.DOTALL)
    found = set(re.findall(r'^    "?([\w-]+)"?: \{$', block[1] if block else "", re.MULTILINE))
    compare("openapi-typescript", found, wanted)
    shutil.copy(ROOT / "local" / "generators" / "requests.ts", folder)
    compiler = NODE / "node_modules" / ".bin" / "tsc"
    run("compiling requests", [compiler, "--noEmit", "--strict", folder / "requests.ts"], cwd=NODE)


def main():
    children = Children()
    try:
        check_tools()
        set_up(children, VENV, REQUIREMENTS, "they take 90 MB")
        wanted = operations()
        with tempfile.TemporaryDirectory() as folder:
            python(Path(folder), wanted)
            if (NODE / "node_modules").exists():
                typescript(Path(folder), wanted)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    finally:
        children.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
