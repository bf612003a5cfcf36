# SPDX-License-Identifier: GPL-3.0-or-later
"""A web page whose fields are edited elsewhere, in the same browser as the windows of the editor."""

import http.server
import os
import threading

from flowtest import wait_until
from vscode import HERE

LIBRARY = "http://{}/web-dev-sync/web-dev-sync.js"


class Site:
    """Serves page.html, with the library of the hub; the hub may come back on another port."""

    def __init__(self, place):
        self.place = place
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = site.html().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        place.ctl("pair", "allow", self.origin)

    def html(self):
        with open(os.path.join(HERE, "page.html"), encoding="utf-8") as stream:
            return stream.read().replace("LIBRARY", LIBRARY.format(f"127.0.0.1:{self.place.hub.discovery['port']}"))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Page:
    """The page in a tab of the browser."""

    def __init__(self, editor, name, site):
        self.browser, self.name = editor.browser, name
        self.do("visit", url=f"{site.origin}/")

    def do(self, action, **how):
        return self.browser.do(action, self.name, **how)

    def evaluate(self, source, *argument):
        return self.do("evaluate", source=source, argument=argument)

    def value(self, field="note"):
        return self.evaluate("([id]) => document.getElementById(id).value", field)

    def put(self, text, field="note"):
        self.evaluate("([id, text]) => { const field = document.getElementById(id); field.value = text; field.dispatchEvent(new Event('input')); }",
                      field, text)

    def edit(self, field="note"):
        self.do("click", selector=f"[data-for={field}]")

    def state(self, field="note"):
        return self.evaluate("([id]) => document.querySelector(`[data-for=${id}]`).dataset.state", field)

    def type(self, text, at=0, field="note"):
        """As a person does, at a place of the field."""
        self.evaluate("([id, at]) => { const field = document.getElementById(id); field.focus(); field.setSelectionRange(at, at); }",
                      field, at)
        self.do("type", text=text)

    def wait(self, part, field="note"):
        wait_until(lambda: part in self.value(field), f"{part!r} in the page")
