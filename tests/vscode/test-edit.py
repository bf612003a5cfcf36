#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a page in real Visual Studio Code: one browser, the hub, and a page with its library."""

import os
import signal
import statistics
import sys

sys.path[1:1] = [os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", folder) for folder in ("cli", "page")]
from fieldpage import KINDS, FieldPage  # noqa: E402
from flowtest import run, wait_until  # noqa: E402
from page import Page, Site  # noqa: E402
from vscode import Editor  # noqa: E402

# When the last key was pressed that is none of a shortcut.
NOTE_KEYS = """() => {
  window.pressed = 0;
  window.noted ??= addEventListener('keydown', (event) => { if (!event.ctrlKey) pressed = Date.now(); }, true) ?? true;
}"""
TEXT = "Grüße 😀 aus\nder Küche\n"
# How many words are typed into each kind of field before the page changes.
SAVES = 3


class World:
    """A hub, an editor with windows, and a page that may speak to the hub."""

    def __init__(self, place, windows=("a",), settings=None):
        self.place = place
        place.start_hub()
        self.site = Site(place)
        self.folder = place.folder("shop")
        self.editor = Editor(place, settings)
        try:
            self.windows = [self.editor.open(name, self.folder) for name in windows]
            for window in self.windows:
                window.wait_status("Connected")
            self.page = Page(self.editor, "page", self.site)
        except BaseException:
            self.editor.keep_evidence()
            self.close()
            raise
        self.window = self.windows[0]

    def begin(self, text=TEXT, field="note", window=None):
        """Edit a field, until the window shows it, with the cursor at its beginning."""
        self.page.put(text, field)
        self.page.edit(field)
        self.shown(text, window)
        (window or self.window).press(key="Control+Home")

    def shown(self, text, window=None):
        wait_until(lambda: (window or self.window).lines() == text, f"{text!r} in the editor")

    def same(self, *parts, field="note"):
        """Until both sides have the same text with all these in it, which is returned."""
        def found():
            text = self.page.value(field)
            return text if all(part in text for part in parts) and self.window.lines() == text else None
        try:
            return wait_until(found, f"{parts} on both sides")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.page.value(field)!r}, {self.window.lines()!r}") from error

    def kill_hub(self):
        self.place.hub.process.send_signal(signal.SIGKILL)
        self.place.hub.process.wait()
        self.place.hub.process.stdout.close()

    def restart_hub(self, port):
        self.place.start_hub("--port", str(port))

    def restart_editor(self, meanwhile):
        """Kill what runs the extension, type in the page, and load the window again."""
        self.editor.stop()
        self.page.type(meanwhile, 0)
        self.editor.go()
        self.window.reload()

    def back(self):
        """The editor opens what was open by itself, but for what it had not noted yet, which is offered."""
        def found():
            if self.window.title().startswith("Shop"):
                return True
            return any("was edited here before" in text for text in self.window.notifications())
        wait_until(found, "the document, or a question")
        if not self.window.title().startswith("Shop"):
            self.window.answer("Open")

    def sessions(self):
        return self.place.json("edit", "list")["sessions"]

    def type(self, text, window=None):
        (window or self.window).type(text=text)

    def close(self):
        self.editor.close()
        self.site.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.editor.keep_evidence()
        self.close()


