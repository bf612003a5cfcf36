# SPDX-License-Identifier: GPL-3.0-or-later
"""GNOME's keyring on the desktop of a test, unlocked, then locked as when the user went away."""

import os
import shutil
import subprocess

from flowtest import PATIENCE, Skip, wait_until

NAME = "org.freedesktop.secrets"
LOGIN = "/org/freedesktop/secrets/collection/login"


def call(env, name, path, method, *arguments):
    return subprocess.run(["gdbus", "call", "--session", "--dest", name, "--object-path", path, "--method", method,
                           *arguments], env=env, capture_output=True, text=True, timeout=PATIENCE)


class Keyring:
    def __init__(self, place, password="test"):
        if not shutil.which("gnome-keyring-daemon"):
            raise Skip("there is no gnome-keyring-daemon")
        self.env = {**place.env, "DBUS_SESSION_BUS_ADDRESS": os.environ["DBUS_SESSION_BUS_ADDRESS"]}
        self.process = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"],
                                        env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.process.stdin.write(password.encode())
        self.process.stdin.close()
        wait_until(self.is_there, "the keyring")

    def is_there(self):
        """Whether the name is this one's: that of one that was killed is taken back a little later."""
        owner = call(self.env, "org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetConnectionUnixProcessID", NAME)
        return f"uint32 {self.process.pid}," in owner.stdout

    def ask(self, what):
        return call(self.env, NAME, LOGIN, "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Collection",
                    what).stdout

    def lock(self):
        call(self.env, NAME, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", f"[objectpath '{LOGIN}']")
        wait_until(lambda: "true" in self.ask("Locked"), "a keyring that is locked")

    @property
    def items(self):
        """How many secrets are in it."""
        return self.ask("Items").count("/org/freedesktop/secrets/collection/login/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(PATIENCE)
