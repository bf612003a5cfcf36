#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that read: traces, trace, services, metrics, search, sql, tail, and what they print."""

import json
import os
import subprocess

from flowtest import FLOWCTL, Place, attributes, log_request, request, run, span, wait_until

TRACES_KEYS = ["trace_id", "name", "services", "start_unix_nano", "duration_ns", "spans", "errors", "has_location",
               "elsewhere", "fetchable", "device",
               "title", "note", "tags", "pinned"]
SPAN_KEYS = ["span_id", "parent_span_id", "name", "service", "kind", "start_unix_nano", "duration_ns", "status",
             "attributes", "events", "links", "scope", "resource"]


def fill(place: Place):
    """Three traces: a shop with a database and an error, a slow report, and one with every kind of value."""
    hub = place.start_hub()
    hub.post("traces", request([
        span(0xa1, 1, "GET /cart", took=50000000, kind=2, http__request__method="GET",
             code__file__path="/app/cart.ts", code__line__number=12),
        span(0xa1, 2, "SELECT cart", parent=1, start=10000000, took=20000000, kind=3,
             status={"code": 2, "message": "no such table"}, db__system__name="sqlite",
             events=[{"name": "exception", "timeUnixNano": "1700000000020000000",
                      "attributes": attributes(exception__type="SqlError", exception__message="no such table")}]),
    ]))
    hub.post("traces", request([span(0xb2, 1, "report", start=5000000000, took=2000000000)], service="reports"))
    hub.post("traces", request([
        {**span(0xc3, 1, "values", start=9000000000, text="a\u001b[31mb", yes=True, ratio=0.5, big=9007199254740993),
         "links": [{"traceId": f"{0xa1:032x}", "spanId": f"{1:016x}"}]},
    ], service="values", host__name="box"))
    hub.post("logs", log_request([
        {"timeUnixNano": "1700000000015000000", "severityNumber": 17, "severityText": "ERROR",
         "body": {"stringValue": "query failed\u0007"}, "traceId": f"{0xa1:032x}", "spanId": f"{2:016x}"},
    ]))
    return hub


def ids(traces):
    return [int(trace["trace_id"], 16) for trace in traces]


def test_traces_json(place):
    fill(place)
    traces = place.json("traces")
    assert ids(traces) == [0xc3, 0xb2, 0xa1], traces
    cart = traces[2]
    assert list(cart) == TRACES_KEYS, list(cart)
    assert cart == {"trace_id": f"{0xa1:032x}", "name": "GET /cart", "services": ["shop"],
                    "start_unix_nano": "1700000000000000000", "duration_ns": "50000000", "spans": 2, "errors": 1,
                    "has_location": True, "elsewhere": False, "fetchable": False, "device": "",
                    "title": "", "note": "", "tags": [], "pinned": False}, cart


def test_traces_filters(place):
    fill(place)
    for arguments, wanted in (
            (["--limit", "1"], [0xc3]),
            (["--service", "reports"], [0xb2]),
            (["--service", "nobody"], []),
            (["--name", "CART"], [0xa1]),
            (["--errors"], [0xa1]),
            (["--attr", "db.system.name=sqlite"], [0xa1]),
            (["--attr", "db.system.name=sqlite", "--attr", "http.request.method=GET"], [0xa1]),
            (["--attr", "db.system.name=mysql"], []),
            (["--attr", "host.name=box"], [0xc3]),
            (["--attr", "big=9007199254740993"], [0xc3]),
            (["--min-duration", "1s"], [0xb2]),
            (["--max-duration", "100ms", "--min-duration", "10ms"], [0xa1]),
            (["--since", "1700000004"], [0xc3, 0xb2]),
            (["--until", "1700000004"], [0xa1]),
            (["--since", "1h"], []),
            (["--sort", "duration"], [0xb2, 0xa1, 0xc3]),
            (["--sort", "errors", "--limit", "1"], [0xa1]),
            (["--sort", "spans", "--limit", "1"], [0xa1]),
            (["--sort", "start"], [0xc3, 0xb2, 0xa1])):
        found = ids(place.json("traces", *arguments))
        assert found == wanted, (arguments, [hex(one) for one in found])


def test_traces_table(place):
    fill(place)
    lines = place.text("traces").splitlines()
    assert lines[0].split() == ["TRACE", "START", "TOOK", "SPANS", "ERRORS", "SERVICES", "NAME"], lines
    assert lines[3].split()[0] == "000000000000" and lines[3].endswith("shop      GET /cart"), lines
    assert "\x1b" not in "".join(lines)


