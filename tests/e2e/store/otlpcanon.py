# SPDX-License-Identifier: GPL-3.0-or-later
"""OTLP documents in a form in which two that say the same are equal, whatever their encoding and order of groups.

The protobuf side is read by the field tables below, which come from opentelemetry-proto and not from this program."""

import base64
import gzip
import json
import math
import struct

# Message -> field number -> (name, type, repeated). "bytes" are hex for ids, else base64; oneof members keep defaults.
TABLES = {
    "Request": {1: ("rows", "Group", True)},
    "Resource": {1: ("attributes", "KeyValue", True), 2: ("droppedAttributesCount", "uint", False),
                 3: ("entityRefs", "EntityRef", True)},
    "EntityRef": {1: ("schemaUrl", "string", False), 2: ("type", "string", False), 3: ("idKeys", "string", True),
                  4: ("descriptionKeys", "string", True)},
    "Scope": {1: ("name", "string", False), 2: ("version", "string", False), 3: ("attributes", "KeyValue", True),
              4: ("droppedAttributesCount", "uint", False)},
    "KeyValue": {1: ("key", "string", False), 2: ("value", "AnyValue", False)},
    "AnyValue": {1: ("stringValue", "string", False), 2: ("boolValue", "bool", False), 3: ("intValue", "int", False),
                 4: ("doubleValue", "double", False), 5: ("arrayValue", "Array", False),
                 6: ("kvlistValue", "List", False), 7: ("bytesValue", "bytes", False)},
    "Array": {1: ("values", "AnyValue", True)},
    "List": {1: ("values", "KeyValue", True)},
    "Span": {1: ("traceId", "id", False), 2: ("spanId", "id", False), 3: ("traceState", "string", False),
             4: ("parentSpanId", "id", False), 5: ("name", "string", False), 6: ("kind", "int", False),
             7: ("startTimeUnixNano", "fixed64", False), 8: ("endTimeUnixNano", "fixed64", False),
             9: ("attributes", "KeyValue", True), 10: ("droppedAttributesCount", "uint", False),
             11: ("events", "Event", True), 12: ("droppedEventsCount", "uint", False), 13: ("links", "Link", True),
             14: ("droppedLinksCount", "uint", False), 15: ("status", "Status", False), 16: ("flags", "fixed32", False)},
    "Event": {1: ("timeUnixNano", "fixed64", False), 2: ("name", "string", False), 3: ("attributes", "KeyValue", True),
              4: ("droppedAttributesCount", "uint", False)},
    "Link": {1: ("traceId", "id", False), 2: ("spanId", "id", False), 3: ("traceState", "string", False),
             4: ("attributes", "KeyValue", True), 5: ("droppedAttributesCount", "uint", False),
             6: ("flags", "fixed32", False)},
    "Status": {2: ("message", "string", False), 3: ("code", "int", False)},
    "Log": {1: ("timeUnixNano", "fixed64", False), 2: ("severityNumber", "int", False),
            3: ("severityText", "string", False), 5: ("body", "AnyValue", False), 6: ("attributes", "KeyValue", True),
            7: ("droppedAttributesCount", "uint", False), 8: ("flags", "fixed32", False), 9: ("traceId", "id", False),
            10: ("spanId", "id", False), 11: ("observedTimeUnixNano", "fixed64", False),
            12: ("eventName", "string", False)},
    "Metric": {1: ("name", "string", False), 2: ("description", "string", False), 3: ("unit", "string", False),
               5: ("gauge", "Gauge", False), 7: ("sum", "Sum", False), 9: ("histogram", "Histogram", False),
               10: ("exponentialHistogram", "Exponential", False), 11: ("summary", "Summary", False),
               12: ("metadata", "KeyValue", True)},
    "Gauge": {1: ("dataPoints", "Number", True)},
    "Sum": {1: ("dataPoints", "Number", True), 2: ("aggregationTemporality", "int", False),
            3: ("isMonotonic", "bool", False)},
    "Histogram": {1: ("dataPoints", "HistogramPoint", True), 2: ("aggregationTemporality", "int", False)},
    "Exponential": {1: ("dataPoints", "ExponentialPoint", True), 2: ("aggregationTemporality", "int", False)},
    "Summary": {1: ("dataPoints", "SummaryPoint", True)},
    "Number": {2: ("startTimeUnixNano", "fixed64", False), 3: ("timeUnixNano", "fixed64", False),
               4: ("asDouble", "double", False), 5: ("exemplars", "Exemplar", True), 6: ("asInt", "sfixed64", False),
               7: ("attributes", "KeyValue", True), 8: ("flags", "uint", False)},
    "HistogramPoint": {2: ("startTimeUnixNano", "fixed64", False), 3: ("timeUnixNano", "fixed64", False),
                       4: ("count", "fixed64", False), 5: ("sum", "optional double", False),
                       6: ("bucketCounts", "fixed64", True), 7: ("explicitBounds", "double", True),
                       8: ("exemplars", "Exemplar", True), 9: ("attributes", "KeyValue", True),
                       10: ("flags", "uint", False), 11: ("min", "optional double", False),
                       12: ("max", "optional double", False)},
    "ExponentialPoint": {1: ("attributes", "KeyValue", True), 2: ("startTimeUnixNano", "fixed64", False),
                         3: ("timeUnixNano", "fixed64", False), 4: ("count", "fixed64", False),
                         5: ("sum", "optional double", False), 6: ("scale", "sint", False),
                         7: ("zeroCount", "fixed64", False), 8: ("positive", "Buckets", False),
                         9: ("negative", "Buckets", False), 10: ("flags", "uint", False),
                         11: ("exemplars", "Exemplar", True), 12: ("min", "optional double", False),
                         13: ("max", "optional double", False), 14: ("zeroThreshold", "double", False)},
    "Buckets": {1: ("offset", "sint", False), 2: ("bucketCounts", "uint", True)},
    "SummaryPoint": {2: ("startTimeUnixNano", "fixed64", False), 3: ("timeUnixNano", "fixed64", False),
                     4: ("count", "fixed64", False), 5: ("sum", "double", False),
                     6: ("quantileValues", "Quantile", True), 7: ("attributes", "KeyValue", True),
                     8: ("flags", "uint", False)},
    "Quantile": {1: ("quantile", "double", False), 2: ("value", "double", False)},
    "Exemplar": {2: ("timeUnixNano", "fixed64", False), 3: ("asDouble", "double", False), 4: ("spanId", "id", False),
                 5: ("traceId", "id", False), 6: ("asInt", "sfixed64", False),
                 7: ("filteredAttributes", "KeyValue", True)},
}
SIGNALS = {"traces": ("resourceSpans", "scopeSpans", "spans", "Span"),
           "logs": ("resourceLogs", "scopeLogs", "logRecords", "Log"),
           "metrics": ("resourceMetrics", "scopeMetrics", "metrics", "Metric")}
