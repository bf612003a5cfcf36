#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a page in real editors that know files alone: Neovim, without and in a terminal, Emacs, GNOME Text Editor.
Each saves in its own way; the page changes the text meanwhile."""

import glob
import os
import re
import statistics
import sys
import tempfile
import time

SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path[:0] = [os.path.join(SOURCE, "tests", "cli"), os.path.join(SOURCE, "tests", "ui")]
from fieldpeer import GhostTextField  # noqa: E402
from flowtest import PATIENCE, run, wait_until  # noqa: E402
from headless import Desktop  # noqa: E402
from realeditors import TERMINAL, Emacs, Neovim, TextEditor, need  # noqa: E402

# Below /tmp Vim and Emacs save in another way than everywhere else.
tempfile.tempdir = "/var/tmp"

TEXT = "Grüße 😀\nline two"
# How many saves are measured.
SAVES = 9


class Page(GhostTextField):
    """A field that notes when it shows what."""

    def __init__(self, hub, text):
        self.moments = []
        super().__init__(int(hub.discovery["endpoints"]["ghosttext"].rsplit(":", 1)[1]), text, syntax="md")

    def show(self, text, cursor):
        super().show(text, cursor)
        self.moments.append((time.time(), text))

    def moment_of(self, text):
        """When it showed a text first."""
        return wait_until(lambda: next((moment for moment, had in list(self.moments) if had == text), None),
                          f"{text!r} in the field, which has {self.text!r}")


class Editing:
    """A hub with a page whose text an editor has, in a file."""

    def __init__(self, place, command, text=TEXT, env=None):
        place.ctl("settings", "set", "edit.command", command)
        place.env.update(env or {})
        self.place = place
        self.hub = place.start_hub()
        self.page = Page(self.hub, text)
        self.folder = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "edit")
        self.path = wait_until(lambda: next(iter(glob.glob(os.path.join(self.folder, "*.md"))), None), "the file")
        self.wait_for_file(text)

    def read(self):
        try:
            with open(self.path, encoding="utf-8", newline="") as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def wait_for_file(self, text):
        wait_until(lambda: self.read() == text + "\n", f"{text!r} in the file, which has {self.read()!r}")

    def sessions(self):
        return self.place.json("edit", "list")["sessions"]

    def wait_until_closed(self):
        """The editor has ended, and its end of the session and its file are gone; the session itself is not."""
        wait_until(lambda: not os.path.exists(self.path), "the file to go")
        ends = self.sessions()[0]["endpoints"]
        assert [end["side"] for end in ends] == ["page"], ends


def work(editing, editor):
    """Saved, changed in the page meanwhile, saved again: nothing is lost, and both have the same in the end."""
    page = editing.page
    editor.append("\nfrom the editor")
    editor.save()
    page.wait_for(TEXT + "\nfrom the editor")

    page.type("Page: ", 0)
    editing.wait_for_file("Page: " + TEXT + "\nfrom the editor")
    # The editor has not looked at the file since: what it saves lacks what the page has typed.
    editor.append(", again")
    editor.save_anyway(lambda: page.text == "Page: " + TEXT + "\nfrom the editor, again")
    page.wait_for("Page: " + TEXT + "\nfrom the editor, again")
    editing.wait_for_file("Page: " + TEXT + "\nfrom the editor, again")

    editor.reload()
    editor.append("!")
    editor.save()
    page.wait_for("Page: " + TEXT + "\nfrom the editor, again!")
    page.type("?", len(page.text))
    editing.wait_for_file("Page: " + TEXT + "\nfrom the editor, again!?")
    editor.close()
    editing.wait_until_closed()
    assert page.text == "Page: " + TEXT + "\nfrom the editor, again!?", page.text


def measure(editing, editor, name):
    """From the save in the editor until the page has it."""
    took = []
    for number in range(SAVES):
        text = editing.page.text + f" {number}"
        editor.append(f" {number}")
        editor.save()
        editing.page.wait_for(text)
        took.append((editing.page.moment_of(text) - os.stat(editing.path).st_mtime) * 1000)
    print(f"# {name}: from save to page {statistics.median(took):.1f} ms (median of {SAVES}), at most {max(took):.1f} ms")


def test_neovim_headless(place):
    need("nvim")
    editor = Neovim(place)
    editing = Editing(place, editor.command)
    editor.wait()
    work(editing, editor)


def test_neovim_measured(place):
    need("nvim")
    editor = Neovim(place)
    editing = Editing(place, editor.command, "a\nb")
    editor.wait()
    measure(editing, editor, "Neovim")
    # Lines that end as on Windows are the file's matter.
    text = editing.page.text
    editor.do("set fileformat=dos")
    editor.append("\nlast")
    editor.save()
    editing.page.wait_for(text + "\nlast")
    assert "\r\n" in editing.read(), editing.read()
    editing.page.type("\nfrom the page 😀", len(editing.page.text))
    wait_until(lambda: editing.read().endswith("last\r\nfrom the page 😀\r\n"), "the lines' ends to stay")
    editor.close()
    editing.wait_until_closed()


def test_neovim_in_a_terminal(place):
    """The program between is the terminal: it gives Neovim a pty, and ends with it."""
    need("nvim")
    terminal = place.write("terminal.py", TERMINAL)
    editor = Neovim(place, f"export TERM=xterm-256color; exec {sys.executable} {terminal}"
                           " nvim --clean --listen {server} \"$1\"")
    editing = Editing(place, editor.command)
    editor.wait()
    assert editor.ask("len(nvim_list_uis())") == "1"
    work(editing, editor)


def test_emacs(place):
    need("emacs", "emacsclient")
    editor = Emacs(place)
    try:
        editing = Editing(place, editor.command)
        editor.wait(editing.path)
        work(editing, editor)
    finally:
        editor.stop()


def test_gnome_text_editor(place):
    need("gnome-text-editor", "Xvfb", "openbox", "xdotool", "dbus-daemon")
    with Desktop() as desktop:
        env = {name: desktop.env[name] for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GDK_BACKEND", "GSK_RENDERER",
                                                    "GDK_DEBUG", "GTK_USE_PORTAL", "GSETTINGS_BACKEND")}
        # It has warnings of its own, which are no matter of ours.
        env["G_DEBUG"] = ""
        editing = Editing(place, "gnome-text-editor", env=env)
        editor = TextEditor({**place.env, **env}, editing.path)
        page = editing.page
        page.wait_for(TEXT)
        editor.append("\nfrom the editor")
        editor.save()
        page.wait_for(TEXT + "\nfrom the editor")
        page.type("Page: ", 0)
        editing.wait_for_file("Page: " + TEXT + "\nfrom the editor")
        editor.append(", again")
        editor.save()
        page.wait_for("Page: " + TEXT + "\nfrom the editor, again")
        editing.wait_for_file(page.text)
        editor.close()
        editing.wait_until_closed()


def test_terminal_of_the_desktop(place):
    """Neovim as the setting names it: the hub finds a terminal for it, and hears of its end."""
    need("nvim", "xterm", "Xvfb", "openbox", "dbus-daemon")
    with Desktop() as desktop:
        editor = Neovim(place)
        editing = Editing(place, f"nvim --clean --listen {editor.server}",
                          env={"DISPLAY": desktop.env["DISPLAY"], "TERMINAL": "xterm"})
        editor.wait()
        assert editor.ask("len(nvim_list_uis())") == "1"
        editor.append("\nfrom the editor")
        editor.save()
        editing.page.wait_for(TEXT + "\nfrom the editor")
        editor.close()
        editing.wait_until_closed()


def test_hostile_page(place):
    """What a page says of itself is never part of a path or of a command."""
    said = os.path.join(place.top, "said")
    program = place.write("editor", f'#!/bin/sh\nfor said in "$#" "$@"; do printf "%s\\n" "$said" >> {said}; done\n', 0o755)
    touched = os.path.join(place.top, "touched")
    place.ctl("settings", "set", "edit.command", f"{program} {{file}}")
    hub = place.start_hub()
    port = int(hub.discovery["endpoints"]["ghosttext"].rsplit(":", 1)[1])
    for number, evil in enumerate((f"../../../../..{place.top}/x", f"$(touch {touched})", f"`touch {touched}`",
                                   f"; touch {touched}; .md", "-c\nmd", "{file}", "a b", "..", "%s%n")):
        field = GhostTextField(port, f"text {number}", title=evil, url="example.org", syntax=evil)
        wait_until(lambda: os.path.exists(said) and len(open(said).read().split("\n")) > 2 * (number + 1), "the editor")
        field.socket.close()
    with open(said, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    folder = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "edit")
    assert set(lines[::2]) == {"1"}, lines
    for path in lines[1::2]:
        assert os.path.dirname(path) == folder and re.fullmatch(r"[A-Za-z0-9]{8}\.txt", os.path.basename(path)), path
    assert not os.path.exists(touched)
    assert not os.path.exists(os.path.join(place.top, "x"))


def test_hub_killed_while_the_editor_saves(place):
    """The editor outlives the hub; what it saves meanwhile is in the text afterwards."""
    need("nvim")
    editor = Neovim(place)
    editing = Editing(place, editor.command)
    editor.wait()
    editor.append("\nfirst")
    editor.save()
    editing.page.wait_for(TEXT + "\nfirst")
    editing.hub.process.kill()
    editing.hub.process.wait(PATIENCE)
    editing.hub.process.stdout.close()
    editor.append("\nsecond")
    editor.save()
    place.start_hub()

    def text():
        session = editing.sessions()[0]
        return place.json("edit", "show", session["id"])["text"]
    wait_until(lambda: text() == TEXT + "\nfirst\nsecond", "what was saved without a hub")
    editor.append("\nthird")
    editor.save()
    wait_until(lambda: text() == TEXT + "\nfirst\nsecond\nthird", "what is saved afterwards")
    editor.close()
    wait_until(lambda: not os.path.exists(editing.path), "the file to go")


run(globals())
