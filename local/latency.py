"""How long a warm assignment takes through the local server, beside a request that does nothing there.

Against the running server (`make run`). The functions are debug builds and DynamoDB is emulated, so this
says what a laptop feels like, not what AWS does; docs/PERFORMANCE.md has the rest.
"""

import argparse
import pathlib
import statistics
import sys
import time

sys.dont_write_bytecode = True
from api import Api, ApiError, exchange

ROOT = pathlib.Path(__file__).resolve().parent.parent
REQUESTS = 300
TEST = {
    "test_id": "latency",
    "name": "Latency",
    "variants": [{"key": "a", "weight": 5000, "is_control": True}, {"key": "b", "weight": 5000}],
    "goals": [{"key": "g", "kind": "binary", "role": "primary"}],
}


def median_ms(ask):
    times = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        ask(number)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def run(state):
    api = Api.find(state)
    api.sign_in()
    test = api.call("POST", "/v1/tests", TEST)
    if test["status"] != "running":
        api.call("PATCH", "/v1/tests/latency", {"revision": test["revision"], "status": "running"})
    path, salt = "/v1/tests/latency/assignments", time.time_ns()
    api.call("POST", path, {"unit_id": "acme.com"})
    nothing = median_ms(lambda _: exchange("DELETE", f"{api.url}/v1/tests"))
    rows = (
        ("a refused method, which does nothing", nothing),
        ("an account that the instance has seen", median_ms(lambda _: api.call("POST", path, {"unit_id": "acme.com"}))),
        ("an account that is new", median_ms(lambda n: api.call("POST", path, {"unit_id": f"{salt}-{n}"}))),
    )
    for name, median in rows:
        print(f"{name:<40}{median:>8.2f} ms{median / nothing:>8.1f} x")


def main():
    parser = argparse.ArgumentParser(description="Time warm assignments through the local server.")
    parser.add_argument("--state", default=ROOT / ".run", help="the folder of the running server's state (default: .run)")
    try:
        run(parser.parse_args().state)
    except ApiError as error:
        sys.exit(f"latency: {error}")


if __name__ == "__main__":
    main()
