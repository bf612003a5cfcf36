#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hubs and a cloud, from nothing: what is said on one device is on the other, and what collides is asked about."""

import os
import statistics
import time

from syncdevice import (PASSPHRASE, PASSWORD, USER, Cloud, Relay, SyncDevice, count_quiet, run, two_devices, wait_until)

NOTES = 25
CANARY = "canary-5f2b9c-of-plain-text"


def test_a_note_is_there_at_once(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        made = desk.login(cloud.url, "--register")
        assert made["created_keys"] and len(made["recovery"]) == 12, made
        joined = laptop.login(cloud.url)
        assert not joined["created_keys"] and joined["recovery"] is None, joined
        desk.wait()
        laptop.wait()
        desk.trace(1)
        took = []
        for number in range(NOTES):
            begun = time.monotonic()
            desk.mark(1, note=f"note {number}")
            laptop.wait_for(1, note=f"note {number}")
            took.append(time.monotonic() - begun)
        print(f"# a note: median {statistics.median(took) * 1000:.1f} ms, longest {max(took) * 1000:.1f} ms", flush=True)
        laptop.mark(1, title="from the laptop", add_tags=["slow"], pinned=True)
        desk.wait_for(1, title="from the laptop", tags=["slow"], pinned=True, note=f"note {NOTES - 1}")
        names = {peer["name"] for peer in desk.wait_for_state("idle")["peers"]}
        wait_until(lambda: {peer["name"] for peer in desk.status["peers"]} == {"Desk", "Laptop"}, f"names, not {names}")
        runs = desk.sync("history")["runs"]
        assert {"commit", "push"} <= {one["reason"] for one in runs}, runs
        assert desk.run("settings", "get", "privacy.local-only").strip() == "false"


def test_what_was_done_offline_arrives_later(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            desk.trace(1)
            desk.mark(1, note="before")
            laptop.wait_for(1, note="before")
            cloud.kill()
            desk.mark(1, note="made without a network")
            desk.wait_for_state("offline")
            desk.wait_for_pending(True)
            assert desk.status["error"]["code"] == "offline", desk.status
            assert laptop.facts(1)["note"] == "before"
            cloud.again()
            laptop.wait_for(1, note="made without a network")
            desk.wait_for_state("idle")
            desk.wait_for_pending(False)


def apart(cloud, *devices):
    """Nobody speaks with the cloud until it comes back."""
    cloud.kill()
    for device in devices:
        device.wait_for_state("offline", "idle")


def test_changes_of_different_fields_merge(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            desk.trace(1)
            desk.mark(1, title="first", note="one\ntwo\nthree", add_tags=["both", "gone"])
            laptop.wait_for(1, title="first", tags=["both", "gone"])
            apart(cloud, desk, laptop)
            desk.mark(1, title="from the desk", note="one, by the desk\ntwo\nthree", remove_tags=["gone"])
            laptop.mark(1, note="one\ntwo\nthree, by the laptop", add_tags=["more"], pinned=True)
            cloud.again()
            for device in (desk, laptop):
                device.wait_for(1, title="from the desk", note="one, by the desk\ntwo\nthree, by the laptop",
                                tags=["both", "more"], pinned=True)
                device.wait()
                assert device.conflicts() == [], device.conflicts()


def collide(cloud, desk, laptop):
    desk.trace(1)
    desk.mark(1, note="slow on Mondays")
    laptop.wait_for(1, note="slow on Mondays")
    apart(cloud, desk, laptop)
    desk.mark(1, note="slow on Mondays and Fridays")
    laptop.mark(1, note="slow every day")
    cloud.again()
    for device in (desk, laptop):
        device.wait()
        (conflict,) = device.wait_for_conflicts(1)
        assert conflict["state"] == "open" and conflict["table"] == "trace_fact", conflict
        (field,) = conflict["fields"]
        assert field["field"] == "note" and field["base"] == "slow on Mondays", conflict
        sides = {field["mine"]["value"], field["theirs"]["value"]}
        assert sides == {"slow on Mondays and Fridays", "slow every day"}, conflict
        wait_until(lambda one=device: one.status["conflicts"] == 1, f"one conflict to be counted on {device.name}")
    assert desk.conflicts()[0]["id"] == laptop.conflicts()[0]["id"]
    assert desk.conflicts()[0]["fields"][0]["theirs"]["by"] == "Laptop", desk.conflicts()


def test_a_true_conflict_is_asked_on_both_and_settled_on_either(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            collide(cloud, desk, laptop)
            laptop.sync("resolve", laptop.conflicts()[0]["id"][:8], "--use", "mine")
            for device in (desk, laptop):
                device.wait_for(1, note="slow every day")
                device.wait_for_conflicts(0)
            (settled,) = desk.conflicts("--all")
            assert settled["state"] == "resolved", settled
            desk.sync("restore", settled["id"])
            for device in (desk, laptop):
                device.wait_for(1, note="slow on Mondays and Fridays")
            assert desk.conflicts("--all")[0]["state"] == "undone", desk.conflicts("--all")
            desk.sync("resolve", settled["id"], "--set", "note=slow on Mondays and every day")
            for device in (desk, laptop):
                device.wait_for(1, note="slow on Mondays and every day")
                device.wait_for_conflicts(0)


def test_a_deletion_against_a_change_asks(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            for number, choice, note in ((1, "restore", "changed"), (2, "keep_deleted", "")):
                desk.trace(number)
                desk.mark(number, note="kept")
                laptop.wait_for(number, note="kept")
                apart(cloud, desk, laptop)
                desk.control("erase", trace_id=f"{number:032x}")
                laptop.mark(number, note="changed")
                cloud.again()
                for device in (desk, laptop):
                    device.wait()
                    (conflict,) = device.wait_for_conflicts(1)
                    assert conflict["kind"] == "delete_vs_modify", conflict
                    device.wait_for(number, note="changed")
                assert laptop.conflicts()[0]["deleted_by"] == "Desk", laptop.conflicts()
                desk.sync("resolve", conflict["id"], "--use", choice)
                for device in (desk, laptop):
                    device.wait_for(number, note=note)
                    device.wait_for_conflicts(0)


def test_nobody_else_reads_anything(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice(CANARY) as desk, SyncDevice("Laptop") as laptop:
        desk.login(relay.url, "--register")
        laptop.login(relay.url)
        desk.trace(1)
        desk.mark(1, note=f"a note with {CANARY}", title=CANARY, add_tags=[CANARY])
        laptop.wait_for(1, title=CANARY, tags=[CANARY])
        desk.wait()
        cloud.stop()
        kept = b"".join(open(path, "rb").read() for path in files_of(cloud.folder))
        for words in (CANARY, PASSPHRASE):
            for name, data in (("the wire", bytes(relay.seen)), ("the cloud's files", kept)):
                assert words.encode() not in data, f"{words} is in {name}"
                assert words.encode("utf-16-le") not in data, f"{words} is in {name}"
        assert PASSWORD.encode() not in kept, "the password is in the cloud's files"
        assert len(relay.seen) > 1000 and USER.encode() in relay.seen
        cloud.again()


def files_of(folder):
    return [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]


def test_a_device_joins_by_words_digits_and_code(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        words = desk.login(cloud.url, "--register")["recovery"]
        desk.trace(1)
        desk.mark(1, note="for all")
        with SyncDevice("by words") as other:
            other.login(cloud.url, "--recovery", secret=" ".join(words))
            other.wait_for(1, note="for all")
        with SyncDevice("by digits") as other:
            other.login(cloud.url, "--pair")
            other.wait_for_state("needs_passphrase")
            assert other.login(cloud.url, secret="not the passphrase", status=1) == "bad_passphrase"
            other.wait_for_state("needs_passphrase")
            assert other.sync("pair", "offer")["state"] == "waiting"
            wait_until(lambda: desk.control("sync-pair", action="show")["state"] == "asked", "the question")
            desk.sync("pair", "accept")
            digits = [wait_until(lambda one=one: one.control("sync-pair", action="show")["digits"], "the digits")
                      for one in (desk, other)]
            assert digits[0] == digits[1] and len(digits[0]) == 6, digits
            desk.sync("pair", "confirm")
            other.sync("pair", "confirm")
            other.wait_for(1, note="for all")
        with SyncDevice("by code") as other:
            other.login(cloud.url, "--pair")
            code = desk.sync("pair", "offer")["code"]
            wait_until(lambda: try_code(other, code), "the code to arrive")
            other.wait_for(1, note="for all")


def try_code(device, code):
    try:
        return device.control("sync-pair", action="accept", code=code)["state"] in ("opening", "done")
    except AssertionError as error:
        assert "not_found" in str(error), error
        return False


def test_what_was_there_before_comes_too(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        numbers = range(1, 101)
        desk.trace(*numbers)
        for number in numbers:
            desk.mark(number, note=f"old {number}")
        estimate = desk.sync("setup", "estimate")
        assert estimate["counts"]["trace_fact"] == 100 and estimate["bytes"] > 0, estimate
        desk.login(cloud.url, "--register")
        wait_until(lambda: desk.status["setup"]["state"] == "done", "the setup")
        backup = desk.status["setup"]["backup"]
        laptop.login(cloud.url)
        for number in numbers:
            laptop.wait_for(number, note=f"old {number}")
        desk.mark(1, note="another one")
        laptop.wait_for(1, note="another one")
        desk.sync("setup", "rollback")
        assert "stays in the account" in desk.errors
        desk.wait_for(1, note="old 1")
        desk.wait_for_state("off")
        laptop.mark(2, note="the laptop goes on")
        assert desk.facts(2)["note"] == "old 2" and backup


def test_the_user_decides_who_is_spoken_with(place):
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk:
        assert count_quiet(relay, 0.2) == 0
        assert desk.status["state"] == "off" and desk.status["hosts"] == []
        assert desk.login("http://cloud.example", status=1) == "insecure_url"
        desk.login(relay.url, "--register")
        desk.wait()
        assert desk.status["hosts"] == [relay.url.removeprefix("http://")]
        desk.control("settings-set", key="privacy.local-only", value="true")
        assert desk.wait_for_state("error")["error"]["code"] == "local_only"
        desk.trace(1)
        desk.mark(1, note="stays here")
        assert desk.sync("now", status=1) == "local_only"
        assert count_quiet(relay) == 0
        desk.control("settings-set", key="privacy.local-only", value="false")
        desk.wait_for_state("idle")
        desk.wait_for_pending(False)
        desk.sync("pause")
        desk.mark(1, note="waits")
        desk.wait_for_state("paused")
        desk.wait_for_pending(True)
        assert count_quiet(relay) == 0
        desk.stop()
        desk.start()
        desk.wait_for_state("paused")
        desk.sync("resume")
        desk.wait_for_pending(False)
        desk.control("settings-set", key="sync.auto-sync", value="false")
        desk.mark(1, note="by hand")
        desk.wait_for_pending(True)
        desk.sync("now")
        assert desk.status["pending"]["operations"] == 0
        desk.run("cloud", "logout")
        assert desk.status["state"] == "off"
        assert count_quiet(relay) == 0


run(globals())
