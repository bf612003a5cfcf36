#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Visual Studio Code with the extension, a real hub, and programs with the real SDK."""

import json
import signal

from flowtest import run, wait_until
from shop import LINE, make_folder, run_shop
from vscode import Editor


def jump(place, file, line, *more, status=0):
    return place.ctl("send", "jump_to_code", *more, f"file={file}", f"line={line}", "--wait", "--json", status=status)


def channels(place):
    return place.json("channels")["channels"]


def test_two_windows(place):
    """A jump opens the file at its line in the window that has its folder; marks come and go; off is off."""
    shop, blog = make_folder(place, "shop"), make_folder(place, "blog")
    place.start_hub()
    with Editor(place) as editor:
        first, second = editor.open("a", shop), editor.open("b", blog)
        for window in (first, second):
            window.wait_status("Connected to FlowScope")
        folders = {channel["workspaces"][0]: channel["channel"] for channel in channels(place)}
        assert set(folders) == {shop, blog}, folders

        answer = json.loads(jump(place, f"{shop}/app.js", 77))
        assert answer["type"] == "code_opened" and answer["source"] == folders[shop], answer
        first.wait_code("app.js", 77)
        assert second.title() == ""
        jump(place, f"{blog}/app.js", 12, "column=10")
        second.wait_code("app.js", 12)
        assert second.position() == (12, 10)
        assert first.position()[0] == 77
        # The editor's own messages of its start may stand before ours.
        wait_until(lambda: jump(place, f"{shop}/app.js", 77) and says(first, "Opened app.js:77"), "the status bar's message")
        first.shot("jump")

        place.ctl("send", "highlight_code", f"file={shop}/app.js", "range.start.line=75", "range.end.line=78", "ms=3000")
        first.wait(selector=".view-overlays .cdr.highlighted, .view-overlays [class*='ced-']")
        first.shot("highlight")
        first.wait(selector=".view-overlays [class*='ced-']", gone=True)

        place.ctl("settings", "set", "integrations.vscode.code-navigation", "false")
        assert "declined" in error_of(place, f"{shop}/app.js", 77, "-t", "vscode_extension")
        place.ctl("settings", "set", "integrations.vscode.code-navigation", "true")
        editor.write_settings({"flowscope.codeNavigation": False})
        wait_until(lambda: "declined" in error_of(place, f"{shop}/app.js", 77, "-t", folders[shop]), "a window that declines")
        assert first.position()[0] == 77


def says(window, part):
    return any(part in text for text in window.texts(".statusbar-item"))


def error_of(place, file, line, *more):
    """What flowctl says when the jump fails, nothing when it does not."""
    try:
        jump(place, file, line, *more, status=1)
    except AssertionError:
        return ""
    return place.errors


def test_outside(place):
    """A file outside the window's folders opens after a question, which is asked once a folder."""
    shop, other = make_folder(place, "shop"), make_folder(place, "other")
    place.start_hub()
    with Editor(place) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        place.ctl("send", "jump_to_code", f"file={other}/app.js", "line=9")
        window.wait_notification("outside the folders")
        assert window.title() == ""
        window.shot("outside")
        window.answer("Always from This Folder")
        window.wait_code("app.js", 9)
        place.ctl("send", "jump_to_code", f"file={other}/shop.js", "line=3")
        window.wait_code("shop.js", 3)


