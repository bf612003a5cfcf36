#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`./dev exec` becomes the program: nothing printed, nothing built; everything else says how it is used."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

DEV = Path(sys.argv.pop(1))


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name) / "a tree"
        self.root.mkdir()
        shutil.copy(DEV, self.root / "dev")

    def program(self, text):
        path = self.root / "build/src/cli/flowctl"
        path.parent.mkdir(parents=True)
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def dev(self, *arguments, cwd=None):
        return subprocess.run([self.root / "dev", *arguments], cwd=cwd, capture_output=True, text=True, check=False)

    def test_exec_becomes_the_program(self):
        self.program('printf "%s|" "$PWD" "$@"; echo $$ >&2; exit 7')
        with subprocess.Popen([self.root / "dev", "exec", "flowctl", "a b", "", "--json"], cwd="/",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            out, err = child.communicate()
        self.assertEqual((out, child.returncode), ("/|a b||--json|", 7))
        self.assertEqual(err, f"{child.pid}\n")

    def test_exec_through_a_link(self):
        self.program("echo here")
        link = Path(self.folder.name) / "link"
        os.symlink(self.root / "dev", link)
        self.assertEqual(subprocess.run([link, "exec", "flowctl"], capture_output=True, check=True).stdout, b"here\n")

    def test_exec_of_what_is_not_there(self):
        for arguments in (["flowctl"], ["../dev"], ["no-such-program", "--help"], []):
            done = self.dev("exec", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse((self.root / "build").exists())

    def test_run_without_a_display(self):
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        done = subprocess.run([self.root / "dev", "run"], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("./dev run --headless", done.stderr)
        self.assertFalse((self.root / "build").exists())

    def test_usage(self):
        self.assertEqual(self.dev().returncode, 0)
        self.assertIn("exec PROGRAM", self.dev("--help").stdout)
        wrong = self.dev("no-such-command")
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))


unittest.main()
