#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trace by keys alone: move, fold, search, zoom, details; and while it grows."""

from app import App, run
from flowtest import request, span

MS = 1000000


def post_family(app):
    app.post("traces", request([
        span(1, 1, "checkout", took=100 * MS),
        span(1, 2, "load the cart", parent=1, start=5 * MS, took=40 * MS),
        span(1, 3, "SELECT items", parent=2, start=10 * MS, took=20 * MS, db__system__name="postgresql"),
        span(1, 4, "charge the card", parent=1, start=50 * MS, took=45 * MS, status={"code": 2}),
    ]))


def open_family(app):
    post_family(app)
    app.click_mouse(app.wait("list item", contains="checkout"), times=2)
    app.wait("list item", contains="SELECT items")


def test_keys(place):
    with App(place) as app:
        open_family(app)
        # Fold and unfold, arrows and letters.
        app.key("j")
        app.key("Left")
        app.wait("list item", contains="load the cart, shop, takes 40.0ms, starts at 5.00ms, on the critical path, "
                                       "level 2, folded")
        app.wait_gone("list item", contains="SELECT items")
        app.key("l")
        app.wait("list item", contains="SELECT items")
        app.key("bracketleft")
        app.wait_gone("list item", contains="load the cart")
        app.key("bracketright")
        app.wait("list item", contains="SELECT items")

        # Search, hide, and leave it again.
        app.key("slash")
        app.type("status:error")
        app.wait("label", name="1 of 1")
        app.press("Hide what does not match")
        app.wait_gone("list item", contains="SELECT items")
        app.wait("list item", contains="charge the card, shop, takes 45.0ms")
        app.screenshot("waterfall-search")
        app.press("Hide what does not match")
        app.wait("list item", contains="SELECT items")

        # Zoom to a span; the ruler says so.
        app.click_mouse(app.wait("list item", contains="load the cart"))
        app.key("z")
        app.wait(name="Time from 3.00ms to 47.0ms")
        app.key("0")
        app.wait(name="Time from 0ns to 100ms")

        # Details, and back.
        app.key("Down")
        app.key("Return")
        app.wait(contains="db.system.name")
        app.screenshot("waterfall-details")


def test_growth(place):
    with App(place) as app:
        open_family(app)
        app.key("j")
        app.key("Left")
        app.wait_gone("list item", contains="SELECT items")
        app.post("traces", request([span(1, 5, "send the mail", parent=1, start=96 * MS, took=2 * MS)]))
        app.wait("list item", contains="send the mail")
        app.wait_gone("list item", contains="SELECT items")


run(globals())
