#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trace is shared with another device, from the list's menu and from its details; and not while nobody is signed in."""

import os
import subprocess
import sys

import a11y
from app import SOURCE, App, run
from flowtest import FLOWCTL, PATIENCE, request, span, wait_until
from keyring import Keyring
from peers import Hub

sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e"))
from syncdevice import PASSPHRASE, PASSWORD, USER, Cloud, SyncDevice  # noqa: E402

ITEM = "On My Other Devices"
TRACE = f"{1:032x}"


def sign_in(app, cloud):
    subprocess.run([FLOWCTL, "cloud", "login", cloud.url, "--user", USER, "--device", "Desk"], env=app.env, check=True,
                   input=f"{PASSWORD}\n{PASSPHRASE}\n", text=True, capture_output=True, timeout=PATIENCE)
    app.wait_until(lambda: Hub(app).verb("sync-status")["state"] == "idle", "all synced")


def is_shared(app):
    return Hub(app).verb("trace-shared", trace_id=TRACE)["shared"]


def open_menu(app):
    """Of the only row, which has the focus."""
    app.wait_until(lambda: a11y.has_state(app.wait("list item", contains="GET /cart"), "focused"), "the focus in the list")
    app.key("Menu")
    app.wait(contains="Pin or Unpin")


def open_details(app):
    app.action("open-trace", f"'{TRACE}'")
    app.wait("push button", "All traces")
    row = app.wait("list item", contains="GET /cart")
    app.click_mouse(row)
    app.wait_until(lambda: a11y.has_state(row, "selected"), "the span that was clicked")
    app.key("Return")
    app.press("Trace")
    return app.wait("check box", ITEM)


def test_share(place):
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, Keyring(place), App(place) as app:
        laptop.login(cloud.url, "--register")
        sign_in(app, cloud)
        assert app.post("traces", request([span(1, 1, "GET /cart")])) == 200
        app.click_mouse(app.wait("list item", contains="GET /cart"))
        open_menu(app)
        app.screenshot("menu")
        assert not is_shared(app)
        app.press(ITEM)
        app.wait(contains="Your other devices have this trace too")
        assert is_shared(app)
        wait_until(lambda: laptop.query("SELECT count(*) FROM trace_header") == [(1,)], "the trace on the laptop")
        # GTK 4.8 tells nobody that an item of a menu is checked; the picture has it.
        open_menu(app)
        app.screenshot("menu-shared")
        app.key("Escape")
        switch = open_details(app)
        app.wait_until(lambda: a11y.has_state(switch, "checked"), "the switch that is on")
        app.screenshot("details")
        app.click(switch)
        app.wait_until(lambda: not is_shared(app), "a trace that is taken back")
        app.screenshot("details-not-shared")


def test_signed_out(place):
    """The menu says nothing of it, and the switch why it does nothing."""
    with App(place) as app:
        assert app.post("traces", request([span(1, 1, "GET /cart")])) == 200
        app.click_mouse(app.wait("list item", contains="GET /cart"))
        open_menu(app)
        app.screenshot("menu-off")
        assert app.look(name=ITEM) is None
        app.key("Escape")
        open_details(app)
        app.wait(contains="Nobody is signed in")
        app.screenshot("details-off")


run(globals())
