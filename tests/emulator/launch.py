"""Start the emulated cloud (ministack) on loopback, with its known gaps closed.

    python launch.py --port 4566 [--region eu-central-1]

`local/run.py` and the end-to-end tests start it with the Python of `.tools/venv`.
It is ready when GET /_ministack/health answers 200, and ends on SIGTERM or SIGINT.

Gaps are closed by patches to the running program, so they hold for one version of
ministack only, and another one is refused. Each patch is a function of its own in
PATCHES; its docstring says what is wrong without it.
"""

import argparse
import importlib.metadata
import os
import socket
import sys

PINNED = "1.5.33"
HOST = "127.0.0.1"


def without_delayed_packets():
    """Answer functions at once.

    The server that functions poll for their next event leaves Nagle's algorithm on,
    which with delayed acknowledgements holds each answer back for 40 ms.
    """
    import socketserver

    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def without_waiting_for_logs():
    """Wait 2 ms, not 50, for a function's first line of log after an invocation.

    The wait is paid in full by every invocation that logs nothing. The three values
    are: wait for the first line, silence that ends it, most time spent; in seconds.
    """
    from ministack.core.lambda_runtime import Worker

    Worker._drain_stderr_bounded.__defaults__ = (0.002, 0.002, 0.250)


PATCHES = (without_delayed_packets, without_waiting_for_logs)


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


def configure(port, region):
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
    )


def main():
    parser = argparse.ArgumentParser(description="Start the emulated cloud on loopback.")
    parser.add_argument("--port", type=int, required=True, help="the one port to listen on")
    parser.add_argument("--region", default="eu-central-1", help="its region (default: %(default)s)")
    options = parser.parse_args()

    check_version()
    check_port(options.port)
    configure(options.port, options.region)
    for patch in PATCHES:
        patch()

    from ministack.app import main as serve

    sys.argv = sys.argv[:1]  # ministack would parse our options as its own
    serve()


if __name__ == "__main__":
    main()
