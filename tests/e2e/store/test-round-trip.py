#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import and export lose nothing, in every format, with a hub and without one."""

import glob
import json
import os

import otlpload  # noqa: F401  (finds flowtest)
from flowtest import FIXTURES, run
from otlpcanon import SIGNALS, canonical, read, read_varint, request_from_protobuf
from stored import kill

EXPORTS = (("json", ["--format", "json"]), ("jsonl", ["--format", "jsonl"]), ("jsonl.gz", ["--format", "jsonl", "-z"]),
           ("json.gz", ["--format", "json", "-z"]))


def signal_of(name):
    return next(signal for signal in ("logs", "metrics", "traces") if signal in name or signal == "traces")


def original(path):
    return canonical(read(path, signal_of(os.path.basename(path)) if path.endswith((".bin", ".bin.gz")) else None))


def text(key, value):
    return {"key": key, "value": {"stringValue": value}}


def every_kind_of_value():
    values = [{"stringValue": ""}, {"stringValue": "ü€😀\u0000\u001f\"\\/\u2028"}, {"stringValue": "x" * 70000},
              {"boolValue": True}, {"boolValue": False}, {"intValue": "0"}, {"intValue": "-9223372036854775808"},
              {"intValue": "9223372036854775807"}, {"intValue": 42}, {"doubleValue": 0}, {"doubleValue": -0.0},
              {"doubleValue": 0.1}, {"doubleValue": 5e-324}, {"doubleValue": 1.7976931348623157e308},
              {"doubleValue": "NaN"}, {"doubleValue": "Infinity"}, {"doubleValue": "-Infinity"},
              {"bytesValue": ""}, {"bytesValue": "AAEC/w=="}, {"arrayValue": {}}, {"kvlistValue": {}},
              {"arrayValue": {"values": [{}, {"intValue": "1"}, {"arrayValue": {"values": [{"stringValue": "in"}]}}]}},
              {"kvlistValue": {"values": [text("a", "1"), text("", "no key"), text("a", "twice"),
                                          {"key": "deep", "value": {"kvlistValue": {"values": [text("b", "2")]}}}]}},
              {}]
    return ([{"key": f"key.{number}", "value": value} for number, value in enumerate(values)] +
            [text("key.0", "again"), text("", "no key"), {"key": "no value"}])


def odd_traces():
    attributes = every_kind_of_value()
    spans = [
        {"traceId": "0" * 31 + "1", "spanId": "0" * 15 + "1", "name": "", "attributes": attributes,
         "startTimeUnixNano": "0", "endTimeUnixNano": "0"},
        {"traceId": "f" * 32, "spanId": "F" * 16, "parentSpanId": "0" * 16, "name": "all", "kind": 5, "flags": 0x301,
         "traceState": "a=1,b=2", "startTimeUnixNano": "1700000000000000001", "endTimeUnixNano": "1700000000000000003",
         "droppedAttributesCount": 1, "droppedEventsCount": 4294967295, "droppedLinksCount": 3,
         "status": {"code": 2, "message": "nö"},
         "events": [{"timeUnixNano": "1", "name": "", "attributes": attributes[:3], "droppedAttributesCount": 7}, {}],
         "links": [{"traceId": "a" * 32, "spanId": "b" * 16, "traceState": "c=3", "attributes": attributes[3:9],
                    "droppedAttributesCount": 9, "flags": 257}, {"traceId": "a" * 32, "spanId": "c" * 16}]},
        {"traceId": "f" * 32, "spanId": "d" * 16, "parentSpanId": "e" * 16, "name": "ends before it starts",
         "startTimeUnixNano": "1700000000000000009", "endTimeUnixNano": "1700000000000000001", "kind": 0},
        {"traceId": "f" * 32, "spanId": "9" * 16, "name": "late", "startTimeUnixNano": "18446744073709551615",
         "endTimeUnixNano": "18446744073709551615", "kind": 77, "status": {"code": 1}},
        {"traceId": "f" * 32, "spanId": "8" * 16, "name": "places", "startTimeUnixNano": "5", "endTimeUnixNano": "6",
         "attributes": [text("code.file.path", "file:///a%20b/c.ts"), {"key": "code.line.number",
                                                                      "value": {"doubleValue": 12}},
                        text("code.function.name", "f"), text("code.filepath", "/old"),
                        {"key": "code.lineno", "value": {"stringValue": "7"}}]},
    ]
    groups = [{"scope": {"name": "s", "version": "1", "attributes": attributes[:4], "droppedAttributesCount": 2},
               "schemaUrl": "https://example/scope", "spans": spans[:2]}, {"spans": spans[2:4]},
              {"scope": {}, "spans": spans[4:]}]
    return {"resourceSpans": [
        {"resource": {"attributes": attributes + [text("service.name", "odd")], "droppedAttributesCount": 5,
                      "entityRefs": [{"schemaUrl": "u", "type": "host", "idKeys": ["host.id", ""],
                                      "descriptionKeys": ["host.name"]}]},
         "schemaUrl": "https://example/resource", "scopeSpans": groups[:1]},
        {"scopeSpans": groups[1:]}]}


