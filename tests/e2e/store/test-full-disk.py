#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that fills up: 503, nothing lost, an erase that works, and on again when there is room."""

import contextlib
import os
import random
import subprocess
import threading

from otlpload import Body, Client, Log, Metric, Span, noise
from flowtest import HUB, PATIENCE, Skip, run, wait_until
from stored import by_sql, by_trace, check_same, check_sound, check_trace_rows, everything, flowctl, kill

DISK_MB = 64


@contextlib.contextmanager
def small_disk(place, megabytes=DISK_MB):
    """The data folder on a disk of its own."""
    os.makedirs(place.data_dir, mode=0o700, exist_ok=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "flow-test", place.data_dir],
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if mount.returncode != 0:
        raise Skip(f"no small disk: {mount.stderr.strip()}")
    try:
        yield
    finally:
        if place.hub is not None:
            kill(place)
        subprocess.run(["umount", "-l", place.data_dir], check=True)


class Filler:
    """Posts rows that do not compress, and remembers what was acknowledged."""

    def __init__(self, place, seed):
        self.dice = random.Random(seed)
        self.place = place
        self.client = None
        self.number = 0
        self.acknowledged = []
        self.refused = None
        self.kinds = set()

    def body(self):
        self.number += 1
        if self.number % 10 == 3:
            return Body([Log(f"{self.number} {i} {noise(self.dice, 5000)}") for i in range(4)], False)
        if self.number % 10 == 6:
            return Body([Metric(self.number * 100 + i, attributes={"noise": noise(self.dice, 5000)})
                         for i in range(4)], True)
        return Body([Span(self.number * 100 + i // 20, i + 1, start=i,
                          attributes={"noise": noise(self.dice, 3000)}) for i in range(40)], self.number % 2 == 0)

    def post(self, body):
        if self.client is None:
            self.client = Client(self.place.hub.otlp)
        return self.client.post(body)

    def fill(self):
        """Until the hub says that it can't take any more; the body that was refused comes back."""
        while True:
            body = self.body()
            status, headers, answer = self.post(body)
            if status == 200:
                self.acknowledged.append(body)
                continue
            assert status == 503, (status, answer)
            assert int(headers["Retry-After"]) > 0 and headers["Content-Type"] == body.content_type, headers.items()
            assert answer, "no reason given"
            return body

    def keys(self, signal):
        return [row.key for body in self.acknowledged if body.signal == signal for row in body.rows]

    def check(self, what):
        for signal, keys in everything(self.place).items():
            check_same(keys, self.keys(signal), f"{signal} {what}")
        spans = [row for body in self.acknowledged if body.signal == "traces" for row in body.rows]
        check_same(by_sql(self.place), self.keys("traces"), f"SQL {what}")
        check_same(by_trace(self.place, {span.key[0] for span in spans}), self.keys("traces"), f"trace by trace {what}")
        check_trace_rows(self.place, spans)
        check_sound(self.place)


