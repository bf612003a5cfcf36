#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting with the desktop: the setting makes the file, and the file starts the program without a window."""

import configparser
import os
import shlex
import subprocess

from app import APP_ID, App, run
from flowtest import FLOWCTL, PATIENCE, wait_until
from panels import Bus


def path(place):
    return os.path.join(place.env["XDG_CONFIG_HOME"], "autostart", APP_ID + ".desktop")


def set_setting(app, value):
    subprocess.run([FLOWCTL, "settings", "set", "ui.autostart", value], env=app.env, check=True, capture_output=True,
                   timeout=PATIENCE)


def test_autostart(place):
    bus = Bus()
    with App(place, "--background", window=False) as app:
        app.wait_hub()
        set_setting(app, "true")
        app.wait_until(lambda: os.path.exists(path(place)), "the autostart file")
        env = app.env
    subprocess.run(["desktop-file-validate", path(place)], check=True, timeout=PATIENCE)
    entry = configparser.ConfigParser(interpolation=None, strict=True)
    entry.read(path(place), encoding="utf-8")
    command = shlex.split(entry["Desktop Entry"]["Exec"])
    wait_until(lambda: not bus.has(APP_ID), "the end")

    started = subprocess.Popen(command, env=env, cwd="/")
    try:
        wait_until(lambda: os.path.exists(os.path.join(env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")), "the hub")
        assert bus.has(APP_ID)
        windows = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(started.pid)], env=env,
                                 capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert windows.stdout == "", windows
        subprocess.run([FLOWCTL, "settings", "set", "ui.autostart", "false"], env=env, check=True,
                       capture_output=True, timeout=PATIENCE)
        wait_until(lambda: not os.path.exists(path(place)), "no autostart file")
    finally:
        started.terminate()
        assert started.wait(PATIENCE) == 0


run(globals())