def test_live(place):
    """A field opens as a document; both change as one types, also at once, with emoji and other ends of lines."""
    with World(place) as world:
        window, page = world.window, world.page
        world.begin()
        assert window.title() == "Shop — Note.md", window.title()
        assert "Markdown" in " ".join(window.texts(".statusbar-item")), window.texts(".statusbar-item")
        wait_until(lambda: page.state() == "open", "an open field")
        assert not window.is_dirty()
        window.shot("edit-open")

        window.press(key="Control+End")
        world.type("und 🍰 dazu")
        page.wait("und 🍰 dazu")
        page.type("Liebe 👩‍👧 ", 0)
        world.same("Liebe 👩‍👧 Grüße 😀 aus\n", "und 🍰 dazu")
        page.type("Hallo! ", 0)
        world.type(" und Tee")
        page.type("sehr ", len("Hallo! "))
        world.type(" dazu")
        world.same("Hallo! sehr Liebe", "und 🍰 dazu und Tee dazu")

        window.press(key="Control+s")
        wait_until(lambda: len(page.evaluate("() => saves")) == 1, "a save in the page")
        wait_until(lambda: not window.is_dirty(), "a saved document")
        page.type("Na, ", 0)
        world.same("Na, Hallo!")
        assert not window.is_dirty(), "what the page does needs saving"
        assert page.state() == "open"
        window.shot("edit-live")

        window.command("Change End of Line Sequence")
        window.click(selector=".quick-input-list .monaco-list-row", text="CRLF")
        window.press(key="Control+End")
        world.type("\nmit \nCRLF")
        page.type("Neu: ", 0)
        text = world.same("Neu: Na,", "\nmit \nCRLF")
        assert "\r" not in text
        window.press(key="Control+s")
        wait_until(lambda: len(page.evaluate("() => saves")) == 2, "another save in the page")
        assert world.same("CRLF") == text

        # Own changes are taken back, what the page did stays.
        page.type("Seite ", 0)
        world.same("Seite Neu: ")
        for _ in range(40):
            window.press(key="Control+z")
        left = "Seite Neu: Na, Hallo! sehr Liebe 👩‍👧 Grüße 😀 aus\nder Küche\n"
        wait_until(lambda: page.value() == left and window.lines() == left, "the text without what was typed in the editor")


def test_all_kinds(place):
    """Each kind of field: typed in the editor, saved, changed in the page meanwhile, saved again."""
    with World(place) as world:
        window = world.window
        fields = FieldPage(place.hub, place)
        took = []
        try:
            fields("open", "vscode")
            for kind in KINDS:
                took += edit_kind(world, fields, kind)
                print(f"# {kind}")
        finally:
            fields.stop()
        took.sort()
        print(f"# from a key in the editor to the page: median {statistics.median(took):.0f} ms, most {took[-1]} ms")
        assert not window.is_dirty()


def edit_kind(world, fields, kind):
    """Gives how long it took from the last key of each word to the page, in milliseconds."""
    window = world.window
    text = fields("edit", kind)
    took = []

    def grow(word):
        nonlocal text
        text += word
        window.press(key="Control+End")
        window.evaluate(source=NOTE_KEYS)
        world.type(word)
        window.press(key="Control+s")
        shown = wait_until(lambda: fields("moment", kind, text), f"{text!r} in {kind}, which has {fields('text', kind)!r}")
        wait_until(lambda: not window.is_dirty(), "a saved document")
        took.append(shown - window.evaluate(source="() => pressed"))

    world.shown(text)
    for number in range(SAVES):
        grow(f" {number}")
    fields("type", kind, "page 😀")
    text += "page 😀"
    world.shown(text)
    assert not window.is_dirty(), "what the page does needs saving"
    grow(" é👩‍💻")
    assert fields("text", kind) == text
    window.command("View: Close Editor")
    wait_until(lambda: kind not in window.title(), f"{kind} to be closed")
    return took


def test_both_change_both_survive(place):
    """What both typed while the hub was killed is in the text; the same word changed on both sides is a conflict."""
    with World(place) as world:
        window, page = world.window, world.page
        world.begin("one two three\n")
        port = place.hub.discovery["port"]
        world.type("start ")
        page.wait("start ")
        world.kill_hub()
        window.wait_status("not running")
        wait_until(lambda: not page.evaluate("() => sync.isConnected()"), "a page without a hub")
        world.type("editor ")
        page.type(" page", len("start one two three"))
        assert "waiting" in " ".join(window.texts(".statusbar-item"))
        window.shot("edit-waiting")
        world.restart_hub(port)
        assert world.same("start editor one two three page") == "start editor one two three page\n"

        window.press(key="Control+s")
        wait_until(lambda: not window.is_dirty(), "a saved document")
        world.kill_hub()
        window.wait_status("not running")
        window.press(key="Control+Home")
        at = page.value().index("one")
        for key in ["ArrowRight"] * at + ["Shift+ArrowRight"] * len("one"):
            window.press(key=key)
        world.type("ONE")
        page.evaluate("([at]) => { const note = document.getElementById('note'); note.focus(); note.setSelectionRange(at, at + 3); }", at)
        page.do("type", text="zwei")
        world.restart_hub(port)
        world.same("ONE", "zwei")
        window.wait_notification("Both sides changed the same words")
        window.shot("edit-conflict")
        assert world.sessions()[0]["conflict"]
        window.answer("Show in FlowScope")
        window.wait_notification("the app is not open")


