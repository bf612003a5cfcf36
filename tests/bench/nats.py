#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""NATS over WebSocket, to measure beside: prints its port and process, and ends with its standard input."""

import re
import subprocess
import sys
import tempfile

CONFIG = """
listen: "127.0.0.1:-1"
max_connections: 20000
websocket { listen: "127.0.0.1:-1", no_tls: true }
"""
PORT = re.compile(r"Listening for websocket clients on ws://127\.0\.0\.1:(\d+)")


def main():
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write(CONFIG)
        config.flush()
        with subprocess.Popen(["nats-server", "--config", config.name], stderr=subprocess.PIPE, text=True) as server:
            for line in server.stderr:
                if found := PORT.search(line):
                    print(found.group(1), server.pid, flush=True)
                    break
            sys.stdin.read()
            server.terminate()


main()