def test_trace_json(place):
    fill(place)
    cart = place.json("trace", f"{0xa1:032x}")
    assert list(cart) == ["trace_id", "title", "note", "tags", "pinned", "spans", "logs"], list(cart)
    first, second = cart["spans"]
    assert list(first) == SPAN_KEYS + ["location"] and list(second) == SPAN_KEYS, (list(first), list(second))
    assert first["location"] == {"file": "/app/cart.ts", "line": 12, "column": 0, "function": ""}, first
    assert first["parent_span_id"] == "" and second["parent_span_id"] == f"{1:016x}"
    assert first["status"] == {"code": 0, "message": ""} and second["status"] == {"code": 2, "message": "no such table"}
    assert first["attributes"]["code.line.number"] == {"int": "12"}
    assert second["events"] == [{"name": "exception", "time_unix_nano": "1700000000020000000", "attributes": {
        "exception.type": "SqlError", "exception.message": "no such table"}}], second
    assert second["scope"] == {"name": "tests", "version": "", "attributes": {}}
    assert second["resource"] == {"service.name": "shop"}
    assert [record["body"] for record in cart["logs"]] == ["query failed\u0007"]

    values = place.json("trace", f"{0xc3:032x}")["spans"][0]
    assert values["attributes"] == {"text": "a\u001b[31mb", "yes": True, "ratio": 0.5,
                                    "big": {"int": "9007199254740993"}}, values
    assert list(values["attributes"]) == ["text", "yes", "ratio", "big"], "attributes come as they were received"
    assert values["links"][0]["trace_id"] == f"{0xa1:032x}"


def test_trace_is_byte_stable(place):
    hub = fill(place)
    before = place.ctl("trace", f"{0xa1:032x}", "--json")
    assert before == place.ctl("trace", f"{0xa1:032x}", "--json")
    hub.stop()  # parts become segments
    assert before == place.ctl("trace", f"{0xa1:032x}", "--json")


def test_trace_tree(place):
    fill(place)
    tree = place.text("trace", f"{0xa1:032x}", "--logs")
    for part in ("GET /cart", "└─ SELECT cart ✗ no such table", "! SqlError: no such table", "/app/cart.ts:12",
                 "≡ ERROR query failed\\x07", "50.0ms"):
        assert part in tree, (part, tree)
    spans = place.text("trace", f"{0xc3:032x}", "--spans")
    assert "text = a\\x1b[31mb" in spans and "big = 9007199254740993" in spans, spans
    assert "\x1b" not in tree + spans and "\x07" not in tree + spans


def test_colours(place):
    fill(place)
    plain = place.ctl("traces")
    coloured = place.ctl("traces", "--color=always")
    assert b"\x1b[" in coloured and b"\x1b[" not in plain
    assert place.ctl("traces", "--color", "never") == plain
    shown = place.on_terminal(["traces"], "", env={"NO_COLOR": "", "TERM": "xterm"})[1]
    assert "\x1b[" in shown
    assert "\x1b[" not in place.on_terminal(["traces"], "", env={"NO_COLOR": "1", "TERM": "xterm"})[1]


def test_ids(place):
    hub = fill(place)
    hub.post("traces", request([{**span(1, 1, "twin"), "traceId": "abcdef01" + "0" * 24}]))
    hub.post("traces", request([{**span(1, 1, "twin"), "traceId": "abcdef02" + "0" * 24}]))
    assert place.json("trace", "abcdef01")["trace_id"].startswith("abcdef01")
    assert place.json("trace", "ABCDEF02")["trace_id"].startswith("abcdef02")
    assert place.json("trace", "last")["trace_id"].startswith("abcdef02")
    place.ctl("trace", "abcdef0", status=2)
    assert "several" in place.errors
    place.ctl("trace", "abc", status=2)
    place.ctl("trace", "no-hex", status=2)
    place.ctl("trace", "f" * 33, status=2)
    place.ctl("trace", "dddddddd", status=1)
    place.ctl("trace", "d" * 32, status=1)


def test_services(place):
    fill(place)
    services = {service["name"]: service for service in place.json("services")}
    assert set(services) == {"shop", "reports", "values"}, services
    assert (services["shop"]["spans"], services["shop"]["errors"], services["shop"]["traces"]) == (2, 1, 1), services
    assert services["reports"]["last_unix_nano"] == "1700000007000000000", services
    assert "shop" in place.text("services")


def test_metrics(place):
    hub = place.start_hub()
    hub.post_fixture("metrics", "spec-example-metrics.json")
    hub.post_fixture("metrics", "otlp-deno-metrics.bin")
    names = [series["name"] for series in place.json("metrics")]
    assert {"my.counter", "my.gauge", "my.histogram", "my.exponential.histogram"} <= set(names), names
    counter, = place.json("metrics", "my.counter")
    assert counter["service"] == "my.service" and counter["kind"] == "sum", counter
    assert counter["attributes"] == {"my.counter.attr": "some value"}
    assert counter["points"][0]["asDouble"] == 5 and counter["metric"]["unit"] == "1", counter
    assert [one["name"] for one in place.json("metrics", "--attr", "my.gauge.attr=some value")] == ["my.gauge"]
    assert place.json("metrics", "no.such.metric") == []
    assert "my.counter" in place.text("metrics")


def test_search(place):
    fill(place)
    hit, = place.json("search", "no such table", "--limit", "1")
    assert hit["trace_id"] == f"{0xa1:032x}" and hit["span_id"] == f"{2:016x}", hit
    hit, = place.json("search", "query failed")
    assert hit["signal"] == "logs", hit
    hit, = place.json("search", "31mb")
    assert hit["key"] == "text" and hit["value"] == "a\u001b[31mb", hit
    assert "\\x1b[31mb" in place.text("search", "31mb")
    assert place.json("search", "nothing like it") == []


