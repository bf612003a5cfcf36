# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessibility tree as tests see it. Run by /usr/bin/python3, which has GObject introspection."""

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

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


def name(node):
    try:
        return node.get_name() or ""
    except GLib.Error:
        return ""


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
    """Whether it has a place on the screen: GTK 4.8 never sets SHOWING, but what is hidden has no size."""
    return has_state(node, "visible") and extents(node)[2] > 0


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


def dump(root):
    """The tree as text, for the artefacts of a failure."""
    lines = []
    for node, depth in walk(root):
        said = " ".join(part for part in (role(node), repr(name(node)), repr(text(node)) if text(node) else "",
                                          ",".join(actions(node)), str(extents(node))) if part)
        lines.append("  " * depth + said)
    return "\n".join(lines) + "\n"
