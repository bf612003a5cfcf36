# SPDX-License-Identifier: GPL-3.0-or-later
"""When there was a lot, a device writes a snapshot, the cloud drops what it covers, and a device that comes later reads
that instead."""

import sqlite3

from syncdevice import PATIENCE, Cloud, Relay, SyncDevice, run, wait_until

# One more than what a snapshot is worth while for.
STOCK = 10001


def count(cloud, table):
    db = sqlite3.connect(f"file:{cloud.database}?mode=ro", uri=True, timeout=PATIENCE)
    try:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        db.close()


def test_a_device_that_comes_later_reads_the_snapshot(place):
    with Cloud(place) as cloud, SyncDevice("Desk") as desk, SyncDevice("Laptop") as laptop:
        desk.stop()
        desk.stock(STOCK)
        desk.start()
        desk.login(cloud.url, "--register")
        wait_until(lambda: desk.wait() is None and desk.status["pending"]["operations"] == 0, "all to be sent")
        # Hello says how much there is; who has all of it and nothing to send writes it down.
        desk.stop()
        desk.start()
        wait_until(lambda: count(cloud, "sync_snapshot") > 0, "a snapshot")
        wait_until(lambda: count(cloud, "sync_batch") <= 2, "the batches that it covers to be dropped")
        laptop.login(cloud.url)
        wait_until(lambda: laptop.count_stock() == STOCK, "all on the other device")
        assert laptop.conflicts() == []
        laptop.trace(1)
        laptop.mark(1, note="goes on")
        desk.wait_for(1, note="goes on")
        # What all have is not kept any more.
        desk.stop()
        assert desk.query("SELECT count(*) FROM sync_op")[0][0] <= STOCK + 10


def fill(desk, url):
    """So much that a snapshot is worth while, which is found out with the next hello."""
    desk.stop()
    desk.stock(STOCK)
    desk.start()
    desk.login(url, "--register")
    wait_until(lambda: desk.wait() is None and desk.status["pending"]["operations"] == 0, "all to be sent")
    desk.stop()
    desk.start()


def test_a_snapshot_that_is_refused(place):
    """Nothing else waits for it, it is no error, and it is not made again and again."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk:
        relay.refuse(b"PUT /api/blobs/", "413 Request Entity Too Large")
        fill(desk, relay.url)
        wait_until(lambda: relay.refused, "a snapshot")
        for _ in range(2):
            desk.wait_for_state("idle")
            desk.wait()
            assert desk.status["error"] is None, desk.status
            desk.stop()
            desk.start()
        desk.sync("now")
        assert relay.refused == 1 and count(cloud, "sync_snapshot") == 0
        assert all(run["error"] is None for run in desk.sync("history")["runs"])


def test_a_snapshot_whose_answer_got_lost(place):
    """Nobody knows of it, so that it is deleted again."""
    with Cloud(place) as cloud, Relay(cloud) as relay, SyncDevice("Desk") as desk:
        relay.lose(b"PUT /api/blobs/")
        fill(desk, relay.url)
        wait_until(lambda: relay.lost, "a snapshot")
        desk.wait()
        wait_until(lambda: count(cloud, "sync_blob") == 0, "it to be deleted")
        assert count(cloud, "sync_snapshot") == 0


run(globals())
