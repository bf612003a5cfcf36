#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a hub ends, hands over, and what it makes of what another one left."""

import json
import os
import random
import signal
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from otlpload import Body, Client, Load, Log, Metric, Span
from flowtest import FLOWCTL, HUB, PATIENCE, run, wait_until
from stored import check_between, check_same, check_sound, everything, flowctl, kill


def rows(first, count):
    return [Span(1 + number // 30, number, start=number) for number in range(first, first + count)]


def mixed_bodies(count):
    dice = random.Random(29)
    bodies = []
    for number in range(1, count + 1):
        if number % 7 == 3:
            bodies.append(Body([Log(f"log {number} {i}") for i in range(5)], number % 2 == 0))
        elif number % 7 == 5:
            bodies.append(Body([Metric(number * 10 + i) for i in range(5)], number % 2 == 0))
        else:
            bodies.append(Body(rows(number * 1000, dice.randrange(1, 200)), number % 2 == 0))
    return bodies


def discovery(place):
    return os.path.join(place.env["XDG_RUNTIME_DIR"], "flowscope", "hub.json")


def ended(place):
    """The hub ends by itself, in order, and leaves one file of data, no WAL, no discovery file."""
    hub, place.hub = place.hub, None
    status = hub.process.wait(PATIENCE)
    rest = hub.process.stdout.read()
    hub.process.stdout.close()
    assert status == 0, f"the hub ended with {status}"
    assert rest == b"", f"on standard output: {rest!r}"
    assert not os.path.exists(discovery(place)), "hub.json is still there"
    names = set(os.listdir(place.data_dir))
    assert "flowscope.db" in names and not names & {"flowscope.db-wal", "flowscope.db-shm"}, names


def check_kept(place, bodies, acknowledged):
    for kind, keys in everything(place).items():
        sent = {row.key for body in bodies if body.signal == kind for row in body.rows}
        least = {row.key for body in acknowledged if body.signal == kind for row in body.rows}
        check_between(keys, least, sent, kind)
    check_sound(place)


def control(place, verb, token=None, **arguments):
    found = place.hub.discovery
    url = urllib.parse.urlsplit(found["url"])
    headers = {"Authorization": f"Bearer {token or found['token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{url.netloc}/control/{verb}", json.dumps(arguments).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def stop_under_load(place, how):
    bodies = mixed_bodies(400)
    place.start_hub()
    load = Load(place.hub.otlp, bodies, 6)
    load.wait_for(60)
    how()
    ended(place)
    load.join()
    assert all(status == 503 and int(retry) > 0 for status, retry, _ in load.refusals), load.refusals
    check_kept(place, bodies, load.acknowledged)
    place.start_hub()
    check_kept(place, bodies, load.acknowledged)
    left = [body for body in bodies if body not in load.acknowledged]
    again = Load(place.hub.otlp, left)
    assert again.join() == ([], []) and not again.refused, again.refusals
    check_kept(place, bodies, bodies)


def test_sigterm_under_load(place):
    stop_under_load(place, lambda: place.hub.process.send_signal(signal.SIGTERM))


def test_sigint_under_load(place):
    stop_under_load(place, lambda: place.hub.process.send_signal(signal.SIGINT))


def test_handover_under_load(place):
    def hand_over():
        assert control(place, "handover", token="x" * 43)[0] == 401
        assert control(place, "handover")[0] == 200
    stop_under_load(place, hand_over)


def test_stop_and_another_at_once(place):
    """Whoever asked for the data folder can start as soon as the process is gone, again and again."""
    for number in range(1, 6):
        place.start_hub()
        client = Client(place.hub.otlp)
        assert client.post(Body(rows(number * 100, 50), True))[0] == 200
        assert control(place, "stop" if number % 2 else "handover")[0] == 200
        ended(place)
        client.close()
    check_same(everything(place)["traces"], [row.key for number in range(1, 6) for row in rows(number * 100, 50)], "all")


def test_clients_that_do_nothing(place):
    """Connections that are idle, or in the middle of a request, do not keep the hub from ending."""
    place.start_hub()
    address = urllib.parse.urlsplit(place.hub.otlp)
    client = Client(place.hub.otlp)
    assert client.post(Body(rows(1, 10), True))[0] == 200  # and stays connected
    sockets = []
    for part in (b"", b"POST /v1/tra", b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 100\r\n\r\n{\"resour", b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n"
                 b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"):
        sockets.append(socket.create_connection((address.hostname, address.port), PATIENCE))
        sockets[-1].sendall(part)
    wait_until(lambda: place.json("status")["http"]["connections"] >= len(sockets), "the connections")
    place.hub.process.terminate()
    ended(place)
    for one in sockets:
        one.close()
    client.close()
    check_same(everything(place)["traces"], [row.key for row in rows(1, 10)], "all")


def test_second_hub_on_the_same_data(place):
    hub = place.start_hub()
    before = open_text(discovery(place))
    second = subprocess.run([HUB, "--port", "0", "--otlp-port", "0"], env=place.env, capture_output=True,
                            timeout=PATIENCE)
    said = second.stderr.decode()
    assert second.returncode == 1 and second.stdout == b"", second
    assert str(hub.process.pid) in said and place.data_dir in said and "Traceback" not in said, said
    assert open_text(discovery(place)) == before and place.json("status")["pid"] == hub.process.pid
    client = Client(hub.otlp)
    assert client.post(Body(rows(1, 10), False))[0] == 200
    client.close()


def open_text(path):
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def test_stale_discovery_file(place):
    """What a killed hub leaves is seen through by flowctl and replaced by the next hub."""
    place.start_hub()
    old = json.loads(open_text(discovery(place)))
    kill(place)
    assert json.loads(open_text(discovery(place))) == old
    assert place.json("status", status=1)["running"] is False
    assert flowctl(place, "traces", "--json")[:2] == (0, b"[]\n")
    place.start_hub()
    new = json.loads(open_text(discovery(place)))
    assert new["pid"] == place.hub.process.pid and new["token"] != old["token"]
    assert os.stat(discovery(place)).st_mode & 0o777 == 0o600
    place.hub.process.terminate()
    ended(place)

    # The process id in it lives, but is nobody's hub; and one that is no JSON at all.
    for text in (json.dumps({**old, "pid": os.getpid()}), "nonsense", ""):
        with open(discovery(place), "w", encoding="utf-8") as stream:
            stream.write(text)
        assert place.json("status", status=1)["running"] is False, text
        place.start_hub()
        assert place.json("status")["pid"] == place.hub.process.pid, text
        place.hub.process.terminate()
        ended(place)


def test_a_writer_without_a_hub(place):
    """While flowctl writes by itself, a hub does not start, and a killed flowctl leaves what it had said it took."""
    path = place.write("many.jsonl", "".join(
        json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [row.as_json() for row in rows(n * 100, 100)]}]}]}) + "\n"
        for n in range(1, 100)))
    fifo = os.path.join(place.top, "fifo")
    os.mkfifo(fifo)
    with subprocess.Popen([FLOWCTL, "import", fifo], env=place.env, stderr=subprocess.PIPE) as writer:
        with open(fifo, "wb", buffering=0) as stream:
            with open(path, "rb") as lines:
                stream.write(lines.readline())
                wait_until(lambda: os.path.exists(os.path.join(place.data_dir, "flowscope.db")), "a database")
                second = subprocess.run([HUB, "--port", "0", "--otlp-port", "0"], env=place.env, capture_output=True,
                                        timeout=PATIENCE)
                assert second.returncode == 1 and str(writer.pid) in second.stderr.decode(), second
                writer.kill()
    place.start_hub()
    assert place.json("import", path)["spans"] == 9900
    check_same(everything(place)["traces"], [row.key for n in range(1, 100) for row in rows(n * 100, 100)], "all")


run(globals())
