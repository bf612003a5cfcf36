#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of FlowMessageType from data/protocol/messages.json."""

import json
import sys

HEAD = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n/* Generated from data/protocol/messages.json. */\n"
HANDLED = {
    "never": "FLOW_MESSAGE_HANDLED_NEVER",
    "hub": "FLOW_MESSAGE_HANDLED_BY_HUB",
    "editors": "FLOW_MESSAGE_HANDLED_FOR_EDITORS",
    "always": "FLOW_MESSAGE_HANDLED_ALWAYS",
}


def mask(kinds):
    """The hub itself may send and get everything."""
    names = ["desktop_app"] + kinds
    return " | ".join(f"FLOW_CHANNEL_KIND_MASK (FLOW_CHANNEL_KIND_{name.upper()})" for name in names)


def row(message):
    members = {
        "name": json.dumps(message["type"]),
        "length": len(message["type"]),
        "schema": json.dumps(message["type"] + ".json"),
        "senders": mask(message["from"]),
        "receivers": mask(message["to"]),
        "capability": json.dumps(message["capability"]) if "capability" in message else "NULL",
        "handled": HANDLED[message["handled"]],
        "never_stored": "FALSE" if message["stored"] else "TRUE",
        "droppable": "TRUE" if message["droppable"] else "FALSE",
        "priority": message["priority"],
        "expires_s": message["expires_s"],
    }
    return "  {\n" + "".join(f"    .{name} = {value},\n" for name, value in members.items()) + "  },"


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as stream:
        messages = json.load(stream)["messages"]
    # By length, so that a name is compared with few others.
    messages.sort(key=lambda message: (len(message["type"]), message["type"]))
    longest = max(len(message["type"]) for message in messages)
    first = [sum(len(message["type"]) < length for message in messages) for length in range(longest + 2)]
    lines = [HEAD, '#include "message/flow-message-type-private.h"\n']
    lines += [f"const guint flow_message_n_types = {len(messages)};", f"const guint flow_message_longest_type = {longest};\n"]
    lines += ["const guint8 flow_message_first_type[] = { " + ", ".join(map(str, first)) + " };\n"]
    lines += ["const FlowMessageType flow_message_types[] = {"] + [row(message) for message in messages] + ["};"]
    with open(target, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")


main()
