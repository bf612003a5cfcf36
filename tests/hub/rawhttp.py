# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection on which any bytes can be sent, for what no well-behaved client does."""

import os
import socket
import sys
from urllib.parse import urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))

PATIENCE = 120


class Raw:
    def __init__(self, url, host=None):
        parts = urlsplit(url)
        self.socket = socket.create_connection((host or parts.hostname, parts.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def send(self, data):
        """False when the other side has closed."""
        try:
            self.socket.sendall(data)
            return True
        except (ConnectionResetError, BrokenPipeError):
            return False

    def read(self, with_body=True):
        """The next answer as (status, headers, body); status 0 when the connection ended instead."""
        while b"\r\n\r\n" not in self.pending:
            if not self.more():
                return 0, {}, self.pending
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0)) if with_body else 0
        while len(self.pending) < length and self.more():
            pass
        body, self.pending = self.pending[:length], self.pending[length:]
        return int(lines[0].split()[1]), headers, body

    def more(self):
        try:
            part = self.socket.recv(65536)
        except ConnectionResetError:
            part = b""
        self.pending += part
        return bool(part)

    def ask(self, method, path, body=b"", **headers):
        named = {"Host": "localhost", "Content-Length": str(len(body))}
        named.update({name.replace("_", "-"): value for name, value in headers.items()})
        head = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value is not None)
        self.send(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        return self.read(method != "HEAD")

    def is_closed(self):
        while self.more():
            pass
        return True

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def ask(url, method, path, body=b"", **headers):
    """One request on a connection of its own."""
    with Raw(url) as raw:
        return raw.ask(method, path, body, **headers)
