# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the hub's native protocol as tests need one: it says hello, sends, and waits for what it names."""

import base64
import json
import os
import socket
import struct
import uuid

from flowtest import PATIENCE


class Peer:
    """A channel of the hub: a program with the token, or a page of `origin`. Answers nothing by itself but the pings of
    the WebSocket."""

    def __init__(self, hub, kind="editor", instance=None, capabilities=(), workspaces=(), client="test",
                 version="1", origin=None):
        self.stream = socket.create_connection(("127.0.0.1", hub.discovery["port"]), PATIENCE)
        self.rest = b""
        self.waiting = []
        key = base64.b64encode(os.urandom(16)).decode()
        proof = f"Origin: {origin}" if origin else f"Authorization: Bearer {hub.discovery['token']}"
        self.stream.sendall((f"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"{proof}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self.name = None
        hello = {"client": client, "version": version, "kind": kind, "capabilities": list(capabilities),
                 "workspaces": list(workspaces)}
        if instance:
            hello["instance"] = instance
        self.send("hello", hello)
        self.welcome = self.receive("welcome")["data"]
        self.name = self.welcome["channel"]

    def more(self):
        part = self.stream.recv(65536)
        if not part:
            raise EOFError("the hub closed the connection")
        self.rest += part

    def take(self, length):
        while len(self.rest) < length:
            self.more()
        part, self.rest = self.rest[:length], self.rest[length:]
        return part

    def frame(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0xfe, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0xff, length)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.stream.sendall(head + mask + masked)

    def send(self, kind, data, **more):
        message = {"id": str(uuid.uuid4()), "type": kind, "data": data, **more}
        if self.name:
            message["source"] = self.name
        self.frame(1, json.dumps(message).encode())
        return message["id"]

    def message(self):
        """The next message, whatever it is."""
        while True:
            first, second = self.take(2)
            length = second & 0x7f
            if length == 126:
                length, = struct.unpack("!H", self.take(2))
            elif length == 127:
                length, = struct.unpack("!Q", self.take(8))
            payload = self.take(length)
            assert first & 0x80, "the hub does not cut messages into pieces"
            if first & 0xf == 1:
                return json.loads(payload)
            if first & 0xf == 9:
                self.frame(10, payload)
            elif first & 0xf == 8:
                raise EOFError(f"closed with {struct.unpack('!H', payload[:2])[0]}")

    def receive(self, kind, reply_to=None):
        """The next message of a type; what came before stays for those who ask for it."""
        at = 0
        while True:
            if at == len(self.waiting):
                self.waiting.append(self.message())
            message = self.waiting[at]
            if message["type"] == kind and (reply_to is None or message.get("reply_to") == reply_to):
                return self.waiting.pop(at)
            at += 1

    def ask(self, kind, data, answer=None, **more):
        """Send a question; the answer, of the same type or another, or the error, comes back."""
        asked = self.send(kind, data, **more)
        at = 0
        while True:
            if at == len(self.waiting):
                self.waiting.append(self.message())
            if self.waiting[at].get("reply_to") == asked and self.waiting[at]["type"] in (answer or kind, "error"):
                return self.waiting.pop(at)
            at += 1

    def close(self, code=1000):
        """Say goodbye."""
        self.frame(8, struct.pack("!H", code))
        try:
            while True:
                self.message()
        except (EOFError, OSError):
            self.stream.close()

    def break_off(self):
        """Be gone without a word."""
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()
