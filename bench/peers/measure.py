"""What is measured of a server: requests per second under the load of wrk, and its CPU time and memory from /proc."""

import dataclasses
import json
import os
import pathlib
import subprocess
import uuid

FOLDER = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 16
KNOWN = 200  # accounts
WARM_UP = 1  # seconds, and longer until every known account has been assigned
TICKS = os.sysconf("SC_CLK_TCK")  # per second


class Failed(Exception):
    """A request that was not answered as it must be, or a program that does not work."""


@dataclasses.dataclass
class Figures:
    """One interval of load. Times are in microseconds."""

    rate: float  # requests per second
    cpu: float  # of the server, per request
    busy: float  # the server's share of its core
    store: float  # CPU time of the store, per request
    median: float  # of the response time
    slowest: float  # hundredth of the response times


def cpu_seconds(pid):
    """User and system time of all threads of a process (proc_pid_stat(5), fields 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mebibytes(pid):
    """Peak resident memory: VmHWM of proc_pid_status(5). It includes the pages of the program's file."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def interval(peer, store, known, seconds, cores):
    """Loads a server for that many seconds after a warm-up, with known accounts or with new ones."""
    warm_up = WARM_UP
    while load(peer, known, warm_up, cores)["requests"] < KNOWN:
        warm_up *= 2
    before = cpu_seconds(peer.pid), cpu_seconds(store)
    done = load(peer, known, seconds, cores)
    used = [after - earlier for after, earlier in zip((cpu_seconds(peer.pid), cpu_seconds(store)), before, strict=True)]
    took, requests = done["microseconds"] / 1e6, done["requests"]
    cpu, of_store = (seconds / requests * 1e6 for seconds in used)
    return Figures(requests / took, cpu, used[0] / took, of_store, done["median"], done["slowest_hundredth"])


def load(peer, known, seconds, cores):
    """Runs wrk. Raises Failed unless every request was answered with a status below 400."""
    command = ["taskset", "-c", cores, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "5s"]
    command += ["-s", str(FOLDER / "assign.lua"), peer.url, "--", str(KNOWN if known else 0), uuid.uuid4().hex[:12]]
    environment = {**os.environ, "TOKEN": peer.token, "BODY": peer.body}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise Failed(f"wrk does not work ({error}); Debian: apt-get install wrk") from error
    line = json.loads(done.stdout.splitlines()[-1])
    if line["failed"] or not line["requests"]:
        raise Failed(f"{peer.name}: {line['failed']} of {line['requests']} requests failed; see the server's log")
    return line
