#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program starts, shows its window, and ends."""

from app import App, run


def test_start(place):
    with App(place) as app:
        assert app.windows()
        app.screenshot("window")


run(globals())
