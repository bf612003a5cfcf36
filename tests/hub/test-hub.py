#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real hub: every path and status, hostile requests, control verbs, start and stop."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import zlib

from rawhttp import Raw, ask

import flowtest
from flowtest import wait_until

JSON = "application/json"
PROTOBUF = "application/x-protobuf"
GIB = 1 << 30


def hub_url(hub):
    return f"http://127.0.0.1:{hub.discovery['port']}"


def control(hub, verb, arguments=None, token=None, status=200):
    got, _, body = ask(hub_url(hub), "POST", f"/control/{verb}", json.dumps(arguments or {}).encode(),
                       Authorization=f"Bearer {token or hub.discovery['token']}")
    assert got == status, (verb, got, body)
    return json.loads(body)


def fixture(name):
    with open(os.path.join(flowtest.FIXTURES, name), "rb") as stream:
        return stream.read()


def spans(count, first=1, trace=1):
    return flowtest.request([flowtest.span(trace, first + i, f"span {first + i}") for i in range(count)])


def body_of(request):
    return json.dumps(request).encode()


def resident_mib(hub):
    with open(f"/proc/{hub.process.pid}/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmRSS")) / 1024


def memory_grew(hub, before, mib):
    """Whether the hub holds so much more than before; a sanitizer keeps what was freed, so it cannot be asked."""
    with open(f"/proc/{hub.process.pid}/maps", encoding="utf-8") as stream:
        return not re.search(r"lib[at]san\.so", stream.read()) and resident_mib(hub) > before + mib


def descriptors(hub):
    return len(os.listdir(f"/proc/{hub.process.pid}/fd"))


def status_message(body):
    """The message of a google.rpc.Status in protobuf: field 2."""
    at = 0
    while at < len(body):
        tag = body[at]
        if tag == 0x08:
            at += 2
        else:
            assert tag == 0x12, body
            return body[at + 2:at + 2 + body[at + 1]].decode()
    return None


def test_every_signal_and_encoding(place):
    hub = place.start_hub()
    for path, name in (("/v1/traces", "traces"), ("/v1/logs", "logs"), ("/v1/metrics", "metrics")):
        for content_type, ending in ((JSON, "json"), (PROTOBUF, "bin")):
            body = fixture(f"otlp-deno-{name}.{ending}")
            for coding, data in ((None, body), ("gzip", gzip.compress(body)), ("identity", body)):
                status, headers, answer = ask(hub.otlp, "POST", path, data, Content_Type=content_type,
                                              Content_Encoding=coding)
                assert status == 200, (path, content_type, coding, answer)
                assert headers["content-type"] == content_type
                assert answer == (b"{}" if content_type == JSON else b""), answer
    ingest = control(hub, "status")["ingest"]
    assert ingest["accepted"] == 18 and ingest["duplicate_bodies"] == 12, ingest
    assert ingest["spans"] > 0 and ingest["logs"] > 0 and ingest["points"] > 0, ingest


