#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Meson wrote of a stage: testlog.json, and again.json when some tests ran once more, alone.

count-results.py chance FOLDER   print the names of the tests that may have failed by chance
count-results.py count FOLDER    print "PASSED FAILED NAME...": cases where a test speaks TAP, else whole tests; NAME is
                                 what passed only the second time

What failed is said again on stderr, with the end of what it printed the first time; of what passed then, the reason."""

import json
import os
import re
import sys

# Lines of a failed test that are shown.
LAST = 25
CASE = re.compile(r"^(not ok|ok) \d+(?! .*# SKIP)", re.MULTILINE)
# They drive desktops, browsers and editors, where time matters. When more of them fail, it is no chance.
REAL = {"e2e", "ui", "vscode"}
MOST = 5
# This is never chance, however seldom it is seen.
SANITIZER = re.compile(r"ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ")
# The line of a report that says why: of Python, of GLib's assertions, of JavaScript.
REASON = re.compile(r"^[# ]*\S*(Error|Exception|ERROR)\b.*", re.MULTILINE)


def read(folder, name):
    """Results by the names of their tests."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8", errors="replace") as stream:
        return {test["name"].rpartition(" / ")[2]: test for test in map(json.loads, stream)}


def output(test):
    return test.get("stdout", "") + test.get("stderr", "")


def count(test):
    cases = CASE.findall(test.get("stdout", ""))
    good = test["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    passed = cases.count("ok") if cases else int(test["result"] == "OK")
    broken = cases.count("not ok")
    return passed, broken if broken or good else 1


def tell(name, test, what, last=LAST):
    text = output(test)
    lines = text.splitlines()
    failed = [line for line in lines if line.startswith("not ok")]
    reasons = [found.group() for found in REASON.finditer(text)][-3:]
    print("\n".join([f"--- {name}: {what}", *failed, *reasons, *(lines[-last:] if last else [])]), file=sys.stderr)


def chance(folder):
    tests = {name: test for name, test in read(folder, "testlog.json").items() if count(test)[1]}
    real = [name for name, test in tests.items()
            if REAL & set(re.split("[:+]", test["name"].rpartition(" / ")[0])) and not SANITIZER.search(output(test))]
    if len(real) <= MOST:
        print("".join(name + "\n" for name in real), end="")


def main(folder):
    passed = failed = 0
    again, names = read(folder, "again.json"), []
    # Without this file there is nothing to count.
    os.stat(os.path.join(folder, "testlog.json"))
    for name, test in read(folder, "testlog.json").items():
        good, bad = count(test)
        if bad and name in again and not count(again[name])[1]:
            tell(name, test, "passed only when run again; the first time:", last=0)
            names.append(name)
            good, bad = count(again[name])
        elif bad:
            tell(name, test, test["result"] + (", also when run again" if name in again else ""))
        passed, failed = passed + good, failed + bad
    print(passed, failed, *names)


{"chance": chance, "count": main}[sys.argv[1]](sys.argv[2])
