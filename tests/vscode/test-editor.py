#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Visual Studio Code with the extension, a real hub, and programs with the real SDK."""

import json
import os
import shutil
import signal
import sys
import time

sys.path.insert(1, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowtest import FLOWCTL, run, wait_until  # noqa: E402
from shop import LINE, PROGRAM, make_folder, run_shop  # noqa: E402
from vscode import Editor  # noqa: E402


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
        wait_until(lambda: window.metrics().get(LINE, "").startswith("3 runs · p50 "), "metrics")
        metrics = window.metrics()
        assert list(metrics) == [LINE], metrics
        assert metrics[LINE].endswith(" · 1 error"), metrics
        wait_until(lambda: [lens.startswith("3 runs") for lens in window.lenses()] == [True], "a lens")
        traces = wait_until(lambda: len(window.traces()) == 3 and window.traces(), "three traces in the list")
        assert all(trace.startswith("checkout, ") for trace in traces), traces
        window.shot("metrics")

        run_shop(place, shop, place.hub.otlp, 2)
        wait_until(lambda: window.metrics().get(LINE, "").startswith("5 runs"), "metrics that grow")
        wait_until(lambda: [lens.startswith("5 runs") for lens in window.lenses()] == [True], "a lens that grows")
        window.click(selector=".monaco-editor .view-lines")
        window.press(key="Control+Home")
        window.type(text="\n\n")
        # The editor moves what is drawn by itself; another run has it drawn again by us.
        run_shop(place, shop, place.hub.otlp)
        wait_until(lambda: window.metrics().get(LINE + 2, "").startswith("6 runs"), "metrics two lines below")
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
        # Another program puts the old text back.
        shutil.copy(PROGRAM, f"{shop}/shop.js")
        wait_until(lambda: list(window.metrics()) == [LINE], "metrics of a file that was written elsewhere")

        window.command("FlowScope: Filter Traces")
        window.wait(selector=".quick-input-widget .quick-input-title", text="Filter traces")
        window.type(text="status:ok")
        window.press(key="Enter")
        wait_until(lambda: len(window.traces()) == 3, "a filtered list")
        window.shot("filtered")

        place.ctl("settings", "set", "integrations.vscode.inline-metrics", "false")
        wait_until(lambda: window.metrics() == {} and window.lenses() == [], "no metrics")
        place.ctl("settings", "set", "integrations.vscode.inline-metrics", "true")
        wait_until(lambda: LINE in window.metrics(), "metrics again")
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

        begun = time.monotonic()
        hub = place.start_hub()
        window.wait_status("Connected")
        print(f"# the hub was found {time.monotonic() - begun:.2f} s after its start", flush=True)
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


def test_queued(place):
    """What waits for a window whose extension is dead survives the hub's death, too, and arrives once."""
    shop = make_folder(place, "shop")
    hub = place.start_hub()
    with Editor(place) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        name = channels(place)[0]["channel"]
        editor.stop()
        wait_until(lambda: channels(place) == [], "a window that is gone")
        place.ctl("send", "session_shared", "--ack", "-t", name, "sessionId=tuesday")
        assert len(place.json("outbox")["waiting"]) == 1
        kill(hub)
        hub = place.start_hub()
        assert len(place.json("outbox")["waiting"]) == 1
        editor.go()
        window.wait_notification("tuesday is shared with you")
        wait_until(lambda: place.json("outbox")["waiting"] == [], "an empty outbox")
        assert [channel["channel"] for channel in channels(place)] == [name], "the window has another name"
        window.shot("queued")
        kill(hub)
        window.wait_status("not running")
        place.start_hub()
        window.wait_status("Connected")
        place.ctl("send", "session_shared", "--ack", "--wait", "-t", name, "sessionId=friday")
        window.wait_notification("friday is shared with you")
        assert sum("tuesday" in text for text in window.notifications()) == 1, window.notifications()


def test_focus(place):
    """Of two windows with the same folder the one that was looked at last gets the jump; each has a name of its own."""
    shop = make_folder(place, "shop")
    place.start_hub()
    with Editor(place) as editor:
        windows = [editor.open(name, shop) for name in ("a", "b")]
        for window in windows:
            window.wait_status("Connected")
            window.focus(on=False)
        names = wait_until(lambda: len(channels(place)) == 2 and not any(channel["focused"] for channel in channels(place)) and
                           {channel["channel"] for channel in channels(place)}, "two windows without the focus")
        assert len(names) == 2
        for line, (window, other) in enumerate([windows, windows[::-1], windows], 10):
            other.focus(on=False)
            window.focus(on=True)
            wait_until(lambda: sum(channel["focused"] for channel in channels(place)) == 1, "one window with the focus")
            jump(place, f"{shop}/app.js", line)
            window.wait_code("app.js", line)
            assert (other.position() or (0,))[0] != line


def test_terminal(place):
    """A program that is started in a terminal shows up by itself, with the window's workspace; so do commands."""
    shop = make_folder(place, "shop")
    place.start_hub()
    with Editor(place, {"flowscope.terminal.environment": True}) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        window.command("Terminal: Create New Terminal")
        window.wait(selector=".terminal-wrapper.active .xterm-rows", text="$" if os.getuid() else "#")
        window.type(text="node shop.js\n")
        wait_until(lambda: len(place.json("traces")) == 1, "a trace of a program in the terminal")
        window.type(text=f"{FLOWCTL} record -- node shop.js\n")
        wait_until(lambda: len(place.json("traces")) == 2, "a trace of flowctl record")
        workspace = next(one for one in place.json("workspaces") if one["folder"] == shop)
        assert len(place.json("traces", "--workspace", workspace["id"])) == 2
        window.shot("terminal")

        window.command("FlowScope: Record Terminal Command")
        window.wait(selector=".quick-input-widget .quick-input-title", text="Record a command")
        window.type(text="TOKEN=abc node --test\n")
        found = wait_until(lambda: [trace for trace in place.json("traces") if "node --test" in trace["name"]], "the command")
        assert found[0]["name"] == "TOKEN=*** node --test", found
        window.shot("recorded")


LAUNCH = {"version": "0.2.0", "configurations": [
    {"type": "node", "request": "launch", "name": "Debug shop", "program": "${workspaceFolder}/shop.js",
     "console": "internalConsole"}]}


def test_debug_session(place):
    """A debug session becomes a trace and a session, to which the traces of the program belong, too."""
    shop = make_folder(place, "shop")
    place.write("shop/.vscode/launch.json", json.dumps(LAUNCH))
    place.start_hub()
    with Editor(place, {"flowscope.capture.debugSessions": True}) as editor:
        window = editor.open("a", shop)
        window.wait_status("Connected")
        window.command("Debug: Start Without Debugging")
        found = wait_until(lambda: len(place.json("traces")) == 2 and place.json("traces"), "two traces")
        assert sorted(trace["name"] for trace in found) == ["Debug shop", "checkout"], found
        session = wait_until(lambda: [one for one in place.json("sessions") if one.get("ended_unix_nano") not in (None, "0")], "a session that ended")[0]
        assert session["name"] == "Debug shop", session
        assert len(place.json("traces", "--session", session["id"])) == 2


def test_pairing(place):
    """Without the discovery file the hub is found by its port, and lets the editor in when both show the same code."""
    shop = make_folder(place, "shop")
    hub = place.start_hub()
    settings = {"flowscope.hubPort": hub.discovery["port"]}
    with Editor(place, settings, {"FLOWSCOPE_HUB": None, "XDG_RUNTIME_DIR": place.folder("elsewhere")}) as editor:
        window = editor.open("a", shop)
        window.wait_status("does not know this editor")
        window.command("FlowScope: Pair")
        said = window.wait_notification("shows the same code")
        asked = wait_until(lambda: place.json("pair", "list")["requests"], "a request")[0]
        assert asked["code"] in said and asked["kind"] == "vscode_extension", (asked, said)
        window.shot("pairing")
        place.ctl("pair", "allow", asked["code"])
        window.wait_status("Connected")
        jump(place, f"{shop}/app.js", 7)
        window.wait_code("app.js", 7)


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
