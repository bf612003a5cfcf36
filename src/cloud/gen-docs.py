#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that shows the API's description: gen-docs.py OPENAPI-JSON HTML"""

import html
import json
import re
import sys

STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --link: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --link: #78aeed; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; border-radius: 6px; overflow-x: auto; }
a { color: var(--link); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: 0 .75rem; }
summary { padding: .5rem 0; cursor: pointer; }
summary code { font-weight: bold; }
.method { display: inline-block; min-width: 4.5rem; }
.soft { opacity: .75; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .25rem .5rem .25rem 0; text-align: start; vertical-align: top; }
"""


def text(words):
    """A description; what stands between backticks is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(words, quote=False))


class Page:
    def __init__(self, document):
        self.document = document
        self.out = []

    def add(self, *lines):
        self.out += lines

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for step in node["$ref"].removeprefix("#/").split("/"):
                at = at[step]
            node = at
        return node

    def shape(self, schema, depth=0):
        """A schema as something like JSON that people read at a glance."""
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        schema = self.resolve(schema)
        pad = "  " * (depth + 1)
        if "anyOf" in schema:
            return " | ".join(self.shape(one, depth) for one in schema["anyOf"])
        if "enum" in schema:
            return " | ".join(json.dumps(value) for value in schema["enum"])
        if schema.get("type") == "array":
            return "[" + self.shape(schema["items"], depth) + ", …]"
        if schema.get("type") == "object" and "properties" in schema:
            lines = []
            for key, member in schema["properties"].items():
                mark = "" if key in schema.get("required", ()) else "?"
                note = self.resolve(member).get("description", "") if "$ref" not in member else ""
                lines.append(f"{pad}{key}{mark}: {self.shape(member, depth + 1)}" + (f"  // {note}" if note else ""))
            return "{\n" + "\n".join(lines) + "\n" + "  " * depth + "}"
        return name or self.plain(schema)

    @staticmethod
    def plain(schema):
        kind = schema.get("type", "anything")
        if "pattern" in schema:
            return f"{kind} /{schema['pattern']}/"
        if "maxLength" in schema:
            return f"{kind}, at most {schema['maxLength']} characters"
        return kind

    def show_content(self, content):
        for media_type, inner in content.items():
            self.add(f"<p class=soft><code>{media_type}</code></p>")
            self.add(f"<pre>{html.escape(self.shape(inner['schema']), quote=False)}</pre>")

    def show_operation(self, method, path, operation):
        self.add(f"<details id={operation['operationId']}>",
                 f"<summary><code><span class=method>{method.upper()}</span>{html.escape(path)}</code> "
                 f"{text(operation['summary'])}</summary>")
        if "description" in operation:
            self.add(f"<p>{text(operation['description'])}</p>")
        self.add("<p class=soft>" + ("With an access token." if operation["security"] else "For everybody.") + "</p>")
        if "requestBody" in operation:
            self.add(f"<h4>Body, at most {operation['x-max-body']:,} bytes</h4>")
            self.show_content(operation["requestBody"]["content"])
        self.add("<h4>Answers</h4>", "<table>")
        for status, answer in operation["responses"].items():
            answer = self.resolve(answer)
            codes = " ".join(f"<code>{code}</code>" for code in answer.get("x-codes", ()))
            self.add(f"<tr><td>{status}<td>{codes}<td>{text(answer['description'])}")
        self.add("</table>")
        for answer in operation["responses"].values():
            if "$ref" not in answer and "content" in answer:
                self.show_content(answer["content"])
        self.add("</details>")

    def show(self):
        info = self.document["info"]
        title = html.escape(info["title"])
        self.add("<!DOCTYPE html>", "<html lang=en>", "<meta charset=utf-8>",
                 "<meta name=viewport content='width=device-width'>", f"<title>{title}</title>",
                 f"<style>{STYLE}</style>", f"<h1>{title}</h1>", f"<p>{text(info['description'])}</p>",
                 "<p>For programs: <a href=openapi.json>openapi.json</a>.</p>")
        for tag in self.document["tags"]:
            self.add(f"<h2>{tag['name']}</h2>", f"<p>{text(tag['description'])}</p>")
            for path, methods in self.document["paths"].items():
                for method, operation in methods.items():
                    if tag["name"] in operation["tags"]:
                        self.show_operation(method, path, operation)
        self.add("<h2>Types</h2>")
        for name, schema in self.document["components"]["schemas"].items():
            self.add(f"<h3 id={name}>{name}</h3>", f"<p>{text(schema.get('description', ''))}</p>",
                     f"<pre>{html.escape(self.shape(schema), quote=False)}</pre>")
        return "\n".join(self.out) + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        document = json.load(stream)
    with open(sys.argv[2], "w", encoding="utf-8") as stream:
        stream.write(Page(document).show())


main()
