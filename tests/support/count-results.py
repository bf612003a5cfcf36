#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print "PASSED FAILED" for a testlog.json of meson: cases where a test speaks TAP, else whole tests."""

import json
import re
import sys

CASE = re.compile(r"^(not ok|ok) \d+(?! .*# SKIP)", re.MULTILINE)


def main():
    passed = failed = 0
    with open(sys.argv[1], encoding="utf-8", errors="replace") as stream:
        for line in stream:
            test = json.loads(line)
            cases = CASE.findall(test.get("stdout", ""))
            good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
            passed += cases.count("ok") if cases else int(test["result"] == "OK")
            broken = cases.count("not ok")
            failed += broken if broken or good else 1
    print(passed, failed)


main()
