# SPDX-License-Identifier: GPL-3.0-or-later
"""What a data directory holds, by all the ways there are to ask, and what it must hold."""

import collections
import contextlib
import json
import os
import sqlite3
import subprocess

from flowtest import FLOWCTL, HUB, PATIENCE


def kill(place):
    """End the hub as a power cut would."""
    hub, place.hub = place.hub, None
    hub.process.kill()
    hub.process.wait(PATIENCE)
    hub.process.stdout.close()


def start_and_kill(place, moment):
    """A hub that does not live long enough to say that it is ready, or just so."""
    with subprocess.Popen([HUB, "--port", "0", "--otlp-port", "0"], env=place.env, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()


@contextlib.contextmanager
def open_reader(place):
    """A connection of another program, such as the sqlite3 shell: it reads as long as it likes."""
    path = os.path.join(place.data_dir, "flowscope.db")
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    try:
        yield reader
    finally:
        reader.close()


def export(place, *arguments):
    """The requests that an export consists of."""
    return [json.loads(line) for line in place.ctl("export", "--format", "jsonl", *arguments).splitlines()]


def spans_in(requests):
    return [(span["traceId"], span["spanId"]) for request in requests for resource in request.get("resourceSpans", ())
            for scope in resource["scopeSpans"] for span in scope["spans"]]


def logs_in(requests):
    return [record["body"]["stringValue"] for request in requests for resource in request.get("resourceLogs", ())
            for scope in resource["scopeLogs"] for record in scope["logRecords"]]


def points_in(requests):
    return [str(point["asInt"]) for request in requests for resource in request.get("resourceMetrics", ())
            for scope in resource["scopeMetrics"] for metric in scope["metrics"]
            for point in metric["gauge"]["dataPoints"]]


def by_sql(place):
    return [(row["trace_id"], row["span_id"]) for row in place.json("sql", "SELECT trace_id, span_id FROM span")]


def by_trace(place, traces):
    """Each trace looked up by its id, as a reader who wants one of them does."""
    found = []
    traces = sorted(traces)
    for at in range(0, len(traces), 500):
        found += spans_in(export(place, "--signal", "traces", *traces[at:at + 500]))
    return found


def everything(place):
    """Keys of all rows that are stored, by signal."""
    return {"traces": spans_in(export(place, "--all", "--signal", "traces")),
            "logs": logs_in(export(place, "--all", "--signal", "logs")),
            "metrics": points_in(export(place, "--all", "--signal", "metrics"))}


def check_same(found, wanted, what):
    """No row more, none less, none twice."""
    found, wanted = collections.Counter(found), collections.Counter(list(wanted))
    if found != wanted:
        raise AssertionError(f"{what}: {len(wanted - found)} missing, such as {list(wanted - found)[:3]}, "
                             f"{len(found - wanted)} too many, such as {list(found - wanted)[:3]}")


def check_between(found, least, most, what):
    """All of @least, each once, and beyond it nothing that is not in @most."""
    counted = collections.Counter(found)
    twice = [key for key, count in counted.items() if count > 1]
    missing, foreign = set(least) - set(counted), set(counted) - set(most)
    assert not twice, f"{what}: {len(twice)} of {len(counted)} are there more than once, such as {twice[:3]}"
    assert not missing, f"{what}: {len(missing)} that were acknowledged are lost, such as {sorted(missing)[:3]}"
    assert not foreign, f"{what}: {len(foreign)} were never sent, such as {sorted(foreign)[:3]}"


def check_trace_rows(place, spans, logs=()):
    """The list of traces counts what the traces hold, and names who wrote spans and logs of them."""
    wanted = collections.defaultdict(lambda: [0, 0, set()])
    for span in spans:
        row = wanted[span.key[0]]
        row[0] += 1
        row[1] += span.error
        row[2].add(span.service)
    for log in logs:
        if f"{log.trace:032x}" in wanted:
            wanted[f"{log.trace:032x}"][2].add(log.service)
    found = {trace["trace_id"]: [trace["spans"], trace["errors"], set(trace["services"])]
             for trace in place.json("traces", "--limit", str(len(wanted) + 1000))}
    wrong = [(trace, found.get(trace), row) for trace, row in wanted.items() if found.get(trace) != row]
    assert not wrong, f"{len(wrong)} of {len(wanted)} traces are counted wrongly, such as {wrong[:2]}"
    assert len(found) == len(wanted), f"{len(found)} traces instead of {len(wanted)}"


def check_sound(place):
    assert place.json("db", "check") == {"ok": True, "problems": []}


def flowctl(place, *arguments):
    """A command that may fail: (exit status, standard output, standard error)."""
    done = subprocess.run([FLOWCTL, *arguments], env=place.env, cwd=place.top, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr.decode()
