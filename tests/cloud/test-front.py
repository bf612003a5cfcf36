#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the cloud is reached and run: TLS of its own, real proxies with our examples, signals, commands, logs."""

import base64
import contextlib
import http.client
import json
import os
import pty
import resource
import select
import shutil
import signal
import socket
import ssl
import subprocess
import termios

from cloudapi import CLOUD, PASSWORD, PATIENCE, SOURCE, Cloud, Device, Skip, Socket, exchange, run, wait_until

EXAMPLES = os.path.join(SOURCE, "data", "cloud")
BOTH = ["--trusted-proxy", "127.0.0.1", "--trusted-proxy", "::1"]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def need(program):
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise Skip(f"{program} is not installed")
    return found


def receive(stream):
    try:
        return stream.recv(100)
    except ConnectionResetError:
        return b""


def make_certificate(place, name="certificate"):
    """A certificate for 127.0.0.1 that only this test believes, and its key."""
    # LeakSanitizer crashes now and then over the threads in which GnuTLS shakes hands.
    place.env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
    certificate = os.path.join(place.top, f"{name}.pem")
    key = os.path.join(place.top, f"{name}.key")
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=flowscope test",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:cloud.example.org"],
                   check=True, capture_output=True, timeout=PATIENCE)
    return certificate, key


class Front:
    """What stands between a device and a cloud: everything goes through TLS to a port."""

    def __init__(self, port, certificate):
        self.host = "127.0.0.1"
        self.port = port
        self.source = None
        self.context = ssl.create_default_context(cafile=certificate)

    def request(self, method, path, body=None, headers=None, token=None):
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=PATIENCE, context=self.context,
                                                 source_address=self.source)
        try:
            return exchange(connection, method, path, body, headers, token)
        finally:
            connection.close()

    def answers(self):
        try:
            return self.request("GET", "/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def get_serial(self):
        with socket.create_connection((self.host, self.port), PATIENCE) as plain:
            with self.context.wrap_socket(plain, server_hostname=self.host) as stream:
                return stream.getpeercert()["serialNumber"]


class SecureSocket(Socket):
    """The WebSocket of a device, in TLS."""

    def __init__(self, front, **more):
        self.front = front
        super().__init__(front, **more)

    def connect(self, host, port):
        return self.front.context.wrap_socket(super().connect(host, port), server_hostname=host)


def sign_in(front, user="somebody"):
    answer = front.request("POST", "/api/auth/register", {"user": user, "password": PASSWORD})
    assert answer.status == 201, answer
    answer = front.request("POST", "/api/auth/login", {"user": user, "password": PASSWORD, "device": os.urandom(16).hex()})
    assert answer.status == 200, answer
    return answer.json["access"]


def try_everything(front):
    """Bodies of both kinds and lengths, both ways of a WebSocket, and being pushed to."""
    token = sign_in(front)
    assert front.request("GET", "/api/auth/me", token=token).json["name"] == "somebody"
    blob = os.urandom(3 * 1024 * 1024)
    assert front.request("PUT", "/api/blobs/" + "a" * 32, blob, token=token).status in (200, 201)
    assert front.request("GET", "/api/blobs/" + "a" * 32, token=token).body == blob
    with SecureSocket(front, token=token) as stream:
        stream.ready()
        refused = front.request("PUT", "/api/keys", {"version": 0, "envelope": {"format": 1}}, token=token)
        assert refused.status in (200, 400), refused
        stream.say({"type": "hello", "access": token})
        assert stream.hear()["type"] == "welcome"
    with SecureSocket(front, hello=token) as stream:
        stream.ready()


def test_own_tls(place):
    certificate, key = make_certificate(place)
    with Cloud(place, "--tls-cert", certificate, "--tls-key", key, "--listen", "0.0.0.0", "--log", "json",
               "--log-requests") as cloud:
        assert cloud.url == f"https://127.0.0.1:{cloud.port}"
        front = Front(cloud.port, certificate)
        try_everything(front)
        with socket.create_connection((cloud.host, cloud.port), PATIENCE) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not receive(plain).startswith(b"HTTP"), "it spoke without TLS"


def test_certificate_is_renewed(place):
    certificate, key = make_certificate(place)
    with Cloud(place, "--tls-cert", certificate, "--tls-key", key) as cloud:
        front = Front(cloud.port, certificate)
        before = front.get_serial()
        make_certificate(place)
        front = Front(cloud.port, certificate)
        cloud.process.send_signal(signal.SIGHUP)

        def is_new():
            try:
                return front.get_serial() != before
            except ssl.SSLError:
                return False

        wait_until(is_new, "the new certificate")
        # What is none leaves the one that is there.
        with open(certificate, "w", encoding="utf-8") as stream:
            stream.write("nothing")
        cloud.process.send_signal(signal.SIGHUP)
        assert front.answers()


def test_no_descriptors_left(place):
    """Who cannot be let in is not looked at without end: it is said once, and later he is let in."""
    certificate, key = make_certificate(place)
    log = os.path.join(place.top, "log")
    with open(log, "wb") as stream:
        process = subprocess.Popen([CLOUD, "--data-dir", place.folder("cloud"), "--port", "0", "--tls-cert", certificate,
                                    "--tls-key", key], env=place.env, stdout=subprocess.PIPE, stderr=stream)
    url = json.loads(process.stdout.readline().decode()[len("ready "):])["url"]
    port = int(url.rsplit(":", 1)[1])

    def count():
        with open(log, encoding="utf-8") as text:
            return text.read().count("no connection can be accepted")

    soft, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, hard))
    with socket.create_connection(("127.0.0.1", port), PATIENCE):
        wait_until(count, "the cloud to say that it has no descriptors")
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (soft, hard))
        assert Front(port, certificate).answers()
    assert count() == 1
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


