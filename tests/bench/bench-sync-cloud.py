#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeping devices the same costs through a real cloud, beside the whole document as JSON over Node.js `ws`, which is
what is usually built: operations a second, time from one device to another, idle connections, bytes on the wire.
Arguments: sync-load, the command for node, its script."""

import base64
import json
import os
import resource
import select
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cloud"))
from cloudapi import ACCOUNT, Cloud, Device, Socket, make_batch, read_batch  # noqa: E402
from flowtest import Place  # noqa: E402

LOAD, NODE, SCRIPT = sys.argv[1:4]
IDLE = (1000, 10000)
# A ping comes every 30 s.
IDLE_S = 35
# Of one account; a cloud allows 256.
DEVICES = 200
CHANGES = 200
RECORDS = (100, 1000, 10000)
TICKS = os.sysconf("SC_CLK_TCK")


def title(text):
    print(f"\n{text}", flush=True)


def row(what, text):
    print(f"  {what:<58} {text}", flush=True)


def milliseconds(times):
    times = sorted(times)
    return f"p50 {statistics.median(times) * 1e3:.2f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.2f} ms"


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as stream:
        return int(stream.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
        fields = stream.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Crowd:
    """Connections that answer pings and do nothing else."""

    def __init__(self):
        self.poll = select.epoll()
        self.members = {}
        self.ended = 0
        threading.Thread(target=self.run, daemon=True).start()

    def add(self, connection):
        self.members[connection.stream.fileno()] = connection
        self.poll.register(connection.stream.fileno(), select.EPOLLIN)

    def run(self):
        while True:
            for number, _ in self.poll.poll():
                self.answer(number)

    def answer(self, number):
        connection = self.members[number]
        frame = connection.stream.recv(65536)
        if len(frame) >= 2 and frame[0] & 0xf == 9:
            connection.frame(10, frame[2:])
        elif not frame or frame[0] & 0xf == 8:
            self.ended += 1
            self.poll.unregister(number)


class Relay:
    """Passes on what goes between a device and the cloud, and counts it, HTTP included."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.count = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            far = socket.create_connection((self.cloud.host, self.cloud.port))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=ends, daemon=True).start()

    def copy(self, source, target):
        while data := source.recv(65536):
            self.count += len(data)
            target.sendall(data)


