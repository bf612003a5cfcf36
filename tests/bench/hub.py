#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hub, to measure its channels: prints its port, process and token, and ends with its standard input."""

import json
import os
import subprocess
import sys
import tempfile

HUB = os.path.join(os.environ["FLOW_TEST_BUILD_ROOT"], "src", "daemon", "flowscope-hub")


def main():
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "HOME": folder}
        for name in ("DATA_HOME", "CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
            env["XDG_" + name] = os.path.join(folder, name)
            os.mkdir(env["XDG_" + name], 0o700)
        with subprocess.Popen([HUB, "--port", "0", "--otlp-port", "0"], env=env, stdout=subprocess.PIPE) as hub:
            hub.stdout.readline()
            with open(os.path.join(env["XDG_RUNTIME_DIR"], "flowscope", "hub.json"), encoding="utf-8") as stream:
                found = json.load(stream)
            print(found["port"], hub.pid, found["token"], flush=True)
            sys.stdin.read()
            hub.terminate()


main()
