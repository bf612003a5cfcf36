#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GhostText and Atomic Chrome, as their clients speak them, through a whole hub: to each other, and to a real Emacs."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from fieldpeer import AtomicChromeField, GhostTextField, Socket  # noqa: E402
from flowtest import PATIENCE, Skip, run, wait_until  # noqa: E402

EXTENSION = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"


def port_of(hub, doorway):
    return int(hub.discovery["endpoints"][doorway].rsplit(":", 1)[1])


class Desktop:
    """An editor of the page library's first protocol: whole texts, by the id of the session."""

    def __init__(self, hub):
        self.texts = {}
        self.asked = []
        self.socket = Socket(hub.discovery["port"], "/web-dev-sync/ws", heard=self.heard)
        self.socket.send(json.dumps({"type": "desktop_connect", "payload": {}}))

    def heard(self, message):
        message = json.loads(message)
        if message["type"] in ("edit_request", "code_update"):
            self.texts[message["payload"]["id"]] = message["payload"]["code"]
        if message["type"] == "edit_request":
            self.asked.append(message["payload"])

    def wait_for(self, text):
        """The id of the session that has this text."""
        return wait_until(lambda: next((name for name, had in list(self.texts.items()) if had == text), None),
                          f"{text!r} in {self.texts}")

    def write(self, name, text):
        self.texts[name] = text
        self.socket.send(json.dumps({"type": "code_update", "payload": {"id": name, "code": text}}))


def start(place, choice, *arguments):
    place.ctl("settings", "set", "edit.editors-by-type", f"[('md', '{choice}')]")
    return place.start_hub(*arguments)


def test_ghost_text(place):
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = GhostTextField(port_of(hub, "ghosttext"), "one 😀", syntax="md")
    name = desktop.wait_for("one 😀")
    assert desktop.asked[0]["title"] == "A page" and desktop.asked[0]["site"] == "example.org", desktop.asked
    desktop.write(name, "zero 😀😀 one 😀")
    field.wait_for("zero 😀😀 one 😀")
    field.type(" two")
    desktop.wait_for("zero 😀😀 one 😀 two")
    assert field.cursor == len(field.text), (field.cursor, field.text)
    field.socket.close()


def test_atomic_chrome(place):
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = AtomicChromeField(port_of(hub, "atomic_chrome"), "one\ntwo\n", extension=".md")
    name = desktop.wait_for("one\ntwo\n")
    field.keep_alive()
    desktop.write(name, "one\nand\ntwo\n")
    field.wait_for("one\nand\ntwo\n")
    field.replace("one", "ONE")
    desktop.wait_for("ONE\nand\ntwo\n")
    field.socket.close()


def test_both_change_both_survive(place):
    """The page types while the editor's text is on its way; neither has seen the other's."""
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = GhostTextField(port_of(hub, "ghosttext"), "begin middle end", syntax="md")
    name = desktop.wait_for("begin middle end")
    with field.lock:
        desktop.write(name, "BEGIN begin middle end")
        field.text = "begin middle end abc"
        field.tell()
    wait_until(lambda: "BEGIN begin middle end abc" in desktop.texts.values(), f"both in {desktop.texts}")
    field.wait_for("BEGIN begin middle end abc")


def test_two_fields_two_sessions(place):
    """Two empty fields of one page are two texts."""
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    fields = [GhostTextField(port_of(hub, "ghosttext"), "", syntax="md") for _ in range(2)]
    wait_until(lambda: len(desktop.asked) == 2, "two sessions")
    for number, (field, asked) in enumerate(zip(fields, desktop.asked)):
        desktop.write(asked["id"], f"text {number}")
    wait_until(lambda: {field.text for field in fields} == {"text 0", "text 1"}, "both texts")


def test_field_comes_back(place):
    """The page is loaded again with its text: the same session, and the same document in the editor."""
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = GhostTextField(port_of(hub, "ghosttext"), "kept", syntax="md", title="Mail")
    name = desktop.wait_for("kept")
    desktop.write(name, "kept and more")
    field.wait_for("kept and more")
    field.socket.close()
    again = GhostTextField(port_of(hub, "ghosttext"), "kept and more", syntax="md", title="Mail")
    again.type("!")
    assert desktop.wait_for("kept and more!") == name
    assert len(desktop.asked) == 1, desktop.asked


