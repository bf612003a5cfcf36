#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what ninja must build so that the tests of some suites can run: test-targets.py BUILD SUITE..."""

import json
import os
import sys


def main():
    build = os.path.abspath(sys.argv[1])
    wanted = set(sys.argv[2:])

    def load(name):
        with open(os.path.join(build, "meson-info", f"intro-{name}.json"), encoding="utf-8") as stream:
            return json.load(stream)

    needed = {target for test in load("tests") for target in test["depends"]
              if wanted & {suite.rpartition(":")[2] for suite in test["suite"]}}
    for target in load("targets"):
        # Tests read files that are made, without being told of them.
        if target["id"] in needed or (target["type"] == "custom" and target["build_by_default"]):
            print("\n".join(os.path.relpath(path, build) for path in target["filename"]))


main()
