#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces between two devices, with real hubs and a real cloud: who hears of them, and what happens when it is opened."""

import atexit
import os

from syncdevice import Cloud, Place, SyncDevice, request, run, span, two_devices, wait_until
from flowpeer import Peer  # its folder is known by now

CANARY = "canary-7d1e44-of-a-span"


class World:
    """One cloud and two devices for all tests, each of which has a trace of its own: signing in takes time, on purpose.
    Made by the first test."""

    def __init__(self):
        self.place = Place()
        self.cloud = Cloud(self.place)
        self.devices = two_devices(self.cloud)
        atexit.register(self.close)

    def close(self):
        for device in self.devices:
            if device.place.hub is not None:
                device.kill()
            device.place.close()
        if self.cloud.process.poll() is None:
            self.cloud.kill()
        self.place.close()


worlds = []


def world():
    if not worlds:
        worlds.append(World())
    return worlds[0].cloud, *worlds[0].devices


def hex_of(number):
    return f"{number:032x}"


def listed(device):
    return {trace["trace_id"]: trace for trace in device.place.json("traces")}


def wait_listed(here, number, **what):
    def is_so():
        known = listed(here).get(hex_of(number), {})
        return known and all(known[key] == value for key, value in what.items()) and known

    return wait_until(is_so, f"the trace with {what} on {here.name}")


def join(device, kind, folder=None):
    return Peer(device.hub, kind, "one", ("code", "traces", "metrics"), [folder] if folder else [])


def status_of(device, number):
    rows = device.query("SELECT status FROM trace_header WHERE hex(trace_id) = ?", hex_of(number).upper())
    return rows[0][0] if rows else None


def shop(number, errors=False, folder="/src"):
    """A request with a call to the database below it."""
    return request([span(number, 1, "GET /cart", took=5000000, code__file__path=f"{folder}/cart.ts",
                         code__line__number=3),
                    span(number, 2, "SELECT cart", parent=1, took=1000000, secret=CANARY,
                         status={"code": 2, "message": "no such table"} if errors else None)])


def test_trace_flow_all_channels(place):
    """From a program over the hub to editors, over the cloud to another hub, its editors and people, and back."""
    cloud, desk, laptop = world()
    number = 0xa1
    trace = hex_of(number)
    desk.run("settings", "set", "sync.traces", "all")
    wait_until(lambda: laptop.run("settings", "get", "sync.traces").strip() == "all", "the setting")
    near = [join(desk, kind) for kind in ("vscode_extension", "editor", "cli")]
    far = [join(laptop, kind) for kind in ("vscode_extension", "editor", "cli")]
    desk.hub.post("traces", shop(number, errors=True))
    for peer in near + far:
        added = peer.receive("trace_added")["data"]
        assert (added["id"], added["name"], added["status"], added["spans"]) == (
            trace, "GET /cart", "error", 2), added
    known = wait_listed(laptop, number, elsewhere=True, fetchable=True, device="Desk")
    assert known["services"] == ["shop"] and known["errors"] == 1, known
    assert "(on Desk)" in laptop.run("traces"), laptop.run("traces")

    # It is fetched when it is opened, once, and the same as there.
    assert laptop.place.json("trace", trace) == desk.place.json("trace", trace)
    known = wait_listed(laptop, number, elsewhere=False)
    assert laptop.place.json("pull", trace)["spans"] == 0
    assert laptop.query("SELECT count(*) FROM trace_share") == [(0,)]

    # What is said about it there comes back.
    laptop.run("annotate", trace, "--note", "the table is gone", "--tag", "database", "--title", "Empty cart")
    desk.wait_for(number, note="the table is gone", tags=["database"], title="Empty cart")
    for peer in near:
        wait_until(lambda: peer.receive("trace_updated")["data"]["tags"] == ["database"], "the tag")

    # Erased where it was taken: what was said is gone everywhere, and nothing of it is in the cloud.
    desk.run("erase", trace, "--yes")
    wait_until(lambda: laptop.facts(number)["note"] == "", "the note to go")
    wait_until(lambda: desk.query("SELECT count(*) FROM trace_blob_gone") == [(0,)], "the blob to go")
    for top, _, files in os.walk(cloud.folder):
        for name in files:
            with open(os.path.join(top, name), "rb") as stream:
                text = stream.read()
            assert CANARY.encode() not in text and b"GET /cart" not in text, f"{name} can be read"
    for peer in near + far:
        peer.close()
    laptop.run("settings", "reset", "sync.traces")
    wait_until(lambda: desk.run("settings", "get", "sync.traces").strip() == "none", "the setting to be as before")


def test_offline_queued_then_synced(place):
    """What is said and shared without a network goes as soon as there is one, spans as well."""
    cloud, desk, laptop = world()
    number = 0xa2
    trace = hex_of(number)
    cloud.kill()
    desk.hub.post("traces", shop(number))
    desk.run("share", trace)
    desk.run("annotate", trace, "--note", "made on a train")
    desk.wait_for_state("offline")
    wait_until(lambda: desk.status["pending"]["operations"] > 0, "something that waits")
    laptop.run("pull", trace, status=1)
    desk.stop()
    desk.start()
    assert desk.facts(number)["note"] == "made on a train"
    cloud.again()
    wait_listed(laptop, number, note="made on a train", fetchable=True)
    laptop.run("pull", trace)
    assert laptop.place.json("trace", trace)["spans"] == desk.place.json("trace", trace)["spans"]
    desk.wait_for_pending(0)


