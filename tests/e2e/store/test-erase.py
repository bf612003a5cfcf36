#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Erase: not a byte of what was erased stays in any file of the data folder, and the rest stays as it was."""

import os
import random

from otlpload import Body, Client, Log, Metric, Span
from flowtest import run, wait_until
from stored import by_sql, by_trace, check_same, check_sound, check_trace_rows, everything, flowctl, kill, open_reader

SECRET = 0x5ec2e7 << 100 | 0xfeedface


MARK = "Qzxwv"


class Canaries:
    """Strings that are nowhere else, all with one mark, so that a file without it need not be searched for each."""

    def __init__(self):
        self.dice = random.Random(13)
        self.all = []

    def new(self, what):
        text = what + MARK + "".join(self.dice.choices("bcdfghjklmnpqrstvwxz", k=20))
        self.all.append(text)
        return text

    def spans(self, first, count):
        return [Span(SECRET, first + i, self.new("service"), name=self.new("name"), start=i,
                     attributes={self.new("key"): self.new("value"), "code.file.path": "/" + self.new("file")},
                     events=[(self.new("event"), {"what": self.new("detail")})]) for i in range(count)]

    def logs(self, count):
        return [Log(self.new("log"), self.new("logger"), SECRET, 1, {"why": self.new("reason")}) for _ in range(count)]

    def metrics(self, count):
        return [Metric(i, self.new("metric"), self.new("meter"), {"where": self.new("place")}) for i in range(count)]

    def send(self, place, rows, as_json):
        post(place, rows, as_json, {"resource": self.new("resource")})


def post(place, rows, as_json=False, resource=None):
    client = Client(place.hub.otlp)
    status, _, answer = client.post(Body(rows, as_json, resource))
    assert status == 200, answer
    client.close()


def files(place):
    for folder, _, names in os.walk(place.data_dir):
        for name in names:
            with open(os.path.join(folder, name), "rb") as stream:
                yield name, stream.read()


def find(place, texts):
    return [(name, text) for name, data in files(place) if MARK.encode() in data
            for text in texts if text.encode() in data]


def check_gone(place, canaries, what):
    found = find(place, canaries.all)
    assert not found, f"{what}: {len(found)} of {len(canaries.all)} are still there, such as {found[:3]}"
    for name, data in files(place):
        assert SECRET.to_bytes(16, "big") not in data and f"{SECRET:032x}".encode() not in data, (what, name)


def others(first, count):
    """Innocent neighbours; their traces have names and services of their own."""
    return [Span(1000 + number // 50, number, f"service {number % 3}", start=number, name=f"work {number % 40}",
                 attributes={"number": number, "text": f"some value {number % 500}"})
            for number in range(first, first + count)]


def wait_for_seal(place):
    parts = "SELECT count(*) AS parts FROM segment WHERE state = 0"
    wait_until(lambda: place.json("sql", parts)[0]["parts"] == 0, "all parts to be sealed")


def check_rest(place, spans, logs):
    check_same(by_sql(place), [span.key for span in spans], "SQL")
    check_same(by_trace(place, {span.key[0] for span in spans}), [span.key for span in spans], "trace by trace")
    check_same(everything(place)["logs"], [log.key for log in logs], "logs")
    check_trace_rows(place, spans, logs)
    check_sound(place)


def fill(place, canaries):
    """The secret trace among others, in sealed segments, in parts, and in a log that a kill leaves behind."""
    kept, logs = others(1, 2000), [Log(f"kept {i}", trace=1000, number=1) for i in range(50)]
    place.start_hub()
    post(place, kept[:1000], True)
    canaries.send(place, canaries.spans(1, 30), False)
    post(place, logs[:25])
    canaries.send(place, canaries.logs(10), True)
    wait_for_seal(place)
    canaries.send(place, canaries.spans(100, 10), True)
    post(place, kept[1000:])
    kill(place)
    place.start_hub()
    # Together with others in one body.
    post(place, logs[25:] + canaries.logs(5), False)
    return kept, logs


def test_a_trace(place):
    canaries = Canaries()
    kept, logs = fill(place, canaries)
    assert find(place, canaries.all), "this test would see nothing"
    late = canaries.spans(200, 3)
    kept += others(5000, 100)
    post(place, late + kept[-100:], True)
    post(place, [Span(SECRET, 200, late[0].service, name=canaries.new("again"), start=0, took=99999)], True)
    place.ctl("erase", f"{SECRET:032x}", "--yes")
    check_gone(place, canaries, "with the hub")
    check_rest(place, kept, logs)
    kept += others(7000, 100)
    post(place, kept[-100:], False)
    place.hub.stop()
    check_gone(place, canaries, "after the hub has ended")
    check_rest(place, kept, logs)

    # Sent again on purpose it is there again, and goes again, also without a hub.
    place.start_hub()
    post(place, late, True)
    assert flowctl(place, "trace", f"{SECRET:032x}")[0] == 0
    kill(place)
    place.ctl("erase", f"{SECRET:032x}", "--yes")
    check_gone(place, canaries, "without a hub")
    check_rest(place, kept, logs)


def test_everything(place):
    canaries = Canaries()
    for stage in "with a hub", "without a hub":
        fill(place, canaries)
        canaries.send(place, canaries.metrics(20), False)
        if stage == "without a hub":
            kill(place)
        assert find(place, canaries.all), "this test would see nothing"
        place.ctl("erase", "--all", "--yes")
        check_gone(place, canaries, stage)
        assert not any(b"some value" in data or b"kept 1" in data for _, data in files(place)), stage
        assert everything(place) == {"traces": [], "logs": [], "metrics": []} and place.json("services") == [], stage
        if place.hub is not None:
            post(place, others(1, 10))
            check_rest(place, others(1, 10), [])
            place.hub.stop()
            check_gone(place, canaries, "after the hub has ended")
            place.ctl("erase", "--all", "--yes")


def test_automatic_backups(place):
    """A migration leaves a backup; it has no right to keep what is erased."""
    canaries = Canaries()
    place.start_hub()
    canaries.send(place, canaries.spans(1, 5), True)
    place.hub.stop()
    place.ctl("db", "rollback", "0")
    place.ctl("db", "migrate")
    place.ctl("erase", "--all", "--yes")
    check_gone(place, canaries, "in the backups")


def test_a_reader_is_waited_for(place):
    """Somebody reads an old state: the erase says who, and what is left goes as soon as it can."""
    canaries = Canaries()
    place.start_hub()
    canaries.send(place, canaries.spans(1, 20), True)
    with open_reader(place) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM trace").fetchone() == (1,)
        status, _, said = flowctl(place, "erase", f"{SECRET:032x}", "--yes")
        assert status == 1 and str(os.getpid()) in said, (status, said)
        assert flowctl(place, "trace", f"{SECRET:032x}")[0] == 1, "it is erased for everybody else"
        assert reader.execute("SELECT count(*) FROM trace").fetchone() == (1,), "the reader's state has changed"
    wait_until(lambda: not find(place, canaries.all), "the rest to go")
    check_gone(place, canaries, "after the reader has ended")
    check_sound(place)


run(globals())
