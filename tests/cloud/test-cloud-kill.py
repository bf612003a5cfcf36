#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud is killed while devices upload, or its disk fills up: what it has accepted is there, once and in order, and all
go on."""

import http.client
import os
import random
import subprocess
import threading
import uuid

from cloudapi import ACCOUNT, PATIENCE, Cloud, Device, Skip, read_batch, run

DEVICES = 3
BATCHES = 300
KILLS = 3
MIB = 1 << 20


class Sender(threading.Thread):
    """Uploads its operations in order and repeats what it has not heard of."""

    def __init__(self, device, gate):
        super().__init__(daemon=True)
        self.device = device
        self.gate = gate
        self.batches = [device.batch(random.randrange(1, 4), size=random.randrange(100, 5000)) for _ in range(BATCHES)]
        self.numbers = {}
        self.blobs = {}
        self.failure = None
        self.cut = 0

    def run(self):
        try:
            self.send_all()
        except Exception as error:  # told to who waits
            self.failure = error

    def ask(self, *arguments):
        """Until somebody answers."""
        while True:
            self.gate.wait(PATIENCE)
            try:
                return self.device.ask(*arguments)
            except (OSError, http.client.HTTPException):
                self.cut += 1

    def send_all(self):
        done = 0
        while done < len(self.batches):
            part = self.batches[done:done + random.randrange(1, 6)]
            answer = self.ask("POST", "/api/sync/upload", b"".join(part))
            assert answer.status == 200, answer
            assert not answer.json["refused"], answer
            for one in answer.json["accepted"]:
                known = self.numbers.setdefault(one["seq"], one["number"])
                assert known == one["number"], "an operation has got another number"
            done += len(part)
            if random.random() < 0.2:
                blob, body = uuid.uuid4().hex, os.urandom(random.randrange(1, 200000))
                answer = self.ask("PUT", f"/api/blobs/{blob}", body)
                assert answer.status in (200, 201), answer
                self.blobs[blob] = body


def test_kill_in_mid_upload(place):
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}", flush=True)
    random.seed(seed)
    with Cloud(place) as cloud:
        gate = threading.Event()
        gate.set()
        cloud.register()
        devices = [Device(cloud) for _ in range(DEVICES)]
        senders = [Sender(device, gate) for device in devices]
        for sender in senders:
            sender.start()
        total = DEVICES * BATCHES
        for kill in range(1, KILLS + 1):
            while sum(len(sender.numbers) for sender in senders) < total * kill / (KILLS + 1):
                assert not any(sender.failure for sender in senders), [sender.failure for sender in senders]
                threading.Event().wait(0.005)
            cloud.kill()
            gate.clear()
            cloud.start()
            gate.set()
        for sender in senders:
            sender.join(PATIENCE)
            assert not sender.is_alive() and sender.failure is None, sender.failure
        print(f"# {sum(sender.cut for sender in senders)} requests without an answer", flush=True)
        check(devices[0], senders)


def check(device, senders):
    """All of it, once, in order, with the numbers that were told."""
    got, vector = [], []
    while True:
        part, more = device.download(vector)
        got += part
        seen = {(read["device"], read["epoch"]): read["last"] for read in (read_batch(batch) for _, batch in got)}
        vector = [{"device": name, "epoch": epoch, "seq": seq} for (name, epoch), seq in seen.items()]
        if not more:
            break
    numbers = [number for number, _ in got]
    assert numbers == sorted(set(numbers))
    for sender in senders:
        mine = [(number, batch) for number, batch in got if read_batch(batch)["device"] == sender.device.id]
        assert [batch for _, batch in mine] == sender.batches
        assert {read_batch(batch)["last"]: number for number, batch in mine} == sender.numbers
        for blob, body in sender.blobs.items():
            assert device.ask("GET", f"/api/blobs/{blob}", status=200).body == body
    usage = device.ask("GET", "/api/auth/me").json["usage"]
    assert usage["batches"] == len(got) and usage["bytes"] == sum(len(batch) for _, batch in got)
    assert usage["blob_bytes"] == sum(len(body) for sender in senders for body in sender.blobs.values())
    assert device.hello((ACCOUNT,))["scopes"][0]["vector"]


def test_disk_full(place):
    folder = place.folder("small")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True).returncode != 0:
        raise Skip("only root may mount")
    try:
        with Cloud(place, folder="small") as cloud:
            check_disk_full(cloud)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def check_disk_full(cloud):
    device = cloud.device()
    ballast = os.path.join(cloud.folder, "ballast")
    room = os.statvfs(cloud.folder)
    with open(ballast, "wb") as stream:
        stream.write(bytes(room.f_bavail * room.f_bsize - 4 * MIB))
    accepted, refused = [], 0
    while refused < 5:
        batch = device.batch(size=200000, advance=False)
        answer = device.ask("POST", "/api/sync/upload", batch)
        if answer.status == 200:
            assert len(answer.json["accepted"]) == 1, answer
            device.seq[ACCOUNT] = read_batch(batch)["last"]
            accepted.append(batch)
        else:
            assert (answer.status, answer.code) == (503, "disk_full"), answer
            assert int(answer.headers["Retry-After"]) > 0
            refused += 1
    assert accepted
    # What only reads goes on.
    assert [batch for _, batch in device.download(max_bytes=1 << 24)[0]] == accepted
    os.unlink(ballast)
    more = [device.batch(size=200000) for _ in range(3)]
    assert len(device.upload(*more)["accepted"]) == 3
    cloud.kill()
    cloud.start()
    assert [batch for _, batch in device.download(max_bytes=1 << 24)[0]] == accepted + more


run(globals())
