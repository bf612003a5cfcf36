#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs with the npm OpenTelemetry SDK and with Deno's own exporter, none of it changed for FlowScope."""

import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowtest import SOURCE, run, wait_until  # noqa: E402

NODE = os.path.join(SOURCE, "tests", "e2e", "node")
APP = os.path.join(NODE, "app.js")


def sdk_env(place, protocol, compression="none"):
    more = {} if compression == "none" else {"OTEL_EXPORTER_OTLP_COMPRESSION": compression}
    return {**place.env, **more, "OTEL_SERVICE_NAME": "shop", "OTEL_EXPORTER_OTLP_ENDPOINT": place.hub.otlp,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, "OTEL_TRACES_EXPORTER": "otlp",
            "OTEL_LOGS_EXPORTER": "otlp", "OTEL_METRICS_EXPORTER": "otlp"}


def run_node(place, protocol, compression="none"):
    done = subprocess.run(["node", APP], env=sdk_env(place, protocol, compression), cwd=NODE, capture_output=True,
                          text=True)
    assert done.returncode == 0 and not done.stderr, done
    return newest(place)


def newest(place):
    return place.json("trace", place.json("traces", "--limit", "1")[0]["trace_id"])


def check_shop(place, trace):
    root, query = trace["spans"]
    assert (root["name"], query["name"]) == ("GET /users/:id", "SELECT users"), trace
    assert query["parent_span_id"] == root["span_id"] and (root["kind"], query["kind"]) == (2, 3)
    assert root["status"]["code"] == 1 and query["status"] == {"code": 2, "message": "boom \U0001f4a5"}
    with open(APP, encoding="utf-8") as stream:
        line = next(number for number, text in enumerate(stream, 1) if "span.setAttributes(here())" in text)
    assert (root["location"]["file"], root["location"]["line"]) == (APP, line), root["location"]
    attributes = root["attributes"]
    assert attributes["big"] == {"int": str(2**53 - 1)} and attributes["negative"] == {"int": "-7"}, attributes
    assert attributes["ratio"] == 0.5 and attributes["tiny"] == 5e-324 and attributes["ok"] is True
    assert attributes["tags"] == ["a", "b"] and attributes["counts"] == [{"int": "1"}, {"int": "2"}]
    assert attributes["ключ"] == "значение" and attributes["empty"] == ""
    assert [event["name"] for event in query["events"]] == ["cache.miss", "exception"]
    assert query["links"][0]["span_id"] == root["span_id"] and query["links"][0]["attributes"] == {"why": "demo"}
    assert root["scope"] == {"name": "shop", "version": "1.2.3", "attributes": {}}
    assert root["resource"]["telemetry.sdk.language"] == "nodejs"
    assert [(record["body"], record["severity"], record["span_id"]) for record in trace["logs"]] == [
        ({"route": "/users/:id", "n": {"int": "1"}}, 9, root["span_id"]),
        ("query failed", 17, query["span_id"])], trace["logs"]

    series = {one["name"]: one for one in place.json("metrics")}
    assert {"shop.requests", "shop.duration", "shop.temperature"} <= set(series), series
    assert series["shop.requests"]["kind"] == "sum" and series["shop.temperature"]["kind"] == "gauge"
    assert series["shop.requests"]["attributes"] == {"route": "/users/:id"}
    assert series["shop.duration"]["points"][0]["sum"] == 12.5, series["shop.duration"]
    assert {one["name"] for one in place.json("metrics", "--attr", "room=a")} == {"shop.temperature"}


def without_what_differs(trace, sort_keys=False):
    """The trace with ids by their order, and without times and what belongs to one process."""
    text = json.dumps(trace, sort_keys=sort_keys)
    for number, found in enumerate(dict.fromkeys(re.findall(r'"([0-9a-f]{32}|[0-9a-f]{16})"', text))):
        text = text.replace(found, f"id{number}")
    text = re.sub(r'("(?:start_unix_nano|duration_ns|time_unix_nano)": )"\d+"', r'\1"0"', text)
    return re.sub(r'("process.pid": {"int": )"\d+"', r'\1"0"', text)


