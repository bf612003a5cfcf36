#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who wants too much: what one request, one user or one address may cost the others has a bound."""

import base64
import uuid

from cloudapi import ACCOUNT, Cloud, make_batch, run

MAX_ENTRIES = 4096


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


run(globals())
