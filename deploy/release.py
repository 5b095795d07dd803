"""Moves traffic between the versions of the functions: what `make release`, `canary` and `rollback` call.

    release.py canary 10    the newest version answers 10 % of requests, the present one the rest
    release.py release      the newest version answers all
    release.py rollback     during a canary: the present version answers all again;
                            after a release: the version before it does
    release.py show         who answers what

`terraform apply` publishes a version of each function and moves no traffic. Callers reach the alias; this sets
where it leads to. A failure at one function stops there and says so; the same command may be given again.
"""

import argparse

from stack import Stack, fail, run

KEEP = "before"  # how the description of an alias begins that remembers its last version


def newest(functions, name):
    """The number of the newest version, which the last apply has published."""
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    numbers = [int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"]
    return str(max(numbers, default=0))


def canary(functions, alias, to, percent):
    """Give the newest version a share, and the present one what is left."""
    if to == alias["FunctionVersion"]:
        return "has no newer version"
    move(functions, alias, alias["FunctionVersion"], {to: percent / 100})
    return f"version {to} answers {percent} %, version {alias['FunctionVersion']} the rest"


def release(functions, alias, to, _):
    present = alias["FunctionVersion"]
    if to == present and not weights(alias):
        return f"version {to} answers all, as before"
    move(functions, alias, to, {}, before=present if present != to else None)
    return f"version {to} answers all"


def rollback(functions, alias, _, __):
    if weights(alias):
        move(functions, alias, alias["FunctionVersion"], {})
        return f"version {alias['FunctionVersion']} answers all again"
    kind, _, before = alias.get("Description", "").partition(" ")
    if kind != KEEP or not before.isdigit():
        return "has no version to go back to"
    move(functions, alias, before, {}, before=alias["FunctionVersion"])
    return f"version {before} answers all again"


def show(_, alias, to, __):
    shares = ", ".join(f"version {version} {share:.0%}" for version, share in weights(alias).items())
    return f"version {alias['FunctionVersion']}" + (f", but {shares}" if shares else "") + f"; newest {to}"


def weights(alias):
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def move(functions, alias, version, shares, before=None):
    """Set where the alias leads to, unless somebody else has moved it since it was read."""
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
    parser = argparse.ArgumentParser(description="Move traffic between versions of the functions.")
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("percent", type=int, nargs="?", default=10, help="a canary's share, 1 to 99 (default: 10)")
    options = parser.parse_args()
    if not 1 <= options.percent <= 99:
        fail("a canary's share is 1 to 99 percent; all of it is: make release")
    stack = Stack.of_terraform()
    functions = stack.client("lambda")
    for function in stack.functions:
        alias = functions.get_alias(FunctionName=function, Name=stack.alias)
        said = ACTIONS[options.action](functions, alias, newest(functions, function), options.percent)
        print(f"{function}: {said}")


if __name__ == "__main__":
    run(main)
