#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real page and a real extension of Chromium want to open a channel, and people are asked."""

import os
import shutil
import subprocess

from app import SOURCE, App, run
from flowtest import PATIENCE, Skip
from peers import Hub

VISIT = os.path.join(SOURCE, "tests", "browser", "visit.js")


class Visitor:
    """A page, or with a folder for its profile an extension."""

    def __init__(self, app, *profile):
        if not shutil.which("node") or not os.path.exists(os.path.join(os.path.dirname(VISIT), "node_modules")):
            raise Skip("there is no node, or its packages are not installed")
        if not shutil.which("chromium") and not shutil.which("chromium-browser"):
            raise Skip("there is no Chromium")
        self.process = subprocess.Popen(["node", VISIT, app.wait_hub()["url"], *profile], env=app.env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.origin = self.process.stdout.readline().strip()

    def tries(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def said(self):
        return self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE)


def remembered(app, origin):
    return next((known["state"] for known in Hub(app).verb("pair-list")["origins"] if known["origin"] == origin), None)


def test_page_waits_for_the_answer(place):
    with App(place) as app, Visitor(app) as page:
        page.tries()
        app.wait(contains=f"May {page.origin} connect?")
        app.press("Allow")
        assert page.said() == "open"
        app.wait_gone(contains=f"May {page.origin} connect?")
        page.tries()
        assert page.said() == "open"
        assert remembered(app, page.origin) == "allowed"


def test_page_denied_403(place):
    with App(place) as app, Visitor(app) as page:
        page.tries()
        app.wait(contains=f"May {page.origin} connect?")
        app.press("Deny")
        assert page.said() == "1006"
        page.tries()
        assert page.said() == "1006"
        assert remembered(app, page.origin) == "denied"


def test_ext_new_id_asks_once(place):
    with App(place) as app, Visitor(app, place.folder("chromium")) as extension:
        extension.tries()
        app.wait(contains=f"May {extension.origin} connect?")
        extension.tries()
        app.press("Allow")
        assert [extension.said(), extension.said()] == ["open", "open"]
        app.wait_gone(contains="connect?")
        assert remembered(app, extension.origin) == "allowed"


run(globals())
