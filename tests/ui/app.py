# SPDX-License-Identifier: GPL-3.0-or-later
"""FlowScope on a desktop nobody sees, driven as people and screen readers do.

    #!/usr/bin/python3
    from app import App, desktop, run

    def test_trace_appears(place):                # each case: its own display, bus, folders and process
        with App(place) as app:
            app.post("traces", request([span(1, 1, "GET /")]))
            app.click(app.wait("list item", contains="GET /"))
            app.key("g")
            app.screenshot("trace")

    @desktop(size="360x720", wm="none", services=[FOLDER])
    def test_narrow(place): ...

    run(globals())

Screenshots, the accessibility tree at a failure, and what the program said are kept in BUILD/tests/ui/artefacts."""

import json
import os
import re
import signal
import subprocess
import sys
import traceback
import urllib.request

SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "cli"))
from flowtest import BUILD, FIXTURES, PATIENCE, Place, Skip, wait_until  # noqa: E402

import a11y  # noqa: E402
from headless import Desktop  # noqa: E402

APP = os.path.join(BUILD, "src", "app", "flowscope")
APP_ID = "org.flowscope.FlowScope"
ARTEFACTS = os.path.join(BUILD, "tests", "ui", "artefacts")
DISPLAY_ENV = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
# What no program of ours causes: the X server that leaves first, and the shortcuts window of GTK 4.8.
HARMLESS = re.compile(r"X connection to .* broken|GtkLabel 0x[0-9a-f]+ \(label\) reported min width -4")
# A line that a clean start never prints.
COMPLAINT = re.compile(r"WARNING|CRITICAL|ERROR:|Sanitizer|runtime error:|Gtk-Message")


def artefact(name):
    os.makedirs(ARTEFACTS, exist_ok=True)
    return os.path.join(ARTEFACTS, f"{os.path.splitext(os.path.basename(sys.argv[0]))[0]}-{name}")


PORTS = ("hub", "otlp-http", "web-dev-sync", "ghosttext", "atomic-chrome")


def settings_ini(values):
    """`{"ports.hub": "0"}` as the text of settings.ini: what stands before the dot is the group."""
    groups = {}
    for key, value in values.items():
        group, _, rest = key.rpartition(".")
        groups.setdefault(group or "general", []).append(f"{rest}={value}")
    return "".join(f"[{group}]\n" + "".join(line + "\n" for line in lines) for group, lines in groups.items())


