#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may sync: what is wrong, revoked, removed, copied or restored is noticed, and nothing is lost by it."""

import json
import os
import pty
import shutil
import signal
import subprocess
import termios
from concurrent.futures import ThreadPoolExecutor

from syncdevice import FLOWCTL, PASSPHRASE, PATIENCE, Cloud, Relay, Skip, SyncDevice, run, two_devices, wait_until


def test_a_passphrase_that_is_wrong(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        assert desk.login(cloud.url, "--register", secret="short", status=1) == "weak_passphrase"
        assert desk.login(cloud.url, "--register", password="same for both", secret="same for both",
                          status=1) == "weak_passphrase"
        desk.login(cloud.url, "--register")
        laptop.trace(1)
        laptop.mark(1, note="mine alone")
        assert laptop.login(cloud.url, password="not the password", status=1) == "bad_credentials"
        assert laptop.login(cloud.url, secret="not the passphrase", status=1) == "bad_passphrase"
        assert laptop.login(cloud.url, "--recovery", secret="no such words", status=1) in ("bad_passphrase",
                                                                                          "bad_argument")
        assert laptop.status["state"] == "off" and laptop.status["hosts"] == []
        assert laptop.facts(1)["note"] == "mine alone"
        laptop.login(cloud.url)
        desk.wait_for(1, note="mine alone")


def test_a_password_prompt_that_is_left(place):
    with SyncDevice("Desk") as desk:
        master, slave = pty.openpty()
        login = subprocess.Popen([FLOWCTL, "cloud", "login", "http://127.0.0.1:1", "--user", "ada"], env=desk.place.env,
                                 stdin=slave, stdout=slave, stderr=slave)
        wait_until(lambda: not termios.tcgetattr(slave)[3] & termios.ECHO, "the question")
        login.send_signal(signal.SIGINT)
        assert login.wait(PATIENCE) == -signal.SIGINT
        assert termios.tcgetattr(slave)[3] & termios.ECHO
        os.close(master)
        os.close(slave)


def test_a_device_that_is_removed(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            laptop.trace(1)
            old = laptop.status["device"]["id"]
            assert "still has the key" in desk.run("sync", "remove", old, "--without-passphrase")
            status = laptop.wait_for_state("signed_out")
            assert status["error"]["code"] in ("device_removed", "signed_out"), status
            laptop.mark(1, note="written while removed")
            assert all(device["device"] != old for device in desk.sync("devices")["devices"])
            laptop.stop()
            laptop.start()
            code = laptop.wait_for_state("signed_out")["error"]["code"]
            # Who mistypes is no copy of another computer, also after a restart.
            assert laptop.login(cloud.url, password="not the password", status=1) == "bad_credentials"
            assert laptop.status["error"]["code"] == code, laptop.status["error"]
            laptop.stop()
            laptop.start()
            assert laptop.wait_for_state("signed_out")["error"]["code"] in ("signed_out", code)
            laptop.login(cloud.url)
            assert laptop.status["device"]["id"] != old
            desk.wait_for(1, note="written while removed")


def test_an_account_that_is_disabled(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            laptop.trace(1)
            ids = [device.status["device"]["id"] for device in (desk, laptop)]
            cloud.set_enabled(False)
            for device in (desk, laptop):
                assert device.wait_for_state("error", "signed_out")["error"]["code"] == "forbidden"
            laptop.mark(1, note="meanwhile")
            cloud.set_enabled(True)
            desk.wait_for(1, note="meanwhile")
            for device, id in zip((desk, laptop), ids):
                assert device.wait_for_state("idle")["device"]["id"] == id


def swap_account_key(device, key):
    """Put another account key in the place of the one that a device keeps, and return that."""
    path = os.path.join(device.place.data_dir, "secrets.json")
    with open(path, encoding="utf-8") as file:
        secrets = json.load(file)
    before = secrets["items"]["cloud/account-key"]
    if key is not None:
        secrets["items"]["cloud/account-key"] = key
        with open(path, "w", encoding="utf-8") as file:
            json.dump(secrets, file)
    return before


def test_a_removed_device_has_no_key(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop, SyncDevice("Tablet") as tablet:
            tablet.login(cloud.url)
            desk.trace(1)
            gone = laptop.status["device"]["id"]
            stolen = swap_account_key(laptop, None)
            desk.run("sync", "remove", gone, "--json", lines=["not the passphrase"], status=1)
            assert desk.error == "bad_passphrase"
            assert any(device["device"] == gone for device in desk.sync("devices")["devices"])
            answer = json.loads(desk.run("sync", "remove", gone, "--json", lines=[PASSPHRASE]))
            assert len(answer["recovery"]) == 12, answer
            laptop.wait_for_state("signed_out")
            tablet.wait_for_state("needs_passphrase")
            tablet.run("sync", "keys", "--open", lines=[PASSPHRASE])
            tablet.trace(1)
            tablet.mark(1, note="by the tablet, with the other keys")
            desk.wait_for(1, note="by the tablet, with the other keys")
            # What the removed device kept opens nothing of what the account has since.
            desk.stop()
            own = swap_account_key(desk, stolen)
            assert own != stolen
            desk.start()
            desk.wait_for_state("needs_passphrase")
            desk.stop()
            swap_account_key(desk, own)
            desk.start()
            tablet.mark(1, title="goes on")
            desk.wait_for(1, title="goes on")


def refusal(hub, verb, **arguments):
    """What a verb is refused with."""
    try:
        hub.control(verb, **arguments)
    except AssertionError as error:
        return str(error)
    raise AssertionError(f"{verb} was not refused")


def test_a_removal_whose_answer_got_lost(place):
    """The device is gone, its key is not replaced: that is said, and asking again replaces it."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.login(relay.url, "--register")
        laptop.login(cloud.url)
        laptop.wait()
        gone = laptop.status["device"]["id"]
        relay.lose(b"DELETE /api/devices/")
        said = refusal(desk, "sync-device-remove", device=gone, passphrase=PASSPHRASE)
        assert "not replaced" in said and "sync keys --replace" in said, said
        assert relay.lost > 0
        relay.lose(None)
        laptop.wait_for_state("signed_out")
        assert len(desk.control("sync-device-remove", device=gone, passphrase=PASSPHRASE)["recovery"]) == 12
        assert "not_found" in refusal(desk, "sync-device-remove", device=gone)
        assert len(desk.control("sync-keys", action="replace", passphrase=PASSPHRASE)["recovery"]) == 12


def test_keys_whose_answer_got_lost(place):
    """The account has the keys although nobody said so: the words that open it are shown, and the device has the key."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        relay.lose(b"PUT /api/keys")
        first = desk.login(relay.url, "--register")["recovery"]
        assert relay.lost > 0 and len(first) == 12
        laptop.login(cloud.url, "--recovery", secret=" ".join(first))
        lost = relay.lost
        second = desk.control("sync-keys", action="replace", passphrase=PASSPHRASE)["recovery"]
        assert relay.lost > lost and len(second) == 12
        laptop.wait_for_state("needs_passphrase")
        laptop.control("sync-keys", action="open", recovery=" ".join(second))
        third = desk.control("sync-keys", action="recovery")["recovery"]
        relay.lose(None)
        with SyncDevice("Tablet") as tablet:
            tablet.login(cloud.url, "--recovery", secret=" ".join(third))
        desk.wait()
        assert desk.status["state"] == "idle", desk.status


def test_keys_that_nobody_knows_of(place):
    """The network goes with the answer: when it is back the device finds that the account has the key it made."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.login(relay.url, "--register")
        laptop.login(cloud.url)
        desk.wait()
        desk.trace(1)
        before = swap_account_key(desk, None)
        relay.lose(b"PUT /api/keys", then="500")
        assert "not known" in refusal(desk, "sync-keys", action="replace", passphrase=PASSPHRASE)
        laptop.wait_for_state("needs_passphrase")
        relay.lose(None)
        relay.be("open")
        wait_until(lambda: swap_account_key(desk, None) != before, "the key to be kept")
        desk.stop()
        desk.start()
        desk.mark(1, note="with the key that was made")
        laptop.run("sync", "keys", "--open", lines=[PASSPHRASE])
        laptop.wait_for(1, note="with the key that was made")


def test_an_account_whose_making_got_lost(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        relay.lose((b"POST /api/auth/register", b"POST /api/auth/login"))
        assert desk.login(relay.url, "--register", status=1) == "offline"
        relay.lose(None)
        assert len(desk.login(relay.url, "--register")["recovery"]) == 12
        laptop.login(cloud.url, "--register", password="of somebody else", status=1)
        assert "user" in laptop.errors and "password" not in laptop.errors, laptop.errors


def wait_pairing(device, state):
    def asked():
        known = device.control("sync-pair", action="show")
        return known["state"] == state and known

    return wait_until(asked, f"the pairing of {device.name} to be {state}")


def test_pairing_while_the_network_goes(place):
    """A key that came is no key that is there, and nobody waits for what was never sent."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.login(cloud.url, "--register")
        laptop.login(relay.url, "--pair")
        laptop.wait_for_state("needs_passphrase")
        for words in (b"GET /api/keys", None):
            code = desk.sync("pair", "offer")["code"]
            relay.lose(words)
            wait_until(lambda: take_code(laptop, code), "the code to arrive")
            if words is not None:
                assert wait_pairing(laptop, "failed")["reason"]
                laptop.wait_for_state("needs_passphrase")
                relay.lose(b"POST /api/devices/messages")
                laptop.sync("pair", "offer")
                assert wait_pairing(laptop, "failed")["reason"]
            relay.lose(None)
        wait_pairing(laptop, "done")
        laptop.wait()


def test_messages_that_come_again(place):
    """What cannot be deleted from the mailbox is there with every connection, and was taken already."""
    with (Cloud(place) as cloud, Relay(cloud) as near, Relay(cloud) as far, SyncDevice("Desk") as desk,
          SyncDevice("Laptop") as laptop):
        desk.login(near.url, "--register")
        desk.wait()
        for relay in (near, far):
            relay.refuse(b"DELETE /api/devices/messages", "503 Service Unavailable")
        laptop.login(far.url, "--pair")
        laptop.wait_for_state("needs_passphrase")
        laptop.sync("pair", "offer")
        wait_pairing(desk, "asked")
        desk.sync("pair", "accept")
        for state in ("compare", "done"):
            for device, relay in ((desk, near), (laptop, far)):
                wait_pairing(device, state)
                before = relay.refused
                relay.cut()
                wait_until(lambda relay=relay, before=before: relay.refused > before, "the messages to come again")
                assert device.control("sync-pair", action="show")["state"] == state
            if state == "compare":
                desk.sync("pair", "confirm")
                laptop.sync("pair", "confirm")
        laptop.wait()


def take_code(device, code):
    try:
        return device.control("sync-pair", action="accept", code=code)
    except AssertionError as error:
        assert "not_found" in str(error) or "bad_passphrase" in str(error), error
        return None


def test_a_session_that_is_revoked(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            laptop.trace(1)
            laptop.stop()
            cloud.change("DELETE FROM session WHERE device = (SELECT number FROM device WHERE id = ?)",
                         bytes.fromhex(next(row["device"] for row in desk.sync("devices")["devices"] if not row["this"])))
            laptop.start()
            status = laptop.wait_for_state("signed_out")
            assert status["error"]["message"] and status["error"]["suggestion"], status
            laptop.mark(1, note="written while signed out")
            laptop.login(cloud.url)
            desk.wait_for(1, note="written while signed out")


def remembers(device, **members):
    """Write into what a device remembers of its account; it does not run."""
    path = os.path.join(device.place.data_dir, "cloud.json")
    with open(path, encoding="utf-8") as file:
        account = json.load(file)
    account.update(members)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(account, file)


def setup_state(device):
    return (device.status["setup"] or {}).get("state")


def test_another_account_gets_nothing_of_the_first(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        desk.login(cloud.url, "--register")
        desk.trace(1)
        desk.mark(1, note="of the first account")
        desk.wait()
        desk.run("cloud", "logout")
        desk.login(cloud.url, "--register", user="bert")
        desk.wait()
        before = desk.sync("history")["runs"][0]["start"]
        # Killed before the log of the first account was forgotten: that is done before anything else.
        desk.stop()
        remembers(desk, reset=True, setup="running")
        desk.start()
        wait_until(lambda: setup_state(desk) == "done", "the setup")
        assert all(run["start"] > before for run in desk.sync("history")["runs"])
        with open(os.path.join(desk.place.data_dir, "cloud.json"), encoding="utf-8") as file:
            assert json.load(file)["reset"] is False
        assert desk.facts(1)["note"] == "of the first account"


def test_signing_out_says_what_stays(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        desk.login(cloud.url, "--register", "--secrets", "file")
        desk.wait()
        # A folder where the file with the keys is: nothing can be written there.
        path = os.path.join(desk.place.data_dir, "secrets.json")
        os.unlink(path)
        os.makedirs(os.path.join(path, "full"))
        desk.run("cloud", "logout", "--json", status=1)
        assert "is still on this computer" in desk.errors, desk.errors
        assert desk.status["state"] == "off"


def test_a_setup_that_was_stopped_stays_so(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        desk.login(cloud.url, "--register")
        desk.wait()
        for state in ("paused", "failed"):
            desk.stop()
            remembers(desk, setup=state)
            desk.start()
            wait_until(lambda: setup_state(desk) == state, "the setup as it was")
            assert desk.sync("wait", "--timeout", "1", status=1) in ("timeout", "busy")
            assert setup_state(desk) == state
            desk.sync("setup", "resume")
            wait_until(lambda: setup_state(desk) == "done", "the setup")


def test_who_asks_during_a_pass_gets_the_next(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, ThreadPoolExecutor(3) as pool:
        desk.login(cloud.url, "--register")
        desk.trace(1)
        desk.control("settings-set", key="sync.auto-sync", value="false")
        desk.wait()
        for asked in (("now",), ("wait", "--timeout", str(PATIENCE))):
            cloud.process.send_signal(signal.SIGSTOP)
            try:
                desk.mark(1, note=f"before {asked[0]}")
                first = pool.submit(desk.sync, "now")
                desk.wait_for_state("syncing")
                desk.mark(1, note=f"during {asked[0]}")
                second = pool.submit(desk.sync, *asked)
            finally:
                cloud.process.send_signal(signal.SIGCONT)
            first.result(PATIENCE)
            second.result(PATIENCE)
            desk.wait_for_pending(False)
            assert desk.status["state"] == "idle"


def test_what_was_paused_during_a_pass_goes_on(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, ThreadPoolExecutor(1) as pool:
        desk.login(cloud.url, "--register")
        desk.trace(1)
        # Nothing but the wish to go on begins another pass.
        desk.control("settings-set", key="sync.auto-sync", value="false")
        desk.wait()
        cloud.process.send_signal(signal.SIGSTOP)
        try:
            desk.mark(1, note="on its way")
            now = pool.submit(desk.sync, "now", status=1)
            desk.wait_for_state("syncing")
            desk.sync("pause")
            desk.sync("resume")
        finally:
            cloud.process.send_signal(signal.SIGCONT)
        assert now.result(PATIENCE) == "cancelled"
        desk.wait_for_pending(False)
        desk.wait_for_state("idle")


def test_local_only_ends_a_sign_in(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk:
        relay.be("silent")
        desk.run("settings", "set", "privacy.local-only", "false")
        with ThreadPoolExecutor(1) as pool:
            login = pool.submit(desk.login, relay.url, "--register", status=1)
            wait_until(lambda: relay.accepted, "somebody to sign in")
            subprocess.run([FLOWCTL, "settings", "set", "privacy.local-only", "true"], env=desk.place.env, check=True)
            assert login.result(PATIENCE) == "local_only"
        assert desk.status["state"] == "off"


def test_a_copy_of_a_disk(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop, SyncDevice("Copy") as copy:
            desk.trace(1)
            desk.mark(1, note="on all")
            laptop.wait_for(1, note="on all")
            desk.stop()
            copy.stop()
            shutil.rmtree(copy.place.data_dir)
            shutil.copytree(desk.place.data_dir, copy.place.data_dir)
            desk.start()
            copy.start()
            status = copy.wait_for_state("signed_out")
            assert status["error"]["code"] == "cloned", status
            copy.login(cloud.url, secret=PASSPHRASE)
            assert copy.status["device"]["id"] != desk.status["device"]["id"]
            copy.mark(1, note="by the copy")
            for device in (desk, laptop):
                device.wait_for(1, note="by the copy")
            desk.mark(1, title="by the first one")
            copy.wait_for(1, title="by the first one")


def test_a_backup_that_is_restored(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            desk.trace(1, 2)
            desk.mark(1, note="old")
            laptop.wait_for(1, note="old")
            desk.wait()
            desk.stop()
            saved = desk.place.folder("saved")
            shutil.copytree(desk.place.data_dir, saved, dirs_exist_ok=True)
            desk.start()
            desk.mark(1, note="after the backup")
            laptop.wait_for(1, note="after the backup")
            desk.stop()
            secrets = os.path.join(desk.place.data_dir, "secrets.json")
            shutil.copy(secrets, os.path.join(saved, "secrets.json"))
            shutil.rmtree(desk.place.data_dir)
            shutil.copytree(saved, desk.place.data_dir)
            assert desk.facts(1)["note"] == "old"
            desk.start()
            desk.wait_for(1, note="after the backup")
            desk.mark(2, note="goes on")
            laptop.wait_for(2, note="goes on")
            assert desk.conflicts() == [] and laptop.conflicts() == []


def make_certificate(place, name):
    paths = [os.path.join(place.top, f"{name}.{part}") for part in ("pem", "key")]
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                        "-out", paths[0], "-keyout", paths[1]], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip(f"no certificate: {error}") from error
    return paths


def test_a_certificate_that_nobody_knows(place):
    certificate, key = make_certificate(place, "cloud")
    stranger, _ = make_certificate(place, "stranger")
    # LeakSanitizer stumbles over what GnuTLS does with threads; leaks are looked for by all other tests.
    quiet = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    with Cloud(place, "--tls-cert", certificate, "--tls-key", key) as cloud, SyncDevice("Desk", **quiet) as desk, \
            SyncDevice("Laptop", **quiet) as laptop:
        assert cloud.url.startswith("https://"), cloud.url
        for more in ((), ("--ca", stranger)):
            assert desk.login(cloud.url, "--register", *more, status=1) == "bad_answer"
            assert "certificate" in desk.errors, desk.errors
        assert desk.status["state"] == "off"
        desk.login(cloud.url, "--register", "--ca", certificate)
        laptop.login(cloud.url, "--ca", certificate)
        desk.trace(1)
        desk.mark(1, note="over TLS")
        laptop.wait_for(1, note="over TLS")
        desk.stop()
        desk.start()
        desk.mark(1, note="over TLS again")
        laptop.wait_for(1, note="over TLS again")


run(globals())
