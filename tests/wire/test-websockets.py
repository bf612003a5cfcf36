#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire as Python's websockets package sees it. Arguments: the program that is the server. Prints TAP."""

import asyncio
import subprocess
import sys
import traceback

try:
    import websockets
except ImportError:
    print("1..0 # SKIP python3-websockets is not installed")
    sys.exit(0)


def connect(url, **more):
    return websockets.connect(url, max_size=None, ping_interval=None, **more)


async def closed_with(socket):
    """The close code with which the wire ends a connection."""
    try:
        while True:
            await socket.recv()
    except websockets.exceptions.ConnectionClosed:
        return socket.close_code


async def test_echo_of_all_lengths(url):
    async with connect(url) as socket:
        for length in (0, 1, 125, 126, 127, 16383, 16384, 65535, 65536, 1 << 20, 16 << 20):
            for data in ("x" * length, b"\xfe" * length):
                await socket.send(data)
                assert await socket.recv() == data, length


async def test_text_of_all_planes(url):
    text = "aé日\U0001f600\0\u07ff\uffff\U0010ffff" * 3000
    async with connect(url, compression="deflate") as socket:
        await socket.send(text)
        assert await socket.recv() == text


async def test_fragments(url):
    async with connect(url) as socket:
        parts = [f"part {i} \U0001f600 " for i in range(1000)]
        await socket.send(iter(parts))
        assert await socket.recv() == "".join(parts)
        await socket.send(iter([b"", b"a", b"", b"b"]))
        assert await socket.recv() == b"ab"


async def test_pings_in_a_stream(url):
    async with connect(url) as socket:
        for i in range(200):
            await socket.send(f"{i}")
            await (await socket.ping(f"ping {i}".encode()))
            assert await socket.recv() == f"{i}"


async def test_close_codes(url):
    for code in (1000, 1001, 1011, 3000, 4000, 4999):
        async with connect(url) as socket:
            await socket.close(code, "why \U0001f600")
            assert socket.close_code == code, (code, socket.close_code)


async def test_closed_by_the_wire(url):
    async with connect(url) as socket:
        await socket.send("close")
        assert await closed_with(socket) == 4000
        assert socket.close_reason == "as you wish"


async def test_too_long(url):
    async with connect(url) as socket:
        try:
            await socket.send(b"x" * ((16 << 20) + 1))
        except websockets.exceptions.ConnectionClosed:
            pass
        assert await closed_with(socket) == 1009, socket.close_code


async def test_too_many_fragments(url):
    async with connect(url) as socket:
        try:
            await socket.send(iter(["x"] * 1100))
        except websockets.exceptions.ConnectionClosed:
            pass
        assert await closed_with(socket) == 1008, socket.close_code


async def test_many_at_once(url):
    async def one(i):
        async with connect(url) as socket:
            for k in range(20):
                await socket.send(f"{i} {k}")
                assert await socket.recv() == f"{i} {k}"
    await asyncio.gather(*(one(i) for i in range(100)))


async def test_both_families(url):
    async with connect(url.replace("127.0.0.1", "[::1]")) as socket:
        await socket.send("six")
        assert await socket.recv() == "six"


def main():
    tests = [(name[5:].replace("_", " "), test) for name, test in globals().items() if name.startswith("test_")]
    with subprocess.Popen([sys.argv[1], "echo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        url = f"ws://127.0.0.1:{int(server.stdout.readline())}/"
        print(f"1..{len(tests)}")
        failed = False
        for number, (name, test) in enumerate(tests, 1):
            try:
                asyncio.run(test(url))
                print(f"ok {number} {name}", flush=True)
            except Exception:
                failed = True
                print(f"not ok {number} {name}\n# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
        server.stdin.close()
    sys.exit(failed or server.returncode != 0)


if __name__ == "__main__":
    main()