class App:
    """One running flowscope on free ports. `settings`: values of settings.ini beside the ports, as GVariant text."""

    def __init__(self, place, *arguments, settings=None, env=None, window=True, complaints=(), text_scale=1):
        self.place = place
        self.complaints = [re.compile(pattern) for pattern in complaints]
        self.env = {**place.env, **{name: os.environ[name] for name in DISPLAY_ENV}, **(env or {})}
        self.env.setdefault("GTK_A11Y", "atspi")
        ini = os.path.join(self.env["XDG_CONFIG_HOME"], "flowscope", "settings.ini")
        if not os.path.exists(ini) or settings:
            place.write(ini, settings_ini({**{f"ports.{name}": "0" for name in PORTS}, **(settings or {})}))
        # No animations: what is there is where it stays. And time for the second press of two.
        place.write(os.path.join(self.env["XDG_CONFIG_HOME"], "gtk-4.0", "settings.ini"),
                    "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\ngtk-double-click-time=5000\n")
        self.env["XENVIRONMENT"] = place.write("Xresources", f"Xft.dpi: {96 * text_scale}\n")
        self.errors = os.path.join(place.top, "flowscope.stderr")
        with open(self.errors, "ab") as stream:
            self.process = subprocess.Popen([APP, *arguments], env=self.env, cwd=place.top, stdin=subprocess.DEVNULL,
                                            stdout=stream, stderr=stream)
        self.tree = None
        self.last_otlp = None
        if window:
            self.wait_window()

    # --- Waiting ------------------------------------------------------------------------------------------------

    def wait_until(self, condition, what):
        def answer():
            if self.process.poll() is not None:
                raise AssertionError(f"flowscope ended with {self.process.returncode}: {self.said()[-4000:]}")
            return condition()
        return wait_until(answer, what)

    def wait_window(self):
        self.tree = self.wait_until(lambda: a11y.application_of(self.process.pid), "the program on the bus")
        return self.wait_until(lambda: self.windows(), "a window")

    def wait_hub(self):
        """The discovery file of the hub inside (protocol.md), a dictionary."""
        path = os.path.join(self.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")
        self.wait_until(lambda: os.path.exists(path), "the hub inside")
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)

    def wait(self, role=None, name=None, contains=None, root=None):
        """The first visible accessible like that, as soon as there is one."""
        return self.wait_until(lambda: self.look(role, name, contains, root), f"{role or 'anything'} "
                               f"{name or contains!r}")

    def wait_gone(self, role=None, name=None, contains=None, root=None):
        self.wait_until(lambda: not self.look(role, name, contains, root), f"no {role or ''} {name or contains!r}")

    def look(self, role=None, name=None, contains=None, root=None):
        """The first visible accessible like that, or None."""
        for node in a11y.find_each(root or self.tree, role, name, contains):
            if a11y.visible(node):
                return node
        return None

    def windows(self):
        return [node for node in a11y.children(self.tree) if a11y.visible(node)] if self.tree else []

    def front(self):
        """The newest window: a dialog, while there is one."""
        return self.windows()[-1]

    def wait_dialog(self, name):
        """A dialog in which something has this name."""
        self.wait_until(lambda: len(self.windows()) > 1 and self.look(name=name, root=self.front()),
                        f"a dialog with {name!r}")

    # --- Acting -------------------------------------------------------------------------------------------------

    def click(self, node):
        """Its own action, or that of the nearest inside or around it, else the mouse."""
        inside = [child for child, _ in a11y.walk(node)]
        around = []
        while (node_above := (around[-1] if around else node).get_parent()) is not None and len(around) < 3:
            around.append(node_above)
        if a11y.role(node) in ("list item", "table row", "table cell", "tree item"):
            return self.click_mouse(node)
        for each in inside + (around if a11y.role(node) == "label" else []):
            if a11y.act(each):
                return None
        return self.click_mouse(node)

    def press(self, name, role=None):
        """Click the control with this name."""
        self.click(self.wait(role, name))

    def window_id(self, node=None):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)], env=self.env,
                               capture_output=True, text=True, timeout=PATIENCE).stdout.split()
        if not found:
            raise AssertionError("there is no window on the display")
        return found[-1]

    def place_of(self, node):
        """The middle of `node` on the screen. GTK counts from the content, the shadow around it is the window's."""
        frame = node
        while frame.get_parent() is not None and a11y.role(frame.get_parent()) != "application":
            frame = frame.get_parent()
        wanted = a11y.extents(frame)
        best = None
        for window in subprocess.run(["xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid)],
                                     env=self.env, capture_output=True, text=True).stdout.split():
            shape = self.geometry(window)
            off = (shape["WIDTH"] - wanted[2], shape["HEIGHT"] - wanted[3])
            if min(off) >= 0 and (best is None or sum(off) < sum(best[1])):
                best = (shape, off)
        if best is None:
            raise AssertionError(f"no window on the display is like {a11y.name(frame)!r}")
        shape, off = best
        x, y, width, height = a11y.extents(node)
        return shape["X"] + off[0] // 2 + x + width // 2, shape["Y"] + off[1] // 2 + y + height // 2

    def geometry(self, window):
        shape = subprocess.run(["xdotool", "getwindowgeometry", "--shell", window], env=self.env, capture_output=True,
                               text=True, check=True).stdout
        return {key: int(value) for key, value in (line.split("=") for line in shape.split())}

    def click_mouse(self, node, button=1, times=1):
        """A real click at the middle of `node`, which stays where it is."""
        name = a11y.name(node)

        def is_over():
            if a11y.extents(node)[2] <= 0:
                raise AssertionError(f"{name!r} went away before it was clicked")
            x, y = self.place_of(node)
            self.xdotool("mousemove", str(x), str(y))
            self.settled()
            return self.place_of(node) == (x, y)
        self.wait_until(is_over, f"{name!r} to stay in its place")
        for _ in range(times):
            # As a finger does, some frames long: GTK 4.8 asks where the pointer is after a change of layout, and takes a
            # press back when the button is up again by then. What the program answers comes after the press.
            self.xdotool("mousedown", str(button))
            self.windows()
            self.settled()
            self.xdotool("mouseup", str(button))

    def key(self, *keys):
        """Real key presses, named as xdotool does: "g", "ctrl+f", "Escape"."""
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, text):
        self.xdotool("type", "--clearmodifiers", text)

    def resize(self, width, height):
        self.xdotool("windowsize", "--sync", self.window_id(), str(width), str(height))

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self.env, check=True, timeout=PATIENCE)

    def action(self, name, *parameters):
        """Activate `app.NAME` over D-Bus; parameters are GVariant text: "'editor'"."""
        subprocess.run(["gdbus", "call", "--session", "--dest", APP_ID, "--object-path", "/org/flowscope/FlowScope",
                        "--method", "org.gtk.Actions.Activate", name,
                        "[" + ", ".join(f"<{value}>" for value in parameters) + "]", "{}"],
                       env=self.env, check=True, capture_output=True, timeout=PATIENCE)

    # --- The hub inside -------------------------------------------------------------------------------------------

    @property
    def otlp(self):
        if self.last_otlp is None:
            self.last_otlp = self.wait_hub()["endpoints"]["otlp_http"]
        return self.last_otlp

    def post(self, signal_name, body, content_type="application/json"):
        """Send OTLP as programs do; returns the status of the answer."""
        if not isinstance(body, (bytes, bytearray)):
            body = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.otlp}/v1/{signal_name}", body, {"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status

    # --- Artefacts ------------------------------------------------------------------------------------------------

    def settled(self):
        """Wait until the display stays as it is."""
        last = [None]

        def same():
            now = subprocess.run(["import", "-window", "root", "rgb:-"], env=self.env, capture_output=True,
                                 check=True).stdout
            same, last[0] = now == last[0], now
            return same
        self.wait_until(same, "the display to settle")

    def screenshot(self, name):
        """Keep a picture of the whole display; returns its path."""
        path = artefact(name + ".png")
        self.settled()
        subprocess.run(["import", "-window", "root", path], env=self.env, check=True, timeout=PATIENCE)
        return path

    def said(self):
        with open(self.errors, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def unexpected(self):
        """The lines of standard error that a program without faults does not print."""
        return [line for line in self.said().splitlines() if COMPLAINT.search(line) and not HARMLESS.search(line)
                and not any(pattern.search(line) for pattern in self.complaints)]

    # --- The end --------------------------------------------------------------------------------------------------

    def quit(self):
        """End it as its menu does; it must end well and have complained about nothing."""
        wanted = 0
        if self.process.poll() is None:
            try:
                self.action("quit")
            except subprocess.CalledProcessError:
                wanted = -signal.SIGTERM
                self.process.terminate()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"flowscope did not quit: {self.said()}") from None
        if status not in (0, wanted):
            raise AssertionError(f"flowscope ended with {status}: {self.said()}")
        if self.unexpected():
            raise AssertionError("flowscope complained: " + "\n".join(self.unexpected()))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            return self.quit()
        self.keep_evidence()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        return None

    def keep_evidence(self):
        """What helps to see why a case failed."""
        try:
            subprocess.run(["import", "-window", "root", artefact("failed.png")], env=self.env, check=True)
            with open(artefact("failed.txt"), "w", encoding="utf-8") as stream:
                stream.write(self.said())
                stream.write(a11y.dump(self.tree) if self.tree is not None else "")
        except Exception as error:  # the failure itself is what counts
            print(f"# no evidence: {error}", flush=True)


