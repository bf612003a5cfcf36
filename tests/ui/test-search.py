#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What GNOME Shell asks for while somebody types: org.gnome.Shell.SearchProvider2."""

import os
import signal

from gi.repository import Gio, GLib

from app import APP, APP_ID, App, desktop, run
from flowtest import PATIENCE, request, span, wait_until
from panels import Bus

INTERFACE = "org.gnome.Shell.SearchProvider2"
PATH = "/org/flowscope/FlowScope/SearchProvider"
MS = 1000000


def ask(bus, method, kind, *values):
    return bus.call(APP_ID, PATH, INTERFACE, method, GLib.Variant(kind, values))


def find(bus, *terms):
    return ask(bus, "GetInitialResultSet", "(as)", terms)[0]


def trace_id(number):
    return f"{number:032x}"


def post(app, number, name, service="shop", **more):
    app.post("traces", request([span(number, 1, name, **more)], service))


def test_found(place):
    with App(place) as app:
        bus = Bus()
        assert find(bus, "checkout") == []
        post(app, 1, "POST /checkout", took=12 * MS)
        post(app, 2, "GET /users", service="Billing")
        post(app, 3, "POST /checkout/billing", status={"code": 2})
        wait_until(lambda: len(find(bus, "/")) == 3, "the traces")

        # Every word, in any order and case, in the name or in a service; newest first.
        assert find(bus, "checkout") == [trace_id(3), trace_id(1)]
        assert find(bus, "post", "BILLING") == [trace_id(3)]
        assert find(bus, "billing", "users") == [trace_id(2)]
        assert find(bus, "billing") == [trace_id(3), trace_id(2)]
        assert find(bus, "nothing") == []
        assert find(bus) == []
        assert ask(bus, "GetSubsearchResultSet", "(asas)", [trace_id(1)], ["check"])[0] == [trace_id(3), trace_id(1)]

        metas = ask(bus, "GetResultMetas", "(as)", [trace_id(3), trace_id(1), trace_id(9)])[0]
        assert [meta["id"] for meta in metas] == [trace_id(3), trace_id(1), trace_id(9)]
        assert metas[0]["name"] == "POST /checkout/billing" and "1 error" in metas[0]["description"]
        assert "12" in metas[1]["description"] and "1 span" in metas[1]["description"], metas[1]
        assert metas[0]["gicon"] == APP_ID


def test_acts(place):
    """A result opens its trace, and all results the window; both also when no window is there."""
    with App(place, "--background", window=False) as app:
        bus = Bus()
        app.wait_hub()
        post(app, 1, "POST /checkout")
        ask(bus, "ActivateResult", "(sasu)", trace_id(1), ["check"], 0)
        app.wait_window()
        app.wait(contains="POST /checkout")
        app.key("ctrl+w")
        app.wait_until(lambda: not app.windows(), "no window")
        ask(bus, "LaunchSearch", "(asu)", ["check"], 0)
        app.wait_window()


def test_typed_quickly(place):
    """Who goes on typing gets an answer to each question, whether it was given up or not."""
    with App(place, "--background", window=False) as app:
        bus = Bus()
        app.wait_hub()
        post(app, 1, "POST /checkout")
        answers = {}
        for length in range(1, 9):
            bus.connection.call(APP_ID, PATH, INTERFACE, "GetInitialResultSet",
                                GLib.Variant("(as)", (["checkout"[:length]],)), None, Gio.DBusCallFlags.NONE,
                                PATIENCE * 1000, None,
                                lambda bus, result, length: answers.update({length: bus.call_finish(result)}), length)
        context = GLib.MainContext.default()
        wait_until(lambda: (context.iteration(False), len(answers) == 8)[1], "the answers")
        assert answers[8].unpack()[0] == [trace_id(1)]


def service_folder():
    """What an installation puts in share/dbus-1/services."""
    folder = os.path.join(os.environ["FLOW_TEST_BUILD_ROOT"], "tests", "ui", "services")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, APP_ID + ".service"), "w", encoding="utf-8") as stream:
        stream.write(f"[D-BUS Service]\nName={APP_ID}\nExec={APP} --gapplication-service\n")
    return folder


@desktop(services=[service_folder()])
def test_started_by_a_search(place):
    """The first question starts the program; it is answered, and there is no hub, window or icon for it."""
    bus = Bus()
    assert find(bus, "checkout") == []
    runtime = os.path.join(os.environ["XDG_RUNTIME_DIR"], "flowscope")
    assert not os.path.exists(os.path.join(runtime, "hub.json"))
    pid = bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                   GLib.Variant("(s)", (APP_ID,)))[0]
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not bus.has(APP_ID), "the end")


@desktop(services=[service_folder()])
def test_no_data_folder(place):
    """Where the program cannot start, nothing is found, instead of an answer that never comes."""
    with open(os.path.join(os.environ["XDG_DATA_HOME"], "flowscope"), "w", encoding="utf-8"):
        pass
    bus = Bus()
    assert find(bus, "checkout") == []
    assert find(bus, "check") == []


run(globals())
