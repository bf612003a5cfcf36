#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health of a real hub with channels that answer, leave and get lost; and what ran in a file."""

import json
import os
import re

from flowpeer import Peer
from flowtest import request, run, span, wait_until

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def answer_ping(peer):
    ping = peer.receive("ping")
    assert ping["source"] == "desktop_app/hub", ping
    peer.send("pong", {"pingTime": ping["data"]["pingTime"]}, target=ping["source"], reply_to=ping["id"])


def names(health):
    return [one["channel"] for one in health["connectivity"]]


def test_without_a_hub(place):
    place.ctl("health", status=1)
    assert "hub" in place.errors, place.errors


def test_shape(place):
    hub = place.start_hub()
    health = place.json("health")
    assert list(health) == ["overall", "connectivity", "latency", "sync", "parts", "advice", "timestamp"], health
    assert health["overall"] == 100 and health["connectivity"] == [] and health["latency"] == [], health
    assert health["sync"] == {"successRate": None, "totalSyncs": 0, "conflicts": 0}, health
    assert TIME.match(health["timestamp"]), health
    assert any("Nothing is connected" in line for line in health["advice"]), health

    peer = Peer(hub, "editor", "one")
    answer_ping(peer)
    health = wait_until(lambda: (found := place.json("health"))["latency"] and found, "a round trip")
    one, = health["connectivity"]
    assert list(one) == ["channel", "isConnected", "uptime_s", "lastSeen"], one
    assert one["channel"] == "editor/one" and one["isConnected"] is True and TIME.match(one["lastSeen"]), one
    latency, = health["latency"]
    assert latency["channel"] == "editor/one" and 0 < latency["p50_ms"] <= latency["p99_ms"], latency
    assert health["parts"]["connectivity"] == {"score": 100, "weight": 57}, health
    assert health["parts"]["latency"]["weight"] == 43 and health["parts"]["sync"]["score"] is None, health
    assert health["advice"] == [], health
    peer.close()


def test_for_people(place):
    hub = place.start_hub()
    peer = Peer(hub, "editor", "one")
    answer_ping(peer)
    wait_until(lambda: place.json("health")["latency"], "a round trip")
    shown = place.text("health")
    assert re.search(r"Health: \d+ of 100", shown) and "counts for 57 %" in shown, shown
    assert re.search(r"editor/one +connected", shown) and "nothing to go by" in shown, shown
    peer.break_off()
    shown = wait_until(lambda: "lost" in (found := place.text("health")) and found, "the loss")
    assert "- editor/one was lost" in shown, shown


def test_goodbye_and_loss(place):
    hub = place.start_hub()
    staying, leaving, lost = (Peer(hub, "editor", name) for name in ("staying", "leaving", "lost"))
    assert set(names(place.json("health"))) == {"editor/staying", "editor/leaving", "editor/lost"}
    Peer(hub, "cli", "interrupted").break_off()
    leaving.close()
    lost.break_off()
    wait_until(lambda: set(names(place.json("health"))) == {"editor/staying", "editor/lost"}, "two to be gone")
    one, = wait_until(lambda: [one for one in place.json("health")["connectivity"] if not one["isConnected"]],
                      "the other to be lost")
    assert one["channel"] == "editor/lost" and one["uptime_s"] == 0, one
    back = Peer(hub, "editor", "lost")
    assert all(one["isConnected"] for one in place.json("health")["connectivity"])
    for peer in (staying, back):
        peer.close()


def test_lines_of_a_file(place):
    hub = place.start_hub()
    folder = place.folder("shop")
    path = place.write("shop/src/cart.ts", "one\ntwo\n")
    other = place.write("shop/src/other.ts", "")
    peer = Peer(hub, "editor", "one", workspaces=[folder])
    asked = peer.ask("metrics_for_file", {"file": path, "version": 7})["data"]
    assert asked == {"file": path, "version": 7, "lines": [], "total": 0, "since": None}, asked

    where = {"code__file__path": path, "code__line__number": 2, "code__function__name": "Cart.add"}
    hub.post("traces", request([span(1, n, "add", start=n, took=n * 1000000, **where) for n in range(1, 21)]))
    relative = {**where, "code__file__path": "src/cart.ts"}
    failed = span(2, 50, "add", start=1000, took=5000000, status={"code": 2}, **relative)
    hub.post("traces", request([failed]))
    asked = peer.ask("metrics_for_file", {"file": path, "version": 8})["data"]
    line, = asked["lines"]
    assert asked["version"] == 8 and asked["total"] == 21 and asked["since"].startswith("2023-11-14T22:13:20"), asked
    assert line == {"line": 2, "function": "Cart.add", "count": 21, "errors": 1, "p50_ms": 10, "p95_ms": 19,
                    "traceId": f"{2:032x}", "spanId": f"{50:016x}"}, line
    assert peer.ask("metrics_for_file", {"file": other})["data"]["total"] == 0

    # Another window, by another name of the same file.
    link = os.path.join(place.top, "link")
    os.symlink(folder, link)
    second = Peer(hub, "editor", "two", workspaces=[link])
    linked = second.ask("metrics_for_file", {"file": f"{link}/src/cart.ts"})["data"]
    assert linked["total"] == 21 and linked["file"] == f"{link}/src/cart.ts", linked

    # Many at once: each is answered.
    ids = {peer.send("metrics_for_file", {"file": path, "version": n}): n for n in range(40)}
    for asked, version in ids.items():
        assert peer.receive("metrics_for_file", asked)["data"]["version"] == version

    for wrong in ({"file": "src/cart.ts"}, {}, {"file": 3}):
        refused = peer.ask("metrics_for_file", wrong)
        assert refused["type"] == "error" and refused["data"]["code"] == "bad_request", refused
    place.ctl("erase", "--all", "--yes")
    assert peer.ask("metrics_for_file", {"file": path})["data"]["total"] == 0
    for one in (peer, second):
        one.close()


if __name__ == "__main__":
    run(globals())
