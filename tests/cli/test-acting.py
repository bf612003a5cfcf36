#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that do something: record, import, export, erase, settings, pair, db, doctor, status."""

import gzip
import json
import os
import signal
import socket
import subprocess
from urllib.parse import unquote

from flowpeer import Peer
from flowtest import FIXTURES, FLOWCTL, HUB, PATIENCE, request, run, span, wait_until

FIXTURE_FILES = ["otlp-sample.json", "otlp-deno-traces.bin", "otlp-deno-logs.json", "otlp-deno-metrics.bin",
                 "spec-example-trace.json", "spec-example-metrics.json", "spec-example-logs.json"]


def fixture(name):
    return os.path.join(FIXTURES, name)


def everything(place):
    """All that the command line can say about what is stored, in an order of its own."""
    traces = [place.json("trace", trace["trace_id"]) for trace in place.json("traces", "--limit", "1000")]
    return sorted(map(json.dumps, traces)), sorted(map(json.dumps, place.json("metrics")))


def test_status(place):
    assert place.json("status", status=1) == {"running": False, "data_dir": place.data_dir}
    assert "flowscope-hub" in place.text("status", status=1)
    hub = place.start_hub()
    hub.post("traces", request([span(1, 1, "one")]))
    status = place.json("status")
    assert status["running"] and status["pid"] == hub.process.pid and status["data_dir"] == place.data_dir, status
    assert status["ingest"]["spans"] == 1 and status["capture_enabled"], status
    assert str(hub.process.pid) in place.text("status")


def test_record(place):
    program = place.write("program", """
import json, os, sys, urllib.request
assert os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf" and os.environ["OTEL_TRACES_EXPORTER"] == "otlp"
assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in os.environ and "OTEL_SDK_DISABLED" not in os.environ
body = json.dumps(json.loads(sys.argv[1])).encode()
request = urllib.request.Request(os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces", body,
                                 {"Content-Type": "application/json"})
urllib.request.urlopen(request).read()
print(os.environ.get("OTEL_SERVICE_NAME", ""))
sys.exit(int(sys.argv[2]))
""")
    place.ctl("record", "--", "true", status=1)
    assert "hub" in place.errors, place.errors
    hub = place.start_hub()
    hub.post("traces", request([span(1, 1, "before")]))
    env = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://elsewhere", "OTEL_SDK_DISABLED": "true"}
    body = json.dumps(request([span(2, 1, "recorded"), span(3, 1, "also")]))

    said = place.text("record", "--service", "me", "--", "python3", program, body, "0", env=env)
    assert said == "me\n", said
    assert "2 traces" in place.errors and "recorded" in place.errors and "before" not in place.errors, place.errors
    place.ctl("record", "python3", program, body, "7", env=env, status=7)
    assert "no trace" in place.errors, place.errors

    body = json.dumps(request([span(4, 1, "as json")]))
    lines = place.ctl("record", "--json", "--", "python3", program, body, "0").splitlines()
    assert [trace["name"] for trace in json.loads(lines[1])] == ["as json"], lines
    place.ctl("record", "--", "no-such-program", status=1)
    assert "no-such-program" in place.errors, place.errors


def test_record_says_where(place):
    """By its folder the hub knows which workspace a program belongs to."""
    place.start_hub()
    folder = place.folder("my project, with 100 % odd=things")
    said = place.text("record", "--", "sh", "-c", 'echo "$OTEL_RESOURCE_ATTRIBUTES"', cwd=folder)
    key, value = said.strip().split("=")
    assert key == "process.working_directory" and unquote(value) == folder, said
    given = {"OTEL_RESOURCE_ATTRIBUTES": "a=b"}
    said = place.text("record", "--", "sh", "-c", 'echo "$OTEL_RESOURCE_ATTRIBUTES"', env=given)
    assert said.startswith("a=b,process.working_directory="), said
    given = {"OTEL_RESOURCE_ATTRIBUTES": "process.working_directory=/x,a=b"}
    assert place.text("record", "--", "sh", "-c", 'echo "$OTEL_RESOURCE_ATTRIBUTES"', env=given).strip() == \
        given["OTEL_RESOURCE_ATTRIBUTES"]