def desktop(**how):
    """Decorator: the case runs on a desktop like that (see headless.Desktop)."""
    def mark(function):
        function.desktop = how
        return function
    return mark


def run_case(function):
    """In a process of its own, on the desktop that is there."""
    try:
        with Place() as place:
            function(place)
    except Skip as reason:
        print(f"SKIP {reason}", flush=True)
        sys.exit(77)
    except Exception:
        traceback.print_exc(file=sys.stdout)
        sys.exit(1)


def run(tests):
    """Run every test_ function, or the ones named as arguments, each on its own desktop, and print TAP."""
    if len(sys.argv) == 3 and sys.argv[1] == "--case":
        return run_case(tests[sys.argv[2]])
    wanted = [(name, function) for name, function in tests.items()
              if name.startswith("test_") and (len(sys.argv) == 1 or name in sys.argv[1:])]
    failed = 0
    print(f"1..{len(wanted)}", flush=True)
    for number, (name, function) in enumerate(wanted, 1):
        with Desktop(**getattr(function, "desktop", {})) as place:
            done = subprocess.run([sys.executable, sys.argv[0], "--case", name], env=place.env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 77:
            print(f"ok {number} {name} # {done.stdout.strip().splitlines()[-1]}", flush=True)
            continue
        failed += done.returncode != 0
        print(f"{'not ok' if done.returncode else 'ok'} {number} {name}", flush=True)
        for line in done.stdout.splitlines() if done.returncode else ():
            print(f"# {line}", flush=True)
    sys.exit(1 if failed else 0)
