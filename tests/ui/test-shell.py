#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of the program: one instance, files and links, hubs that give way and come back, errors, the end."""

import json
import os
import signal
import subprocess
import urllib.request

import a11y
from app import APP, App, PATIENCE, desktop, run, wait_until
from flowtest import request, span

GOES_ON = {"ui.run-in-background": "true"}
ENDS = {"ui.run-in-background": "false"}


def start_again(app, *arguments):
    """What a second start prints and ends with."""
    return subprocess.run([APP, *arguments], env=app.env, cwd=app.place.top, capture_output=True, text=True,
                          timeout=PATIENCE)


def write_traces(place, name, count):
    path = os.path.join(place.top, name)
    with open(path, "w", encoding="utf-8") as stream:
        for number in range(1, count + 1):
            stream.write(json.dumps(request([span(number, 1, f"GET /{number}")])) + "\n")
    return path


def hand_over(where):
    """What a hub that wants the data folder asks of the one that has it."""
    asked = urllib.request.Request(f"http://127.0.0.1:{where['port']}/control/handover", b"{}",
                                   {"Authorization": f"Bearer {where['token']}", "Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        assert answer.status == 200


def told(app, text):
    """What a toast says is in the log too, which stays."""
    app.wait_until(lambda: text in app.said(), text)


def close_window(app):
    """What the button of the title bar does."""
    app.key("ctrl+w")
    app.wait_until(lambda: not app.windows(), "no window")


def test_one_instance(place):
    with App(place, settings=GOES_ON) as app:
        done = start_again(app)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
        assert len(app.windows()) == 1


def test_another_folder_is_another_program(place):
    """Two programs, each with its data, at the same time."""
    other = os.path.join(place.top, "other")
    with App(place) as app:
        app.wait_hub()
        second = subprocess.Popen([APP, "--background", "--data-dir", other], env=app.env, stderr=subprocess.PIPE)
        wait_until(lambda: os.path.exists(os.path.join(other, "flowscope.db")), "the other data folder")
        assert app.process.poll() is None and second.poll() is None
        second.send_signal(signal.SIGTERM)
        assert second.wait(PATIENCE) == 0


def test_version_and_help(place):
    for option, word in (("--version", "flowscope "), ("--help", "--background")):
        done = subprocess.run([APP, option], env=place.env, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 and word in done.stdout and not done.stderr, done


def test_background(place):
    """Without a window it takes spans in; a start without options shows the window."""
    with App(place, "--background", window=False) as app:
        assert app.post("traces", request([span(1, 1, "GET /")])) == 200
        app.tree = a11y.application_of(app.process.pid)
        assert not app.tree or not app.windows()
        start_again(app)
        app.wait_window()


def test_goes_on_without_a_window(place):
    with App(place, settings=GOES_ON) as app:
        app.wait_hub()
        close_window(app)
        assert app.post("traces", request([span(1, 1, "GET /")])) == 200
        start_again(app)
        app.wait_window()


def test_ends_with_its_window(place):
    with App(place, settings=ENDS) as app:
        app.wait_hub()
        app.key("ctrl+w")
        assert app.process.wait(PATIENCE) == 0


def test_terminated(place):
    """The session ends: everything is closed and sealed, the discovery file is gone."""
    with App(place) as app:
        app.post("traces", request([span(1, 1, "GET /")]))
        app.process.send_signal(signal.SIGTERM)
        assert app.process.wait(PATIENCE) == 0
        assert not os.path.exists(os.path.join(app.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json"))
        assert len(place.json("traces")) == 1


def test_files(place):
    """A file of the command line, and one given to the program that runs; told, and really there."""
    first = write_traces(place, "first.jsonl", 3)
    with App(place, first) as app:
        told(app, "Importing first.jsonl: 3 rows imported")
        assert len(place.json("traces")) == 3
        done = start_again(app, write_traces(place, "more.jsonl", 5))
        assert done.returncode == 0, done
        told(app, "Importing more.jsonl: 2 rows imported, there before: 3")
        assert len(place.json("traces")) == 5


def test_bad_files(place):
    bad = place.write(os.path.join(place.top, "bad.json"), "{\"resourceSpans\": 12}")
    with App(place) as app:
        app.wait_hub()
        missing = start_again(app, "nothing.json")
        assert missing.returncode != 0 and "nothing.json" in missing.stderr, missing
        wrong = start_again(app, "flowscope://trace/12")
        assert wrong.returncode != 0 and "flowscope://trace/12" in wrong.stderr, wrong
        start_again(app, bad)
        app.wait("label", contains="Importing bad.json Failed")
        app.screenshot("import-failed")
        app.press("Close")


class SlowFile:
    """A file whose end does not come: what reads it is under way for as long as the test wants."""

    def __init__(self, place):
        self.path = os.path.join(place.top, "slow.jsonl")
        self.stream = None
        os.mkfifo(self.path)

    def __enter__(self):
        return self

    def begin(self):
        self.stream = open(self.path, "w", encoding="utf-8")  # waits for who reads it
        self.stream.write(json.dumps(request([span(1, 1, "GET /")])) + "\n")
        self.stream.flush()

    def end(self):
        self.stream.close()

    def __exit__(self, *_):
        if self.stream:
            self.end()


def test_quit_asks(place):
    """While a file is imported; going on goes on, quitting stops the work and ends well."""
    with SlowFile(place) as slow, App(place, slow.path) as app:
        slow.begin()
        app.wait("label", "Importing slow.jsonl")
        app.action("quit")
        app.wait("label", "Quit Although Work Is Under Way?")
        app.screenshot("quit-asks")
        app.press("Go On")
        app.wait_gone("label", "Quit Although Work Is Under Way?")
        app.action("quit")
        app.press("Quit", "push button")
        slow.end()
        assert app.process.wait(PATIENCE) == 0


def test_quit_finishes(place):
    """What could still be undone when the program ends is done: an erased trace stays away."""
    with App(place) as app:
        app.post("traces", request([span(1, 1, "GET /erased")]))
        app.post("traces", request([span(2, 1, "GET /kept")]))
        app.click(app.wait("list item", contains="GET /erased"))
        app.key("Delete")
        app.wait("push button", "Undo")
    assert [trace["name"] for trace in place.json("traces")] == ["GET /kept"]


def test_import_is_cancelled(place):
    with SlowFile(place) as slow, App(place, slow.path) as app:
        slow.begin()
        app.press("Importing slow.jsonl")
        app.screenshot("import")
        cancel = app.wait("push button", "Cancel", root=app.wait("list", "Work under way"))
        app.click(cancel)
        app.wait_until(lambda: not a11y.has_state(cancel, "sensitive"), "the button to have been pressed")
        slow.end()
        told(app, "Importing slow.jsonl: cancelled")
        app.wait("label", "Ready")


def test_takes_over(place):
    """A hub without a window gives way; what it has stored is there."""
    hub = place.start_hub()
    hub.post("traces", request([span(1, 1, "GET /")]))
    with App(place) as app:
        assert hub.process.wait(PATIENCE) == 0
        place.hub = None
        app.wait("label", "Ready")
        assert app.post("traces", request([span(2, 1, "GET /")])) == 200
        assert len(place.json("traces")) == 2


def test_gives_way(place):
    """Who asks the hub to stop gets that, and the window says what happened and how to go on."""
    with App(place) as app:
        hand_over(app.wait_hub())
        app.wait("label", "The Hub Was Stopped")
        app.screenshot("stopped")
        app.press("Try Again")
        app.wait("label", "Ready")


def test_locked(place):
    """Something that is no hub holds the data: the window says so, and tries again when told."""
    folder = place.data_dir
    os.makedirs(folder, exist_ok=True)
    holder = subprocess.Popen(["/usr/bin/python3", "-c", "import fcntl,sys;f=open(sys.argv[1],'w');fcntl.lockf(f,"
                               "fcntl.LOCK_EX);print('held',flush=True);sys.stdin.read()",
                               os.path.join(folder, "hub.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    assert holder.stdout.readline() == "held\n"
    with App(place) as app:
        app.wait("label", "Another FlowScope Uses This Data")
        app.screenshot("locked")
        holder.communicate("")
        app.press("Try Again")
        app.wait("label", "Ready")


def test_newer_database(place):
    folder = place.data_dir
    with App(place) as app:
        app.wait_hub()
    subprocess.run(["/usr/bin/python3", "-c", "import sqlite3,sys;d=sqlite3.connect(sys.argv[1]);"
                    "d.execute('pragma user_version=9999');d.commit()", os.path.join(folder, "flowscope.db")], check=True)
    with App(place) as app:
        app.wait("label", "A Newer FlowScope Wrote This Data")
        app.screenshot("newer")
        app.press("Show the Log")
        app.wait("label", contains="The hub did not start")


def test_foreign_database(place):
    folder = place.data_dir
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "flowscope.db"), "wb") as stream:
        stream.write(b"not a database" * 1000)
    with App(place, settings=GOES_ON) as app:
        app.wait("label", contains="FlowScope’s Data")
        # Without a hub there is nothing to go on with.
        app.key("ctrl+w")
        assert app.process.wait(PATIENCE) == 0


def test_no_folder(place):
    """The data folder cannot be made: it says so on both ways, and ends with 1."""
    place.write(os.path.join(place.top, "file"), "")
    done = subprocess.Popen([APP, "--data-dir", os.path.join(place.top, "file", "data")],
                            env={**place.env, **{name: os.environ[name] for name in ("DISPLAY",
                                                                                     "DBUS_SESSION_BUS_ADDRESS")}},
                            stderr=subprocess.PIPE, text=True)
    tree = wait_until(lambda: a11y.application_of(done.pid), "the program on the bus")
    wait_until(lambda: a11y.find(tree, "label", "FlowScope Cannot Start"), "the reason")
    done.send_signal(signal.SIGTERM)
    assert "Cannot make the folder" in done.communicate(timeout=PATIENCE)[1]


def test_window_is_remembered(place):
    with App(place, settings=ENDS) as app:
        app.wait_hub()
        app.key("alt+4")
        app.wait("label", "Nothing to Report")
        app.resize(800, 600)
    with App(place) as app:
        app.wait("label", "Nothing to Report")
        shape = app.geometry(app.window_id())
        assert abs(shape["WIDTH"] - 800) < 40 and abs(shape["HEIGHT"] - 600) < 40, shape


def test_pause_capture(place):
    """From the action; the line at the bottom says so and its button takes it back."""
    with App(place) as app:
        app.wait_hub()
        app.action("capture-enabled")
        app.wait("label", "Capture is paused")
        app.screenshot("paused")
        app.press("Resume")
        app.wait("label", "Ready")
        assert app.post("traces", request([span(1, 1, "GET /")])) == 200


def test_erase_all(place):
    """Only with the words typed."""
    with App(place) as app:
        app.post("traces", request([span(1, 1, "GET /")]))
        app.action("preferences", "'storage'")
        app.press("Erase All…")
        entry = app.wait("text", "Confirmation")
        button = app.wait("push button", contains="Erase All Traces")
        assert not a11y.has_state(button, "sensitive")
        app.screenshot("erase-all")
        a11y.set_text(entry, "erase all")
        app.wait_until(lambda: a11y.has_state(button, "sensitive"), "the button to be allowed")
        app.click(button)
        told(app, "Erasing all traces: done")
        assert place.json("traces") == []


def test_opens_by_itself(place):
    """Each new trace while the list follows, until one is opened by hand."""
    with App(place, settings={"ui.auto-open-traces": "true"}) as app:
        app.wait(contains="Nothing has come in yet")
        app.post("traces", request([span(1, 1, "GET /first")]))
        app.wait("push button", "All traces")
        app.wait(None, contains="GET /first")
        app.post("traces", request([span(2, 1, "GET /second")]))
        app.wait("list item", contains="GET /second")
        app.action("open-trace", f"'{1:032x}'")
        app.wait("list item", contains="GET /first")
        app.post("traces", request([span(3, 1, "GET /third")]))
        app.wait("label", contains="3 traces")
        assert app.look("push button", "All traces") and not app.look("list item", contains="GET /third")


def test_search_action(place):
    """What the search of the desktop asks for, also of a program that only starts."""
    with App(place) as app:
        app.post("traces", request([span(1, 1, "GET /first")]))
        app.post("traces", request([span(2, 1, "GET /second")]))
        app.action("search", "'second'")
        app.wait("list item", contains="GET /second")
        app.wait_gone("list item", contains="GET /first")


def test_ports(place):
    """Another port is used after the hub was started again, which the page offers."""
    with App(place) as app:
        app.wait_hub()
        place.ctl("settings", "set", "ports.otlp-http-enabled", "false")
        app.action("preferences", "'ports'")
        app.press("Restart the Hub")
        app.wait("label", "OTLP is off")
        app.wait("label", "Ready")


@desktop(size="370x720")
def test_narrow(place):
    with App(place) as app:
        app.wait("label", "Ready")
        app.screenshot("narrow")
        app.press("Pages")
        app.screenshot("narrow-pages")


run(globals())
