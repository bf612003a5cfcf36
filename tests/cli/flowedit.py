# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends of edited texts as tests need them: a page or an editor that speaks operations over the native protocol."""

import uuid

from flowpeer import Peer


def apply(op, text):
    """A text after an operation of text-unicode; Python's strings count code points, as it does."""
    made, at = [], 0
    for part in op:
        if isinstance(part, str):
            made.append(part)
        elif isinstance(part, dict):
            at += part["d"]
        else:
            made.append(text[at:at + part])
            at += part
    assert at <= len(text), (op, text)
    return "".join(made) + text[at:]


class Parts:
    """The components of an operation, taken in pieces."""

    def __init__(self, op):
        self.parts = [part["d"] * -1 if isinstance(part, dict) else part for part in op]

    def peek(self):
        return self.parts[0] if self.parts else None

    def take(self, length=None):
        part = self.parts.pop(0)
        if isinstance(part, str) or length is None or abs(part) == length:
            return part
        sign = 1 if part > 0 else -1
        self.parts.insert(0, sign * (abs(part) - length))
        return sign * length


def pack(parts):
    """Neighbours of one kind are one; nothing is kept at the end."""
    made = []
    for part in parts:
        if isinstance(part, int) and part < 0:
            part = {"d": -part}
        if part in (0, ""):
            continue
        if made and isinstance(part, dict) and isinstance(made[-1], dict):
            made[-1] = {"d": made[-1]["d"] + part["d"]}
        elif made and type(part) is type(made[-1]) and not isinstance(part, dict):
            made[-1] += part
        else:
            made.append(part)
    while made and isinstance(made[-1], int):
        made.pop()
    return made


def transform(left, right):
    """Both operations on the same text, each made to fit behind the other; at one place `left` inserts left."""
    a, b = Parts(left), Parts(right)
    after_right, after_left = [], []
    while a.peek() is not None or b.peek() is not None:
        if isinstance(a.peek(), str):
            text = a.take()
            after_right.append(text)
            after_left.append(len(text))
        elif isinstance(b.peek(), str):
            text = b.take()
            after_right.append(len(text))
            after_left.append(text)
        elif a.peek() is None or b.peek() is None:
            rest, out = (a, after_right) if b.peek() is None else (b, after_left)
            out.append(rest.take())
        else:
            length = min(abs(a.peek()), abs(b.peek()))
            one, other = a.take(length), b.take(length)
            if one > 0 and other > 0:
                after_right.append(length)
                after_left.append(length)
            elif one < 0 < other:
                after_right.append(-length)
            elif other < 0 < one:
                after_left.append(-length)
    return pack(after_right), pack(after_left)


class End:
    """One end of a session. It sends one operation at a time, and comes back with what was not acknowledged."""

    def __init__(self, text="", url="https://example.org/page", title="A page", field="body"):
        self.client = uuid.uuid4().hex
        self.request = {"url": url, "title": title, "fileType": "md", "field": {"id": field, "kind": "textarea"}}
        self.text = text
        self.edit_id = None
        self.revision = None
        self.pending = None
        self.sent = 0
        self.peer = None
        self.states = []
        self.saved = []

    def connect(self, hub, kind="cli", instance=None, capabilities=()):
        self.peer = Peer(hub, kind=kind, instance=instance, capabilities=capabilities)
        return self

    def open(self, **more):
        """Ask for an editor, or to go on; the answer's data comes back."""
        data = {"client": self.client, "text": self.text, **self.request, **more}
        if self.edit_id:
            data["resume"] = {"editId": self.edit_id, "revision": self.revision}
            if self.pending:
                data["resume"]["pending"] = {key: self.pending[key] for key in ("opId", "base", "op")}
        asked = self.peer.send("edit_request", data)
        while True:
            message = self.peer.message()
            if message.get("reply_to") == asked:
                break
            self.take_later(message)
        assert message["type"] == "edit_update", message
        answer = message["data"]
        self.edit_id = answer["editId"]
        if "text" in answer:
            self.text, self.pending = answer["text"], None
        for change in answer.get("ops", ()):
            self.take_change(change)
        self.revision = answer["revision"]
        return answer

    def take_later(self, message):
        """What comes before the answer is of the time before."""

    def accept(self):
        """As an editor: open what the hub asks for."""
        request = self.peer.receive("edit_request")
        data = request["data"]
        self.edit_id, self.client = data["editId"], data["client"]
        self.text, self.revision, self.request = data["text"], data["revision"], {}
        self.peer.send("edit_update", {"editId": self.edit_id, "client": self.client, "revision": self.revision,
                                       "state": "open"}, reply_to=request["id"])
        return data

    def type(self, at, text, delete=0):
        """Change the text; only when nothing is under way."""
        assert self.pending is None
        op = pack([at, text, -delete])
        self.sent += 1
        self.pending = {"opId": str(self.sent), "base": self.revision, "op": op}
        self.text = apply(op, self.text)
        self.peer.send("edit_update", {"editId": self.edit_id, "client": self.client, **self.pending})

    def take_change(self, data):
        if self.pending and data.get("opId") == self.pending["opId"]:
            self.pending = None
        elif "op" in data:
            op = data["op"]
            if self.pending:
                op, self.pending["op"] = transform(op, self.pending["op"])
                self.pending["base"] = data["revision"]
            self.text = apply(op, self.text)
        self.revision = data["revision"]

    def take_message(self):
        """The next message, whatever it is."""
        message = self.peer.message()
        data = message["data"]
        if message["type"] == "error":
            raise AssertionError(data)
        if message["type"] == "edit_saved":
            self.saved.append(data)
        if message["type"] != "edit_update" or data["editId"] != self.edit_id:
            return message
        if "state" in data:
            self.states.append(data)
        if "text" in data:
            self.text, self.pending, self.revision = data["text"], None, data["revision"]
        elif "op" in data or "opId" in data:
            self.take_change(data)
        return message

    def take(self):
        """The data of the next message."""
        return self.take_message()["data"]

    def until(self, condition):
        while not condition(self):
            self.take()

    def settle(self):
        self.until(lambda end: end.pending is None)
        return self
