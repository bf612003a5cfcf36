#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the pictures of the README and of software centres: `ninja -C build screenshots` writes data/screenshots."""

import os
import subprocess
import sys

import world
from app import SOURCE, App, desktop, run
from ends import ALLOWED, begin
from flowpeer import Peer
from peers import Hub

sys.path.insert(0, os.path.join(SOURCE, "tests", "e2e"))
from syncdevice import PASSPHRASE, PASSWORD, USER, Cloud, SyncDevice  # noqa: E402

SIZE = "1600x900"
FOLDER = os.path.join(SOURCE, "data", "screenshots")


def picture(app, name):
    """The whole display is the window: it is maximised. Few colours make a small file."""
    path = os.path.join(FOLDER, name + ".png")
    app.settled()
    subprocess.run(["import", "-window", "root", path], env=app.env, check=True)
    subprocess.run(["convert", path, "-strip", "-colors", "256", "-define", "png:compression-level=9",
                    "PNG8:" + path], check=True)


def take(place, theme, traces, trace):
    os.makedirs(FOLDER, exist_ok=True)
    place.write(os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "window.ini"),
                "[window]\nmaximized=true\n")
    with App(place, settings={"ui.theme": f"'{theme}'"}) as app:
        trace_id = world.fill(app)
        app.wait("list item", contains="POST /checkout")
        if traces:
            picture(app, traces)
        app.action("open-trace", f"'{trace_id}'")
        app.click_mouse(app.wait("list item", contains="POST bank.example/charge"))
        app.key("Return")
        app.wait(contains="ask_bank")
        picture(app, trace)


def join(place, app, kind, instance, client, version, folder):
    """An editor that works in a folder of `~/code` and answers at once."""
    path = os.path.join(place.env["HOME"], "code", folder)
    os.makedirs(path, exist_ok=True)
    return Peer(Hub(app), kind=kind, instance=instance, client=client, version=version, workspaces=(path,),
                capabilities=("traces", "code", "metrics"))


@desktop(size=SIZE)
def test_connections(place):
    place.write(os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "window.ini"),
                "[window]\nmaximized=true\n")
    with App(place, settings={"ui.theme": "'light'"}) as app:
        editors = [join(place, app, "vscode_extension", "shop", "Visual Studio Code", "1.104.2", "shop"),
                   join(place, app, "editor", "nvim", "Neovim", "0.9.5", "payments")]
        hub = Hub(app)
        hub.verb("pair-allow", origin="http://localhost:3000")
        hub.verb("pair-allow", request=hub.pair("devbox", "vscode_extension")["request"])
        app.action("show-connections")
        app.wait(contains="Neovim 0.9.5")
        app.wait(contains="Paired Programs")
        app.click_mouse(app.wait(contains="Visual Studio Code 1.104.2"))
        app.wait(contains="vscode_extension/shop")
        picture(app, "connections")
        for each in editors:
            each.close()


ISSUE = """## The cart is empty after paying

1. Put something into the cart
2. Pay with a card that is declined
3. Go back

The cart is empty.
"""


@desktop(size=SIZE)
def test_edits(place):
    place.write(os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "window.ini"),
                "[window]\nmaximized=true\n")
    with App(place, settings={**ALLOWED, "ui.theme": "'light'"}) as app:
        page, editor = begin(app, ISSUE)
        at = ISSUE.index("Go back")
        editor.change([at, "Press “Back”", {"d": 7}])
        page.operation()
        base, at = page.revision, ISSUE.rindex("empty") + 5
        page.change([at, "gone, and with it the coupon", {"d": 5}], base)
        editor.change([at, "empty, but the badge still says 1", {"d": 5}], base)
        app.action("show-edit", f"'{page.id}'")
        app.wait(contains="Both changed this")
        app.wait(contains="needs a decision")
        app.wait_gone(contains="needs a decision")
        picture(app, "edits")
        page.close()
        editor.close()


@desktop(size=SIZE)
def test_sync(place):
    place.write(os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "window.ini"),
                "[window]\nmaximized=true\n")
    with Cloud(place) as cloud, SyncDevice("Laptop") as laptop, App(place, settings={"ui.theme": "'light'"}) as app:
        laptop.login(cloud.url, "--register")
        trace_id = world.fill(app, 12)
        hub = Hub(app)
        hub.verb("cloud-login", url=cloud.url, user=USER, password=PASSWORD, passphrase=PASSPHRASE, secrets="file",
                 device_name="Desk")
        note = "The bank answers after half a second."
        hub.verb("facts", trace_id=trace_id, note=note, title="POST /checkout")
        number = int(trace_id, 16)
        laptop.wait_for(number, note=note)
        cloud.kill()
        hub.verb("facts", trace_id=trace_id, note="The bank answers after 0.6 s, on Mondays only.")
        laptop.mark(number, note="The bank answers after its batch, at nine.")
        cloud.again()
        app.wait_until(lambda: hub.verb("sync-conflicts")["conflicts"], "a conflict")
        app.action("show-sync", f"'{hub.verb('sync-conflicts')['conflicts'][0]['id']}'")
        app.wait("push button", "Keep All of Laptop")
        app.press("Keep Desk")
        for told in ("Your data is in your account", "A conflict needs your decision"):
            app.wait_gone(contains=told)
        picture(app, "sync")


@desktop(size=SIZE)
def test_light(place):
    take(place, "light", "traces", "trace")


@desktop(size=SIZE)
def test_dark(place):
    take(place, "dark", None, "trace-dark")


if __name__ == "__main__":
    sys.exit(run(globals()))
