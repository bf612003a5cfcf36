# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of one account, each a real hub with its own folders, and a real cloud between them."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request

SOURCE_ROOT = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path.insert(0, os.path.join(SOURCE_ROOT, "tests", "cli"))
sys.path.insert(0, os.path.join(SOURCE_ROOT, "tests", "cloud"))
from cloudapi import CLOUD, Cloud as AnyCloud  # noqa: E402
from flowtest import BUILD, FLOWCTL, PATIENCE, Place, Skip, request, run, span, wait_until  # noqa: E402,F401

USER = "ada"
PASSWORD = "a password for the cloud"
PASSPHRASE = "a passphrase that opens the data"


class Cloud(AnyCloud):
    """A cloud that can go away and come back where it was."""

    def again(self):
        self.arguments += ["--port", str(self.port)]
        self.start()

    def set_enabled(self, enabled):
        """Who has the account may use it, or not; connections are looked at at once."""
        subprocess.run([CLOUD, "--data-dir", self.folder, "user", "enable" if enabled else "disable", USER],
                       env=self.place.env, check=True, capture_output=True)
        self.process.send_signal(signal.SIGHUP)


class SyncDevice:
    """A hub of its own, and flowctl for it."""

    def __init__(self, name, **env):
        self.name = name
        self.place = Place()
        self.place.env.update(env)
        self.hub = self.place.start_hub()

    def start(self):
        self.hub = self.place.start_hub()

    def stop(self):
        self.hub.stop()

    def kill(self):
        self.hub.process.kill()
        self.hub.process.wait(PATIENCE)
        self.hub.process.stdout.close()
        self.place.hub = None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and self.place.hub is not None:
            self.kill()
        self.place.close()

    def run(self, *arguments, lines=(), status=0):
        """flowctl with some lines of standard input."""
        done = subprocess.run([FLOWCTL, *arguments], env=self.place.env, cwd=self.place.top, capture_output=True,
                              input="".join(f"{line}\n" for line in lines).encode(), timeout=PATIENCE)
        self.errors = done.stderr.decode()
        assert done.returncode == status, (f"flowctl {' '.join(arguments)} exited with {done.returncode}: "
                                           f"{done.stdout.decode()} {self.errors}")
        return done.stdout.decode()

    def login(self, url, *more, user=USER, password=PASSWORD, secret=PASSPHRASE, status=0):
        text = self.run("cloud", "login", url, "--user", user, "--device", self.name, "--json", *more,
                        lines=(password, secret), status=status)
        return json.loads(text) if status == 0 else self.error

    @property
    def error(self):
        """The code of what flowctl said last."""
        return json.loads(self.errors)["error"]["code"]

    def sync(self, *arguments, status=0):
        text = self.run("sync", *arguments, "--json", status=status)
        return json.loads(text or "{}") if status == 0 else self.error

    def wait(self):
        self.sync("wait", "--timeout", str(PATIENCE))

    @property
    def status(self):
        return self.control("sync-status")

    def wait_for_state(self, *states):
        wait_until(lambda: self.status["state"] in states, f"{self.name} to be {' or '.join(states)}")
        return self.status

    def wait_for_pending(self, some):
        """Until something waits to be sent, or nothing."""
        wait_until(lambda: bool(self.status["pending"]["operations"]) == some,
                   f"{'something' if some else 'nothing'} to wait on {self.name}: {self.status}")

    def control(self, verb, **arguments):
        """A verb of the hub, as the app asks it."""
        hub = self.hub.discovery
        asked = urllib.request.Request(f"http://127.0.0.1:{hub['port']}/control/{verb}", json.dumps(arguments).encode(),
                                       {"Content-Type": "application/json", "Authorization": f"Bearer {hub['token']}"})
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{verb}: {error.read().decode()}") from error

    def query(self, statement, *values):
        """Read the database beside the hub, as flowctl does."""
        db = sqlite3.connect(f"file:{self.place.data_dir}/flowscope.db?mode=ro", uri=True, timeout=PATIENCE)
        try:
            return db.execute(statement, values).fetchall()
        finally:
            db.close()

    @contextlib.contextmanager
    def held(self):
        """The hub writes nothing meanwhile, but answers what it can."""
        db = sqlite3.connect(f"{self.place.data_dir}/flowscope.db", timeout=PATIENCE, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            yield
            db.execute("ROLLBACK")
        finally:
            db.close()

    def trace(self, *numbers):
        """Traces of this device, so that it has something to say about."""
        self.hub.post("traces", request([span(number, number, f"GET /{number}") for number in numbers]))

    def mark(self, number, **facts):
        self.control("facts", trace_id=f"{number:032x}", **facts)

    def stock(self, count):
        """Notes from before anything was synced: about traces 1000, 1001 and so on. The hub does not run."""
        db = sqlite3.connect(f"{self.place.data_dir}/flowscope.db", timeout=PATIENCE)
        with db:
            db.executemany("INSERT INTO trace_fact (trace_id, title, note, pinned, updated) VALUES (?, ?, ?, 0, ?)",
                           ((number.to_bytes(16, "big"), f"old {number}", f"a note about {number}", 1700000000000000000)
                            for number in range(1000, 1000 + count)))
        db.close()

    def count_stock(self):
        return self.query("SELECT count(*) FROM trace_fact WHERE title LIKE 'old %'")[0][0]

    def facts(self, number):
        rows = self.query("SELECT title, note, pinned FROM trace_fact WHERE hex(trace_id) = ?", f"{number:032X}")
        tags = self.query("SELECT tag FROM trace_tag WHERE hex(trace_id) = ? ORDER BY tag", f"{number:032X}")
        title, note, pinned = rows[0] if rows else ("", "", 0)
        return {"title": title, "note": note, "pinned": bool(pinned), "tags": [row[0] for row in tags]}

    def wait_for(self, number, **facts):
        def arrived():
            known = self.facts(number)
            return all(known[key] == value for key, value in facts.items())

        wait_until(arrived, f"{facts} on {self.name}, where there is {self.facts(number)}")

    def conflicts(self, *more):
        return self.sync("conflicts", *more)["conflicts"]

    def wait_for_conflicts(self, count):
        return wait_until(lambda: len(self.conflicts()) == count and (self.conflicts() or True),
                          f"{count} conflicts on {self.name}")


def refuse(hub, verb, code, **arguments):
    try:
        hub.control(verb, **arguments)
    except AssertionError as error:
        assert f'"{code}"' in str(error), f"{verb} {arguments}: {error}"
    else:
        raise AssertionError(f"{verb} {arguments} was not refused")


def two_devices(cloud):
    """The first makes the account, the second signs in to it."""
    first, second = SyncDevice("Desk"), SyncDevice("Laptop")
    first.login(cloud.url, "--register")
    second.login(cloud.url)
    first.wait()
    second.wait()
    return first, second


def answer(status):
    """What a proxy says that is no cloud."""
    return f"HTTP/1.1 {status}\r\nContent-Length: 5\r\nConnection: close\r\n\r\noh no".encode()


def drain(connection, part):
    """Read the rest of a request."""
    head, _, body = part.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length else 0
    while left > 0 and (more := connection.recv(65536)):
        left -= len(more)


class Relay(threading.Thread):
    """Between a hub and the cloud: hands on, remembers what went by, or is as bad as a server can be.

    Modes: `open`, `500`, `401`, `garbage`, `silent` (takes everything and says nothing), `slow` (a few bytes at a time),
    `plain` (lets no WebSockets through, with the status `refusal`).
    """

    def __init__(self, cloud):
        super().__init__(daemon=True)
        self.cloud = cloud
        self.mode = "open"
        self.losing = self.then = self.refusing = None
        self.lost = 0
        self.seen = bytearray()
        self.accepted = 0
        self.refused = 0
        self.refusal = "426 Upgrade Required"
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def be(self, mode):
        """From now on, for connections that are open as well."""
        self.mode = mode
        self.cut()

    def lose(self, words, then=None):
        """Answers to requests that begin with these words do not come back; None: all do again. Maybe it is as bad as
        the mode `then` from the first one on."""
        self.losing = words
        self.then = then

    def refuse(self, words, status=None):
        """Requests that begin with these words are answered by a proxy, with a status; None: none are."""
        self.refusing = words
        self.refusal = status

    def cut(self):
        connections, self.connections = self.connections, []
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self.connections.append(near)
            threading.Thread(target=self.serve, args=(near, self.mode), daemon=True).start()

    def serve(self, near, mode):
        with near:
            try:
                if mode in ("open", "slow", "plain"):
                    self.hand_on(near, mode)
                else:
                    self.misbehave(near, mode)
            except OSError:
                pass

    def hand_on(self, near, mode):
        with socket.create_connection((self.cloud.host, self.cloud.port)) as far:
            self.connections.append(far)
            swallows = False
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    part = ready.recv(16 if mode == "slow" else 65536)
                    if not part:
                        return
                    if ready is near and self.losing is not None and part.startswith(self.losing):
                        swallows = True
                    if ready is far and swallows:
                        self.lost += 1
                        if self.then is not None:
                            self.be(self.then)
                        return
                    if ready is near and self.refusing is not None and part.startswith(self.refusing):
                        drain(near, part)
                        self.refused += 1
                        near.sendall(answer(self.refusal))
                        return
                    self.seen += part
                    if mode == "plain" and ready is near and part.startswith(b"GET /ws"):
                        self.refused += 1
                        near.sendall(answer(self.refusal))
                        return
                    (far if ready is near else near).sendall(part)

    def misbehave(self, near, mode):
        while part := near.recv(65536):
            if mode in ("401", "500"):
                near.sendall(answer(f"{mode} Of A Proxy"))
                return
            if mode == "garbage":
                near.sendall(b"\x16\x03\x01" + os.urandom(512) + part[:64])
                return


def count_quiet(relay, moment=1.0):
    """How many connections come in a moment in which there should be none."""
    before = relay.accepted
    threading.Event().wait(moment)
    return relay.accepted - before