def test_node_sdk_each_way(place):
    place.start_hub()
    seen = set()
    for protocol in ("http/json", "http/protobuf"):
        for compression in ("none", "gzip"):
            trace = run_node(place, protocol, compression)
            check_shop(place, trace)
            seen.add(without_what_differs(trace))
    assert len(seen) == 1, "\n".join(sorted(seen))
    status = place.json("status")
    assert status["ingest"]["spans"] == 8 and status["ingest"]["rejected"] == 0, status["ingest"]
    assert status["ingest"]["by_status"] in ({}, []), status["ingest"]


def test_node_under_record(place):
    place.start_hub()
    place.ctl("record", "--service", "shop", "--", "node", APP, cwd=NODE)
    assert "1 trace arrived" in place.errors and "GET /users/:id" in place.errors, place.errors
    check_shop(place, newest(place))


def deno_command(place):
    return ["node", os.path.join(NODE, "node_modules", "deno", "bin.cjs"), "run", "--quiet", "--no-remote",
            "--allow-net", os.path.join(NODE, "main.ts")]


def test_deno_each_way(place):
    place.start_hub()
    seen = set()
    for protocol in ("http/json", "http/protobuf"):
        env = {**sdk_env(place, protocol), "OTEL_DENO": "true", "DENO_DIR": place.folder("deno"),
               "DENO_NO_UPDATE_CHECK": "1"}
        done = subprocess.run(deno_command(place), env=env, cwd=NODE, capture_output=True, text=True)
        assert done.returncode == 0, done
        root_id, = (trace["trace_id"] for trace in place.json("traces", "--limit", "1", "--name", "deno-root"))
        trace = place.json("trace", root_id)
        names = [span["name"] for span in trace["spans"]]
        assert names[0] == "deno-root" and len(names) == 3, names
        root = trace["spans"][0]
        with open(os.path.join(NODE, "main.ts"), encoding="utf-8") as stream:
            line = next(number for number, text in enumerate(stream, 1) if "new Error()" in text)
        assert root["location"]["file"] == os.path.join(NODE, "main.ts"), root
        assert root["location"]["line"] == line and root["parent_span_id"] == "", root
        assert [event["name"] for event in root["events"]] == ["started"]
        assert any("a line of the program" in str(record["body"]) for record in trace["logs"]), trace["logs"]
        assert any(one["name"] == "http.server.request.duration" for one in place.json("metrics"))
        # Deno's port is a free one, and the order of its resource's attributes is another one in each process.
        seen.add(re.sub(r"127\.0\.0\.1:\d+", "PORT", without_what_differs(trace, sort_keys=True)))
    assert len(seen) == 1, "\n".join(sorted(seen))


def test_open_the_line(place):
    """The editor gets the line of the program's own source; its packages and a foreign folder are not opened."""
    place.start_hub()
    trace = run_node(place, "http/protobuf")
    root, query = (f"{trace['trace_id']}:{span['span_id']}" for span in trace["spans"])
    said = os.path.join(place.top, "said")
    editor = place.write("editor", f'#!/bin/sh\nprintf "%s\\n" "$@" > "{said}.new"\nmv "{said}.new" "{said}"\n', 0o755)
    place.ctl("settings", "set", "editor-command", f"{editor} {{file}}:{{line}}:{{column}}")
    place.ctl("open", root, "--wait", status=1)  # from elsewhere: no known folder

    place.ctl("settings", "set", "path-maps", f"[('shop', '{NODE}', '{NODE}')]")
    for target, text in ((root, "span.setAttributes(here())"), (query, "throw new TypeError")):
        place.ctl("open", target)
        wait_until(lambda: os.path.exists(said), "the editor")
        with open(said, encoding="utf-8") as stream:
            file, line, _ = stream.read().strip().rsplit(":", 2)
        os.unlink(said)
        assert file == APP, file
        with open(APP, encoding="utf-8") as stream:
            assert text in stream.read().splitlines()[int(line) - 1], (target, line)


if not os.path.isdir(os.path.join(NODE, "node_modules")):
    sys.exit("Bail out! the packages are not installed; ./dev test e2e does it (npm ci in tests/e2e/node)")
run(globals())