def issuer(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["iss"]


class Seeded(Device):
    """A device of sync-load, which is signed in already."""

    def __init__(self, cloud, identity, token):
        self.given = token
        super().__init__(cloud, device=identity)

    def login(self):
        self.tokens = {"access": self.given}


class Bench:
    """A cloud, and what sync-load makes for it."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.token = cloud.device().token

    def seed(self, accounts, devices):
        """Devices, account by account."""
        lines = subprocess.run([LOAD, "devices", self.cloud.folder, issuer(self.token), str(accounts), str(devices)],
                               check=True, capture_output=True, text=True).stdout.splitlines()
        made = {}
        for line in lines:
            account, identity, token = line.split()
            made.setdefault(account, []).append((identity, token))
        return list(made.values())

    def batches(self, device, count, operations):
        """Real ones; and what they would be as plain JSON, in bytes."""
        path = os.path.join(self.cloud.place.top, "batches")
        plain = int(subprocess.run([LOAD, "batches", path, device, ACCOUNT, str(count), str(operations)], check=True,
                                   capture_output=True, text=True).stdout)
        with open(path, "rb") as stream:
            data = stream.read()
        made = []
        at = 0
        while at < len(data):
            total = read_batch(data[at:at + 512])["total"]
            made.append(data[at:at + total])
            at += total
        return made, plain


def measure_bytes(bench):
    title("Bytes of notes on traces, sealed, beside the same as plain JSON")
    for operations, count in ((1, 500), (10, 50), (100, 10), (1000, 2)):
        made, plain = bench.batches("ab" * 16, count, operations)
        sealed = sum(map(len, made))
        less = 100 * (1 - sealed / plain)
        goal = "" if operations < 100 else f"  goal 60 % less: {'ok' if less >= 60 else 'MISSED'}"
        row(f"{operations} in a batch",
            f"{sealed / count / operations:.0f} bytes an operation, {plain / count / operations:.0f} as JSON: "
            f"{less:.0f} % less{goal}")


    title("The same with everything that HTTP adds, and the push to another device")
    for operations in (1, 10, 100):
        (first, second), = bench.seed(1, 2)
        relay = Relay(bench.cloud)
        made, plain = bench.batches(first[0], 20, operations)
        sender, receiver = Seeded(relay, *first), Seeded(relay, *second)
        sender.ask("GET", "/api/auth/me", status=200)
        with receiver.socket() as connection:
            relay.count = 0
            for batch in made:
                sender.upload(batch)
                assert connection.hear()[0][1] == batch
        row(f"{operations} in a batch",
            f"{relay.count / 20 / operations:.0f} bytes an operation up and down; as JSON twice {2 * plain / 20 / operations:.0f}")


def upload_all(device, requests, sent):
    for request in requests:
        answer = device.upload(request)
        assert not answer["refused"], answer
    sent.append(len(requests))


def measure_uploads(bench, clients, operations, batches, per_request):
    made = [Seeded(bench.cloud, *one) for account in bench.seed(clients, 1) for one in account]
    requests = []
    for device in made:
        real, _ = bench.batches(device.id, batches, operations)
        requests.append([b"".join(real[at:at + per_request]) for at in range(0, len(real), per_request)])
    for device in made:
        device.ask("GET", "/api/auth/me", status=200)
    sent = []
    threads = [threading.Thread(target=upload_all, args=(device, wanted, sent)) for device, wanted in zip(made, requests)]
    before, start = cpu(bench.cloud.process.pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, used = time.perf_counter() - start, cpu(bench.cloud.process.pid) - before
    assert len(sent) == clients
    total = clients * batches * operations
    row(f"{clients} devices, {operations} in a batch, {per_request} batches a request",
        f"{total / took:.0f} operations/s, {used / total * 1e6:.1f} us CPU each")
    return made[0], total / clients


def measure_throughput(bench):
    title("Operations through the cloud, durable (fsync) before they are acknowledged")
    measure_uploads(bench, 1, 1, 300, 1)
    measure_uploads(bench, 16, 1, 150, 1)
    measure_uploads(bench, 4, 100, 100, 5)
    device, total = measure_uploads(bench, 1, 500, 200, 5)
    start = time.perf_counter()
    vector, got, size = [], 0, 0
    while True:
        part, more = device.download(vector)
        got += len(part)
        size += sum(len(batch) for _, batch in part)
        vector = [{"device": device.id, "epoch": 1, "seq": read_batch(part[-1][1])["last"]}]
        if not more:
            break
    took = time.perf_counter() - start
    row("a device that fetches all of it", f"{total / took:.0f} operations/s ({got} batches, {size / took / 1e6:.0f} MB/s)")


def measure_way(sender, receiver):
    """From the moment that an upload begins until the other device has it."""
    times = []
    first = sender.seq.get(ACCOUNT, 0) + 1
    with receiver.socket() as connection:
        for seq in range(first, first + CHANGES):
            batch = make_batch(sender.id, 1, seq, size=200)
            start = time.perf_counter()
            sender.upload(batch)
            got = connection.hear()
            times.append(time.perf_counter() - start)
            assert got[0][1] == batch
    sender.seq[ACCOUNT] = first + CHANGES - 1
    return milliseconds(times)


def measure_idle(bench):
    title("Idle connections, each of a device of its own")
    pid = bench.cloud.process.pid
    (first, second), = bench.seed(1, 2)
    sender, receiver = Seeded(bench.cloud, *first), Seeded(bench.cloud, *second)
    row("from one device to the other, nobody else there", measure_way(sender, receiver))
    devices = iter(one for account in bench.seed(max(IDLE) // DEVICES, DEVICES) for one in account)
    crowd = Crowd()
    before = resident(pid)
    for count in IDLE:
        while len(crowd.members) < count:
            crowd.add(Socket(bench.cloud, next(devices)[1]).ready())
        kib = (resident(pid) - before) / count
        used, start = cpu(pid), time.perf_counter()
        threading.Event().wait(IDLE_S)
        used, took = cpu(pid) - used, time.perf_counter() - start
        row(f"{count} idle", f"{kib:.1f} KiB each, {100 * used / took:.1f} % of a core")
        row(f"from one device to the other, {count} idle beside", measure_way(sender, receiver))
    assert crowd.ended == 0, f"{crowd.ended} connections were closed"


class NodeClient(Socket):
    """A client of what is usually built; counts what goes over its wire."""

    def __init__(self, port):
        class Place_:
            host = "127.0.0.1"
        Place_.port = port
        self.count = 0
        super().__init__(Place_)

    def more(self):
        before = len(self.rest)
        super().more()
        self.count += len(self.rest) - before

    def frame(self, opcode, payload):
        self.count += len(payload) + 14
        super().frame(opcode, payload)

    def text(self):
        return json.dumps(self.hear())


def note(i):
    return {"title": "checkout slow query", "note": "the second of orders again because index miss traffic spike",
            "tags": ["queue"], "pinned": True, "updatedAt": f"2026-11-20T22:00:{i % 60:02d}.000Z",
            "deviceId": "ab" * 16}


def measure_node(place):
    title("Beside it: the whole document as JSON over Node.js ws")
    for records in RECORDS:
        path = os.path.join(place.top, f"document-{records}.json")
        with subprocess.Popen([NODE, SCRIPT, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            port = int(server.stdout.readline())
            a, b = NodeClient(port), NodeClient(port)
            document = {"records": {f"{i:032x}": note(i) for i in range(records)}}
            a.frame(1, json.dumps(document).encode())
            a.hear()
            b.hear()
            changes = max(5, CHANGES * 100 // records)
            a.count = b.count = 0
            used, times = cpu(server.pid), []
            for i in range(changes):
                document["records"][f"{i % records:032x}"]["note"] += "."
                start = time.perf_counter()
                a.frame(1, json.dumps(document).encode())
                b.hear()
                times.append(time.perf_counter() - start)
                a.hear()
            used = cpu(server.pid) - used
            row(f"{records} records: a change", f"{milliseconds(times)}, {1 / statistics.mean(times):.0f} changes/s")
            row("", f"{(a.count + b.count) / changes / 1024:.0f} KiB on the wire and {used / changes * 1e3:.1f} ms CPU each")
            if records == RECORDS[0]:
                before = resident(server.pid)
                idle = [NodeClient(port) for _ in range(IDLE[0])]
                row(f"{IDLE[0]} idle", f"{(resident(server.pid) - before) / len(idle):.1f} KiB each")
                for one in idle:
                    one.close()
            a.close()
            b.close()
            server.stdin.close()



def main():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # A disk, not memory: syncing must be real.
    os.environ.setdefault("TMPDIR", os.environ.get("FLOW_BENCH_FOLDER", "/var/tmp"))
    with Place() as place:
        with Cloud(place, "--connections", str(max(IDLE) + 100)) as cloud:
            bench = Bench(cloud)
            measure_bytes(bench)
            measure_throughput(bench)
            measure_idle(bench)
        measure_node(place)


main()
