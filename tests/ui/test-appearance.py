#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of every page in the dark and with high contrast, to be looked at; nothing complains on the way."""

from app import run
from places import walk_places


def nothing(app):
    return []


def test_dark(place):
    walk_places(place, nothing, "dark-", settings={"ui.theme": "'dark'"})


def test_high_contrast(place):
    walk_places(place, nothing, "contrast-", env={"ADW_DEBUG_HIGH_CONTRAST": "1"})


run(globals())
