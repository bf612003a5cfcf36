#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong while devices sync: nothing is lost, it is said in clear words, and it goes on by itself."""

import glob
import os
import random
import subprocess
import threading

from syncdevice import BUILD, PATIENCE, Cloud, Relay, Skip, SyncDevice, refuse, run, two_devices, wait_until

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


def test_a_proxy_that_knows_no_websockets(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        relay.be("plain")
        desk.login(relay.url, "--register")
        laptop.login(cloud.url)
        desk.wait()
        desk.trace(1)
        desk.mark(1, note="without one")
        laptop.wait_for(1, note="without one")
        # Each connection that is refused is tried later than the one before, and no pass comes of it.
        before = relay.refused
        wait_until(lambda: relay.refused >= before + 3, "it to be tried again")
        assert not [run for run in desk.control("sync-history")["runs"] if run["reason"] == "push"]
        # What a proxy says about connections is nothing about this device.
        for refusal in ("403 Forbidden", "409 Conflict"):
            relay.refusal, before = refusal, relay.refused
            desk.sync("pause")
            desk.sync("resume")
            wait_until(lambda: relay.refused > before, "it to be refused")
            desk.mark(1, note=refusal)
            laptop.wait_for(1, note=refusal)
        desk.sync("pause")
        relay.be("open")
        desk.sync("resume")
        wait_until(lambda: b" 101 Switching Protocols" in relay.seen, "a connection")
        laptop.mark(1, note="pushed")
        desk.wait_for(1, note="pushed")


def test_a_proxy_that_wants_a_password(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk:
        desk.login(relay.url, "--register", "--secrets", "file")
        desk.trace(1)
        desk.wait()
        desk.stop()
        relay.be("401")
        desk.start()
        assert desk.wait_for_state("error", "signed_out")["error"]["code"] == "bad_answer"
        desk.mark(1, note="meanwhile")
        relay.be("open")
        desk.wait_for_pending(False)
        desk.wait_for_state("idle")


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
        # Who presses it twice, or changes his mind, hears that it is being done.
        with desk.held():
            assert desk.control("sync-setup", action="rollback")["state"] == "rolling_back"
            for action in ("rollback", "resume"):
                refuse(desk, "sync-setup", "busy", action=action)
        desk.wait_for_state("off")
        assert desk.count_stock() == STOCK and desk.facts(1)["note"] == ""
        [undone] = glob.glob(os.path.join(desk.place.data_dir, "backups", "before-undoing-sync-*.db"))
        with open(undone, "rb") as stream:
            assert b"later" in stream.read()
        assert laptop.count_stock() == STOCK and laptop.facts(1)["note"] == "later"
        desk.login(cloud.url)
        desk.wait_for(1, note="later")
        assert desk.conflicts() == [] and desk.count_stock() == STOCK


def test_what_was_undone_stays_so(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.trace(1)
        desk.mark(1, note="before")
        desk.login(relay.url, "--register", "--secrets", "file")
        laptop.login(cloud.url)
        laptop.wait_for(1, note="before")
        laptop.mark(1, note="since")
        desk.wait_for(1, note="since")
        desk.wait()
        # The cloud does not hear that nobody is signed in any more, and the hub is killed meanwhile.
        relay.be("silent")
        desk.sync("setup", "rollback")
        desk.wait_for(1, note="before")
        desk.kill()
        relay.be("open")
        desk.start()
        account = os.path.join(desk.place.data_dir, "cloud.json")
        wait_until(lambda: not os.path.exists(account), "the account to be forgotten")
        assert desk.wait_for_state("off")["hosts"] == [] and desk.facts(1)["note"] == "before"
        with open(os.path.join(desk.place.data_dir, "secrets.json"), encoding="utf-8") as stream:
            assert "cloud/" not in stream.read()
        desk.login(cloud.url)
        desk.wait_for(1, note="since")


run(globals())
