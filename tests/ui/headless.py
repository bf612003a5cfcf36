#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop nobody sees: an X server, a D-Bus session with accessibility, and folders of its own.

headless.py [--size 1280x800] [--wm openbox|none] [--services FOLDER]... [--] COMMAND...

Runs COMMAND on it and ends with its status. No service of this machine is started on its bus, only accessibility and
what the folders given with --services declare: a test sees what it asked for, whatever is installed."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

# The window manager gives focus and obeys sizes, as on anyone's desktop.
DEFAULT_WM = "openbox"
A11Y_SERVICES = ("org.a11y.Bus.service", "org.a11y.atspi.Registry.service")
SERVICE_FOLDERS = ("/usr/share/dbus-1/services", "/usr/share/dbus-1/accessibility-services",
                   "/usr/local/share/dbus-1/services")
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><keep_umask/><listen>unix:dir={top}</listen><auth>EXTERNAL</auth>{folders}
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


class Desktop:
    """Context manager; `env` is what programs on this desktop get."""

    def __init__(self, size="1280x800", wm=DEFAULT_WM, services=()):
        self.size, self.wm, self.services = size, wm, list(services)
        self.processes = []
        self.env = dict(os.environ)

    def __enter__(self):
        self.top = os.path.realpath(tempfile.mkdtemp(prefix="flow-ui-"))
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
            self.env[name] = os.path.join(self.top, name.lower())
            os.mkdir(self.env[name], 0o700)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP",
                     "AT_SPI_BUS_ADDRESS", "GTK_THEME", "GTK_MODULES", "DESKTOP_STARTUP_ID", "XAUTHORITY"):
            self.env.pop(name, None)
        # Software rendering by Cairo is the same everywhere; no portal of this machine answers for the user.
        self.env.update({"GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "LIBGL_ALWAYS_SOFTWARE": "1",
                         "GDK_DEBUG": "gl-disable", "GTK_USE_PORTAL": "0", "ADW_DISABLE_PORTAL": "1",
                         "GSETTINGS_BACKEND": "memory", "GIO_USE_VFS": "local", "NO_AT_BRIDGE": "0"})
        try:
            self.env["DISPLAY"] = ":" + self.start_x()
            self.env["DBUS_SESSION_BUS_ADDRESS"] = self.start_bus()
            if self.wm != "none":
                self.start_wm()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self, command, **more):
        """Start a program that lives as long as the desktop; what it says goes to a log file."""
        log = os.path.join(self.top, os.path.basename(command[0]) + ".log")
        with open(log, "ab") as stream:
            process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                                       **more)
        self.processes.append(process)
        return process

    def start_and_read(self, command, what):
        """Start a program that writes one line to the file descriptor put in place of `{}`; returns that line."""
        read, write = os.pipe()
        process = self.start([part.replace("{}", str(write)) for part in command], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as stream:
            line = stream.readline().strip()
        if not line:
            with open(os.path.join(self.top, os.path.basename(command[0]) + ".log"), encoding="utf-8") as stream:
                raise RuntimeError(f"{what} did not start ({process.wait()}): {stream.read()}")
        return line

    def start_x(self):
        # With -noreset it stays as it is when its last client goes; else who comes at that moment is turned away.
        return self.start_and_read(["Xvfb", "-displayfd", "{}", "-screen", "0", self.size + "x24", "-nolisten", "tcp",
                                    "-ac", "-noreset", "+extension", "RANDR"], "Xvfb")

    def start_bus(self):
        a11y = os.path.join(self.top, "services")
        os.mkdir(a11y)
        for name in A11Y_SERVICES:
            for folder in SERVICE_FOLDERS:
                if os.path.exists(os.path.join(folder, name)):
                    shutil.copy(os.path.join(folder, name), a11y)
                    break
        folders = "".join(f"<servicedir>{folder}</servicedir>" for folder in [a11y, *self.services])
        config = os.path.join(self.top, "bus.conf")
        with open(config, "w", encoding="utf-8") as stream:
            stream.write(BUS_CONFIG.format(top=self.top, folders=folders))
        return self.start_and_read(["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address={}"],
                                   "dbus-daemon")

    def start_wm(self):
        """A window that comes before it is moved, and loses the focus, when it has come."""
        process = self.start([self.wm])
        while subprocess.run(["xdotool", "get_desktop"], env=self.env, capture_output=True).returncode != 0:
            if process.poll() is not None:
                raise RuntimeError(f"{self.wm} ended with {process.returncode}")
            threading.Event().wait(0.01)

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait()
        shutil.rmtree(self.top, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--wm", default=DEFAULT_WM)
    parser.add_argument("--services", action="append", default=[], metavar="FOLDER")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        parser.error("which command?")
    # The end by a time limit of meson must not leave an X server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Desktop(given.size, given.wm, given.services) as desktop:
        status = subprocess.run(command, env=desktop.env).returncode
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
