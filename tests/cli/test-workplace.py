#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Editors and a real hub: where the user works, what became of traces, settings, and code that is to be shown."""

import json
import os
import signal

from flowpeer import Peer
from flowtest import request, run, span, wait_until

TRACE = f"{0xa1:032x}"


def join(place, instance="one", kind="editor", folder=None, capabilities=("code", "traces")):
    return Peer(place.hub, kind, instance, capabilities, [folder] if folder else [])


def ids(place, *arguments):
    return [int(trace["trace_id"], 16) for trace in place.json("traces", *arguments)]


def test_greeting(place):
    hub = place.start_hub()
    folder = place.folder("shop")
    hub.post("traces", request([span(0xa1, 1, "GET /cart", code__file__path=f"{folder}/cart.ts",
                                     code__line__number=3)]))
    editor = join(place, folder=folder)
    assert editor.welcome["settings"]["ui.show-inline-metrics"] is True, editor.welcome
    said = editor.receive("sync_response")["data"]
    assert (said["workspace"]["name"], said["workspace"]["folder"]) == ("shop", folder), said
    trace, = said["traces"]
    assert (trace["id"], trace["name"], trace["status"], trace["sourceFile"], trace["sourceLine"]) == (
        TRACE, "GET /cart", "ok", f"{folder}/cart.ts", 3), trace


def test_traces(place):
    """Added, tagged, erased: whoever watches hears of it."""
    hub = place.start_hub()
    editor = join(place, folder=place.folder("shop"))
    workspace = editor.receive("sync_response")["data"]["workspace"]["id"]
    hub.post("traces", request([span(0xa1, 1, "GET /cart")]))
    added = editor.receive("trace_added")["data"]
    assert (added["id"], added["workspaceId"]) == (TRACE, workspace), added
    assert ids(place, "--workspace", "shop") == [0xa1]
    place.ctl("mark", TRACE, "--tag", "slow")
    assert editor.receive("trace_updated")["data"]["tags"] == ["slow"]
    place.ctl("erase", TRACE, "--yes")
    assert editor.receive("trace_deleted")["data"] == {"id": TRACE}


def test_sent_by_an_editor(place):
    """What is acknowledged is there after a kill."""
    place.start_hub()
    editor = join(place)
    editor.receive("sync_response")
    editor.send("session_started", {"sessionId": "s", "name": "Checkout"}, ack=True)
    assert editor.receive("ack")["data"]["state"] == "handled"
    editor.send("trace_added", {"id": TRACE, "name": "a test", "startedAt": "2026-11-20T08:30:00Z", "durationMs": 7,
                                "status": "error", "sessionId": "s", "tags": ["ci"]}, ack=True)
    assert editor.receive("ack")["data"]["state"] == "handled"
    place.hub.process.send_signal(signal.SIGKILL)
    place.hub.process.wait()
    place.hub.process.stdout.close()
    trace, = place.json("traces", "--session", "Checkout")
    assert (trace["name"], trace["errors"], trace["tags"]) == ("a test", 1, ["ci"]), trace
    place.start_hub()
    session, = place.json("sessions")
    assert (session["id"], session["name"], session["ended_unix_nano"]) == ("s", "Checkout", "0"), session


def test_workspaces_stay(place):
    hub = place.start_hub()
    folder = place.folder("shop")
    first = join(place, folder=folder).receive("sync_response")["data"]["workspace"]["id"]
    wait_until(lambda: place.json("workspaces"), "the workspace")
    hub.stop()
    place.start_hub()
    assert join(place, folder=folder).receive("sync_response")["data"]["workspace"]["id"] == first


def test_focus_places_traces(place):
    """A program that says nothing of itself belongs where the user works."""
    hub = place.start_hub()
    one = join(place, "one", folder=place.folder("shop"))
    two = join(place, "two", folder=place.folder("blog"))
    watcher = join(place, "ear", "cli")
    for number, (peer, name) in enumerate(((one, "shop"), (two, "blog"), (one, "shop")), 1):
        for other in (one, two):
            other.send("workspace_changed", {"focused": other is peer})
            place.json("channels")  # the hub has come so far when it answers
            other.send("sync_request", {"limit": 1})
            other.receive("sync_response")
        hub.post("traces", request([span(number, 1, f"in {name}")]))
        watcher.receive("trace_added")
        assert number in ids(place, "--workspace", name), (number, name)
    assert ids(place, "--workspace", "blog") == [2]


def test_settings(place):
    place.start_hub()
    editor = join(place)
    place.ctl("settings", "set", "slow-query-ms", "50")
    place.ctl("settings", "set", "integrations.vscode.inline-metrics", "false")
    said = editor.receive("configuration_updated")["data"]
    assert said["updates"] == {"integrations.vscode.inline-metrics": False}, said
    assert said["fullConfig"]["ui.theme"] == "auto" and "slow-query-ms" not in said["fullConfig"], said


def test_no_editor(place):
    """The command of the settings runs, and without one the error says what to do."""
    place.start_hub()
    folder = place.folder("shop")
    file = place.write("shop/app.py", "one\ntwo\n")
    place.ctl("settings", "set", "workspace-folders", folder)
    place.ctl("send", "jump_to_code", f"file={file}", "line=2", "--wait", status=1)
    assert "editor" in place.errors, place.errors
    notes = os.path.join(place.top, "notes")
    editor = place.write("my editor", f"#!/bin/sh\necho \"$@\" > '{notes}.part' && mv '{notes}.part' '{notes}'\n", 0o755)
    place.ctl("settings", "set", "editor-command", f"'{editor}' +{{line}} {{file}}")
    answer = place.json("send", "jump_to_code", f"file={file}", "line=2", "--wait")
    assert json.dumps(answer).count(file) == 1, answer
    wait_until(lambda: os.path.exists(notes), "the editor")
    with open(notes, encoding="utf-8") as stream:
        assert stream.read() == f"+2 {file}\n"


def test_outside(place):
    place.start_hub()
    editor = join(place, folder=place.folder("shop"))
    file = place.write("elsewhere/app.py", "one\n")
    place.ctl("send", "jump_to_code", f"file={file}", "line=1", "--wait", status=1)
    assert "outside every known folder" in place.errors, place.errors
    editor.send("workspace_changed", {"workspaces": [os.path.dirname(file)]})
    assert editor.receive("sync_response")
    editor.receive("sync_response")
    place.ctl("send", "jump_to_code", f"file={file}", "line=1")
    assert editor.receive("jump_to_code")["data"]["file"] == file


run(globals())
