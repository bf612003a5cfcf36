#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that speak with others over the hub: channels, send, listen, outbox, pair, editor."""

import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.request

import flowpeer
from flowtest import FLOWCTL, PATIENCE, Skip, run, wait_until


class Peer:
    """A flowctl that stays connected."""

    def __init__(self, place, *arguments, said="listening as ", **more):
        self.process = subprocess.Popen([FLOWCTL, *arguments], env=place.env, cwd=place.top, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        line = self.process.stderr.readline().decode()
        assert said in line, line + self.process.stderr.read().decode()
        self.name = line.split(said)[1].strip()

    def read(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read().decode()
        return json.loads(line)

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def wait(self, status=0):
        """The end that it comes to by itself."""
        out, errors = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == status, (self.process.returncode, errors)
        return out.decode(), errors.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def listen(place, *arguments, **more):
    return Peer(place, "listen", "--json", *arguments, **more)


def names(place):
    return [channel["channel"] for channel in place.json("channels")["channels"]]


def waiting(place):
    return place.json("outbox")["waiting"]


def test_without_a_hub(place):
    for arguments in (["send", "ping"], ["listen"], ["channels"], ["outbox"]):
        place.ctl(*arguments, status=1)
        assert "flowscope-hub" in place.errors, place.errors


def test_channels(place):
    place.start_hub()
    assert place.json("channels") == {"channels": []}
    assert place.text("channels") == "" and "nobody" in place.errors
    folder = place.folder("shop")
    with listen(place, "--kind", "editor", "--instance", "ed", "--workspace", folder, "--focused"):
        channel = place.json("channels")["channels"][0]
        assert channel["channel"] == "editor/ed" and channel["kind"] == "editor" and channel["focused"], channel
        assert channel["workspaces"] == [folder] and "code" in channel["capabilities"], channel
        assert "editor/ed" in place.text("channels") and folder in place.text("channels")
    wait_until(lambda: names(place) == [], "the channel to be gone")


def test_send(place):
    place.start_hub()
    answer = place.json("send", "ping", "--wait", "pingTime=5")
    assert answer["type"] == "pong" and answer["data"] == {"pingTime": 5}, answer
    with listen(place, "--instance", "ear", "--type", "own_thing") as ear:
        said = place.text("send", "own_thing", "-t", ear.name, "--data", '{"a":{"b":1},"c":2}', "a.d=x y", "c=[1,null]",
                          "e=\"7\"", "f=true", "g=a=b", "h=")
        assert said.startswith("sent  "), said
        message = ear.read()
        assert message["data"] == {"a": {"b": 1, "d": "x y"}, "c": [1, None], "e": "7", "f": True, "g": "a=b", "h": ""}
        assert message["source"].startswith("cli/") and message["target"] == "cli/ear" and "seq" not in message, message
        place.json("send", "own_thing", "-t", "cli/ear", "--priority", "9", "--expires", "1h")
        message = ear.read()
        assert message["priority"] == 9 and message["expires"] > message["timestamp"], message
        place.ctl("send", "own_thing", "-t", "cli/ear", "--wait", "--timeout", "1ms", status=1)
        assert "in time" in place.errors, place.errors


def test_listen_says_nothing_to_a_terminal(place):
    place.start_hub()
    with listen(place, "--instance", "ear", "--type", "own") as ear:
        place.ctl("send", "own", "-t", "cli/ear", "text=\x1b[31m\x7f\x9b31m\xa0é")
        line = ear.process.stdout.readline()
        assert b"\\u001b[31m\\u007f\\u009b31m\xc2\xa0\xc3\xa9" in line, line
        assert json.loads(line)["data"]["text"] == "\x1b[31m\x7f\x9b31m\xa0é", line


def test_send_refuses(place):
    place.start_hub()
    for arguments, why in ((["jump_to_code", "file=/a"], "/data/line"), (["jump_to_code", "line=0", "file=/a"], "least 1"),
                           (["x", "a"], "KEY=VALUE"), (["x", "a..b=1"], "KEY=VALUE"), (["x", "-d", "[1]"], "JSON"),
                           (["x", "-t", "vim"], "vim"), (["x", "-t", "editor/a b"], "neither"),
                           (["x", "--priority", "10"], "priority"), (["x", "--instance", "a/b"], "a/b"), ([], "missing"),
                           (["x", "-t", ""], "neither"), (["x", "-t", "cli/\x1b"], "neither"), (["x\x7f"], "type"),
                           (["x", "--id", ""], "an id"), (["x", "--id", "a\nb"], "an id"),
                           (["x", "--id", "a" * 200], "an id")):
        place.ctl("send", *arguments, status=2)
        assert why in place.errors, (arguments, place.errors)
    place.ctl("listen", "--kind", "vim", status=2)
    place.ctl("listen", "--workspace", "here", status=2)
    place.ctl("send", "welcome", "-t", "cli", "-d", json.dumps({
        "channel": "cli/a", "hub": {"version": "1", "protocol": 1, "pid": 1}, "settings": {}, "presence": [],
        "delivery": {"epoch": "a", "seq": 0}}), status=1)
    assert "may" in place.errors or "forbidden" in place.errors, place.errors


def test_jump_needs_an_editor(place):
    place.start_hub()
    file = place.write("shop/app.py", "one\n")
    place.ctl("send", "jump_to_code", "-t", "editor/nobody", f"file={file}", "line=1", status=1)
    assert "not connected" in place.errors, place.errors


def test_stored(place):
    place.start_hub()
    said = place.json("send", "own_thing", "-t", "cli/ear", "--ack", "n=1")
    assert said["state"] == "stored", said
    place.ctl("send", "own_thing", "-t", "cli/ear", "--ack", "n=2", "--priority", "9")
    place.ctl("send", "own_thing", "-t", "cli/other", "--ack", "n=3")
    assert [one["type"] for one in waiting(place)] == ["own_thing"] * 3
    assert [one["id"] for one in place.json("outbox", "list", "--target", "cli/ear")["waiting"]].count(said["id"]) == 1
    assert "cli/ear" in place.text("outbox") and "own_thing" in place.text("outbox", "list")

    with listen(place, "--instance", "ear", "--type", "own_thing", "--count", "2") as ear:
        first, second = ear.read(), ear.read()
        assert (first["data"]["n"], second["data"]["n"]) == (2, 1) and first["seq"] < second["seq"], (first, second)
        ear.wait()
    wait_until(lambda: len(waiting(place)) == 1, "what was acknowledged to go")

    with listen(place, "--instance", "ear", "--type", "own_thing", "--count", "1") as ear:
        assert place.json("send", "own_thing", "-t", "cli/ear", "-a", "-w", "n=4")["state"] == "handled"
        assert ear.read()["data"]["n"] == 4
        ear.wait()


def test_same_id_is_one_message(place):
    place.start_hub()
    for _ in range(2):
        said = place.json("send", "own_thing", "-t", "cli/ear", "-a", "--instance", "me", "--id", "one", "n=1")
        assert said == {"id": "one", "state": "stored"}, said
    place.ctl("send", "own_thing", "-t", "cli/ear", "-a", "--instance", "me", "--id", "two", "n=2")
    with listen(place, "--instance", "ear", "--type", "own_thing") as ear:
        assert [ear.read()["id"], ear.read()["id"]] == ["one", "two"]


def test_who_only_sends_takes_nothing(place):
    """What waits for a kind is not for a flowctl that only waits for an answer."""
    hub = place.start_hub()
    editor = flowpeer.Peer(hub, "editor", "slow")
    editor.send("own_thing", {"n": 1}, target="cli", ack=True)
    editor.receive("ack")
    with subprocess.Popen([FLOWCTL, "send", "question", "-t", "editor/slow", "--wait"], env=place.env,
                          stdout=subprocess.PIPE) as asks:
        question = editor.receive("question")
        wait_until(lambda: [entry["attempts"] for entry in waiting(place)] != [0], "the delivery")
        editor.send("answer", {}, target=question["source"], reply_to=question["id"])
        assert asks.wait(PATIENCE) == 0
    assert len(waiting(place)) == 1
    editor.close()


def test_output_that_is_gone_keeps_the_message(place):
    place.start_hub()
    with listen(place, "--instance", "ear", "--type", "own_thing") as ear:
        ear.process.stdout.close()
        place.ctl("send", "own_thing", "-t", "cli/ear", "-a", "n=1")
        assert ear.process.wait(PATIENCE) != 0
        ear.process.stdout = open(os.devnull, "rb")
    with listen(place, "--instance", "ear", "--type", "own_thing") as ear:
        assert ear.read()["data"] == {"n": 1}


def test_one_name_one_channel(place):
    place.start_hub()
    with listen(place, "--instance", "ear") as first, listen(place, "--instance", "ear"):
        errors = first.wait(1)[1]
        assert "name" in errors and "reconnect" in errors, errors
        assert names(place) == ["cli/ear"]


def send_briefly(place):
    """Something that expires soon, but not before it has arrived, however slow the machine."""
    for lifetime in ("100ms", "1s", "10s"):
        try:
            place.ctl("send", "late_thing", "-t", "cli/ear", "-a", "--expires", lifetime)
            return
        except AssertionError:
            assert "expired" in place.errors, place.errors
    raise AssertionError("it was always too late")


def test_outbox(place):
    place.start_hub()
    for _ in range(3):
        place.ctl("send", "own_thing", "-t", "cli/ear", "-a")
    numbers = [str(one["number"]) for one in waiting(place)]
    place.ctl("outbox", "drop", *numbers[:2])
    assert [str(one["number"]) for one in waiting(place)] == numbers[2:]
    place.ctl("outbox", "drop", numbers[0], status=1)
    place.ctl("outbox", "drop", "x", status=2)
    place.ctl("outbox", "resend", status=2)

    send_briefly(place)
    dead = wait_until(lambda: place.json("outbox")["dead"], "the message to expire")
    assert dead[0]["type"] == "late_thing" and dead[0]["reason"] == "expired", dead
    assert "late_thing" in place.text("outbox") and "expired" in place.text("outbox")

    # It has the same time to live again, so on a slow machine it may take more than one attempt.
    with listen(place, "--instance", "ear", "--type", "late_thing", "--count", "1") as ear:
        def resent():
            for letter in place.json("outbox")["dead"]:
                place.ctl("outbox", "resend", str(letter["number"]))
            return ear.process.poll() is not None
        wait_until(resent, "the message")
        assert json.loads(ear.wait()[0])["type"] == "late_thing"
    wait_until(lambda: place.json("outbox")["dead"] == [], "the dead letter to be gone")


def test_hub_comes_back(place):
    hub = place.start_hub()
    with listen(place, "--instance", "ear", "--type", "own_thing") as ear:
        place.ctl("send", "own_thing", "-t", "cli/ear", "-a", "-w", "n=1")
        assert ear.read()["data"] == {"n": 1}
        hub.process.send_signal(signal.SIGKILL)
        hub.process.wait(PATIENCE)
        hub.process.stdout.close()
        place.start_hub()
        assert place.json("send", "own_thing", "-t", "cli/ear", "-a", "-w", "n=2")["state"] == "handled"
        assert ear.read()["data"] == {"n": 2}
        assert "lost" in ear.process.stderr.readline().decode()
        assert "listening as cli/ear" in ear.process.stderr.readline().decode()
    assert waiting(place) == []


def test_pair(place):
    hub = place.start_hub()
    url = f"http://127.0.0.1:{hub.discovery['port']}/pair"

    def ask(name):
        body = json.dumps({"name": name, "kind": "editor"}).encode()
        answer = urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}))
        assert answer.status == 202, answer.status
        return json.load(answer)

    asked = ask("An editor in a box")
    assert place.text("pair", "list") == f"asks\t{asked['code']}\tAn editor in a box\teditor\n"
    place.ctl("pair", "allow", asked["code"])
    answer = wait_until(lambda: (got := urllib.request.urlopen(f"{url}/{asked['request']}")).status == 200 and got,
                        "the token")
    assert json.load(answer)["token"]
    state, client, name, kind = place.text("pair", "list").strip().split("\t")
    assert (state, name, kind) == ("paired", "An editor in a box", "editor")
    place.ctl("pair", "forget", client)
    assert place.text("pair", "list") == ""

    asked = ask("Another one")
    place.ctl("pair", "deny", asked["request"])
    try:
        urllib.request.urlopen(f"{url}/{asked['request']}")
        raise AssertionError("it was let in")
    except urllib.error.HTTPError as error:
        assert error.code == 403, error.code
    place.ctl("pair", "allow", "no-such-code", status=1)