def test_conflict_cloud_status_wins(place):
    """Here it went well; the cloud knew of an error first: an error it is, on both."""
    cloud, desk, laptop = world()
    number = 0xa3
    trace = hex_of(number)
    cloud.kill()
    desk.hub.post("traces", shop(number))
    desk.run("annotate", trace, "--tag", "desk")
    laptop.hub.post("traces", shop(number, errors=True))
    laptop.run("annotate", trace, "--tag", "laptop")
    assert (status_of(desk, number), status_of(laptop, number)) == ("ok", "error")
    desk.stop()
    cloud.again()
    laptop.wait()
    desk.start()
    for device in (desk, laptop):
        device.wait_for(number, tags=["desk", "laptop"])
        wait_until(lambda: status_of(device, number) == "error", f"the error on {device.name}")
        device.wait()
        assert device.conflicts() == [], device.conflicts()


def test_jump_and_focus_cross(place):
    """A trace of one device leads to the code of the other, and the code back to the trace."""
    _, desk, laptop = world()
    number = 0xa4
    trace = hex_of(number)
    there, here = desk.place.folder("shop"), laptop.place.folder("work/shop")
    file = laptop.place.write("work/shop/cart.ts", "one\ntwo\nthree\n")
    laptop.run("settings", "set", "path-maps", f"[('*', '{there}', '{here}')]")
    laptop.run("settings", "set", "workspace-folders", here)
    editor = join(laptop, "vscode_extension", here)
    desk.hub.post("traces", shop(number, folder=there))
    desk.run("share", trace)
    wait_listed(laptop, number, elsewhere=True, fetchable=True)

    # The app is not open, but it is known which trace is meant; another one is not.
    asked = editor.ask("focus_trace", {"traceId": trace, "spanId": f"{2:016x}"}, "ack", ack=True)
    assert asked["data"]["code"] == "no_target", asked
    asked = editor.ask("focus_trace", {"traceId": f"{7:032x}"}, "ack", ack=True)
    assert asked["data"]["code"] == "not_found", asked
    laptop.run("pull", trace)
    asked = editor.ask("focus_trace", {"file": file, "line": 3}, "ack", ack=True)
    assert asked["data"]["code"] == "no_target", asked
    metrics = editor.ask("metrics_for_file", {"file": file})["data"]
    assert [line["line"] for line in metrics["lines"]] == [3], metrics

    # From the trace to the line, in the editor of this device.
    location = laptop.place.json("open", trace, "--print")
    assert (location["file"], location["line"]) == (file, 3), location
    laptop.place.ctl("send", "jump_to_code", "-t", "editor", f"file={location['file']}", "line=3")
    jump = editor.receive("jump_to_code")["data"]
    assert (jump["file"], jump["line"]) == (file, 3), jump
    editor.close()


def test_taken_back(place):
    """A shared trace is the user's to take back, and what is listed without its spans says where they are."""
    _, desk, laptop = world()
    number = 0xa5
    trace = hex_of(number)
    desk.hub.post("traces", shop(number))
    desk.run("annotate", trace, "--note", "only a note")
    wait_listed(laptop, number, note="only a note", fetchable=False, device="Desk")
    laptop.run("trace", trace, status=1)
    assert "Desk" in laptop.errors and "flowctl share" in laptop.errors, laptop.errors
    desk.run("share", trace)
    wait_listed(laptop, number, fetchable=True)
    desk.run("share", trace, "--stop")
    wait_listed(laptop, number, fetchable=False)
    laptop.run("pull", trace, status=1)
    with SyncDevice("Alone") as alone:
        alone.hub.post("traces", shop(number))
        alone.run("share", trace, status=1)
        assert "sync" in alone.errors, alone.errors


def test_settings_of_the_account(place):
    """What is set on one device takes effect on the other; lists are one list, and what is of a device stays there."""
    _, desk, laptop = world()

    def setting(device, key):
        return device.run("settings", "get", key).strip()

    def both_have(key, text):
        wait_until(lambda: setting(desk, key) == setting(laptop, key) == text, f"{key} to be {text} on both")

    desk.run("settings", "set", "sync.interval", "77")
    both_have("sync.interval", "77")
    # Neither knows of the other's: who does would replace it.
    laptop.control("sync-pause", paused=True)
    desk.run("settings", "set", "denied-origins", "https://a.example")
    laptop.run("settings", "set", "denied-origins", "https://b.example")
    laptop.control("sync-pause", paused=False)
    wait_until(lambda: {setting(desk, "denied-origins"), setting(laptop, "denied-origins")} <= {
        "['https://a.example', 'https://b.example']", "['https://b.example', 'https://a.example']"}, "both origins")
    laptop.run("settings", "set", "edit.editors-by-site", "[('a.example', 'vim')]")
    both_have("edit.editors-by-site", "[('a.example', 'vim')]")
    desk.run("settings", "set", "edit.editors-by-site", "[('b.example', 'code'), ('a.example', 'vim')]")
    both_have("edit.editors-by-site", "[('b.example', 'code'), ('a.example', 'vim')]")

    # Said of no other device: folders, ports, what the window looks like.
    desk.run("settings", "set", "ui.show-inline-metrics", "false")
    desk.run("settings", "set", "workspace-folders", desk.place.folder("shop"))
    desk.run("settings", "reset", "sync.interval")
    both_have("sync.interval", "30")
    assert setting(laptop, "ui.show-inline-metrics") == "true"
    assert desk.place.top not in setting(laptop, "workspace-folders"), setting(laptop, "workspace-folders")


if __name__ == "__main__":
    run(globals())