def own_address():
    """An address of this machine that is not its loopback; nothing is sent to find it."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("198.51.100.1", 9))
            return asking.getsockname()[0]
    except OSError as error:
        raise Skip("this machine has no address") from error


def test_connections_of_an_address_have_a_bound(place):
    address = own_address()
    certificate, key = make_certificate(place)
    more = ["--tls-cert", certificate, "--tls-key", key, "--listen", "0.0.0.0"]
    with Cloud(place, *more) as cloud, contextlib.ExitStack() as streams:
        front = Front(cloud.port, certificate)
        # Nobody shakes hands.
        silent = [streams.enter_context(socket.create_connection((address, cloud.port), PATIENCE)) for _ in range(33)]
        assert receive(silent[-1]) == b"", "there are too many"
        assert not select.select(silent[:-1], [], [], 0)[0] and front.answers()
        streams.close()
        front.context.check_hostname = False

        def open_one():
            plain = socket.create_connection((address, cloud.port), PATIENCE)
            stream = streams.enter_context(front.context.wrap_socket(plain))
            stream.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return stream.recv(12)

        def is_let_in():
            try:
                return open_one() == b"HTTP/1.1 200"
            except OSError:
                return False

        wait_until(is_let_in, "the silent ones to be gone")
        for _ in range(255):
            assert open_one() == b"HTTP/1.1 200"
        assert open_one() == b"HTTP/1.1 503" and front.answers()
    # A proxy that is believed has connections for many.
    with Cloud(place, *more, "--trusted-proxy", address) as cloud, contextlib.ExitStack() as streams:
        silent = [streams.enter_context(socket.create_connection((address, cloud.port), PATIENCE)) for _ in range(33)]
        assert Front(cloud.port, certificate).answers() and not select.select(silent, [], [], 0)[0]


def test_peer_behind_tls_is_known(place):
    certificate, key = make_certificate(place)

    def is_limited(address):
        front.source = (address, 0)
        return front.request("POST", "/api/auth/login", {"user": os.urandom(8).hex(), "password": PASSWORD,
                                                         "device": "1" * 32}).status == 429

    with Cloud(place, "--tls-cert", certificate, "--tls-key", key, limits=True) as cloud:
        front = Front(cloud.port, certificate)
        assert any([is_limited("127.0.0.2") for _ in range(40)])
        assert not is_limited("127.0.0.3")


def start_nginx(place, cloud, certificate, key):
    port = free_port()
    with open(os.path.join(EXAMPLES, "nginx.conf"), encoding="utf-8") as stream:
        example = stream.read()
    for old, new in (("127.0.0.1:31900", f"127.0.0.1:{cloud.port}"),
                     ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
                     ("    listen [::]:443 ssl;\n", ""),
                     ("/etc/letsencrypt/live/cloud.example.org/fullchain.pem", certificate),
                     ("/etc/letsencrypt/live/cloud.example.org/privkey.pem", key)):
        assert old in example, old
        example = example.replace(old, new)
    folder = place.folder("nginx")
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as stream:
        stream.write(f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;\n"
                     "events { worker_connections 256; }\n"
                     f"http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
                     f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n{example}}}\n")
    process = subprocess.Popen([need("nginx"), "-p", folder, "-c", os.path.join(folder, "nginx.conf")],
                               stderr=subprocess.DEVNULL)
    return process, port


def start_caddy(place, cloud, certificate, key):
    port = free_port()
    with open(os.path.join(EXAMPLES, "Caddyfile"), encoding="utf-8") as stream:
        example = stream.read()
    assert "cloud.example.org {\n" in example and "127.0.0.1:31900" in example
    example = example.replace("cloud.example.org {\n", f"https://127.0.0.1:{port} {{\n\ttls {certificate} {key}\n")
    example = example.replace("127.0.0.1:31900", f"127.0.0.1:{cloud.port}")
    folder = place.folder("caddy")
    with open(os.path.join(folder, "Caddyfile"), "w", encoding="utf-8") as stream:
        stream.write("{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port 0\n}\n" + example)
    process = subprocess.Popen([need("caddy"), "run", "--adapter", "caddyfile", "--config",
                                os.path.join(folder, "Caddyfile")],
                               env={**place.env, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder},
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, port


def try_behind(place, start):
    certificate, key = make_certificate(place)
    with Cloud(place, *BOTH) as cloud:
        process, port = start(place, cloud, certificate, key)
        try:
            front = Front(port, certificate)
            wait_until(front.answers, "the proxy")
            try_everything(front)
            assert front.request("GET", "/metrics").status == 404
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_behind_nginx(place):
    try_behind(place, start_nginx)


def test_behind_caddy(place):
    try_behind(place, start_caddy)


def test_forwarded_addresses(place):
    """Who asks too often is told apart behind a proxy that is believed, and cannot hide behind one that is not."""
    wrong = {"user": "nobody", "password": "wrong password"}

    def count(cloud, n, address):
        return sum(cloud.request("POST", "/api/auth/login", {**wrong, "user": f"nobody{i}", "device": "1" * 32},
                                 {"X-Forwarded-For": address(i)}).status == 429 for i in range(n))

    with Cloud(place, "--trusted-proxy", "127.0.0.0/8", limits=True) as cloud:
        assert count(cloud, 40, lambda i: f"203.0.113.{i}") == 0
        assert count(cloud, 40, lambda i: "203.0.113.200") > 0
        # The last word is the proxy's own.
        assert count(cloud, 40, lambda i: f"203.0.113.{i}, 203.0.113.201") > 0
    with Cloud(place, folder="other", limits=True) as cloud:
        assert count(cloud, 40, lambda i: f"203.0.113.{i}") > 0


def refuse_to_start(place, *arguments):
    result = subprocess.run([CLOUD, "--data-dir", place.folder("never"), "--port", "0", *arguments], env=place.env,
                            capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode != 0 and not result.stdout, result
    return result


def test_plain_http_stays_here(place):
    for address in ("0.0.0.0", "::", "192.0.2.1"):
        assert "TLS" in refuse_to_start(place, "--listen", address).stderr
    assert refuse_to_start(place, "--listen", "example.org").returncode == 2
    assert refuse_to_start(place, "--tls-cert", "a.pem").returncode == 2
    assert refuse_to_start(place, "--registration", "perhaps").returncode == 2
    assert refuse_to_start(place, "--trusted-proxy", "nginx").returncode == 2
    assert refuse_to_start(place, "--port", "70000").returncode == 2
    assert refuse_to_start(place, "--connections", "-1").returncode == 2
    assert refuse_to_start(place, "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key").returncode == 1
    with Cloud(place, "--listen", "127.0.0.1", "--listen", "::1") as cloud:
        assert cloud.request("GET", "/healthz").json["status"] == "ok"


def test_stopping_with_a_request_half_here(place):
    with Cloud(place) as cloud:
        body = json.dumps({"user": "late", "password": PASSWORD}).encode()
        late = socket.create_connection((cloud.host, cloud.port), PATIENCE)
        late.sendall(b"POST /api/auth/register HTTP/1.1\r\nHost: cloud\r\nContent-Type: application/json\r\n"
                     b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert b" 100 " in receive(late)
        other = http.client.HTTPConnection(cloud.host, cloud.port, timeout=PATIENCE)
        assert exchange(other, "GET", "/healthz").status == 200
        cloud.process.terminate()
        wait_until(lambda: exchange(other, "GET", "/healthz").status == 503, "who asks is told that the cloud stops")
        assert exchange(other, "GET", "/metrics").status == 503
        late.sendall(body)
        said = receive(late)
        assert not said or b" 503 " in said, said
        late.close()
        other.close()
        assert cloud.process.wait(PATIENCE) == 0


def test_two_clouds_on_one_folder(place):
    with Cloud(place):
        result = subprocess.run([CLOUD, "--data-dir", place.folder("cloud"), "--port", "0"], env=place.env,
                                capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert result.returncode == 1 and "cloud" in result.stderr, result


def admin(place, *arguments, typed=None, folder="cloud", status=0):
    result = subprocess.run([CLOUD, "--data-dir", place.folder(folder), *arguments], env=place.env, input=typed,
                            capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert result.returncode == status, result
    return result.stdout


def try_login(cloud, password, user="anna"):
    return cloud.request("POST", "/api/auth/login", {"user": user, "password": password, "device": "1" * 32})


def test_users_by_command(place):
    """Before the first start, and beside a cloud that runs."""
    admin(place, "user", "add", "anna", typed="a first password\n")
    with Cloud(place, "--registration", "closed") as cloud:
        assert cloud.request("POST", "/api/auth/register", {"user": "bob", "password": PASSWORD}).code == "registration_closed"
        tokens = try_login(cloud, "a first password").json
        admin(place, "user", "add", "bob", typed=PASSWORD + "\n")
        admin(place, "user", "add", "Bob", typed=PASSWORD + "\n", status=1)
        bob = Device(cloud, "bob")
        with bob.socket() as stream:
            admin(place, "user", "disable", "bob")
            assert bob.ask("GET", "/api/auth/me").code == "forbidden"
            # Otherwise it is found out some seconds later.
            cloud.process.send_signal(signal.SIGHUP)
            assert stream.hear() is None and stream.code == 4423
        assert try_login(cloud, PASSWORD, "bob").code == "forbidden"
        listed = admin(place, "user", "list")
        assert "anna\tenabled" in listed and "bob\tdisabled" in listed, listed
        admin(place, "user", "enable", "bob")
        assert bob.ask("GET", "/api/auth/me").status == 200
        admin(place, "user", "password", "anna", typed="a second password\n")
        assert cloud.request("GET", "/api/auth/me", token=tokens["access"]).code == "token_invalid"
        assert try_login(cloud, "a first password").code == "bad_credentials"
        assert try_login(cloud, "a second password").status == 200
        admin(place, "user", "remove", "bob")
        assert bob.ask("GET", "/api/auth/me").code == "token_invalid"
    admin(place, "user", "disable", "carl", status=1)
    admin(place, "user", "add", "dora", typed="short\n", status=2)
    admin(place, "user", "add", "dora", typed="", status=2)
    admin(place, "user", "add", status=2)
    admin(place, "user", "list", "all", status=2)
    admin(place, "user", "praise", "anna", status=2)
    admin(place, "sing", status=2)
    admin(place, "user", "remove", "anna")
    assert "anna" not in admin(place, "user", "list")


def test_a_password_prompt_that_is_left(place):
    master, slave = pty.openpty()
    adding = subprocess.Popen([CLOUD, "--data-dir", place.folder("cloud"), "user", "add", "anna"], env=place.env,
                              stdin=slave, stdout=slave, stderr=slave)
    wait_until(lambda: not termios.tcgetattr(slave)[3] & termios.ECHO, "the question")
    adding.send_signal(signal.SIGINT)
    assert adding.wait(PATIENCE) == -signal.SIGINT
    assert termios.tcgetattr(slave)[3] & termios.ECHO
    os.close(master)
    os.close(slave)


def test_keys_are_rotated(place):
    with Cloud(place) as cloud:
        a = cloud.device()
        first = admin(place, "keys", "list").split("\t")[0]
        admin(place, "keys", "rotate")
        cloud.process.send_signal(signal.SIGHUP)
        wait_until(lambda: kid(Device(cloud).token) != first, "a token of the new key")
        assert a.ask("GET", "/api/auth/me").status == 200, "the old key is believed"
        lines = admin(place, "keys", "list").splitlines()
        assert len(lines) == 2 and lines[0].endswith("signs") and lines[1].endswith("is believed"), lines
    admin(place, "keys", status=2)
    admin(place, "keys", "lose", status=2)


def kid(token):
    head = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


def test_backup_and_restore(place):
    copy = os.path.join(place.top, "copy.db")
    with Cloud(place) as cloud:
        a = cloud.device()
        a.upload(a.batch())
        admin(place, "backup", copy)
        admin(place, "backup", copy, status=2)
        admin(place, "restore", copy, status=1)
        a.upload(a.batch())
        token = a.tokens["refresh"]
        a.tokens = cloud.request("POST", "/api/auth/refresh", {"refresh": token}).json
    with open(os.path.join(place.top, "noise"), "wb") as stream:
        stream.write(os.urandom(100000))
    admin(place, "restore", os.path.join(place.top, "noise"), status=1)
    admin(place, "restore", copy)
    with Cloud(place) as cloud:
        a.cloud, a.connection = cloud, None
        vector = a.hello()["scopes"][0]["vector"]
        assert vector == [a.dot(seq=1)], vector
        # The session is older than the token: it holds.
        a.tokens = cloud.request("POST", "/api/auth/refresh", {"refresh": a.tokens["refresh"]}).json
        assert a.ask("GET", "/api/auth/me").status == 200
    admin(place, "backup", status=2)
    admin(place, "restore", status=2)


def test_schema_back_and_forth(place):
    with Cloud(place) as cloud:
        cloud.register()
        admin(place, "migrate", status=1)
    admin(place, "migrate", "1")
    admin(place, "migrate", "99", status=2)
    admin(place, "migrate", "up", status=2)
    admin(place, "migrate")
    with Cloud(place) as cloud:
        assert try_login(cloud, PASSWORD, "somebody").status == 200


def test_logs(place):
    log = os.path.join(place.top, "log")
    with open(log, "wb") as stream:
        process = subprocess.Popen([CLOUD, "--data-dir", place.folder("cloud"), "--port", "0", "--log", "json",
                                    "--log-requests"], env=place.env, stdout=subprocess.PIPE, stderr=stream)
    url = json.loads(process.stdout.readline().decode()[len("ready "):])["url"]
    connection = http.client.HTTPConnection(url.split("://")[1], timeout=PATIENCE)
    secret = "a password that is in no log"
    assert exchange(connection, "POST", "/api/auth/register", {"user": "anna", "password": secret}).status == 201
    answer = exchange(connection, "POST", "/api/auth/login", {"user": "anna", "password": secret, "device": "2" * 32})
    token = answer.json["access"]
    exchange(connection, "GET", "/api/auth/me?secret=" + secret.replace(" ", "+"), token=token)
    connection.close()
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()
    with open(log, encoding="utf-8") as stream:
        text = stream.read()
    lines = [json.loads(line) for line in text.splitlines()]
    asked = [line for line in lines if line.get("route") == "/api/auth/me"]
    assert len(asked) == 1 and asked[0]["status"] == "200" and asked[0]["device"] == "2" * 32, text
    assert asked[0]["peer"] == "127.0.0.1" and float(asked[0]["duration_ms"]) >= 0
    for word in (secret, secret.replace(" ", "+"), token, answer.json["refresh"], "anna"):
        assert word not in text, f"{word} is in the log"


def test_metrics_are_for_some(place):
    with Cloud(place, "--metrics-token", "abc") as cloud:
        assert cloud.request("GET", "/metrics").status == 403
        assert cloud.request("GET", "/metrics", token="abd").status == 403
        assert b"flowscope_cloud_requests_total" in cloud.request("GET", "/metrics", token="abc").body
    with Cloud(place, *BOTH) as cloud:
        assert cloud.request("GET", "/metrics", headers={"X-Forwarded-For": "203.0.113.1"}).status == 403
        assert cloud.request("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status == 403
        assert cloud.number("flowscope_cloud_storage_bytes") > 0


run(globals())