def test_too_long_is_told(place):
    hub = start(place, "foreign")
    field = GhostTextField(port_of(hub, "ghosttext"), "x" * (4 * 1024 * 1024 + 1), syntax="md")
    wait_until(lambda: field.socket.code, "the end")
    assert field.socket.code == 1009, field.socket.code
    other = AtomicChromeField(port_of(hub, "atomic_chrome"), "", extension="md")
    try:
        other.socket.send("x" * (64 * 1024 * 1024))
    except OSError:
        pass
    wait_until(lambda: other.socket.code, "the end")
    assert other.socket.code in (1009, 1006), other.socket.code


def test_paths_and_commands_are_only_text(place):
    """What a page says becomes no part of a path and no command."""
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    evil = "../../../etc/passwd; touch /tmp/flowscope-evil $(id) `id`"
    AtomicChromeField(port_of(hub, "atomic_chrome"), "safe", title=evil, url=f"https://example.org/{evil}",
                      extension="md")
    desktop.wait_for("safe")
    AtomicChromeField(port_of(hub, "atomic_chrome"), "worse", title="t", extension=[evil, "md"])
    assert not os.path.exists("/tmp/flowscope-evil")


def test_extension_has_to_be_allowed(place):
    hub = start(place, "foreign")
    port = port_of(hub, "ghosttext")
    assert GhostTextField(port, "x", syntax="md", origin=EXTENSION).socket.status == 403
    place.ctl("pair", "allow", EXTENSION)
    desktop = Desktop(hub)
    GhostTextField(port, "allowed", syntax="md", origin=EXTENSION)
    desktop.wait_for("allowed")
    try:
        urllib.request.urlopen(urllib.request.Request(f"http://localhost:{port}/", headers={"Origin": "https://x.y"}),
                               timeout=PATIENCE)
        raise AssertionError("a page was answered")
    except urllib.error.HTTPError as refused:
        assert refused.code == 403


