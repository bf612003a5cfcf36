#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of fields of a page in real Chromium, in real editors: saved, changed in the page meanwhile, saved again.

test-editors.py neovim|terminal|emacs|gnome-text-editor"""

import glob
import os
import statistics
import sys
import tempfile

SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path[:0] = [os.path.join(SOURCE, "tests", folder) for folder in ("cli", "ui", "e2e", "page")]
from fieldpage import KINDS, FieldPage  # noqa: E402
from flowtest import run, wait_until  # noqa: E402
from headless import Desktop  # noqa: E402
from realeditors import TERMINAL, Emacs, Neovim, TextEditor, need  # noqa: E402

# Below /tmp Vim and Emacs save in another way than everywhere else.
tempfile.tempdir = "/var/tmp"
# How many saves of each field are measured.
SAVES = 3


class Field:
    """A field that is open in an editor, as a file."""

    def __init__(self, place, page, name, command):
        self.page, self.name = page, name
        folder = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "edit")
        before = set(glob.glob(os.path.join(folder, "*.md")))
        place.ctl("settings", "set", "edit.command", command)
        self.text = page("edit", name)
        self.path = wait_until(lambda: next(iter(set(glob.glob(os.path.join(folder, "*.md"))) - before), None), f"the file of {name}")
        self.wait_for_file()

    def read(self):
        try:
            with open(self.path, encoding="utf-8", newline="") as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def wait_for_file(self):
        wait_until(lambda: self.read() == self.text + "\n", f"{self.text!r} in the file, which has {self.read()!r}")

    def show(self):
        """When the page shows it."""
        try:
            return wait_until(lambda: self.page("moment", self.name, self.text), "the text in the page")
        except AssertionError as error:
            has = self.page("text", self.name)
            raise AssertionError(f"{self.text!r} is not in {self.name}, which has {has!r}; the file has {self.read()!r}") from error


def work(field, editor, word):
    """Gives how long saves took to be seen in the page, in milliseconds."""
    took = []
    for number in range(SAVES):
        editor.append(f" {number}")
        field.text += f" {number}"
        editor.save()
        shown = field.show()
        took.append(shown - os.stat(field.path).st_mtime * 1000)

    # The page goes on; the editor has not looked at the file when it saves again.
    field.page("type", field.name, "page 😀")
    field.text += "page 😀"
    field.wait_for_file()
    before = field.text
    editor.append(word)
    editor.save_anyway(lambda: word in field.page("text", field.name))
    wait_until(lambda: word in field.page("text", field.name), "the second save in the page")
    field.text = field.page("text", field.name)
    assert "page 😀" in field.text and len(field.text) == len(before) + len(word), field.text
    field.wait_for_file()

    editor.reload()
    editor.append("!")
    field.text += "!"
    editor.save()
    field.show()
    field.wait_for_file()
    editor.close()
    wait_until(lambda: not os.path.exists(field.path), "the file to go")
    assert field.page("text", field.name) == field.text
    return took


def tell(name, took):
    median = statistics.median(took)
    print(f"# {name}: from save to page {median:.1f} ms (median of {len(took)}), at most {max(took):.1f} ms")


def edit_all(place, name, open_editor, word=" é👩‍💻"):
    """Each kind of field, one after the other; `open_editor` has a command and, when the file is there, the editor;
    `word` is what somebody can type in it."""
    hub = place.start_hub()
    page = FieldPage(hub, place)
    took = []
    try:
        page("open", name)
        for kind in KINDS:
            command, wait = open_editor(kind)
            field = Field(place, page, kind, command)
            took += work(field, wait(field), word)
            print(f"# {name}: {kind}")
    finally:
        page.stop()
    tell(name, took)


def neovim(place):
    need("nvim")

    def open_editor(kind):
        editor = Neovim(place, name=kind)
        return editor.command, lambda field: editor.wait()
    edit_all(place, "neovim", open_editor)


def terminal(place):
    """In a terminal of its own, as a person sees it."""
    need("nvim")
    program = place.write("terminal.py", TERMINAL)

    def open_editor(kind):
        editor = Neovim(place, f"export TERM=xterm-256color; exec {sys.executable} {program}"
                               " nvim --clean --listen {server} \"$1\"", name=kind)
        return editor.command, lambda field: editor.wait()
    edit_all(place, "terminal", open_editor)


def emacs(place):
    need("emacs", "emacsclient")
    editor = Emacs(place)
    try:
        edit_all(place, "emacs", lambda kind: (editor.command, lambda field: editor.wait(field.path)))
    finally:
        editor.stop()


def gnome_text_editor(place):
    need("gnome-text-editor", "Xvfb", "openbox", "xdotool", "dbus-daemon")
    with Desktop() as desktop:
        env = {name: desktop.env[name] for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "GDK_BACKEND", "GSK_RENDERER",
                                                    "GDK_DEBUG", "GTK_USE_PORTAL", "GSETTINGS_BACKEND")}
        place.env.update(env)
        # What makes tests strict is not for somebody else's program.
        place.env.pop("G_DEBUG", None)
        edit_all(place, "gnome-text-editor", lambda kind: (
            "gnome-text-editor", lambda field: TextEditor(place.env, field.path)), word=" again")


EDITORS = {"neovim": neovim, "terminal": terminal, "emacs": emacs, "gnome-text-editor": gnome_text_editor}
run({f"test_{sys.argv[1]}": EDITORS[sys.argv[1]]})
