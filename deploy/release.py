"""Shifts traffic between the versions of the functions; `make release`, `canary`, `cancel` and `rollback` call it.

    release.py canary 10    the newest version gets 10 % of requests, the current version the rest
    release.py cancel       ends a canary: the current version gets all requests again
    release.py release      the newest version gets all requests
    release.py rollback     during a canary: ends it;
                            after a release: the functions that it changed go back to their previous versions
    release.py show         prints the share of each version

`terraform apply` publishes a version of each changed function and shifts no traffic. Callers use the alias, and this script
sets the version that the alias points to. If it fails at one function, it stops there and reports the error; run the same
command again.
"""

import argparse
import dataclasses
import hashlib
import json
import time

from stack import Stack, fail, run

KEEP = "before"  # the prefix of an alias's description that stores its previous version and the release


@dataclasses.dataclass
class Function:
    """A function's alias as it was read, and the number of its newest version."""

    name: str
    alias: dict
    newest: str

    @property
    def current(self):
        return self.alias["FunctionVersion"]

    @property
    def weights(self):
        return self.alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    @property
    def previous(self):
        """The version before the function's last release, or ""."""
        kind, _, rest = self.alias.get("Description", "").partition(" ")
        version = rest.partition(" ")[0]
        return version if kind == KEEP and version.isdigit() else ""

    @property
    def released(self):
        """The function's last release, as `started` names it, or ""."""
        return self.alias.get("Description", "").partition(" ")[2].partition(" ")[2] if self.previous else ""


def newest(functions, name):
    """Returns the number of the newest version, which the last apply published."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
    return str(max(numbers, default=0))


def digest(all_functions):
    """Identifies a release by the newest versions of all functions, so that a repeated command continues it."""
    versions = json.dumps({each.name: each.newest for each in all_functions}, sort_keys=True)
    return hashlib.sha256(versions.encode()).hexdigest()[:12]


def started(all_functions):
    """Returns the name of the release of the newest versions: the time when it began, and its digest."""
    own = digest(all_functions)
    known = [each.released for each in all_functions if each.released.endswith(f"-{own}")]
    return max(known, default=f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{own}")


@dataclasses.dataclass
class Plan:
    """What a command applies to all functions: a canary's share in percent, the functions, and the release's name."""

    percent: int
    functions: list[Function]
    release: str


def canary(functions, each, plan):
    """Gives the newest version a share of the requests, and the current version the rest."""
    if each.newest == each.current:
        return "has no newer version"
    move(functions, each, each.current, {each.newest: plan.percent / 100})
    return f"version {each.newest} gets {plan.percent} %, version {each.current} the rest"


def cancel(functions, each, _):
    if not each.weights:
        return "has no canary"
    move(functions, each, each.current, {})
    return f"version {each.current} gets all requests again"


def release(functions, each, plan):
    if each.newest == each.current and not each.weights:
        return f"version {each.newest} gets all requests, as before"
    move(functions, each, each.newest, {}, f"{KEEP} {each.current} {plan.release}")
    return f"version {each.newest} gets all requests"


def rollback(functions, each, plan):
    """Ends a canary and takes back a partly completed release; without a canary, takes back the last release."""
    if each.weights:
        return cancel(functions, each, plan)
    is_canary = any(other.weights for other in plan.functions)
    last = plan.release if is_canary else max(other.released for other in plan.functions)
    if not each.previous or each.released != last:
        return "is not part of the last release"
    move(functions, each, each.previous, {}, f"{KEEP} {each.current} {each.released}".strip())
    return f"version {each.previous} gets all requests again"


def show(_, each, __):
    shares = ", ".join(f"version {version} {share:.0%}" for version, share in each.weights.items())
    return f"version {each.current}" + (f", but {shares}" if shares else "") + f"; newest {each.newest}"


def move(functions, each, version, shares, description=None):
    """Points the alias to a version, unless the alias has changed since it was read."""
    functions.update_alias(
        FunctionName=each.name,
        Name=each.alias["Name"],
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": shares},
        RevisionId=each.alias["RevisionId"],
        **({"Description": description} if description else {}),
    )


ACTIONS = {"canary": canary, "cancel": cancel, "release": release, "rollback": rollback, "show": show}


def main():
    parser = argparse.ArgumentParser(description="Shift traffic between versions of the functions.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("percent", type=int, nargs="?", default=10, help="a canary's share, 1 to 99 (default: 10)")
    options = parser.parse_args()
    if not 1 <= options.percent <= 99:
        fail("a canary's share is 1 to 99 percent; for all requests, run: make release")
    stack = Stack.of_terraform()
    functions = stack.client("lambda")
    found = [
        Function(name, functions.get_alias(FunctionName=name, Name=stack.alias), newest(functions, name))
        for name in stack.functions
    ]
    plan = Plan(options.percent, found, started(found))
    for each in found:
        print(f"{each.name}: {ACTIONS[options.action](functions, each, plan)}", flush=True)


if __name__ == "__main__":
    run(main)
