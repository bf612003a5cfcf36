#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`flowctl open`: the right file and line reach the editor, and nothing else ever does."""

import os

from flowtest import attributes, log_request, request, run, span, wait_until


def prepare(place, *spans, logs=()):
    """A project with a file, an editor that writes down its arguments, and a trace."""
    hub = place.start_hub()
    hub.post("traces", request(spans))
    if logs:
        hub.post("logs", log_request(logs))
    place.folder("project/.git")
    place.file = place.write("project/src/app.ts", "one\ntwo\nthree\n")
    place.said = os.path.join(place.top, "said")
    editor = place.write("editor", '#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done > "$FLOW_SAID.new"\n'
                                   'mv "$FLOW_SAID.new" "$FLOW_SAID"\n', 0o755)
    place.env["FLOW_SAID"] = place.said
    place.ctl("settings", "set", "editor-command", f"{editor} --at {{line}}:{{column}} {{file}}")
    return os.path.join(place.top, "project")


def opened(place):
    with open(place.said, encoding="utf-8") as stream:
        return stream.read().splitlines()


def test_the_line_opens(place):
    project = prepare(place, span(1, 1, "root"), span(1, 2, "here", parent=1, code__file__path="src/app.ts",
                                                      code__line__number=2, code__column__number=7))
    place.ctl("open", f"{1:032x}:{2:016x}", "--wait", cwd=project)
    assert opened(place) == ["--at", "2:7", place.file], opened(place)
    os.unlink(place.said)

    # without --wait the editor goes on by itself
    place.ctl("open", "last", cwd=os.path.join(project, "src"))
    wait_until(lambda: os.path.exists(place.said), "the editor")
    assert opened(place) == ["--at", "2:7", place.file], opened(place)


def test_numbers_as_others_send_them(place):
    project = prepare(place, span(1, 1, "deno", code__file__path="file://" + place.top + "/project/src/app.ts",
                                  code__line__number=3.0),
                      span(2, 1, "old", code__filepath="src/app.ts", code__lineno="2"))
    assert place.text("open", f"{1:032x}", "--print", cwd=project) == f"{place.top}/project/src/app.ts:3:1\n"
    assert place.text("open", f"{2:032x}", "--print", cwd=project) == f"{place.file}:2:1\n"


def test_path_map(place):
    prepare(place, span(1, 1, "in a container", code__file__path="/app/src/app.ts", code__line__number=1))
    place.ctl("open", "last", status=1)
    assert "path-maps" in place.errors, place.errors
    place.ctl("settings", "set", "path-maps", f"[('sh*', '/app', '{place.top}/project')]")
    assert place.json("open", "last", "--print") == {"file": place.file, "line": 1, "column": 0, "from": "span"}
    place.ctl("settings", "set", "path-maps", f"[('other', '/app', '{place.top}/project')]")
    place.ctl("open", "last", status=1)


def test_workspace_folder(place):
    prepare(place, span(1, 1, "relative", code__file__path="src/app.ts", code__line__number=1))
    place.ctl("open", "last", status=1)
    place.ctl("settings", "set", "workspace-folders", f"['{place.top}/project']")
    assert place.json("open", "last", "--print")["file"] == place.file


def test_frames_elsewhere(place):
    stack = "Error: boom\n    at handler (/app/src/app.ts:2:9)\n    at main (/app/src/main.ts:3:1)"
    event = {"name": "exception", "timeUnixNano": "1700000000000000001",
             "attributes": attributes(exception__type="Error", exception__stacktrace=stack)}
    prepare(place, span(1, 1, "in a container", events=[event]))
    place.ctl("open", f"{1:032x}:{1:016x}", status=1)
    assert "/app/src/app.ts" in place.errors and "path-maps" in place.errors, place.errors
    place.ctl("settings", "set", "path-maps", f"[('shop', '/app', '{place.top}/project')]")
    assert place.json("open", "last", "--print") == {"file": place.file, "line": 2, "column": 9, "from": "exception"}


def test_exception_then_log(place):
    stack = ("Error: boom\n    at read (node:fs:1:1)\n    at q (/elsewhere/node_modules/pg/client.js:5:1)\n"
             "    at outside (/etc/passwd:1:1)\n    at handler (@/src/app.ts:2:9)\n    at main (@/src/app.ts:3:1)")
    event = {"name": "exception", "timeUnixNano": "1700000000000000001", "attributes": attributes(
        exception__type="Error", exception__stacktrace=stack.replace("@", place.top + "/project"))}
    project = prepare(place, span(1, 1, "fails", events=[event]), span(2, 1, "logs"), span(3, 1, "silent"), logs=[
        {"timeUnixNano": "1700000000000000001", "body": {"stringValue": "here"}, "traceId": f"{2:032x}",
         "spanId": f"{1:016x}", "attributes": attributes(code__file__path="src/app.ts", code__line__number=1)}])
    assert place.json("open", f"{1:032x}", "--print", cwd=project) == {"file": place.file, "line": 2, "column": 9,
                                                                       "from": "exception"}
    assert place.json("open", f"{2:032x}", "--print", cwd=project) == {"file": place.file, "line": 1, "column": 0,
                                                                       "from": "log"}
    place.ctl("open", f"{3:032x}", status=1, cwd=project)
    assert "code.file.path" in place.errors, place.errors


