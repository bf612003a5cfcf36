#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""data/protocol/errors.json: every row complete, every code once, numbers that mean something on the wire."""

import json
import re
import sys


def check(error):
    if set(error) != {"code", "http", "close", "advice"}:
        yield "has other members than code, http, close, advice"
        return
    if not re.fullmatch(r"[a-z][a-z0-9_]*", error["code"]):
        yield "is no lower-case code"
    if not 400 <= error["http"] <= 599:
        yield f"has the HTTP status {error['http']}, which is no error"
    # RFC 6455, section 7.4: what an endpoint may send, and the private range.
    if error["close"] not in {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013} | set(range(4400, 4500)):
        yield f"has the close code {error['close']}, which may not be sent"
    if not re.fullmatch(r"[A-Z].*\.", error["advice"]):
        yield "has an advice that is no sentence"


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        errors = json.load(stream)["errors"]
    codes = [error.get("code") for error in errors]
    problems = [f"{error.get('code')} {problem}" for error in errors for problem in check(error)]
    problems += [f"{code} stands there twice" for code in sorted(set(codes)) if codes.count(code) > 1]
    if codes[0] != "failed":
        problems.append("the first code must be failed: it is what an unknown error counts as")
    print("\n".join(problems) or f"{len(codes)} errors")
    sys.exit(1 if problems else 0)


main()
