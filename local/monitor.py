"""Runs Prometheus and Alertmanager for the running server, on loopback; `make monitor` calls it.

It signs in as the admin, adds an API client that may only read metrics, and writes a copy of
monitoring/prometheus/prometheus.yml with this server's address and shorter times. The client's secret is in a separate
file, in a temporary folder that only its owner can read. At the end, it stops both servers, disables the client and deletes
the folder. Other scripts use the class `Monitoring`.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.dont_write_bytecode = True
import yaml  # from local/requirements.txt

from api import Api, ApiError, exchange
from processes import ROOT, Children, Failure
from progress import step
from prometheus import prefix, programs
from servers import clean_environment, wait_for, write_private
from toolchain import check_port

SETTINGS = ROOT / "monitoring"
RULES = SETTINGS / "prometheus" / "rules"
ENVIRONMENT = "local"
OTHER = "--port or --alertmanager-port (0 selects a free port)"
PATIENCE = 30  # seconds for a server to be ready


class Monitoring:
    """Prometheus and Alertmanager for one server, as a context manager."""

    def __init__(self, api, interval, ports=(0, None), rules=pathlib.Path.read_text):
        """Takes a signed-in `api`, an `interval` in seconds, and a function `rules` that returns a rule file's text.

        Port 0 selects a free port. Without a second port, no Alertmanager is started.
        """
        self.api, self.interval, self.rules = api, interval, rules
        self.url, self.alertmanager = (None if port is None else f"http://127.0.0.1:{check_port(port, OTHER)}" for port in ports)
        self.children: Children
        self.folder: pathlib.Path
        self.client: dict = {}  # the API client of Prometheus, once it is created

    def __enter__(self):
        tools = programs()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bellwether-monitor-"))
        self.children = Children()
        try:
            self.client = self.api.call("POST", "/v1/clients", {"name": "Prometheus", "scopes": ["metrics:read"]})
            write_private(self.folder / "secret", self.client.pop("client_secret"))
            if self.alertmanager:
                command = [*prefix(tools["alertmanager"]), str(tools["alertmanager"]), "--cluster.listen-address="]
                self._start("Alertmanager", command, self.alertmanager, self._alertmanager())
            self._start("Prometheus", [str(tools["prometheus"])], self.url, self._prometheus())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._end()
        if self.client:
            change = {"revision": self.client["revision"], "disabled": True}
            with contextlib.suppress(ApiError):  # a server that has stopped no longer has it
                self.api.call("PATCH", f"/v1/clients/{self.client['client_id']}", change)
        shutil.rmtree(self.folder)

    def _end(self):
        """Stops the two servers only, because the caller may have other processes."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for _, process, _ in self.children.servers:
                process.send_signal(number)  # has no effect on a stopped process
            for _, process, _ in self.children.servers:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=PATIENCE)

    def query(self, expression):
        """Returns the current series of an expression; a Failure if Prometheus refuses it."""
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
        answer = exchange("GET", url)[2] or {}
        if answer.get("status") != "success":
            raise Failure(f"Prometheus refuses {expression!r}: {answer.get('error', 'no response')}")
        return answer["data"]["result"]

    def wait_until_read(self, seconds):
        """Waits for the first successful scrape; a Failure with Prometheus' own error if there is none."""
        deadline, reason = time.monotonic() + seconds, "no scrape yet"
        while time.monotonic() < deadline:
            self.children.check()
            targets = exchange("GET", f"{self.url}/api/v1/targets")[2]["data"]["activeTargets"]
            if [target["health"] for target in targets] == ["up"]:
                return
            reason = next((target["lastError"] for target in targets if target["lastError"]), reason)
            time.sleep(0.2)
        raise Failure(f"Prometheus cannot read {self.api.url}/v1/metrics: {reason}")

    def _start(self, name, command, url, settings):
        """Starts one server with its own data folder, and waits until it is ready."""
        key = name.lower()
        path = self.folder / f"{key}.yml"
        write_private(path, json.dumps(settings))  # JSON is YAML
        data = "--storage.tsdb.path" if key == "prometheus" else "--storage.path"
        address = urllib.parse.urlsplit(url).netloc
        options = [f"--config.file={path}", f"{data}={self.folder / key}", f"--web.listen-address={address}", "--log.level=warn"]
        self.children.serve(name, [*command, *options], clean_environment(), self.folder / f"{key}.log")
        wait_for(self.children, f"{url}/-/ready", lambda status: status == 200, PATIENCE)

    def _alertmanager(self):
        """Returns Alertmanager's configuration with receivers that send nothing. Alerts are visible in the browser."""
        settings = yaml.safe_load((SETTINGS / "alertmanager" / "alertmanager.yml").read_text())
        settings["receivers"] = [{"name": receiver["name"]} for receiver in settings["receivers"]]
        return settings

    def _prometheus(self):
        """Returns Prometheus' configuration with the addresses and times of this machine."""
        settings = yaml.safe_load((SETTINGS / "prometheus" / "prometheus.yml").read_text())
        every, server = f"{self.interval}s", urllib.parse.urlsplit(self.api.url)
        settings["global"] = {"scrape_interval": every, "evaluation_interval": every}
        (self.folder / "rules").mkdir()
        for path in RULES.glob("*.yml"):
            (self.folder / "rules" / path.name).write_text(self.rules(path))
        targets = [urllib.parse.urlsplit(self.alertmanager).netloc] if self.alertmanager else []
        settings["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": targets}]}]
        (job,) = settings["scrape_configs"]
        job |= {"scheme": server.scheme, "scrape_timeout": every}
        job["static_configs"] = [{"targets": [server.netloc], "labels": {"environment": ENVIRONMENT}}]
        job["oauth2"] |= {
            "client_id": self.client["client_id"],
            "client_secret_file": str(self.folder / "secret"),
            "token_url": f"{self.api.url}/v1/oauth/token",
        }
        return settings


def run(options):
    api = Api.find(options.state)
    step(f"signing in at {api.url}")
    api.sign_in()
    with Monitoring(api, options.interval, (options.port, options.alertmanager_port)) as monitoring:
        monitoring.wait_until_read(PATIENCE)
        step(f"ready: reading {api.url}/v1/metrics every {options.interval} s (Ctrl-C stops it)")
        print(
            f"\nPrometheus    {monitoring.url}\nAlertmanager  {monitoring.alertmanager}\n\n"
            f"Alerts: {monitoring.url}/alerts. monitoring/README.md describes each alert and Grafana's dashboards.\n",
            flush=True,
        )
        while True:
            monitoring.children.check()
            time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser(description="Run Prometheus and Alertmanager for the running server.")
    parser.add_argument("--state", help="the data folder of the running server (default: .bellwether, or .run of make watch)")
    parser.add_argument("--interval", type=int, default=5, help="seconds between two scrapes (default: %(default)s)")
    parser.add_argument("--port", type=int, default=9090, help="port of Prometheus (default: %(default)s)")
    parser.add_argument("--alertmanager-port", type=int, default=9093, help="port of Alertmanager (default: %(default)s)")
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell may have started this with SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        run(parser.parse_args())
    except (Failure, ApiError) as failure:
        print(f"monitor: {failure}", file=sys.stderr)
        return getattr(failure, "code", 1)
    except KeyboardInterrupt:
        step("stopped")
        return 0


if __name__ == "__main__":
    sys.exit(main())
