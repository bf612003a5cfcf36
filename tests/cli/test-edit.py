#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""flowctl edit: files by way of the hub, and texts of pages."""

import json
import os
import re
import shutil
import subprocess
import urllib.request

from flowedit import End
from flowpeer import Peer
from flowtest import FLOWCTL, PATIENCE, Skip, run, wait_until


def read(path):
    with open(path, "rb") as stream:
        return stream.read()


def use_editor(place, script):
    """The command of the settings is a program of ours, with the file as its argument."""
    program = place.write("editor", f"#!/bin/sh\n{script}\n", 0o755)
    place.ctl("settings", "set", "edit.command", f"{program} {{file}}")


def start(place, *arguments, **more):
    return subprocess.Popen([FLOWCTL, "edit", *arguments], env=place.env, cwd=place.top, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)


def finish(process):
    output, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, output.decode(), errors.decode()


def open_pair(place, text="hello"):
    hub = place.start_hub()
    editor = End().connect(hub, "editor", "me", ["edit"])
    page = End(text).connect(hub, instance="page")
    page.open()
    return hub, page, editor


def session(place):
    answer = place.json("edit", "list")
    assert len(answer["sessions"]) == 1, answer
    return answer["sessions"][0]


def test_without_hub(place):
    place.ctl("edit", "list", status=1)
    assert "flowscope-hub" in place.errors, place.errors
    place.ctl("edit", place.write("a.txt", "a"), status=1)
    place.ctl("edit", status=2)
    place.ctl("edit", "a", "b", status=2)
    place.ctl("edit", "journal", status=2)


def test_file_and_wait(place):
    place.start_hub()
    path = place.write("notes.md", "\ufeffone\r\ntwo\r\n")
    use_editor(place, "printf '\\357\\273\\277one\\r\\ntwo\\r\\nthree\\r\\n' > \"$1\"")
    place.ctl("edit", "--wait", "notes.md")
    assert read(path) == "\ufeffone\r\ntwo\r\nthree\r\n".encode(), read(path)


def test_line(place):
    """“+LINE” reaches the command, and “+LINE:COLUMN” an editor that is connected."""
    hub = place.start_hub()
    path = place.write("notes.md", "one\ntwo\nthree\n")
    out = os.path.join(place.top, "line")
    program = place.write("editor", f'#!/bin/sh\necho "$1" > {out}\n', 0o755)
    place.ctl("settings", "set", "edit.command", f"{program} +{{line}} {{file}}")
    place.ctl("edit", "--wait", "+2", path)
    assert read(out) == b"+2\n", read(out)
    editor = End().connect(hub, "editor", "me", ["edit"])
    place.ctl("edit", "+2:3", path)
    assert editor.accept()["cursor"] == {"start": 6, "end": 6}


def test_on_terminal(place):
    """An editor that draws in a terminal gets the one that flowctl has, and the hub sees what it saves."""
    bin_folder = os.path.dirname(place.write("bin/nvim", '#!/bin/sh\ntest -t 0 || exit 9\necho "$1" >> "$2"\nexit '
                                             '$(cat "$0.status")\n', 0o755))
    place.write("bin/nvim.status", "0")
    place.env["PATH"] = f"{bin_folder}:/usr/bin:/bin"
    place.start_hub()
    path = place.write("notes.md", "one\n")
    status, shown = place.on_terminal(["edit", "--wait", "+3", path], "")
    assert status == 0, shown
    assert read(path) == b"one\n+3\n", read(path)
    wait_until(lambda: place.json("edit", "list")["sessions"] == [], "the session to end")
    entry = place.json("edit", "list")["recoverable"][0]
    assert entry["title"] == "notes.md", entry
    assert place.json("edit", "show", entry["id"])["text"] == "one\n+3\n"
    place.write("bin/nvim.status", "1")
    assert place.on_terminal(["edit", path], "")[0] == 1


def test_editor_that_fails(place):
    place.start_hub()
    path = place.write("notes.md", "one\n")
    use_editor(place, "exit 3")
    place.ctl("edit", "--wait", path, status=1)
    assert read(path) == b"one\n"
    place.ctl("settings", "set", "edit.command", "/nowhere/editor {file}")
    place.ctl("edit", "--wait", path, status=1)
    assert "/nowhere/editor" in place.errors, place.errors
    assert read(path) == b"one\n"


def test_what_cannot_be_edited(place):
    place.start_hub()
    use_editor(place, "true")
    os.mkfifo(os.path.join(place.top, "fifo"))
    long = place.write("long.txt", "a" * (4 * 1024 * 1024 + 1))
    binary = os.path.join(place.top, "binary")
    with open(binary, "wb") as stream:
        stream.write(b"\xff\xfe\x00\x00")
    for path in (place.folder("dir"), "fifo", long, binary, "no/such/folder/file"):
        place.ctl("edit", "--wait", path, status=1)
    assert read(binary) == b"\xff\xfe\x00\x00"


