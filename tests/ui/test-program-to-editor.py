#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a program with the real OpenTelemetry SDK to its line in the editor, by what people see and by real keys."""

import os
import subprocess
import sys

from app import SOURCE, App, run
from editor import Editor

NODE = os.path.join(SOURCE, "tests", "e2e", "node")
PROGRAM = os.path.join(NODE, "app.js")


def line_of(text):
    with open(PROGRAM, encoding="utf-8") as stream:
        return next(number for number, line in enumerate(stream, 1) if text in line)


def run_program(app):
    env = {**app.place.env, "OTEL_SERVICE_NAME": "shop", "OTEL_EXPORTER_OTLP_ENDPOINT": app.otlp,
           "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_TRACES_EXPORTER": "otlp",
           "OTEL_LOGS_EXPORTER": "otlp", "OTEL_METRICS_EXPORTER": "otlp"}
    done = subprocess.run(["node", PROGRAM], env=env, cwd=NODE, capture_output=True, text=True)
    assert done.returncode == 0, done


def settings(editor):
    return {"editor-command": f"'{editor.command}'", "path-maps": f"[('shop', '{NODE}', '{NODE}')]"}


def test_program_to_editor(place):
    editor = Editor(place)
    with App(place, settings=settings(editor)) as app:
        app.wait(name="See What Your Programs Did")
        app.screenshot("first-run")
        run_program(app)
        # Nothing is touched: the row comes by itself.
        row = app.wait("list item", contains="GET /users/:id")
        app.screenshot("list")

        app.key("ctrl+f")
        app.type("http.route=/nothing")
        app.wait_gone("list item", contains="GET /users/:id")
        app.key("ctrl+a")
        app.type("url.path=/users/1")
        row = app.wait("list item", contains="GET /users/:id")
        app.screenshot("filtered")

        app.click_mouse(row, times=2)
        span = app.wait("list item", contains="SELECT users")
        app.wait("list item", contains='"route"')
        app.screenshot("trace")
        app.click_mouse(span)
        app.key("g")
        assert editor.wait()[:2] == (PROGRAM, line_of("throw new TypeError"))
        app.click_mouse(app.wait("list item", contains="GET /users/:id"))
        app.key("g")
        file, line, column = editor.wait()
        assert (file, line) == (PROGRAM, line_of("span.setAttributes(here())")) and column > 0
        app.key("Return")
        app.wait(contains="http.request.method")
        app.screenshot("details")


if not os.path.isdir(os.path.join(NODE, "node_modules")):
    sys.exit("Bail out! the packages are not installed; ./dev test ui does it (npm ci in tests/e2e/node)")
run(globals())
