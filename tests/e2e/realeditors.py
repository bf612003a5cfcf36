# SPDX-License-Identifier: GPL-3.0-or-later
"""Real editors that know files alone, as somebody works in them: Neovim, Emacs, GNOME Text Editor."""

import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowtest import PATIENCE, Skip, wait_until  # noqa: E402

# A terminal that nobody sees: it takes what the program shows, and ends with it.
TERMINAL = """import os, pty, sys
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
try:
    while os.read(master, 65536):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def soon(condition):
    """Whether it is so within half a second: keys that come in vain must not pile up."""
    end = time.monotonic() + 0.5
    while not condition() and time.monotonic() < end:
        threading.Event().wait(0.01)
    return condition()


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


class Neovim:
    """A running Neovim, by its socket."""

    def __init__(self, place, command="exec nvim --headless --clean --listen {server} \"$1\"", name="nvim"):
        self.place = place
        self.server = os.path.join(place.top, f"{name}.sock")
        script = "#!/bin/sh\n" + command.format(server=self.server) + "\n"
        self.command = place.write(f"editor-{name}", script, 0o755) + " {file}"

    def ask(self, expression):
        done = subprocess.run(["nvim", "--server", self.server, "--remote-expr", expression], env=self.place.env,
                              capture_output=True, timeout=PATIENCE)
        return (done.stdout + done.stderr).decode().strip()

    def wait(self):
        wait_until(lambda: self.ask("bufloaded(argv(0)) && getline(1) != ''") == "1", "the file in Neovim")
        # That the file has changed is asked about in a way that nobody could answer here.
        self.do('autocmd FileChangedShell * let v:fcs_choice = ""')
        return self

    def do(self, command):
        said = self.ask(f"execute('{command}')")
        assert "E5108" not in said and "Error" not in said, said

    def append(self, text):
        if text.startswith("\n"):
            self.ask(f"append(line('$'), '{text[1:]}')")
        else:
            self.ask(f"setline(line('$'), getline('$') . '{text}')")

    def save(self):
        self.do("silent write")

    def type(self, keys):
        subprocess.run(["nvim", "--server", self.server, "--remote-send", keys], env=self.place.env,
                       capture_output=True, timeout=PATIENCE)

    def save_anyway(self, is_saved):
        # It asks whether to write a file that somebody else has written, and reads the answer past all that is typed
        # ahead. Two of them that come too early are no more than a line that is yanked.
        self.type(":write<CR>")
        wait_until(lambda: self.type("y") or is_saved(), "the save")
        self.type("<Esc>")

    def reload(self):
        self.do("silent edit!")

    def close(self):
        self.type(":quitall!<CR>")


class Emacs:
    """A running Emacs with a server; emacsclient stays until the buffer is done."""

    def __init__(self, place):
        self.place = place
        self.server = os.path.join(place.top, "emacs")
        self.command = f"emacsclient -s {self.server} {{file}}"
        self.process = subprocess.Popen(["emacs", "--quick", f"--fg-daemon={self.server}"], env=place.env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: os.path.exists(self.server), "the server of Emacs")

    def ask(self, expression):
        done = subprocess.run(["emacsclient", "-s", self.server, "--eval", expression], env=self.place.env,
                              capture_output=True, timeout=PATIENCE)
        return (done.stdout + done.stderr).decode().strip()

    def wait(self, path):
        self.path = path
        wait_until(lambda: self.ask(f'(and (find-buffer-visiting "{path}") t)') == "t", "the file in Emacs")
        return self

    def do(self, expression):
        return self.ask(f'(with-current-buffer (find-buffer-visiting "{self.path}") {expression} t)')

    def append(self, text):
        # Whether to change a text whose file has changed is asked; the user says yes.
        where = '(goto-char (point-max)) (when (bolp) (forward-char -1))'
        self.do(f'(set-visited-file-modtime) {where} (insert "{text}")'.replace("\n", "\\n"))

    def save(self):
        self.do("(save-buffer)")

    def save_anyway(self, is_saved):
        self.save()

    def reload(self):
        self.do("(revert-buffer t t t)")

    def close(self):
        self.do("(server-edit)")

    def stop(self):
        self.ask("(kill-emacs)")
        self.process.wait(PATIENCE)


class TextEditor:
    """GNOME Text Editor on a display that nobody sees, by its keys."""

    def __init__(self, env, path):
        self.env = env
        self.path = path
        name = os.path.basename(path)
        self.window = wait_until(lambda: self.run("search", "--onlyvisible", "--name", name).split(), "the window")[-1]
        self.run("windowactivate", "--sync", self.window)
        wait_until(lambda: self.run("getwindowfocus").strip() == self.window, "the focus")
        self.wait_for_keys()

    def read(self):
        with open(self.path, encoding="utf-8") as stream:
            return stream.read()

    def wait_for_keys(self):
        """It has a window before it takes keys. What is typed to find that out is taken back."""
        before = self.read()
        wait_until(lambda: self.keys("ctrl+End", "x", "ctrl+s") or soon(lambda: self.read() != before), "the first key")
        wait_until(lambda: self.keys("ctrl+z", "ctrl+s") or soon(lambda: self.read() == before), "the text as it was")

    def run(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.env, capture_output=True, timeout=PATIENCE).stdout.decode()

    def keys(self, *names):
        self.run("key", "--clearmodifiers", *names)

    def append(self, text):
        self.keys("ctrl+End")
        if text.startswith("\n"):
            self.keys("Return")
        self.run("type", "--clearmodifiers", text.strip("\n"))

    def save(self):
        self.keys("ctrl+s")

    def save_anyway(self, is_saved):
        self.save()

    def reload(self):
        """It goes on with what it has."""

    def close(self):
        """It passes keys over while it saves or reads."""
        wait_until(lambda: self.keys("ctrl+q") or soon(lambda: not os.path.exists(self.path)), "the file to go")
