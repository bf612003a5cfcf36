#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the FlowError enumeration or its table from data/protocol/errors.json."""

import json
import sys

HEAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* Generated from data/protocol/errors.json. */\n"


def constant(code):
    return "FLOW_ERROR_" + code.upper()


def header(errors):
    lines = [HEAD, "#pragma once\n", "typedef enum", "{"]
    lines += [f"  {constant(e['code'])},{'':2}/* {e['advice']} */" for e in errors]
    lines += ["} FlowError;\n", f"#define FLOW_N_ERRORS {len(errors)}"]
    return "\n".join(lines) + "\n"


def table(errors):
    lines = [HEAD, '#include "base/flow-error.h"\n', "const FlowErrorInfo flow_error_table[FLOW_N_ERRORS] = {"]
    for e in errors:
        row = f"{json.dumps(e['code'])}, {e['http']}, {e['close']}, {json.dumps(e['advice'])}"
        lines.append(f"  [{constant(e['code'])}] = {{ {row} }},")
    return "\n".join(lines + ["};"]) + "\n"


def main():
    kind, source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as stream:
        errors = json.load(stream)["errors"]
    with open(target, "w", encoding="utf-8") as stream:
        stream.write(header(errors) if kind == "header" else table(errors))


main()
