#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept and for how long: retention by size, capture off and on, shared ids, spans that come again, readers."""

import os
import random
import subprocess

from otlpload import Body, Client, Load, Log, Metric, Span, noise
from flowtest import FLOWCTL, PATIENCE, run, wait_until
from stored import (by_sql, by_trace, check_between, check_same, check_sound, check_trace_rows, everything, kill,
                    open_reader, spans_in, export)


def noisy(dice, first, count):
    """Spans that do not compress, 50 a trace, in the order in which they are sent."""
    return [Span(1 + number // 50, number, f"service {number // 1000}", start=number,
                 attributes={"noise": noise(dice, 2000)})
            for number in range(first, first + count)]


def post(place, *bodies):
    client = Client(place.hub.otlp)
    for body in bodies:
        status, _, answer = client.post(body)
        assert status == 200, answer
    client.close()


def cut(rows, size, as_json=False):
    return [Body(rows[at:at + size], as_json) for at in range(0, len(rows), size)]


def test_retention_by_size(place):
    dice = random.Random(17)
    spans = noisy(dice, 1, 20000)
    place.start_hub()
    place.ctl("settings", "set", "capture.retention-size-mb", "1024")
    post(place, *cut(spans, 500))
    assert len(by_sql(place)) == len(spans)
    path = os.path.join(place.data_dir, "flowscope.db")
    wait_until(lambda: os.path.getsize(path) > 25 << 20, "the rows to be in the file")

    place.ctl("settings", "set", "capture.retention-size-mb", "16")
    wait_until(lambda: os.path.getsize(path) <= 16 << 20, "the file to become small")
    wait_until(lambda: not os.path.exists(path + "-wal") or os.path.getsize(path + "-wal") == 0, "an empty WAL")
    left = by_sql(place)
    newest = [span.key for span in spans[-2000:]]
    check_between(left, newest, {span.key for span in spans}, "what is left")
    assert spans[0].key not in left and spans[2000].key not in left, "the oldest is still there"
    still = set(left)
    kept = [span for span in spans if span.key in still]
    check_same(by_trace(place, {key[0] for key in left}), left, "trace by trace")
    check_trace_rows(place, kept)
    assert {one["name"] for one in place.json("services")} == {span.service for span in kept}
    check_sound(place)

    # What went may come again; and what comes now stays.
    more = noisy(dice, 50001, 500)
    post(place, *cut(more, 500), *cut(spans[:100], 100, True))
    check_between(by_sql(place), {span.key for span in more + spans[:100]}, {span.key for span in spans + more}, "after")
    place.hub.stop()
    check_sound(place)


def test_capture_off_and_on(place):
    place.start_hub()
    client = Client(place.hub.otlp)
    bodies = [Body([Span(1, 1)], True), Body([Span(1, 2)], False), Body([Log("a")], True), Body([Metric(1)], False)]
    place.ctl("settings", "set", "capture.enabled", "false")
    for body in bodies:
        status, headers, answer = client.post(body)
        assert status == 503 and int(headers["Retry-After"]) > 0, (status, headers.items())
        assert headers["Content-Type"] == body.content_type and b"capture" in answer, answer
    assert everything(place) == {"traces": [], "logs": [], "metrics": []}
    assert place.json("status")["capture_enabled"] is False
    place.ctl("settings", "set", "capture.enabled", "true")
    for body in bodies:
        assert client.post(body)[0] == 200
    assert {signal: len(keys) for signal, keys in everything(place).items()} == {"traces": 2, "logs": 1, "metrics": 1}
    place.ctl("settings", "set", "capture.enabled", "false")
    kill(place)
    client = Client(place.start_hub().otlp)
    assert client.post(bodies[0])[0] == 503, "the setting is forgotten"
    client.close()


def test_shared_ids(place):
    """Senders that use one span id for the client's and the server's half of a call (storage.md 6 e)."""
    halves = [Span(7, number, service, start=start, kind=kind, name=f"{service} {number}")
              for number in range(1, 200) for service, start, kind in (("front", 10, 3), ("back", 20, 2))]
    place.start_hub()
    post(place, *cut(halves[0::2], 50), *cut(halves[1::2], 70, True))
    for _ in range(2):
        rows = place.json("sql", "SELECT span_id, service, kind FROM span")
        check_same([(row["span_id"], row["service"], row["kind"]) for row in rows],
                   [(span.key[1], span.service, span.kind) for span in halves], "both halves")
        assert place.json("traces")[0]["spans"] == len(halves)
        kill(place)
        place.start_hub()
        post(place, *cut(halves, 90))  # again, in other batches
    trace = place.json("trace", f"{7:032x}")
    check_same([(span["span_id"], span["service"]) for span in trace["spans"]],
               [(span.key[1], span.service) for span in halves], "in the trace")


