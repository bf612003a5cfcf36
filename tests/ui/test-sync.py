#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page Sync with a real cloud, a real keyring, and a second device: from signing in to a conflict that is decided."""

import os
import sys

import a11y
from app import SOURCE, App, desktop, run
from flowtest import wait_until
from keyring import Keyring
from peers import Hub

sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e"))
from syncdevice import PASSPHRASE, PASSWORD, USER, Cloud, SyncDevice  # noqa: E402

NOTE = "slow on Mondays"
COMMAND = "/opt/editor --wait {file}"


def show_page(app):
    app.wait_hub()
    app.click_mouse(app.wait("list item", "Sync"))


def write(app, field, text):
    """Into a field of the dialog in front, whatever stands there, and wherever it is scrolled to."""
    row = app.wait("text", field, root=app.front())
    assert a11y.set_text(row, text), field


def open_sign_in(app, cloud, button="Sign In…"):
    show_page(app)
    app.press(button)
    app.wait_dialog("Account")
    write(app, "Server", cloud.url)
    write(app, "User name", USER)
    write(app, "Password", PASSWORD)
    write(app, "Name for your other devices", "Desk")


def choose_file(app):
    """Keep the key in a file: what comes after the keyring in the list at the end of the form."""
    app.click_mouse(app.wait(name="What Opens Your Data", root=app.front()))
    app.xdotool("click", "--repeat", "20", "--delay", "20", "5")
    app.click_mouse(app.wait("label", "Where the key is kept", root=app.front()))
    app.key("Down", "Return")
    app.wait("label", "In a file that only you can read", root=app.front())


def sign_in(app, cloud):
    open_sign_in(app, cloud)
    write(app, "Passphrase", PASSPHRASE)
    choose_file(app)
    app.press("Sign In", role="push button")


def make_account(app, cloud):
    open_sign_in(app, cloud)
    app.press("Make an account")
    write(app, "Passphrase", PASSPHRASE)
    write(app, "The same again", PASSPHRASE)
    app.press("Create Account")


def keep_words(app):
    app.click_mouse(app.wait("check box", "I have written them down"))
    app.wait_until(lambda: a11y.has_state(app.wait("push button", "Done"), "sensitive"), "the words to be kept")
    app.press("Done")


def status(app):
    return Hub(app).verb("sync-status")


def wait_synced(app):
    app.wait_until(lambda: status(app)["state"] == "idle" and status(app)["pending"]["operations"] == 0, "all synced")


def mark(app, **facts):
    return Hub(app).verb("facts", trace_id=f"{1:032x}", **facts)


def test_first_device(place):
    """An account is made, its words are shown once, and the keyring has the key."""
    with Cloud(place) as cloud, Keyring(place) as keyring, App(place) as app:
        open_sign_in(app, cloud)
        app.screenshot("sign-in")
        app.press("Make an account")
        write(app, "Passphrase", PASSWORD)
        write(app, "The same again", PASSWORD)
        app.press("Create Account")
        app.wait(contains="The server knows the password")
        write(app, "Passphrase", PASSPHRASE)
        write(app, "The same again", PASSPHRASE)
        app.press("Create Account")
        app.wait(contains="Write them on paper")
        app.screenshot("words")
        app.key("Escape")
        app.wait(contains="Write them on paper")
        keep_words(app)
        app.wait(contains="Everything is synced")
        wait_synced(app)
        app.wait("push button", "All synced")
        app.screenshot("idle")
        assert keyring.items > 0
        assert status(app)["secrets"] == {"kind": "keyring", "state": "ok", "message": ""}, status(app)
        app.press("Pause syncing")
        app.wait(contains="Paused")
        app.press("Go on syncing")
        app.wait(contains="Everything is synced")
        app.click_mouse(app.wait("list item", "History"))
        app.wait(contains="Syncing was turned on")
        app.screenshot("history")