@contextlib.contextmanager
def impatient_clients(place, filler):
    """Clients that send again at once what was refused. What is taken after all is added to the filler's."""
    stop = threading.Event()
    taken, problems = [], []

    def hammer(seed):
        mine = Filler(place, seed)
        mine.number = seed * 10000
        body = mine.body()
        while not stop.is_set():
            status, _, answer = mine.post(body)
            if status == 200:
                taken.append(body)
                body = mine.body()
            elif status != 503:
                problems.append((status, answer))
                break
        mine.client.close()

    threads = [threading.Thread(target=hammer, args=(seed,)) for seed in (21, 22, 23)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert not problems, problems[:3]
    if filler is not None:
        filler.acknowledged += taken


def test_full_and_erased(place):
    with small_disk(place):
        place.start_hub()
        wait_until(lambda: place.json("status")["store"]["reserve_ready"], "the reserve")
        filler = Filler(place, 3)
        refused = filler.fill()
        for _ in range(30):  # it stays so, whatever comes
            status, headers, _ = filler.post(refused)
            assert status == 503 and headers["Retry-After"], status
        filler.check("on the full disk")
        state = place.json("status")
        assert state["store"]["state"] == "disk_full", state["store"]
        assert flowctl(place, "doctor")[0] == 1

        # One trace goes, while clients try again and again: the reserve makes it possible.
        gone = filler.acknowledged[0].rows[0].key[0]
        with impatient_clients(place, filler):
            place.ctl("erase", gone, "--yes")
        for body in filler.acknowledged:
            body.rows = [row for row in body.rows if body.signal != "traces" or row.key[0] != gone]
        filler.check("after the erase of a trace")

        with impatient_clients(place, None):
            place.ctl("erase", "--all", "--yes")
        place.ctl("erase", "--all", "--yes")
        filler.acknowledged.clear()
        filler.check("after the erase of everything")
        assert filler.post(refused)[0] == 200, "there is room, and the hub does not take it"
        filler.acknowledged.append(refused)
        filler.check("after there was room again")
        wait_until(lambda: place.json("status")["store"]["reserve_ready"], "the reserve to be back")
        assert place.json("status")["store"]["state"] == "ok"
        place.hub.stop()
        filler.check("without the hub")


def test_full_through_others(place):
    """Others fill the disk and make room again; the hub is killed while it is full, too."""
    with small_disk(place):
        place.start_hub()
        ballast = os.path.join(place.data_dir, "ballast")
        with open(ballast, "wb") as stream:
            stream.write(b"x" * 24 * 1024 * 1024)
        filler = Filler(place, 5)
        refused = filler.fill()
        filler.check("on the full disk")
        os.truncate(ballast, 4 * 1024 * 1024)
        filler.fill()
        os.unlink(ballast)
        filler.check("after there was room")
        assert filler.post(refused)[0] == 200
        filler.acknowledged.append(refused)

        filler.fill()
        kill(place)
        place.start_hub()
        filler.client = None
        filler.check("after kill -9 on the full disk")
        status, headers, _ = filler.post(filler.body())
        assert status in (200, 503) and (status == 200 or headers["Retry-After"]), status


def test_a_full_disk_without_a_hub(place):
    """Stopped in order on the full disk, nothing is lost; an erase without a hub makes room."""
    with small_disk(place):
        place.start_hub()
        filler = Filler(place, 41)
        refused = filler.fill()
        place.hub.stop()
        filler.check("after the hub has ended")
        gone = filler.acknowledged[4].rows[0].key[0]
        place.ctl("erase", gone, "--yes")
        for body in filler.acknowledged:
            body.rows = [row for row in body.rows if body.signal != "traces" or row.key[0] != gone]
        filler.check("after the erase of a trace")
        place.ctl("erase", "--all", "--yes")
        filler.acknowledged = [refused]
        place.start_hub()
        filler.client = None
        assert filler.post(refused)[0] == 200
        filler.check("after the erase of everything")


def test_no_room_for_a_new_store(place):
    """Wherever the making of the database stops, the next start finishes it."""
    with small_disk(place, 2):
        ballast = os.path.join(place.data_dir, "ballast")
        for free in (0, 8, 16, 24, 32, 40, 64, 128):
            with open(ballast, "wb") as stream:
                stream.write(b"x" * (2048 - 8 - free) * 1024)
            done = subprocess.run([HUB, "--port", "0", "--otlp-port", "0"], env=place.env, capture_output=True,
                                  timeout=PATIENCE)
            assert done.returncode == 1 and b"disk is full" in done.stderr and done.stdout == b"", (free, done)
            os.unlink(ballast)
            place.start_hub()
            assert place.json("traces") == []
            place.hub.stop()
            for name in os.listdir(place.data_dir):
                os.unlink(os.path.join(place.data_dir, name))


run(globals())
