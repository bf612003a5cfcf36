#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table in data/settings.md, the schema and, when it is given, `flowctl settings list` name the same keys."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml


def schema_keys(path):
    keys = {}
    for schema in xml.parse(path).getroot().iter("schema"):
        section = schema.get("id").removeprefix("org.flowscope").lstrip(".")
        for key in schema.iter("key"):
            name = f"{section}.{key.get('name')}" if section else key.get("name")
            limits = key.find("range")
            keys[name] = {
                "default": key.findtext("default").strip().strip('"'),
                "range": f"{limits.get('min')} to {limits.get('max')}" if limits is not None else "",
                "texts": [key.findtext("summary"), key.findtext("description")],
            }
    return keys


def table_rows(path):
    rows = {}
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) == 5 and re.fullmatch(r"`[a-z.-]+`", cells[0]):
                rows[cells[0].strip("`")] = {"default": cells[1].strip("`"), "range": cells[2],
                                               "of": cells[3]}
    return rows


def compare(keys, rows):
    for name in sorted(set(keys) | set(rows)):
        if name not in rows:
            yield f"{name} is in the schema, not in the table"
        elif name not in keys:
            yield f"{name} is in the table, not in the schema"
        else:
            for what in ("default", "range"):
                if keys[name][what] != rows[name][what]:
                    yield f"{name}: the {what} is {keys[name][what]!r} in the schema, {rows[name][what]!r} in the table"


def main():
    schema, table = sys.argv[1:3]
    keys = schema_keys(schema)
    problems = list(compare(keys, table_rows(table)))
    problems += [f"{name} has no summary or description" for name, key in keys.items() if not all(key["texts"])]
    if len(sys.argv) > 3:
        listed = json.loads(subprocess.run([sys.argv[3], "settings", "list", "--json"], check=True,
                                           capture_output=True).stdout)
        names = {row["key"] for row in listed}
        rows = table_rows(table)
        problems += [f"{row['key']} is of the {row['of']}, the table says otherwise" for row in listed
                     if rows.get(row["key"], row).get("of") != row["of"]]
        problems += [f"{name} is only in one of the schema and flowctl settings list" for name in names ^ set(keys)]
    print("\n".join(problems) or f"{len(keys)} settings")
    sys.exit(1 if problems else 0)


main()
