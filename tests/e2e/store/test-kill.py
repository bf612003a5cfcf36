#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 in the middle of a load: what was acknowledged is there, each row once, however the rest is sent again."""

import os
import random
import shutil
import struct
import subprocess

import otlpload
from flowtest import FLOWCTL, PATIENCE, run, wait_until
from otlpload import Body, Client, Load, Log, Metric, Span, noise
from stored import (by_sql, by_trace, check_between, check_same, check_sound, check_trace_rows, everything, kill,
                    start_and_kill)

ROUNDS = 6
SERVICES = ("shop", "cart", "pay")


class Workload:
    """Rows that nobody else has, in bodies of all kinds. Traces go on through several bodies."""

    def __init__(self, dice):
        self.dice = dice
        self.traces = 0
        self.counter = 0
        self.open = []
        self.sent = {"traces": {}, "logs": {}, "metrics": {}}

    def next(self):
        self.counter += 1
        return self.counter

    def span(self):
        if len(self.open) < 10 or self.dice.random() < 0.1:
            self.traces += 1
            self.open.append(self.dice.getrandbits(127) + 1)
        trace = self.dice.choice(self.open)
        if self.dice.random() < 0.03:
            self.open.remove(trace)
        number = self.next()
        return Span(trace, number, self.dice.choice(SERVICES), start=self.dice.randrange(10**9),
                    took=self.dice.randrange(10**6), error=self.dice.random() < 0.1, parent=self.dice.choice((0, 1)),
                    attributes={"number": number, "text": f"value {number % 97}"})

    def body(self):
        dice, kind = self.dice.random(), self.dice.random() < 0.5
        if dice < 0.8:
            rows = [self.span() for _ in range(self.dice.choice((1, 5, 40, 120)))]
        elif dice < 0.9:
            rows = [Log(f"log {self.next()}", trace=self.dice.choice(self.open or [0]), number=1)
                    for _ in range(self.dice.randrange(1, 20))]
        else:
            rows = [Metric(self.next(), f"gauge.{self.counter % 5}") for _ in range(self.dice.randrange(1, 20))]
        return self.remember(Body(rows, kind))

    def remember(self, body):
        self.sent[body.signal].update((row.key, row) for row in body.rows)
        return body

    def again(self, unanswered, acknowledged):
        """What a client does that got no answer: sends it again, as it was or in other batches."""
        bodies = [body for body in unanswered if body.signal != "traces" or self.dice.random() < 0.3]
        spans = [row for body in unanswered if body.signal == "traces" for row in body.rows]
        old = [row for body in acknowledged if body.signal == "traces" for row in body.rows]
        spans += self.dice.sample(old, min(len(old), 300))
        self.dice.shuffle(spans)
        while spans:
            count = self.dice.randrange(1, 80)
            bodies.append(Body(spans[:count], self.dice.random() < 0.5))
            spans = spans[count:]
        bodies += self.dice.sample(acknowledged, min(len(acknowledged), 10))
        self.dice.shuffle(bodies)
        return bodies


def check_stored(place, work, acknowledged):
    """After a restart: all that was acknowledged, nothing twice."""
    found = everything(place)
    for signal, keys in found.items():
        least = {row.key for body in acknowledged if body.signal == signal for row in body.rows}
        check_between(keys, least, work.sent[signal], signal)
    check_same(by_sql(place), found["traces"], "SQL against export")
    traces = sorted({key[0] for key in found["traces"]})
    some = set(work.dice.sample(traces, min(len(traces), 300)))
    check_same(by_trace(place, some), [key for key in found["traces"] if key[0] in some], "some traces against export")


def test_every_acknowledged_row_once(place):
    dice = random.Random(7)
    work = Workload(dice)
    acknowledged, unanswered = [], []
    for number in range(ROUNDS):
        url = place.start_hub().otlp
        if number > 0:
            check_stored(place, work, acknowledged)
        todo = work.again(unanswered, acknowledged) + [work.body() for _ in range(200)]
        load = Load(url, todo)
        # In every third round the hub dies when it has been left alone and seals what it has.
        if number % 3 == 2:
            sealed = place.json("status")["store"]["segments_sealed"]
            load.wait_for(len(todo))
            wait_until(lambda: place.json("status")["store"]["segments_sealed"] > sealed, "a seal")
        else:
            load.wait_for(dice.randrange(len(todo)))
        kill(place)
        in_flight, never_sent = load.join()
        assert not load.refused, load.refusals
        acknowledged += load.acknowledged
        unanswered = in_flight + never_sent
        for _ in range(number % 3):
            start_and_kill(place, dice.uniform(0.001, 0.08))

    hub = place.start_hub()
    load = Load(hub.otlp, work.again(unanswered, acknowledged) + unanswered)
    assert load.join() == ([], []) and not load.refused, load.refusals
    for stage in "running", "stopped":
        for signal, keys in everything(place).items():
            check_same(keys, work.sent[signal], f"{signal} ({stage})")
        check_same(by_sql(place), work.sent["traces"], f"SQL ({stage})")
        check_same(by_trace(place, {key[0] for key in work.sent["traces"]}), work.sent["traces"],
                   f"trace by trace ({stage})")
        check_trace_rows(place, work.sent["traces"].values(), work.sent["logs"].values())
        check_sound(place)
        if stage == "running":
            hub.stop()
    print(f"# {len(work.sent['traces'])} spans, {work.traces} traces, {len(acknowledged)} bodies acknowledged")


