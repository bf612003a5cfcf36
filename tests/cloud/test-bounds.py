#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who wants too much: what one request, one user or one address may cost the others has a bound."""

import base64
import contextlib
import socket
import uuid

from cloudapi import ACCOUNT, PATIENCE, Cloud, Device, make_batch, run, wait_until

MAX_ENTRIES = 4096
MAX_STREAMS = 1024
MAX_ALL_STREAMS = 10000
MAX_REQUESTS = 64
MAX_EXPORTS = 4
MB = 1024 * 1024


def test_an_answer_about_batches_has_a_bound(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        operations = MAX_ENTRIES + 104
        sent = [a.batch(size=17) for _ in range(operations)]
        answer = a.upload(*sent)
        assert [one["seq"] for one in answer["accepted"]] == list(range(1, MAX_ENTRIES + 1)) and not answer["refused"]
        # What it does not name was not looked at.
        answer = a.upload(*sent[MAX_ENTRIES:])
        assert [one["seq"] for one in answer["accepted"]] == list(range(MAX_ENTRIES + 1, operations + 1))
        # Each of these heads claims everything that is there.
        claims = make_batch(a.id, 1, 1, operations, size=17)
        answer = a.upload(*[claims] * 1000)
        assert len(answer["accepted"]) == MAX_ENTRIES and not answer["refused"], len(answer["accepted"])
        assert a.upload(make_batch(a.id, 1, 4000, 200))["accepted"][-1]["seq"] == 4199
        # More than is there, and too much for one answer: the end of it comes up when the rest is sent again.
        answer = a.upload(make_batch(a.id, 1, 1, operations + 1))
        assert len(answer["accepted"]) == MAX_ENTRIES and not answer["refused"], answer["refused"]
        answer = a.upload(make_batch(a.id, 1, MAX_ENTRIES + 1, 105))
        assert len(answer["accepted"]) == 104 and answer["refused"][0]["vector_seq"] == operations
        foreign = a.upload(*[make_batch(uuid.uuid4().hex, 1, 1, size=17)] * 5000)
        assert len(foreign["refused"]) == MAX_ENTRIES
        conflict = {"id": uuid.uuid4().hex, "scope": ACCOUNT, "table": "0" * 16, "device": a.id, "time_ms": 1, "kind": "note",
                    "body": "AAAA"}
        a.ask("POST", "/api/sync/conflicts", conflict, status=201)
        decision = {"id": conflict["id"], "batch": base64.b64encode(claims).decode()}
        assert a.ask("POST", "/api/sync/resolve", decision).code == "version_conflict"
        assert len(a.ask("GET", "/api/sync/conflicts").json["conflicts"]) == 1


def begin_epochs(device, number, scope):
    """One operation in each of so many lives."""
    return device.upload(*(make_batch(device.id, epoch, 1, scope=scope, size=17) for epoch in range(1, number + 1)))


def test_streams_have_a_bound(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        answer = begin_epochs(a, MAX_STREAMS + 2, ACCOUNT)
        assert len(answer["accepted"]) == MAX_STREAMS
        assert [one["code"] for one in answer["refused"]] == ["quota"] * 2, answer["refused"]
        # The ones that are there go on.
        assert len(a.upload(make_batch(a.id, 1, 2, size=17))["accepted"]) == 1
        kept = MAX_STREAMS
        for i in range(9):
            answer = begin_epochs(a, 1000, f"w-{i:022d}")
            kept += len(answer["accepted"])
        assert kept == MAX_ALL_STREAMS and {one["code"] for one in answer["refused"]} == {"quota"}, kept
        hello = a.hello()
        assert len(hello["scopes"][0]["vector"]) == MAX_STREAMS and len(hello["others"]) == 9
        # Others have room of their own.
        other = cloud.device("other")
        assert len(other.upload(other.batch())["accepted"]) == 1
        for scope in ("x", "account2", "w-", "w-" + "A" * 21, "w-" + "A" * 23):
            assert [one["code"] for one in other.upload(other.batch(scope=scope, seq=1))["refused"]] == ["bad_batch"], scope


def test_a_scope_is_asked_for_once(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        assert a.hello([ACCOUNT, ACCOUNT], status=400).code == "bad_request"
        twice = [{"scope": ACCOUNT, "vector": []}] * 2
        assert a.ask("POST", "/api/sync/ack", {"device": a.id, "scopes": twice}).code == "bad_request"


def test_the_slowest_device_decides_what_is_dropped(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        others = [Device(cloud) for _ in range(2)]
        devices = [a, *others]
        for device in devices:
            device.upload(*(device.batch(size=17) for _ in range(5)))
            device.hello()
        blob = uuid.uuid4().hex
        a.ask("PUT", f"/api/blobs/{blob}", b"sealed", status=201)
        a.ask("POST", "/api/sync/snapshot", {"scope": ACCOUNT, "vector": [one.dot() for one in devices], "blob": blob,
                                             "bytes": 6}, status=201)
        a.ack([one.dot() for one in devices])
        others[0].ack([a.dot(seq=3), others[0].dot(seq=4)])
        others[1].ack([a.dot(seq=2), others[1].dot(seq=5), others[0].dot(seq=5)])
        covered = {dot["device"]: dot["seq"] for dot in a.hello()["scopes"][0]["covered"]}
        assert covered == {a.id: 2, others[0].id: 4}, covered
        live = {one["device"]: {dot["device"]: dot["seq"] for dot in one["vector"]} for one in a.hello()["scopes"][0]["live"]}
        assert live[others[0].id] == {a.id: 3, others[0].id: 4} and len(live[a.id]) == 3, live


def begin(cloud, token, method, path, length=None):
    """The head of a request, and nothing behind it."""
    stream = socket.create_connection((cloud.host, cloud.port), PATIENCE)
    lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}"]
    if length is not None:
        lines += ["Content-Type: application/octet-stream", f"Content-Length: {length}"]
    stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return stream


def wait_for(cloud, name, value):
    wait_until(lambda: cloud.number(f"flowscope_cloud_{name}") == value, f"{name} to be {value}")


def is_busy(device, method, path, body=None):
    answer = device.ask(method, path, body)
    assert answer.status < 300 or (answer.status == 503 and int(answer.headers["Retry-After"]) > 0), answer
    assert answer.code in (("busy",) if answer.status == 503 and method != "HEAD" else (None,)), answer
    return answer.status == 503


def test_answers_that_nobody_reads_have_a_bound(place):
    with Cloud(place) as cloud, contextlib.ExitStack() as streams:
        a, other = cloud.device(), cloud.device("other")
        paths = [f"/api/blobs/{uuid.uuid4().hex}" for _ in range(2)]
        for device, path in zip((a, other), paths):
            device.ask("PUT", path, bytes(33 * MB), status=201)
        wait_for(cloud, "http_body_bytes", 0)
        for n in (1, 2):
            streams.enter_context(begin(cloud, a.token, "GET", paths[0]))
            wait_for(cloud, "http_answer_bytes", n * 33 * MB)
        assert is_busy(a, "GET", paths[0]) and is_busy(Device(cloud), "GET", paths[0])
        assert len(other.ask("GET", paths[1], status=200).body) == 33 * MB
        streams.close()
        wait_for(cloud, "http_answer_bytes", 0)
        assert not is_busy(a, "GET", paths[0])


def test_bodies_that_do_not_come_have_a_bound(place):
    with Cloud(place) as cloud, contextlib.ExitStack() as streams:
        a, other = cloud.device(), cloud.device("other")
        path = f"/api/blobs/{uuid.uuid4().hex}"
        streams.enter_context(begin(cloud, a.token, "PUT", path, 60 * MB))
        wait_for(cloud, "http_body_bytes", 60 * MB)
        assert is_busy(a, "PUT", path, bytes(20 * MB + 1))
        assert not is_busy(a, "PUT", path, b"sealed") and not is_busy(other, "PUT", path, bytes(20 * MB + 1))
        streams.close()
        wait_for(cloud, "http_body_bytes", 0)
        assert not is_busy(a, "PUT", path, bytes(20 * MB + 1))


def test_requests_of_a_user_have_a_bound(place):
    with Cloud(place) as cloud, contextlib.ExitStack() as streams:
        a, other = cloud.device(), cloud.device("other")
        for _ in range(MAX_REQUESTS):
            streams.enter_context(begin(cloud, a.token, "POST", "/api/sync/upload", 1))
        wait_for(cloud, "http_body_bytes", MAX_REQUESTS)
        assert is_busy(a, "GET", "/api/auth/me") and not is_busy(other, "GET", "/api/auth/me")
        streams.close()
        wait_for(cloud, "http_body_bytes", 0)
        assert not is_busy(a, "GET", "/api/auth/me")


def test_exports_have_a_bound(place):
    with Cloud(place) as cloud, contextlib.ExitStack() as streams:
        users = [cloud.device(f"user{i}") for i in range(MAX_EXPORTS + 1)]
        for user in users:
            # More than a connection holds that nobody reads.
            user.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", bytes(12 * MB), status=201)
        for user in users[:MAX_EXPORTS]:
            stream = streams.enter_context(begin(cloud, user.token, "GET", "/api/export"))
            assert stream.recv(1) == b"H"
        assert is_busy(Device(cloud, users[0].user), "GET", "/api/export") and is_busy(users[0], "HEAD", "/api/export")
        assert is_busy(users[-1], "GET", "/api/export")
        # A file is not in memory.
        assert cloud.number("flowscope_cloud_http_answer_bytes") < MB
        streams.close()
        wait_until(lambda: not is_busy(users[-1], "GET", "/api/export"), "the others to be gone")
        assert len(users[0].ask("GET", "/api/export", status=200).body) > 12 * MB


def test_an_export_leaves_room_on_the_disk(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        a.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", b"sealed", status=201)
        a.ask("GET", "/api/export", status=200)
        # As if there were more of it than any disk has.
        cloud.change("UPDATE sync_usage SET blob_bytes = ?", 1 << 60)
        assert a.ask("GET", "/api/export").code == "disk_full"


def make_conflict(device, **more):
    return {"id": uuid.uuid4().hex, "scope": ACCOUNT, "table": "0" * 16, "device": device.id, "time_ms": 1, "kind": "note",
            "body": base64.b64encode(b"sealed").decode(), **more}


def get_usage(device):
    return device.ask("GET", "/api/auth/me").json["usage"]


def test_conflicts_count_for_the_quota(place):
    with Cloud(place, "--quota", "10000") as cloud:
        a = cloud.device()
        large, small = base64.b64encode(bytes(6000)).decode(), base64.b64encode(bytes(600)).decode()
        conflict = make_conflict(a, body=large)
        a.ask("POST", "/api/sync/conflicts", conflict, status=201)
        assert get_usage(a)["bytes"] == 6000
        assert a.ask("POST", "/api/sync/conflicts", make_conflict(a, body=large)).code == "quota"
        assert a.upload(a.batch(size=6000, advance=False))["refused"][0]["code"] == "quota"
        # What takes the place of another one needs no room of its own.
        a.ask("POST", "/api/sync/conflicts", conflict, status=201)
        a.ask("POST", "/api/sync/conflicts", {**conflict, "body": small}, status=201)
        assert get_usage(a)["bytes"] == 600 and get_usage(a)["conflicts"] == 1
        a.ask("DELETE", f"/api/sync/conflicts/{conflict['id']}", status=204)
        assert get_usage(a)["bytes"] == 0 and get_usage(a)["conflicts"] == 0
        a.ask("DELETE", f"/api/sync/conflicts/{conflict['id']}", status=404)
        assert get_usage(a)["conflicts"] == 0


def test_a_known_conflict_is_replaced_when_there_are_too_many(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        conflict = make_conflict(a)
        a.ask("POST", "/api/sync/conflicts", conflict, status=201)
        cloud.change("UPDATE sync_usage SET conflicts = 2000")
        assert a.ask("POST", "/api/sync/conflicts", make_conflict(a)).code == "quota"
        a.ask("POST", "/api/sync/conflicts", {**conflict, "kind": "title"}, status=201)
        assert a.ask("GET", "/api/sync/conflicts").json["conflicts"][0]["kind"] == "title"


def test_a_blob_is_replaced_when_there_is_no_more_room(place):
    with Cloud(place, "--quota", "10000") as cloud:
        a = cloud.device()
        path = f"/api/blobs/{uuid.uuid4().hex}"
        a.ask("PUT", path, bytes(6000), status=201)
        a.ask("PUT", path, bytes(9000), status=200)
        assert a.ask("PUT", path, bytes(10001)).code == "quota"
        assert a.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", bytes(2000)).code == "quota"
        assert get_usage(a)["blob_bytes"] == 9000


run(globals())
