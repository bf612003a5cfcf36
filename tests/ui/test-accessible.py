#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each control of every page has a name and a role; with large text or little room nothing is out of reach."""

import a11y
from app import desktop, run
from places import nameless, outside, walk_places


def test_names(place):
    walk_places(place, nameless, "names-")


@desktop(size="1280x1000")
def test_large_text(place):
    walk_places(place, outside, "large-text-", text_scale=2)


def wider_or_outside(app):
    """The window itself must not need more than a phone has; GTK decides about dialogs of its own."""
    width = a11y.extents(app.windows()[0])[2]
    return outside(app) + ([f"the window is {width} px wide"] if width > 360 else [])


@desktop(size="360x720")
def test_narrow(place):
    walk_places(place, wider_or_outside, "narrow-")


run(globals())