def test_recorded_belongs_to_a_workspace(place):
    program = place.write("program", """
import json, os, sys, urllib.request
from urllib.parse import unquote
body = json.loads(sys.argv[1])
key, value = os.environ["OTEL_RESOURCE_ATTRIBUTES"].split("=")
body["resourceSpans"][0]["resource"]["attributes"].append({"key": key, "value": {"stringValue": unquote(value)}})
request = urllib.request.Request(os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces", json.dumps(body).encode(),
                                 {"Content-Type": "application/json"})
urllib.request.urlopen(request).read()
""")
    hub = place.start_hub()
    shop, blog = place.folder("shop"), place.folder("my blog")
    editors = [Peer(hub, "editor", name, workspaces=[folder]) for name, folder in (("a", shop), ("b", blog))]
    for number, folder in enumerate((place.folder("shop/api"), blog), 1):
        body = json.dumps(request([span(number, 1, f"trace {number}")]))
        place.ctl("record", "--", "python3", program, body, cwd=folder)
    assert [trace["name"] for trace in place.json("traces", "--workspace", "shop")] == ["trace 1"]
    assert [trace["name"] for trace in place.json("traces", "--workspace", blog)] == ["trace 2"]
    for editor in editors:
        editor.close()


def test_env(place):
    place.ctl("env", status=1)
    assert "hub" in place.errors, place.errors
    hub = place.start_hub()
    elsewhere = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://elsewhere", "OTEL_SDK_DISABLED": "true",
                 "no_proxy": "it's.mine", "SHELL": "/bin/bash"}

    # In a terminal: what it starts has what record gives a program.
    script = 'eval "$("$1" env --service "it\'s me")"; env'
    env = {**place.env, **elsewhere}
    done = subprocess.run(["sh", "-c", script, "sh", FLOWCTL], env=env, cwd=place.top, capture_output=True, check=True)
    there = dict(line.split("=", 1) for line in done.stdout.decode().splitlines() if "=" in line)
    done = subprocess.run([FLOWCTL, "record", "--service", "it's me", "--", "env"], env=env, cwd=place.top,
                          capture_output=True, check=True)
    recorded = dict(line.split("=", 1) for line in done.stdout.decode().splitlines() if "=" in line)
    for name in ("PWD", "OLDPWD", "_", "SHLVL"):
        there.pop(name, None)
        recorded.pop(name, None)
    assert there == recorded, (there, recorded)
    assert there["OTEL_SERVICE_NAME"] == "it's me" and there["no_proxy"] == "it's.mine,127.0.0.1,localhost", there
    assert there["OTEL_EXPORTER_OTLP_ENDPOINT"] == hub.otlp, there

    # For programs that start others.
    told = place.json("env", "--folder", "/some where", env=elsewhere)
    assert told["set"]["OTEL_RESOURCE_ATTRIBUTES"] == "process.working_directory=/some%20where", told
    assert "OTEL_SDK_DISABLED" in told["unset"] and not set(told["set"]) & set(told["unset"]), told
    assert "OTEL_SERVICE_NAME" not in told["set"], told

    fish = place.text("env", "--shell", "fish", env={"no_proxy": "a\\b'c"})
    assert "set -e OTEL_SDK_DISABLED\n" in fish, fish
    assert "set -gx no_proxy 'a\\\\b\\'c,127.0.0.1,localhost'\n" in fish, fish
    assert place.text("env", env={"SHELL": "/usr/bin/fish", "no_proxy": "a\\b'c"}) == fish


