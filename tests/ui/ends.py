# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ends of a text that is edited: a web page and an editor, as the hub inside the program knows them."""

from flowpeer import Peer
from peers import Hub

ORIGIN = "https://tracker.example"
ALLOWED = {"allowed-origins": f"['{ORIGIN}']"}
TEXT = "The cart is empty.\n"
TITLE = "Description"


class End:
    """One end of a text, which keeps up with it."""

    def __init__(self, app, kind, instance, client, **how):
        self.peer = Peer(Hub(app), kind=kind, instance=instance, client=client, **how)
        self.client = f"{instance}-1"
        self.sent = 0

    def took(self, data):
        self.id, self.revision = data["editId"], data["revision"]
        # The hub names the ends of editors.
        self.client = data.get("client", self.client)

    def change(self, op, base=None):
        """Send an operation; what it leads to is not waited for."""
        self.sent += 1
        self.peer.send("edit_update", {"editId": self.id, "client": self.client, "opId": f"{self.client}-{self.sent}",
                                       "base": self.revision if base is None else base, "op": op})

    def operation(self):
        """The next operation of somebody else."""
        while True:
            data = self.peer.receive("edit_update")["data"]
            self.revision = data.get("revision", self.revision)
            if "op" in data:
                return data["op"]

    def wait_kept(self):
        """Wait until the last change is durable."""
        while self.peer.receive("edit_update")["data"].get("opId") != f"{self.client}-{self.sent}":
            pass

    def close(self):
        self.peer.close()


def open_page(app, title=TITLE, text=TEXT):
    """A web page whose field is handed out."""
    page = End(app, "browser_page", "tracker", "tracker.example", origin=ORIGIN)
    asked = page.peer.send("edit_request", {
        "client": page.client, "text": text, "title": title, "url": f"{ORIGIN}/issues/17",
        "fileType": "md", "field": {"id": title.lower(), "kind": "textarea"}})
    page.took(page.peer.receive("edit_update", asked)["data"])
    return page


def open_editor(app):
    return End(app, "editor", "nvim", "Neovim", capabilities=("edit",))


def wait_asked(editor):
    """The editor is asked to show a text, and does."""
    asked = editor.peer.receive("edit_request")
    editor.took(asked["data"])
    editor.peer.send("edit_update", {"editId": editor.id, "client": editor.client, "revision": editor.revision,
                                     "state": "open"}, reply_to=asked["id"])
    return asked["data"]


def begin(app, text=TEXT):
    """A text with both ends; returns them."""
    editor = open_editor(app)
    page = open_page(app, text=text)
    assert wait_asked(editor)["text"] == text
    return page, editor
