# SPDX-License-Identifier: GPL-3.0-or-later
"""Real panels with a tray, and what is seen on them: pixels of the screen, and what is told on the bus."""

import os
import re
import shutil
import subprocess

from gi.repository import Gio, GLib

from flowtest import PATIENCE, Skip, wait_until

HEIGHT = 40
WIDTH = 1280
WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
XFCE_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
 <property name="configver" type="int" value="2"/>
 <property name="panels" type="array"><value type="int" value="1"/>
  <property name="panel-1" type="empty">
   <property name="position" type="string" value="p=6;x=0;y=0"/><property name="length" type="uint" value="100"/>
   <property name="position-locked" type="bool" value="true"/><property name="size" type="uint" value="32"/>
   <property name="icon-size" type="uint" value="24"/>
   <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
  </property></property>
 <property name="plugins" type="empty">
  <property name="plugin-1" type="string" value="systray"><property name="square-icons" type="bool" value="true"/></property>
 </property>
</channel>
"""
LXQT_CONFIG = """[General]
panels=panel1
[panel1]
position=Top
width=100
width-percent=true
panelSize=36
iconSize=24
plugins=statusnotifier
[statusnotifier]
type=statusnotifier
alignment=Left
"""


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def xfce_daemon(name):
    """Where a daemon stands that is not in PATH."""
    for folder in ("/usr/lib/x86_64-linux-gnu/xfce4", "/usr/lib/aarch64-linux-gnu/xfce4", "/usr/lib/xfce4",
                   "/usr/lib64/xfce4", "/usr/libexec/xfce4"):
        if os.path.exists(os.path.join(folder, name)):
            return os.path.join(folder, name)
    raise Skip(f"{os.path.basename(name)} is not installed")


class Bus:
    """Calls on the session bus of the case."""

    def __init__(self):
        self.connection = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def call(self, name, path, interface, method, parameters=None):
        answer = self.connection.call_sync(name, path, interface, method, parameters, None, Gio.DBusCallFlags.NONE,
                                           PATIENCE * 1000, None)
        return answer.unpack()

    def get(self, name, path, interface, what):
        return self.call(name, path, "org.freedesktop.DBus.Properties", "Get",
                         GLib.Variant("(ss)", (interface, what)))[0]

    def has(self, name):
        return self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", (name,)))[0]


class Panel:
    """A panel on top of the screen; subclasses say which."""

    program = None

    def __init__(self):
        if shutil.which(self.program) is None:
            raise Skip(f"{self.program} is not installed")
        self.bus = Bus()
        self.processes = []

    def __enter__(self):
        self.write_config()
        self.start_panel()
        wait_until(lambda: self.bus.has(WATCHER) and self.has_host(), f"the tray of {self.program}")
        self.empty = self.strip()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(PATIENCE)

    def start(self, *command, **env):
        log = os.path.join(os.environ["XDG_RUNTIME_DIR"], os.path.basename(command[0]) + ".log")
        with open(log, "ab") as stream:
            self.processes.append(subprocess.Popen(command, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                                                   stdout=stream, stderr=stream))

    # --- On the bus ---------------------------------------------------------------------------------------------

    def has_host(self):
        return self.bus.get(WATCHER, "/StatusNotifierWatcher", WATCHER, "IsStatusNotifierHostRegistered")

    def items(self):
        """The bus names of the icons that are registered."""
        entries = self.bus.get(WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")
        return [re.match(r"[^/]+", entry).group(0) for entry in entries]

    def item(self):
        """The bus name of the only icon."""
        return wait_until(self.items, f"an icon in the tray of {self.program}")[0]

    def property(self, what):
        return self.bus.get(self.item(), "/StatusNotifierItem", ITEM, what)

    def menu(self):
        """The menu as the bus has it: [(id, properties, children)]."""
        def plain(node):
            return node[0], node[1], [plain(child) for child in node[2]]
        layout = self.bus.call(self.item(), "/MenuBar", "com.canonical.dbusmenu", "GetLayout",
                               GLib.Variant("(iias)", (0, -1, [])))
        return plain(layout[1])[2]

    def labels(self):
        return [properties.get("label", "-") for _, properties, _ in self.menu()]

    def click_item(self, number):
        """What a host tells when this item of the menu was clicked."""
        self.bus.call(self.item(), "/MenuBar", "com.canonical.dbusmenu", "Event",
                      GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0)))

    # --- On the screen --------------------------------------------------------------------------------------------

    @staticmethod
    def strip():
        """The pixels of the panel."""
        return subprocess.run(["import", "-window", "root", "-crop", f"{WIDTH}x{HEIGHT}+0+0", "-depth", "8", "rgb:-"],
                              check=True, capture_output=True, timeout=PATIENCE).stdout

    def find_colour(self, colour):
        """Where on the panel this colour (0xRRGGBB) is seen first, or None."""
        strip = self.strip()
        wanted = colour.to_bytes(3, "big")
        at = strip.find(wanted)
        while at >= 0 and at % 3 != 0:
            at = strip.find(wanted, at + 1)
        return (at // 3 % WIDTH, at // 3 // WIDTH) if at >= 0 else None

    def wait_colour(self, colour):
        return wait_until(lambda: self.find_colour(colour), f"the colour {colour:06x} on {self.program}")

    def click(self, colour, button=1):
        x, y = self.wait_colour(colour)
        subprocess.run(["xdotool", "mousemove", str(x), str(y), "click", str(button)], check=True,
                       timeout=PATIENCE)


class XfcePanel(Panel):
    program = "xfce4-panel"

    def write_config(self):
        write(os.path.join(os.environ["XDG_CONFIG_HOME"], "xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml"),
              XFCE_CONFIG)

    def start_panel(self):
        self.start(xfce_daemon("xfconf/xfconfd"))
        wait_until(lambda: self.bus.has("org.xfce.Xfconf"), "the settings of Xfce")
        self.start(self.program, "--disable-wm-check")


class LxqtPanel(Panel):
    program = "lxqt-panel"

    def write_config(self):
        write(os.path.join(os.environ["XDG_CONFIG_HOME"], "lxqt/panel.conf"), LXQT_CONFIG)

    def start_panel(self):
        self.start(self.program, QT_QPA_PLATFORM="xcb", XDG_CURRENT_DESKTOP="LXQt")
