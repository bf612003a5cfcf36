#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop starts the program over D-Bus, as the service file says, and works with it as the desktop file says."""

import os
import subprocess

import a11y
from app import APP, APP_ID, BUILD, DISPLAY_ENV, PORTS, desktop, run, settings_ini, wait_until

SERVICES = os.path.join(BUILD, "tests", "ui", "services")
PATH = "/org/flowscope/FlowScope"


def write_service():
    """The service file of the build, for a program that is not installed."""
    os.makedirs(SERVICES, exist_ok=True)
    with open(os.path.join(BUILD, "data", APP_ID + ".service"), encoding="utf-8") as stream:
        text = stream.read()
    prefix = text.split("Exec=")[1].split("/flowscope")[0]
    with open(os.path.join(SERVICES, APP_ID + ".service"), "w", encoding="utf-8") as stream:
        stream.write(text.replace(prefix + "/flowscope", APP))


def call(method, *arguments):
    return subprocess.run(["gdbus", "call", "--session", "--dest", APP_ID, "--object-path", PATH, "--method", method,
                           *arguments], check=True, capture_output=True, text=True).stdout


def prepare():
    """The bus starts programs with the folders of the desktop, not with those of the case."""
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "flowscope")
    os.makedirs(folder)
    with open(os.path.join(folder, "settings.ini"), "w", encoding="utf-8") as stream:
        stream.write(settings_ini({f"ports.{name}": "0" for name in PORTS}))


def owner():
    """Process id of who has our name on the bus, or 0."""
    done = subprocess.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path",
                           "/org/freedesktop/DBus", "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID",
                           APP_ID], capture_output=True, text=True)
    return int(done.stdout.split()[1].strip(",)")) if done.returncode == 0 else 0


def windows(pid):
    application = a11y.application_of(pid)
    return [node for node in a11y.children(application) if a11y.visible(node)] if application else []


def quit_program(pid):
    call("org.gtk.Actions.Activate", "quit", "[]", "{}")
    wait_until(lambda: not os.path.exists(f"/proc/{pid}") or open(f"/proc/{pid}/stat").read().split(") ")[1][0] == "Z",
               "the end of the program")


@desktop(services=[SERVICES])
def test_activate(place):
    assert all(name in os.environ for name in DISPLAY_ENV)
    prepare()
    assert owner() == 0
    call("org.freedesktop.Application.Activate", "{}")
    pid = wait_until(owner, "the program")
    wait_until(lambda: windows(pid), "its window")
    # A second start is the same program.
    call("org.freedesktop.Application.Activate", "{}")
    assert owner() == pid and len(windows(pid)) == 1
    quit_program(pid)


@desktop(services=[SERVICES])
def test_action_starts_it(place):
    """"Show the Log" of the desktop file, while the program does not run."""
    prepare()
    call("org.freedesktop.Application.ActivateAction", "show-log", "[]", "{}")
    pid = wait_until(owner, "the program")
    wait_until(lambda: any(a11y.find(window, None, "Clear the log") for window in windows(pid)), "the log page")
    quit_program(pid)


write_service()
run(globals())
