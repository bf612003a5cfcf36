# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessibility tree as tests see it. Run by /usr/bin/python3, which has GObject introspection."""

import re

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# GTK gives a widget without a name that of its type.
TYPE_NAME = re.compile(r"(Gtk|Adw|Gdk)[A-Z]\w*|Flow(?!Scope$)[A-Z]\w*")
# Actions that only move the focus or open a context menu are not what a click does.
CLICKS = ("click", "toggle", "activate", "press", "popup", "menu.popup")


def applications():
    desktop = Atspi.get_desktop(0)
    return [child for number in range(desktop.get_child_count()) if (child := desktop.get_child_at_index(number))]


def application_of(pid):
    """The accessible of a process, or None while it has none."""
    for application in applications():
        try:
            if application.get_process_id() == pid:
                # Nothing is remembered: what a test asks is what the program says now.
                application.set_cache_mask(Atspi.Cache.NONE)
                return application
        except GLib.Error:
            continue
    return None


def children(node):
    try:
        return [child for number in range(node.get_child_count()) if (child := node.get_child_at_index(number))]
    except GLib.Error:
        return []  # it went away


def walk(node, depth=0):
    yield node, depth
    for child in children(node):
        yield from walk(child, depth + 1)


def role(node):
    try:
        return node.get_role_name()
    except GLib.Error:
        return ""


def undoubled(text):
    """GTK 4.8 names a button with a mnemonic "_Cancel Cancel", and one of a dialog "Keep Keep"."""
    half = text[len(text) // 2:].lstrip()
    for second in (half, text[(len(text) + 1) // 2 + 1:], text[(len(text) - 1) // 2 + 1:]):
        if second and text in (f"{second} {second}",) or re.sub("_", "", text, count=1) == f"{second} {second}":
            return second
    return text


def name(node):
    """Its name, empty when it has none."""
    try:
        said = node.get_name() or ""
    except GLib.Error:
        return ""
    return "" if TYPE_NAME.fullmatch(said) else undoubled(said)


def description(node):
    try:
        return node.get_description() or ""
    except GLib.Error:
        return ""


def has_state(node, state):
    """Whether an Atspi.StateType is set, by its lower-case name: "checked", "selected", "focused", "sensitive"."""
    try:
        return node.get_state_set().contains(getattr(Atspi.StateType, state.upper()))
    except GLib.Error:
        return False


def actions(node):
    try:
        return [node.get_action_name(number) for number in range(node.get_n_actions())]
    except GLib.Error:
        return []


def text(node):
    """What an entry or a text view contains."""
    try:
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    except GLib.Error:
        return ""


def extents(node):
    """x, y, width, height in the window's content."""
    try:
        box = node.get_extents(Atspi.CoordType.WINDOW)
        return box.x, box.y, box.width, box.height
    except GLib.Error:
        return 0, 0, 0, 0


def visible(node):
    """Whether it has a place on the screen. GTK 4.8 never sets SHOWING: what was never shown has no size, and what is
    hidden now has a parent that is not visible. Only a page of a stack that was shown before looks as if it were."""
    if extents(node)[2] <= 0:
        return False
    while node is not None and role(node) != "application":
        if not has_state(node, "visible"):
            return False
        node = node.get_parent()
    return True


def act(node):
    """Do what a click does, by the node's own action. FALSE when it has none."""
    for number, action in enumerate(actions(node)):
        if action in CLICKS:
            return node.do_action(number)
    return False


def set_text(node, value):
    return Atspi.EditableText.set_text_contents(node, value)


def matches(node, wanted_role, wanted_name, contains):
    if wanted_role is not None and role(node) != wanted_role:
        return False
    if wanted_name is not None and name(node) != wanted_name:
        return False
    return contains is None or contains in name(node)


def find_all(root, wanted_role=None, wanted_name=None, contains=None):
    return [node for node, _ in walk(root) if matches(node, wanted_role, wanted_name, contains)]


def find(root, wanted_role=None, wanted_name=None, contains=None):
    for node, _ in walk(root):
        if matches(node, wanted_role, wanted_name, contains):
            return node
    return None


# What people operate, by the names that AT-SPI gives roles.
CONTROLS = {"push button", "toggle button", "check box", "radio button", "switch", "entry", "text", "password text",
            "spin button", "combo box", "slider", "page tab", "menu item", "check menu item", "radio menu item", "link",
            "list item", "table row", "tree item", "list", "table", "tree", "tree table", "window", "frame", "dialog",
            "group"}
NO_ROLE = {"", "invalid", "unknown", "filler", "redundant object"}


def says(node):
    """What a screen reader has to say about it: its name, else what is written in it."""
    if name(node):
        return name(node)
    return " ".join(said for child in children(node) if (said := says(child)))


def path(node):
    parts = []
    while node is not None and role(node) != "application":
        parts.append(f"{role(node)} {name(node)!r}")
        node = node.get_parent()
    return " < ".join(parts)


def nameless(root):
    """The controls that have no name, and what takes the focus without a role, as paths for people.

    A group needs a name only if it can be told from others by nothing else, so none is asked of it. GTK puts some
    controls into others (the toggle of a menu button, the buttons of a number): the outer one's name counts."""
    found = []

    def look(node, inside_named):
        is_control = role(node) in CONTROLS - {"group"}
        if is_control and not inside_named and not says(node) and not is_inside(node):
            found.append(path(node))
        if has_state(node, "focusable") and role(node) in NO_ROLE and not says(node):
            found.append("no role: " + path(node))
        named = inside_named or (is_control and bool(name(node)) and role(node) in
                                 ("push button", "toggle button", "spin button", "combo box", "entry", "text"))
        for child in children(node):
            look(child, named)
    look(root, False)
    return found


def is_inside(node):
    """Whether it is a list without rows: there is nothing to be said about it, what it stands in has the name."""
    return role(node) in ("list", "table", "tree") and not children(node)


def dump(root):
    """The tree as text, for the artefacts of a failure."""
    lines = []
    for node, depth in walk(root):
        said = " ".join(part for part in (role(node), repr(name(node)), repr(text(node)) if text(node) else "",
                                          ",".join(actions(node)), str(extents(node))) if part)
        lines.append("  " * depth + said)
    return "\n".join(lines) + "\n"