def test_metrics(place):
    """What ran stands at its line and in the list, grows, moves with edits, and can be switched off."""
    shop = make_folder(place, "shop")
    place.start_hub()
    with Editor(place) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        jump(place, f"{shop}/shop.js", LINE)
        window.wait_code("shop.js", LINE)
        assert window.metrics() == {}
        window.command("View: Show FlowScope")
        run_shop(place, shop, place.hub.otlp, 3)
        metrics = wait_until(lambda: window.metrics(), "metrics")
        assert list(metrics) == [LINE] and metrics[LINE].startswith("3 runs · p50 "), metrics
        assert metrics[LINE].endswith(" · 1 error"), metrics
        lenses = wait_until(lambda: window.lenses(), "a lens")
        assert len(lenses) == 1 and "3 runs" in lenses[0], lenses
        traces = wait_until(lambda: len(window.traces()) == 3 and window.traces(), "three traces in the list")
        assert all(trace.startswith("checkout, ") for trace in traces), traces
        window.shot("metrics")

        run_shop(place, shop, place.hub.otlp, 2)
        wait_until(lambda: window.metrics().get(LINE, "").startswith("5 runs"), "metrics that grow")
        window.click(selector=".monaco-editor .view-lines")
        window.press(key="Control+Home")
        window.type(text="\n\n")
        wait_until(lambda: list(window.metrics()) == [LINE + 2], "metrics two lines below")
        window.shot("moved")
        window.press(key="Control+z")
        wait_until(lambda: list(window.metrics()) == [LINE + 1], "metrics one line above")
        window.press(key="Control+z")
        wait_until(lambda: list(window.metrics()) == [LINE], "metrics back at their line")
        window.type(text="\n")
        window.press(key="Control+s")
        run_shop(place, shop, place.hub.otlp)
        # Line 12 of the runs before the save is where it moved to; line 13 ran since.
        wait_until(lambda: window.metrics().get(LINE + 1, "").startswith("1 run "), "metrics of the saved file")
        assert list(window.metrics()) == [LINE + 1], window.metrics()

        window.command("FlowScope: Filter Traces")
        window.wait(selector=".quick-input-widget .quick-input-title", text="Filter traces")
        window.type(text="status:ok")
        window.press(key="Enter")
        wait_until(lambda: len(window.traces()) == 3, "a filtered list")
        window.shot("filtered")

        place.ctl("settings", "set", "integrations.vscode.inline-metrics", "false")
        wait_until(lambda: window.metrics() == {} and window.lenses() == [], "no metrics")
        place.ctl("settings", "set", "integrations.vscode.inline-metrics", "true")
        wait_until(lambda: LINE + 1 in window.metrics(), "metrics again")
        editor.write_settings({"flowscope.inlineMetrics.enabled": False})
        wait_until(lambda: window.metrics() == {}, "no metrics by the editor's own setting")


TASKS = {"version": "2.0.0", "tasks": [{"label": "build it", "type": "shell", "command": "echo built", "problemMatcher": []}]}
RECORD_TASKS = {"flowscope.capture.tasks": True, "flowscope.capture.tests": True, "flowscope.terminal.environment": True}


def test_hub_comes_and_goes(place):
    """Without a hub the extension works and says so; what it kept is handed over once; a killed hub is found again."""
    shop = make_folder(place, "shop")
    place.write("shop/.vscode/tasks.json", json.dumps(TASKS))
    with Editor(place, RECORD_TASKS) as editor:
        window = editor.open("a", shop)
        window.wait_status("not running")
        window.wait_notification("works without it")
        window.shot("hint")
        window.command("View: Show FlowScope")
        window.command("Notifications: Clear All Notifications")
        run_task(window)
        window.wait_status("1 recording waits")
        wait_until(lambda: any("build it" in trace for trace in window.traces()), "the task in the list")
        window.wait(selector=".tree-explorer-viewlet-tree-view .message", text="kept by this editor")
        window.shot("offline")
        window.reload()
        window.wait_status("1 recording waits")
        wait_until(lambda: any("build it" in trace for trace in window.traces()), "the task, after a reload")
        assert not any("works without it" in text for text in window.notifications()), "the hint came again"

        hub = place.start_hub()
        window.wait_status("Connected")
        wait_until(lambda: "waits" not in window.status(), "an empty outbox")
        assert [trace["name"] for trace in place.json("traces")] == ["build it"]

        name = channels(place)[0]["channel"]
        kill(hub)
        window.wait_status("not running")
        run_task(window)
        window.wait_status("1 recording waits")
        place.start_hub()
        window.wait_status("Connected")
        wait_until(lambda: "waits" not in window.status(), "an empty outbox")
        assert [trace["name"] for trace in place.json("traces")] == ["build it"] * 2
        assert [channel["channel"] for channel in channels(place)] == [name]


def kill(hub):
    hub.process.send_signal(signal.SIGKILL)
    hub.process.wait()
    hub.process.stdout.close()


def run_task(window):
    window.command("Tasks: Run Task")
    window.wait(selector=".quick-input-list .monaco-list-row", text="build it")
    window.click(selector=".quick-input-list .monaco-list-row", text="build it")


if __name__ == "__main__":
    run(globals())
