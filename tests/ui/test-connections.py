#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Connections over the hub inside: who comes and goes, pairing, pages, what waits, and traces on demand."""

import os

import a11y
from app import App, desktop, run
from flowpeer import Peer
from flowtest import request, span, wait_until
from peers import ORIGIN, Hub, ask_from_page, editor, leave_message, make_folder, open_from_page


def show_connections(app):
    app.action("show-connections")
    app.wait(contains="Points of 100")


def test_come_and_go(place):
    """An editor is there as soon as it is connected, also in the status line, and gone when it goes."""
    with App(place) as app:
        app.wait_hub()
        app.click_mouse(app.wait("list item", "Connections"))
        app.wait(contains="Nobody.")
        peer = editor(place, app)
        app.wait(contains="Neovim 1")
        app.wait(contains="Editor · shop")
        app.wait("push button", "1 editor")
        app.screenshot("connected")
        peer.close()
        app.wait(contains="Nobody.")
        app.wait_gone("push button", "1 editor")


def test_status_line_leads_here(place):
    with App(place) as app:
        peer = editor(place, app)
        app.wait(contains="It will be shown in Neovim 1")
        app.press("1 editor", role="push button")
        app.wait(contains="Neovim 1")
        peer.close()


def test_pair(place):
    """A program shows a code, the window the same one; allowed, it gets a token once, and can be forgotten."""
    with App(place) as app:
        hub = Hub(app)
        asked = hub.pair()
        app.wait(contains=asked["code"])
        app.wait(contains="Emacs on devbox")
        app.screenshot("pairing")
        app.press("Allow")
        app.wait_gone(contains=asked["code"])
        status, answer = hub.ask("GET", f"/pair/{asked['request']}", token=False)
        assert status == 200 and answer["token"], answer
        show_connections(app)
        app.press("Forget Emacs on devbox")
        app.wait_gone("push button", "Forget Emacs on devbox")
        assert hub.verb("pair-list")["clients"]
        app.press("Undo")
        app.press("Forget Emacs on devbox")
        app.wait_until(lambda: not hub.verb("pair-list")["clients"], "the end of the program's token")


def test_pair_on_the_page(place):
    """Denied where the requests are listed: the question above goes too."""
    with App(place) as app:
        hub = Hub(app)
        show_connections(app)
        asked = hub.pair()
        app.wait(contains="Allow it only if it shows this code:")
        app.screenshot("request")
        app.click([node for node in a11y.find_all(app.tree, "push button", "Deny") if a11y.visible(node)][-1])
        app.wait_gone(contains=asked["code"])
        app.wait_gone("push button", "Deny")
        status, _ = hub.ask("GET", f"/pair/{asked['request']}", token=False)
        assert status == 403, status


def test_answered_elsewhere(place):
    with App(place) as app:
        hub = Hub(app)
        asked = hub.pair()
        app.wait(contains=asked["code"])
        hub.verb("pair-deny", request=asked["request"])
        app.wait_gone(contains=asked["code"])


def test_page(place):
    """A page asks; it is allowed on the page of connections, and the question goes. Refused, undone, forgotten."""
    with App(place) as app:
        hub = Hub(app)
        show_connections(app)
        assert ask_from_page(app) == 403
        app.wait(contains=f"May {ORIGIN} connect?")
        app.press(f"Allow {ORIGIN}")
        app.wait_gone(contains=f"May {ORIGIN} connect?")
        wait_until(lambda: ask_from_page(app) == 200, "the page that was allowed")
        app.press(f"Refuse {ORIGIN}")
        app.wait(contains="Is refused")
        app.press("Undo")
        app.wait(contains="May connect")
        app.screenshot("page")
        app.press(f"Forget {ORIGIN}")
        app.wait_until(lambda: not hub.verb("pair-list")["origins"], "no origin")


def test_page_once(place):
    """A page's socket waits for the answer; allowed once, it is let in, and nothing is remembered."""
    with App(place) as app:
        hub = Hub(app)
        app.wait(contains="Ready")
        stream = open_from_page(hub)
        app.wait(contains=f"May {ORIGIN} connect?")
        app.screenshot("page-asks")
        app.press("Allow Once")
        answer = stream.recv(100)
        assert answer.startswith(b"HTTP/1.1 101"), answer
        stream.close()
        app.wait_gone(contains=f"May {ORIGIN} connect?")
        with open(os.path.join(app.env["XDG_CONFIG_HOME"], "flowscope", "settings.ini"), encoding="utf-8") as settings:
            assert ORIGIN not in settings.read()


