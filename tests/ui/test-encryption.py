#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces are encrypted on the disk from the preferences, with a real keyring, which is locked and unlocked."""

import os

from app import App, desktop, run
from flowtest import request, span
from keyring import Keyring
from peers import Hub

SWITCH = "Encrypt traces on the disk"
KEY = "privacy.encrypt-sensitive-data"


def canaries(place):
    return sum(open(os.path.join(place.data_dir, name), "rb").read().count(b"canary")
               for name in os.listdir(place.data_dir) if name.startswith("flowscope.db"))


@desktop(size="900x1000")
def test_switch(place):
    with Keyring(place) as keyring, App(place) as app:
        assert app.post("traces", request([span(1, 1, "canary")])) == 200
        app.action("preferences", "'sync'")
        app.wait_dialog("Traces on the Disk")
        app.wait("label", "Not encrypted")
        app.screenshot("off")
        app.press(SWITCH, "check box")
        app.wait("label", "Encrypted")
        assert keyring.items == 1
        assert canaries(place) == 0
        app.screenshot("on")
        app.press(SWITCH, "check box")
        app.wait("label", "Not encrypted")
        assert canaries(place) > 0


@desktop(size="900x1000")
def test_locked(place):
    with Keyring(place) as keyring:
        with App(place, settings={KEY: "true"}) as app:
            assert app.post("traces", request([span(1, 1, "canary")])) == 200
            # The key is in the keyring before anything is encrypted with it.
            hub = Hub(app)
            app.wait_until(lambda: hub.verb("encryption")["state"] == "encrypted", "traces that are encrypted")
            assert keyring.items == 1
        keyring.lock()
        with App(place, complaints=["not at hand"]) as app:
            # The status line says it, and the preferences have the way on.
            app.wait("label", contains="keyring is locked")
            app.action("preferences", "'sync'")
            app.wait("push button", "Unlock Keyring")
            app.screenshot("locked")
            # It is unlocked, and everything is there again by itself.
            keyring.process.kill()
            keyring.process.wait()
            with Keyring(place):
                app.wait("label", "Encrypted")
                app.key("Escape")
                app.wait("list item", contains="canary")
                app.screenshot("unlocked")


run(globals())