def test_git(place):
    """As $EDITOR of another program."""
    if shutil.which("git") is None:
        raise Skip("git is not installed")
    place.start_hub()
    use_editor(place, "echo 'what changed' > \"$1\"")
    folder = place.folder("repository")
    env = {**place.env, "GIT_EDITOR": f"{FLOWCTL} edit --wait", "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments):
        return subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments], cwd=folder,
                              env=env, check=True, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    git("init")
    git("commit", "--allow-empty")
    assert git("log", "--format=%s").stdout.decode() == "what changed\n"


def test_file_in_a_channel(place):
    """A connected editor has the text live; the file gets it when the user saves."""
    hub = place.start_hub()
    path = place.write("notes.md", "one\n")
    editor = End().connect(hub, "editor", "me", ["edit"])
    waiting = start(place, "--wait", path)
    asked = editor.accept()
    assert asked["text"] == "one\n" and asked["title"] == "notes.md" and asked["fileType"] == "md", asked
    editor.type(4, "two\n")
    editor.settle()
    assert read(path) == b"one\n"
    editor.peer.send("edit_saved", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: read(path) == b"one\ntwo\n", "the file to be saved")
    assert waiting.poll() is None
    editor.peer.send("edit_closed", {"editId": editor.edit_id, "client": editor.client})
    assert finish(waiting)[0] == 0
    wait_until(lambda: place.json("edit", "list")["sessions"] == [], "the session to end")
    assert place.json("edit", "show", editor.edit_id)["text"] == "one\ntwo\n"


def test_recover_file(place):
    """What was not saved is in the journal, and goes into the file when it is saved after all."""
    hub = place.start_hub()
    path = place.write("notes.md", "one\n")
    editor = End().connect(hub, "editor", "me", ["edit"])
    place.ctl("edit", path)
    editor.accept()
    editor.type(4, "two\n")
    editor.settle()
    editor.peer.send("edit_closed", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: place.json("edit", "list")["sessions"] == [], "the session to end")
    assert read(path) == b"one\n"
    place.ctl("edit", "recover", editor.edit_id)
    assert editor.accept()["text"] == "one\ntwo\n"
    wait_until(lambda: "file" in [end["side"] for end in session(place)["endpoints"]], "the file")
    editor.peer.send("edit_saved", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: read(path) == b"one\ntwo\n", "the file to be saved")


def test_file_that_others_write(place):
    """What a program writes into the file meanwhile is merged, and is in the editor."""
    hub = place.start_hub()
    path = place.write("notes.md", "one\ntwo\n")
    editor = End().connect(hub, "editor", "me", ["edit"])
    place.ctl("edit", path)
    editor.accept()
    editor.type(8, "three\n")
    place.write("notes.md", "zero\none\ntwo\n")
    editor.until(lambda end: end.text == "zero\none\ntwo\nthree\n" and end.pending is None)
    editor.peer.send("edit_saved", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: read(path) == b"zero\none\ntwo\nthree\n", "the file to be saved")


def test_list_journal_undo(place):
    _, page, editor = open_pair(place)
    editor.accept()
    first = str(page.revision)
    page.type(5, " world")
    page.settle()
    editor.until(lambda end: end.text == "hello world")
    shown = session(place)
    assert shown["state"] == "open" and shown["title"] == "A page" and shown["site"] == "example.org", shown
    assert page.edit_id[:8] in place.text("edit", "list")
    short = page.edit_id[:6]
    journal = place.json("edit", "journal", short)
    assert [entry["what"] for entry in journal["entries"]].count("change") == 1, journal
    assert "  +" in place.text("edit", "journal", short)
    assert place.text("edit", "show", short) == "hello world"
    place.ctl("edit", "undo", short)
    page.until(lambda end: end.text == "hello")
    place.ctl("edit", "redo", short)
    editor.until(lambda end: end.text == "hello world")
    assert place.json("edit", "show", short, "--revision", first)["text"] == "hello"
    place.ctl("edit", "show", "nobody", status=1)


def test_hostile_page(place):
    """Nothing that a page says becomes a part of a path or of a command."""
    out = os.path.join(place.top, "argument")
    use_editor(place, f'printf %s "$1" > {out}.new; mv {out}.new {out}')
    hub = place.start_hub()
    evil = "../../../home/x; touch /tmp/$(id) `id` && \n {file} %s"
    page = End("harmless", url=f"https://example.org/{evil}", title=evil, field=evil)
    page.request["fileType"] = evil
    page.connect(hub, instance="page").open()
    wait_until(lambda: os.path.exists(out), "the editor to be started")
    argument = read(out).decode()
    folder = os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "edit")
    assert os.path.dirname(argument) == folder and re.fullmatch(r"[A-Za-z0-9]+\.[a-z]+", os.path.basename(argument)), argument
    assert "touch" in session(place)["title"]
    assert place.text("edit", "list").count("\n") == 2, "a line break of the page breaks a line"


