"""Start the emulated cloud (ministack) on loopback, with its known gaps closed.

    python launch.py --port 4566 [--region eu-central-1] [--iam]

`local/run.py` and the end-to-end tests start it with the Python of `.tools/venv`.
It is ready when GET /_ministack/health answers 200, and ends on SIGTERM or SIGINT.

Gaps are closed by patches to the running program, so they hold for one version of
ministack only, and another one is refused. They are in patches.py.
"""

import argparse
import importlib.metadata
import os
import socket
import sys

PINNED = "1.5.33"
HOST = "127.0.0.1"


def check_version():
    """Refuse any ministack but the pinned one: the patches reach into its internals."""
    try:
        found = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"ministack is not installed for {sys.executable}; run: make setup")
    if found != PINNED:
        sys.exit(
            f"ministack {found} is installed, but the patches here fit {PINNED} only; run: make setup "
            f"(to move to {found}, check each patch against it, then change PINNED and local/requirements.txt)"
        )


def check_port(port):
    """Refuse a taken port with one line of our own."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(f"cannot listen on {HOST}:{port}: {error.strerror}; pick another with --port")


def configure(port, region, iam):
    """Set what ministack and the functions it starts read from the environment.

    It reads some of this while being imported, so it comes first. Without BIND_HOST
    it would listen on every interface, and without IOT_MTLS_ENABLED=0 on a second port.
    """
    os.environ.update(
        GATEWAY_PORT=str(port),
        BIND_HOST=HOST,
        IOT_MTLS_ENABLED="0",
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=region,
        AWS_ENDPOINT_URL=f"http://{HOST}:{port}",
        AUTH=str(iam).lower(),
    )


def main():
    parser = argparse.ArgumentParser(description="Start the emulated cloud on loopback.")
    parser.add_argument("--port", type=int, required=True, help="the one port to listen on")
    parser.add_argument("--region", default="eu-central-1", help="its region (default: %(default)s)")
    parser.add_argument("--iam", action="store_true", help="enforce every role's policies; the key `test` is root")
    options = parser.parse_args()

    check_version()
    check_port(options.port)
    configure(options.port, options.region, options.iam)
    from patches import PATCHES

    for patch in PATCHES:
        patch()

    from ministack.app import main as serve

    sys.argv = sys.argv[:1]  # ministack would parse our options as its own
    serve()


if __name__ == "__main__":
    main()