def test_the_same_body_from_many_at_once(place):
    """Retries that overtake the first attempt: several connections bring the same bodies at the same time."""
    dice = random.Random(11)
    work = Workload(dice)
    bodies = [work.body() for _ in range(60)]
    url = place.start_hub().otlp
    loads = [Load(url, bodies, 1) for _ in range(4)]
    for load in loads:
        assert load.join() == ([], []) and not load.refused, load.refusals
    for signal, keys in everything(place).items():
        check_same(keys, work.sent[signal], signal)
    check_trace_rows(place, work.sent["traces"].values(), work.sent["logs"].values())
    kill(place)
    client = Client(place.start_hub().otlp)
    for body in bodies:
        assert client.post(body)[0] == 200
    client.close()
    for signal, keys in everything(place).items():
        check_same(keys, work.sent[signal], f"{signal} after a restart")


def test_orphans_of_two_runs(place):
    """Rows of two runs that were killed lie on both sides of a segment that was sealed between them."""
    spans = [Span(trace, number) for trace in range(1, 40) for number in range(1, 201)]
    parts = (spans[:50], spans[50:7700], spans[7700:])
    for rows in parts:
        url = place.start_hub().otlp
        bodies = [Body(rows[at:at + 500], False) for at in range(0, len(rows), 500)]
        load = Load(url, bodies, 1)
        assert load.join() == ([], []) and not load.refused, load.refusals
        kill(place)
    place.start_hub()
    sealed = "SELECT count(*) AS parts FROM segment WHERE state = 0"
    wait_until(lambda: place.json("sql", sealed)[0]["parts"] == 0, "the parts to be sealed")
    wanted = [span.key for span in spans]
    check_same(by_sql(place), wanted, "SQL")
    check_same(by_trace(place, {key[0] for key in wanted}), wanted, "trace by trace")
    otlpload.Client(place.hub.otlp).post(Body(spans[7000:], True))
    check_same(by_sql(place), wanted, "sent again")


def check_consistent(place, spans):
    """Whatever is left is the same by all ways to ask. Returns the spans that are left."""
    found = set(by_sql(place))
    left = [span for span in spans if span.key in found]
    check_same(everything(place)["traces"], [span.key for span in left], "export against SQL")
    check_same(by_trace(place, {key[0] for key in found}), [span.key for span in left], "trace by trace against SQL")
    check_trace_rows(place, left)
    check_sound(place)
    return left


def test_killed_in_erase_and_retention(place):
    dice = random.Random(31)
    spans = [Span(1 + number // 60, number, f"service {number // 2000}", start=number,
                  attributes={"noise": noise(dice, 600)}) for number in range(1, 16000)]
    place.start_hub()
    left = []
    for number in range(8):
        there = {span.key for span in left}
        missing = [span for span in spans if span.key not in there]
        load = Load(place.hub.otlp, [Body(missing[at:at + 400], False) for at in range(0, len(missing), 400)], 2)
        assert load.join() == ([], []) and not load.refused, load.refusals
        left = check_consistent(place, spans)
        assert len(left) == len(spans)
        command = (["erase", "--yes", left[dice.randrange(len(left))].key[0]], ["erase", "--yes", "--all"],
                   ["settings", "set", "capture.retention-size-mb", "16"])[number % 3]
        with subprocess.Popen([FLOWCTL, *command], env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(dice.uniform(0.01, 0.15))
            except subprocess.TimeoutExpired:
                pass
            kill(place)
            process.wait(PATIENCE)
        place.ctl("settings", "set", "capture.retention-size-mb", "1024")
        place.start_hub()
        left = check_consistent(place, spans)
        lost = {span.key[0] for span in spans} - {span.key[0] for span in left}
        assert number % 3 > 0 or lost <= {command[-1]} and len(left) >= len(spans) - 60, (command, lost)


def test_killed_while_it_makes_the_database(place):
    dice = random.Random(37)
    for _ in range(20):
        for _ in range(3):
            start_and_kill(place, dice.uniform(0.005, 0.05))
        client = Client(place.start_hub().otlp)
        assert client.post(Body([Span(1, 1)], True))[0] == 200
        client.close()
        place.hub.stop()
        check_same(by_sql(place), [Span(1, 1).key], "the first span")
        shutil.rmtree(place.data_dir)


def cut_checkpoint_short(place):
    """Leave the files as a checkpoint does that was killed after its first page: the header speaks of pages that are
    only in the WAL (sqlite.org/walformat.html)."""
    path = os.path.join(place.data_dir, "flowscope.db")
    with open(path + "-wal", "rb") as stream:
        wal = stream.read()
    size = struct.unpack(">I", wal[8:12])[0]
    first = [at for at in range(32, len(wal) - size, 24 + size)
             if wal[at:at + 4] == b"\0\0\0\1" and wal[at + 8:at + 16] == wal[16:24]]
    with open(path, "r+b") as stream:
        stream.write(wal[first[-1] + 24:first[-1] + 24 + size])
        assert struct.unpack(">I", wal[first[-1] + 24 + 28:first[-1] + 24 + 32])[0] * size > os.path.getsize(path)


def test_killed_in_a_checkpoint(place):
    spans = [Span(1, number) for number in range(1, 3000)]
    client = Client(place.start_hub().otlp)
    for at in range(0, len(spans), 100):
        assert client.post(Body(spans[at:at + 100], False))[0] == 200
    kill(place)
    cut_checkpoint_short(place)
    check_same(by_sql(place), [span.key for span in spans], "without the hub")
    place.start_hub()
    check_same(by_sql(place), [span.key for span in spans], "with the hub")
    check_sound(place)


run(globals())
