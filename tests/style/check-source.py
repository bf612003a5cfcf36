#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house that a compiler does not know. Prints FILE:LINE: what is wrong; exits 1 if anything is."""

import re
import subprocess
import sys
from pathlib import Path

# A folder of src/ may include itself and folders of a lower floor.
FLOORS = {
    "base": 1, "clients": 1, "message": 2, "text": 2, "secret": 2, "wire": 3, "store": 3, "launch": 3, "trace": 4, "sync": 4,
    "router": 5, "edit": 5, "hub": 6, "app": 7, "cli": 7, "daemon": 7, "cloud": 7,
}
MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 80
MAX_COLUMNS = 120

# call -> (why, folders of src/ where it is at home)
BANNED = {
    "strcpy": ("g_strlcpy or g_strdup", ()),
    "strcat": ("GString", ()),
    "sprintf": ("g_snprintf or g_strdup_printf", ()),
    "vsprintf": ("g_vsnprintf", ()),
    "gets": ("fgets", ()),
    "strtok": ("g_strsplit", ()),
    "atoi": ("g_ascii_string_to_unsigned", ()),
    "atol": ("g_ascii_string_to_signed", ()),
    "system": ("launch/flow-spawn.h, without a shell", ()),
    "popen": ("launch/flow-spawn.h, without a shell", ()),
    "rand": ("flow_id_random", ()),
    "srand": ("flow_id_random", ()),
    "alloca": ("g_malloc", ()),
    "g_alloca": ("g_malloc", ()),
    "mktemp": ("g_mkstemp", ()),
    "tmpnam": ("g_mkstemp", ()),
    "g_spawn_command_line_sync": ("launch/flow-spawn.h", ()),
    "g_spawn_command_line_async": ("launch/flow-spawn.h", ()),
    "g_thread_new": ("base/flow-worker.h", ("base", "store", "wire")),
    "g_thread_try_new": ("base/flow-worker.h", ("base", "store", "wire")),
}
SEAMS = [
    (re.compile(r"#\s*include\s*<(linux/|sys/(epoll|inotify|signalfd|timerfd|eventfd|prctl)\.h)"), "a Linux header"),
    (re.compile(r"\b__linux__\b"), "a test for Linux"),
    (re.compile(r"\b(AF_NETLINK|NETLINK_\w+|SO_PEERCRED)\b"), "a Linux socket"),
    (re.compile(r'"/proc/'), "a path in /proc"),
]
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
TRANSLATED = re.compile(r"(?<![\w])(_|N_|C_|NC_|Q_|ngettext|g_dngettext|g_dpgettext2)\s*\(\s*\"")
TRANSLATABLE = re.compile(r'translatable="(1|yes|true)"')
# A label of a template that would stay as it is in every language; the program's own name does.
UNTRANSLATED = re.compile(r'<property name="(label|title|tooltip-text|placeholder-text|description|subtitle)">'
                          r'(?!FlowScope<)[^<]*[a-z]{2}')
SPDX = re.compile(r"SPDX-License-Identifier: (\S+)")
TEXT = {".c", ".h", ".py", ".js", ".mjs", ".cjs", ".ts", ".sh", ".build", ".md", ".sql", ".xml", ".in", ".css"}


