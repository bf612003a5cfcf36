# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that know the same have the same: what a bad disk has lost or changed is found, and comes back."""

import sqlite3

from syncdevice import PATIENCE, Cloud, SyncDevice, run, wait_until

CELLS = """SELECT c.tbl, hex (c.key), c.field, c.item, hex (s.device), s.epoch, c.seq, c.hlc, c.flags, hex (c.value)
           FROM sync_cell c JOIN sync_stream s ON s.id = c.stream ORDER BY 1, 2, 3, 4, 5, 6, 7"""


def damage(device, *statements):
    """Spoil the database of a hub that does not run, as no program would."""
    db = sqlite3.connect(f"{device.place.data_dir}/flowscope.db", timeout=PATIENCE, isolation_level=None)
    try:
        for statement in statements:
            assert db.execute(statement).rowcount > 0, statement
    finally:
        db.close()


def furnish(cloud, desk, laptop):
    desk.login(cloud.url, "--register")
    laptop.login(cloud.url)
    desk.trace(*range(1, 6))
    for number in range(1, 6):
        desk.mark(number, note=f"note {number}", pinned=True)
    laptop.wait_for(5, note="note 5")
    laptop.mark(1, note="from the laptop")
    desk.wait_for(1, note="from the laptop")
    desk.wait()
    laptop.wait()


def wait_until_equal(*devices):
    wait_until(lambda: len({str(device.query(CELLS)) for device in devices}) == 1, "all to have the same")


def look(*devices):
    """Have all ask the cloud what it has; what differs is found by that, and repaired by the one after it."""
    for device in devices:
        device.run("sync", "now")


def test_a_bad_disk(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        furnish(cloud, desk, laptop)
        whole = laptop.query(CELLS)
        wait_until_equal(desk, laptop)
        assert desk.status["differs"] is None and desk.status["repaired"] is None, desk.status
        assert "repaired" not in desk.run("sync", "status")
        desk.stop()
        notes = "SELECT key FROM sync_cell WHERE tbl = 'trace_fact' AND field = 'note'"
        damage(desk,
               f"DELETE FROM sync_cell WHERE field = 'note' AND key IN ({notes} ORDER BY key LIMIT 1)",
               f"UPDATE sync_cell SET value = x'03726F74' WHERE field = 'note' AND key IN ({notes} ORDER BY key DESC LIMIT 1)",
               f"DELETE FROM sync_cell WHERE tbl = 'trace_fact' AND key IN ({notes} ORDER BY key LIMIT 1 OFFSET 1)")
        desk.start()

        def is_whole():
            look(desk, laptop)
            return desk.query(CELLS) == whole

        wait_until(is_whole, f"what was lost to come back: {desk.status}")
        assert laptop.query(CELLS) == whole
        wait_until(lambda: look(desk, laptop) or not any(device.status["differs"] for device in (desk, laptop)),
                   "nothing to differ any more")
        assert desk.status["repaired"]["records"] >= 1, desk.status
        assert "repaired" in desk.run("sync", "status")
        assert [desk.facts(number)["note"] for number in range(2, 6)] == [f"note {number}" for number in range(2, 6)]
        # Nobody needs what was offered any more.
        wait_until(lambda: look(desk, laptop) or ask(cloud, "SELECT count(*) FROM sync_blob") == (0,), "the repairs to go")
        assert laptop.status["repaired"] is None and laptop.conflicts() == [] and desk.conflicts() == []


def test_the_other_one_is_away(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        furnish(cloud, desk, laptop)
        # Who begins looks; who hears of it does so as well.
        laptop.stop()
        laptop.start()
        wait_until(lambda: look(laptop, desk) or ask(cloud, "SELECT count(*), count(DISTINCT vector) FROM sync_digest") ==
                   (2, 1), "both to have said what they have")
        laptop.stop()
        desk.stop()
        damage(desk, "DELETE FROM sync_cell WHERE tbl = 'trace_fact' AND field = 'pinned'")
        desk.start()
        wait_until(lambda: look(desk) or desk.status["differs"], "it to be found")
        differs = desk.status["differs"]
        assert (differs["name"], differs["tables"], differs["stuck"]) == ("Laptop", 1, False), differs
        assert "1 table differs from Laptop, it is being repaired" in desk.run("sync", "status")
        # What is here is offered meanwhile; it is not written again and again.
        wait_until(lambda: look(desk) or ask(cloud, "SELECT count(*) FROM sync_blob") == (1,), "it to be offered")
        offered = ask(cloud, "SELECT id FROM sync_blob")
        look(desk, desk)
        assert ask(cloud, "SELECT id FROM sync_blob") == offered
        laptop.start()
        wait_until(lambda: look(laptop, desk) or not desk.status["differs"], "the other one to help")
        wait_until_equal(desk, laptop)
        assert desk.status["repaired"]["records"] == 5, desk.status


def ask(cloud, statement):
    db = sqlite3.connect(f"file:{cloud.database}?mode=ro", uri=True, timeout=PATIENCE)
    try:
        return db.execute(statement).fetchone()
    finally:
        db.close()


run(globals())