def test_wrong_words(place):
    """A wrong password and a wrong passphrase are said beside their fields; what is right goes on."""
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        open_sign_in(app, cloud)
        write(app, "Passphrase", "not this one at all")
        choose_file(app)
        write(app, "Password", "not this one")
        app.press("Sign In", role="push button")
        app.wait_dialog("Account")
        app.wait(contains="password", root=app.front())
        app.wait_until(lambda: a11y.has_state(app.wait("push button", "Sign In"), "sensitive"), "the answer")
        app.screenshot("wrong-password")
        write(app, "Password", PASSWORD)
        app.press("Sign In", role="push button")
        app.wait(contains="not the one of this account", root=app.front())
        app.wait_until(lambda: a11y.has_state(app.wait("push button", "Sign In"), "sensitive"), "the answer")
        app.screenshot("wrong-passphrase")
        write(app, "Passphrase", PASSPHRASE)
        app.press("Sign In", role="push button")
        app.wait_until(lambda: len(app.windows()) == 1, "the end of the dialog")
        wait_synced(app)
        assert status(app)["secrets"]["kind"] == "file"


def test_conflict(place):
    """Two devices change the same while they are apart: it is told, shown, and decided here for both."""
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        laptop.trace(1)
        laptop.mark(1, note=NOTE)
        laptop.wait()
        sign_in(app, cloud)
        wait_synced(app)
        app.wait(contains="Laptop")
        app.wait_until(lambda: mark(app)["note"] == NOTE, "the note of the other device")
        cloud.kill()
        laptop.mark(1, note="slow every day")
        mark(app, note="slow on Fridays")
        app.wait(contains="Offline")
        app.wait("push button", contains="Offline: 1 change")
        app.screenshot("offline")
        cloud.again()
        app.wait(contains="A conflict needs your decision")
        app.screenshot("told")
        app.action("show-sync", f"'{Hub(app).verb('sync-conflicts')['conflicts'][0]['id']}'")
        app.wait(contains="slow every day")
        app.press("Keep Laptop")
        app.screenshot("conflict")
        app.press("Use What Is Chosen")
        app.wait(contains="Decided")
        for known in (lambda: mark(app)["note"], lambda: laptop.facts(1)["note"]):
            wait_until(lambda asked=known: asked() == "slow every day", "the decision")
        wait_until(lambda: laptop.status["conflicts"] == 0, "no conflict on the other device")
        app.press("Undo This Decision")
        app.wait(contains="The decision was undone")
        wait_until(lambda: laptop.facts(1)["note"] == "slow on Fridays", "what was replaced")


def test_keyring_missing(place):
    """Without a keyring nothing is kept anywhere before the user has said where."""
    with Cloud(place) as cloud, App(place) as app:
        make_account(app, cloud)
        app.wait(contains="There is no keyring", root=app.front())
        app.wait_until(lambda: a11y.has_state(app.wait("push button", "Create Account"), "sensitive"), "the answer")
        app.screenshot("missing")
        assert status(app)["state"] == "off", status(app)


def test_keyring_locked(place):
    """A keyring that is locked at the next start: the page says so, and with the keys in a file it goes on."""
    with Cloud(place) as cloud, Keyring(place) as keyring:
        with App(place) as app:
            make_account(app, cloud)
            keep_words(app)
            wait_synced(app)
        keyring.lock()
        with App(place) as app:
            show_page(app)
            app.wait(contains="The keyring is locked")
            app.screenshot("locked")
            app.press("Keep Them in a File")
            app.wait_dialog("Account")
            write(app, "Password", PASSWORD)
            write(app, "Passphrase", PASSPHRASE)
            app.press("Sign In", role="push button")
            app.wait_gone(contains="The keyring is locked")
            wait_synced(app)
            assert status(app)["secrets"]["kind"] == "file"


def activate(app, row):
    """A row further down on the page."""
    app.click_mouse(app.wait("label", "Devices"))
    app.xdotool("click", "--repeat", "20", "--delay", "20", "5")
    app.click_mouse(app.wait("label", row))