def test_editor_killed(place):
    """What was typed before the editor was killed is there when it is back, and what the page did meanwhile."""
    with World(place) as world:
        window, page = world.window, world.page
        world.begin("text\n")
        world.type("typed ")
        page.wait("typed text")
        port = place.hub.discovery["port"]
        world.restart_editor("page ")
        window.wait_status("Connected")
        world.back()
        world.same("page typed text")
        window.command("View: Focus Active Editor Group")

        def at_end():
            window.press(key="Control+End")
            return window.position() == (2, 1)
        wait_until(at_end, "the cursor at the end")
        world.type("after")
        world.same("page typed text", "after")

        # Killed while the hub is away, too.
        world.kill_hub()
        window.wait_status("not running")
        world.type(" alone")
        window.wait(selector=".statusbar-item", text="waiting")
        wait_until(lambda: any("alone" in kept for kept in kept_texts(world)), "a text on the disk")
        world.restart_editor("more ")
        world.restart_hub(port)
        window.wait_status("Connected")
        world.back()
        world.same("more page typed text", "after alone")
        assert len(world.sessions()) == 1, world.sessions()


def kept_texts(world):
    folder = os.path.join(world.editor.data, "User", "globalStorage", "flowscope.flowscope", "edits")
    for parent, _folders, files in os.walk(folder):
        for name in filter(lambda name: name.endswith(".json"), files):
            with open(os.path.join(parent, name), encoding="utf-8") as stream:
                yield stream.read()


def test_reload_reattaches(place):
    """A page that is loaded again goes on; two fields are two documents; closing keeps or ends, as is set."""
    with World(place) as world:
        window, page = world.window, world.page
        world.begin("first\n")
        page.do("revisit")
        wait_until(lambda: page.state() == "open", "an open field")
        page.type("page ", 0)
        world.type("editor ")
        first = world.same("page ", "editor ", "first")
        assert len(world.sessions()) == 1, world.sessions()

        world.begin("second\n", "style")
        assert window.title().endswith(".css"), window.title()
        assert len(world.sessions()) == 2, world.sessions()
        world.type("p ")
        page.wait("p second", "style")
        assert page.value() == first

        window.press(key="Control+s")
        wait_until(lambda: not window.is_dirty(), "a saved document")
        window.command("View: Close Editor")
        wait_until(lambda: page.state("style") == "editor_closed", "a page that knows")
        assert len(world.sessions()) == 2
        place.ctl("settings", "set", "integrations.vscode.edit-on-close", "end")
        wait_until(lambda: window.title().endswith(".md"), "the other document")
        window.press(key="Control+s")
        wait_until(lambda: not window.is_dirty(), "the other document, saved")
        window.command("View: Close Editor")
        wait_until(lambda: [one["type"] for one in world.sessions() if one["state"] != "ended"] == ["css"], "the end of one")
        assert page.value("style") == "p second\n" and page.value() == first


def editors(place):
    return [one for one in place.json("channels")["channels"] if one["kind"] == "vscode_extension"]


def test_two_fields_two_windows(place):
    """The window that had the focus last gets the text; one that is not to edit gets none."""
    with World(place, ("a", "b")) as world:
        for field, (window, other) in zip(("note", "style"), (world.windows, world.windows[::-1])):
            other.focus(on=False)
            window.focus(on=True)
            wait_until(lambda: [one["focused"] for one in editors(place)].count(True) == 1, "one window with the focus")
            world.begin(f"{field}\n", field, window)
        assert [window.title().rsplit(".", 1)[1] for window in world.windows] == ["md", "css"]
        world.editor.write_settings({"flowscope.edit.enabled": False})
        wait_until(lambda: not any("edit" in one["capabilities"] for one in editors(place)), "no editor")


if __name__ == "__main__":
    run(globals())
