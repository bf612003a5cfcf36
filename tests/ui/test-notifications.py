#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications by real daemons: shown when nobody looks at the window, and their buttons act."""

import os
import subprocess

from gi.repository import Gio, GLib

import a11y
from app import App, run
from ends import ALLOWED, TITLE, begin, open_page
from flowtest import PATIENCE, Skip, wait_until
from panels import Bus, xfce_daemon
from peers import ORIGIN, Hub, ask_from_page

NAME = "org.freedesktop.Notifications"
PLACES = ("/usr/lib/notification-daemon/notification-daemon", "/usr/libexec/notification-daemon")


class Daemon:
    """A notification daemon; its buttons are on the accessibility bus, with their place on the screen."""

    def __init__(self, program):
        self.program = program
        self.bus = Bus()

    def __enter__(self):
        log = os.path.join(os.environ["XDG_RUNTIME_DIR"], "notifications.log")
        with open(log, "ab") as stream:
            self.process = subprocess.Popen([self.program], stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        wait_until(lambda: self.bus.has(NAME), self.program)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def find(self, text, role=None):
        tree = self.tree()
        return next((node for node in a11y.find_all(tree, role) if text in a11y.name(node)), None) if tree else None

    def tree(self):
        return a11y.application_of(self.process.pid)

    def wait(self, text, role=None):
        return wait_until(lambda: self.find(text, role), f"{text!r} in a notification")

    def wait_gone(self, text):
        wait_until(lambda: not self.find(text), f"the end of the notification with {text!r}")

    def press(self, label, role="push button"):
        """A real click, where it stays: daemons let their windows grow."""
        node = self.wait(label, role)
        shape = wait_until(lambda: self.still(node), f"{label!r} on the screen")
        x, y, width, height = shape
        subprocess.run(["xdotool", "mousemove", str(x + width // 2), str(y + height // 2), "click", "1"], check=True,
                       timeout=PATIENCE)

    @staticmethod
    def still(node):
        first = a11y.extents(node, a11y.Atspi.CoordType.SCREEN)
        shape = x, y, width, _ = a11y.extents(node, a11y.Atspi.CoordType.SCREEN)
        return shape if first == shape and width > 0 and x >= 0 and (x, y) != (0, 0) else None


def gnome_daemon():
    for place in PLACES:
        if os.path.exists(place):
            return Daemon(place)
    raise Skip("notification-daemon is not installed")


def xfce_notifyd():
    return Daemon(xfce_daemon("notifyd/xfce4-notifyd"))


def page_is_allowed(place, daemon):
    with daemon, App(place, "--background", window=False) as app:
        assert ask_from_page(app) == 403
        daemon.wait(ORIGIN)
        daemon.wait("Deny", "push button")
        app.screenshot(os.path.basename(daemon.program))
        daemon.press("Allow")
        wait_until(lambda: ask_from_page(app) == 200, "the page that was allowed")
        daemon.wait_gone("Allow")


def test_notification_daemon(place):
    page_is_allowed(place, gnome_daemon())


def test_xfce(place):
    page_is_allowed(place, xfce_notifyd())


def test_pairing(place):
    """A program wants to pair: the notification has its code, and lets it in."""
    with gnome_daemon() as daemon, App(place, "--background", window=False) as app:
        hub = Hub(app)
        asked = hub.pair()
        daemon.wait(asked["code"])
        app.screenshot("pairing")
        daemon.press("Allow")
        wait_until(lambda: hub.ask("GET", f"/pair/{asked['request']}", token=False)[0] == 200, "the token")
        daemon.wait_gone("Allow")


def test_grouped(place):
    """Three pages are one notification, which opens the window; there it is gone, as its questions are seen."""
    with gnome_daemon() as daemon, App(place, "--background", window=False) as app:
        for number in range(3):
            ask_from_page(app, f"{ORIGIN}:{number + 1000}")
        daemon.wait("3 questions")
        app.screenshot("grouped")
        daemon.press("3 questions", "label")
        app.wait_window()
        app.wait(contains=f"{ORIGIN}:1000")
        app.wait(contains="2 more questions")
        daemon.wait_gone("3 questions")
        app.screenshot("questions")


def test_not_in_front(place):
    """While the window has the focus the question is in it and nowhere else."""
    with gnome_daemon() as daemon, App(place) as app:
        app.wait_until(lambda: a11y.has_state(app.windows()[0], "active"), "the focus")
        assert ask_from_page(app) == 403
        app.wait(contains=ORIGIN)
        app.press("Allow")
        wait_until(lambda: ask_from_page(app) == 200, "the page that was allowed")
        assert not daemon.find(ORIGIN)


def test_first_close(place):
    """The program says once that it goes on, with a way to end it."""
    with gnome_daemon() as daemon, App(place) as app:
        app.wait_hub()
        app.key("ctrl+w")
        daemon.wait("background")
        app.screenshot("background")
        daemon.press("Quit")
        assert app.process.wait(PATIENCE) == 0, app.said()


def test_editor_missing(place):
    """A jump that found no editor while the user looks elsewhere; its button leads to where one is chosen."""
    with gnome_daemon() as daemon, App(place, settings={"editor-command": "'/nowhere/editor {file}'"}) as app:
        app.wait_hub()
        button = app.wait(name="Try It")
        app.xdotool("windowminimize", "--sync", app.window_id())
        app.wait_until(lambda: not a11y.has_state(app.windows()[0], "active"), "the focus elsewhere")
        app.click(button)
        daemon.wait("The file was not opened")
        app.screenshot("editor")
        daemon.press("Choose Editor")
        app.wait(name="Editor")
        daemon.wait_gone("Choose Editor")


def test_conflict(place):
    """Both ends of a text change the same words: the notification leads to where that is decided."""
    with gnome_daemon() as daemon, App(place, "--background", window=False, settings=ALLOWED) as app:
        page, editor = begin(app)
        base = page.revision
        page.change([12, "stolen", {"d": 5}], base)
        editor.change([12, "full", {"d": 5}], base)
        daemon.wait(f"“{TITLE}” needs a decision")
        app.screenshot("conflict")
        daemon.press("Open")
        app.wait_window()
        app.wait(contains="Both changed this")
        daemon.wait_gone("needs a decision")
        page.close()
        editor.close()


def test_no_editor_for_a_text(place):
    """A page wants its text edited and there is no editor: one can be chosen, or the usual one be taken."""
    with gnome_daemon() as daemon, App(place, "--background", window=False,
                                       settings={**ALLOWED, "edit.command": "'/nowhere/editor {file}'"}) as app:
        page = open_page(app)
        daemon.wait(f"No editor for “{TITLE}”")
        daemon.wait("Use Default", "push button")
        app.screenshot("no-editor")
        daemon.press("Choose Editor…")
        app.wait_window()
        app.wait_dialog("Another Command")
        page.close()


def test_daemon_hangs(place):
    """A daemon that never answers keeps neither the window nor the end waiting."""
    bus = Bus()
    asked = []
    interface = Gio.DBusNodeInfo.new_for_xml(
        f"<node><interface name='{NAME}'><method name='GetServerInformation'>" + 4 * "<arg type='s' direction='out'/>"
        + "</method></interface></node>").interfaces[0]
    bus.connection.register_object("/org/freedesktop/Notifications", interface,
                                   lambda *call: asked.append(call[-1]), None, None)
    bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", (NAME, 0)))
    context = GLib.MainContext.default()
    with App(place, "--background", window=False) as app:
        assert ask_from_page(app) == 403
        app.wait_until(lambda: (context.iteration(False), asked)[1], "the question to the daemon")
        app.action("raise")
        app.wait_window()
        app.press("Deny")
        app.action("quit")
        assert app.process.wait(10) == 0


def test_switched_off(place):
    with gnome_daemon() as daemon, App(place, "--background", window=False,
                                       settings={"ui.notifications": "false"}) as app:
        assert ask_from_page(app) == 403
        app.action("raise")
        app.wait_window()
        app.wait(contains=ORIGIN)
        assert not daemon.find(ORIGIN)


run(globals())