def odd_logs():
    bodies = [entry["value"] for entry in every_kind_of_value() if "value" in entry]
    records = [{"body": body, "timeUnixNano": str(number)} for number, body in enumerate(bodies)]
    records += [{}, {"traceId": "f" * 32, "spanId": "8" * 16, "severityNumber": 24, "severityText": "FATAL",
                     "observedTimeUnixNano": "18446744073709551615", "flags": 1, "eventName": "an.event",
                     "droppedAttributesCount": 3, "attributes": every_kind_of_value()},
                {"traceId": "f" * 32, "timeUnixNano": "1"}]
    return {"resourceLogs": [{"resource": {"attributes": [text("service.name", "odd")]}, "schemaUrl": "r",
                              "scopeLogs": [{"scope": {"name": "l"}, "schemaUrl": "s", "logRecords": records}]}]}


def odd_metrics():
    attributes = every_kind_of_value()
    exemplars = [{"timeUnixNano": "3", "asDouble": 1.5, "spanId": "8" * 16, "traceId": "f" * 32,
                  "filteredAttributes": attributes[:3]}, {"asInt": "-1"}]
    base = {"startTimeUnixNano": "1", "timeUnixNano": "2", "attributes": attributes, "flags": 1}
    metrics = [
        {"name": "gauge", "unit": "By", "description": "dö", "metadata": [text("m", "d")],
         "gauge": {"dataPoints": [{**base, "asInt": "0"}, {"asDouble": 0}, {"asDouble": "NaN", "exemplars": exemplars},
                                  {"asInt": "-9223372036854775808"}, {"flags": 1}]}},
        {"name": "sum", "sum": {"aggregationTemporality": 2, "isMonotonic": True,
                                "dataPoints": [{**base, "asDouble": -1.5}, {"asInt": 7}]}},
        {"name": "histogram", "histogram": {"aggregationTemporality": 1, "dataPoints": [
            {**base, "count": "18446744073709551615", "sum": 0, "min": 0, "max": -0.0, "bucketCounts": ["1", 0, "2"],
             "explicitBounds": [0, 1.5], "exemplars": exemplars}, {"count": 0}]}},
        {"name": "exponential", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
            {**base, "count": 5, "sum": 1, "scale": -3, "zeroCount": 1, "zeroThreshold": 1e-9,
             "positive": {"offset": -2, "bucketCounts": ["1", "300"]}, "negative": {"offset": 5, "bucketCounts": [4]},
             "min": -1, "max": 1, "exemplars": exemplars}]}},
        {"name": "summary", "summary": {"dataPoints": [
            {**base, "count": "3", "sum": 4.5, "quantileValues": [{}, {"quantile": 0.5, "value": "NaN"}]}]}},
    ]
    return {"resourceMetrics": [{"resource": {"attributes": [text("service.name", "odd")]},
                                 "scopeMetrics": [{"scope": {"name": "m"}, "metrics": metrics}]}]}


def difference(wanted, found):
    """Where two texts part."""
    at = len(os.path.commonprefix([wanted, found]))
    return f"{wanted[max(at - 200, 0):at + 100]!r}\nbecame {found[max(at - 200, 0):at + 100]!r}"


