#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A place on another computer is asked for once, and what the user says about a trace is kept; by real keys."""

import os
import sys

from app import App, run
from editor import Editor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from flowtest import request, span  # noqa: E402


def open_first(app, name):
    app.click_mouse(app.wait("list item", contains=name), times=2)
    app.wait("push button", "All traces")
    return app.wait("list item", contains=name)


def test_where_is_app_here(place):
    editor = Editor(place)
    source = place.write("project/src/app.ts", "one\ntwo\nthree\n")
    settings = {"editor-command": f"'{editor.command}'", "workspace-folders": f"['{place.top}/project']"}
    with App(place, settings=settings) as app:
        app.post("traces", request([span(1, 1, "GET /cart", code__file__path="/app/src/app.ts",
                                         code__line__number=2)]))
        app.click_mouse(open_first(app, "GET /cart"))
        app.key("g")
        app.wait(contains="Where Is “/app” Here?")
        app.wait(contains="this folder is “/app”")
        app.screenshot("where")
        app.key("Return")
        assert editor.wait()[:2] == (source, 2)
        app.wait_gone(contains="Where Is “/app” Here?")
        app.key("g")
        assert editor.wait()[:2] == (source, 2)


def test_words_of_ones_own(place):
    with App(place) as app:
        app.post("traces", request([span(1, 1, "GET /cart"), span(2, 1, "GET /other")]))
        app.click_mouse(open_first(app, "GET /cart"))
        app.key("Return")
        app.press("Trace")
        app.click_mouse(app.wait(contains="Title"))
        app.type("Slow cart")
        app.key("Return")
        app.wait(contains="Title saved")
        app.screenshot("title")
        app.key("Escape", "Escape", "alt+Left")
        app.wait("list item", contains="Slow cart")
        app.screenshot("list")


run(globals())
