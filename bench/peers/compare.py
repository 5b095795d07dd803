"""Compares assignments over HTTP by Bellwether with those of other programs; `make bench-peers` calls it.

- bellwether: `bellwether serve` in a release build, with an account in its cache (known) and one that it has to store.
- fastapi: the program in program.py, with the same tokens, bodies and store.
- unleash-edge: evaluates a feature flag for an account. It stores nothing, so only known accounts are compared. It is
  measured if UNLEASH_EDGE is the path of its binary.

Each server has one core for itself while it is measured, and is idle otherwise. All other cores are for the load and the
store. The servers take turns in rounds (ROUNDS=5), each under load for SECONDS=5, so that a change in speed affects all
of them. Exits with 1 if a request fails. A missed target is printed, and does not affect the exit code.
"""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "local"))
import edge
import peers
import report
from api import ApiError
from measure import KNOWN, Failed, Figures, interval, peak_mebibytes

NAMES = ("bellwether", "fastapi", "unleash-edge")
BUILT = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"


def cores():
    """Returns the core of the measured server, and the other cores."""
    for tool in ("taskset", "wrk"):
        if not shutil.which(tool):
            raise Failed(f"{tool} is not on PATH; Debian: apt-get install util-linux wrk")
    *others, own = sorted(os.sched_getaffinity(0))
    if not others:
        raise Failed("the comparison takes two cores: one for the server, and one for the load and the store")
    return str(own), ",".join(map(str, others))


def check(peer):
    """Raises Failed unless an account keeps its variant and its second assignment is not a new one."""
    first, second = peer.ask("first.example"), peer.ask("first.example")
    if (first["new"], second["new"]) != (True, False) or first["variant"] != second["variant"]:
        raise Failed(f"{peer.name} does not keep an assignment: {first}, then {second}")


def measure(servers, sign_in, store, others, rounds, seconds):
    """Returns the figures of each round by server and case."""
    measured: dict[tuple[str, str], list[Figures]] = {}
    for number in range(rounds):
        for case in ("new", "known"):
            for peer in servers:
                if case == "new" and peer.name == "unleash-edge":
                    continue
                print(f"round {number + 1} of {rounds}: {peer.name}, {case} account", file=sys.stderr, flush=True)
                if peer.name != "unleash-edge":
                    peer.token = sign_in()
                figures = interval(peer, store, case == "known", seconds, others)
                measured.setdefault((peer.name, case), []).append(figures)
    return measured


def run(rounds, seconds):
    own, others = cores()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bellwether-peers-")))
        store, dynamodb = stack.enter_context(peers.store(BUILT / "bellwether-bench-store", others, folder))
        bellwether, issuer, sign_in = stack.enter_context(peers.bellwether(BUILT / "bellwether", own, folder, dynamodb))
        servers = [bellwether, stack.enter_context(peers.fastapi(own, folder, dynamodb, issuer))]
        for peer in servers:
            peer.token = sign_in()
            check(peer)
        if binary := os.environ.get("UNLEASH_EDGE"):
            servers.append(stack.enter_context(edge.started(binary, own, folder)))
        measured = measure(servers, sign_in, store, others, rounds, seconds)
        memory = {peer.name: peak_mebibytes(peer.pid) for peer in servers}
    print(f"{rounds} rounds of {seconds} s: median (least to greatest); core {own} for the server, {others} for the rest")
    print(f"{KNOWN} known accounts\n")
    print(report.table(NAMES, measured, memory), report.verdicts(measured, memory), sep="\n\n")


if __name__ == "__main__":
    try:
        run(int(os.environ.get("ROUNDS", "5")), int(os.environ.get("SECONDS", "5")))
    except (Failed, ApiError) as error:
        sys.exit(f"bench-peers: {error}")