def test_sql(place):
    fill(place)
    rows = place.json("sql", "SELECT name, service, duration_ns FROM span ORDER BY duration_ns DESC LIMIT 1")
    assert rows == [{"name": "report", "service": "reports", "duration_ns": 2000000000}], rows
    assert place.text("sql", "SELECT 1 AS one, NULL AS none, x'00ff' AS bytes").split() == \
        ["one", "none", "bytes", "1", "null", '"00ff"']
    for query in ("DELETE FROM trace", "DROP TABLE trace", "SELECT 1; SELECT 2", "nonsense", "",
                  f"ATTACH '{place.top}/new.db' AS new", "SELECT load_extension('x')", "VACUUM",
                  f"VACUUM INTO '{place.top}/new.db'"):
        place.ctl("sql", query, status=2)
    assert not os.path.exists(f"{place.top}/new.db")


def test_tail(place):
    hub = fill(place)
    tail = subprocess.Popen([FLOWCTL, "tail", "--json", "--lines", "2", "--count", "4"], env=place.env,
                            stdout=subprocess.PIPE)
    lines = [json.loads(tail.stdout.readline()) for _ in range(2)]
    assert ids(lines) == [0xb2, 0xc3], lines
    hub.post("traces", request([span(0xd4, 2, "child", parent=1)]))
    assert ids([json.loads(tail.stdout.readline())]) == [0xd4]
    hub.post("traces", request([span(0xd4, 1, "late root")]))
    again = json.loads(tail.stdout.readline())
    assert (again["name"], again["spans"]) == ("late root", 2), again
    hub.post("traces", request([span(0xe5, 1, "last")]))
    assert ids([json.loads(tail.stdout.readline())]) == [0xe5]
    assert tail.wait(60) == 0
    tail.stdout.close()


def test_nothing_stored(place):
    for verb in (["traces"], ["trace", "last"], ["services"], ["metrics"], ["search", "x"], ["tail"], ["sql", "SELECT 1"],
                 ["workspaces"], ["sessions"]):
        place.ctl(*verb, status=1)
        assert "flowscope-hub" in place.errors, place.errors
    place.ctl("traces", "--json", status=1)
    assert json.loads(place.errors)["error"]["code"] == "not_found", place.errors


def test_reading_needs_no_hub(place):
    fill(place).stop()
    assert ids(place.json("traces")) == [0xc3, 0xb2, 0xa1]
    assert len(place.json("trace", "last")["spans"]) == 1
    copy = place.folder("elsewhere")
    assert subprocess.run(["cp", f"{place.data_dir}/flowscope.db", copy]).returncode == 0
    assert ids(place.json("traces", "--data-dir", copy)) == [0xc3, 0xb2, 0xa1]
    assert ids(place.json("--data-dir", copy, "traces")) == [0xc3, 0xb2, 0xa1]


def test_wrong_usage(place):
    for arguments in ([], ["nonsense"], ["traces", "--nonsense"], ["traces", "extra"], ["trace"], ["db"],
                      ["db", "nonsense"], ["traces", "--limit", "x"], ["settings", "set", "key"], ["--nonsense"],
                      ["traces", "--sort", "colour"], ["export"], ["erase"]):
        place.ctl(*arguments, status=2)
        assert place.errors, arguments


def test_output_that_cannot_be_written(place):
    fill(place)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([FLOWCTL, "traces"], env=place.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"cannot be written" in done.stderr, done


def test_workspaces(place):
    hub = fill(place)
    folder = place.folder("my shop")
    assert place.json("workspaces") == [] and place.json("sessions") == []
    assert "flowctl settings set" in (place.text("workspaces") + place.errors)
    place.ctl("settings", "set", "workspace-folders", folder)
    wait_until(lambda: place.json("workspaces"), "the folder of the settings")
    workspace, = place.json("workspaces")
    assert (workspace["name"], workspace["folder"]) == ("my shop", folder), workspace
    assert "my shop" in place.text("workspaces")
    hub.post("traces", request([span(0xf6, 1, "in the shop", code__file__path=f"{folder}/cart.ts")]))
    hub.post("traces", request([span(0xf7, 1, "started there")], process__working_directory=folder))
    hub.post("traces", request([span(0xf8, 1, "says so")], flowscope__workspace__id=workspace["id"],
                               flowscope__session__id="mine"))
    for name in ("my shop", "MY SHOP", folder, workspace["id"]):
        assert ids(place.json("traces", "--workspace", name)) == [0xf8, 0xf7, 0xf6], name
    assert ids(place.json("traces", "--workspace", "my shop", "--session", "mine")) == [0xf8]
    assert ids(place.json("traces", "--session", "another")) == []


def test_many_traces_are_paged(place):
    hub = fill(place)
    hub.post("traces", request(span(0x1000 + i, 1, f"n{i}") for i in range(300)))
    assert len(place.json("traces")) == 100
    assert len(place.json("traces", "--limit", "1000")) == 303
    wait_until(lambda: place.json("status")["ingest"]["spans"] == 304, "the hub's count")


run(globals())
