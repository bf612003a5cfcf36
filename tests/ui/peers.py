# SPDX-License-Identifier: GPL-3.0-or-later
"""Others that speak with the hub inside the program: editors, programs that pair, web pages."""

import http.client
import json
import os
import socket
import urllib.error
import urllib.request

from flowpeer import Peer
from flowtest import PATIENCE

ORIGIN = "https://app.example"


class Hub:
    """What a peer needs of the hub inside the program."""

    def __init__(self, app):
        self.discovery = app.wait_hub()

    def ask(self, method, path, body=None, token=True):
        connection = http.client.HTTPConnection("127.0.0.1", self.discovery["port"], timeout=PATIENCE)
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self.discovery['token']}"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else {}

    def verb(self, name, **arguments):
        status, answer = self.ask("POST", f"/control/{name}", arguments)
        assert status == 200, answer
        return answer

    def pair(self, name="Emacs on devbox", kind="editor"):
        """Ask to be paired; returns the request and the code."""
        status, answer = self.ask("POST", "/pair", {"name": name, "kind": kind}, token=False)
        assert status == 202, answer
        return answer


def make_folder(place, name):
    path = os.path.join(place.top, name)
    os.makedirs(path, exist_ok=True)
    return path


def editor(place, app, name="nvim"):
    """An editor that works in the folder `shop`."""
    folder = make_folder(place, "shop")
    return Peer(Hub(app), kind="editor", instance=name, client="Neovim", capabilities=("traces", "code"),
                workspaces=(folder,))


def leave_message(app, target):
    """A message that waits for a channel that is away."""
    sender = Peer(Hub(app), kind="cli", instance="ci")
    sent = sender.send("session_shared", {"sessionId": "s1", "url": "http://localhost/s1"}, target=target, ack=True)
    assert sender.receive("ack", sent)["data"]["state"] == "stored"
    sender.close()


def open_from_page(hub, origin=ORIGIN):
    """A web page's WebSocket whose opening is not answered yet."""
    stream = socket.create_connection(("127.0.0.1", hub.discovery["port"]), PATIENCE)
    stream.sendall((f"GET /ws HTTP/1.1\r\nHost: localhost:{hub.discovery['port']}\r\nConnection: Upgrade\r\n"
                    f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    return stream


def ask_from_page(app, origin=ORIGIN):
    """What a web page gets that sends spans."""
    asked = urllib.request.Request(f"{app.otlp}/v1/traces", b"{}", {"Content-Type": "application/json",
                                                                     "Origin": origin})
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
