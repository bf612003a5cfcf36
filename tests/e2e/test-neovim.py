#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code opens in a real Neovim: in one that runs, with the lines of the manual, and by the editor command."""

import os
import pty
import shutil
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowpeer import Peer  # noqa: E402
from flowtest import FLOWCTL, PATIENCE, Skip, run, wait_until  # noqa: E402

# What a terminal sends when its window gets and loses the focus.
FOCUS, BLUR = b"\x1b[I", b"\x1b[O"


def need_neovim():
    if shutil.which("nvim") is None:
        raise Skip("there is no Neovim")


def ask(place, server, expression):
    """What a running Neovim says."""
    done = subprocess.run(["nvim", "--server", server, "--remote-expr", f"string({expression})"], env=place.env,
                          capture_output=True, timeout=PATIENCE)
    return (done.stdout + done.stderr).decode().strip()


class Neovim:
    """Neovim in a terminal, with the lines that `flowctl editor --help` asks for in its init.lua."""

    def __init__(self, place, folder):
        self.place = place
        self.server = os.path.join(place.top, "nvim.sock")
        manual = place.text("editor", "--help")
        lines = manual[manual.index("local job"):manual.index("\nOptions")]
        place.write(os.path.join(place.env["XDG_CONFIG_HOME"], "nvim", "init.lua"), lines)
        env = {**place.env, "TERM": "xterm-256color", "PATH": f"{os.path.dirname(FLOWCTL)}:{os.environ['PATH']}"}
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                os.execvpe("nvim", ["nvim", "--listen", self.server], env)
            finally:
                os._exit(127)
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        """A terminal shows what it gets; else the program would wait for it."""
        try:
            while os.read(self.terminal, 65536):
                pass
        except OSError:
            pass

    def type(self, keys):
        os.write(self.terminal, keys)

    def where(self):
        return ask(self.place, self.server, "[expand('%:p'), line('.'), col('.')]")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def quit(self):
        self.type(b"\x1b:qa!\r")
        pid, self.pid = self.pid, 0
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def channel(place, kind):
    return next((one for one in place.json("channels")["channels"] if one["kind"] == kind), None)


def wait_focus(place, kind, focused=True):
    wait_until(lambda: (one := channel(place, kind)) is not None and one["focused"] is focused,
               f"{kind} with the focus" if focused else f"{kind} without the focus")


def answer(peer):
    """Be an editor that opens what it is asked to; returns the file and the line."""
    message = peer.receive("jump_to_code")
    peer.send("code_opened", message["data"], target=message["source"], reply_to=message["id"])
    return message["data"]["file"], message["data"]["line"]


def test_who_was_focused_last(place):
    need_neovim()
    hub = place.start_hub()
    file = place.write("shop/app.py", "one\ntwo\nthree\nfour\n")
    shop = os.path.dirname(file)
    with Neovim(place, shop) as nvim:
        wait_focus(place, "editor")
        assert channel(place, "editor")["workspaces"] == [shop]
        code = Peer(hub, "vscode_extension", capabilities=["code"], workspaces=[shop])

        nvim.type(BLUR)
        wait_focus(place, "editor", False)
        code.send("workspace_changed", {"focused": True})
        wait_focus(place, "vscode_extension")
        place.ctl("send", "jump_to_code", "-t", "editor", f"file={file}", "line=2")
        assert answer(code) == (file, 2)

        code.send("workspace_changed", {"focused": False})
        nvim.type(FOCUS)
        wait_focus(place, "editor")
        opened = place.json("send", "jump_to_code", "-t", "editor", f"file={file}", "line=3", "column=2", "--wait")
        assert opened["source"].startswith("editor/") and opened["data"]["line"] == 3, opened
        assert nvim.where() == f"['{file}', 3, 2]"

        # Who looked last counts also when nobody looks.
        nvim.type(BLUR)
        wait_focus(place, "editor", False)
        place.json("send", "jump_to_code", "-t", "editor", f"file={file}", "line=4", "--wait")
        assert nvim.where() == f"['{file}', 4, 1]"

        # Its bridge ends with it; the other editor is there.
        nvim.quit()
        wait_until(lambda: channel(place, "editor") is None, "the end of the bridge")
        place.ctl("send", "jump_to_code", "-t", "editor", f"file={file}", "line=1")
        assert answer(code) == (file, 1)
        code.close()


def test_whose_folder_holds_the_file(place):
    need_neovim()
    hub = place.start_hub()
    file = place.write("shop/deep/app.py", "one\ntwo\n")
    shop = os.path.join(place.top, "shop")
    with Neovim(place, os.path.dirname(file)) as nvim:
        wait_focus(place, "editor")
        code = Peer(hub, "vscode_extension", capabilities=["code"], workspaces=[shop])
        code.send("workspace_changed", {"focused": True})
        wait_focus(place, "vscode_extension")
        # The nearer folder wins, whoever looks.
        place.json("send", "jump_to_code", "-t", "editor", f"file={file}", "line=2", "--wait")
        assert nvim.where() == f"['{file}', 2, 1]"
        # It goes to another folder, and says so.
        nvim.type(f"\x1b:cd {place.folder('elsewhere')}\r".encode())
        wait_until(lambda: channel(place, "editor")["workspaces"] == [os.path.join(place.top, "elsewhere")],
                   "the other folder")
        place.ctl("send", "jump_to_code", "-t", "editor", f"file={file}", "line=1")
        assert answer(code) == (file, 1)
        code.close()


def test_editor_command(place):
    """A terminal of the user's, as there would be: with one that nobody sees."""
    need_neovim()
    terminal = place.write("bin/xterm", f"#!{sys.executable}\nimport pty, sys\npty.spawn(sys.argv[2:])\n", 0o755)
    place.env.update({"PATH": f"{os.path.dirname(terminal)}:{place.env['PATH']}", "TERMINAL": "xterm",
                      "TERM": "xterm-256color"})
    file = place.write("shop/it's {line}.py", "one\ntwo\nthree\n")
    server = os.path.join(place.top, "nvim.sock")
    place.start_hub()
    place.ctl("settings", "set", "workspace-folders", f"['{os.path.dirname(file)}']")
    place.ctl("settings", "set", "editor-command", f"nvim --clean --listen {server} +{{line}} {{file}}")
    place.ctl("send", "jump_to_code", f"file={file}", "line=2", "--wait")
    try:
        wait_until(lambda: os.path.exists(server), "Neovim")
        wait_until(lambda: ask(place, server, "[expand('%:t'), line('.')]") == "['it''s {line}.py', 2]", "the line")
    finally:
        ask(place, server, "execute('qa!')")


def test_no_editor(place):
    """Whoever asked is told what to do."""
    file = place.write("shop/app.py", "one\n")
    place.env["PATH"] = place.folder("bin")
    place.start_hub()
    place.ctl("settings", "set", "workspace-folders", f"['{os.path.dirname(file)}']")
    place.ctl("send", "jump_to_code", f"file={file}", "line=1", "--wait", status=1)
    assert "Choose an editor in the settings, or connect one" in place.errors, place.errors


run(globals())
