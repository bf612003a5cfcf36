# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: a private place for files, a hub on free ports, flowctl, and TAP output."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

BUILD = os.environ["FLOW_TEST_BUILD_ROOT"]
SOURCE = os.environ["FLOW_TEST_SOURCE_ROOT"]
FLOWCTL = os.path.join(BUILD, "src", "cli", "flowctl")
HUB = os.path.join(BUILD, "src", "daemon", "flowscope-hub")
# What gives a hub ports that nobody else has.
FREE_PORTS = ["--port", "0", "--otlp-port", "0", "--doorway", "web-dev-sync=0", "--doorway", "ghosttext=0",
              "--doorway", "atomic-chrome=0"]
FIXTURES = os.path.join(SOURCE, "tests", "fixtures", "otlp")

# Sanitizers and other users of the machine make everything slower; nothing waits this long when it works.
PATIENCE = 120


def wait_until(condition, what):
    """Ask until it is so; the only way that tests wait for something that they are not told of."""
    end = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        threading.Event().wait(0.01)
    return answer


class Place:
    """Private XDG folders, so that no test sees another or the user's own files."""

    def __init__(self):
        # realpath: on some systems the folder for temporary files is behind a link.
        self.top = os.path.realpath(tempfile.mkdtemp(prefix="flow-e2e-"))
        self.env = dict(os.environ)
        for name in ("DATA_HOME", "CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
            folder = os.path.join(self.top, name.lower())
            os.mkdir(folder, 0o700)
            self.env["XDG_" + name] = folder
        self.env["HOME"] = self.folder("home")
        self.env.pop("FLOWSCOPE_HUB", None)
        for name in ("VISUAL", "EDITOR", "DISPLAY", "WAYLAND_DISPLAY", "TERM_PROGRAM", "DBUS_SESSION_BUS_ADDRESS"):
            self.env.pop(name, None)
        self.hub = None

    def folder(self, name):
        path = os.path.join(self.top, name)
        os.makedirs(path, exist_ok=True)
        return path

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chmod(path, mode)
        return path

    @property
    def data_dir(self):
        return os.path.join(self.env["XDG_DATA_HOME"], "flowscope")

    def start_hub(self, *arguments):
        self.hub = Hub(self, arguments)
        return self.hub

    def ctl(self, *arguments, status=0, cwd=None, env=None, stdin=subprocess.DEVNULL):
        """Run flowctl; standard output comes back."""
        done = subprocess.run([FLOWCTL, *arguments], env={**self.env, **(env or {})}, cwd=cwd or self.top, stdin=stdin,
                              capture_output=True, timeout=PATIENCE)
        self.errors = done.stderr.decode()
        if done.returncode != status:
            raise AssertionError(f"flowctl {' '.join(arguments)} exited with {done.returncode} instead of {status}:\n"
                                 f"{done.stdout.decode(errors='replace')}{self.errors}")
        return done.stdout

    def text(self, *arguments, **more):
        return self.ctl(*arguments, **more).decode()

    def json(self, *arguments, **more):
        return json.loads(self.ctl(*arguments, "--json", **more))

    def on_terminal(self, arguments, answer, cwd=None, env=None):
        """Run flowctl on a terminal and type `answer`. Returns (exit status, everything shown)."""
        pid, master = pty.fork()
        if pid == 0:
            try:
                os.chdir(cwd or self.top)
                os.execve(FLOWCTL, [FLOWCTL, *arguments], {**self.env, **(env or {})})
            finally:
                os._exit(127)
        shown = b""
        typed = not answer
        while True:
            if not select.select([master], [], [], PATIENCE)[0]:
                raise AssertionError(f"nothing more after {shown!r}")
            try:
                part = os.read(master, 65536)
            except OSError:
                part = b""
            if not part:
                break
            shown += part
            if not typed and b"[y/N]" in shown:
                os.write(master, answer.encode())
                typed = True
        os.close(master)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def close(self):
        if self.hub is not None:
            self.hub.stop()
        shutil.rmtree(self.top, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Hub:
    """A real flowscope-hub on free ports."""

    def __init__(self, place, arguments):
        self.place = place
        self.process = subprocess.Popen([HUB, *FREE_PORTS, *arguments], env=place.env, cwd=place.top,
                                        stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        if not line.startswith("ready "):
            raise AssertionError(f"the hub said {line!r}")
        self.ready = json.loads(line[len("ready "):])
        self.otlp = self.ready["otlp"]
        with open(os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json"), encoding="utf-8") as stream:
            self.discovery = json.load(stream)

    def post(self, signal_name, body, content_type="application/json", headers=None):
        if not isinstance(body, (bytes, bytearray)):
            body = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.otlp}/v1/{signal_name}", body,
                                         {"Content-Type": content_type, **(headers or {})})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()

    def post_fixture(self, signal_name, name):
        with open(os.path.join(FIXTURES, name), "rb") as stream:
            content_type = "application/json" if ".json" in name else "application/x-protobuf"
            headers = {"Content-Encoding": "gzip"} if name.endswith(".gz") else {}
            return self.post(signal_name, stream.read(), content_type, headers)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.place.hub = None
        if status != 0:
            raise AssertionError(f"the hub ended with {status}")


def attributes(**values):
    """Attributes in OTLP JSON; `__` in a name stands for a dot."""
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return [{"key": key.replace("__", "."), "value": {kinds[type(value)]: value}} for key, value in values.items()]


def span(trace, number, name, parent=0, start=0, took=1000000, kind=1, status=None, events=(), **values):
    """A span in OTLP JSON: `trace` and `number` are small numbers, times in ns after a fixed moment."""
    moment = 1700000000000000000 + start
    made = {"traceId": f"{trace:032x}", "spanId": f"{number:016x}", "name": name, "kind": kind,
            "startTimeUnixNano": str(moment), "endTimeUnixNano": str(moment + took), "attributes": attributes(**values),
            "events": list(events)}
    if parent:
        made["parentSpanId"] = f"{parent:016x}"
    if status:
        made["status"] = status
    return made


def request(spans, service="shop", **resource):
    return {"resourceSpans": [{"resource": {"attributes": attributes(service__name=service, **resource)},
                               "scopeSpans": [{"scope": {"name": "tests"}, "spans": list(spans)}]}]}


def log_request(records, service="shop"):
    return {"resourceLogs": [{"resource": {"attributes": attributes(service__name=service)},
                              "scopeLogs": [{"scope": {"name": "tests"}, "logRecords": list(records)}]}]}


class Skip(Exception):
    """A test can't be made here; says why."""


def run(tests):
    """Run every test_ function of a module's globals(), each in its own place, and print TAP."""
    wanted = [(name, function) for name, function in tests.items() if name.startswith("test_")]
    failed = 0
    print(f"1..{len(wanted)}", flush=True)
    for number, (name, function) in enumerate(wanted, 1):
        try:
            with Place() as place:
                function(place)
            print(f"ok {number} {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} {name} # SKIP {reason}", flush=True)
        except Exception:  # every failure is one line of TAP
            failed += 1
            print(f"not ok {number} {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    sys.exit(1 if failed else 0)
