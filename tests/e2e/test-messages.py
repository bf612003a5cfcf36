#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages with ack between real programs that are killed: each arrives, and happens once, and in order."""

import json
import os
import random
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowpeer import Peer  # noqa: E402
from flowtest import PATIENCE, SOURCE, Skip, run, wait_until  # noqa: E402

# Debian's package is for Debian's Python.
PYTHON = "/usr/bin/python3"
PEER = os.path.join(SOURCE, "tests", "e2e", "message-peer.py")
SENDERS = 2
EACH = 500
EXPIRING = 20
WINDOW = 60
PRIORITIES = (4, 5, 6)


def soon(seconds):
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


class Receiver:
    """The program that is killed and comes back."""

    def __init__(self, place):
        self.place = place
        self.folder = place.folder("peer")
        self.process = None
        self.kills = 0

    def start(self):
        self.process = subprocess.Popen([PYTHON, PEER, self.folder], env=self.place.env)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.kills += 1

    def lines(self, name):
        """The whole lines of a book; the last one may have been cut by the kill."""
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as stream:
            return [line.split() for line in stream.read().split("\n")[:-1]]

    def count(self):
        return len(self.lines("handled"))


class Sender(threading.Thread):
    """Sends in order, and repeats in order what the hub has not said to have stored."""

    def __init__(self, place, number, seed):
        super().__init__(daemon=True)
        self.place = place
        self.instance = f"sender{number}"
        self.name = f"cli/{self.instance}"
        self.random = random.Random(seed)
        self.sent = []
        self.waiting = {}
        self.handled = set()
        self.refused = {}
        self.failure = None
        self.restarted = threading.Event()
        for i in range(EACH):
            self.sent.append({"id": f"{self.instance}-{i}", "type": "note", "source": self.name, "target": "editor/peer",
                              "ack": True, "priority": self.random.choice(PRIORITIES), "data": {"number": i}})

    def connect(self):
        while True:
            try:
                return Peer(self.place.hub, "cli", self.instance)
            except (OSError, EOFError, AttributeError):
                threading.Event().wait(0.02)

    def transmit(self, peer, message):
        peer.frame(1, json.dumps(message).encode())

    def hear(self, peer):
        message = peer.message()
        data = message.get("data", {})
        if message["type"] == "ack" and data["state"] == "stored":
            self.waiting.pop(data["id"], None)
        elif message["type"] == "ack":
            self.handled.add(data["id"])
        elif message["type"] == "error":
            self.refused[data["in_reply_to"]] = data["code"]

    def run(self):
        try:
            self.send_all()
        except Exception as error:  # told to who waits
            self.failure = error

    def send_all(self):
        left = list(self.sent)
        peer = self.connect()
        while left or self.waiting:
            try:
                while left and len(self.waiting) < WINDOW:
                    message = left.pop(0)
                    self.waiting[message["id"]] = message
                    self.transmit(peer, message)
                self.hear(peer)
            except (OSError, EOFError):
                peer = self.connect()
                for message in list(self.waiting.values()):
                    self.transmit(peer, message)
        self.peer = peer


def kill_hub(place):
    place.hub.process.kill()
    place.hub.process.wait(PATIENCE)
    place.hub.process.stdout.close()
    place.start_hub()


def send_expiring(place):
    """Messages for somebody who never comes."""
    peer = Peer(place.hub, "cli", "late")
    ids = [peer.send("note", {}, target="editor/nobody", ack=True, expires=soon(1)) for _ in range(EXPIRING)]
    for _ in ids:
        peer.receive("ack")
    return ids


def check_order(senders, handled):
    """Among messages of one sender and priority the order of sending holds."""
    for sender in senders:
        for priority in PRIORITIES:
            wanted = [message["id"] for message in sender.sent if message["priority"] == priority]
            got = [name for _, _, source, name in handled if source == sender.name and name in set(wanted)]
            assert got == wanted, (sender.name, priority)


def break_everything(place, receiver, senders, chance):
    """Kill the receiver at random, and the hub twice, until everything has been handled."""
    total = SENDERS * EACH
    hub_kills = [chance.randrange(total // 5, total // 3), chance.randrange(total // 2, total * 3 // 4)]
    while receiver.count() < total:
        until = min(total, receiver.count() + chance.randrange(1, 90))
        wait_until(lambda: receiver.count() >= until or any(sender.failure for sender in senders),
                   f"{until} messages to be handled")
        assert not any(sender.failure for sender in senders), [sender.failure for sender in senders]
        if hub_kills and receiver.count() >= hub_kills[0]:
            hub_kills.pop(0)
            kill_hub(place)
        if receiver.count() < total:
            receiver.kill()
            receiver.start()
    assert not hub_kills


def test_messages_survive_kills(place):
    if subprocess.run([PYTHON, "-c", "import websockets"], capture_output=True, check=False).returncode != 0:
        raise Skip("python3-websockets is not installed")
    seed = int(os.environ.get("FLOW_TEST_SEED", random.randrange(1 << 32)))
    print(f"# FLOW_TEST_SEED={seed}", flush=True)
    chance = random.Random(seed)
    place.start_hub()
    expiring = send_expiring(place)
    receiver = Receiver(place)
    senders = [Sender(place, number, chance.random()) for number in range(SENDERS)]
    receiver.start()
    for sender in senders:
        sender.start()
    try:
        break_everything(place, receiver, senders, chance)
        for sender in senders:
            sender.join(PATIENCE)
            assert not sender.is_alive() and not sender.failure and not sender.refused, (sender.failure, sender.refused)
        wait_until(lambda: place.json("outbox")["counts"]["waiting"] == 0, "the outbox to be empty")
    finally:
        receiver.kill()

    handled, wire = receiver.lines("handled"), receiver.lines("wire")
    wanted = {message["id"] for sender in senders for message in sender.sent}
    assert len(handled) == len(wanted) and {name for *_, name in handled} == wanted
    assert {name for *_, name in wire} == wanted
    assert len({epoch for epoch, *_ in handled}) == 1
    check_order(senders, handled)
    dead = place.json("outbox")["dead"]
    assert sorted(letter["id"] for letter in dead) == sorted(expiring), dead
    assert {letter["reason"] for letter in dead} == {"expired"}
    print(f"# {len(wanted)} messages, {len(wire)} deliveries, {receiver.kills} kills of the receiver, 2 of the hub, "
          f"{len(dead)} dead letters", flush=True)


def test_dead_letter_is_sent_again(place):
    place.start_hub()
    peer = Peer(place.hub, "cli", "late")
    sent = peer.send("note", {"text": "again"}, target="editor/late", ack=True, expires=soon(0.5))
    wait_until(lambda: place.json("outbox")["dead"], "the message to expire")
    number = str(place.json("outbox")["dead"][0]["number"])
    kill_hub(place)
    place.ctl("outbox", "resend", number)
    receiver = Peer(place.hub, "editor", "late")
    assert receiver.receive("note")["id"] == sent
    assert not place.json("outbox")["dead"]


run(globals())
