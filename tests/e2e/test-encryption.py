#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption at rest of a real hub: on and off on a full store, killed on the way, with a real keyring unlocked, locked
and gone, without a hub, and with everything that reads or writes the store."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowtest import FLOWCTL, PATIENCE, Skip, run, wait_until  # noqa: E402

KEY = "privacy.encrypt-sensitive-data"
CANARY = b"canary"
TRACES = 60


def spans(trace, count=100):
    """A request of one trace whose every text is a canary."""
    return {"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "canary-service"}}]},
        "scopeSpans": [{"spans": [{
            "traceId": f"{trace:032x}", "spanId": f"{number:016x}", "name": f"canary-{trace}", "kind": 1,
            "startTimeUnixNano": str(1_790_000_000_000_000_000 + trace * 1000 + number),
            "endTimeUnixNano": str(1_790_000_000_000_900_000 + trace * 1000 + number),
            "attributes": [{"key": "canary-key", "value": {"stringValue": f"canary-value-{trace}-{number}"}}],
        } for number in range(1, count + 1)]}],
    }]}


def post(hub, trace):
    """Send a trace; the status and what the hub says."""
    request = urllib.request.Request(hub.otlp + "/v1/traces", json.dumps(spans(trace)).encode(),
                                     {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        assert error.status != 503 or error.headers["Retry-After"], error.headers
        return error.status, json.load(error)["message"]


def fill(hub, count=TRACES):
    for trace in range(1, count + 1):
        assert post(hub, trace)[0] == 200


def encryption(place):
    return place.json("status")["encryption"]


def canaries(place):
    """How often the canary stands in the files of the database."""
    found = 0
    for name in os.listdir(place.data_dir):
        if name.startswith("flowscope.db"):
            with open(os.path.join(place.data_dir, name), "rb") as stream:
                found += stream.read().count(CANARY)
    return found


def check_complete(place, count=TRACES):
    traces = place.json("traces", "--limit", "1000")
    assert len(traces) == count, len(traces)
    assert {trace["name"] for trace in traces} == {f"canary-{number}" for number in range(1, count + 1)}
    assert sum(trace["spans"] for trace in traces) == 100 * count


def test_on_and_off(place):
    hub = place.start_hub()
    fill(hub)
    assert canaries(place) > 0
    place.ctl("settings", "set", KEY, "true")
    assert encryption(place)["state"] == "encrypted"
    assert canaries(place) == 0
    check_complete(place)
    # Without a keyring on the bus it is in the file, and doctor says so.
    secrets = os.path.join(place.data_dir, "secrets.json")
    assert os.stat(secrets).st_mode & 0o777 == 0o600
    checks = {check["check"]: check for check in place.json("doctor")}
    assert "secrets.json" in checks["secrets"]["message"]
    assert checks["encryption"]["state"] == "ok"

    assert post(hub, TRACES + 1)[0] == 200
    assert canaries(place) == 0
    place.ctl("settings", "reset", KEY)
    assert encryption(place)["state"] == "plain"
    check_complete(place, TRACES + 1)
    os.unlink(secrets)
    hub.stop()
    check_complete(place, TRACES + 1)


def test_everything_works(place):
    hub = place.start_hub()
    fill(hub)
    place.ctl("settings", "set", KEY, "true")
    one = f"{7:032x}"
    assert place.json("trace", one)["spans"][0]["name"] == "canary-7"
    assert place.json("search", "canary-value-7-9")
    rows = place.json("sql", "SELECT name, count(*) AS n FROM span WHERE service = 'canary-service' GROUP BY name")
    assert len(rows) == TRACES and all(row["n"] == 100 for row in rows)
    assert place.json("services")[0]["name"] == "canary-service"
    assert place.ctl("export", "--all").count(b"canary-value") == 100 * TRACES
    backup = os.path.join(place.top, "copy.db")
    place.ctl("db", "backup", backup)
    with open(backup, "rb") as stream:
        assert CANARY not in stream.read()
    place.ctl("db", "check")
    place.ctl("erase", one, "--yes")
    assert len(place.json("traces", "--limit", "1000")) == TRACES - 1
    assert post(hub, 7)[0] == 200
    place.ctl("mark", one, "--title", "mine")
    check_complete(place)
    # The copy opens where the key is.
    hub.stop()
    other = os.path.join(place.top, "other")
    os.mkdir(other)
    shutil.copy(backup, os.path.join(other, "flowscope.db"))
    shutil.copy(os.path.join(place.data_dir, "secrets.json"), other)
    assert len(place.json("--data-dir", other, "traces", "--limit", "1000")) == TRACES


class Sender(threading.Thread):
    """Sends traces without end, to whatever hub runs; knows which of them were acknowledged."""

    def __init__(self, hub, first):
        super().__init__()
        self.hub = hub
        self.next = first
        self.stored = set()
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            trace, self.next = self.next, self.next + 1
            try:
                if post(self.hub, trace)[0] == 200:
                    self.stored.add(trace)
            except (OSError, http.client.HTTPException):
                pass  # it was killed


def settings(place):
    path = os.path.join(place.env["XDG_CONFIG_HOME"], "flowscope", "settings.ini")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def kill(place, sender):
    place.hub.process.send_signal(signal.SIGKILL)
    place.hub.process.wait(PATIENCE)
    place.hub.process.stdout.close()
    sender.hub = place.start_hub()


def test_killed(place):
    """kill -9 in the middle, both ways, while spans come in: what was acknowledged is there, and it goes on by itself."""
    hub = place.start_hub()
    fill(hub)
    sender = Sender(hub, TRACES + 1)
    sender.start()
    for wanted, last in (("true", "encrypted"), ("false", "plain"), ("true", "encrypted")):
        with subprocess.Popen([FLOWCTL, "settings", "set", KEY, wanted], env=place.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL):
            # As soon as it has begun; tests/trace/test-encryption.c kills it at every step.
            wait_until(lambda: f"encrypt-sensitive-data={wanted}" in settings(place), "the hub to write it down")
            kill(place, sender)
        wait_until(lambda: encryption(place)["state"] == last, "the end of the conversion")
        assert last == "plain" or canaries(place) == 0
    sender.over.set()
    sender.join()
    names = {trace["name"] for trace in place.json("traces", "--limit", "100000")}
    assert {f"canary-{number}" for number in range(1, TRACES + 1)} <= names
    assert {f"canary-{number}" for number in sender.stored} <= names
    place.ctl("db", "check")


def test_without_a_hub(place):
    hub = place.start_hub()
    fill(hub)
    hub.stop()
    place.ctl("settings", "set", KEY, "true")
    assert canaries(place) == 0
    check_complete(place)
    # An older program could not read it.
    place.ctl("db", "rollback", "4", status=1)
    assert "encrypted" in place.errors
    place.ctl("settings", "set", KEY, "false")
    check_complete(place)
    assert canaries(place) > 0


def test_key_gone(place):
    hub = place.start_hub()
    fill(hub)
    place.ctl("settings", "set", KEY, "true")
    hub.stop()
    secrets = os.path.join(place.data_dir, "secrets.json")
    away = os.path.join(place.top, "secrets.json")
    os.rename(secrets, away)
    hub = place.start_hub()
    status, why = post(hub, TRACES + 1)
    assert status == 503 and "key" in why, why
    assert encryption(place)["locked"] and encryption(place)["message"]
    assert place.json("status")["store"]["state"] == "secrets_locked"
    place.ctl("traces", status=1)
    assert "erase --all" in place.errors
    assert {check["check"]: check for check in place.json("doctor", status=1)}["encryption"]["state"] == "problem"
    # It is back: everything goes on by itself.
    os.rename(away, secrets)
    wait_until(lambda: not encryption(place)["locked"], "the hub to find the key")
    assert post(hub, TRACES + 1)[0] == 200
    check_complete(place, TRACES + 1)
    # It is lost for good: begin anew.
    hub.stop()
    os.unlink(secrets)
    hub = place.start_hub()
    place.ctl("erase", "--all", "--yes")
    wait_until(lambda: encryption(place)["state"] == "encrypted", "another key")
    fill(hub)
    check_complete(place)
    assert canaries(place) == 0


class Keyring:
    """A bus of its own with a real keyring on it."""

    def __init__(self, place):
        self.place = place
        # A bus that starts nothing by itself.
        config = place.write("bus.conf", f"""<busconfig><type>session</type>
            <listen>unix:dir={place.env["XDG_RUNTIME_DIR"]}</listen><auth>EXTERNAL</auth>
            <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
            <allow own="*"/></policy></busconfig>""")
        self.bus = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"],
                                    env=place.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        place.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().decode().strip()
        self.daemon = None

    def unlock(self, password):
        self.lock()
        self.daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"],
                                       env=self.place.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.daemon.stdin.write(password)
        self.daemon.stdin.close()
        wait_until(lambda: {check["check"]: check for check in json.loads(subprocess.run(
            [FLOWCTL, "doctor", "--json"], env=self.place.env, capture_output=True, check=False).stdout)}["keyring"]["state"] == "ok", "the keyring")

    def lock(self):
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait(PATIENCE)
        self.daemon = None

    def close(self):
        self.lock()
        self.bus.kill()
        self.bus.wait(PATIENCE)
        self.bus.stdout.close()


def test_keyring(place):
    for tool in ("dbus-daemon", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            raise Skip(f"{tool} is not there")
    keyring = Keyring(place)
    try:
        keyring.unlock(b"test")
        hub = place.start_hub()
        fill(hub)
        place.ctl("settings", "set", KEY, "true")
        assert encryption(place)["secrets"]["kind"] == "keyring"
        with open(os.path.join(place.data_dir, "secrets.json"), encoding="utf-8") as stream:
            assert "base64" not in stream.read()
        # A terminal without the keyring gets the key from the hub.
        check_complete(place)
        keyring.lock()
        check_complete(place)
        hub.stop()
        # Gone, then locked: nothing is taken in, and each is said.
        place.ctl("traces", status=1)
        assert "no keyring" in place.errors, place.errors
        keyring.unlock(b"wrong")
        hub = place.start_hub()
        assert "locked" in encryption(place)["message"], encryption(place)
        assert post(hub, TRACES + 1)[0] == 503
        place.ctl("settings", "set", KEY, "false", status=1)
        assert "locked" in place.errors, place.errors
        place.ctl("settings", "set", KEY, "true", status=1)
        # Unlocked: everything goes on by itself.
        keyring.unlock(b"test")
        wait_until(lambda: not encryption(place)["locked"], "the hub to find the key")
        assert post(hub, TRACES + 1)[0] == 200
        check_complete(place, TRACES + 1)
        assert canaries(place) == 0
    finally:
        if place.hub is not None:
            place.hub.stop()
        keyring.close()


run(globals())