def editor(place, *arguments):
    return Peer(place, "editor", *arguments, said="connected as ")


def test_editor_command(place):
    place.start_hub()
    out = os.path.join(place.top, "out")
    program = place.write("program", f'#!/bin/sh\nprintf "%s|" "$@" > {out}.new\nmv {out}.new {out}\n', 0o755)
    shop, other = place.folder("shop"), place.folder("other")
    file = place.write("shop/it's {line} & $(x).py", "one\n")
    place.ctl("editor", "--command", "a", "--nvim", "b", status=2)
    place.ctl("editor", status=2, env={"NVIM": ""} if "NVIM" in os.environ else None)

    with editor(place, "--command", f"{program} {{file}} +{{line}}:{{column}}", "-C", shop, "--name", "Mine") as mine:
        assert place.json("channels")["channels"][0]["client"] == "Mine"
        answer = place.json("send", "jump_to_code", "-t", "editor", f"file={file}", "line=7", "--wait")
        assert answer["type"] == "code_opened" and answer["source"] == mine.name, answer
        assert answer["data"] == {"file": file, "line": 7, "column": 1}, answer
        wait_until(lambda: os.path.exists(out), "the program")
        with open(out, encoding="utf-8") as stream:
            assert stream.read() == f"{file}|+7:1|"

        place.ctl("send", "highlight_code", "-t", mine.name, f"file={file}", "range.start.line=1", "range.end.line=1",
                  "--wait", status=1)
        assert "marks no lines" in place.errors, place.errors
        outside = place.write("secret", "x")
        place.ctl("send", "jump_to_code", "-t", mine.name, f"file={outside}", "line=1", "--wait", status=1)
        assert "outside" in place.errors, place.errors
        place.ctl("send", "jump_to_code", "-t", mine.name, f"file={place.top}/shop/gone.py", "line=1", "-w", status=1)

        place.ctl("send", "own_thing", "-t", mine.name, "--ack", "--wait", status=1)
        assert "declined" in place.errors or "only shows code" in place.errors, place.errors

        mine.tell("focus")
        wait_until(lambda: place.json("channels")["channels"][0]["focused"], "the focus")
        mine.tell("blur")
        mine.tell(f"folder {other}")
        mine.tell("what is this")
        wait_until(lambda: (one := place.json("channels")["channels"][0])["workspaces"] == [other]
                   and not one["focused"], "the other folder")
        mine.tell(f"folder {place.top}/nowhere")
        mine.tell("focus")
        wait_until(lambda: place.json("channels")["channels"][0]["focused"], "the focus again")
        place.ctl("send", "jump_to_code", "-t", mine.name, f"file={place.write('other/b.py', 'x')}", "line=1", "--wait")
        mine.process.stdin.close()
        assert mine.process.wait(PATIENCE) == 0
        mine.process.stdin = None


