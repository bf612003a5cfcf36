#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print "PASSED FAILED" for a testlog.json of meson: cases where a test speaks TAP, else whole tests.

What failed is said again on stderr, with the end of what it printed."""

import json
import re
import sys

# Lines of a failed test that are shown.
LAST = 25
CASE = re.compile(r"^(not ok|ok) \d+(?! .*# SKIP)", re.MULTILINE)


def tell(test):
    print(f"--- {test['name']}: {test['result']}", file=sys.stderr)
    failed = [line for line in test.get("stdout", "").splitlines() if line.startswith("not ok")]
    last = (test.get("stdout", "") + test.get("stderr", "")).splitlines()[-LAST:]
    print("\n".join(failed + last), file=sys.stderr)


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
            if broken or not good:
                tell(test)
    print(passed, failed)


main()