def test_leave(place):
    """Other words, signed out, and the account deleted: each asked, with what is wrong beside its field."""
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        sign_in(app, cloud)
        wait_synced(app)
        app.press("Remove Laptop")
        app.wait_dialog("Remove “Laptop”?")
        app.screenshot("remove")
        write(app, "Passphrase", PASSPHRASE)
        app.press("Remove", role="push button")
        app.wait(contains="Write them on paper")
        keep_words(app)
        app.wait_gone(name="Remove Laptop")
        laptop.wait_for_state("signed_out")
        activate(app, "Get other recovery words")
        app.wait_dialog("Other Recovery Words")
        app.press("Get Words")
        app.wait(contains="Write them on paper")
        keep_words(app)
        app.wait_until(lambda: len(app.windows()) == 1, "the end of the dialog")
        activate(app, "Replace the account’s key")
        app.wait_dialog("Replace the Account’s Key")
        write(app, "Passphrase", "not this one at all")
        app.press("Replace", role="push button")
        app.wait(contains="not the one of this account", root=app.front())
        app.screenshot("replace")
        write(app, "Passphrase", PASSPHRASE)
        app.press("Replace", role="push button")
        app.wait(contains="Write them on paper")
        keep_words(app)
        app.wait_until(lambda: len(app.windows()) == 1, "the end of the dialog")
        app.screenshot("account")
        activate(app, "Delete the account")
        app.wait_dialog("Delete the Account")
        write(app, "Password", "not this one")
        app.press("Delete", role="push button")
        app.wait(contains="password is wrong")
        app.screenshot("delete")
        write(app, "Password", PASSWORD)
        app.press("Delete", role="push button")
        app.wait_until(lambda: status(app)["state"] == "off", "nobody who is signed in")
        app.wait_until(lambda: len(app.windows()) == 1, "the end of the dialog")
        app.screenshot("deleted")


def accept(device):
    """The other device lets in who asks, as soon as somebody does."""
    def tried():
        try:
            return device.control("sync-pair", action="accept")
        except AssertionError:
            return None
    return wait_until(tried, "somebody who asks to be let in")


def test_pairing(place):
    """Without passphrase: the other device shows the same six digits, and hands the key over."""
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        laptop.trace(1)
        laptop.mark(1, note=NOTE)
        open_sign_in(app, cloud)
        app.click_mouse(app.wait("label", "Opened by", root=app.front()))
        app.key("Down", "Down", "Return")
        app.wait("label", "A device that is signed in", root=app.front())
        choose_file(app)
        app.press("Sign In", role="push button")
        app.wait(contains="The key of your account is not here yet")
        app.screenshot("needs-key")
        app.press("From Another Device…")
        app.wait_dialog("Get the Key")
        app.screenshot("pair-waiting")
        accept(laptop)
        digits = wait_until(lambda: laptop.control("sync-pair", action="show")["digits"], "digits")
        app.wait(contains=f"{digits[:3]} {digits[3:]}")
        app.screenshot("pair-digits")
        app.press("The Same")
        laptop.control("sync-pair", action="confirm")
        app.wait(contains="The key is here")
        app.screenshot("pair-done")
        app.press("Close")
        wait_synced(app)
        app.wait_until(lambda: mark(app)["note"] == NOTE, "the note of the other device")


def choose_command(laptop):
    laptop.run("settings", "set", "edit.editors-by-site", f"[('wiki.example', '{COMMAND}')]")


def test_command_line(place):
    """What another device chose as an editor is run here only when the user has seen it and says so."""
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        choose_command(laptop)
        sign_in(app, cloud)
        wait_synced(app)
        app.action("preferences", "'editing'")
        app.wait_dialog("Chosen on Another Device")
        app.wait("label", COMMAND, root=app.front())
        app.screenshot("command-line")
        assert COMMAND not in place.text("settings", "get", "edit.editors-by-site")
        app.click(app.wait("push button", contains=f"Use “{COMMAND}” here for wiki.example"))
        app.wait_gone(name="Chosen on Another Device")
        assert COMMAND in place.text("settings", "get", "edit.editors-by-site")


@desktop(size="360x720")
def test_narrow(place):
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place) as app:
        laptop.login(cloud.url, "--register")
        app.action("show-sync", "''")
        app.wait(contains="The Same on All Your Devices")
        app.screenshot("narrow-begin")
        app.press("Sign In…")
        app.wait_dialog("Account")
        app.screenshot("narrow-sign-in")


run(globals())
