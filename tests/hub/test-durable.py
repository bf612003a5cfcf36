#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was acknowledged is there, once: after kill -9 in the middle of a load, and when the disk fills up."""

import json
import os
import subprocess
import threading

from rawhttp import Raw, ask

import flowtest

JSON = "application/json"
SPANS = 20
SENDERS = 4
MIB = 1 << 20


def body(number):
    """A body of its own trace; padded so that a small disk fills up."""
    spans = [flowtest.span(number + 1, number * SPANS + i + 1, f"span {i}", pad=os.urandom(400).hex()) for i in range(SPANS)]
    return json.dumps(flowtest.request(spans)).encode()


class Sender(threading.Thread):
    """Posts bodies until the hub is gone; remembers which were acknowledged."""

    def __init__(self, hub, first, enough):
        super().__init__()
        self.hub, self.first, self.enough = hub, first, enough
        self.acknowledged, self.others = {}, {}

    def run(self):
        with Raw(self.hub.otlp) as raw:
            for number in range(self.first, self.first + 100000):
                data = body(number)
                try:
                    status = raw.ask("POST", "/v1/traces", data, Content_Type=JSON)[0]
                except OSError:
                    status = 0
                (self.acknowledged if status == 200 else self.others)[number] = data
                if len(self.acknowledged) == 20:
                    self.enough.release()
                if status == 0:
                    return


def stored(place, data_dir=None):
    """Spans by trace number, as flowctl reads them."""
    where = ["--data-dir", data_dir] if data_dir else []
    rows = json.loads(place.ctl(*where, "traces", "--json", "--limit", "100000"))
    return {int(row["trace_id"], 16) - 1: row["spans"] for row in rows}


def test_kill_in_the_middle(place):
    hub = place.start_hub()
    enough = threading.Semaphore(0)
    senders = [Sender(hub, 1000000 * i, enough) for i in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in senders:
        assert enough.acquire(timeout=flowtest.PATIENCE)
    hub.process.kill()
    for sender in senders:
        sender.join()
    hub.process.wait(flowtest.PATIENCE)
    hub.process.stdout.close()

    acknowledged = {number: data for sender in senders for number, data in sender.acknowledged.items()}
    others = {number: data for sender in senders for number, data in sender.others.items()}
    assert len(acknowledged) >= 20 * SENDERS
    hub = place.start_hub()
    found = stored(place)
    assert all(found.get(number) == SPANS for number in acknowledged), "acknowledged spans are missing"
    assert set(found) <= set(acknowledged) | set(others)

    # What clients do next: all of it again, and in other batches.
    for number, data in {**acknowledged, **others}.items():
        assert ask(hub.otlp, "POST", "/v1/traces", data, Content_Type=JSON)[0] == 200
    for number, data in list(acknowledged.items())[:10]:
        half = json.loads(data)
        spans = half["resourceSpans"][0]["scopeSpans"][0]["spans"]
        half["resourceSpans"][0]["scopeSpans"][0]["spans"] = spans[SPANS // 2:]
        assert ask(hub.otlp, "POST", "/v1/traces", json.dumps(half).encode(), Content_Type=JSON)[0] == 200
    assert stored(place) == {number: SPANS for number in {**acknowledged, **others}}


def test_disk_full(place):
    folder = place.folder("small")
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder], capture_output=True)
    if mount.returncode != 0:
        return  # only root may mount
    try:
        check_disk_full(place, folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def check_disk_full(place, folder):
    hub = place.start_hub("--data-dir", folder)
    ballast = os.path.join(folder, "ballast")
    room = os.statvfs(folder)
    with open(ballast, "wb") as stream:
        stream.write(bytes(room.f_bavail * room.f_bsize - 3 * MIB))
    acknowledged, refused = [], 0
    number = 0
    while refused < 5:
        status, headers, answer = ask(hub.otlp, "POST", "/v1/traces", body(number), Content_Type=JSON)
        assert status in (200, 503), (status, answer)
        if status == 200:
            acknowledged.append(number)
        else:
            refused += 1
            assert int(headers["retry-after"]) > 0 and "full" in json.loads(answer)["message"], answer
        number += 1
    status, _, health = ask(f"http://127.0.0.1:{hub.discovery['port']}", "GET", "/healthz")
    assert status == 503 and json.loads(health)["store"] == "disk_full", health

    os.unlink(ballast)
    assert ask(hub.otlp, "POST", "/v1/traces", body(number), Content_Type=JSON)[0] == 200
    acknowledged.append(number)
    assert ask(f"http://127.0.0.1:{hub.discovery['port']}", "GET", "/healthz")[0] == 200
    assert stored(place, folder) == {known: SPANS for known in acknowledged}
    hub.stop()
    assert stored(place, folder) == {known: SPANS for known in acknowledged}


flowtest.run(globals())
