#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made from the table of verbs: help, completions, the manual page."""

import os
import re
import shutil
import subprocess

from flowtest import BUILD, FLOWCTL, run

COMPLETE = """
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_flowctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(place, *words):
    script = os.path.join(BUILD, "src", "cli", "flowctl.bash")
    done = subprocess.run(["bash", "--norc", "-c", COMPLETE, "bash", script, "flowctl", *words], capture_output=True,
                          cwd=place.folder("empty"), env=place.env, text=True)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.split()


def verbs(place):
    return re.findall(r"^  ([a-z]+) ", place.text("--help").split("\nOptions")[0], re.MULTILINE)


def test_help(place):
    names = verbs(place)
    for name in ("status", "traces", "trace", "services", "metrics", "tail", "search", "open", "record", "import",
                 "export", "sql", "mark", "erase", "db", "settings", "pair", "doctor", "completion"):
        assert name in names, (name, names)
    for name in names:
        text = place.text(name, "--help")
        assert text.startswith(f"Usage: flowctl {name}") and "--json" in text, text
        assert all(len(line) <= 100 for line in text.splitlines()), text
    assert re.match(r"flowctl \d+\.\d+", place.text("--version"))


def test_bash(place):
    assert set(verbs(place)) <= set(complete(place, "")), complete(place, "")
    assert complete(place, "tra") == ["traces", "trace"]
    assert complete(place, "traces", "--min") == ["--min-duration"]
    assert complete(place, "traces", "--sort", "d") == ["duration"]
    assert complete(place, "traces", "--sort", "=", "d") == ["duration"]
    assert complete(place, "db", "v") == ["vacuum", "validate"]
    assert complete(place, "settings", "") == ["list", "get", "set", "reset", "import"]
    assert "--json" in complete(place, "db", "check", "--")


def test_other_shells(place):
    for shell in ("zsh", "fish"):
        text = place.text("completion", shell)
        assert "min-duration" in text and "vacuum" in text
        if shutil.which(shell):
            script = place.write("script", text)
            done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
            assert done.returncode == 0, done
    place.ctl("completion", "cmd", status=2)


def test_manual_page(place):
    page = os.path.join(BUILD, "src", "cli", "flowctl.1")
    with open(page, encoding="utf-8") as stream:
        text = stream.read()
    assert text.startswith('.TH FLOWCTL 1 ')
    for name in verbs(place):
        assert f'.SS "flowctl {name}' in text, name
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], capture_output=True,
                              text=True, env={**place.env, "MANWIDTH": "100"})
        assert done.returncode == 0 and not done.stderr, done.stderr
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-Tlint", "-Werror", page], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_build_made_them(place):
    for shell, name in (("bash", "flowctl.bash"), ("zsh", "_flowctl"), ("fish", "flowctl.fish")):
        with open(os.path.join(BUILD, "src", "cli", name), encoding="utf-8") as stream:
            assert stream.read() == place.text("completion", shell)
    assert subprocess.run([FLOWCTL, "man"], capture_output=True, env=place.env).returncode == 0


run(globals())
