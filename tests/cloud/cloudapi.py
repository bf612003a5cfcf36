# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud that is started for a test, and what talks to it: devices with their tokens, sealed batches, WebSockets."""

import base64
import hashlib
import http.client
import json
import os
import select
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "tests", "cli"))
from flowtest import BUILD, PATIENCE, SOURCE, Skip, run, wait_until  # noqa: E402,F401

CLOUD = os.path.join(BUILD, "src", "cloud", "flowscope-cloud")
ACCOUNT = "account"
PASSWORD = "a password of nobody"

with open(os.path.join(SOURCE, "data", "cloud", "openapi.json"), encoding="utf-8") as document_file:
    DOCUMENT = json.load(document_file)


class Answer:
    """What came back: status, headers, body; `json` when it is some."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error, None of anything else."""
        try:
            return self.json["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Cloud:
    """A real flowscope-cloud on a free port."""

    def __init__(self, place, *arguments, folder="cloud", limits=False):
        self.place = place
        self.folder = place.folder(folder)
        self.arguments = [*arguments, *([] if limits else ["--rate-limits", "off"])]
        self.start()

    def start(self):
        self.process = subprocess.Popen([CLOUD, "--data-dir", self.folder, "--port", "0", *self.arguments],
                                        env=self.place.env, cwd=self.place.top, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode()
        assert line.startswith("ready "), f"the cloud said {line!r}"
        self.url = json.loads(line[len("ready "):])["url"]
        self.host, port = self.url.split("://")[1].rstrip("/").split(":")
        self.port = int(port)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        assert status == 0, f"the cloud ended with {status}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.process.kill()
            self.process.wait(PATIENCE)
            self.process.stdout.close()
        else:
            self.stop()

    @property
    def database(self):
        return os.path.join(self.folder, "cloud.db")

    def change(self, statement, *values):
        """Change the database behind the cloud's back."""
        with sqlite3.connect(self.database, timeout=PATIENCE) as db:
            db.execute(statement, values)
        db.close()

    def request(self, method, path, body=None, headers=None, token=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            return exchange(connection, method, path, body, headers, token)
        finally:
            connection.close()

    def number(self, name):
        """A number of /metrics, over all its labels."""
        total = 0
        for line in self.request("GET", "/metrics").body.decode().splitlines():
            if line.split("{")[0].split(" ")[0] == name:
                total += float(line.rsplit(" ", 1)[1])
        return total

    def register(self, user="somebody", password=PASSWORD):
        answer = self.request("POST", "/api/auth/register", {"user": user, "password": password})
        assert answer.status == 201, answer
        return answer.json

    def device(self, user="somebody", password=PASSWORD, register=True, **more):
        if register:
            self.register(user, password)
        return Device(self, user, password, **more)


def exchange(connection, method, path, body=None, headers=None, token=None):
    headers = dict(headers or {})
    if token:
        headers.setdefault("Authorization", f"Bearer {token}")
    if body is not None and not isinstance(body, (bytes, bytearray)):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    elif body is not None:
        headers.setdefault("Content-Type", "application/octet-stream")
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read())


class Device:
    """A signed-in device that makes operations of its own, which are noise to the cloud."""

    def __init__(self, cloud, user="somebody", password=PASSWORD, device=None, instance=None):
        self.cloud = cloud
        self.user = user
        self.password = password
        self.id = device or uuid.uuid4().hex
        self.epoch = 1
        self.seq = {}
        self.chain = {}
        self.instance = instance
        self.connection = None
        self.login()

    def login(self):
        answer = self.cloud.request("POST", "/api/auth/login", {"user": self.user, "password": self.password,
                                                                "device": self.id})
        assert answer.status == 200, answer
        self.tokens = answer.json

    @property
    def token(self):
        return self.tokens["access"]

    def ask(self, method, path, body=None, headers=None, status=None):
        """A request on the device's connection, which is made again when the server has closed it."""
        headers = dict(headers or {})
        if self.instance:
            headers["X-FlowScope-Instance"] = self.instance
        for last in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.cloud.host, self.cloud.port, timeout=PATIENCE)
            try:
                answer = exchange(self.connection, method, path, body, headers, self.token)
                break
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if last:
                    raise
        if status is not None:
            assert answer.status == status, f"{method} {path}: {answer}"
        return answer

    def batch(self, n_ops=1, scope=ACCOUNT, size=100, seq=None, advance=True, **more):
        """A sealed batch, the next one of this device unless `seq` says otherwise."""
        first = self.seq.get(scope, 0) + 1 if seq is None else seq
        made = make_batch(self.id, self.epoch, first, n_ops, scope, size, **more)
        if advance and seq is None:
            self.seq[scope] = first + n_ops - 1
            self.chain[scope] = read_batch(made)["chain"]
        return made

    def upload(self, *batches):
        return self.ask("POST", "/api/sync/upload", b"".join(batches), status=200).json

    def download(self, vector=(), scope=ACCOUNT, status=200, **more):
        answer = self.ask("POST", "/api/sync/download", {"device": self.id, "scope": scope, "vector": list(vector),
                                                         **more}, status=status)
        return (frames(answer.body), answer.headers["X-FlowScope-More"] == "1") if status == 200 else answer

    def ack(self, vector, scope=ACCOUNT):
        self.ask("POST", "/api/sync/ack", {"device": self.id, "scopes": [{"scope": scope, "vector": vector}]}, status=204)

    def hello(self, scopes=(ACCOUNT,), vector=(), digest=None, status=200, **more):
        asked = [{"scope": scope, "epoch": self.epoch, "seq": self.seq.get(scope, 0),
                  "chain": base64.b64encode(self.chain.get(scope, b"")).decode(),
                  "vector": list(vector), **({"digest": digest} if digest is not None else {})} for scope in scopes]
        answer = self.ask("POST", "/api/sync/hello", {"device": self.id, "format": 1, "clock_ms": int(time.time() * 1000),
                                                      "scopes": asked, **more}, status=status)
        return answer.json if status == 200 else answer

    def dot(self, scope=ACCOUNT, seq=None):
        return {"device": self.id, "epoch": self.epoch, "seq": self.seq.get(scope, 0) if seq is None else seq}

    def socket(self, **more):
        """A connection that hears everything."""
        return Socket(self.cloud, self.token, instance=self.instance, **more).ready()


HEADER = struct.Struct("!16sQQIQ16sI12s32sI")


def make_batch(device, epoch, seq, n_ops=1, scope=ACCOUNT, size=100, clock_ms=None, chain=None):
    """Sealed noise with a header that says so (the chain is that of the noise)."""
    milliseconds = int(time.time() * 1000) if clock_ms is None else clock_ms
    cipher = os.urandom(max(size, 17))
    chain = chain or hashlib.sha256(cipher).digest()
    fixed = HEADER.pack(bytes.fromhex(device), epoch, seq, n_ops, milliseconds << 16, bytes(16),
                        milliseconds // 86400000, os.urandom(12), chain, len(cipher))
    return b"FSB1" + bytes([0, len(scope)]) + scope.encode() + fixed + cipher


def read_batch(data):
    length = data[5]
    device, epoch, seq, n_ops, hlc, _, _, _, chain, size = HEADER.unpack_from(data, 6 + length)
    return {"scope": data[6:6 + length].decode(), "device": device.hex(), "epoch": epoch, "seq": seq, "n_ops": n_ops,
            "last": seq + n_ops - 1, "hlc": hlc, "chain": chain, "total": 6 + length + HEADER.size + size}


def frames(body):
    """Acceptance numbers and batches."""
    found = []
    at = 0
    while at < len(body):
        number, length = struct.unpack_from("!QI", body, at)
        found.append((number, body[at + 12:at + 12 + length]))
        at += 12 + length
    assert at == len(body), "the last frame is cut"
    return found


class Socket:
    """The WebSocket of a device."""

    def __init__(self, cloud, token=None, hello=None, instance=None, headers=()):
        self.stream = self.connect(cloud.host, cloud.port)
        self.rest = b""
        self.code = None
        lines = ["GET /ws HTTP/1.1", f"Host: {cloud.host}:{cloud.port}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", *headers]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if instance:
            lines.append(f"X-FlowScope-Instance: {instance}")
        self.stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split(b" ")[1])
        if hello is not None:
            self.say({"type": "hello", "access": hello})

    def connect(self, host, port):
        return socket.create_connection((host, port), PATIENCE)

    def ready(self):
        """Wait until the cloud has found out who this is: from then on it hears everything."""
        message = self.hear()
        assert message is not None and message["type"] == "welcome", (message, self.code)
        return self

    def more(self):
        part = self.stream.recv(65536)
        if not part:
            raise EOFError("the cloud closed the connection")
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
        self.stream.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def say(self, message):
        self.frame(1, json.dumps(message).encode())

    def hear(self):
        """The next message: an object, or a list of frames, or None when the cloud has closed, with `code`."""
        while True:
            try:
                first, second = self.take(2)
            except EOFError:
                return None
            length = second & 0x7f
            if length == 126:
                length, = struct.unpack("!H", self.take(2))
            elif length == 127:
                length, = struct.unpack("!Q", self.take(8))
            payload = self.take(length)
            opcode = first & 0xf
            if opcode == 1:
                return json.loads(payload)
            if opcode == 2:
                return frames(payload)
            if opcode == 9:
                self.frame(10, payload)
            elif opcode == 8:
                self.code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                return None

    def is_silent(self):
        """Whether nothing has come, not even into our own buffer."""
        return not self.rest and not select.select([self.stream], [], [], 0)[0]

    def close(self):
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
