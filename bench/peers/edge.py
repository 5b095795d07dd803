"""unleash-edge in offline mode, with one feature flag that has two variants of the same weight."""

import contextlib
import json
import os
import secrets

from api import exchange
from measure import Failed
from peers import TEST, Peer, free_port, printed, process

BODY = '{"userId": "%s", "properties": {"industry": "software", "employees": "900"}}'
FEATURE = {
    "name": TEST,
    "type": "experiment",
    "enabled": True,
    "project": "default",
    "strategies": [
        {"name": "flexibleRollout", "parameters": {"rollout": "100", "stickiness": "userId", "groupId": TEST}},
    ],
    "variants": [
        {"name": name, "weight": 500, "weightType": "variable", "stickiness": "userId"} for name in ("control", "calculator")
    ],
}


@contextlib.contextmanager
def started(binary, cores, folder):
    """Starts the binary on loopback. Its tokens are compared with a list, not verified by a signature."""
    log, port, token = folder / "edge.log", free_port(), f"*:development.{secrets.token_hex(32)}"
    features = folder / "features.json"
    features.write_text(json.dumps({"version": 2, "features": [FEATURE]}))
    options = ["--interface", "127.0.0.1", "--port", str(port)]
    offline = ["offline", "--bootstrap-file", str(features)]
    environment = {**os.environ, "CLIENT_TOKENS": token, "FRONTEND_TOKENS": token}
    with process([binary, *options, *offline], cores, log, environment) as edge:
        printed(edge, log, lambda text: "listening" in text)
        peer = Peer("unleash-edge", edge.pid, f"http://127.0.0.1:{port}/api/frontend/features/{TEST}", token, BODY)
        variants = {variant(peer, number) for number in range(100)}
        if variants != {"control", "calculator"}:
            raise Failed(f"unleash-edge does not use both variants: {variants}")
        yield peer


def variant(peer, number):
    context = json.loads(peer.body % f"known-{number:08d}.example")
    status, _, answer = exchange("POST", peer.url, context, {"authorization": peer.token})
    if status != 200:
        raise Failed(f"unleash-edge answered with status {status}: {answer}")
    return answer["variant"]["name"]
