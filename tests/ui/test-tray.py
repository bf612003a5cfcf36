#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tray icon in real panels: drawn, its states as they come, its menu and what a click does."""

import os
import shutil
import socket
import subprocess
import urllib.error

from app import SOURCE, App, desktop, run
from flowtest import PATIENCE, request, span, wait_until
from panels import LxqtPanel, XfcePanel
from peers import ORIGIN, Hub, ask_from_page

# The colours of flow-tray-icon.c: the symbol, or the mark that tells the state.
OK = 0x3584E4
BUSY = 0x9141AC
PAUSED = 0x5E5C64
OFFLINE = 0xE01B24
ATTENTION = 0xC64600


def start(place, **more):
    return App(place, "--background", window=False, **more)


def keys(*names):
    subprocess.run(["xdotool", "key", *names], check=True, timeout=PATIENCE)


def count_windows():
    """Windows on the display, those of menus included."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", ""], capture_output=True, text=True,
                           check=False, timeout=PATIENCE).stdout
    return len(found.split())


def open_menu(panel, colour):
    """Click until the menu is there: a panel that just started swallows the first click."""
    before = count_windows()
    panel.click(colour, button=3)
    wait_until(lambda: count_windows() > before, f"the menu of {panel.program}")


def drawn_and_clicked(place, panel_class):
    with panel_class() as panel, start(place) as app:
        panel.wait_colour(OK)
        assert panel.property("Status") == "Active"
        assert panel.property("Id") == "org.flowscope.FlowScope"
        app.screenshot(f"{panel.program}-ok")

        # The menu as the panel draws it, by keys: the second item.
        open_menu(panel, OK)
        app.screenshot(f"{panel.program}-menu")
        keys("Down", "Down", "Return")
        panel.wait_colour(PAUSED)
        app.screenshot(f"{panel.program}-paused")
        try:
            app.post("traces", request([span(1, 1, "GET /")]))
            raise AssertionError("capture goes on")
        except urllib.error.HTTPError as error:
            assert error.code == 503 and error.headers["Retry-After"], error
        app.action("capture-enabled")
        panel.wait_colour(OK)

        # A click opens the window.
        panel.click(OK)
        app.wait_window()
        app.screenshot(f"{panel.program}-window")


def test_xfce(place):
    drawn_and_clicked(place, XfcePanel)


def test_lxqt(place):
    drawn_and_clicked(place, LxqtPanel)


def test_theme(place):
    """Where the icons are installed and the panel gives them its own colour, they are told by name."""
    share = place.folder("share")
    shutil.copytree(os.path.join(SOURCE, "icons", "symbolic"), os.path.join(share, "icons", "hicolor", "symbolic"))
    theme = {"XDG_DATA_DIRS": f"{share}:/usr/local/share:/usr/share", "XDG_CURRENT_DESKTOP": "XFCE"}
    os.environ.update(theme)
    with XfcePanel() as panel, start(place, env=theme) as app:
        assert panel.property("IconName") == "org.flowscope.FlowScope-symbolic"
        app.screenshot("theme-ok")
        wait_until(lambda: panel.strip() != panel.empty, "the icon")
        before = panel.strip()
        app.action("capture-enabled")
        wait_until(lambda: panel.property("IconName") == "org.flowscope.FlowScope-paused-symbolic", "the name")
        wait_until(lambda: panel.strip() not in (before, panel.empty), "the icon of the state")
        app.screenshot("theme-paused")


def test_recent_traces(place):
    with XfcePanel() as panel, start(place) as app:
        panel.item()
        for i in range(1, 6):
            app.post("traces", request([span(i, 1, f"GET /a_{i}")]))
        wait_until(lambda: [label for label in panel.labels() if label.startswith("GET /a__5")], "the newest trace")
        named = [label for label in panel.labels() if label.startswith("GET")]
        assert [label.split(" · ")[0] for label in named] == ["GET /a__5", "GET /a__4", "GET /a__3"], named
        wanted = [number for number, properties, _ in panel.menu() if properties.get("label") == named[1]][0]
        panel.click_item(wanted)
        app.wait_window()
        app.wait("frame", contains="FlowScope")
        app.wait("list item", contains="GET /a_4")
        app.wait_gone("list item", contains="GET /a_5")
        app.screenshot("trace-of-menu")


def test_attention(place):
    with XfcePanel() as panel, start(place) as app:
        panel.wait_colour(OK)
        assert ask_from_page(app) == 403
        panel.wait_colour(ATTENTION)
        assert panel.property("Status") == "NeedsAttention"
        assert ORIGIN in panel.property("ToolTip")[3]
        open_menu(panel, ATTENTION)
        app.screenshot("attention-menu")
        keys("Escape")
        question = [children for _, properties, children in panel.menu() if ORIGIN in properties.get("label", "")][0]
        assert [properties["label"] for _, properties, _ in question] == ["_Allow", "Allow _Once", "_Deny"]
        panel.click_item(question[0][0])
        panel.wait_colour(OK)
        wait_until(lambda: ask_from_page(app) == 200, "the page that was allowed")


def test_pairing(place):
    """The menu shows the code of a program that wants to pair."""
    with XfcePanel() as panel, start(place) as app:
        panel.wait_colour(OK)
        asked = Hub(app).pair()
        panel.wait_colour(ATTENTION)
        question = [children for _, properties, children in panel.menu()
                    if asked["code"] in properties.get("label", "")][0]
        panel.click_item(question[1][0])
        panel.wait_colour(OK)
        wait_until(lambda: Hub(app).ask("GET", f"/pair/{asked['request']}", token=False)[0] == 403, "the refusal")


def test_busy(place):
    """An import is under way as long as its file has no end."""
    pipe = os.path.join(place.top, "endless.jsonl")
    os.mkfifo(pipe)
    with XfcePanel() as panel, start(place) as app:
        panel.wait_colour(OK)
        app.action("raise")
        app.wait_window()
        subprocess.run([os.path.join(os.environ["FLOW_TEST_BUILD_ROOT"], "src", "app", "flowscope"), pipe],
                       env=app.env, check=True, timeout=PATIENCE)
        with open(pipe, "w", encoding="utf-8") as stream:
            panel.wait_colour(BUSY)
            app.screenshot("busy")
            stream.write("{}\n")
        panel.wait_colour(OK)


def test_offline(place):
    """The port where programs look is another's."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with XfcePanel() as panel, start(place, settings={"ports.otlp-http": str(port)}) as app:
            panel.wait_colour(OFFLINE)
            assert str(port) in panel.property("ToolTip")[3]
            app.screenshot("offline")


def test_panel_comes_later(place):
    """And goes, and comes again."""
    with start(place) as app:
        app.wait_hub()
        for _ in range(2):
            with XfcePanel() as panel:
                panel.wait_colour(OK)


@desktop(wm="none")
def test_nobody_there(place):
    """Neither tray nor notifications on this bus: the program starts, asks in its window, and complains of nothing."""
    with App(place) as app:
        app.wait_hub()
        assert ask_from_page(app) == 403
        app.wait(contains=ORIGIN)
        app.press("Deny")
        app.wait_gone(contains=ORIGIN)
        assert app.said().strip() == "", app.said()


run(globals())
