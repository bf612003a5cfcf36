#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line in Visual Studio Code to its span in FlowScope's window, and back."""

import os
import sys

SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path.insert(1, os.path.join(SOURCE, "tests", "ui"))
import a11y  # noqa: E402
from app import App, run, wait_until  # noqa: E402

from shop import LINE, make_folder, run_shop  # noqa: E402
from vscode import Editor  # noqa: E402


def test_focus_trace(place):
    """“Focus Trace of This Line” brings the window to the front with the line's trace; `g` there comes back."""
    shop = make_folder(place, "shop")
    with App(place, settings={"workspace-folders": f"['{shop}']"}) as app, Editor(place) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        run_shop(place, shop, app.otlp)
        place.ctl("send", "jump_to_code", f"file={shop}/shop.js", f"line={LINE}", "--wait")
        wait_until(lambda: LINE in window.metrics(), "metrics")
        app.xdotool("windowminimize", "--sync", app.window_id())
        app.wait_until(lambda: not a11y.has_state(app.windows()[0], "active"), "the focus elsewhere")
        window.command("FlowScope: Focus Trace of This Line")
        app.wait_until(lambda: a11y.has_state(app.windows()[0], "active"), "the window in front")
        app.wait("label", "checkout")
        app.wait("push button", "All traces")
        app.screenshot("focused")
        wait_until(lambda: any("Shown in FlowScope" in text for text in window.texts(".statusbar-item")), "the answer")
        window.shot("focused")

        place.ctl("send", "jump_to_code", f"file={shop}/app.js", "line=3", "--wait")
        window.wait_code("app.js", 3)
        app.key("g")
        window.wait_code("shop.js", LINE)


run(globals())
