#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule of check-source.py finds what it should and leaves good code alone."""

import importlib.util
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("check_source", HERE / "check-source.py")
check_source = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_source)

HEAD = '/* SPDX-License-Identifier: GPL-3.0-or-later */\n#define G_LOG_DOMAIN "flow-x"\n'


class Rules(unittest.TestCase):
    def problems(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return check_source.Checker(root, sorted(files)).run()

    def c(self, body, name="src/store/flow-x.c"):
        return self.problems({name: HEAD + body})

    def assert_one(self, found, text):
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def test_good(self):
        self.assertEqual(self.c('#include "base/flow-error.h"\n#include "store/flow-store.h"\n'), [])
        self.assertEqual(self.c('/* strcpy () and goto in a comment */\nconst char *a = "strcpy (a) goto";\n'), [])
        self.assertEqual(self.c("static const int many[] =\n{\n" + "  1,\n" * 100 + "};\n"), [])

    def test_templates(self):
        head = "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
        potfiles = {"po/POTFILES": "src/app/a.ui\n"}
        good = head + '<property name="label" translatable="1">Open</property>\n<property name="title">FlowScope</property>\n'
        self.assertEqual(self.problems({"src/app/a.ui": good, **potfiles}), [])
        self.assert_one(self.problems({"src/app/b.ui": good, "src/app/a.ui": good, **potfiles}), "src/app/b.ui is missing")
        self.assert_one(self.problems({"src/app/a.ui": head + '<property name="label">Open</property>\n', **potfiles}),
                        "not translatable")

    def test_floors(self):
        self.assert_one(self.c('#include "trace/flow-span-batch.h"\n'), "climbs")
        self.assert_one(self.c('#include "launch/flow-spawn.h"\n'), "climbs")
        self.assert_one(self.c('#include "flow-store.h"\n'), "write the folder")
        self.assert_one(self.c("", "src/attic/flow-x.c"), "has no floor")
        self.assertEqual(self.c('#include "hub/flow-hub.h"\n', "src/hub/doorways/flow-otlp.c"), [])

    def test_lengths(self):
        self.assert_one(self.c("int a;\n" * 800), "802 lines")
        self.assert_one(self.c("int\nf (void)\n{\n" + "  g ();\n" * 81 + "}\n"), "a function of 81 lines")
        self.assertEqual(self.c("int\nf (void)\n{\n" + "  g ();\n" * 80 + "}\n"), [])
        self.assert_one(self.c("int " + "a" * 120 + ";\n"), "columns")

    def test_calls(self):
        self.assert_one(self.c("  strcpy (a, b);\n"), "strcpy")
        self.assert_one(self.c("  system (a);\n"), "system")
        self.assert_one(self.c("  goto out;\n"), "goto")
        self.assertEqual(self.c("  g_thread_new (a, b, c);\n"), [])
        self.assert_one(self.c("  g_thread_new (a, b, c);\n", "src/trace/flow-x.c"), "flow-worker.h")
        self.assertEqual(self.c("  self->system (a);\n  my_strcpy (a, b);\n"), [])
        self.assert_one(self.c("  g_usleep (1);\n", "tests/store/test-x.c"), "wait for the condition")

    def test_seams(self):
        self.assert_one(self.c("#include <linux/netlink.h>\n"), "Linux header")
        self.assert_one(self.c('const char *a = "/proc/self";\n'), "/proc")
        self.assertEqual(self.c("#include <linux/netlink.h>\n", "src/hub/flow-peer-linux.c"), [])

    def test_text(self):
        self.assert_one(self.problems({"src/base/flow-x.py": "print ()\n"}), "SPDX")
        self.assert_one(self.problems({"run": "#!/bin/sh\ntrue\n"}), "SPDX")
        self.assert_one(self.c("int a; \n"), "white space")
        self.assert_one(self.c("int a; /* " + "TO" + "DO */\n"), "unfinished")
        self.assert_one(self.c("int a;"), "no newline")
        self.assert_one(self.problems({"src/base/flow-x.h": HEAD}), "#pragma once")
        self.assert_one(self.problems({"src/clients/browser/a.js": HEAD}), "licence here is MIT")
        self.assert_one(self.problems({"tests/e2e/package-lock.json": '{"resolved": "x"}'}), "registry")

    def test_potfiles(self):
        source = HEAD + 'const char *a = _("Hello");\n'
        self.assert_one(self.problems({"src/cli/a.c": source, "po/POTFILES": "# none\n"}), "src/cli/a.c is missing")
        self.assertEqual(self.problems({"src/cli/a.c": source, "po/POTFILES": "src/cli/a.c\n"}), [])
        self.assert_one(self.problems({"po/POTFILES": "src/gone.c\n"}), "does not exist")


unittest.main()
