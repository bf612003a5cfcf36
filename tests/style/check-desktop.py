#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop is told: each file passes its validator without a word, and they agree with each other.

check-desktop.py SOURCE-ROOT DESKTOP-FILE METAINFO SERVICE"""

import configparser
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

APP_ID = "org.flowscope.FlowScope"
ROOT, DESKTOP, METAINFO, SERVICE = (Path(argument) for argument in sys.argv[1:5])
MIME = ROOT / "data" / f"{APP_ID}.mime.xml"
PROVIDER = ROOT / "data" / f"{APP_ID}.search-provider.ini"
NAMESPACE = "{http://www.freedesktop.org/standards/shared-mime-info}"


def key_file(path):
    parser = configparser.ConfigParser(interpolation=None, strict=True, delimiters="=")
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return parser


def listed(text):
    return [part for part in text.split(";") if part]


class Files(unittest.TestCase):
    def setUp(self):
        self.desktop = key_file(DESKTOP)
        self.entry = self.desktop["Desktop Entry"]
        self.metainfo = ElementTree.parse(METAINFO).getroot()
        self.types = [node.get("type") for node in ElementTree.parse(MIME).iter(NAMESPACE + "mime-type")]

    def run_tool(self, *command):
        if shutil.which(command[0]) is None:
            self.skipTest(f"{command[0]} is not installed")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, (done.stdout + done.stderr).strip()

    def test_desktop_file(self):
        self.assertEqual(self.run_tool("desktop-file-validate", str(DESKTOP)), (0, ""))

    def test_metainfo(self):
        status, said = self.run_tool("appstreamcli", "validate", "--no-net", "--pedantic", "--explain", str(METAINFO))
        self.assertEqual(status, 0, said)
        self.assertNotRegex(said, r"(?m)^[EWI]: ")

    def test_types(self):
        with tempfile.TemporaryDirectory() as folder:
            packages = Path(folder) / "packages"
            packages.mkdir()
            shutil.copy(MIME, packages / f"{APP_ID}.xml")
            # Types that ours build on, and what it says about a folder of its own, are those of shared-mime-info.
            status, said = self.run_tool("update-mime-database", folder)
            said = [line for line in said.splitlines() if "not in the search path" not in line and "XDG_DATA" not in line]
            self.assertEqual((status, [line for line in said if "arning" in line or "rror" in line]), (0, []))
            self.assertIn(f"{self.types[0]}:*.otlp.json", (Path(folder) / "globs").read_text(encoding="utf-8"))

    def test_same_types(self):
        opened = listed(self.entry["MimeType"])
        self.assertEqual(sorted(opened), sorted([*self.types, "x-scheme-handler/flowscope"]))
        self.assertEqual(sorted(node.text for node in self.metainfo.iter("mediatype")), sorted(self.types))

    def test_same_names(self):
        service = key_file(SERVICE)["D-BUS Service"]
        provider = key_file(PROVIDER)["Shell Search Provider"]
        self.assertEqual({service["Name"], provider["BusName"], self.metainfo.findtext("id"), self.entry["Icon"]}, {APP_ID})
        self.assertEqual({provider["DesktopId"], self.metainfo.findtext("launchable")}, {f"{APP_ID}.desktop"})
        self.assertTrue(service["Exec"].endswith("/flowscope --gapplication-service"), service["Exec"])
        self.assertEqual(self.entry["DBusActivatable"], "true")

    def test_actions(self):
        """Each starts an action of the program, which its sources name."""
        text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/app/shell").glob("*.c"))
        for action in listed(self.entry["Actions"]):
            group = self.desktop[f"Desktop Action {action}"]
            self.assertEqual(group["Exec"], f"gapplication action {APP_ID} {action}")
            self.assertTrue(f'"{action}"' in text, f"src/app/shell has no action {action}")

    def test_icons(self):
        icons = ROOT / "icons"
        for path in (f"scalable/apps/{APP_ID}.svg", f"symbolic/apps/{APP_ID}-symbolic.svg"):
            self.assertEqual(ElementTree.parse(icons / path).getroot().tag, "{http://www.w3.org/2000/svg}svg", path)

    def test_screenshots(self):
        """Every picture that software centres show is made by tests/ui/screenshots.py and has that size."""
        for image in self.metainfo.iter("image"):
            path = ROOT / "data" / "screenshots" / image.text.rsplit("/", 1)[1]
            head = path.read_bytes()[:24]
            size = [int.from_bytes(head[start:start + 4], "big") for start in (16, 20)]
            self.assertEqual(size, [int(image.get("width")), int(image.get("height"))], path)


unittest.main(argv=sys.argv[:1], verbosity=1)
