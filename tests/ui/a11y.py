# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessibility tree as tests see it. Run by /usr/bin/python3, which has GObject introspection.

AT-SPI is spoken directly: its library asks once for each child, and its memory of what was asked can't be trusted."""

import functools
import re

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

# GTK gives a widget without a name that of its type.
TYPE_NAME = re.compile(r"(Gtk|Adw|Gdk)[A-Z]\w*|Flow(?!Scope$)[A-Z]\w*")
# Actions that only move the focus or open a context menu are not what a click does.
CLICKS = ("click", "toggle", "activate", "press", "popup", "menu.popup")
ATSPI = "org.a11y.atspi."


def ask(connection, owner, path, interface, method, arguments=None):
    return connection.call_sync(owner, path, interface, method, arguments, None, Gio.DBusCallFlags.NO_AUTO_START, 30000,
                                None).unpack()


@functools.cache
def bus():
    """The bus that only accessibles are on."""
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    reply = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None,
                              Gio.DBusCallFlags.NONE, 30000, None)
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(reply.unpack()[0], flags, None, None)


class Node:
    """An accessible. What a test asks is what the program says now, but for its role, which it is born with."""

    roles = {}

    def __init__(self, owner, path):
        self.owner = owner
        self.path = path

    def __eq__(self, other):
        return isinstance(other, Node) and (self.owner, self.path) == (other.owner, other.path)

    def __hash__(self):
        return hash((self.owner, self.path))

    def call(self, interface, method, arguments=None):
        return ask(bus(), self.owner, self.path, ATSPI + interface, method, arguments)

    def property(self, interface, name):
        return ask(bus(), self.owner, self.path, "org.freedesktop.DBus.Properties", "Get",
                   GLib.Variant("(ss)", (ATSPI + interface, name)))[0]

    def role_name(self):
        known = self.roles.get((self.owner, self.path))
        if known is None:
            known = self.roles[self.owner, self.path] = Atspi.role_get_name(self.call("Accessible", "GetRole")[0])
        return known

    def get_parent(self):
        owner, path = self.property("Accessible", "Parent")
        return None if path.endswith("/null") else Node(owner, path)


def applications():
    return children(Node(ATSPI + "Registry", "/org/a11y/atspi/accessible/root"))


def application_of(pid):
    """The accessible of a process, or None while it has none."""
    for application in applications():
        try:
            if pid_of(application) == pid:
                return application
        except GLib.Error:
            continue
    return None


def pid_of(node):
    return ask(bus(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
               "GetConnectionUnixProcessID", GLib.Variant("(s)", (node.owner,)))[0]


def children(node):
    try:
        return [Node(owner, path) for owner, path in node.call("Accessible", "GetChildren")[0]
                if not path.endswith("/null")]
    except GLib.Error:
        return []  # it went away


def walk(node, depth=0):
    yield node, depth
    for child in children(node):
        yield from walk(child, depth + 1)


def role(node):
    try:
        return node.role_name()
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
        said = node.property("Accessible", "Name")
    except GLib.Error:
        return ""
    return "" if TYPE_NAME.fullmatch(said) else undoubled(said)


def description(node):
    try:
        return node.property("Accessible", "Description")
    except GLib.Error:
        return ""


def has_state(node, state):
    """Whether an Atspi.StateType is set, by its lower-case name: "checked", "selected", "focused", "sensitive"."""
    number = int(getattr(Atspi.StateType, state.upper()))
    try:
        return bool(node.call("Accessible", "GetState")[0][number // 32] >> number % 32 & 1)
    except GLib.Error:
        return False


def actions(node):
    try:
        return [node.call("Action", "GetName", GLib.Variant("(i)", (number,)))[0]
                for number in range(node.property("Action", "NActions"))]
    except GLib.Error:
        return []


def text(node):
    """What an entry or a text view contains."""
    try:
        return node.call("Text", "GetText", GLib.Variant("(ii)", (0, node.property("Text", "CharacterCount"))))[0]
    except GLib.Error:
        return ""


def extents(node, coordinates=Atspi.CoordType.WINDOW):
    """x, y, width, height in the window's content."""
    try:
        return node.call("Component", "GetExtents", GLib.Variant("(u)", (int(coordinates),)))[0]
    except GLib.Error:
        return 0, 0, 0, 0


def visible(node):
    """Whether it has a place on the screen. GTK 4.8 never sets SHOWING: what was never shown has no size, and what is
    hidden now has a parent that is not visible. Only a page of a stack that was shown before looks as if it were."""
    if extents(node)[2] <= 0:
        return False
    try:
        while node is not None and role(node) != "application":
            if not has_state(node, "visible"):
                return False
            node = node.get_parent()
    except GLib.Error:
        return False  # it went away
    return True


def act(node):
    """Do what a click does, by the node's own action. FALSE when it has none."""
    for number, action in enumerate(actions(node)):
        if action in CLICKS:
            return node.call("Action", "DoAction", GLib.Variant("(i)", (number,)))[0]
    return False


def set_text(node, value):
    return node.call("EditableText", "SetTextContents", GLib.Variant("(s)", (value,)))[0]


def matches(node, wanted_role, wanted_name, contains):
    if wanted_role is not None and role(node) != wanted_role:
        return False
    if wanted_name is not None and name(node) != wanted_name:
        return False
    return contains is None or contains in name(node)


def find_each(root, wanted_role=None, wanted_name=None, contains=None):
    """One after the other, as far as they are asked for."""
    return (node for node, _ in walk(root) if matches(node, wanted_role, wanted_name, contains))


def find_all(root, wanted_role=None, wanted_name=None, contains=None):
    return list(find_each(root, wanted_role, wanted_name, contains))


def find(root, wanted_role=None, wanted_name=None, contains=None):
    return next(find_each(root, wanted_role, wanted_name, contains), None)


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