def test_too_much(place):
    """A page that asks too fast is told so; a text that is too long is, and one that no message can be ends it."""
    hub = place.start_hub()
    peer = Peer(hub, kind="cli", instance="page")
    answers = [peer.ask("edit_request", {"client": f"c{number}", "text": "a", "url": f"https://{number}.example.org/"},
                        "edit_update") for number in range(60)]
    codes = {answer["data"].get("code") for answer in answers if answer["type"] == "error"}
    assert codes == {"too_many_requests"}, codes
    answer = peer.ask("edit_request", {"client": "long", "text": "a" * (4 * 1024 * 1024 + 1)})
    assert answer["data"]["code"] == "text_too_long", answer
    try:
        peer.send("edit_request", {"client": "longer", "text": "a" * (64 * 1024 * 1024)})
        while True:
            peer.message()
    except EOFError as reason:
        assert "1009" in str(reason), reason
    except OSError:
        pass
    assert place.json("edit", "list")["counts"]["refused"] > 0


def test_end_and_recover(place):
    _, page, editor = open_pair(place)
    editor.accept()
    page.type(5, " world")
    page.settle()
    place.ctl("edit", "end", page.edit_id)
    assert place.json("edit", "list")["sessions"] == []
    wait_until(lambda: page.edit_id[:8] in place.text("edit", "recover"), "the text to be offered")
    place.ctl("edit", "recover", page.edit_id)
    again = editor.accept()
    assert again["text"] == "hello world" and again["editId"] == page.edit_id, again
    place.ctl("edit", "end", page.edit_id)
    place.ctl("edit", "forget", page.edit_id)
    assert page.edit_id[:8] not in place.text("edit", "recover")


def test_conflict(place):
    _, page, editor = open_pair(place, "the colour is red\n")
    editor.accept()
    editor.peer.send("ping", {"pingTime": 1})
    page.type(14, "green", delete=3)
    editor.type(14, "blue", delete=3)
    for end in (page, editor):
        end.settle()
    wait_until(lambda: session(place)["conflict"], "the conflict")
    text = place.json("edit", "show", page.edit_id)["text"]
    assert "green" in text and "blue" in text, text
    shown = place.text("edit", "resolve", page.edit_id)
    assert "green" in shown and "blue" in shown and "red" in shown, shown
    place.ctl("edit", "resolve", page.edit_id, "--use", "mine", "--from", "x", status=2)
    solved = place.write("solved", "the colour is teal\n")
    place.ctl("edit", "resolve", page.edit_id, "--from", solved)
    for end in (page, editor):
        end.until(lambda end: end.text == "the colour is teal\n")
    assert not session(place)["conflict"]


def test_editors_and_choice(place):
    hub, page, first = open_pair(place)
    first.accept()
    second = End().connect(hub, "editor", "second", ["edit"])
    choices = {entry["choice"]: entry for entry in place.json("edit", "editors")["choices"]}
    assert choices["editor/me"]["connected"] and choices["editor/second"]["connected"], choices
    assert choices["vscode_extension"]["connected"] is False and "nvim" in choices, choices
    assert "editor/second" in place.text("edit", "editors")
    place.ctl("edit", "choose", page.edit_id, "editor/second")
    assert second.accept()["text"] == "hello"
    assert first.peer.receive("edit_closed")["data"]["editId"] == page.edit_id
    wait_until(lambda: session(place)["editor"]["choice"] == "editor/second", "the other editor")
    place.ctl("edit", "choose", page.edit_id, "/nowhere/editor")
    wait_until(lambda: session(place)["error"], "the failure")
    assert session(place)["error"]["code"] == "editor_not_found"


def control(hub, verb, **arguments):
    """What the app asks the hub."""
    request = urllib.request.Request(f"http://127.0.0.1:{hub.discovery['port']}/control/{verb}",
                                     json.dumps(arguments).encode(),
                                     {"Authorization": f"Bearer {hub.discovery['token']}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def rules(place, what):
    return place.text("settings", "get", f"edit.editors-by-{what}").strip()


def test_choices_that_are_kept(place):
    hub = place.start_hub()
    control(hub, "edit-choose", site="Example.org", choice="nvim")
    control(hub, "edit-choose", site="other.example", choice="vscode_extension")
    control(hub, "edit-choose", type="sql", choice="editor/sql")
    assert rules(place, "site") == "[('example.org', 'nvim'), ('other.example', 'vscode_extension')]", rules(place, "site")
    control(hub, "edit-choose", site="example.org", choice="kate -b {file}")
    control(hub, "edit-choose", site="other.example", choice=None)
    assert rules(place, "site") == "[('example.org', 'kate -b {file}')]", rules(place, "site")
    editor = End().connect(hub, "editor", "sql", ["edit"])
    End("select", url="https://third.example/").connect(hub, instance="page").open()
    page = End("select", url="https://third.example/", field="query")
    page.request["fileType"] = "sql"
    page.connect(hub, instance="other").open()
    while editor.accept()["fileType"] != "sql":
        pass


run(globals())
