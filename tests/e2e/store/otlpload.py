# SPDX-License-Identifier: GPL-3.0-or-later
"""OTLP by the thousand: rows with ids of their own, as JSON or as protobuf written by hand, and clients that post them."""

import base64
import http.client
import json
import os
import struct
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))

from flowtest import PATIENCE  # noqa: E402

MOMENT = 1_700_000_000_000_000_000


def noise(dice, count):
    """Text that can't be compressed much."""
    return base64.b64encode(dice.randbytes(count * 3 // 4)).decode()


# --- protobuf -------------------------------------------------------------------------------------------------------

def varint(number):
    out = bytearray()
    while number > 0x7f:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def blob(field, data):
    data = data.encode() if isinstance(data, str) else data
    return varint(field << 3 | 2) + varint(len(data)) + data


def number(field, value):
    return varint(field << 3) + varint(value & 0xffff_ffff_ffff_ffff)


def fixed(field, value):
    return varint(field << 3 | 1) + struct.pack("<Q", value)


def key_values(field, attributes):
    out = b""
    for key, value in attributes.items():
        if isinstance(value, bool):
            packed = number(2, value)
        elif isinstance(value, int):
            packed = number(3, value)
        else:
            packed = blob(1, value)
        out += blob(field, blob(1, key) + blob(2, packed))
    return out


# --- rows -----------------------------------------------------------------------------------------------------------

class Span:
    """One span; two are the same when their trace and span ids, start, service and kind are."""

    signal = "traces"

    def __init__(self, trace, number, service="load", parent=0, start=0, took=1000, name=None, error=False, kind=1,
                 attributes=None, events=()):
        self.trace, self.number, self.service, self.parent = trace, number, service, parent
        self.start, self.took, self.error, self.kind = MOMENT + start, took, error, kind
        self.name = name or f"span {number}"
        self.attributes = attributes or {}
        self.events = events

    @property
    def key(self):
        return f"{self.trace:032x}", f"{self.number:016x}"

    def as_json(self):
        made = {"traceId": self.key[0], "spanId": self.key[1], "name": self.name, "kind": self.kind,
                "startTimeUnixNano": str(self.start), "endTimeUnixNano": str(self.start + self.took),
                "attributes": json_attributes(self.attributes),
                "events": [{"timeUnixNano": str(self.start), "name": name, "attributes": json_attributes(values)}
                           for name, values in self.events]}
        if self.parent:
            made["parentSpanId"] = f"{self.parent:016x}"
        if self.error:
            made["status"] = {"code": 2}
        return made

    def as_protobuf(self):
        out = (blob(1, self.trace.to_bytes(16, "big")) + blob(2, self.number.to_bytes(8, "big")) + blob(5, self.name) +
               number(6, self.kind) + fixed(7, self.start) + fixed(8, self.start + self.took) +
               key_values(9, self.attributes))
        for name, values in self.events:
            out += blob(11, fixed(1, self.start) + blob(2, name) + key_values(3, values))
        if self.parent:
            out += blob(4, self.parent.to_bytes(8, "big"))
        if self.error:
            out += blob(15, number(3, 2))
        return out


class Log:
    """One log record; it is known by its body."""

    signal = "logs"

    def __init__(self, text, service="load", trace=0, number=0, attributes=None):
        self.text, self.service, self.trace, self.number = text, service, trace, number
        self.attributes = attributes or {}

    @property
    def key(self):
        return self.text

    def as_json(self):
        made = {"timeUnixNano": str(MOMENT), "severityNumber": 9, "body": {"stringValue": self.text},
                "attributes": json_attributes(self.attributes)}
        if self.trace:
            made.update(traceId=f"{self.trace:032x}", spanId=f"{self.number:016x}")
        return made

    def as_protobuf(self):
        out = (fixed(1, MOMENT) + number(2, 9) + blob(5, blob(1, self.text)) + key_values(6, self.attributes))
        if self.trace:
            out += blob(9, self.trace.to_bytes(16, "big")) + blob(10, self.number.to_bytes(8, "big"))
        return out


class Metric:
    """A gauge with one point; it is known by its value."""

    signal = "metrics"

    def __init__(self, value, name="load.gauge", service="load", attributes=None):
        self.value, self.name, self.service = value, name, service
        self.attributes = attributes or {}

    @property
    def key(self):
        return str(self.value)

    def as_json(self):
        return {"name": self.name, "gauge": {"dataPoints": [{"timeUnixNano": str(MOMENT), "asInt": str(self.value),
                                                             "attributes": json_attributes(self.attributes)}]}}

    def as_protobuf(self):
        point = fixed(3, MOMENT) + fixed(6, self.value) + key_values(7, self.attributes)
        return blob(1, self.name) + blob(5, blob(1, point))


def json_attributes(values):
    kinds = {bool: "boolValue", int: "intValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]


# What the three requests call their groups and rows.
NAMES = {"traces": ("resourceSpans", "scopeSpans", "spans"), "logs": ("resourceLogs", "scopeLogs", "logRecords"),
         "metrics": ("resourceMetrics", "scopeMetrics", "metrics")}


class Body:
    """A request with its rows, encoded once, so that it can be sent again as it was."""

    def __init__(self, rows, as_json, resource=None):
        self.rows, self.signal, self.json = list(rows), rows[0].signal, as_json
        services = {}
        for row in self.rows:
            services.setdefault(row.service, []).append(row)
        outer, inner, name = NAMES[self.signal]
        if as_json:
            document = {outer: [{"resource": {"attributes": json_attributes({"service.name": service,
                                                                             **(resource or {})})},
                                 inner: [{"scope": {"name": "load"}, name: [row.as_json() for row in group]}]}
                                for service, group in services.items()]}
            self.data = json.dumps(document).encode()
        else:
            self.data = b"".join(
                blob(1, blob(1, key_values(1, {"service.name": service, **(resource or {})})) +
                     blob(2, blob(1, blob(1, "load")) + b"".join(blob(2, row.as_protobuf()) for row in group)))
                for service, group in services.items())

    @property
    def content_type(self):
        return "application/json" if self.json else "application/x-protobuf"


# --- clients --------------------------------------------------------------------------------------------------------

class Client:
    """A connection that is kept alive until the hub closes it."""

    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url).netloc
        self.connection = None

    def post(self, body):
        """Returns (status, headers, answer). Raises OSError or http.client.HTTPException when there was no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
            self.connection.request("POST", f"/v1/{body.signal}", body.data, {"Content-Type": body.content_type})
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load:
    """Client threads that post bodies until there are no more, or the hub is gone."""

    def __init__(self, url, bodies, threads=4):
        self.lock = threading.Lock()
        self.waiting = list(reversed(bodies))
        self.acknowledged, self.open, self.refused = [], [], []
        self.refusals = set()
        self.progress = threading.Condition(self.lock)
        self.threads = [threading.Thread(target=self.run, args=(Client(url),)) for _ in range(threads)]
        self.running = threads
        for thread in self.threads:
            thread.start()

    def take(self):
        with self.lock:
            return self.waiting.pop() if self.waiting else None

    def run(self, client):
        while (body := self.take()) is not None:
            try:
                status, headers, answer = client.post(body)
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.open.append(body)
                break
            with self.progress:
                (self.acknowledged if status == 200 else self.refused).append(body)
                if status != 200:
                    self.refusals.add((status, headers["Retry-After"], answer))
                self.progress.notify_all()
        client.close()
        with self.progress:
            self.running -= 1
            self.progress.notify_all()

    def wait_for(self, count):
        """Until so many were acknowledged, or all clients have ended."""
        with self.progress:
            if not self.progress.wait_for(lambda: len(self.acknowledged) >= count or self.running == 0, PATIENCE):
                raise AssertionError(f"{len(self.acknowledged)} of {count} acknowledged")

    def join(self):
        """The bodies nobody has acknowledged: those in flight, and those that were never sent."""
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a client waits for an answer that does not come"
        return self.open, self.waiting