def test_record_passes_signals(place):
    place.start_hub()
    script = 'trap "echo got it; exit 9" TERM; echo ready; while :; do read x < /dev/null; done'
    record = subprocess.Popen([FLOWCTL, "record", "--", "sh", "-c", script], env=place.env, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
    assert record.stdout.readline() == b"ready\n"
    record.send_signal(signal.SIGTERM)
    assert record.stdout.readline() == b"got it\n"
    assert record.wait(60) == 9
    record.stdout.close()


def test_import_without_hub(place):
    counts = place.json("import", *map(fixture, FIXTURE_FILES))
    assert counts["spans"] == 6 and counts["rejected"] == 0 and counts["points"] > 4, counts
    assert len(place.json("traces")) == 3
    before = everything(place)
    place.ctl("import", *map(fixture, FIXTURE_FILES))  # once more: nothing is stored twice
    assert everything(place) == before


def test_import_through_hub(place):
    place.ctl("import", *map(fixture, FIXTURE_FILES))
    here = everything(place)
    place.ctl("erase", "--all", "--yes")
    place.start_hub()
    place.ctl("import", *map(fixture, FIXTURE_FILES))
    assert everything(place) == here
    place.ctl("import", fixture("otlp-sample.json"), fixture("otlp-sample.json"))
    assert everything(place) == here


def test_import_of_a_big_request(place):
    """One request of a file becomes several of the hub's, so that no limit is in the way."""
    place.start_hub()
    path = place.write("big.json", json.dumps(request(span(i // 50 + 1, i + 1, f"s{i}") for i in range(20000))))
    assert place.json("import", path)["spans"] == 20000
    traces = place.json("traces", "--limit", "1000")
    assert len(traces) == 400 and all(trace["spans"] == 50 for trace in traces)
    assert place.json("status")["ingest"]["accepted"] == 3


def test_import_of_nonsense(place):
    for content in ("", "nonsense", '{"resourceSpans":', "[1]"):
        path = place.write("bad.json", content)
        place.ctl("import", path, status=1)
        assert place.errors.count("bad.json") == 1, place.errors
    place.ctl("import", os.path.join(place.top, "none"), status=1)
    place.ctl("import", place.top, status=1)


def test_import_while_nothing_is_taken_in(place):
    place.start_hub()
    place.ctl("settings", "set", "capture.enabled", "false")
    place.ctl("import", fixture("otlp-sample.json"), status=1)
    assert "capture.enabled" in place.errors, place.errors
    place.ctl("settings", "set", "capture.enabled", "true")
    place.ctl("import", fixture("otlp-sample.json"))


def test_import_can_be_cancelled(place):
    """Ctrl-C ends it in order: a FIFO keeps the import waiting for more."""
    hub = place.start_hub()
    fifo = os.path.join(place.top, "fifo")
    os.mkfifo(fifo)
    importing = subprocess.Popen([FLOWCTL, "import", fifo], env=place.env, stderr=subprocess.PIPE)
    with open(fifo, "wb", buffering=0) as stream:
        for i in range(200):
            stream.write(json.dumps(request([span(i + 1, 1, "x" * 4000)])).encode() + b"\n")
            if i == 100:
                wait_until(lambda: place.json("status")["ingest"]["spans"] > 20, "the first spans")
                importing.send_signal(signal.SIGINT)
                try:
                    while importing.poll() is None:
                        stream.write(json.dumps(request([span(500, 1, "y" * 4000)])).encode() + b"\n")
                except BrokenPipeError:
                    pass
                break
    assert importing.wait(60) == 1
    assert b"ancel" in importing.stderr.read()
    importing.stderr.close()
    assert hub.process.poll() is None and place.json("db", "check")["ok"]


def test_export_is_lossless(place):
    place.ctl("import", *map(fixture, FIXTURE_FILES))
    before = everything(place)
    for number, (arguments, name) in enumerate((
            (["--format", "jsonl"], "a.jsonl"), (["--format", "jsonl", "--gzip"], "a.jsonl.gz"),
            (["--format", "json"], "a.json"), (["--format", "protobuf"], "a.bin"), (["--format", "protobuf", "-z"], "a.bin.gz"))):
        path = os.path.join(place.top, name)
        place.ctl("export", "--all", "-o", path, *arguments)
        other = place.folder(f"other{number}")
        place.ctl("--data-dir", other, "import", path)
        env = {"XDG_DATA_HOME": place.env["XDG_DATA_HOME"]}
        traces = [json.loads(place.ctl("--data-dir", other, "trace", trace["trace_id"], "--json", env=env))
                  for trace in json.loads(place.ctl("--data-dir", other, "traces", "--json"))]
        metrics = json.loads(place.ctl("--data-dir", other, "metrics", "--json"))
        assert (sorted(map(json.dumps, traces)), sorted(map(json.dumps, metrics))) == before, name


def test_export_of_one_trace(place):
    place.ctl("import", *map(fixture, FIXTURE_FILES))
    demo, = (trace["trace_id"] for trace in place.json("traces") if trace["services"] == ["demo-svc"])
    exported = json.loads(place.ctl("export", demo[:8], "--format", "json"))
    with open(fixture("otlp-sample.json"), encoding="utf-8") as stream:
        original = json.load(stream)

    def spans(document):
        return sorted((one["traceId"], one["spanId"], one["name"], one["startTimeUnixNano"], one["endTimeUnixNano"])
                      for resource in document["resourceSpans"] for scope in resource["scopeSpans"]
                      for one in scope["spans"])
    assert spans(exported) == spans(original)
    packed = gzip.decompress(place.ctl("export", demo, "--gzip"))
    assert spans(json.loads(packed)) == spans(original)
    assert place.ctl("export", demo, "--signal", "logs", "--format", "jsonl") == b""
    place.ctl("export", "dddddddd", "-o", os.path.join(place.top, "none"), status=1)
    assert not os.path.exists(os.path.join(place.top, "none"))
    place.ctl("export", demo, "--all", status=2)
    place.ctl("export", demo, "-o", "/no/such/folder/file", status=1)
    status, _ = place.on_terminal(["export", demo, "--gzip"], "")
    assert status == 2


def test_erase(place):
    for with_hub in (False, True):
        place.ctl("import", *map(fixture, FIXTURE_FILES))
        if with_hub:
            place.start_hub()
        assert len(place.json("traces")) == 3
        last = place.json("traces")[0]["trace_id"]
        place.ctl("erase", last, status=1)  # nobody to ask
        assert "--yes" in place.errors, place.errors
        status, shown = place.on_terminal(["erase", last], "n\n")
        assert status == 1 and len(place.json("traces")) == 3, shown
        status, shown = place.on_terminal(["erase", last], "y\n")
        assert status == 0 and len(place.json("traces")) == 2, shown
        place.ctl("trace", last, status=1)
        place.ctl("erase", last, "--yes", status=1)
        place.ctl("erase", "--all", "--yes")
        assert place.json("traces") == [] and place.json("metrics") == []
        place.ctl("erase", last, "--all", status=2)


def test_mark(place):
    nothing = {"title": "", "note": "", "tags": [], "pinned": False}

    def facts(answer):
        return {name: answer[name] for name in nothing}

    for with_hub in (False, True):
        place.ctl("import", *map(fixture, FIXTURE_FILES))
        if with_hub:
            place.start_hub()
        trace = place.json("traces")[0]["trace_id"]
        assert facts(place.json("mark", trace)) == nothing
        place.ctl("mark", trace)
        assert "Nothing" in place.errors, place.errors
        said = place.json("mark", trace, "--title", " Slow \u201cGET\u201d ", "--note", "one\ntwo\n", "--tag", "b c",
                          "--tag", "a", "--pin")
        wanted = {"title": "Slow \u201cGET\u201d", "note": "one\ntwo", "tags": ["a", "b c"], "pinned": True}
        assert said["trace_id"] == trace and facts(said) == wanted, said
        assert facts(place.json("trace", trace)) == wanted
        assert [facts(row) for row in place.json("traces", "--tag", "b c")] == [wanted]
        assert [row["trace_id"] for row in place.json("traces", "--noted", "--pinned")] == [trace]
        assert place.json("traces", "--tag", "b") == []
        assert "Slow" in place.text("traces") and "Slow" in place.text("trace", trace)
        assert "b c" in place.text("mark", trace)

        assert facts(place.json("mark", trace, "--untag", "a", "--tag", "d"))["tags"] == ["b c", "d"]
        assert facts(place.json("mark", trace, "--no-tags", "--tag", "e"))["tags"] == ["e"]
        place.ctl("mark", trace, "--title", "two\nlines", status=2)
        place.ctl("mark", trace, "--tag", "", status=2)
        place.ctl("mark", trace, "--note", "x" * 65537, status=1)
        place.ctl("mark", trace, "--pin", "--unpin", status=2)
        place.ctl("mark", "dddddddd", "--pin", status=1)
        gone = place.json("mark", trace, "--title", "", "--note", "", "--no-tags", "--unpin")
        assert facts(gone) == nothing and place.json("traces", "--pinned") == []
        place.ctl("mark", trace, "--pin")
        place.ctl("erase", trace, "--yes")
        assert place.json("traces", "--pinned") == []
        place.ctl("erase", "--all", "--yes")


def test_settings(place):
    for with_hub in (False, True):
        if with_hub:
            place.start_hub()
        rows = {row["key"]: row for row in place.json("settings", "list")}
        assert {"editor-command", "capture.enabled", "ports.hub", "path-maps", "slow-query-ms"} <= set(rows), rows
        assert rows["capture.enabled"]["value"] == "true" and rows["capture.enabled"]["is_default"]

        place.ctl("settings", "set", "editor-command", "code --goto {file}:{line}")
        assert place.text("settings", "get", "editor-command") == "code --goto {file}:{line}\n"
        place.ctl("settings", "set", "capture.retention-days", "7")
        assert place.json("settings", "get", "capture.retention-days")["value"] == "7"
        assert "7 *" in place.text("settings", "list")
        place.ctl("settings", "reset", "capture.retention-days")
        assert place.text("settings", "get", "capture.retention-days") == "30\n"
        place.ctl("settings", "reset", "editor-command")

        place.ctl("settings", "get", "no.such.key", status=1)
        place.ctl("settings", "set", "no.such.key", "1", status=1)
        place.ctl("settings", "set", "capture.retention-days", "many", status=2)
        place.ctl("settings", "set", "capture.retention-days", "0", status=2)


def test_a_setting_applies_at_once(place):
    hub = place.start_hub()
    place.ctl("settings", "set", "capture.enabled", "false")
    try:
        hub.post("traces", request([span(1, 1, "not taken")]))
        raise AssertionError("the hub took it")
    except OSError as error:
        assert getattr(error, "code", None) == 503, error
    place.ctl("settings", "set", "capture.enabled", "true")
    assert hub.post("traces", request([span(1, 1, "taken")]))[0] == 200


def test_pair(place):
    place.ctl("pair", "list", status=1)
    hub = place.start_hub()
    origin = {"Origin": "https://app.example"}
    body = request([span(1, 1, "from a page")])
    try:
        hub.post("traces", body, headers=origin)
        raise AssertionError("a foreign page was let in")
    except OSError as error:
        assert getattr(error, "code", None) == 403, error
    assert [(one["origin"], one["state"]) for one in place.json("pair", "list")["origins"]] == \
        [("https://app.example", "asked")]
    assert place.text("pair", "list") == "asked\thttps://app.example\n"
    place.ctl("pair", "allow", "https://app.example")
    assert hub.post("traces", body, headers=origin)[0] == 200
    assert place.text("pair", "list") == "allowed\thttps://app.example\n"
    place.ctl("pair", "deny", "https://app.example")
    assert place.text("pair", "list") == "denied\thttps://app.example\n"
    place.ctl("pair", "forget", "https://app.example")
    assert place.text("pair", "list") == ""
    place.ctl("pair", "allow", "not an origin", status=2)


def test_db(place):
    for verb in (["check"], ["status"], ["validate"], ["backup", "x"], ["vacuum"], ["migrate"]):
        place.ctl("db", *verb, status=1)
    place.ctl("import", fixture("otlp-sample.json"))
    status = place.json("db", "status")
    assert status["schema_version"] == status["newest_version"] > 0 and status["size"] > 0, status
    assert place.json("db", "check") == {"ok": True, "problems": []}
    assert place.json("db", "validate") == {"ok": True, "problems": []}
    backup = os.path.join(place.folder("copy"), "flowscope.db")
    place.ctl("db", "backup", backup)
    assert len(place.json("traces", "--data-dir", os.path.dirname(backup))) == 1
    place.ctl("db", "backup", backup, status=2)
    place.ctl("db", "vacuum")
    place.ctl("db", "migrate")
    place.ctl("db", "rollback", "x", status=2)
    place.ctl("db", "rollback", "99", status=2)

    hub = place.start_hub()
    assert place.json("db", "check")["ok"]
    for verb in (["vacuum"], ["migrate"], ["rollback", "0"]):
        place.ctl("db", *verb, status=1)
        assert "stop" in place.errors, place.errors
    hub.stop()
    place.ctl("db", "rollback", "0")
    place.ctl("db", "migrate")
    assert place.json("db", "validate")["ok"] and place.json("traces") == []


def test_db_finds_damage(place):
    place.ctl("import", fixture("otlp-sample.json"))
    path = os.path.join(place.data_dir, "flowscope.db")
    with open(path, "r+b") as stream:
        stream.seek(os.path.getsize(path) // 2)
        stream.write(b"\xff" * 16384)
    place.ctl("db", "check", status=1)
    with open(path, "wb") as stream:
        stream.write(b"no database" * 100)
    place.ctl("db", "check", status=1)
    place.ctl("traces", status=1)
    assert place.errors


def doctor(place):
    """What it says, be there problems on this machine or not."""
    done = subprocess.run([FLOWCTL, "doctor", "--json"], env=place.env, capture_output=True, timeout=PATIENCE)
    return json.loads(done.stdout)


def test_settings_of_web_dev_sync(place):
    """What its client was set to is offered until it is taken over."""
    path = os.path.join(place.env["HOME"], ".webdevsync", "config.json")
    place.ctl("settings", "import", status=1)
    place.write(path, json.dumps({"websocket_url": "ws://localhost:8123/ws", "user_id": "u", "preferred_ide": "VSCode",
                                  "debug": True}))
    offers = [one for one in doctor(place) if one["check"] == "web-dev-sync"]
    assert len(offers) == 1 and path in offers[0]["message"], offers
    assert place.json("settings", "import") == {"edit.command": "code", "ports.web-dev-sync": 8123}
    assert place.text("settings", "get", "edit.command") == "code\n"
    assert place.text("settings", "get", "ports.web-dev-sync") == "8123\n"
    assert not [one for one in doctor(place) if one["check"] == "web-dev-sync"]
    for text, taken in (("{}", {}), ('{"preferred_ide": "rm -rf", "websocket_url": "ws://evil.example:80/"}', {}),
                        ('{"preferred_ide": ["vim"], "websocket_url": "nothing"}', {}),
                        ('{"preferred_ide": "Neovim"}', {"edit.command": "nvim"})):
        assert place.json("settings", "import", place.write("other.json", text)) == taken, text
    place.ctl("settings", "import", place.write("other.json", "[]"), status=2)


def test_doctor(place):
    for doorway in ("hub", "otlp-http"):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            place.ctl("settings", "set", f"ports.{doorway}", str(free.getsockname()[1]))
    checks = {one["check"]: one for one in place.json("doctor")}
    assert {"hub", "hub port", "OTLP port", "data", "runtime", "disk", "clock", "keyring", "database"} <= set(checks)
    assert checks["hub"]["state"] == "note" and checks["data"]["state"] == "ok", checks

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        place.ctl("settings", "set", "ports.otlp-http", str(port))
        checks = {one["check"]: one for one in place.json("doctor", status=1)}
        assert checks["OTLP port"]["state"] == "problem" and str(os.getpid()) in checks["OTLP port"]["message"], checks
        assert "settings set" in checks["OTLP port"]["advice"], checks

    os.chmod(place.data_dir, 0o755)
    checks = {one["check"]: one for one in place.json("doctor", status=1)}
    assert checks["data"]["state"] == "problem" and "chmod 700" in checks["data"]["advice"], checks
    os.chmod(place.data_dir, 0o700)
    hub = place.start_hub()
    checks = {one["check"]: one for one in place.json("doctor")}
    assert checks["hub"]["state"] == "ok" and str(hub.process.pid) in checks["hub"]["message"], checks
    assert "chmod" not in place.text("doctor")


def test_the_hub_that_is_named(place):
    """FLOWSCOPE_HUB chooses a hub and with it its data."""
    hub = place.start_hub()
    hub.post("traces", request([span(1, 1, "here")]))
    other_data = place.folder("other-data")
    other = subprocess.Popen([HUB, "--port", "0", "--otlp-port", "0", "--data-dir", other_data], env=place.env,
                             stdout=subprocess.PIPE)
    other.stdout.readline()
    named = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", f"hub-{other.pid}.json")
    env = {"FLOWSCOPE_HUB": named}
    place.ctl("import", fixture("otlp-sample.json"), env=env)
    assert place.json("status", env=env)["pid"] == other.pid
    assert [trace["services"] for trace in place.json("traces", env=env)] == [["demo-svc"]]
    assert [trace["name"] for trace in place.json("traces")] == ["here"]
    assert place.json("status", "--data-dir", other_data)["pid"] == other.pid
    other.terminate()
    assert other.wait(60) == 0
    other.stdout.close()
    place.ctl("status", env=env, status=1)


def test_a_hub_that_died(place):
    hub = place.start_hub()
    hub.post("traces", request([span(1, 1, "kept")]))
    hub.process.kill()
    hub.process.wait()
    hub.process.stdout.close()
    place.hub = None
    place.ctl("status", status=1)
    assert [trace["name"] for trace in place.json("traces")] == ["kept"]
    place.ctl("import", fixture("otlp-sample.json"))
    assert len(place.json("traces")) == 2


run(globals())