def test_slow_page_gets_the_last_text(place):
    """A page that takes nothing for a while: what it missed does not pile up, and nothing is lost."""
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = GhostTextField(port_of(hub, "ghosttext"), "begin", syntax="md")
    name = desktop.wait_for("begin")
    line = "0123456789abcde\n" * (128 * 1024)
    field.awake.clear()
    for number in range(20):
        desktop.write(name, f"{line}{number}\n")
        wait_until(lambda: place.json("edit", "list")["sessions"][0]["revision"] >= number + 2, "the change")
    with open(f"/proc/{hub.process.pid}/status", encoding="utf-8") as stream:
        memory = next(int(line.split()[1]) // 1024 for line in stream if line.startswith("VmRSS"))
    assert memory < 400, f"{memory} MiB"
    field.awake.set()
    field.wait_for(f"{line}19\n")
    assert field.shown < 20, field.shown
    field.type("end")
    desktop.wait_for(field.text)


def test_metrics(place):
    place.env["METRICS_ENDPOINT"] = "/my/metrics"
    hub = start(place, "foreign")
    desktop = Desktop(hub)
    field = GhostTextField(port_of(hub, "ghosttext"), "counted", syntax="md")
    desktop.write(desktop.wait_for("counted"), "counted twice")
    field.wait_for("counted twice")
    edits = place.json("status")["edits"]
    assert edits["open"] == 1 and edits["updates"] >= 1 and edits["connections"]["ghosttext"] == 1, edits
    assert "edits         1 open, " in place.text("status"), place.text("status")
    request = urllib.request.Request(f"http://127.0.0.1:{hub.discovery['port']}/my/metrics",
                                     headers={"Authorization": f"Bearer {hub.discovery['token']}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer.headers
        lines = answer.read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['flowscope_edit_sessions{state="open"}'] == "1", values
    assert int(values["flowscope_edit_updates_total"]) >= 1, values
    assert values['flowscope_doorway_connections{doorway="ghosttext"}'] == "1", values
    for line in lines:
        assert line.startswith(("# HELP flowscope_", "# TYPE flowscope_", "flowscope_")), line


def test_configuration_of_a_web_dev_sync_server(place):
    """Its port, its path and its heartbeat; the command line wins over the file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = place.write("config.json", json.dumps({"port": port, "websocketEndpoint": "/my/ws", "heartbeatInterval": 1}))
    heard = []
    hub = place.start_hub("--config", path)
    assert not hub.discovery["endpoints"]["web_dev_sync"].endswith(f":{port}/web-dev-sync/ws"), hub.discovery
    own = int(hub.discovery["endpoints"]["web_dev_sync"].split(":")[2].split("/")[0])
    client = Socket(own, "/my/ws", heard=lambda text: heard.append(json.loads(text)["type"]))
    assert client.status == 101
    assert Socket(own, "/other/ws").status == 404
    wait_until(lambda: "ping" in heard, "a heartbeat")


class Emacs:
    """A real Emacs with its package atomic-chrome, which listens where the hub would."""

    def __init__(self, place):
        if shutil.which("emacs") is None:
            raise Skip("there is no Emacs")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.place = place
        self.server = os.path.join(place.top, "emacs")
        script = place.write("listen.el", "(require 'atomic-chrome)\n(setq atomic-chrome-buffer-open-style 'full)\n"
                             f"(setq atomic-chrome-server-atomic-chrome (atomic-chrome-start-websocket-server {self.port}))\n"
                             "(global-atomic-chrome-edit-mode 1)\n")
        known = subprocess.run(["emacs", "--batch", "--eval", "(require 'atomic-chrome)"], env=place.env,
                               capture_output=True, timeout=PATIENCE)
        if known.returncode != 0:
            raise Skip("Emacs has no package atomic-chrome")
        self.process = subprocess.Popen(["emacs", f"--fg-daemon={self.server}", "-l", script], env=place.env,
                                        cwd=place.top, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        wait_until(lambda: self.ask("(process-status \"emacs\")") is not None or self.process.poll() is not None,
                   "Emacs")
        wait_until(lambda: self.ask("(and atomic-chrome-server-atomic-chrome t)") == "t", "its server")

    def ask(self, expression):
        done = subprocess.run(["emacsclient", "-s", self.server, "--eval", expression], env=self.place.env,
                              capture_output=True, timeout=PATIENCE)
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def text(self):
        """What the buffer of the page has."""
        answer = self.ask("(let ((b (car (hash-table-keys atomic-chrome-buffer-table)))) "
                          "(and b (with-current-buffer b (encode-coding-string (buffer-string) 'utf-8))))")
        return eval("b" + answer).decode() if answer and answer.startswith('"') else None

    def act(self, command):
        """Run a command in it, as a key would."""
        return self.ask("(with-current-buffer (car (hash-table-keys atomic-chrome-buffer-table)) "
                        f"{command} (run-hooks 'post-command-hook) t)")

    def wait_for(self, text):
        wait_until(lambda: self.text() == text, f"{text!r} in Emacs, which has {self.text()!r}")

    def end(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)


def test_emacs(place):
    emacs = Emacs(place)
    try:
        hub = start(place, "atomic-chrome", "--doorway", f"atomic-chrome={emacs.port}")
        assert "atomic_chrome" not in hub.discovery["endpoints"], hub.discovery
        field = GhostTextField(port_of(hub, "ghosttext"), "one 😀 é\n", syntax="md")
        emacs.wait_for("one 😀 é\n")
        emacs.act('(goto-char (point-max)) (insert "two 日本 😀\\n")')
        field.wait_for("one 😀 é\ntwo 日本 😀\n")
        field.type("zero\n", at=0)
        emacs.wait_for("zero\none 😀 é\ntwo 日本 😀\n")
        emacs.act('(goto-char (point-min)) (insert "first\\n")')
        field.wait_for("first\nzero\none 😀 é\ntwo 日本 😀\n")
        # Both at once: the page types while Emacs does.
        with field.lock:
            emacs.act('(goto-char (point-max)) (insert "Emacs\\n")')
            field.text = "page\n" + field.text
            field.tell()
        both = "page\nfirst\nzero\none 😀 é\ntwo 日本 😀\nEmacs\n"
        emacs.wait_for(both)
        field.wait_for(both)
        # Its buffer is closed: the page keeps what it has, and goes on.
        emacs.act("(set-buffer-modified-p nil) (atomic-chrome-close-current-buffer)")
        wait_until(lambda: not any(end["side"] == "editor" for end in place.json("edit", "list")["sessions"][0]["endpoints"]),
                   "the end of the editor's side")
        assert field.text == both and field.socket.code is None
    finally:
        emacs.end()


run(globals())