def test_editor_waits_for_a_hub(place):
    process = subprocess.Popen([FLOWCTL, "editor", "--command", "true"], env=place.env, cwd=place.top,
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert b"no hub" in process.stderr.readline()
    place.start_hub()
    assert b"connected as editor/" in process.stderr.readline()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_neovim(place):
    if shutil.which("nvim") is None:
        raise Skip("there is no Neovim")
    place.start_hub()
    server = os.path.join(place.top, "nvim.sock")
    name = "shop/it's | echo.txt"
    file = place.write(name, "one\ntwo ä🙂xy\nthree\n")
    nvim = subprocess.Popen(["nvim", "--headless", "--clean", "--listen", server], env=place.env, cwd=place.top,
                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(expression):
        done = subprocess.run(["nvim", "--server", server, "--remote-expr", f"string({expression})"], env=place.env,
                              capture_output=True, timeout=PATIENCE)
        return (done.stdout + done.stderr).decode().strip()

    try:
        wait_until(lambda: os.path.exists(server), "Neovim")
        with editor(place, "--nvim", server, "-C", os.path.join(place.top, "shop")) as bridge:
            answer = place.json("send", "jump_to_code", "-t", "editor", f"file={file}", "line=2", "column=8", "-w")
            assert answer["type"] == "code_opened" and answer["source"] == bridge.name, answer
            # "two ä🙂" is 7 UTF-16 units and 10 bytes.
            assert ask("[expand('%:p'), line('.'), col('.')]") == f"['{file.replace(chr(39), chr(39) * 2)}', 2, 11]"

            marks = "luaeval('#vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace(\"flowscope\"), 0, -1, {})')"
            place.ctl("send", "highlight_code", "-t", bridge.name, f"file={file}", "range.start.line=1",
                      "range.end.line=99", "ms=600000")
            wait_until(lambda: ask(marks) == "3", "the mark")
            place.ctl("send", "highlight_code", "-t", bridge.name, f"file={file}", "range.start.line=1",
                      "range.end.line=2", "range.end.column=3", "ms=1")
            wait_until(lambda: ask(marks) == "0", "the mark to go")

            # Changes that are not saved stay where they are.
            ask("setline(1, 'changed')")
            other = place.write("shop/other.txt", "x\n")
            place.ctl("send", "jump_to_code", "-t", "editor", f"file={other}", "line=500", "-w")
            assert ask("[expand('%:t'), line('.')]") == "['other.txt', 1]"
            place.ctl("send", "jump_to_code", "-t", "editor", f"file={file}", "line=3", "-w")
            assert ask("[getline(1), line('.')]") == "['changed', 3]"

            nvim.kill()
            nvim.wait()
            place.ctl("send", "jump_to_code", "-t", bridge.name, f"file={file}", "line=1", "-w", status=1)
            assert "Neovim" in place.errors, place.errors
    finally:
        nvim.kill()
        nvim.wait()


run(globals())