# Members of a oneof, or messages that mean something when they are empty.
PRESENT = {"stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue", "asInt",
           "asDouble", "gauge", "histogram", "exponentialHistogram", "summary"}
KINDS = {"SPAN_KIND_INTERNAL": 1, "SPAN_KIND_SERVER": 2, "SPAN_KIND_CLIENT": 3}


# --- JSON -----------------------------------------------------------------------------------------------------------

def number(value):
    """NaN is made equal to itself, and -0.0 unequal to 0.0."""
    value = float(value)
    return "NaN" if math.isnan(value) else repr(value)


def scalar(value, kind):
    if kind.endswith("double"):
        return number(value)
    if kind == "bool":
        return bool(value)
    if kind == "id":
        return value.lower().strip("0") and value.lower()
    if kind == "bytes":
        return base64.b64encode(base64.b64decode(value)).decode()
    if kind == "string":
        return value
    return KINDS[value] if value in KINDS else int(value)


def is_default(value, kind):
    return value in ("0.0", "", 0, False) if kind in ("double", "bool", "string", "id", "bytes") else value == 0


def message(document, name):
    """One message; what has its default is left out."""
    made = {}
    for field, kind, repeated in TABLES[name].values():
        value = document.get(field)
        if value is None or repeated and value == []:
            continue
        keep = field in PRESENT or name == "Metric" and field == "sum" or kind.startswith("optional")
        if repeated:
            made[field] = [message(one, kind) if kind in TABLES else scalar(one, kind) for one in value]
        elif kind in TABLES:
            inner = message(value, kind)
            if inner or keep:
                made[field] = inner
        else:
            one = scalar(value, kind)
            if keep or not is_default(one, kind):
                made[field] = one
    return made