def check_equal(found, wanted, what):
    missing = [row for row in wanted if row not in found]
    extra = [row for row in found if row not in wanted]
    if missing or extra or len(found) != len(wanted):
        raise AssertionError(f"{what}: {len(wanted)} rows became {len(found)}, {len(missing)} of them others\n" +
                             "\n".join(difference("".join(one), "".join(other))
                                       for one, other in list(zip(missing, extra))[:20]))


def read_protobuf(path, signal):
    """A bare message, or several with their lengths in front."""
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        return [request_from_protobuf(data, signal)]
    except (AssertionError, IndexError, UnicodeDecodeError, KeyError, AttributeError, TypeError):
        requests, at = [], 0
        while at < len(data):
            length, at = read_varint(data, at)
            requests.append(request_from_protobuf(data[at:at + length], signal))
            at += length
        return requests


def check_exports(place, data, wanted, what):
    """All formats say the same as what came in, and so does what they become when they are imported again."""
    for ending, arguments in EXPORTS:
        path = os.path.join(place.folder("exports"), f"{what}.{ending}")
        place.ctl("--data-dir", data, "export", "--all", "-o", path, *arguments)
        check_equal(canonical(read(path)), wanted, f"{what} exported as {ending}")
        check_import(place, [path], wanted, f"{what} as {ending}")
    paths = []
    found = []
    for signal in SIGNALS:
        path = os.path.join(place.folder("exports"), f"{what}.{signal}.bin")
        place.ctl("--data-dir", data, "export", "--all", "--signal", signal, "-o", path, "--format", "protobuf")
        if os.path.getsize(path) > 0:
            paths.append(path)
            found += canonical(read_protobuf(path, signal))
    check_equal(sorted(found), wanted, f"{what} exported as protobuf")
    check_import(place, paths, wanted, f"{what} as protobuf")
    path = os.path.join(place.folder("exports"), f"{what}.bin.gz")
    place.ctl("--data-dir", data, "export", "--all", "-o", path, "--format", "protobuf", "-z")
    check_import(place, [path], wanted, f"{what} as one protobuf file")


def check_import(place, paths, wanted, what):
    """Into an empty store and out of it again."""
    place.number = getattr(place, "number", 0) + 1
    data = place.folder(f"data{place.number}")
    place.ctl("--data-dir", data, "import", *paths)
    lines = place.ctl("--data-dir", data, "export", "--all", "--format", "jsonl").splitlines()
    check_equal(canonical(map(json.loads, lines)), wanted, f"{what}, imported again")
    return data


def test_each_fixture(place):
    paths = sorted(glob.glob(os.path.join(FIXTURES, "*.json")) + glob.glob(os.path.join(FIXTURES, "*.bin")) +
                   glob.glob(os.path.join(FIXTURES, "*.gz")))
    assert len(paths) > 10
    for path in paths:
        wanted = original(path)
        assert wanted, path
        data = check_import(place, [path], wanted, os.path.basename(path))
        check_exports(place, data, wanted, os.path.basename(path))


def test_odd_values(place):
    documents = [odd_traces(), odd_logs(), odd_metrics()]
    wanted = canonical(documents)
    paths = [place.write(f"odd{number}.json", json.dumps(document)) for number, document in enumerate(documents)]
    check_exports(place, check_import(place, paths, wanted, "odd"), wanted, "odd")
    lines = place.write("odd.jsonl", "".join(json.dumps(document) + "\n" for document in documents))
    check_import(place, [lines], wanted, "odd lines")


def test_through_a_hub(place):
    """The same through a running hub, in one store, also when it is killed and started in between."""
    names = ["otlp-sample.json", "otlp-deno-traces.bin", "otlp-deno-logs.json", "otlp-deno-metrics.bin",
             "spec-example-trace.json", "spec-example-logs.json", "spec-example-metrics.json"]
    paths = [os.path.join(FIXTURES, name) for name in names]
    paths += [place.write(f"odd{number}.json", json.dumps(document))
              for number, document in enumerate((odd_traces(), odd_logs(), odd_metrics()))]
    wanted = sorted(row for path in paths for row in original(path))
    place.start_hub()
    place.ctl("import", *paths[:5])
    kill(place)
    place.start_hub()
    place.ctl("import", *paths)
    check_exports(place, place.data_dir, wanted, "hub")
    place.hub.stop()
    place.ctl("import", *paths)
    check_exports(place, place.data_dir, wanted, "after")


run(globals())
