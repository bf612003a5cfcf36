# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of pages as the extensions GhostText and Atomic Chrome have them edited, after their public protocols."""

import base64
import json
import os
import socket
import struct
import threading
import urllib.request

from flowtest import PATIENCE, wait_until


class Socket:
    """A WebSocket; each text that comes is given to `heard`, on a thread of its own."""

    def __init__(self, port, path="/", headers=(), heard=None):
        self.stream = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.rest = b""
        self.code = None
        self.is_closing = False
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", *headers, "", ""]
        self.stream.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.heard = heard or (lambda text: None)
        if self.status == 101:
            self.stream.settimeout(None)
            threading.Thread(target=self.read, daemon=True).start()

    def more(self):
        part = self.stream.recv(65536)
        if not part:
            raise EOFError
        self.rest += part

    def take(self, length):
        while len(self.rest) < length:
            self.more()
        part, self.rest = self.rest[:length], self.rest[length:]
        return part

    def frame(self):
        first, length = self.take(2)
        if length == 126:
            length = struct.unpack("!H", self.take(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self.take(8))[0]
        return first & 15, self.take(length)

    def read(self):
        try:
            while True:
                opcode, payload = self.frame()
                if opcode == 1:
                    self.heard(payload.decode())
                elif opcode == 9:
                    self.write(10, payload)
                elif opcode == 8:
                    code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                    if not self.is_closing:
                        self.write(8, payload[:2])
                    self.code = code
                    break
        except (EOFError, OSError):
            self.code = self.code or 1006
        self.stream.close()

    def write(self, opcode, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0xfe, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0xff, length)
        self.stream.sendall(head + bytes(4) + payload)

    def send(self, text):
        self.write(1, text.encode())

    def close(self):
        self.is_closing = True
        self.write(8, struct.pack("!H", 1000))
        wait_until(lambda: self.code, "the end of the connection")


class Field:
    """A field with a text; what is typed is sent, what comes is shown when it is `awake`. `lock` is the page's only
    thread."""

    def __init__(self, text):
        self.text = text
        self.cursor = len(text)
        self.lock = threading.Lock()
        self.shown = 0
        self.awake = threading.Event()
        self.awake.set()

    def type(self, text, at=None):
        """Type something at the cursor, or at another place."""
        with self.lock:
            at = self.cursor if at is None else at
            self.text = self.text[:at] + text + self.text[at:]
            self.cursor = at + len(text)
            self.tell()

    def replace(self, old, new):
        with self.lock:
            self.text = self.text.replace(old, new)
            self.cursor = min(self.cursor, len(self.text))
            self.tell()

    def show(self, text, cursor):
        self.awake.wait(PATIENCE)
        with self.lock:
            self.text = text
            self.cursor = min(cursor if cursor is not None else self.cursor, len(text))
            self.shown += 1

    def wait_for(self, text):
        wait_until(lambda: self.text == text, f"{text[-80:]!r} in the field, which has {self.text[-80:]!r}")


def units(text, place):
    """Where a character begins in UTF-16."""
    return len(text[:place].encode("utf-16-le")) // 2


def characters(text, place):
    return len(text.encode("utf-16-le")[:2 * place].decode("utf-16-le", "ignore"))


class GhostTextField(Field):
    """First GET /, then a WebSocket at the port that it names; whole texts, selections in UTF-16."""

    def __init__(self, port, text, title="A page", url="example.org", syntax="", origin=None):
        super().__init__(text)
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=PATIENCE) as answer:
            found = json.load(answer)
        assert found["ProtocolVersion"] == 1, found
        self.about = {"title": title, "url": url, "syntax": syntax}
        self.socket = Socket(found["WebSocketPort"], headers=[f"Origin: {origin}"] if origin else [], heard=self.heard)
        if self.socket.status == 101:
            self.tell()

    def heard(self, message):
        message = json.loads(message)
        selection = message["selections"][0]
        assert set(selection) == {"start", "end"}, message
        self.show(message["text"], characters(message["text"], selection["end"]))

    def tell(self):
        place = units(self.text, self.cursor)
        self.socket.send(json.dumps({**self.about, "text": self.text, "selections": [{"start": place, "end": place}]}))


class AtomicChromeField(Field):
    """`register`, then `updateText` both ways; lines and columns from 1."""

    def __init__(self, port, text, title="A page", url="https://example.org/", extension=None, path="/"):
        super().__init__(text)
        self.socket = Socket(port, path, heard=self.heard)
        if self.socket.status == 101:
            about = {"url": url, "title": title, **self.place(), "text": text}
            self.send("register", {**about, "extension": extension} if extension else about)

    def send(self, kind, payload):
        self.socket.send(json.dumps({"type": kind, "payload": payload}))

    def place(self):
        before = self.text[:self.cursor]
        return {"lineNumber": before.count("\n") + 1, "column": units(before, len(before)) - units(
            before, before.rfind("\n") + 1) + 1}

    def heard(self, message):
        message = json.loads(message)
        assert message["type"] == "updateText", message
        self.show(message["payload"]["text"], None)

    def tell(self):
        self.send("updateText", {"text": self.text, **self.place()})

    def keep_alive(self):
        self.socket.send(json.dumps({"type": "keepalive"}))