def rows(request):
    """(signal, group, row) of each row of a request, as texts that can be sorted."""
    for signal, (outer, inner, field, kind) in SIGNALS.items():
        for resource in request.get(outer) or ():
            for scope in resource.get(inner) or ():
                group = json.dumps([message(resource.get("resource") or {}, "Resource"), resource.get("schemaUrl") or "",
                                    message(scope.get("scope") or {}, "Scope"), scope.get("schemaUrl") or ""],
                                   sort_keys=True)
                for row in scope.get(field) or ():
                    for one in split(message(row, kind)) if kind == "Metric" else [message(row, kind)]:
                        yield signal, group, json.dumps(one, sort_keys=True)


def split(metric):
    """A metric with several points says the same as one for each of them."""
    for kind in ("gauge", "sum", "histogram", "exponentialHistogram", "summary"):
        points = metric.get(kind, {}).get("dataPoints", ())
        if len(points) > 1:
            return [{**metric, kind: {**metric[kind], "dataPoints": [point]}} for point in points]
    return [metric]


# --- protobuf -------------------------------------------------------------------------------------------------------

def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = read_varint(data, at)
        elif wire == 1:
            value, at = data[at:at + 8], at + 8
        elif wire == 5:
            value, at = data[at:at + 4], at + 4
        else:
            assert wire == 2, f"wire type {wire}"
            length, at = read_varint(data, at)
            assert at + length <= len(data), "cut short"
            value, at = data[at:at + length], at + length
        yield key >> 3, wire, value


def unpack(kind, wire, value):
    kind = kind.removeprefix("optional ")
    if kind == "string":
        return value.decode()
    if kind == "id":
        return value.hex()
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind in ("double", "fixed64", "sfixed64", "fixed32"):
        return struct.unpack({"double": "<d", "fixed64": "<Q", "sfixed64": "<q", "fixed32": "<I"}[kind], value)[0]
    if kind == "sint":
        return value >> 1 ^ -(value & 1)
    if kind == "int":
        return value - (1 << 64) if value >> 63 else value
    return bool(value) if kind == "bool" else value


def unpack_all(kind, wire, value):
    """The elements of a packed field."""
    size = {"double": 8, "fixed64": 8}.get(kind)
    if wire != 2:
        return [unpack(kind, wire, value)]
    if size:
        return [unpack(kind, 1, value[at:at + size]) for at in range(0, len(value), size)]
    found, at = [], 0
    while at < len(value):
        one, at = read_varint(value, at)
        found.append(one)
    return found


def from_protobuf(data, name):
    made = {}
    for field, wire, value in fields(data):
        if field not in TABLES[name]:
            continue
        key, kind, repeated = TABLES[name][field]
        if kind in TABLES:
            value = from_protobuf(value, kind)
        elif repeated and kind != "string":
            made.setdefault(key, []).extend(unpack_all(kind, wire, value))
            continue
        else:
            value = unpack(kind, wire, value)
        if repeated:
            made.setdefault(key, []).append(value)
        else:
            made[key] = value
    return made


def request_from_protobuf(data, signal):
    outer, inner, field, kind = SIGNALS[signal]
    resources = []
    for _, _, group in fields(data):
        resource = {inner: []}
        for number_, _, value in fields(group):
            if number_ == 1:
                resource["resource"] = from_protobuf(value, "Resource")
            elif number_ == 3:
                resource["schemaUrl"] = value.decode()
            elif number_ == 2:
                scope = {field: []}
                for part, _, content in fields(value):
                    if part == 1:
                        scope["scope"] = from_protobuf(content, "Scope")
                    elif part == 2:
                        scope[field].append(from_protobuf(content, kind))
                    elif part == 3:
                        scope["schemaUrl"] = content.decode()
                resource[inner].append(scope)
        resources.append(resource)
    return {outer: resources}


# --- files ----------------------------------------------------------------------------------------------------------

def read(path, signal=None):
    """The requests of a file; protobuf ones are told which signal they are of."""
    with open(path, "rb") as stream:
        data = stream.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if signal is not None:
        return [request_from_protobuf(data, signal)]
    try:
        return [json.loads(data)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in data.splitlines()]


def canonical(requests):
    """All rows of requests, in an order that is always the same."""
    return sorted(row for request in requests for row in rows(request))
