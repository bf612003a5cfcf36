#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Edits over the hub inside: a page and an editor at the two ends of a text, and the user between them."""

import os

import a11y
from app import App, desktop, run
from ends import ALLOWED, TEXT, TITLE, begin, open_editor, open_page, wait_asked

def show_edit(app, title=TITLE):
    app.click_mouse(app.wait("list item", "Edits"))
    app.click_mouse(app.wait("label", title))
    app.wait("push button", "Journal")


def press_last(app, name):
    """Press the last button of this name: others are on pages below."""
    app.click([node for node in a11y.find_all(app.tree, "push button", name) if a11y.visible(node)][-1])


def test_live(place):
    """Both ends, what each changes, undo, and the end of it."""
    with App(place, settings=ALLOWED) as app:
        app.wait_hub()
        app.click_mouse(app.wait("list item", "Edits"))
        app.wait(contains="Edit Web Pages’ Text")
        page, editor = begin(app)
        app.wait(contains="tracker.example · md · 19 characters")
        app.wait("push button", "1 edit")
        app.screenshot("list")
        app.click_mouse(app.wait("label", TITLE))
        editor.change([12, "full", {"d": 5}])
        assert page.operation() == [12, "full", {"d": 5}]
        app.wait(contains="The cart is ")
        app.wait(contains="Changed by Neovim")
        app.wait("label", TITLE)
        app.screenshot("journal")
        app.wait_until(lambda: a11y.has_state(app.wait("push button", "Undo"), "sensitive"), "something to undo")
        app.press("Undo")
        assert page.operation() == [12, "empty", {"d": 4}]
        app.press("Text")
        app.wait_until(lambda: a11y.text(app.wait("text", "Text")) == TEXT, "the text as it was")
        app.press("End Editing")
        app.wait(contains="Editing Description ended")
        press_last(app, "Undo")
        app.wait("push button", "1 edit")
        app.action("show-edit", f"'{page.id}'")
        app.press("End Editing")
        assert page.peer.receive("edit_closed")["data"]["reason"] == "ended"
        app.wait_gone("push button", "1 edit")
        editor.close()
        page.close()


def test_conflict(place):
    """Both change the same words: it is said, shown with both versions, and decided; both ends have the same."""
    with App(place, settings=ALLOWED) as app:
        page, editor = begin(app)
        base = page.revision
        page.change([12, "stolen", {"d": 5}], base)
        editor.change([12, "full", {"d": 5}], base)
        app.wait(contains="needs a decision")
        app.screenshot("told")
        app.press("Open")
        app.wait(contains="changed the same words")
        app.wait(contains="Both changed this")
        app.screenshot("conflict")
        app.press("Keep Neovim")
        app.press("Use the Merged Text")
        app.wait_gone("push button", "Conflict")
        app.press("Text")
        app.wait_until(lambda: a11y.text(app.wait("text", "Text")) == "The cart is full.\n", "the decision")
        app.press("Journal")
        app.wait(contains="Conflict decided by you")
        app.screenshot("decided")
        page.close()
        editor.close()


def test_recover(place):
    """What was open when the program ended is there again, and goes on in an editor."""
    with App(place, settings=ALLOWED) as app:
        page, editor = begin(app)
        editor.change([12, "full", {"d": 5}])
        page.operation()
        page.close()
        editor.close()
    with App(place, settings=ALLOWED) as app:
        editor = open_editor(app)
        app.wait_hub()
        app.click_mouse(app.wait("list item", "Edits"))
        app.wait("label", TITLE)
        app.screenshot("left")
        app.press(f"Bring {TITLE} back")
        assert wait_asked(editor)["text"] == "The cart is full.\n"
        app.wait("push button", "1 edit")
        editor.close()


def test_killed(place):
    """After a kill in mid-edit the window says that the text is there, and leads to it; its page goes on with it."""
    killed = App(place, settings=ALLOWED)
    page, editor = begin(killed)
    editor.change([12, "full", {"d": 5}])
    editor.wait_kept()
    killed.process.kill()
    killed.process.wait()
    with App(place) as app:
        app.wait(contains="was recovered")
        app.screenshot("recovered")
        press_last(app, "Open")
        app.wait("label", TITLE)
        again = open_page(app, text="The cart is full.\n")
        assert again.id == page.id
        again.close()


def test_editor_not_found(place):
    """Nobody can show it: the window says so, and leads to an editor that can."""
    with App(place, settings={**ALLOWED, "edit.command": "'/nowhere/editor {file}'"}) as app:
        app.wait_until(lambda: a11y.has_state(app.windows()[0], "active"), "the focus")
        page = open_page(app)
        app.wait_dialog(f"No editor for “{TITLE}”")
        app.screenshot("not-found")
        editor = open_editor(app)
        app.click(app.wait(name="Choose Editor…", root=app.front()))
        app.wait_dialog("Another Command")
        app.wait("check box", "Neovim")
        app.screenshot("chooser")
        # The one that is connected is the first.
        app.press("Neovim", role="check box")
        app.press("Choose")
        assert wait_asked(editor)["text"] == TEXT
        app.wait_gone(contains="nowhere")
        page.close()
        editor.close()


def test_choose_for_site(place):
    """An editor for all of a site is chosen in the preferences, among those that are there."""
    with App(place, settings=ALLOWED) as app:
        editor = open_editor(app)
        app.action("preferences", "'editing'")
        app.wait_dialog("Editors for the pages of a site")
        app.click_mouse(app.wait(name="Editors for the pages of a site", root=app.front()))
        app.click_mouse(app.wait(name="Choose for a site", root=app.front()))
        app.type("Tracker.example")
        app.screenshot("site")
        app.key("Return")
        app.wait_dialog("Another Command")
        app.press("Neovim", role="check box")
        app.press("Choose")
        path = os.path.join(app.env["XDG_CONFIG_HOME"], "flowscope", "settings.ini")
        app.wait_until(lambda: "[('tracker.example', 'editor/nvim')]" in open(path, encoding="utf-8").read(),
                       "the setting")
        editor.close()


@desktop(size="360x720")
def test_narrow(place):
    with App(place, settings=ALLOWED) as app:
        page, editor = begin(app)
        app.action("show-edit", f"'{page.id}'")
        app.wait("push button", "Journal")
        app.screenshot("narrow")
        page.close()
        editor.close()


run(globals())
