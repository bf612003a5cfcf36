#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A receiver that must miss nothing and do nothing twice, whenever it is killed: message-peer.py FOLDER

Runs until it is killed. FOLDER/handled has a line for each message that was handled: epoch, seq, source, id. A message
is handled by the write of its line, so that both happen or neither. FOLDER/wire has a line for each that came.
"""

import asyncio
import contextlib
import json
import os
import sys
import uuid

import websockets

FOLDER = sys.argv[1]
DISCOVERY = os.path.join(os.environ["XDG_RUNTIME_DIR"], "flowscope", "hub.json")


class Book:
    """A file that is only written to at its end, a line at a time."""

    def __init__(self, name):
        self.path = os.path.join(FOLDER, name)
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words):
        line = " ".join(str(word) for word in words) + "\n"
        assert os.write(self.file, line.encode()) == len(line)

    def read(self):
        with open(self.path, encoding="utf-8") as stream:
            return [line.split() for line in stream]


def last_handled(book, epoch):
    return max((int(seq) for was, seq, *_ in book.read() if was == epoch), default=0)


async def say(socket, name, kind, data, **more):
    source = {"source": name} if name else {}
    await socket.send(json.dumps({"id": str(uuid.uuid4()), "type": kind, "data": data, **source, **more}))


async def serve(wire, handled):
    """One connection, from hello until it breaks."""
    with open(DISCOVERY, encoding="utf-8") as stream:
        hub = json.load(stream)
    async with websockets.connect(hub["url"], max_size=None) as socket:
        await say(socket, None, "hello", {"client": "peer", "version": "1", "kind": "editor", "instance": "peer",
                                          "capabilities": [], "workspaces": [], "token": hub["token"]})
        welcome = json.loads(await socket.recv())
        name = welcome["data"]["channel"]
        epoch = welcome["data"]["delivery"]["epoch"]
        last = last_handled(handled, epoch)
        async for text in socket:
            message = json.loads(text)
            if "seq" not in message:
                continue
            wire.write(message["seq"], message["source"], message["id"])
            if message["seq"] > last:
                last = message["seq"]
                handled.write(epoch, last, message["source"], message["id"])
            await say(socket, name, "ack", {"id": message["id"]}, reply_to=message["id"])


async def main():
    wire, handled = Book("wire"), Book("handled")
    while True:
        try:
            await serve(wire, handled)
        except (OSError, ValueError, asyncio.TimeoutError, websockets.exceptions.WebSocketException):
            # The hub is away, or was killed in the middle of something: again in a moment.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.02)


asyncio.run(main())
