#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What devices exchange through a real cloud: batches, acknowledgements, snapshots, conflicts, keys, letters, blobs."""

import base64
import json
import os
import time
import uuid

from cloudapi import ACCOUNT, PASSWORD, Cloud, Device, Socket, make_batch, read_batch, run, wait_until

DAY_MS = 24 * 3600 * 1000
WORKSPACE = "w-" + "A" * 22


def codes(answer):
    return [refused["code"] for refused in answer["refused"]]


def test_batches_go_to_other_devices(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        sent = [a.batch(), a.batch(3), a.batch(scope=WORKSPACE)]
        answer = a.upload(*sent)
        assert [one["number"] for one in answer["accepted"]] == [1, 2, 3] and not answer["refused"], answer
        assert [one["seq"] for one in answer["accepted"]] == [1, 4, 1]
        got, more = b.download()
        assert got == [(1, sent[0]), (2, sent[1])] and not more
        assert b.download(scope=WORKSPACE)[0] == [(3, sent[2])]
        assert b.download([a.dot(seq=1)])[0] == [(2, sent[1])]
        assert b.download([a.dot()])[0] == []


def test_download_in_parts(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        sent = [a.batch(size=1000) for _ in range(10)]
        a.upload(*sent)
        vector, got = [], []
        while True:
            part, more = b.download(vector, max_bytes=3500)
            got += part
            vector = [a.dot(seq=read_batch(part[-1][1])["last"])]
            if not more:
                break
        assert [batch for _, batch in got] == sent
        # Longer than what was asked for: it comes alone.
        assert len(b.download([], max_bytes=1)[0]) == 1


def test_known_batches_keep_their_numbers(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        first, second, third = a.batch(2), a.batch(2), a.batch(2)
        a.upload(first, second)
        again = a.upload(first, second, third)
        assert [(one["seq"], one["number"]) for one in again["accepted"]] == [(2, 1), (4, 2), (6, 3)]
        # Cut in another way: the operations keep the numbers that they have.
        cut = a.upload(a.batch(4, seq=1))
        assert [(one["seq"], one["number"]) for one in cut["accepted"]] == [(2, 1), (4, 2)]
        over = a.upload(a.batch(4, seq=5))
        assert [(one["seq"], one["number"]) for one in over["accepted"]] == [(6, 3)]
        assert codes(over) == ["gap"] and over["refused"][0]["vector_seq"] == 6


def test_refused_batches(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        now = int(time.time() * 1000)
        ahead = a.upload(make_batch(a.id, 1, 1, clock_ms=now + 10 * 60 * 1000))
        assert codes(ahead) == ["clock"] and abs(ahead["refused"][0]["time_ms"] - now) < 60000, ahead
        assert codes(a.upload(make_batch(uuid.uuid4().hex, 1, 1))) == ["foreign_device"]
        gap = a.upload(make_batch(a.id, 1, 2))
        assert codes(gap) == ["gap"] and gap["refused"][0]["vector_seq"] == 0
        assert codes(a.upload(make_batch(a.id, 1, 1, size=1100000))) == ["too_large"]
        # What is good before what is not stays.
        mixed = a.upload(a.batch(), b"and then there is noise")
        assert len(mixed["accepted"]) == 1 and codes(mixed) == ["bad_batch"]
        assert a.ask("POST", "/api/sync/upload", b"noise").code == "bad_request"
        assert a.upload() == {"accepted": [], "refused": []}


def test_quota(place):
    with Cloud(place, "--quota", "5000") as cloud:
        a = cloud.device()
        answer = a.upload(a.batch(size=2000), a.batch(size=2000), a.batch(size=2000))
        assert len(answer["accepted"]) == 2 and codes(answer) == ["quota"], answer
        assert a.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", b"x" * 2000).code == "quota"
        assert a.ask("GET", "/api/auth/me").json["usage"]["batches"] == 2


def test_hello(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        hello = a.hello()
        account = hello["scopes"][0]
        assert hello["device_state"] == "ok" and hello["keys_version"] == 0 and hello["others"] == []
        assert abs(hello["time_ms"] - time.time() * 1000) < 60000
        assert account["vector"] == [] and account["own"] is None and account["snapshot"] is None
        a.upload(a.batch(2), a.batch(scope=WORKSPACE))
        b.upload(b.batch())
        hello = b.hello()
        account = hello["scopes"][0]
        assert hello["others"] == [WORKSPACE]
        assert sorted(dot["seq"] for dot in account["vector"]) == [1, 2]
        assert account["own"]["seq"] == 1 and not account["restored"]
        assert {one["device"] for one in account["live"]} == {a.id, b.id}
        b.ack([a.dot(), b.dot()])
        live = {one["device"]: one["vector"] for one in a.hello()["scopes"][0]["live"]}
        assert live[a.id] == [] and {dot["seq"] for dot in live[b.id]} == {1, 2}


def test_scopes_have_a_bound(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        scopes = [f"w-{i:022d}" for i in range(1001)]
        assert len(a.hello(scopes[:1000])["scopes"]) == 1000
        body = {"device": a.id, "format": 1, "clock_ms": 1, "scopes": [
            {"scope": scopes[1000], "epoch": 1, "seq": 0, "chain": "", "vector": []}]}
        assert a.ask("POST", "/api/sync/hello", body).code == "quota"
        assert a.hello(scopes[:1000])["device_state"] == "ok"


def test_restored_device(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        a.upload(a.batch(), a.batch())
        a.seq[ACCOUNT] = 1
        assert a.hello()["scopes"][0]["restored"]
        # As many operations, but others.
        a.seq[ACCOUNT], a.chain[ACCOUNT] = 2, os.urandom(32)
        assert a.hello()["scopes"][0]["restored"]
        a.epoch = 2
        a.seq[ACCOUNT] = 0
        scope = a.hello()["scopes"][0]
        assert not scope["restored"] and scope["own"]["epoch"] == 1 and scope["own"]["seq"] == 2


def test_cloned_device(place):
    with Cloud(place) as cloud:
        a = cloud.device(instance="one")
        with a.socket():
            assert a.ask("GET", "/api/devices").json["devices"][0]["connected"]
            assert a.hello()["device_state"] == "ok"
            # Another computer with a copy of the disk.
            a.instance = "two"
            for _ in range(3):
                # The first one may have broken off in silence; whether it did is known in a minute.
                with Socket(cloud, a.token, instance="two") as other:
                    assert other.hear() is None and other.code == 1013, other.code
                answer = a.ask("POST", "/api/sync/hello", {"device": a.id, "format": 1, "clock_ms": 1, "scopes": []})
                assert (answer.status, answer.code) == (503, "busy") and int(answer.headers["Retry-After"]) > 0, answer
        wait_until(lambda: not a.ask("GET", "/api/devices").json["devices"][0]["connected"], "the end of the first one")
        assert a.hello()["device_state"] == "ok"
        a.socket().close()


def test_snapshot_and_compaction(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        a.upload(*(a.batch() for _ in range(4)))
        a.hello()
        b.hello()
        blob = uuid.uuid4().hex
        body = {"scope": ACCOUNT, "vector": [a.dot(seq=3)], "blob": blob, "bytes": 5}
        assert a.ask("POST", "/api/sync/snapshot", body).code == "not_found"
        a.ask("PUT", f"/api/blobs/{blob}", b"sealed", status=201)
        assert a.ask("POST", "/api/sync/snapshot", body, status=201).json == {"dropped": 0}
        a.ack([a.dot()])
        assert a.hello()["scopes"][0]["covered"] == []
        b.ack([a.dot(seq=2)])
        scope = a.hello()["scopes"][0]
        assert [dot["seq"] for dot in scope["covered"]] == [2] and scope["snapshot"]["blob"] == blob
        assert b.download([], status=409).code == "full"
        assert [number for number, _ in b.download([a.dot(seq=2)])[0]] == [3, 4]
        # The next one takes its place; a smaller one does not, and what is in use is not deleted.
        assert a.ask("DELETE", f"/api/blobs/{blob}").code == "version_conflict"
        smaller = uuid.uuid4().hex
        a.ask("PUT", f"/api/blobs/{smaller}", b"sealed", status=201)
        answer = a.ask("POST", "/api/sync/snapshot", {**body, "blob": smaller, "vector": [a.dot(seq=1)]})
        assert answer.code == "version_conflict", answer
        a.ask("POST", "/api/sync/snapshot", {**body, "blob": smaller, "vector": [a.dot()]}, status=201)
        a.ask("GET", f"/api/blobs/{blob}", status=404)
        # Dropped operations that come again are known.
        assert a.upload(a.batch(seq=1))["accepted"][0]["seq"] == 1


def test_removed_and_silent_devices_do_not_count(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        removed, silent = Device(cloud), Device(cloud)
        for device in (a, removed, silent):
            device.hello()
        a.upload(a.batch(), a.batch())
        blob = uuid.uuid4().hex
        a.ask("PUT", f"/api/blobs/{blob}", b"sealed", status=201)
        a.ack([a.dot()])
        body = {"scope": ACCOUNT, "vector": [a.dot()], "blob": blob, "bytes": 5}
        assert a.ask("POST", "/api/sync/snapshot", body, status=201).json == {"dropped": 0}
        a.ask("DELETE", f"/api/devices/{removed.id}", status=204)
        assert a.ask("POST", "/api/sync/snapshot", body, status=201).json == {"dropped": 0}
        cloud.stop()
        cloud.change("UPDATE device SET seen_ms = ? WHERE id = ?", int(time.time() * 1000) - 91 * DAY_MS,
                     bytes.fromhex(silent.id))
        cloud.start()

        def is_retired():
            devices = {one["id"]: one for one in a.ask("GET", "/api/devices").json["devices"]}
            return removed.id not in devices and devices[silent.id]["retired"]
        wait_until(is_retired, "the silent device to be retired")
        assert a.ask("POST", "/api/sync/snapshot", body, status=201).json == {"dropped": 2}
        assert removed.ask("GET", "/api/auth/me").code == "device_removed"
        # It comes back with another epoch: it has begun anew.
        assert silent.hello()["device_state"] == "retired"
        silent.epoch = 2
        assert silent.hello()["device_state"] == "ok"


def test_conflicts(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        conflict = {"id": uuid.uuid4().hex, "scope": ACCOUNT, "table": "0123456789abcdef", "device": a.id,
                    "time_ms": 1700000000000, "kind": "note", "body": base64.b64encode(b"sealed").decode()}
        a.ask("POST", "/api/sync/conflicts", conflict, status=201)
        a.ask("POST", "/api/sync/conflicts", {**conflict, "kind": "title"}, status=201)
        other = {**conflict, "id": uuid.uuid4().hex}
        a.ask("POST", "/api/sync/conflicts", other, status=201)
        assert b.ask("GET", "/api/sync/conflicts").json == {"conflicts": [{**conflict, "kind": "title"}, other]}
        assert b.ask("GET", "/api/auth/me").json["usage"]["conflicts"] == 2
        # What decides one is taken with it, or neither happens.
        late = base64.b64encode(b.batch(seq=5)).decode()
        assert b.ask("POST", "/api/sync/resolve", {"id": conflict["id"], "batch": late}).code == "version_conflict"
        good = base64.b64encode(b.batch()).decode()
        answer = b.ask("POST", "/api/sync/resolve", {"id": conflict["id"], "batch": good}, status=200)
        assert answer.json["accepted"][0]["number"] == 1
        assert b.ask("POST", "/api/sync/resolve", {"id": conflict["id"]}).code == "not_found"
        a.ask("DELETE", f"/api/sync/conflicts/{other['id']}", status=204)
        a.ask("DELETE", f"/api/sync/conflicts/{other['id']}", status=404)
        assert a.ask("GET", "/api/sync/conflicts").json == {"conflicts": []}
        assert a.ask("GET", "/api/auth/me").json["usage"]["conflicts"] == 0


def test_keys(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        envelope = {"format": 1, "generation": 7, "scopes": []}
        assert a.ask("GET", "/api/keys").code == "not_found"
        with b.socket() as connection:
            assert a.ask("PUT", "/api/keys", {"version": 0, "envelope": envelope}, status=200).json == {"version": 1}
            assert connection.hear() == {"type": "keys", "version": 1}
        assert b.ask("GET", "/api/keys").json == {"version": 1, "envelope": envelope}
        assert b.ask("PUT", "/api/keys", {"version": 0, "envelope": envelope}).code == "version_conflict"
        assert b.ask("PUT", "/api/keys", {"version": 1, "envelope": {"x": "y" * 65536}}).code == "too_large"
        assert b.hello()["keys_version"] == 1


def test_letters(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b, c = Device(cloud), Device(cloud)
        body = base64.b64encode(b"commitment").decode()

        def send(to, kind="pair"):
            return a.ask("POST", "/api/devices/messages", {"to": to, "kind": kind, "body": body})

        def read(device):
            return device.ask("GET", "/api/devices/messages", status=200).json["messages"]

        def take(device):
            letters = read(device)
            numbers = [one["number"] for one in letters]
            assert numbers == sorted(set(numbers)), numbers
            device.ask("DELETE", "/api/devices/messages", {"until": max(numbers, default=0)}, status=204)
            return letters
        assert send(b.id).status == 204
        assert [(one["from"], one["kind"], one["body"]) for one in take(b)] == [(a.id, "pair", body)]
        assert take(b) == [] and take(c) == []
        # Nothing is lost with an answer, nor by who reads no further than its head.
        send(b.id)
        first = read(b)
        assert b.ask("HEAD", "/api/devices/messages").status == 200 and read(b) == first
        send(b.id, "later")
        b.ask("DELETE", "/api/devices/messages", {"until": first[-1]["number"]}, status=204)
        c.ask("DELETE", "/api/devices/messages", {"until": 2 ** 63 - 1}, status=204)
        assert [one["kind"] for one in take(b)] == ["later"]
        send(b.id)
        assert take(b)[0]["number"] > first[-1]["number"]
        assert send(uuid.uuid4().hex).code == "not_found"
        assert send("*").status == 204
        assert take(a) == [] and len(take(b)) == 1 and len(take(c)) == 1
        for i in range(40):
            send(b.id, f"n{i}")
        assert [one["kind"] for one in take(b)] == [f"n{i}" for i in range(8, 40)]
        send(b.id)
        cloud.change("UPDATE letter SET time_ms = time_ms - ?", 11 * 60 * 1000)
        assert take(b) == []


def test_blobs(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        blob, body = uuid.uuid4().hex, os.urandom(300000)
        a.ask("PUT", f"/api/blobs/{blob}", body, status=201)
        a.ask("PUT", f"/api/blobs/{blob}", body, status=200)
        assert b.ask("GET", f"/api/blobs/{blob}", status=200).body == body
        head = b.ask("HEAD", f"/api/blobs/{blob}", status=200)
        assert head.headers["Content-Length"] == str(len(body)) and head.body == b""
        listed = b.ask("GET", "/api/blobs").json["blobs"]
        assert [(one["id"], one["bytes"]) for one in listed] == [(blob, len(body))]
        usage = b.ask("GET", "/api/auth/me").json["usage"]
        assert (usage["blobs"], usage["blob_bytes"]) == (1, len(body))
        b.ask("DELETE", f"/api/blobs/{blob}", status=204)
        for method in ("GET", "HEAD", "DELETE"):
            b.ask(method, f"/api/blobs/{blob}", status=404)
        assert b.ask("GET", "/api/auth/me").json["usage"]["blob_bytes"] == 0


def test_count_and_delete_data(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        sent = [a.batch(3, size=500), a.batch(scope=WORKSPACE)]
        a.upload(*sent)
        a.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", b"sealed", status=201)
        data = a.ask("GET", "/api/sync/data").json
        assert data["scopes"] == [
            {"scope": ACCOUNT, "batches": 1, "operations": 3, "bytes": len(sent[0]), "devices": 1, "snapshot_bytes": 0},
            {"scope": WORKSPACE, "batches": 1, "operations": 1, "bytes": len(sent[1]), "devices": 1, "snapshot_bytes": 0},
        ]
        assert (data["blobs"], data["blob_bytes"], data["conflicts"]) == (1, 6, 0)
        assert a.ask("DELETE", "/api/sync/data", {"password": "wrong"}).code == "bad_credentials"
        a.ask("DELETE", "/api/sync/data", {"password": PASSWORD}, status=204)
        assert a.ask("GET", "/api/sync/data").json == {"scopes": [], "blobs": 0, "blob_bytes": 0, "conflicts": 0}
        # Numbers are never given twice.
        a.epoch, a.seq = 2, {}
        assert a.upload(a.batch())["accepted"][0]["number"] == 3


def make_digest(vector, digest="d" * 32, **more):
    return {"key": "0123456789abcdef", "vector": vector,
            "tables": [{"table": "1" * 16, "digest": digest}, {"table": "2" * 16, "digest": "e" * 32}], **more}


def get_digests(hello):
    return {one["device"]: one["digest"] for one in hello["scopes"][0]["live"] if "digest" in one}


def test_digests(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        a.upload(a.batch(2))
        vector = [a.dot()]
        mine = make_digest(vector)
        assert get_digests(a.hello(vector=vector, digest=mine)) == {a.id: mine}
        # Who knows something else hears none but his own.
        assert get_digests(b.hello()) == {}
        theirs = make_digest(vector, "c" * 32)
        assert get_digests(b.hello(vector=vector, digest=theirs)) == {a.id: mine, b.id: theirs}
        assert get_digests(a.hello()) == {a.id: mine}
        # Nor who said the same.
        same = Device(cloud)
        assert get_digests(same.hello(vector=vector, digest=mine)) == {b.id: theirs, same.id: mine}
        same.ask("DELETE", f"/api/devices/{same.id}")
        with Device(cloud).socket() as listener:
            first, second = "1" * 32, "2" * 32
            for blob in (first, second):
                a.ask("PUT", f"/api/blobs/{blob}", b"sealed", status=201)
            offered = make_digest(vector, repair=first)
            assert get_digests(a.hello(vector=vector, digest=offered))[a.id] == offered
            assert listener.hear() == {"type": "repair", "scope": ACCOUNT}
            assert get_digests(b.hello(vector=vector))[a.id] == offered
            # Said again it is nothing new.
            a.hello(vector=vector, digest=offered)
            assert listener.is_silent()
            # What is not offered any more goes.
            a.hello(vector=vector, digest=make_digest(vector, repair=second))
            assert listener.hear() == {"type": "repair", "scope": ACCOUNT}
            assert a.ask("GET", f"/api/blobs/{first}").code == "not_found"
            a.hello(vector=vector, digest=mine)
            assert listener.is_silent()
        assert a.ask("GET", "/api/blobs").json["blobs"] == []
        assert get_digests(b.hello(vector=vector))[a.id] == mine


def test_digests_stay_in_the_account(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        a.upload(a.batch())
        a.ask("PUT", "/api/blobs/" + "1" * 32, b"sealed", status=201)
        a.hello(vector=[a.dot()], digest=make_digest([a.dot()], repair="1" * 32))
        other = cloud.device("other")
        other.ask("PUT", "/api/blobs/" + "1" * 32, b"other", status=201)
        assert get_digests(other.hello(vector=[a.dot()], digest=make_digest([a.dot()]))).keys() == {other.id}
        # A snapshot is nobody's to be dropped like that.
        a.ask("POST", "/api/sync/snapshot", {"scope": ACCOUNT, "vector": [a.dot()], "blob": "1" * 32, "bytes": 6},
              status=201)
        a.hello(vector=[a.dot()], digest=make_digest([a.dot()]))
        assert a.ask("GET", "/api/blobs/" + "1" * 32, status=200).body == b"sealed"
        assert other.ask("GET", "/api/blobs/" + "1" * 32, status=200).body == b"other"
        # A device that goes takes along what it offered.
        b = Device(cloud)
        b.ask("PUT", "/api/blobs/" + "3" * 32, b"sealed", status=201)
        assert b.id in get_digests(b.hello(digest=make_digest([], repair="3" * 32)))
        a.ask("DELETE", f"/api/devices/{b.id}", status=204)
        assert a.ask("GET", "/api/blobs/" + "3" * 32).code == "not_found"
        assert get_digests(a.hello()).keys() == {a.id}
        a.ask("DELETE", "/api/sync/data", {"password": PASSWORD})
        assert get_digests(a.hello()) == {}, a.hello()


def test_digests_that_are_none(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        good = make_digest([a.dot(seq=1)])
        table = good["tables"][0]
        for bad in ({}, [], None, "digest", {**good, "key": "0"}, {**good, "vector": None}, {**good, "tables": {}},
                    {**good, "tables": [table] * 257}, {**good, "tables": [{"table": "1" * 16}]},
                    {**good, "tables": [{**table, "digest": "D" * 32}]}, {**good, "tables": ["1" * 16]},
                    {**good, "repair": "no blob"}, {**good, "vector": [a.dot(seq=1)] * 2}):
            body = {"device": a.id, "format": 1, "clock_ms": 1, "scopes": [
                {"scope": ACCOUNT, "epoch": 1, "seq": 0, "chain": "", "vector": [], "digest": bad}]}
            answer = a.ask("POST", "/api/sync/hello", body)
            assert (answer.status, answer.code) == (400, "bad_request"), (bad, answer)
        assert get_digests(a.hello(digest=good)) == {a.id: good}


def test_export(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        sent, blob = a.batch(2), os.urandom(70000)
        a.upload(sent)
        a.hello(digest=make_digest([a.dot()]))
        a.ask("PUT", "/api/blobs/" + "1" * 32, blob, status=201)
        a.ask("POST", "/api/sync/snapshot", {"scope": ACCOUNT, "vector": [a.dot()], "blob": "1" * 32, "bytes": 5},
              status=201)
        a.ask("PUT", "/api/keys", {"version": 0, "envelope": {"format": 1}}, status=200)
        a.ask("POST", "/api/sync/conflicts", {"id": "2" * 32, "scope": ACCOUNT, "table": "0" * 16, "device": a.id,
                                              "time_ms": 1700000000000, "kind": "note", "body": "c2VhbGVk"}, status=201)
        answer = a.ask("GET", "/api/export", status=200)
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        lines = {}
        for line in answer.body.decode().splitlines():
            line = json.loads(line)
            lines.setdefault(line["kind"], []).append(line)
        assert set(lines) == {"account", "keys", "device", "snapshot", "digest", "batch", "conflict", "blob"}, lines.keys()
        assert lines["account"][0]["name"] == "somebody"
        assert base64.b64decode(lines["batch"][0]["body"]) == sent
        assert base64.b64decode(lines["blob"][0]["body"]) == blob
        assert lines["device"][0]["id"] == a.id and lines["snapshot"][0]["vector"] == [a.dot()]
        assert [(one["device"], one["digest"]) for one in lines["digest"]] == [(a.id, make_digest([a.dot()]))]
        assert sorted(os.listdir(cloud.folder)) == sorted(name for name in os.listdir(cloud.folder)
                                                          if not name.startswith("export"))


def test_pushed_at_once(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        with a.socket() as own, b.socket() as connection:
            sent = [a.batch(), a.batch()]
            a.upload(*sent)
            assert connection.hear() == [(1, sent[0]), (2, sent[1])]
            assert own.is_silent()
            # Of what is long they are told only.
            a.upload(*(a.batch(size=100000) for _ in range(4)))
            assert connection.hear() == {"type": "sync", "scope": ACCOUNT}
            connection.say({"type": "ack", "scopes": [{"scope": ACCOUNT, "vector": [a.dot(seq=2)]}]})
            b.hello()
            wait_until(lambda: [dot["seq"] for one in b.hello()["scopes"][0]["live"] for dot in one["vector"]] == [2],
                       "the acknowledgement")
            a.ask("POST", "/api/devices/messages", {"to": "*", "kind": "pair", "body": "AAAA"}, status=204)
            assert connection.hear() == {"type": "device_message"}
            a.ask("DELETE", f"/api/devices/{b.id}", status=204)
            assert connection.hear() == {"type": "device_removed", "device": b.id}
            assert connection.hear() is None and connection.code == 4403
            assert own.is_silent()


def test_what_makes_no_sense_is_closed(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        for said in ({"type": "ack"}, {"type": "ack", "scopes": [{"scope": "'; DROP TABLE user"}]}, ["no object"]):
            with a.socket() as connection:
                connection.say(said)
                assert connection.hear() is None and connection.code == 4400, (said, connection.code)


run(globals())
