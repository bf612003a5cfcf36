#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first start: the page teaches, the sample becomes a trace, and the trace leads to a line in the editor."""

import os

from app import App, run
from editor import Editor

TITLE = "See What Your Programs Did"


def line_of(path, text):
    with open(path, encoding="utf-8") as stream:
        return next(number for number, line in enumerate(stream, 1) if text in line)


def test_sample(place):
    editor = Editor(place)
    with App(place, settings={"editor-command": f"'{editor.command}'"}) as app:
        app.wait(name=TITLE)
        app.wait(contains=app.otlp)
        app.screenshot("page")
        app.press("Try It")
        file, line, _ = editor.wait()
        assert file == os.path.join(place.data_dir, "sample", "shop.py"), file
        assert line == line_of(file, "def checkout")

        app.press("Send a Sample")
        span = app.wait("list item", contains="reserve card")
        app.screenshot("sample")
        app.click_mouse(span)
        app.key("g")
        assert editor.wait()[:2] == (file, line_of(file, "def reserve_card"))


def test_paused(place):
    with App(place, settings={"capture.enabled": "false"}) as app:
        app.wait(contains="Capture is paused")
        app.screenshot("paused")
        app.press("Resume Capture")
        app.wait(contains="Listening on")


def test_no_port(place):
    with App(place, settings={"ports.otlp-http-enabled": "false"}) as app:
        app.wait(contains="The port for spans is closed")
        app.press("Change the Ports…")
        app.wait(name="Listening Now")
        app.screenshot("no-port")


run(globals())
