#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who must not get in, or at what is others': tokens, passwords, ids of other people, and what stays behind."""

import base64
import glob
import hashlib
import hmac
import json
import os
import shutil
import sqlite3
import subprocess
import time
import uuid

from cloudapi import ACCOUNT, CLOUD, PASSWORD, PATIENCE, Cloud, Device, Skip, Socket, make_batch, run, wait_until

HASHES = "flowscope_cloud_password_hashes_total"


def encode(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def openssl(*arguments, data=None):
    if shutil.which("openssl") is None:
        raise Skip("openssl is not installed")
    return subprocess.run(["openssl", *arguments], input=data, check=True, capture_output=True).stdout


def raw_signature(der):
    """ECDSA as in a JWT: two numbers of 32 bytes, out of DER."""
    numbers = []
    at = 2
    while at < len(der):
        length = der[at + 1]
        numbers.append(der[at + 2:at + 2 + length].lstrip(b"\0").rjust(32, b"\0"))
        at += 2 + length
    return b"".join(numbers)


class Forger:
    """Tokens like a real one, but for what is changed."""

    def __init__(self, cloud, token):
        self.key = glob.glob(os.path.join(cloud.folder, "keys", "*.pem"))[0]
        self.token = token
        head, claims, _ = token.split(".")
        self.head, self.claims = decode(head), decode(claims)

    def sign(self, key=None, head=None, **claims):
        """Signed with the cloud's own key unless another one is given."""
        made = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        text = encode({**self.head, **(head or {})}) + "." + encode(made)
        return text + "." + encode(raw_signature(openssl("dgst", "-sha256", "-sign", key or self.key, data=text.encode())))

    def public(self, form):
        return openssl("pkey", "-in", self.key, "-pubout", "-outform", form)


def check_refused(cloud, token, code="token_invalid"):
    answer = cloud.request("GET", "/api/auth/me", token=token)
    assert (answer.status, answer.code) == (401, code), (token, answer)


def test_forged_tokens(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        forger = Forger(cloud, a.token)
        head, claims, signature = a.token.split(".")
        assert forger.head["alg"] == "ES256" and forger.head["kid"], forger.head
        assert cloud.request("GET", "/api/auth/me", token=forger.sign()).status == 200, "forging itself must work"
        for algorithm in ("none", "None", "NONE", ""):
            none = encode({**forger.head, "alg": algorithm}) + "." + claims
            for end in ("", ".", "." + signature):
                check_refused(cloud, none + end)
        # The public key as the secret of a keyed hash, in each form that it has.
        for key in (forger.public("PEM"), forger.public("DER"), b""):
            for algorithm, function in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384), ("HS512", hashlib.sha512)):
                text = encode({**forger.head, "alg": algorithm}) + "." + claims
                check_refused(cloud, text + "." + encode(hmac.new(key, text.encode(), function).digest()))
        foreign = place.write("foreign.pem", openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout").decode())
        check_refused(cloud, forger.sign(key=foreign))
        for changed in ({"kid": "0" * 16}, {"kid": None}, {"kid": "../../etc/passwd"}, {"kid": ""}, {"alg": "ES384"},
                        {"alg": "RS256"}):
            check_refused(cloud, forger.sign(head=changed))
        # A key that comes along is nobody's.
        check_refused(cloud, forger.sign(key=foreign, head={"jwk": {"kty": "EC"}, "jku": "http://127.0.0.1/", "x5u": "x"}))
        for part in (head, claims, signature):
            for change in (part[:-4], part + "AAAA", part[::-1], ""):
                check_refused(cloud, a.token.replace(part, change))


def test_claims(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        other = cloud.device("other")
        forger = Forger(cloud, a.token)
        now = int(time.time())
        check_refused(cloud, forger.sign(exp=now - 1, iat=now - 700), "token_expired")
        changes = [{"iss": "http://somebody.else"}, {"iss": None}, {"iss": ""}, {"aud": "another"}, {"aud": None},
                   {"sub": None}, {"sub": uuid.uuid4().hex}, {"dev": None},
                   {"dev": other.id}, {"sid": None}, {"sid": uuid.uuid4().hex}, {"sub": "'; DROP TABLE user; --"}]
        for change in changes:
            check_refused(cloud, forger.sign(**change))
        for never in (None, "never", 0, -1):
            check_refused(cloud, forger.sign(exp=never), "token_expired")
        # Somebody else's session with one's own name, and the other way round.
        theirs = decode(other.token.split(".")[1])
        check_refused(cloud, forger.sign(sid=theirs["sid"]))
        check_refused(cloud, forger.sign(sub=theirs["sub"]))
        check_refused(cloud, forger.sign(sid=theirs["sid"], dev=theirs["dev"]))
        for header in ("", "Bearer", "Bearer ", "Basic " + base64.b64encode(b"somebody:" + PASSWORD.encode()).decode(),
                       "Bearer " + "A" * 7000, "Bearer \x7f"):
            answer = cloud.request("GET", "/api/auth/me", headers={"Authorization": header})
            assert answer.status in (400, 401), (header, answer)
        a.socket().close()
        for token in (forger.sign(aud="another"), "x", forger.sign(exp=now - 1)):
            with Socket(cloud, token) as connection:
                assert connection.status == 401 or (connection.hear() is None and connection.code == 4401), token


def test_expired_token_ends_the_socket(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        soon = Forger(cloud, a.token).sign(exp=int(time.time()) + 2)
        a.tokens["access"] = soon
        with a.socket() as connection:
            assert connection.hear() is None and connection.code == 4401, connection.code
        check_refused(cloud, soon, "token_expired")


def test_replayed_refresh_token(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        first = a.tokens["refresh"]

        def refresh(token, status):
            answer = cloud.request("POST", "/api/auth/refresh", {"refresh": token})
            assert answer.status == status, answer
            return answer
        second = refresh(first, 200).json["refresh"]
        third = refresh(second, 200).json
        # A thief comes with an old one: everything that came of that sign-in is void.
        assert refresh(first, 401).code == "token_reused"
        assert refresh(third["refresh"], 401).code in ("token_reused", "token_invalid")
        check_refused(cloud, third["access"])
        # Other devices know nothing of it.
        refresh(b.tokens["refresh"], 200)
        for forged in ("", "x", first[:-4] + "AAAA", b.token, "fsr1." + encode(os.urandom(52)), first + "x"):
            assert cloud.request("POST", "/api/auth/refresh", {"refresh": forged}).status in (400, 401), forged
        # Signed out is signed out.
        assert cloud.request("POST", "/api/auth/logout", {"refresh": b.tokens["refresh"]}).status == 204
        c = Device(cloud)
        assert cloud.request("POST", "/api/auth/logout", {"refresh": c.tokens["refresh"]}).status == 204
        check_refused(cloud, c.token)
        refresh(c.tokens["refresh"], 401)


def test_what_is_others(place):
    """Nobody reads, changes or learns of what belongs to somebody else, whatever he knows of it."""
    with Cloud(place) as cloud:
        a = cloud.device("a")
        thief = cloud.device("thief")
        blob, conflict, nothing = uuid.uuid4().hex, uuid.uuid4().hex, uuid.uuid4().hex
        a.upload(a.batch(), a.batch())
        a.hello()
        a.ask("PUT", f"/api/blobs/{blob}", b"sealed", status=201)
        a.ask("PUT", "/api/keys", {"version": 0, "envelope": {"secret": 1}}, status=200)
        record = {"id": conflict, "scope": ACCOUNT, "table": "0" * 16, "device": a.id, "time_ms": 1, "kind": "note",
                  "body": "AAAA"}
        a.ask("POST", "/api/sync/conflicts", record, status=201)
        a.ask("POST", "/api/devices/messages", {"to": a.id, "kind": "x", "body": "AAAA"}, status=204)
        before = (a.ask("GET", "/api/sync/data").json, a.ask("GET", "/api/devices").json["devices"][0]["id"])
        # By id: as if it were not there at all.
        for method, path in (("GET", "/api/blobs/"), ("HEAD", "/api/blobs/"), ("DELETE", "/api/blobs/"),
                             ("DELETE", "/api/sync/conflicts/"), ("DELETE", "/api/devices/")):
            found = {"blobs": blob, "conflicts": conflict, "devices": a.id}[path.rstrip("/").rsplit("/", 1)[1]]
            theirs, none = thief.ask(method, path + found), thief.ask(method, path + nothing)
            assert theirs.status == none.status == 404 and theirs.body == none.body, (method, path, theirs, none)
        assert thief.ask("POST", "/api/sync/resolve", {"id": conflict}).status == 404
        assert thief.ask("POST", "/api/devices/messages", {"to": a.id, "kind": "x", "body": "AAAA"}).status == 404
        assert thief.ask("POST", "/api/sync/snapshot", {"scope": ACCOUNT, "vector": [], "blob": blob,
                                                        "bytes": 1}).status == 404
        # In somebody's name.
        assert thief.upload(make_batch(a.id, 1, 3))["refused"][0]["code"] == "foreign_device"
        for path, body in (("hello", {"format": 1, "clock_ms": 1, "scopes": []}), ("ack", {"scopes": []}),
                           ("download", {"scope": ACCOUNT, "vector": []})):
            answer = thief.ask("POST", "/api/sync/" + path, {"device": a.id, **body})
            assert (answer.status, answer.code) == (403, "forbidden"), answer
        # What is listed is one's own.
        assert thief.download()[0] == [] and thief.hello()["scopes"][0]["vector"] == []
        thief.ack([a.dot()])
        assert thief.ask("GET", "/api/keys").status == 404
        assert thief.ask("GET", "/api/blobs").json == {"blobs": []}
        assert thief.ask("GET", "/api/sync/conflicts").json == {"conflicts": []}
        assert [one["id"] for one in thief.ask("GET", "/api/devices").json["devices"]] == [thief.id]
        exported = thief.ask("GET", "/api/export", status=200).body.decode()
        assert a.id not in exported and blob not in exported and "secret" not in exported
        # The same ids are other things for other people.
        thief.ask("PUT", f"/api/blobs/{blob}", b"of the thief", status=201)
        thief.ask("POST", "/api/sync/conflicts", {**record, "kind": "mine"}, status=201)
        twin = Device(cloud, "thief", device=a.id)
        twin.upload(make_batch(a.id, 1, 1))
        twin.ask("DELETE", "/api/sync/data", {"password": PASSWORD}, status=204)
        thief.ask("DELETE", f"/api/devices/{a.id}", status=204)
        assert a.ask("GET", f"/api/blobs/{blob}").body == b"sealed"
        assert a.ask("GET", "/api/sync/conflicts").json == {"conflicts": [record]}
        assert (a.ask("GET", "/api/sync/data").json, a.ask("GET", "/api/devices").json["devices"][0]["id"]) == before
        assert len(a.download()[0]) == 2 and len(a.ask("GET", "/api/devices/messages").json["messages"]) == 1


def test_removed_device(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        b = Device(cloud)
        a.ask("DELETE", f"/api/devices/{b.id}", status=204)
        for method, path in (("GET", "/api/auth/me"), ("GET", "/api/keys"), ("GET", "/api/blobs")):
            assert b.ask(method, path).status in (401, 403), path
        assert cloud.request("POST", "/api/auth/refresh", {"refresh": b.tokens["refresh"]}).status in (401, 403)
        assert b.ask("POST", "/api/sync/upload", b.batch()).status in (401, 403)
        with Socket(cloud, b.token) as connection:
            assert connection.status in (401, 403) or (connection.hear() is None and connection.code == 4403)
        assert cloud.request("POST", "/api/auth/login", {"user": "somebody", "password": PASSWORD,
                                                         "device": b.id}).code == "device_removed"


def test_removed_devices_do_not_count(place):
    def login(device):
        return cloud.request("POST", "/api/auth/login", {"user": "somebody", "password": PASSWORD, "device": device}).code

    with Cloud(place) as cloud:
        a = cloud.device()
        stays = cloud.device("stays")
        many = """WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
            INSERT INTO device (user, id, created_ms, seen_ms, state)
            SELECT (SELECT user FROM device WHERE id = ?), randomblob (16), i, i, ? FROM n"""
        cloud.change(many, 3000, bytes.fromhex(a.id), 2)
        cloud.change(many, 254, bytes.fromhex(a.id), 0)
        b = Device(cloud)
        assert login(uuid.uuid4().hex) == "quota"
        a.ask("DELETE", f"/api/devices/{b.id}", status=204)
        assert login(b.id) == "device_removed"
        Device(cloud)
        with sqlite3.connect(cloud.database) as db:
            assert db.execute("SELECT count (*) FROM device WHERE state = 2").fetchone()[0] == 1024
        db.close()
        assert stays.ask("GET", "/api/auth/me").status == 200


def answer_of(cloud, user, password, device=None):
    answer = cloud.request("POST", "/api/auth/login", {"user": user, "password": password,
                                                       "device": device or uuid.uuid4().hex})
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "Date")
    return answer.status, headers, answer.body


def test_nobody_learns_who_has_an_account(place):
    with Cloud(place) as cloud:
        cloud.register("somebody")
        for password in ("wrong", PASSWORD, "x" * 1000):
            unknown = answer_of(cloud, "nobody", password)
            assert unknown[0] == 401
            if password != PASSWORD:
                assert answer_of(cloud, "somebody", password) == unknown
        # Neither by the time that it takes: as many hashes are computed for one as for the other.
        counts = []
        for user in ("somebody", "nobody", "SOMEBODY", "nobody-else"):
            before = cloud.number(HASHES)
            answer_of(cloud, user, "wrong")
            counts.append(cloud.number(HASHES) - before)
        assert counts == [1, 1, 1, 1], counts


def test_hundred_attempts(place):
    with Cloud(place, limits=True) as cloud:
        cloud.register("somebody")
        before = cloud.number(HASHES)
        answers = [cloud.request("POST", "/api/auth/login", {"user": "somebody", "password": f"guess {i}",
                                                             "device": uuid.uuid4().hex}) for i in range(100)]
        limited = [answer for answer in answers if answer.status == 429]
        assert {answer.status for answer in answers} == {401, 429}, {answer.status for answer in answers}
        assert len(limited) > 70 and all(answer.code == "rate_limited" for answer in limited), len(limited)
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in limited)
        # What is not tried costs nothing, and the right password does not help whoever guessed it too late.
        assert cloud.number(HASHES) - before == 100 - len(limited)
        assert answer_of(cloud, "somebody", PASSWORD)[0] == 429


def test_nobody_is_kept_from_signing_in(place):
    def attempt(peer, password):
        return cloud.request("POST", "/api/auth/login", {"user": "somebody", "password": password,
                                                         "device": uuid.uuid4().hex}, {"X-Forwarded-For": peer}).status

    with Cloud(place, "--trusted-proxy", "127.0.0.1", limits=True) as cloud:
        cloud.register("somebody")
        assert [attempt("192.0.2.1", f"guess {i}") for i in range(20)][-1] == 429
        assert attempt("192.0.2.1", PASSWORD) == 429 and attempt("192.0.2.2", PASSWORD) == 200


def find_canaries(folder, canaries):
    found = []
    for top, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(top, name), "rb") as stream:
                content = stream.read()
            found += [(name, canary) for canary in canaries if canary in content]
    return found


def leave_canaries(cloud):
    a = cloud.device("canary-name")
    b = Device(cloud, "canary-name")
    body = os.urandom(24)
    canaries = [b"canary-name", body, bytes.fromhex(a.id), a.id.encode(), bytes.fromhex(b.id), b"canary-envelope"]
    a.upload(*(a.batch(chain=body + os.urandom(8)) for _ in range(20)))
    for _ in range(4):
        a.ask("PUT", f"/api/blobs/{uuid.uuid4().hex}", body * 20000, status=201)
    a.ask("PUT", "/api/keys", {"version": 0, "envelope": {"of": "canary-envelope"}}, status=200)
    a.ask("POST", "/api/sync/conflicts", {"id": uuid.uuid4().hex, "scope": ACCOUNT, "table": "0" * 16, "device": a.id,
                                          "time_ms": 1, "kind": "x", "body": base64.b64encode(body * 100).decode()},
          status=201)
    a.ask("POST", "/api/devices/messages", {"to": b.id, "kind": "x", "body": base64.b64encode(body).decode()}, status=204)
    a.hello()
    a.ack([a.dot()])
    assert {canary for _, canary in find_canaries(cloud.folder, canaries)} >= {body, b"canary-name"}
    return a, b, canaries


def test_deleted_account_leaves_nothing(place):
    with Cloud(place) as cloud:
        stays = cloud.device("stays")
        stays.upload(stays.batch())
        a, b, canaries = leave_canaries(cloud)
        assert a.ask("DELETE", "/api/auth/me", {"password": "wrong"}).code == "bad_credentials"
        assert a.ask("DELETE", "/api/auth/me", {}).status == 400
        with b.socket() as connection:
            a.ask("DELETE", "/api/auth/me", {"password": PASSWORD}, status=204)
            assert connection.hear() is None and connection.code == 4403
        for device in (a, b):
            assert device.ask("GET", "/api/auth/me").status in (401, 403)
        assert answer_of(cloud, "canary-name", PASSWORD)[0] == 401
        cloud.stop()
        found = find_canaries(cloud.folder, canaries)
        assert not found, found
        cloud.start()
        assert len(stays.download()[0]) == 1


def test_account_deleted_by_command_leaves_nothing(place):
    with Cloud(place) as cloud:
        _, _, canaries = leave_canaries(cloud)
        subprocess.run([CLOUD, "--data-dir", cloud.folder, "user", "remove", "canary-name"], env=place.env, check=True,
                       capture_output=True, timeout=PATIENCE)
        wait_until(lambda: not os.path.exists(os.path.join(cloud.folder, "forget")), "the cloud to see it")
        wait_until(lambda: not find_canaries(cloud.folder, canaries), "the cloud to overwrite it")


run(globals())
