"""Measures a warm assignment on the local server, compared with a request that does no work.

It needs a running server (`make run`). The functions are debug builds and DynamoDB is emulated, so the times
are valid for a laptop, not for AWS; see docs/PERFORMANCE.md.
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


def median_ms(call):
    times = []
    for number in range(REQUESTS):
        began = time.perf_counter()
        call(number)
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
    baseline = median_ms(lambda _: exchange("DELETE", f"{api.url}/v1/tests"))
    rows = (
        ("a refused method, which does no work", baseline),
        ("an account that the instance has seen", median_ms(lambda _: api.call("POST", path, {"unit_id": "acme.com"}))),
        ("a new account", median_ms(lambda n: api.call("POST", path, {"unit_id": f"{salt}-{n}"}))),
    )
    for name, median in rows:
        print(f"{name:<40}{median:>8.2f} ms{median / baseline:>8.1f} x")


def main():
    parser = argparse.ArgumentParser(description="Measure warm assignments on the local server.")
    parser.add_argument("--state", help="the data folder of the running server (default: .bellwether, or .run of make watch)")
    try:
        run(parser.parse_args().state)
    except ApiError as error:
        sys.exit(f"latency: {error}")


if __name__ == "__main__":
    main()
