# SPDX-License-Identifier: GPL-3.0-or-later
"""Real Visual Studio Code (code-server) with our extension in it, shown by a browser that nobody sees."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse

SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "cli"))
from flowtest import BUILD, PATIENCE, wait_until  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
EXTENSION = os.path.join(SOURCE, "src", "clients", "vscode")
ARTEFACTS = os.path.join(BUILD, "tests", "vscode", "artefacts")
STATUS = "#flowscope\\.flowscope\\.flowscope\\.status, [id='flowscope.flowscope.flowscope.status']"

SETTINGS = {
    "security.workspace.trust.enabled": False, "telemetry.telemetryLevel": "off", "workbench.startupEditor": "none",
    "update.mode": "none", "extensions.autoUpdate": False, "extensions.autoCheckUpdates": False,
    "files.autoSave": "off", "workbench.tips.enabled": False, "editor.minimap.enabled": False,
    "terminal.integrated.defaultProfile.linux": "bash", "git.enabled": False, "chat.commandCenter.enabled": False,
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"}, "npm.autoDetect": "off",
    "task.allowAutomaticTasks": "off", "workbench.reduceMotion": "on", "editor.inlayHints.enabled": "off",
    "remote.autoForwardPorts": False,
    # Text that can be read.
    "terminal.integrated.gpuAcceleration": "off",
}


def code_server():
    """The folder that install-code-server.sh made, and the node that it needs."""
    folder = os.environ.get("FLOW_CODE_SERVER") or os.path.join(SOURCE, "build", "code-server")
    entry = os.path.join(folder, "node_modules", "code-server", "out", "node", "entry.js")
    if not os.path.exists(os.path.join(folder, "ready")):
        raise AssertionError(f"there is no code-server in {folder}; tests/vscode/install-code-server.sh makes it")
    with open(os.path.join(folder, "node"), encoding="utf-8") as stream:
        return stream.read().strip(), entry


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise AssertionError("there is no chromium")


def artefact(name):
    os.makedirs(ARTEFACTS, exist_ok=True)
    return os.path.join(ARTEFACTS, name)


def package(folder):
    """Build and pack the extension, as its users get it."""
    if not os.path.isdir(os.path.join(EXTENSION, "node_modules")):
        raise AssertionError("the npm packages are missing: (cd src/clients/vscode && npm ci --ignore-scripts)")
    file = os.path.join(folder, "flowscope.vsix")
    subprocess.run(["node", os.path.join(EXTENSION, "build.mjs"), "package", file], check=True, stdout=subprocess.DEVNULL)
    return file


class Browser:
    """drive.js as an object: `browser.click("a", selector=...)`."""

    def __init__(self, env):
        self.process = subprocess.Popen(["node", os.path.join(HERE, "drive.js"), chromium(), str(PATIENCE * 500)],
                                        env=env, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("the browser is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["ok"]

    def do(self, action, window, **how):
        self.process.stdin.write(json.dumps({"do": action, "window": window, **how}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Window:
    """One window of the editor."""

    def __init__(self, editor, name):
        self.editor, self.name = editor, name

    def __getattr__(self, action):
        return lambda **how: self.editor.browser.do(action, self.name, **how)

    def shot(self, name):
        self.editor.browser.do("shot", self.name, file=artefact(f"{name}.png"))

    def texts(self, selector):
        found = self.editor.browser.do("texts", self.name, selector=selector)
        return [" ".join(text.split()) for text in found]

    def command(self, name):
        self.editor.browser.do("command", self.name, name=name)

    def status(self):
        """What our item in the status bar says: (label, text)."""
        labels = self.editor.browser.do("attributes", self.name, selector=f"{STATUS} >> a", name="aria-label")
        return labels[0] if labels else ""

    def wait_status(self, part):
        return wait_until(lambda: part in self.status() and self.status(), f"{part!r} in the status bar")

    def title(self):
        """The name of the active tab."""
        names = self.editor.browser.do("attributes", self.name, selector=".tabs-container .tab.active", name="aria-label")
        return names[0].split(",")[0] if names else ""

    def position(self):
        """Line and column of the cursor, as the status bar says."""
        found = re.search(r"Ln (\d+), Col (\d+)", " ".join(self.texts("#status\\.editor\\.selection")))
        return (int(found[1]), int(found[2])) if found else None

    def notifications(self):
        """What the editor tells its user, also what has gone from the corner by itself."""
        if not self.texts(".notifications-center.visible"):
            self.command("Notifications: Show Notifications")
        return self.texts(".notifications-center .notification-list-item-message")

    def wait_code(self, name, line):
        """The file is in front, with the cursor on the line."""
        wait_until(lambda: self.title() == name and (self.position() or (0,))[0] == line, f"{name} at line {line}")

    def wait_notification(self, part):
        return wait_until(lambda: next((text for text in self.notifications() if part in text), None), f"{part!r}")

    def answer(self, button):
        self.click(selector=".notifications-center a.monaco-button", text=button)

    def metrics(self):
        """What stands behind the lines: {line number: text}."""
        return {int(line): text for line, text in self.evaluate(source=READ_METRICS)}

    def lenses(self):
        return [text for text in self.texts(".codelens-decoration a") if text]

    def lines(self):
        """The text of the document in front, as far as it is on the screen."""
        return self.evaluate(source=READ_LINES)

    def is_dirty(self):
        """Whether there is something to save in the active tab."""
        classes = self.editor.browser.do("attributes", self.name, selector=".tabs-container .tab.active", name="class")
        return bool(classes) and "dirty" in classes[0].split()

    def traces(self):
        """The rows of our list of traces."""
        return self.editor.browser.do("attributes", self.name, selector=".pane-body .monaco-list-row[role=treeitem]", name="aria-label")


# The text of a decoration is the content of a pseudo-element; its line is found by height beside the line numbers.
READ_METRICS = """() => {
  const numbers = new Map();
  for (const element of document.querySelectorAll('.margin-view-overlays .line-numbers')) {
    numbers.set(Math.round(element.getBoundingClientRect().top), Number(element.textContent));
  }
  const found = [];
  for (const element of document.querySelectorAll('.view-line span')) {
    const text = getComputedStyle(element, '::after').content;
    if (!/p50/.test(text)) continue;
    const line = element.closest('.view-line').getBoundingClientRect().top;
    found.push([numbers.get(Math.round(line)), text.slice(1, -1)]);
  }
  return found;
}"""


# What was deleted leaves its element for a moment; the editor writes blanks that do not break.
READ_LINES = """() => [...document.querySelectorAll('.editor-instance .view-lines .view-line')]
  .filter((line) => line.offsetHeight > 0)
  .sort((a, b) => parseInt(a.style.top) - parseInt(b.style.top))
  .map((line) => line.textContent.replace(/\\u00a0/g, ' ').replace(/\\u200b/g, '')).join('\\n')"""


class Editor:
    """code-server with windows. Its environment is that of `place`, so the extension finds the hub that is there."""

    def __init__(self, place, settings=None, env=None):
        self.place = place
        # Named, so that no hub of this machine's user is found by its port.
        hub = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")
        self.env = {**place.env, "FLOWSCOPE_HUB": hub, **(env or {})}
        self.env = {name: value for name, value in self.env.items() if value is not None}
        self.data = place.folder("code")
        self.extensions = place.folder("extensions")
        self.log = os.path.join(place.top, "code-server.log")
        self.node, self.entry = code_server()
        self.write_settings(settings or {})
        self.process = None
        self.browser = None
        try:
            self.run("--install-extension", package(place.top))
            self.start()
            self.browser = Browser(self.env)
        except BaseException:
            self.close()
            raise

    def arguments(self, *more):
        return [self.node, self.entry, "--user-data-dir", self.data, "--extensions-dir", self.extensions, *more]

    def run(self, *more):
        subprocess.run(self.arguments(*more), env=self.env, check=True, capture_output=True)

    def write_settings(self, settings):
        """What concerns the machine stands in a file of its own, as the editor has it for a server."""
        for folder in ("User", "Machine"):
            self.place.write(os.path.join(self.data, folder, "settings.json"), json.dumps({**SETTINGS, **settings}, indent=1))

    def start(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.arguments(
                "--bind-addr", "127.0.0.1:0", "--auth", "none", "--disable-telemetry", "--disable-update-check",
                "--disable-workspace-trust", "--disable-getting-started-override"), env=self.env, cwd=self.place.top,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        found = wait_until(lambda: re.search(r"HTTP server listening on (http://\S+?)/?\n", self.said()), "code-server")
        self.url = found[1]

    def processes(self):
        """All that code-server has started, and it: (pid, command line)."""
        listed = subprocess.run(["ps", "-e", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True).stdout
        rows = [line.split(None, 2) for line in listed.splitlines()]
        ours = {str(self.process.pid)}
        for pid, parent, _arguments in sorted(rows, key=lambda row: int(row[0])):
            if parent in ours:
                ours.add(pid)
        return [(int(pid), arguments) for pid, _parent, arguments in rows if pid in ours]

    def stop(self):
        """Kill what runs the extensions; until go() nobody starts it again."""
        for pid, arguments in self.processes():
            if "--type=extensionHost" in arguments:
                self.signal(pid, signal.SIGKILL)
            elif "--type=" not in arguments:
                self.signal(pid, signal.SIGSTOP)

    def go(self):
        for pid, arguments in self.processes():
            if "--type=" not in arguments:
                self.signal(pid, signal.SIGCONT)

    @staticmethod
    def signal(pid, number):
        """Some of what code-server starts lives for a moment only."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def open(self, name, folder):
        window = Window(self, name)
        self.browser.do("open", name, url=f"{self.url}/?folder={urllib.parse.quote(folder)}")
        return window

    def close(self):
        if self.browser is not None:
            self.browser.close()
        if self.process is not None:
            self.go()
            self.process.terminate()
            self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and self.browser is not None:
            self.keep_evidence()
        self.close()

    def keep_evidence(self):
        for name in ("a", "b"):
            try:
                self.browser.do("shot", name, file=artefact(f"failed-{name}.png"))
            except Exception:  # the failure itself is what counts
                continue
        with open(artefact("failed.txt"), "w", encoding="utf-8") as stream:
            stream.write(self.said())
