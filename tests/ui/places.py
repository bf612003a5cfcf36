# SPDX-License-Identifier: GPL-3.0-or-later
"""Every page and dialog of the program, how it is opened, and what can be wrong with any of them."""

import os
import re

import a11y
import world
from app import App
from ends import ALLOWED, begin, open_page
from peers import ORIGIN, Hub, editor, leave_message

# Controls inside windows that libraries make, which have no name there. What is ours stands in a scroll pane.
LIBRARY = {
    "AdwToast": re.compile(r"push button '' < filler '' < panel '' < panel '' < frame 'FlowScope'"),
    "AdwAboutWindow": re.compile(r"(push button|text) '' .*< frame 'About'"),
    "AdwPreferencesWindow": re.compile(r"(entry|push button) '' (?!.*scroll pane).* < frame 'Preferences'"),
    "GtkShortcutsWindow": re.compile(r"(entry|push button) '' .*< frame ''|frame ''"),
}
# Inside these what is out of sight can be scrolled to.
SCROLLS = ("scroll pane", "viewport")


def open_trace(app):
    app.action("open-trace", f"'{app.trace_id}'")
    app.wait("push button", "All traces")
    app.wait("label", "POST /checkout")
    row = app.wait("list item", contains="bank.example")
    app.click_mouse(row)
    app.wait_until(lambda: a11y.has_state(row, "selected"), "the span that was clicked")
    app.key("Return")
    app.wait(contains="ask_bank")


def open_preferences(page, shown):
    def show(app):
        app.action("preferences", f"'{page}'")
        app.wait_dialog(shown)
    return show


def open_by_key(key, shown):
    def show(app):
        app.key(key)
        app.wait_dialog(shown)
    return show


def open_about(app):
    app.action("about")
    app.wait_dialog("FlowScope")


def open_connections(app):
    """With somebody in each list but that of messages that were given up."""
    app.peer = editor(app.place, app)
    editor(app.place, app, "away").close()
    leave_message(app, "editor/away")
    app.action("show-connections")
    app.wait(contains="from cli/ci to editor/away")
    hub = Hub(app)
    hub.verb("pair-allow", origin=ORIGIN)
    hub.verb("pair-allow", request=hub.pair("laptop", "cli")["request"])
    app.wait(name=f"Refuse {ORIGIN}")
    hub.pair()
    app.wait(contains="Allow it only if it shows this code:")
    app.wait(contains="Neovim 1")


def close_connections(app):
    app.press("Deny")
    app.wait_gone(name="Deny")
    app.peer.close()


def open_edits(app):
    """One that goes on with a conflict, and one that was left."""
    left = open_page(app, "Comment")
    left.peer.send("edit_closed", {"editId": left.id, "client": left.client, "end": True})
    left.close()
    app.ends = page, editor = begin(app)
    base = page.revision
    page.change([12, "stolen", {"d": 5}], base)
    editor.change([12, "full", {"d": 5}], base)
    app.action("show-edit", "''")
    app.wait("push button", "1 edit, 1 conflict")
    app.wait(name="Forget Comment")


def open_edit(app):
    app.action("show-edit", f"'{app.ends[0].id}'")
    app.wait(contains="Both changed this")


def close_edits(app):
    for end in app.ends:
        end.close()


def open_sync(app):
    app.action("show-sync", "''")
    app.wait(contains="The Same on All Your Devices")


def open_log(app):
    app.action("show-log")
    app.wait(name="Search the log")


def open_menu(app):
    app.press("Main menu", role="push button")
    app.wait(contains="About")


# What is opened in turn, by name. Dialogs are closed by Escape.
PLACES = {
    "traces": None,
    "trace": open_trace,
    "edits": open_edits,
    "edit": open_edit,
    "sync": open_sync,
    "connections": open_connections,
    "log": open_log,
    "menu": open_menu,
    "shortcuts": open_by_key("ctrl+question", "Shortcuts"),
    "about": open_about,
    "preferences-general": open_preferences("general", "General"),
    "preferences-capture": open_preferences("capture", "Capture"),
    "preferences-storage": open_preferences("storage", "Storage"),
    "preferences-editing": open_preferences("editing", "Editing"),
    "preferences-sync": open_preferences("sync", "Sync"),
    "preferences-ports": open_preferences("ports", "Ports"),
    "preferences-editor": open_preferences("editor", "Editor"),
}


def nameless(app):
    return [path for path in a11y.nameless(app.front()) if not any(made.fullmatch(path) for made in LIBRARY.values())]


def outside(app):
    """Visible controls and labels that reach beyond their window sideways, or below it without a way to scroll."""
    found = []

    def look(node, width, height, scrolls):
        x, y, w, h = a11y.extents(node)
        if w > 0 and a11y.has_state(node, "visible") and a11y.role(node) in a11y.CONTROLS | {"label"}:
            if (x < -1 or x + w > width + 1 or (not scrolls and (y < -1 or y + h > height + 1))) and a11y.says(node):
                found.append(f"{a11y.path(node)} at {(x, y, w, h)} of {width}x{height}")
        # A menu is a surface of its own, which the display keeps whole.
        if not a11y.has_state(node, "visible") or a11y.role(node) == "menu":
            return
        for child in a11y.children(node):
            look(child, width, height, scrolls or a11y.role(node) in SCROLLS)
    _, _, width, height = a11y.extents(app.front())
    look(app.front(), width, height, False)
    return found


def maximised(place):
    """The window fills the display from the start, whatever its size."""
    place.write(os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "window.ini"), "[window]\nmaximized=true\n")


def walk_places(place, check, prefix, settings=None, **how):
    """Open each place, keep a picture, and collect what `check` finds."""
    found = []
    maximised(place)
    with App(place, settings={**ALLOWED, **(settings or {})}, **how) as app:
        app.wait(name="See What Your Programs Did")
        app.screenshot(prefix + "first-run")
        found += check(app)
        app.trace_id = world.fill(app, 12)
        app.wait("list item", contains="POST /checkout")
        for name, show in PLACES.items():
            if show is not None:
                show(app)
            app.screenshot(prefix + name)
            found += [f"{name}: {problem}" for problem in check(app)]
            if len(app.windows()) > 1 or name == "menu":
                app.key("Escape")
                app.wait_until(lambda: len(app.windows()) == 1, f"the end of {name}")
            if name == "connections":
                close_connections(app)
            elif name == "edit":
                close_edits(app)
    assert not found, "\n".join(found)
