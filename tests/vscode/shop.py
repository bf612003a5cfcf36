# SPDX-License-Identifier: GPL-3.0-or-later
"""A program as people have it in a folder of their own, shop.js, and what runs it."""

import os
import shutil
import subprocess

from vscode import HERE, SOURCE

SDK = os.path.join(SOURCE, "tests", "e2e", "node", "node_modules")
PROGRAM = os.path.join(HERE, "shop.js")
# Where checkout names its line.
with open(PROGRAM, encoding="utf-8") as stream:
    LINE = next(number for number, text in enumerate(stream, 1) if "startActiveSpan" in text)


def make_folder(place, name):
    """A folder with shop.js, the SDK, and app.js with a function in each of its 120 lines."""
    folder = place.folder(name)
    place.write(f"{name}/app.js", "".join(f"function f{i}() {{ return {i}; }}\n" for i in range(1, 121)))
    shutil.copy(PROGRAM, folder)
    os.symlink(SDK, os.path.join(folder, "node_modules"))
    return folder


def run_shop(place, folder, otlp, spans=1):
    env = {**place.env, "SPANS": str(spans), "OTEL_SERVICE_NAME": "shop", "OTEL_TRACES_EXPORTER": "otlp",
           "OTEL_METRICS_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
           "OTEL_EXPORTER_OTLP_ENDPOINT": otlp}
    done = subprocess.run(["node", os.path.join(folder, "shop.js")], env=env, capture_output=True, text=True, check=True)
    assert not done.stderr, done
