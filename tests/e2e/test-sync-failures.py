#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong while devices sync: nothing is lost, it is said in clear words, and it goes on by itself."""

import os
import random
import shutil
import subprocess
import threading

from syncdevice import (BUILD, PASSPHRASE, PATIENCE, Cloud, Relay, Skip, SyncDevice, run, two_devices, wait_until)

NOTES = 40
HOUR_S = 3600
STOCK = 3000


class Writer(threading.Thread):
    """Says something about one trace after the other; what the hub took it remembers, also when the hub is killed."""

    def __init__(self, device, first):
        super().__init__(daemon=True)
        self.device = device
        self.first = first
        self.kept = {}
        self.done = threading.Event()

    def run(self):
        for number in range(self.first, self.first + NOTES):
            note = f"note {number} of {self.device.name}"
            while number not in self.kept and not self.done.is_set():
                try:
                    self.device.mark(number, note=note)
                    self.kept[number] = note
                except (OSError, AssertionError, AttributeError):
                    self.done.wait(0.02)
        self.done.set()


def traces_for(*devices):
    for device in devices:
        device.trace(*range(1, 2 * NOTES + 1))


def check_all_there(writers, devices):
    for writer in writers:
        writer.join(PATIENCE)
        assert len(writer.kept) == NOTES
    for device in devices:
        for writer in writers:
            for number, note in writer.kept.items():
                device.wait_for(number, note=note)
        device.wait()
        assert device.status["state"] == "idle", device.status
        assert device.status["quarantined"] == 0


def test_hubs_and_the_cloud_are_killed(place):
    dice = random.Random(6)
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            traces_for(desk, laptop)
            writers = [Writer(desk, 1), Writer(laptop, NOTES + 1)]
            for writer in writers:
                writer.start()
            for killed in (laptop, cloud, desk, cloud, laptop):
                threading.Event().wait(dice.uniform(0.05, 0.3))
                killed.kill()
                cloud.again() if killed is cloud else killed.start()
            check_all_there(writers, (desk, laptop))
            for device in (desk, laptop):
                notes = [one for one in device.conflicts("--all") if one["table"] == "trace_fact"]
                assert notes == [], notes


def test_a_cloud_that_misbehaves(place):
    words = {"500": ("error", "cloud_failed"), "garbage": ("offline", "offline"), "silent": (None, None)}
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.login(relay.url, "--register")
        laptop.login(cloud.url)
        desk.wait()
        desk.trace(1)
        for mode, (state, code) in words.items():
            relay.be(mode)
            desk.mark(1, note=f"while the cloud was {mode}")
            if state is not None:
                status = desk.wait_for_state(state)
                assert status["error"]["code"] == code and status["error"]["message"], status
                assert status["error"]["suggestion"], status
            desk.wait_for_pending(True)
            relay.be("open")
            laptop.wait_for(1, note=f"while the cloud was {mode}")
            desk.wait_for_state("idle")
        relay.be("slow")
        desk.mark(1, note="slowly", title="very")
        laptop.wait_for(1, note="slowly", title="very")
        relay.be("open")


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


def test_a_device_that_is_removed(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            laptop.trace(1)
            old = laptop.status["device"]["id"]
            desk.sync("remove", old)
            status = laptop.wait_for_state("signed_out")
            assert status["error"]["code"] in ("device_removed", "signed_out"), status
            laptop.mark(1, note="written while removed")
            assert all(device["device"] != old for device in desk.sync("devices")["devices"])
            laptop.stop()
            laptop.start()
            laptop.wait_for_state("signed_out")
            laptop.login(cloud.url)
            assert laptop.status["device"]["id"] != old
            desk.wait_for(1, note="written while removed")


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


def test_clocks_that_are_an_hour_off(place):
    library = os.path.join(BUILD, "tests", "e2e", "libclock-shift.so")
    if not os.path.exists(library):
        raise Skip("no library that shifts clocks")
    shifted = {"LD_PRELOAD": library, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    with Cloud(place) as cloud, \
            SyncDevice("Ahead", CLOCK_SHIFT_S=str(HOUR_S), **shifted) as ahead, \
            SyncDevice("Behind", CLOCK_SHIFT_S=str(-HOUR_S), **shifted) as behind:
        ahead.login(cloud.url, "--register")
        behind.login(cloud.url)
        ahead.wait()
        behind.wait()
        ahead.trace(1)
        for number, (first, second) in enumerate(((ahead, behind), (behind, ahead), (ahead, behind))):
            first.mark(1, title=f"title {number}")
            second.wait_for(1, title=f"title {number}")
        for device in (ahead, behind):
            device.wait()
            assert device.status["error"] is None and device.conflicts("--all") == [], device.status


def test_a_disk_that_is_full(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        desk.login(cloud.url, "--register")
        small = SyncDevice("Small")
        small.stop()
        folder = small.place.data_dir
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "flow-test", folder],
                               capture_output=True)
        if mount.returncode != 0:
            small.place.close()
            raise Skip("only root may mount")
        try:
            check_full_disk(cloud, desk, small, folder)
        finally:
            if small.place.hub is not None:
                small.kill()
            subprocess.run(["umount", "-l", folder], check=True)
            small.place.close()


def check_full_disk(cloud, desk, small, folder):
    small.start()
    small.login(cloud.url)
    small.wait()
    desk.control("settings-set", key="sync.interval", value="5")
    desk.trace(*range(1, 21))
    desk.mark(1, note="there was room")
    small.wait_for(1, note="there was room")
    ballast = os.path.join(folder, "ballast")
    room = os.statvfs(folder)
    with open(ballast, "wb") as stream:
        stream.write(bytes(room.f_bavail * room.f_bsize - 65536))
    for number in range(1, 21):
        desk.mark(number, note=f"{number} " + "x" * 60000)
    desk.wait()
    status = small.wait_for_state("error")
    assert status["error"]["code"] == "disk_full" and status["error"]["message"], status
    os.unlink(ballast)
    for number in range(1, 21):
        small.wait_for(number, note=f"{number} " + "x" * 60000)
    small.wait_for_state("idle")


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


def test_turning_on_is_stopped_killed_and_undone(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.stop()
        desk.stock(STOCK)
        desk.start()
        desk.login(cloud.url, "--register")
        desk.sync("setup", "cancel")
        state = wait_until(lambda: desk.status["setup"]["state"] in ("paused", "done") and desk.status, "it to stop")
        assert state["setup"]["total"] == STOCK, state["setup"]
        desk.sync("setup", "resume")
        desk.kill()
        desk.start()
        wait_until(lambda: desk.wait() is None and desk.status["pending"]["operations"] == 0, "all to be sent")
        laptop.login(cloud.url)
        wait_until(lambda: laptop.count_stock() == STOCK, "all on the other device")
        laptop.trace(1)
        laptop.mark(1, note="later")
        desk.wait_for(1, note="later")
        desk.sync("setup", "rollback")
        desk.wait_for_state("off")
        assert desk.count_stock() == STOCK and desk.facts(1)["note"] == ""
        assert laptop.count_stock() == STOCK and laptop.facts(1)["note"] == "later"
        desk.login(cloud.url)
        desk.wait_for(1, note="later")
        assert desk.conflicts() == [] and desk.count_stock() == STOCK


run(globals())
