#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Visual Studio Code beside a hub that syncs: its menu says how it is, and decides what two devices changed."""

import os
import sys

sys.path.insert(1, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "e2e"))
from shop import make_folder  # noqa: E402
from syncdevice import Cloud, SyncDevice, run  # noqa: E402
from vscode import STATUS, Editor  # noqa: E402

ROW = ".quick-input-list .monaco-list-row"


def open_menu(window, text):
    """By a click on the item in the status bar, as people do."""
    window.click(selector=f"{STATUS} >> a")
    window.wait(selector=ROW, text=text)


def choose(window, text):
    window.click(selector=ROW, text=text)
    window.wait(selector=ROW, text=text, gone=True)


def test_menu(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.login(cloud.url, "--register")
        laptop.login(cloud.url)
        desk.trace(1)
        desk.mark(1, note="slow on Mondays")
        laptop.wait_for(1, note="slow on Mondays")
        desk.wait()
        with Editor(desk.place) as editor:
            window = editor.open("a", make_folder(desk.place, "shop"))
            window.wait_status("Connected to FlowScope")
            window.wait_status("Everything is synced")
            cloud.kill()
            desk.mark(1, note="slow on Fridays")
            laptop.mark(1, note="slow every day")
            desk.wait_for_pending(1)
            desk.wait_for_state("offline")
            open_menu(window, "Sync: offline")
            window.shot("sync-offline")
            window.press(key="Escape")
            cloud.again()
            desk.wait_for_conflicts(1)
            open_menu(window, "1 conflict needs your decision")
            window.shot("sync-menu")
            choose(window, "1 conflict needs your decision")
            window.wait(selector=ROW, text="Keep Laptop")
            window.shot("sync-conflict")
            choose(window, "Keep Laptop")
            for device in (desk, laptop):
                device.wait_for(1, note="slow every day")
                device.wait_for_conflicts(0)
            window.wait_status("Everything is synced")


if __name__ == "__main__":
    run(globals())