def test_error_first(place):
    project = prepare(place, span(1, 1, "root", code__file__path="src/app.ts", code__line__number=1),
                      span(1, 2, "bad", parent=1, status={"code": 2}, code__file__path="src/app.ts",
                           code__line__number=3))
    assert place.text("open", "last", "--print", cwd=project).endswith(":3:1\n")


def test_refused(place):
    """None of these reaches the editor, whatever is on the disk."""
    bad = ["+!touch pwned", "-c", "--help", "../secret", "link", "fifo", "src", ".", "/dev/null", "/etc/passwd",
           "/proc/self/environ", "src/app.ts\n", "\u001b]0;x\u0007", "https://example.com/src/app.ts",
           "file:///etc/passwd", "no/such/file"]
    project = prepare(place, *(span(i + 1, 1, "bad", code__file__path=file, code__line__number=1)
                               for i, file in enumerate(bad)))
    place.write("secret", "x")
    place.write("project/+!touch pwned", "x")
    place.write("project/-c", "x")
    os.symlink("../secret", os.path.join(project, "link"))
    os.mkfifo(os.path.join(project, "fifo"))
    for i, file in enumerate(bad):
        place.ctl("open", f"{i + 1:032x}", "--wait", cwd=project, status=1)
        assert place.errors and "\x1b" not in place.errors, (file, place.errors)
        assert not os.path.exists(place.said), (file, opened(place))
    assert not os.path.exists(os.path.join(project, "pwned"))


def test_the_user_may_say_yes(place):
    prepare(place, span(1, 1, "elsewhere", code__file__path=place.top + "/other/x.py", code__line__number=4))
    file = place.write("other/x.py", "x")
    place.write("other/y.py", "y")
    place.ctl("open", "last", "--wait", status=1)  # nobody to ask

    status, shown = place.on_terminal(["open", "last", "--wait"], "n\n")
    assert status == 1 and "outside every known folder" in shown and not os.path.exists(place.said), shown
    status, shown = place.on_terminal(["open", "last", "--wait"], "y\n")
    assert status == 0 and opened(place) == ["--at", "4:1", file], shown
    os.unlink(place.said)

    place.ctl("open", "last", "--wait")  # remembered
    assert opened(place) == ["--at", "4:1", file]
    remembered = os.path.join(place.env["XDG_STATE_HOME"], "flowscope", "trusted-paths")
    assert os.stat(remembered).st_mode & 0o777 == 0o600


def test_no_shell(place):
    name = "$(touch pwned);`touch pwned`'\"{line}.ts"
    project = prepare(place, span(1, 1, "odd name", code__file__path="src/" + name, code__line__number=2))
    file = place.write("project/src/" + name, "x")
    place.ctl("open", "last", "--wait", cwd=project)
    assert opened(place) == ["--at", "2:1", file], opened(place)
    assert not any("pwned" in os.listdir(folder) for folder in (place.top, project, project + "/src"))


def test_editors(place):
    project = prepare(place, span(1, 1, "here", code__file__path="src/app.ts", code__line__number=2))
    place.ctl("settings", "reset", "editor-command")
    path = place.folder("bin")
    place.ctl("open", "last", cwd=project, status=1, env={"PATH": path})
    assert "editor-command" in place.errors, place.errors
    # an editor for windows is chosen only where there are windows, one for terminals only in a terminal
    place.write("bin/kate", f'#!/bin/sh\n. "{place.top}/editor"\n', 0o755)
    place.write("bin/nano", f'#!/bin/sh\n. "{place.top}/editor"\n', 0o755)
    shell = {"PATH": path + ":/usr/bin:/bin"}
    place.ctl("open", "last", "--wait", cwd=project, env={**shell, "DISPLAY": ":99"})
    assert opened(place) == ["--line", "2", "--column", "1", place.file], opened(place)
    status, shown = place.on_terminal(["open", "last"], "", cwd=project, env={**shell, "EDITOR": "nano"})
    assert status == 0 and opened(place) == ["+2,1", place.file], (shown, opened(place))
    # a given one wins
    place.ctl("open", "last", "--wait", "--editor", f"{place.top}/editor x {{file}}", cwd=project)
    assert opened(place) == ["x", place.file], opened(place)
    place.ctl("open", "last", "--editor", "vim", cwd=project, status=1)
    assert "terminal" in place.errors, place.errors
    place.ctl("open", "last", "--editor", "no-such-editor", cwd=project, status=1)
    place.ctl("open", "last", "--wait", "--editor", "false", cwd=project, status=1)
    place.ctl("open", "last", "--editor", "'", cwd=project, status=2)


run(globals())