def without_comments_and_strings(text):
    """Blank out what is no code, keeping the lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.DOTALL)


class Checker:
    def __init__(self, root, files):
        self.root = root
        self.files = files
        self.problems = []

    def say(self, path, line, message):
        self.problems.append(f"{path}:{line}: {message}")

    def run(self):
        translated = set()
        for path in self.files:
            file = self.root / path
            if file.suffix == ".ui":
                self.check_template(path, file.read_text(encoding="utf-8"), translated)
            if file.suffix not in TEXT and not self.has_shebang(file):
                continue
            text = file.read_text(encoding="utf-8")
            self.check_text(path, text)
            if file.suffix in (".c", ".h"):
                self.check_c(path, text)
                if path.startswith("src/") and TRANSLATED.search(text):
                    translated.add(path)
        for path in self.files:
            if path.endswith("package-lock.json"):
                self.check_lock(path, (self.root / path).read_text(encoding="utf-8"))
        self.check_potfiles(translated)
        return self.problems

    def check_template(self, path, text, translated):
        self.check_license(path, text)
        if TRANSLATABLE.search(text):
            translated.add(path)
        for number, line in enumerate(text.split("\n"), 1):
            if UNTRANSLATED.search(line):
                self.say(path, number, "a text that is not translatable")

    @staticmethod
    def has_shebang(file):
        with open(file, "rb") as stream:
            return stream.read(2) == b"#!"

    def check_text(self, path, text):
        suffix = Path(path).suffix
        if suffix in (".c", ".h", ".py", ".js", ".mjs", ".cjs", ".ts", ".sh") or text.startswith("#!"):
            self.check_license(path, text)
        for number, line in enumerate(text.split("\n"), 1):
            if suffix != ".md" and line != line.rstrip():
                self.say(path, number, "white space at the end of the line")
            if UNFINISHED.search(line) and not path.endswith("check-source.py"):
                self.say(path, number, "marked as unfinished")
            if "\t" in line and suffix in (".c", ".h", ".py", ".build"):
                self.say(path, number, "a tab")
        if text and not text.endswith("\n"):
            self.say(path, text.count("\n") + 1, "no newline at the end")

    def check_license(self, path, text):
        found = SPDX.search("\n".join(text.split("\n")[:3]))
        expected = "MIT" if path.startswith("src/clients/") else "GPL-3.0-or-later"
        if found is None:
            self.say(path, 1, "no SPDX line")
        elif found.group(1) != expected:
            self.say(path, 1, f"the licence here is {expected}")

    def check_c(self, path, text):
        code = without_comments_and_strings(text)
        lines = text.split("\n")
        if len(lines) - 1 > MAX_FILE_LINES:
            self.say(path, MAX_FILE_LINES, f"{len(lines) - 1} lines, {MAX_FILE_LINES} are the most")
        for number, line in enumerate(lines, 1):
            # A document in a test's string literal stays on its line.
            if len(line) > MAX_COLUMNS and "http" not in line and not (path.startswith("tests/") and '"' in line):
                self.say(path, number, f"{len(line)} columns, {MAX_COLUMNS} are the most")
        self.check_functions(path, code)
        self.check_calls(path, code)
        if path.startswith("src/"):
            self.check_includes(path, text)
            self.check_seams(path, text)
            if path.endswith(".c") and not re.search(r'^#define G_LOG_DOMAIN "flow-[a-z0-9-]+"', text, re.MULTILINE):
                self.say(path, 1, 'no G_LOG_DOMAIN "flow-..."')
        if path.endswith(".h") and "#pragma once" not in text:
            self.say(path, 1, "no #pragma once")

    def check_functions(self, path, code):
        start = None
        before = ""
        for number, line in enumerate(code.split("\n"), 1):
            if line.startswith("{") and not re.match(r"\s*(typedef|struct|enum|union)\b|.*=\s*$", before):
                start = number
            elif line.startswith("}") and start is not None:
                if number - start - 1 > MAX_FUNCTION_LINES:
                    self.say(path, start, f"a function of {number - start - 1} lines, {MAX_FUNCTION_LINES} are the most")
                start = None
            if line.strip():
                before = line

    def check_calls(self, path, code):
        folder = path.split("/")[1] if path.startswith("src/") else None
        for number, line in enumerate(code.split("\n"), 1):
            for name in re.findall(r"(?<![\w.>])(\w+)\s*\(", line):
                if name in BANNED and folder is not None and folder not in BANNED[name][1]:
                    self.say(path, number, f"{name}: use {BANNED[name][0]}")
            if re.search(r"\bgoto\b", line):
                self.say(path, number, "goto")
            if path.startswith("tests/") and re.search(r"\b(g_usleep|usleep|sleep|nanosleep)\s*\(", line):
                self.say(path, number, "a sleep; wait for the condition instead")

    def check_includes(self, path, text):
        folder = path.split("/")[1]
        floor = FLOORS.get(folder)
        if floor is None:
            self.say(path, 1, f"src/{folder} has no floor")
            return
        for number, line in enumerate(text.split("\n"), 1):
            match = re.match(r'#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            other = match.group(1).split("/")[0]
            if other not in FLOORS:
                self.say(path, number, f"{match.group(1)}: write the folder, as in base/flow-error.h")
            elif other != folder and FLOORS[other] >= floor:
                self.say(path, number, f"{match.group(1)} climbs: floor {floor} includes floor {FLOORS[other]}")

    def check_seams(self, path, text):
        if path.endswith("-linux.c"):
            return
        for number, line in enumerate(text.split("\n"), 1):
            for pattern, what in SEAMS:
                if pattern.search(line):
                    self.say(path, number, f"{what} outside a *-linux.c file")

    def check_lock(self, path, text):
        if '"resolved"' in text:
            self.say(path, 1, "names a registry; write it with --omit-lockfile-registry-resolved")

    def check_potfiles(self, translated):
        potfiles = self.root / "po" / "POTFILES"
        if not potfiles.exists():
            return
        listed = {line for line in potfiles.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"}
        for path in sorted(translated - listed):
            self.say("po/POTFILES", 1, f"{path} is missing")
        for path in sorted(listed):
            if not (self.root / path).exists():
                self.say("po/POTFILES", 1, f"{path} does not exist")


def list_files(root):
    """The files of the project: those that git knows, else everything but build folders and packages."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z"], capture_output=True, check=False)
    if git.returncode == 0 and git.stdout:
        names = git.stdout.decode().split("\0")
        return sorted(name for name in names if name and (root / name).is_file())
    skip = re.compile(r"(^|/)(build[^/]*|node_modules|\.git|__pycache__)(/|$)")
    names = (str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return sorted(name for name in names if not skip.search(name))


def main():
    root = Path(sys.argv[1]).resolve()
    problems = Checker(root, list_files(root)).run()
    print("\n".join(problems) if problems else "source rules: nothing to complain about")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