def test_content_type_parameters_and_chunks(place):
    hub = place.start_hub()
    body = body_of(spans(3))
    status, _, answer = ask(hub.otlp, "POST", "/v1/traces", body, Content_Type="Application/JSON; charset=utf-8")
    assert (status, answer) == (200, b"{}")
    with Raw(hub.otlp) as raw:
        raw.send(f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n".encode())
        body = body_of(spans(3, first=10))
        for at in range(0, len(body), 7):
            part = body[at:at + 7]
            raw.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        raw.send(b"0\r\n\r\n")
        assert raw.read()[0] == 200
    assert control(hub, "status")["ingest"]["spans"] == 6


def test_both_families_and_the_hubs_own_port(place):
    hub = place.start_hub()
    body = body_of(spans(1))
    status, _, _ = ask(hub_url(hub), "POST", "/v1/traces", body, Content_Type=JSON)
    assert status == 200
    if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6") and open("/proc/net/if_inet6").read().strip():
        for url in (hub.otlp, hub_url(hub)):
            with Raw(url, host="::1") as raw:
                assert raw.ask("POST", "/v1/traces", body, Host="[::1]:4318", Content_Type=JSON)[0] == 200


def test_empty_requests_are_taken(place):
    hub = place.start_hub()
    assert ask(hub.otlp, "POST", "/v1/traces", b"", Content_Type=PROTOBUF)[0] == 200
    assert ask(hub.otlp, "POST", "/v1/traces", b"{}", Content_Type=JSON)[0] == 200
    assert ask(hub.otlp, "POST", "/v1/logs", b'{"resourceLogs":[]}', Content_Type=JSON)[0] == 200


def test_partial_success_says_why(place):
    hub = place.start_hub()
    request = spans(3)
    request["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["spanId"] = "0" * 16
    status, _, body = ask(hub.otlp, "POST", "/v1/traces", body_of(request), Content_Type=JSON)
    partial = json.loads(body)["partialSuccess"]
    assert status == 200 and int(partial["rejectedSpans"]) == 1 and partial["errorMessage"], body
    state = control(hub, "status")
    assert state["ingest"]["rejected_rows"] == 1 and state["ingest"]["spans"] == 2, state
    assert any(row["reason"] == "partial" for row in state["rejected_recent"]), state


def test_what_is_refused(place):
    hub = place.start_hub()
    rows = (
        ("GET", "/v1/traces", {}, 405, b"405 method not allowed, supported: [POST]"),
        ("PUT", "/v1/logs", {"Content_Type": JSON}, 405, b"405 method not allowed, supported: [POST]"),
        ("DELETE", "/v1/metrics", {}, 405, None),
        ("OPTIONS", "/v1/traces", {}, 405, None),
        ("POST", "/v1/traces", {}, 415, b"415 unsupported media type, supported: [application/json, application/x-protobuf]"),
        ("POST", "/v1/traces", {"Content_Type": "text/plain"}, 415, None),
        ("POST", "/v1/traces", {"Content_Type": "application/jsonx"}, 415, None),
        ("POST", "/v1/traces", {"Content_Type": "application/grpc"}, 415, None),
        ("POST", "/v1development/profiles", {"Content_Type": PROTOBUF}, 404, None),
        ("POST", "/v1/traces/", {"Content_Type": JSON}, 404, None),
        ("POST", "/v1/trace", {"Content_Type": JSON}, 404, None),
        ("POST", "//v1/traces", {"Content_Type": JSON}, 404, None),
        ("POST", "/v1/../v1/traces", {"Content_Type": JSON}, 404, None),
        ("POST", "/v1%2ftraces", {"Content_Type": JSON}, 404, None),
        ("GET", "/", {}, 404, None),
        ("POST", "/control/status", {"Authorization": f"Bearer {hub.discovery['token']}"}, 404, None),
        ("POST", "/v1/traces", {"Content_Type": JSON, "Content_Encoding": "deflate"}, 400, None),
        ("POST", "/v1/traces", {"Content_Type": JSON, "Content_Encoding": "gzip, gzip"}, 400, None),
    )
    for method, path, headers, expected, text in rows:
        status, got, body = ask(hub.otlp, method, path, b"", **headers)
        assert status == expected, (method, path, headers, status, body)
        assert text is None or body == text, body
        if status == 405:
            assert got["allow"] == "POST"
    by_status = control(hub, "status")["ingest"]["by_status"]
    assert by_status["405"] == 4 and by_status["415"] == 4, by_status


def test_bad_bodies_get_a_status_in_their_encoding(place):
    hub = place.start_hub()
    status, headers, body = ask(hub.otlp, "POST", "/v1/traces", b'{"resourceSpans":[{', Content_Type=JSON)
    assert status == 400 and headers["content-type"] == JSON
    assert json.loads(body)["code"] == 3 and json.loads(body)["message"], body
    status, headers, body = ask(hub.otlp, "POST", "/v1/traces", b"\x0a\xff\xff", Content_Type=PROTOBUF)
    assert status == 400 and headers["content-type"] == PROTOBUF
    assert status_message(body), body
    for data in (b"not gzip", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"tail"):
        status, _, body = ask(hub.otlp, "POST", "/v1/traces", data, Content_Type=JSON, Content_Encoding="gzip")
        assert status == 400 and json.loads(body)["message"], (data, body)
    recent = control(hub, "status")["rejected_recent"]
    assert len(recent) == 5 and recent[0]["path"] == "/v1/traces" and recent[0]["message"], recent


def test_truncated_everywhere(place):
    """Cut at every byte: taken or refused with 400, and the hub goes on."""
    hub = place.start_hub()
    for name, content_type in (("otlp-deno-traces.bin", PROTOBUF), ("spec-example-trace.json", JSON)):
        whole = fixture(name)
        with Raw(hub.otlp) as raw:
            for length in range(len(whole)):
                status, _, body = raw.ask("POST", "/v1/traces", whole[:length], Content_Type=content_type)
                assert status in (200, 400), (name, length, status, body)
    assert ask(hub.otlp, "POST", "/v1/traces", whole, Content_Type=JSON)[0] == 200


def test_cors(place):
    hub = place.start_hub()
    preflight = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type,x-demo"}
    for origin in ("http://localhost:3000", "http://127.0.0.1:5173", "https://localhost"):
        status, headers, _ = ask(hub.otlp, "OPTIONS", "/v1/traces", Origin=origin, **preflight)
        assert status == 204 and headers["access-control-allow-origin"] == origin, headers
        assert headers["access-control-allow-headers"] == "content-type,x-demo"
        assert "POST" in headers["access-control-allow-methods"] and headers["vary"] == "Origin"
        status, headers, _ = ask(hub.otlp, "POST", "/v1/traces", body_of(spans(1)), Origin=origin, Content_Type=JSON)
        assert status == 200 and headers["access-control-allow-origin"] == origin, headers
    status, headers, _ = ask(hub.otlp, "OPTIONS", "/v1/traces", Origin="http://localhost",
                             Access_Control_Request_Private_Network="true", **preflight)
    assert headers["access-control-allow-private-network"] == "true"
    for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.nip.io"):
        for method in ("OPTIONS", "POST"):
            status, headers, _ = ask(hub.otlp, method, "/v1/traces", b"{}", Origin=origin, Content_Type=JSON, **preflight)
            assert status == 403 and "access-control-allow-origin" not in headers, (origin, status)


def test_second_request_on_a_kept_alive_connection_is_judged(place):
    hub = place.start_hub()
    with Raw(hub.otlp) as raw:
        assert raw.ask("POST", "/v1/traces", body_of(spans(1)), Content_Type=JSON)[0] == 200
        assert raw.ask("POST", "/v1/traces", body_of(spans(1, first=2)), Content_Type=JSON,
                       Origin="https://evil.example")[0] == 403
        assert raw.ask("POST", "/v1/traces", body_of(spans(1, first=3)), Content_Type=JSON, Host="evil.example")[0] == 421
        assert raw.ask("POST", "/v1/traces", body_of(spans(1, first=4)), Content_Type=JSON)[0] == 200
    assert control(hub, "status")["ingest"]["spans"] == 2


def test_origins_are_paired(place):
    hub = place.start_hub()
    origin = "https://app.example"

    def post():
        return ask(hub.otlp, "POST", "/v1/traces", b"{}", Origin=origin, Content_Type=JSON)[0]

    assert post() == 403
    assert control(hub, "pair-list")["origins"] == [{"origin": origin, "state": "asked", "count": 1}]
    control(hub, "pair-allow", {"origin": origin})
    assert post() == 200
    assert control(hub, "pair-list")["origins"] == [{"origin": origin, "state": "allowed", "count": 0}]
    control(hub, "pair-deny", {"origin": origin})
    assert post() == 403
    assert control(hub, "pair-list")["origins"][0]["state"] == "denied"
    control(hub, "pair-forget", {"origin": origin})
    assert control(hub, "pair-list")["origins"] == []
    for bad in ("null", "*", "https://", "app.example", "https://app.example/path", 7):
        control(hub, "pair-allow", {"origin": bad}, status=400)


def test_public_paths(place):
    hub = place.start_hub()
    url = hub_url(hub)
    status, headers, body = ask(url, "GET", "/.well-known/flowscope")
    assert status == 200 and json.loads(body) == {"name": "FlowScope", "protocol": 1,
                                                  "version": hub.discovery["version"]}, body
    status, _, body = ask(url, "GET", "/healthz", Sec_Fetch_Site="cross-site")
    assert status == 200 and json.loads(body)["status"] == "ok", body
    assert ask(url, "HEAD", "/healthz")[0] == 200
    assert ask(url, "POST", "/healthz")[0] == 405
    assert ask(url, "GET", "/healthz", Origin="https://evil.example")[0] == 403
    assert ask(url, "GET", "/healthz", Host="evil.example")[0] == 421
    everything = json.dumps([json.loads(ask(url, "GET", path)[2]) for path in ("/healthz", "/.well-known/flowscope")])
    assert hub.discovery["token"] not in everything and place.top not in everything


def test_control_needs_the_token(place):
    hub = place.start_hub()
    url = hub_url(hub)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": hub.discovery["token"]},
                    {"Authorization": "Bearer "}):
        for path in ("/control/status", "/control/nothing", "/", "/ws", "/debug"):
            status, _, body = ask(url, "POST", path, b"{}", **headers)
            assert status == 401 and json.loads(body)["error"]["code"] == "unauthorized", (path, body)
    token = {"Authorization": f"Bearer {hub.discovery['token']}"}
    status, _, body = ask(url, "POST", "/control/nothing", b"{}", **token)
    assert status == 404 and json.loads(body)["error"]["advice"], body
    status, headers, _ = ask(url, "GET", "/control/status", **token)
    assert status == 405 and headers["allow"] == "POST"
    assert ask(url, "POST", "/control/status", b"{}", Origin="http://localhost:3000", **token)[0] == 403
    assert ask(url, "POST", "/control/status", b"{}", Origin=url, **token)[0] == 200
    for body in (b"[", b"[]", b"7", b"\xff", b"[" * 100000, b'{"a":' * 1000):
        assert ask(url, "POST", "/control/status", body, **token)[0] == 400, body[:20]
    assert ask(url, "POST", "/control/status", b" " * (17 << 20), **token)[0] == 413


def test_settings_are_applied_before_the_answer(place):
    hub = place.start_hub()
    for wanted, status in (("false", 503), ("true", 200), ("false", 503)):
        control(hub, "settings-set", {"key": "capture.enabled", "value": wanted})
        got, headers, body = ask(hub.otlp, "POST", "/v1/traces", b"{}", Content_Type=JSON)
        assert got == status, (wanted, body)
        if got == 503:
            assert int(headers["retry-after"]) > 0 and json.loads(body)["code"] == 14
    control(hub, "settings-reset", {"key": "capture.enabled"})
    assert ask(hub.otlp, "POST", "/v1/traces", b"{}", Content_Type=JSON)[0] == 200
    control(hub, "settings-set", {"key": "limits.body-mb", "value": "1"})
    assert ask(hub.otlp, "POST", "/v1/traces", b" " * ((1 << 20) + 1), Content_Type=JSON)[0] == 413
    for arguments in ({}, {"key": "capture.enabled"}, {"key": "no.such-key", "value": "1"},
                      {"key": "capture.enabled", "value": "maybe"}, {"key": "limits.body-mb", "value": "0"}):
        got, _, body = ask(hub_url(hub), "POST", "/control/settings-set", json.dumps(arguments).encode(),
                           Authorization=f"Bearer {hub.discovery['token']}")
        assert got in (400, 404), (arguments, got, body)
    hub.stop()
    hub = place.start_hub()
    assert ask(hub.otlp, "POST", "/v1/traces", b" " * ((1 << 20) + 1), Content_Type=JSON)[0] == 413


def test_erase(place):
    hub = place.start_hub()
    hub.post("traces", spans(3, trace=1))
    hub.post("traces", spans(3, trace=2, first=50))
    control(hub, "erase", {"trace_id": f"{1:032x}"})
    control(hub, "erase", {"trace_id": "xyz"}, status=400)
    control(hub, "erase", {}, status=400)
    control(hub, "erase", {"all": True})


def test_facts(place):
    hub = place.start_hub()
    trace = f"{1:032x}"
    hub.post("traces", spans(1))
    said = control(hub, "facts", {"trace_id": trace, "title": "a", "note": "b", "pinned": True, "add_tags": ["c", "d"]})
    assert said == {"title": "a", "note": "b", "tags": ["c", "d"], "pinned": True}, said
    said = control(hub, "facts", {"trace_id": trace, "remove_tags": ["c"], "note": ""})
    assert said == {"title": "a", "note": "", "tags": ["d"], "pinned": True}, said
    for bad in ({}, {"trace_id": trace[1:]}, {"trace_id": trace, "title": 1}, {"trace_id": trace, "title": "a\nb"},
                {"trace_id": trace, "add_tags": "a"}, {"trace_id": trace, "add_tags": [1]},
                {"trace_id": trace, "pinned": 1}, {"trace_id": trace, "remove_tags": ["a"] * 65}):
        control(hub, "facts", bad, status=400)
    control(hub, "facts", {"trace_id": trace, "note": "x" * 65537}, status=413)
    control(hub, "facts", {"trace_id": f"{2:032x}", "pinned": True}, status=404)
    said = control(hub, "facts", {"trace_id": trace, "clear_tags": True, "title": "", "pinned": False})
    assert said == {"title": "", "note": "", "tags": [], "pinned": False}, said


def test_lengths_beyond_the_limit_are_refused_at_once(place):
    hub = place.start_hub()
    for length in (64 * (1 << 20) + 1, 8 * GIB, 1 << 59):
        with Raw(hub.otlp) as raw:
            raw.send(f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                     f"Content-Length: {length}\r\n\r\n".encode())
            status, headers, body = raw.read()
            assert status == 413 and headers["connection"] == "close", (length, status)
            assert json.loads(body)["code"] == 8, body
            assert raw.is_closed()
    assert not memory_grew(hub, 0, 200)


def test_endless_chunks(place):
    hub = place.start_hub()
    before = resident_mib(hub)
    chunk = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"
    for _ in range(3):
        with Raw(hub.otlp) as raw:
            raw.send(f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n".encode())
            sent = 0
            while sent < 200 and raw.send(chunk):
                sent += 1
            assert sent < 200, "the hub reads on for ever"
            assert raw.read()[0] in (413, 0)
    assert control(hub, "status")["ingest"]["by_status"]["413"] == 3
    assert control(hub, "status")["http"]["body_bytes"] < 100
    assert not memory_grew(hub, before, 100)


def test_gzip_bombs(place):
    hub = place.start_hub()
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b" " * (1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(1024)) + packer.flush()
    assert len(bomb) < 2 << 20
    before = resident_mib(hub)
    for _ in range(3):
        for content_type in (JSON, PROTOBUF):
            status, _, body = ask(hub.otlp, "POST", "/v1/traces", bomb, Content_Type=content_type,
                                  Content_Encoding="gzip")
            assert status == 413, (status, body)
    assert not memory_grew(hub, before, 100)


def test_deep_nesting(place):
    hub = place.start_hub()
    value = b'{"arrayValue":{"values":[' * 10000
    body = b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + value
    assert ask(hub.otlp, "POST", "/v1/traces", body, Content_Type=JSON)[0] == 400
    nested = b""
    for _ in range(10000):
        nested = b"\x2a" + varint(len(nested)) + nested
    assert ask(hub.otlp, "POST", "/v1/traces", nested, Content_Type=PROTOBUF)[0] in (200, 400)


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def test_slow_senders_do_not_stop_others(place):
    hub = place.start_hub()
    slow = []
    for number in range(200):
        raw = Raw(hub.otlp)
        head = f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nContent-Length: 100000\r\n\r\n"
        raw.send(head.encode()[:30 if number % 2 else None])
        slow.append(raw)
    for number in range(50):
        assert hub.post("traces", spans(1, first=number + 1)) == (200, b"{}")
    assert not memory_grew(hub, 0, 200)
    for raw in slow:
        raw.close()
    wait_until(lambda: control(hub, "status")["http"]["connections"] < 10, "the connections to be closed")


def test_nothing_is_left_of_connections(place):
    hub = place.start_hub()
    body = body_of(spans(1))
    for _ in range(20):
        ask(hub.otlp, "POST", "/v1/traces", body, Content_Type=JSON)
    wait_until(lambda: control(hub, "status")["http"]["connections"] == 1, "connections to be closed")
    files, memory = descriptors(hub), resident_mib(hub)
    for number in range(2000):
        with Raw(hub.otlp) as raw:
            if number % 4 == 0:
                raw.send(b"POST /v1/traces HTTP/1.1\r\nHost: lo")
            elif number % 4 == 1:
                raw.send(b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                         b"Content-Length: 50000\r\n\r\nsome")
            elif number % 4 == 2:
                assert raw.ask("POST", "/v1/traces", body, Content_Type=JSON)[0] == 200
    wait_until(lambda: control(hub, "status")["http"]["connections"] == 1, "connections to be closed")
    assert descriptors(hub) <= files + 2, (files, descriptors(hub))
    assert not memory_grew(hub, memory, 10)


def test_stop_finishes_what_has_begun(place):
    hub = place.start_hub()
    body = body_of(spans(5))
    path = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")
    with Raw(hub.otlp) as raw, Raw(hub.otlp) as late:
        raw.send(f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:100])
        wait_until(lambda: control(hub, "status")["http"]["active"] == 2, "the request to have begun")
        hub.process.send_signal(signal.SIGTERM)
        wait_until(lambda: late.ask("POST", "/v1/traces", b"{}", Content_Type=JSON)[0] == 503, "the hub to stop")
        assert os.path.exists(path)
        raw.send(body[100:])
        assert raw.read()[0] == 200
    assert hub.process.wait(flowtest.PATIENCE) == 0
    assert not os.path.exists(path)
    assert not os.path.exists(os.path.join(place.data_dir, "flowscope.db-wal"))
    assert [row["spans"] for row in place.json("traces")] == [5]


def test_second_signal_ends_at_once(place):
    hub = place.start_hub()
    with Raw(hub.otlp) as raw:
        raw.send(f"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
                 "Content-Length: 100\r\n\r\n".encode())
        wait_until(lambda: control(hub, "status")["http"]["active"] == 2, "the request to have begun")
        hub.process.send_signal(signal.SIGTERM)
        wait_until(lambda: ask(hub.otlp, "POST", "/v1/traces", b"{}", Content_Type=JSON)[0] == 503, "the hub to stop")
        hub.process.send_signal(signal.SIGTERM)
        assert hub.process.wait(flowtest.PATIENCE) == -signal.SIGTERM
    hub.process.stdout.close()
    place.hub = None
    hub = place.start_hub()
    assert hub.post("traces", spans(1)) == (200, b"{}")


def test_hand_over(place):
    hub = place.start_hub()
    assert hub.post("traces", spans(2)) == (200, b"{}")
    control(hub, "handover")
    assert hub.process.wait(flowtest.PATIENCE) == 0
    hub.process.stdout.close()
    hub = place.start_hub()
    assert [row["spans"] for row in place.json("traces")] == [2]
    control(hub, "stop")
    assert hub.process.wait(flowtest.PATIENCE) == 0


def start(place, *arguments):
    return subprocess.run([flowtest.HUB, *arguments], env=place.env, capture_output=True, timeout=flowtest.PATIENCE)


def test_two_hubs(place):
    hub = place.start_hub()
    second = start(place, "--port", "0", "--otlp-port", "0")
    assert second.returncode == 1 and not second.stdout, second
    assert str(hub.process.pid) in second.stderr.decode() and place.data_dir in second.stderr.decode(), second
    assert hub.post("traces", spans(1)) == (200, b"{}")
    # Another data directory is another hub, with a file of its own.
    other = subprocess.Popen([flowtest.HUB, "--port", "0", "--otlp-port", "0", "--data-dir", place.folder("other")],
                             env=place.env, stdout=subprocess.PIPE)
    ready = json.loads(other.stdout.readline()[len("ready "):])
    path = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", f"hub-{ready['pid']}.json")
    with open(path, encoding="utf-8") as stream:
        assert json.load(stream)["data_dir"] == os.path.join(place.top, "other")
    other.send_signal(signal.SIGTERM)
    assert other.wait(flowtest.PATIENCE) == 0 and not other.stdout.read()
    other.stdout.close()
    assert not os.path.exists(path)


def test_stale_file_is_replaced(place):
    hub = place.start_hub()
    token = hub.discovery["token"]
    hub.process.kill()
    hub.process.wait(flowtest.PATIENCE)
    hub.process.stdout.close()
    place.hub = None
    path = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")
    assert os.path.exists(path)
    hub = place.start_hub()
    assert hub.discovery["token"] != token and hub.discovery["pid"] == hub.process.pid
    assert os.stat(path).st_mode & 0o7777 == 0o600


def test_busy_ports(place):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        hub = place.start_hub("--otlp-port", str(port))
        assert not hub.otlp.endswith(f":{port}")
        doorway = control(hub, "status")["doorways"][1]
        assert doorway["name"] == "otlp-http" and doorway["on"], doorway
        assert str(port) in doorway["reason"] and doorway["hint"] == f"OTEL_EXPORTER_OTLP_ENDPOINT={hub.otlp}"
        assert hub.post("traces", spans(1)) == (200, b"{}")


def test_busy_doorway(place):
    """Nobody would look for these at another port: they are off, and Health says why."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        hub = place.start_hub("--doorway", f"ghosttext={port}", "--doorway", "atomic-chrome=off")
        assert set(hub.discovery["endpoints"]) == {"otlp_http", "web_dev_sync"}, hub.discovery
        doorways = {one["name"]: one for one in control(hub, "status")["doorways"]}
        assert not doorways["ghosttext"]["on"] and str(port) in doorways["ghosttext"]["reason"], doorways
        assert doorways["ghosttext"]["hint"] == "flowctl settings set ports.ghosttext PORT", doorways
        assert doorways["atomic-chrome"]["reason"] == "switched off", doorways
        advice = " ".join(control(hub, "health")["advice"])
        assert str(port) in advice and "ports.ghosttext" in advice and "atomic-chrome" not in advice, advice


def test_half_of_a_doorway_is_none(place):
    """Somebody has the port on ::1 alone: pages of it are his."""
    with socket.socket(socket.AF_INET6) as holder:
        try:
            holder.bind(("::1", 0))
        except OSError:
            return
        holder.listen()
        port = holder.getsockname()[1]
        hub = place.start_hub("--doorway", f"web-dev-sync={port}")
        assert "web_dev_sync" not in hub.discovery["endpoints"], hub.discovery
        for host in ("localhost", "127.0.0.1"):
            status = ask(hub_url(hub), "GET", "/web-dev-sync/status", Origin=f"http://{host}:{port}")[0]
            assert status == 403, status
        assert ask(hub_url(hub), "GET", "/web-dev-sync/status")[0] == 200


def test_doorway_off(place):
    hub = place.start_hub("--doorway", "otlp-http=off")
    assert hub.otlp is None and set(hub.discovery["endpoints"]) == {"web_dev_sync", "ghosttext", "atomic_chrome"}
    assert ask(hub_url(hub), "POST", "/v1/traces", b"{}", Content_Type=JSON)[0] == 200


def test_options(place):
    for arguments in (["--port", "x"], ["--port", "70000"], ["--doorway", "nothing=1"], ["--doorway", "otlp-http"],
                      ["--log", "loud"], ["--nothing"], ["more"]):
        done = start(place, *arguments)
        assert done.returncode == 2 and done.stderr and not done.stdout, (arguments, done)
    assert start(place, "--version").stdout.startswith(b"flowscope-hub ")
    assert start(place, "--help").returncode == 0
    assert start(place, "--config", "/nonexistent").returncode != 0


def test_configuration_of_web_dev_sync(place):
    path = place.write("config.json", json.dumps({"port": 0, "websocketEndpoint": "/my/ws", "heartbeatInterval": 1,
                                                  "cors": {"origin": ["https://one.example", "*"]}}))
    place.env["CORS_ORIGINS"] = "https://two.example, https://three.example"
    hub = place.start_hub("--config", path)
    for name in ("one", "two", "three"):
        assert ask(hub.otlp, "POST", "/v1/traces", b"{}", Origin=f"https://{name}.example", Content_Type=JSON)[0] == 200
    assert ask(hub.otlp, "POST", "/v1/traces", b"{}", Origin="https://four.example", Content_Type=JSON)[0] == 403


def test_other_users(place):
    """Only root can become another user; without that there is nothing to see."""
    if os.getuid() != 0:
        return
    hub = place.start_hub()
    script = ("import os,sys;sys.path.insert(0,sys.argv[1]);from rawhttp import ask;'x'.encode('idna');os.setuid(65534);"
              "print(ask(sys.argv[2],'POST','/v1/traces',b'{}',Content_Type='application/json')[0])")
    folder = os.path.dirname(os.path.abspath(__file__))

    def post_as_nobody():
        done = subprocess.run(["python3", "-c", script, folder, hub.otlp], capture_output=True, check=True, cwd="/")
        return int(done.stdout)

    assert post_as_nobody() == 403
    control(hub, "settings-set", {"key": "allow-other-users", "value": "true"})
    assert post_as_nobody() == 200


flowtest.run(globals())