def test_page_denied(place):
    with App(place) as app:
        hub = Hub(app)
        app.wait(contains="Ready")
        stream = open_from_page(hub)
        app.wait(contains=f"May {ORIGIN} connect?")
        app.press("Deny")
        assert stream.recv(100).startswith(b"HTTP/1.1 403")
        stream.close()
        app.wait_until(lambda: [page["state"] for page in hub.verb("pair-list")["origins"]] == ["denied"], "the denial")


def test_doorway(place):
    """A port is switched off here; the hub goes on elsewhere only when it is asked to."""
    with App(place) as app:
        show_connections(app)
        app.press("OTLP over HTTP", role="check box")
        app.wait(contains="The hub still listens elsewhere")
        app.press("Restart the Hub")
        app.wait(contains="OTLP is off")
        app.screenshot("doorway")


def test_go_to_code(place):
    """The code of a span is shown by the editor that is connected and has the folder open."""
    path = place.write(os.path.join(make_folder(place, "shop"), "cart.py"), "1\n2\n3\n")
    with App(place) as app:
        peer = editor(place, app)
        app.post("traces", request([span(1, 1, "GET /cart", code__file__path=path, code__line__number=2)]))
        app.action("open-trace", f"'{1:032x}'")
        app.wait("push button", "1 editor")
        app.click_mouse(app.wait("list item", contains="GET /cart"))
        app.key("g")
        wanted = peer.receive("jump_to_code")["data"]
        assert (wanted["file"], wanted["line"]) == (path, 2), wanted
        app.wait(contains="Opening cart.py:2 in Neovim")
        app.screenshot("go-to-code")
        peer.close()


def test_jump_failed(place):
    """Nobody shows the code: who asked hears it, and the window says how to choose an editor."""
    folder = make_folder(place, "shop")
    path = place.write(os.path.join(folder, "cart.py"), "1\n2\n3\n")
    with App(place, settings={"editor-command": "'/nowhere/editor {file}'", "workspace-folders": f"['{folder}']"}) as app:
        peer = Peer(Hub(app), kind="cli")
        answer = peer.ask("jump_to_code", {"file": path, "line": 2})
        assert answer["type"] == "error" and answer["data"]["suggestion"], answer
        app.wait(contains=f"{path}:2")
        app.screenshot("jump-failed")
        app.press("Choose Editor")
        app.wait_dialog("Editor")
        peer.close()


def test_messages_wait(place):
    """What waits for an editor that is away is listed, and can be dropped, with a way back."""
    with App(place) as app:
        hub = Hub(app)
        editor(place, app, "away").close()
        for _ in range(2):
            leave_message(app, "editor/away")
        show_connections(app)
        app.wait(contains="from cli/ci to editor/away")
        app.screenshot("waiting")
        app.press("Drop session_shared")
        app.wait(contains="Message dropped")
        app.press("Undo")
        app.press("Drop session_shared")
        app.wait_until(lambda: len(hub.verb("outbox")["waiting"]) == 1, "one message that waits")


def test_focus_trace(place):
    """Whoever asks for a trace sees it: the window comes, with the trace's name in its title."""
    with App(place) as app:
        assert app.post("traces", request([span(1, 1, "GET /cart"), span(1, 2, "SELECT cart", parent=1)])) == 200
        app.wait("list item", contains="GET /cart")
        peer = editor(place, app)
        app.click_mouse(app.wait("list item", "Log"))
        app.wait(name="Search the log")
        peer.send("focus_trace", {"traceId": f"{1:032x}", "spanId": f"{2:016x}"})
        app.wait(contains="SELECT cart")
        app.wait("label", "GET /cart")
        app.screenshot("focus")
        peer.close()


def test_focus_trace_raises(place):
    """Minimised it comes back; without a window there is one then."""
    with App(place, "--background", window=False) as app:
        assert app.post("traces", request([span(1, 1, "GET /cart"), span(2, 1, "GET /tea")])) == 200
        peer = editor(place, app)
        peer.send("focus_trace", {"traceId": f"{1:032x}"})
        app.wait_window()
        app.wait("label", "GET /cart")
        app.xdotool("windowminimize", "--sync", app.window_id())
        app.wait_until(lambda: not a11y.has_state(app.windows()[0], "active"), "the focus elsewhere")
        peer.send("focus_trace", {"traceId": f"{2:032x}"})
        app.wait_until(lambda: a11y.has_state(app.windows()[0], "active"), "the window in front")
        app.wait("label", "GET /tea")
        peer.close()


@desktop(size="360x720")
def test_narrow(place):
    with App(place) as app:
        peer = editor(place, app)
        app.action("show-connections")
        app.wait(contains="Neovim 1")
        app.screenshot("narrow")
        peer.close()


run(globals())
