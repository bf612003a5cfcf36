# SPDX-License-Identifier: GPL-3.0-or-later
"""A page with all kinds of fields, in a Chromium of its own: drive-fields.js."""

import json
import os
import subprocess

from flowtest import BUILD, PATIENCE, Skip

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["textarea", "input", "contenteditable", "react", "codemirror5", "codemirror6", "monaco", "ace"]


class FieldPage:
    """The page, by the program that drives it."""

    def __init__(self, hub, place):
        self.process = subprocess.Popen(
            ["node", os.path.join(HERE, "drive-fields.js"), BUILD, f"ws://127.0.0.1:{hub.discovery['port']}/web-dev-sync/ws"],
            env=place.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        site = self.process.stdout.readline().strip()
        if not site.startswith("http"):
            raise Skip(site)
        place.ctl("pair", "allow", site)

    def __call__(self, *order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
