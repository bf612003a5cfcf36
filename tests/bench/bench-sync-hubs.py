#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What syncing costs from end to end: two real hubs and a real cloud. From a note on one device until it can be read in
the database of the other, what two idle hubs take, and the first sync of many records."""

import os
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "e2e"))
from syncdevice import Cloud, SyncDevice  # noqa: E402
from flowtest import Place  # noqa: E402

NOTES = 400
GOAL_MS = 150
RECORDS = 100000
IDLE_S = 35
TICKS = os.sysconf("SC_CLK_TCK")


def title(text):
    print(f"\n{text}", flush=True)


def row(what, text):
    print(f"  {what:<58} {text}", flush=True)


def cpu(*processes):
    """Seconds."""
    total = 0
    for process in processes:
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stream:
            total += sum(map(int, stream.read().rsplit(")", 1)[1].split()[11:13]))
    return total / TICKS


def peak(process):
    """MiB of memory at most."""
    with open(f"/proc/{process.pid}/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM:")) / 1024


class Reader:
    """The database of a device, read beside its hub."""

    def __init__(self, device):
        self.db = sqlite3.connect(f"file:{device.place.data_dir}/flowscope.db?mode=ro", uri=True, isolation_level=None)

    def ask(self, statement, *values):
        return self.db.execute(statement, values).fetchone()

    def until(self, answer, statement, *values, pause=0.0005):
        while (found := self.ask(statement, *values)) is None or found[0] != answer:
            threading.Event().wait(pause)

    def close(self):
        self.db.close()


def processes_of(cloud, *devices):
    return [cloud.process] + [device.hub.process for device in devices]


def measure_notes(cloud, desk, laptop):
    title("A note, from the request on one device until it is in the database of the other")
    desk.trace(1)
    reader, times = Reader(laptop), []
    everybody = processes_of(cloud, desk, laptop)
    before = cpu(*everybody)
    for number in range(NOTES):
        start = time.perf_counter()
        desk.mark(1, note=f"note {number}")
        reader.until(f"note {number}", "SELECT note FROM trace_fact WHERE trace_id = ?", (1).to_bytes(16, "big"))
        times.append((time.perf_counter() - start) * 1e3)
    reader.close()
    times.sort()
    middle = statistics.median(times)
    row(f"{NOTES} notes, one after the other",
        f"p50 {middle:.1f} ms, p99 {times[NOTES * 99 // 100]:.1f} ms, longest {times[-1]:.1f} ms  "
        f"goal {GOAL_MS} ms: {'ok' if middle <= GOAL_MS else 'MISSED'}")
    row("both hubs and the cloud together", f"{(cpu(*everybody) - before) / NOTES * 1e3:.2f} ms CPU a note")


def measure_idle(cloud, desk, laptop):
    title("Nothing happens")
    used = [cpu(process) for process in processes_of(cloud, desk, laptop)]
    threading.Event().wait(IDLE_S)
    used = [cpu(process) - before for process, before in zip(processes_of(cloud, desk, laptop), used)]
    row("CPU of the cloud, of each hub", ", ".join(f"{100 * one / IDLE_S:.2f} %" for one in used))


def measure_first_sync(place):
    title(f"The first sync of {RECORDS:,} notes, from a hub to the cloud to another hub")
    with Cloud(place, folder="first") as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.stop()
        desk.stock(RECORDS)
        desk.start()
        for device, what in ((desk, "to the cloud"), (laptop, "from the cloud")):
            everybody = processes_of(cloud, device)
            before, start = cpu(*everybody), time.perf_counter()
            device.login(cloud.url, *(["--register"] if device is desk else []))
            while (device.status["setup"] or {}).get("state") not in (None, "none", "done"):
                threading.Event().wait(0.05)
            device.wait()
            if device is laptop:
                reader = Reader(laptop)
                reader.until(RECORDS, "SELECT count(*) FROM trace_fact", pause=0.05)
                reader.close()
            took, used = time.perf_counter() - start, cpu(*everybody) - before
            size = sum(run["bytes_up"] + run["bytes_down"] for run in device.sync("history", "--limit", "1000")["runs"])
            row(what, f"{took:.1f} s, {used:.1f} s CPU with the cloud's, {size / 2 ** 20:.2f} MiB, "
                      f"{peak(device.hub.process):.0f} MiB of memory at most")


def main():
    # A disk, not memory: what is acknowledged must be kept.
    os.environ.setdefault("TMPDIR", os.environ.get("FLOW_BENCH_FOLDER", "/var/tmp"))
    with Place() as place:
        with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
            desk.login(cloud.url, "--register")
            laptop.login(cloud.url)
            desk.wait()
            laptop.wait()
            measure_notes(cloud, desk, laptop)
            measure_idle(cloud, desk, laptop)
        measure_first_sync(place)


main()
