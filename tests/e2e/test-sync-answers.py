#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hub answers about syncing has the members that the fixtures of its clients have, and wrong questions an error."""

import json
import os

from syncdevice import SOURCE_ROOT, Cloud, SyncDevice, refuse, run, two_devices, wait_until

FIXTURES = os.path.join(SOURCE_ROOT, "tests", "fixtures", "sync")


def fixture(name):
    with open(os.path.join(FIXTURES, f"{name}.json"), encoding="utf-8") as stream:
        return json.load(stream)


def compare(wanted, answer, place):
    """The same members, and of the same types; null fits everything, and lists are compared by their first element."""
    if wanted is None or answer is None:
        return
    if isinstance(wanted, dict):
        assert isinstance(answer, dict), f"{place}: {answer!r}"
        assert set(wanted) == set(answer), f"{place}: {sorted(set(wanted) ^ set(answer))} are in one of the two"
        for key, value in wanted.items():
            compare(value, answer[key], f"{place}.{key}")
    elif isinstance(wanted, list):
        assert isinstance(answer, list), f"{place}: {answer!r}"
        if wanted and answer:
            compare(wanted[0], answer[0], f"{place}[0]")
    elif isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        assert isinstance(answer, (int, float)) and not isinstance(answer, bool), f"{place}: {answer!r}"
    else:
        assert type(wanted) is type(answer), f"{place}: {answer!r}"


def check(device, name, verb, **arguments):
    answer = device.control(verb, **arguments)
    compare(fixture(name), answer, name)
    return answer


def setup_state(device):
    return (device.status["setup"] or {}).get("state")


def test_nobody_has_signed_in(place):
    with SyncDevice("Desk") as desk:
        compare(fixture("sync-status-off"), desk.status, "sync-status")
        assert check(desk, "sync-conflicts-none", "sync-conflicts") == {"conflicts": []}
        assert check(desk, "sync-history", "sync-history")["runs"] == []
        assert check(desk, "sync-quarantine", "sync-quarantine")["entries"] == []
        estimate = desk.control("sync-setup", action="estimate")
        assert set(estimate) == set(fixture("sync-setup-estimate")), estimate
        for verb, arguments in (("sync-now", {}), ("sync-wait", {"timeout_ms": 1}), ("sync-devices", {}),
                                ("sync-pause", {"paused": True}), ("sync-keys", {"action": "rotate"}),
                                ("sync-pair", {"action": "offer"}), ("sync-setup", {"action": "start"}),
                                ("cloud-delete", {"password": "x"})):
            refuse(desk, verb, "signed_out", **arguments)
        for verb, arguments in (("sync-resolve", {}), ("sync-resolve", {"id": "12", "choice": "mine"}),
                                ("sync-resolve", {"id": "0" * 32, "choice": "none"}), ("sync-restore", {"id": 5}),
                                ("sync-setup", {}), ("sync-keys", {"action": "melt"}), ("sync-pair", {}),
                                ("cloud-login", {"url": "https://cloud.example"}), ("cloud-delete", {}),
                                ("cloud-login", {"url": "nowhere", "user": "a", "password": "b"}),
                                ("cloud-login", {"url": "https://cloud.example", "user": "a", "password": "b",
                                                 "secrets": "pocket"}),
                                ("sync-device-remove", {}), ("sync-device-remove", {"device": "desk"})):
            refuse(desk, verb, "bad_argument", **arguments)
        refuse(desk, "cloud-login", "insecure_url", url="http://cloud.example", user="a", password="b")
        refuse(desk, "sync-resolve", "not_found", id="0" * 32, choice="mine")
        desk.control("cloud-logout")


def test_two_devices(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        compare(fixture("cloud-login"), desk.login(cloud.url, "--register"), "cloud-login")
        compare(fixture("cloud-login-second"), laptop.login(cloud.url), "cloud-login-second")
        desk.wait()
        laptop.wait()
        wait_until(lambda: len(desk.status["peers"]) == 2, "both devices")
        compare({**fixture("sync-status"), "setup": fixture("sync-status-setup")["setup"]}, desk.status, "sync-status")
        check(desk, "sync-history", "sync-history", limit=1)
        check(desk, "sync-devices", "sync-devices")
        assert not desk.control("sync-history", limit=1, before=1)["runs"]
        check(desk, "sync-keys-rotate", "sync-keys", action="rotate")
        words = check(desk, "sync-keys-recovery", "sync-keys", action="recovery")["recovery"]
        refuse(desk, "sync-keys", "weak_passphrase", action="passphrase", new="short")
        check(desk, "sync-keys-rotate", "sync-keys", action="passphrase", new="another passphrase for it")
        check(desk, "sync-pair-offer", "sync-pair", action="offer")
        desk.control("sync-pair", action="cancel")
        check(desk, "sync-setup-started", "sync-setup", action="show")
        refuse(desk, "cloud-login", "bad_argument", url=cloud.url, user="a", password="b")
        refuse(desk, "sync-device-remove", "bad_argument", device=desk.status["device"]["id"])
        refuse(desk, "cloud-delete", "bad_credentials", password="not it")
        desk.trace(1)
        desk.mark(1, note="sealed with other keys")
        laptop.wait_for(1, note="sealed with other keys")
        laptop.run("cloud", "logout", "--erase")
        assert laptop.login(cloud.url, status=1) == "bad_passphrase"
        laptop.login(cloud.url, "--recovery", secret=" ".join(words))
        laptop.wait()
        desk.control("cloud-delete", password="a password for the cloud")
        laptop.wait_for_state("signed_out")
        assert laptop.facts(1)["note"] == "sealed with other keys" and desk.status["state"] == "off"


def test_a_list_makes_no_pass(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk:
        desk.login(cloud.url, "--register")
        desk.wait()
        wait_until(lambda: setup_state(desk) == "done" and desk.status["state"] == "idle", "nothing to be left to do")

        def empty_runs():
            runs = desk.control("sync-history", limit=1000)["runs"]
            return [run for run in runs if run["reason"] == "commit" and run["sent"] + run["received"] == 0]

        wait_until(lambda: desk.query("SELECT 1 FROM sync_meta WHERE name = 'tidied'"), "it to be tidied up")
        before = empty_runs()
        for _ in range(100):
            assert desk.control("sync-quarantine") == {"entries": []}
        assert empty_runs() == before


def test_a_conflict(place):
    with Cloud(place) as cloud:
        desk, laptop = two_devices(cloud)
        with desk, laptop:
            desk.control("settings-set", key="sync.conflict-resolution", value="manual")
            desk.trace(1)
            desk.mark(1, title="one")
            laptop.wait_for(1, title="one")
            wait_until(lambda: laptop.run("settings", "get", "sync.conflict-resolution").strip() == "manual",
                       "the setting to arrive")
            cloud.kill()
            desk.wait_for_state("offline", "idle")
            desk.mark(1, title="two")
            laptop.mark(1, title="three")
            cloud.again()
            for device in (desk, laptop):
                device.wait()
                device.wait_for_conflicts(1)
            answer = check(desk, "sync-conflicts", "sync-conflicts")
            refuse(desk, "sync-resolve", "bad_argument", id=answer["conflicts"][0]["id"], fields={"title": "neither"})
            desk.control("sync-resolve", id=answer["conflicts"][0]["id"], fields={"title": {"value": "four"}})
            for device in (desk, laptop):
                device.wait_for(1, title="four")
                device.wait_for_conflicts(0)


run(globals())
