"""Checks that the receiver `result` posts to Slack: starts Alertmanager with its configuration and a webhook on this machine.

Only the URL is filled in, as an operator does. The alert is sent to Alertmanager's API, as Prometheus does.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import typing
import urllib.request

import yaml  # from local/requirements.txt

from files import MONITORING, ROOT

sys.path.insert(0, str(ROOT / "local"))
from prometheus import prefix
from servers import clean_environment
from toolchain import check_port

ALERT = {
    "labels": {
        "alertname": "TestDecided",
        "severity": "result",
        "environment": "prod",
        "workspace": "acme",
        "test": "pricing-page",
    },
    "annotations": {"summary": "pricing-page in acme is decided: ship", "description": "Read the results of the test."},
}
PATIENCE = 60


class Webhook(http.server.BaseHTTPRequestHandler):
    """Records what is posted."""

    posted: typing.ClassVar[list[dict]] = []

    def do_POST(self):
        self.posted.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format, *args):
        """Prints nothing."""


def settings(folder, webhook):
    """Returns the configuration with the file of the URL in `folder`, and without delay."""
    config = yaml.safe_load((MONITORING / "alertmanager" / "alertmanager.yml").read_text())
    config["route"]["group_wait"] = "1s"
    (slack,) = (receiver for receiver in config["receivers"] if "slack_configs" in receiver)
    path = folder / pathlib.Path(slack["slack_configs"][0]["api_url_file"]).name
    path.write_text(webhook)
    slack["slack_configs"][0]["api_url_file"] = str(path)
    return config


def send(url):
    """Sends the alert as soon as Alertmanager accepts it."""
    request = urllib.request.Request(url, json.dumps([ALERT]).encode(), {"content-type": "application/json"})
    for _ in range(PATIENCE * 5):
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            time.sleep(0.2)


def check(alertmanager):
    """Yields a line if the alert does not arrive at the webhook as it should."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        folder, address = pathlib.Path(name), f"127.0.0.1:{check_port(0, '')}"
        config = folder / "alertmanager.yml"
        config.write_text(json.dumps(settings(folder, f"http://127.0.0.1:{server.server_port}/services/hook")))  # JSON is YAML
        command = [*prefix(alertmanager), str(alertmanager), "--cluster.listen-address=", f"--web.listen-address={address}"]
        options = [f"--config.file={config}", f"--storage.path={folder / 'data'}", "--log.level=warn"]
        process = subprocess.Popen([*command, *options], env=clean_environment())
        try:
            send(f"http://{address}/api/v2/alerts")
            deadline = time.monotonic() + PATIENCE
            while not Webhook.posted and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)
            server.shutdown()
    texts = [(item["title"], item["text"]) for message in Webhook.posted for item in message["attachments"]]
    expected = (ALERT["annotations"]["summary"], ALERT["annotations"]["description"])
    if texts != [expected]:
        yield f"Slack received {texts} and should have received {[expected]}"