def test_a_span_that_comes_again_later(place):
    """The same span with a later end takes the place of the first, wherever that lies by then; an earlier one is
    nothing new."""
    def spans(took, error=False):
        return [Span(9, number, start=number, took=took, error=error) for number in range(1, 50)]

    def check(took, errors):
        rows = place.json("sql", "SELECT span_id, duration_ns FROM span")
        check_same([(row["span_id"], row["duration_ns"]) for row in rows],
                   [(span.key[1], took) for span in spans(took)], f"durations of {took}")
        trace, = place.json("traces")
        assert (trace["spans"], trace["errors"]) == (49, errors), trace
        check_same(spans_in(export(place, "--all")), [span.key for span in spans(took)], "export")

    place.start_hub()
    post(place, Body(spans(1000), False), Body(spans(2000, True), True), Body(spans(500), True))
    check(2000, 49)
    parts = "SELECT count(*) AS parts FROM segment WHERE state = 0"
    wait_until(lambda: place.json("sql", parts)[0]["parts"] == 0, "the parts to be sealed")
    post(place, Body(spans(3000), False), Body(spans(1000), False))
    check(3000, 0)
    kill(place)
    place.start_hub()
    post(place, Body(spans(4000)[:20], True), Body(spans(4000, True)[20:] + spans(4000)[:5], True), Body(spans(10), True))
    check(4000, 29)
    check_sound(place)


def test_readers_do_not_stop_commits(place):
    """Readers of an old state see it unchanged; commits go on; the WAL is emptied when they have ended."""
    place.start_hub()
    first = noisy(random.Random(19), 1, 300)
    post(place, *cut(first, 100))
    wal = os.path.join(place.data_dir, "flowscope.db-wal")
    slow = "SELECT a.span_id, a.attributes, b.attributes FROM span a, span b"
    with open_reader(place) as reader, \
            subprocess.Popen([FLOWCTL, "sql", "--json", slow], env=place.env, stdout=subprocess.PIPE) as query:
        reader.execute("BEGIN")
        assert reader.execute("SELECT sum(spans) FROM trace").fetchone() == (300,)
        assert query.stdout.read(1000), "flowctl sql says nothing"
        more = noisy(random.Random(23), 1001, 10000)
        load = Load(place.hub.otlp, cut(more, 200))
        assert load.join() == ([], []) and not load.refused, load.refusals
        assert place.json("trace", more[-1].key[0])["trace_id"] == more[-1].key[0]
        assert reader.execute("SELECT sum(spans) FROM trace").fetchone() == (300,), "the reader's state has changed"
        assert os.path.getsize(wal) > 0
        query.terminate()
        query.wait(PATIENCE)
    wait_until(lambda: os.path.getsize(wal) == 0, "an empty WAL")
    check_same(by_sql(place), [span.key for span in first + more], "SQL")
    check_sound(place)


def test_export_beside_a_load(place):
    """An export, and a query, while parts come, are sealed and merged: all that was there before, nothing twice."""
    place.start_hub()
    spans = [Span(1 + number // 40, number, start=number) for number in range(1, 30001)]
    logs = [Log(f"log {number}") for number in range(1, 2001)]
    bodies = cut(spans, 60)
    for at, body in enumerate(cut(logs, 50, True)):
        bodies.insert(at * 12, body)
    load = Load(place.hub.otlp, bodies, 2)
    sent = {signal: {row.key for body in bodies if body.signal == signal for row in body.rows}
            for signal in ("traces", "logs", "metrics")}
    running = True
    while running:
        running = load.running > 0
        before = list(load.acknowledged)
        for signal, keys in everything(place).items():
            check_between(keys, {row.key for body in before if body.signal == signal for row in body.rows},
                          sent[signal], signal)
        check_between(by_sql(place), {row.key for body in before if body.signal == "traces" for row in body.rows},
                      sent["traces"], "SQL")
    assert load.join() == ([], []) and not load.refused, load.refusals


def test_sql_changes_nothing(place):
    other = os.path.join(place.top, "other.db")
    place.start_hub()
    post(place, Body([Span(1, 1)], True))
    for query in ("DELETE FROM trace", "DELETE FROM span", "PRAGMA user_version = 9", "VACUUM", "DROP TABLE trace",
                  f"ATTACH '{other}' AS y", "INSERT INTO service VALUES (9, 'x')", "PRAGMA journal_mode = DELETE",
                  "UPDATE span SET name = 'x'", "PRAGMA wal_checkpoint(TRUNCATE)"):
        place_says = subprocess.run([FLOWCTL, "sql", query], env=place.env, capture_output=True, timeout=PATIENCE)
        assert b"Traceback" not in place_says.stderr
        assert by_sql(place) == [Span(1, 1).key], query
    assert not os.path.exists(other)
    assert place.json("sql", "PRAGMA user_version")[0]["user_version"] == place.json("db", "status")["schema_version"]
    check_sound(place)


run(globals())
