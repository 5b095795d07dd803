"""Starts the emulated cloud (ministack) on loopback, with patches for its known gaps.

    python launch.py --port 4566 [--region eu-central-1] [--iam]

`local/run.py` and the end-to-end tests start it with the Python in `.tools/venv`.
It is ready when GET /_ministack/health returns 200, and stops on SIGTERM or SIGINT.

The patches in patches.py change the running program, so they are valid for one version
of ministack only. Other versions are refused.
"""

import argparse
import importlib.metadata
import os
import socket
import sys

PINNED = "1.5.33"
HOST = "127.0.0.1"


def check_version():
    """Exits unless ministack has the pinned version, because the patches change its internals."""
    try:
        found = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        sys.exit(f"ministack is not installed for {sys.executable}; run: make setup")
    if found != PINNED:
        sys.exit(
            f"ministack {found} is installed, but the patches require {PINNED}; run: make setup "
            f"(to upgrade to {found}, check each patch against it, then change PINNED and local/requirements.txt)"
        )


def check_port(port):
    """Exits with one line if the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            sys.exit(f"cannot listen on {HOST}:{port}: {error.strerror}; pick another with --port")


def configure(port, region, iam):
    """Sets the environment variables that ministack and its functions read.

    Call it before ministack is imported, because the import reads some of them. Without BIND_HOST, ministack
    would listen on every interface, and without IOT_MTLS_ENABLED=0 on a second port.
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
    parser.add_argument("--port", type=int, required=True, help="the port to listen on")
    parser.add_argument("--region", default="eu-central-1", help="the AWS region (default: %(default)s)")
    parser.add_argument("--iam", action="store_true", help="enforce the policies of roles; the key `test` is root")
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
