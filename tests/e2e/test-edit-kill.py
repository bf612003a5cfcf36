#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill9_recovers: hub, page and editor are killed in turn in the middle of an edit; every word is there at the end."""

import os
import random
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowedit import End  # noqa: E402
from flowtest import FLOWCTL, PATIENCE, run, wait_until  # noqa: E402

ROUNDS = 4
WORDS = 12


def drain(end):
    """Take what still comes of a hub that is gone; the types of the messages."""
    heard = []
    try:
        while True:
            heard.append(end.take_message()["type"])
    except (EOFError, OSError):
        return heard


class Pair:
    """A page and an editor that have the same text, and what they have typed."""

    def __init__(self, place, seed):
        self.place = place
        self.random = random.Random(seed)
        self.words = []
        self.hub = place.start_hub()
        self.editor = End().connect(self.hub, "editor", "editor", ["edit"])
        self.page = End("<begin>").connect(self.hub, instance="page")
        self.page.open()
        self.editor.accept()

    def type(self, end):
        """A word that nobody else types, between any two others, as soon as the one before is kept."""
        end.settle()
        word = f"<{len(self.words)}😀>"
        self.words.append(word)
        end.type(self.random.choice([0] + [at for at in range(1, len(end.text) + 1) if end.text[at - 1] == ">"]), word)

    def type_both(self, words):
        for _ in range(words):
            self.type(self.random.choice((self.page, self.editor)))

    def kill_hub(self):
        """With operations of both under way, that are written or not."""
        self.type(self.page)
        self.type(self.editor)
        self.hub.process.send_signal(signal.SIGKILL)
        self.hub.process.wait(PATIENCE)
        self.hub.process.stdout.close()
        for end in (self.page, self.editor):
            drain(end)
        self.hub = self.place.start_hub()

    def come_back(self):
        self.page.connect(self.hub, instance="page")
        answer = self.page.open()
        assert answer["resumed"], answer
        self.editor.connect(self.hub, "editor", "editor", ["edit"])
        answer = self.editor.open()
        assert answer["resumed"], answer

    def assert_equal(self):
        """Both have the same, which is what the hub has, with each word once."""
        for end in (self.page, self.editor):
            end.settle()
        newest = max(self.page.revision, self.editor.revision)
        for end in (self.page, self.editor):
            end.until(lambda end: end.revision >= newest)
        text = self.place.json("edit", "show", self.page.edit_id)["text"]
        assert self.page.text == self.editor.text == text, (self.page.text, self.editor.text, text)
        for word in self.words:
            assert text.count(word) == 1, (word, text)


def offered(place):
    """Ids of the texts that are there, open or to be brought back."""
    answer = place.json("edit", "list")
    return [entry["id"] for entry in answer["sessions"] + answer["recoverable"]]


def content(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def sides(place):
    return [end["side"] for end in place.json("edit", "list")["sessions"][0]["endpoints"]]


def test_kill9_recovers_hub(place):
    pair = Pair(place, 1)
    for _ in range(ROUNDS):
        pair.type_both(WORDS)
        pair.kill_hub()
        assert offered(place) == [pair.page.edit_id]
        pair.come_back()
    pair.type_both(WORDS)
    pair.assert_equal()


def test_stop_is_no_end(place):
    """A hub that stops as it should ends nothing: the same texts go on after it."""
    pair = Pair(place, 5)
    pair.type_both(WORDS)
    pair.type(pair.page)
    pair.type(pair.editor)
    pair.hub.stop()
    for end in (pair.page, pair.editor):
        heard = drain(end)
        assert "edit_closed" not in heard, heard
    pair.hub = place.start_hub()
    pair.come_back()
    pair.type_both(WORDS)
    pair.assert_equal()


def test_kill9_recovers_page(place):
    """The page's own memory is gone with it: the field is found by what it is and what it had."""
    pair = Pair(place, 2)
    pair.type_both(WORDS)
    pair.page.settle()
    pair.editor.settle()
    pair.page.until(lambda end: end.revision >= pair.editor.revision)
    before = pair.page
    before.peer.break_off()
    wait_until(lambda: "page" not in sides(place), "the page to be missed")
    pair.type(pair.editor)
    pair.editor.settle()
    pair.page = End(before.text).connect(pair.hub, instance="again")
    answer = pair.page.open()
    assert answer["resumed"] and answer["editId"] == before.edit_id, answer
    assert pair.words[-1] in pair.page.text, pair.page.text
    pair.type_both(WORDS)
    pair.assert_equal()


def test_kill9_recovers_editor(place):
    pair = Pair(place, 3)
    for _ in range(ROUNDS):
        pair.type_both(WORDS)
        pair.type(pair.editor)
        pair.editor.peer.break_off()
        pair.type(pair.page)
        pair.editor.connect(pair.hub, "editor", "editor", ["edit"])
        assert pair.editor.open()["resumed"]
    pair.assert_equal()


def test_kill9_recovers_file(place):
    """flowctl waits for a file whose hub is killed; the editor comes back, saves, and closes it."""
    hub = place.start_hub()
    path = place.write("notes.md", "one\n")
    editor = End().connect(hub, "editor", "editor", ["edit"])
    waiting = subprocess.Popen([FLOWCTL, "edit", "--wait", path], env=place.env, cwd=place.top, stdin=subprocess.DEVNULL)
    editor.accept()
    editor.type(4, "two\n")
    editor.settle()
    editor.peer.send("edit_saved", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: content(path) == "one\ntwo\n", "the file to be saved")
    editor.type(8, "three\n")
    editor.settle()
    hub.process.send_signal(signal.SIGKILL)
    hub.process.wait(PATIENCE)
    hub.process.stdout.close()
    hub = place.start_hub()
    editor.connect(hub, "editor", "editor", ["edit"])
    assert editor.open()["resumed"]
    wait_until(lambda: "file" in sides(place), "the file to be there again")
    assert editor.text == "one\ntwo\nthree\n" and waiting.poll() is None, editor.text
    editor.type(0, "zero\n")
    editor.settle()
    editor.peer.send("edit_saved", {"editId": editor.edit_id, "client": editor.client})
    wait_until(lambda: content(path) == "zero\none\ntwo\nthree\n", "the file to be saved again")
    editor.peer.send("edit_closed", {"editId": editor.edit_id, "client": editor.client})
    assert waiting.wait(PATIENCE) == 0


def test_kill9_recovers_all(place):
    """Hub, page and editor at once. The text is offered; brought back, it is in the editor, and the field goes on with it."""
    pair = Pair(place, 4)
    pair.type_both(WORDS)
    for end in (pair.page, pair.editor):
        end.settle()
    text = place.json("edit", "show", pair.page.edit_id)["text"]
    for end in (pair.page, pair.editor):
        end.peer.break_off()
    pair.hub.process.send_signal(signal.SIGKILL)
    pair.hub.process.wait(PATIENCE)
    pair.hub.process.stdout.close()
    hub = place.start_hub()
    assert offered(place) == [pair.page.edit_id]
    editor = End().connect(hub, "editor", "other", ["edit"])
    place.ctl("edit", "recover", pair.page.edit_id[:8])
    assert editor.accept()["text"] == text
    page = End(text).connect(hub, instance="again")
    answer = page.open()
    assert answer["resumed"] and answer["editId"] == pair.page.edit_id, answer
    editor.type(0, "<after>")
    page.until(lambda end: end.text == "<after>" + text)


run(globals())
