# SPDX-License-Identifier: GPL-3.0-or-later
"""Traces as programs of every day make them, always the same: the sample of the first run, many times and varied."""

import json
import os
import random
import re
import time

SAMPLE = os.path.join(os.environ["FLOW_TEST_SOURCE_ROOT"], "src", "app", "welcome", "sample")
ROUTES = ("POST /checkout", "GET /", "GET /products", "GET /products/:id", "GET /cart", "POST /cart/items",
          "GET /orders/:id", "GET /search", "POST /login")
MS = 1000000


def sample(name, trace_id, end_ns, scale=1.0, route=None, keep=99):
    """A request of the sample: `scale` stretches it, `route` renames its root, `keep` is the last span that stays."""
    with open(os.path.join(SAMPLE, name), encoding="utf-8") as stream:
        text = stream.read().replace("@TRACE@", trace_id).replace("@FILE@", "/srv/shop/shop.py")
    start = end_ns - int(640 * MS * scale)
    text = re.sub(r'UnixNano": "(\d+)"', lambda found: f'UnixNano": "{start + int(int(found[1]) * scale)}"', text)
    if route:
        text = text.replace("POST /checkout", route).replace('"/checkout"', json.dumps(route.split()[1]))
    request = json.loads(text)
    for resource in request.get("resourceSpans", []):
        for scope in resource["scopeSpans"]:
            scope["spans"] = [span for span in scope["spans"] if int(span["spanId"], 16) <= keep]
    if "resourceSpans" in request:
        request["resourceSpans"] = [resource for resource in request["resourceSpans"]
                                    if resource["scopeSpans"][0]["spans"]]
    return request


def fill(app, n=40, minutes=20):
    """Send `n` traces of the last `minutes`, the newest one whole. Returns its id."""
    chance = random.Random(1)
    now = time.time_ns()
    for number in range(n, 0, -1):
        trace_id = f"{chance.getrandbits(128):032x}"
        end = now - int(number * minutes * 60e9 / n * chance.uniform(0.6, 1.0))
        whole = chance.random() < 0.3
        app.post("traces", sample("traces.json", trace_id, end, chance.lognormvariate(-0.7, 0.7),
                                  None if whole else chance.choice(ROUTES[1:]),
                                  99 if whole else chance.choice((2, 4, 7))))
    trace_id = f"{chance.getrandbits(128):032x}"
    app.post("logs", sample("logs.json", trace_id, now))
    app.post("traces", sample("traces.json", trace_id, now))
    return trace_id
