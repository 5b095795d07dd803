"""Shifts traffic between the versions of the functions; `make release`, `canary` and `rollback` call it.

    release.py canary 10    the newest version gets 10 % of requests, the current version the rest
    release.py release      the newest version gets all requests
    release.py rollback     during a canary: the current version gets all requests again;
                            after a release: the previous version does
    release.py show         prints the share of each version

`terraform apply` publishes a version of each function and shifts no traffic. Callers use the alias, and this script sets
the version that the alias points to. If it fails at one function, it stops there and reports the error; run the same
command again.
"""

import argparse

from stack import Stack, fail, run

KEEP = "before"  # the prefix of an alias's description that stores its previous version


def newest(functions, name):
    """Returns the number of the newest version, which the last apply published."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
    return str(max(numbers, default=0))


def canary(functions, alias, to, percent):
    """Gives the newest version a share of the requests, and the current version the rest."""
    if to == alias["FunctionVersion"]:
        return "has no newer version"
    move(functions, alias, alias["FunctionVersion"], {to: percent / 100})
    return f"version {to} gets {percent} %, version {alias['FunctionVersion']} the rest"


def release(functions, alias, to, _):
    current = alias["FunctionVersion"]
    if to == current and not weights(alias):
        return f"version {to} gets all requests, as before"
    move(functions, alias, to, {}, before=current if current != to else None)
    return f"version {to} gets all requests"


def rollback(functions, alias, _, __):
    if weights(alias):
        move(functions, alias, alias["FunctionVersion"], {})
        return f"version {alias['FunctionVersion']} gets all requests again"
    kind, _, before = alias.get("Description", "").partition(" ")
    if kind != KEEP or not before.isdigit():
        return "has no previous version to roll back to"
    move(functions, alias, before, {}, before=alias["FunctionVersion"])
    return f"version {before} gets all requests again"


def show(_, alias, to, __):
    shares = ", ".join(f"version {version} {share:.0%}" for version, share in weights(alias).items())
    return f"version {alias['FunctionVersion']}" + (f", but {shares}" if shares else "") + f"; newest {to}"


def weights(alias):
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def move(functions, alias, version, shares, before=None):
    """Points the alias to a version, unless the alias has changed since it was read."""
    functions.update_alias(
        FunctionName=alias["AliasArn"].rsplit(":", 1)[0],
        Name=alias["Name"],
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": shares},
        RevisionId=alias["RevisionId"],
        **({"Description": f"{KEEP} {before}"} if before else {}),
    )


ACTIONS = {"canary": canary, "release": release, "rollback": rollback, "show": show}


def main():
    parser = argparse.ArgumentParser(description="Shift traffic between versions of the functions.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("percent", type=int, nargs="?", default=10, help="a canary's share, 1 to 99 (default: 10)")
    options = parser.parse_args()
    if not 1 <= options.percent <= 99:
        fail("a canary's share is 1 to 99 percent; for all requests, run: make release")
    stack = Stack.of_terraform()
    functions = stack.client("lambda")
    for function in stack.functions:
        alias = functions.get_alias(FunctionName=function, Name=stack.alias)
        outcome = ACTIONS[options.action](functions, alias, newest(functions, function), options.percent)
        print(f"{function}: {outcome}")


if __name__ == "__main__":
    run(main)
