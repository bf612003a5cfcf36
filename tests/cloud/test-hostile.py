#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of the API's description is sent what it says must not come: too long, cut, of the wrong form, with SQL
in every field, without a token. Each answer must be one that the description promises, and nothing else must happen."""

import copy
import http.client
import json
import re
import socket
import sqlite3
import uuid

from cloudapi import DOCUMENT, PASSWORD, Cloud, Device, Socket, exchange, frames, run

METHODS = ("get", "head", "post", "put", "delete", "patch", "options")
# What a pattern of the description is fit by; a pattern that is not here is one that nobody thought of.
SAMPLES = ["ab" * 16, "account", "somebody", "QUJD", "0123456789abcdef", "note", "token", "ok", "1"]
SQL = ["' OR '1'='1", "'; DROP TABLE user; --", "\"; DELETE FROM device; --", "1); DELETE FROM sync_batch; --",
       "\\'; ATTACH DATABASE '/tmp/x' AS x; --", "%' UNION SELECT password FROM user --", "\0' OR 1=1 --"]
ODD = ["ä" * 32, "\0", "\u202e", "\ud83d\ude42" * 8, "${jndi:ldap://x}", "../../../../etc/passwd", "{{7*7}}", "%00%0d%0aX: y"]


def resolve(node):
    while "$ref" in node:
        at = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        node = at
    return node


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def body_schema(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return resolve(content["application/json"]["schema"]) if "application/json" in content else None


def sample(schema):
    """What fits."""
    schema = resolve(schema)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: sample(member) for name, member in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"])]
    if kind == "integer":
        return schema.get("minimum", 0)
    if kind == "boolean":
        return True
    if "pattern" in schema:
        return next(text for text in SAMPLES if re.search(schema["pattern"], text) and
                    len(text) <= schema.get("maxLength", 1 << 30))
    return "x" * max(1, schema.get("minLength", 0))


def wrong(schema):
    """What does not fit, for one value."""
    schema = resolve(schema)
    kind = schema.get("type")
    values = {"string": "text", "integer": 7, "boolean": True, "object": {}, "array": [], "null": None}
    yield from (value for name, value in values.items() if name != kind and "anyOf" not in schema and "enum" not in schema)
    if kind == "integer":
        yield from (schema.get("minimum", 0) - 1, 0.5, 10 ** 400)
        if "maximum" in schema:
            yield schema["maximum"] + 1
    if kind == "string":
        if "pattern" in schema:
            good = sample(schema)
            yield from (text for text in [good + "\n", "\n" + good, good + "\0", " " + good, good.upper() + "!", "ä", *SQL]
                        if not re.search(schema["pattern"].replace("$", r"\Z"), text))
        if "maxLength" in schema:
            yield "A" * (schema["maxLength"] + 1)
        if schema.get("minLength", 0) > 1:
            yield "x" * (schema["minLength"] - 1)
    if kind == "array" and schema["maxItems"] <= 2000:
        yield [sample(schema["items"])] * (schema["maxItems"] + 1)


def places(schema, way=()):
    """All members of a body, with the way to them."""
    schema = resolve(schema)
    if schema.get("type") == "object":
        for name, member in schema.get("properties", {}).items():
            yield (*way, name), member, name in schema.get("required", ())
            yield from places(member, (*way, name))
    elif schema.get("type") == "array":
        yield (*way, 0), schema["items"], False
        yield from places(schema["items"], (*way, 0))


def changed(body, way, value):
    body = copy.deepcopy(body)
    at = body
    for step in way[:-1]:
        at = at[step]
    at[way[-1]] = value
    return body


def without(body, way):
    body = copy.deepcopy(body)
    at = body
    for step in way[:-1]:
        at = at[step]
    del at[way[-1]]
    return body


def promised(operation, status):
    """The codes that an answer of this status may have; None when there is no such answer."""
    answer = operation["responses"].get(str(status))
    if answer is None and status >= 500:
        answer = operation["responses"].get("default")
    return None if answer is None else resolve(answer).get("x-codes", [])


class Attack:
    """A cloud with somebody's data in it, and an attacker with an account."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.victim = cloud.device("victim")
        self.victim.upload(self.victim.batch(), self.victim.batch())
        self.victim.ask("PUT", "/api/blobs/" + "77" * 16, b"sealed", status=201)
        self.attacker = cloud.device("attacker")
        self.kept = self.look()
        self.connection = None
        self.count = 0

    def look(self):
        return (self.victim.download()[0], self.victim.ask("GET", "/api/sync/data").json,
                self.victim.ask("GET", "/api/blobs").json)

    def send(self, method, path, operation, body, headers=None, token=True, may_pass=False):
        """One attack; the answer is one that the description promises, and unless it `may_pass` a refusal."""
        for _ in range(2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(self.cloud.host, self.cloud.port, timeout=60)
            try:
                answer = exchange(self.connection, method, path, body, headers, self.attacker.token if token else None)
                break
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
        else:
            raise AssertionError(f"no answer to {method} {path} {str(body)[:200]}")
        self.count += 1
        told = f"{method} {path} {str(body)[:300]} {headers or ''}: {answer}"
        codes = promised(operation, answer.status)
        assert codes is not None, told
        assert answer.status < 500, told
        if method != "HEAD" and answer.status >= 400:
            assert answer.code in codes, told
            assert not re.search(r"(?i)sqlite|syntax error|constraint|0x[0-9a-f]{6}", answer.body.decode()), told
        assert may_pass or answer.status >= 400, told
        return answer

    def check(self):
        """Nobody else has noticed anything."""
        assert self.cloud.process.poll() is None
        assert self.cloud.request("GET", "/healthz").status == 200
        assert self.look() == self.kept
        with sqlite3.connect(f"file:{self.cloud.database}?mode=ro", uri=True) as db:
            assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
            names = {row[0] for row in db.execute("SELECT name_key FROM user")}
        db.close()
        assert {"victim", "attacker"} <= names, names
        print(f"# {self.count} requests", flush=True)


def fill(path, value=None):
    return path.replace("{id}", value or uuid.uuid4().hex)


def attack(place, function):
    with Cloud(place) as cloud:
        hostile = Attack(cloud)
        for method, path, operation in operations():
            if path != "/ws":
                function(hostile, method, path, operation)
        hostile.check()


def is_safe(method, path):
    """Whether what fits may be sent without ending the attacker's own account or session."""
    return (method, path) not in (("DELETE", "/api/auth/me"), ("POST", "/api/auth/logout"), ("POST", "/api/auth/refresh"))


def test_bodies_of_the_wrong_form(place):
    def function(hostile, method, path, operation):
        schema = body_schema(operation)
        if schema is None:
            return
        good = sample(schema)
        for way, member, required in places(schema):
            if required:
                hostile.send(method, fill(path), operation, without(good, way))
            for value in wrong(member):
                hostile.send(method, fill(path), operation, changed(good, way, value))
        if is_safe(method, path):
            hostile.send(method, fill(path), operation, {**good, "of the future": [1]}, may_pass=True)
    attack(place, function)


def test_what_is_no_json(place):
    def function(hostile, method, path, operation):
        schema = body_schema(operation)
        if schema is None:
            return
        text = json.dumps(sample(schema)).encode()
        bodies = [b"", b"null", b"[]", b"3", b'"text"', b"true", text[:-1], text[:len(text) // 2], text + b"}", text + text,
                  b"\xef\xbb\xbf" + text, b"\xff\xfe" + text, text.replace(b"{", b"{\xc3\x28", 1), b"\0" * 10,
                  b"[" * 30000, b'{"a":' * 10000, text.replace(b"{", b'{"\\ud800":1,', 1), b"{'a':1}", b"{\"a\":NaN}", b"{a:1}"]
        # An empty body is an empty object; where nothing is demanded it fits.
        for body in bodies:
            hostile.send(method, fill(path), operation, body, {"Content-Type": "application/json"},
                         may_pass=not schema.get("required") or b"ud800" in body)
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json5"):
            answer = hostile.send(method, fill(path), operation, text, {"Content-Type": media_type})
            assert answer.status == 415, (media_type, answer)
    attack(place, function)


def test_noise(place):
    def function(hostile, method, path, operation):
        if "application/octet-stream" not in operation.get("requestBody", {}).get("content", {}):
            return
        batch = hostile.attacker.batch(advance=False)
        bodies = [b"noise", batch[:-1], batch[:40], b"FSB1", b"FSB1" + b"\xff" * 300, batch[:4] + b"\xff" + batch[5:],
                  batch[:5] + b"\xff" + batch[6:], batch.replace(b"account", b"'; DROP"), b"\0" * 1000]
        for body in bodies:
            hostile.send(method, fill(path), operation, body, may_pass="blobs" in path)
        answer = hostile.send(method, fill(path), operation, batch, {"Content-Type": "application/json"})
        assert answer.status == 415, answer
    attack(place, function)


def send_head(cloud, token, method, path, lines, rest=b""):
    """A head and what comes behind it, however much that is; the status of the answer."""
    with socket.create_connection((cloud.host, cloud.port), 60) as stream:
        head = [f"{method} {path} HTTP/1.1", f"Host: {cloud.host}:{cloud.port}", f"Authorization: Bearer {token}", *lines]
        stream.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        try:
            stream.sendall(rest)
        except OSError:
            pass
        answer = http.client.HTTPResponse(stream)
        answer.begin()
        return answer.status


def test_bodies_that_are_too_long(place):
    def function(hostile, method, path, operation):
        if method in ("GET", "HEAD"):
            return
        media_type = next(iter(operation.get("requestBody", {}).get("content", {"text/plain": 0})))
        lines = [f"Content-Type: {media_type}"]
        most = operation["x-max-body"]
        for length in (most + 1, 1 << 40, (1 << 64) - 1):
            status = send_head(hostile.cloud, hostile.attacker.token, method, fill(path),
                               [*lines, f"Content-Length: {length}", "Expect: 100-continue"])
            assert status == 413, (method, path, length, status)
        if most <= 1 << 20:
            status = send_head(hostile.cloud, hostile.attacker.token, method, fill(path),
                               [*lines, f"Content-Length: {most + 1}"], b" " * (most + 1))
            assert status == 413, (method, path, status)
            chunk = b"%x\r\n" % (most + 1) + b" " * (most + 1) + b"\r\n0\r\n\r\n"
            status = send_head(hostile.cloud, hostile.attacker.token, method, fill(path),
                               [*lines, "Transfer-Encoding: chunked"], chunk)
            assert status == 413, (method, path, status)
    attack(place, function)


def test_without_a_token(place):
    def function(hostile, method, path, operation):
        if not operation["security"]:
            return
        body = sample(body_schema(operation)) if body_schema(operation) else None
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer " + "x.y.z"},
                        {"Cookie": f"access={hostile.attacker.token}"}):
            answer = hostile.send(method, fill(path), operation, body, headers, token=False)
            assert answer.status == 401, (method, path, answer)
        query = f"{fill(path)}?access_token={hostile.attacker.token}"
        assert hostile.send(method, query, operation, body, token=False).status == 401
    attack(place, function)


def test_other_methods_and_paths(place):
    with Cloud(place) as cloud:
        hostile = Attack(cloud)
        for path, methods in DOCUMENT["paths"].items():
            for method in METHODS:
                if method in methods or path == "/ws" or (method == "head" and "get" in methods):
                    continue
                answer = hostile.attacker.ask(method.upper(), fill(path))
                assert answer.status == 405, (method, path, answer)
                assert method == "head" or answer.code == "method_not_allowed", (method, path, answer)
                allowed = {one.strip() for one in answer.headers["Allow"].split(",")}
                assert {one.upper() for one in methods} - {"HEAD"} <= allowed, (path, allowed)
        odd = ["/", "/api", "/api/", "//api/keys", "/api/keys/", "/api/./keys", "/API/keys", "/api/blobs/..", "/%2e%2e/keys",
               "/api/blobs/" + "A" * 32, "/api/blobs/" + "a" * 31, "/api/blobs/" + "a" * 33, "/api/blobs/%61" + "a" * 31,
               "/api/blobs/" + "a" * 32 + "/x", "/api/blobs/" + "a" * 30 + "%00", "/api/blobs/'%20OR%20'1'='1", "/keys/x.pem",
               "/cloud.db", "/../cloud.db", "/api/devices/" + "%27" * 32, "/x" * 2000]
        for path in odd:
            answer = hostile.attacker.ask("GET", path)
            assert answer.status in (400, 404, 414), (path, answer)
        hostile.check()


def test_sql_in_every_field(place):
    def function(hostile, method, path, operation):
        for text in SQL + ODD:
            if "{id}" in path:
                answer = hostile.attacker.ask(method, path.replace("{id}", "".join(f"%{byte:02x}" for byte in text.encode(
                    "utf-8", "surrogatepass"))), b"x" if method == "PUT" else None)
                assert answer.status in (400, 404), (method, path, text, answer)
            if method in ("GET", "DELETE") and is_safe(method, path) and "{id}" not in path and method == "GET":
                quoted = "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))
                hostile.send(method, f"{path}?id={quoted}&user={quoted}", operation, None, may_pass=True)
            schema = body_schema(operation)
            for way, member, _ in places(schema) if schema else ():
                if resolve(member).get("type") == "string":
                    hostile.send(method, fill(path), operation, changed(sample(schema), way, text), may_pass=True)
        if method in ("POST", "PUT"):
            return
    attack(place, function)


def test_noise_on_a_connection(place):
    with Cloud(place) as cloud:
        hostile = Attack(cloud)
        good = {"type": "ack", "scopes": []}
        said = [
            (4400, lambda one: one.frame(2, b"bytes")),
            (4400, lambda one: one.frame(1, b"no json")),
            (4400, lambda one: one.frame(1, b"[" * 30000)),
            (4400, lambda one: one.say({"type": "'; DROP TABLE user; --"})),
            (4400, lambda one: one.say({**good, "scopes": [{"scope": "account", "vector": [{"device": 7}]}]})),
            (4400, lambda one: one.say({"type": "hello", "access": hostile.victim.token})),
            (4401, lambda one: one.say({"type": "hello", "access": "forged"})),
            (1009, lambda one: one.say({**good, "more": "x" * 100000})),
            (1007, lambda one: one.frame(1, b"\xff\xfe")),
            (1002, lambda one: one.frame(7, b"")),
            (1008, lambda one: [one.say(good) for _ in range(100)]),
        ]
        for code, say in said:
            with hostile.attacker.socket() as connection:
                say(connection)
                assert connection.hear() is None and connection.code == code, (code, connection.code)
        # Before it has said who it is.
        with Socket(cloud) as connection:
            connection.say(good)
            assert connection.hear() is None and connection.code == 4400, connection.code
        hostile.check()


def test_what_fits_is_answered_as_promised(place):
    """The other half: what the description says is right is taken, and the answers have the form that it says."""
    with Cloud(place) as cloud:
        device = cloud.device()
        other = Device(cloud)
        batch = device.batch()
        scope = {"scope": "account", "epoch": 1, "seq": 1, "chain": "", "vector": []}
        blob = "1" * 32
        conflict = {"id": "2" * 32, "scope": "account", "table": "0" * 16, "device": device.id, "time_ms": 1, "kind": "note",
                    "body": "AAAA"}
        said = [
            ("POST", "/api/sync/upload", batch), ("PUT", "/api/keys", {"version": 0, "envelope": {}}), ("GET", "/api/keys", None),
            ("POST", "/api/sync/hello", {"device": device.id, "format": 1, "clock_ms": 1, "scopes": [scope]}),
            ("POST", "/api/sync/download", {"device": device.id, "scope": "account", "vector": []}),
            ("POST", "/api/sync/ack", {"device": device.id, "scopes": [{"scope": "account", "vector": [device.dot()]}]}),
            ("PUT", "/api/blobs/{id}", b"sealed"), ("HEAD", "/api/blobs/{id}", None), ("GET", "/api/blobs/{id}", None),
            ("GET", "/api/blobs", None),
            ("POST", "/api/sync/snapshot", {"scope": "account", "vector": [device.dot()], "blob": blob, "bytes": 6}),
            ("POST", "/api/sync/hello", {"device": device.id, "format": 1, "clock_ms": 1, "scopes": [scope]}),
            ("POST", "/api/sync/conflicts", conflict), ("GET", "/api/sync/conflicts", None), ("GET", "/api/sync/data", None),
            ("POST", "/api/sync/resolve", {"id": conflict["id"]}), ("GET", "/api/export", None),
            ("POST", "/api/devices/messages", {"to": device.id, "kind": "x", "body": "AAAA"}),
            ("GET", "/api/devices/messages", None), ("GET", "/api/devices", None), ("GET", "/api/auth/me", None),
            ("GET", "/healthz", None), ("GET", "/openapi.json", None), ("GET", "/docs", None), ("GET", "/metrics", None),
            ("POST", "/api/auth/register", {"user": "another", "password": PASSWORD}),
            ("POST", "/api/auth/refresh", {"refresh": other.tokens["refresh"]}),
            ("POST", "/api/auth/login", {"user": "somebody", "password": PASSWORD, "device": other.id, "label": "AAAA"}),
        ]
        for method, path, body in said:
            answer = device.ask(method, path.replace("{id}", blob), body)
            check_answer(DOCUMENT["paths"][path][method.lower()], answer, f"{method} {path}")
        missing = {(method, path) for method, path, _ in operations()} - {(method, path) for method, path, _ in said}
        assert {one for one in missing if one[0] != "DELETE"} == {("GET", "/ws"), ("POST", "/api/auth/logout")}, missing
        assert json.loads(cloud.request("GET", "/openapi.json").body) == DOCUMENT


def check_answer(operation, answer, told):
    assert 200 <= answer.status < 300, (told, answer)
    promise = operation["responses"].get(str(answer.status))
    assert promise is not None, (told, answer)
    for media_type, inner in promise.get("content", {}).items():
        assert answer.headers["Content-Type"].split(";")[0] == media_type, (told, answer.headers["Content-Type"])
        if media_type == "application/json":
            fits(resolve(inner["schema"]), answer.json, told)
    if told.endswith("download"):
        assert len(frames(answer.body)) == 1


def fits(schema, value, told):
    """Whether a value has the form of a schema; as much of it as the description uses for answers."""
    schema = resolve(schema)
    if "anyOf" in schema:
        schema = resolve(schema["anyOf"][1 if value is None else 0])
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    assert isinstance(value, kinds[schema["type"]]), (told, schema, value)
    if "enum" in schema:
        assert value in schema["enum"], (told, value)
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), (told, value)
    if schema["type"] == "object":
        known = schema.get("properties")
        assert all(name in value for name in schema.get("required", ())), (told, schema, value)
        for name, member in value.items():
            if known is not None:
                assert name in known, f"{told}: the description does not know {name}"
                fits(known[name], member, f"{told} {name}")
    if schema["type"] == "array":
        for i, member in enumerate(value):
            fits(schema["items"], member, f"{told} {i}")


run(globals())
