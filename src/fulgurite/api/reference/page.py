"""The OpenAPI document as one page for people: plain HTML and CSS, nothing from elsewhere, no script.

It is built as a tree, so whatever stands in the document is text on the page and never markup.
"""

from collections.abc import Iterable
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

Node = Element | str
Document = dict[str, Any]

STYLE_PATH = "/v4/docs/style.css"
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
}
STYLE = b"""\
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 0; font-size: 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid var(--line); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
p { white-space: pre-line; }
article { margin: 1.5rem 0; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
nav ul { columns: 18rem; padding-left: 1rem; }
b.method { display: inline-block; min-width: 3.5rem; }
"""


def page(document: Document) -> bytes:
    """The page that shows `document`."""
    info = document["info"]
    title = f"{info['title']} {info['version']}"
    head = _node(
        "head",
        _node("meta", charset="utf-8"),
        _node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _node("title", title),
        _node("link", rel="stylesheet", href=STYLE_PATH),
    )
    operations = [
        (method.upper(), path, about) for path, row in document["paths"].items() for method, about in row.items()
    ]
    body = _node("body", _node("h1", title), _node("p", info["description"]))
    body.append(_node("p", _node("a", "The same as OpenAPI 3.1", href="/v4/openapi.json")))
    body.append(_contents(document, operations))
    for tag in document["tags"]:
        body.append(_node("h2", tag["name"]))
        body.append(_node("p", tag["description"]))
        body.extend(_article(*one) for one in operations if tag["name"] in one[2]["tags"])
    body.append(_node("h2", "Shapes"))
    body.extend(_shape(name, schema) for name, schema in document["components"]["schemas"].items())
    markup: bytes = tostring(_node("html", head, body, lang="en"), encoding="utf-8", method="html")
    return b"<!doctype html>\n" + markup


def _contents(document: Document, operations: Iterable[tuple[str, str, Document]]) -> Element:
    nav = _node("nav")
    operations = list(operations)
    for tag in document["tags"]:
        links = [
            _node("li", _node("a", f"{method} {path}", href=f"#{about['operationId']}"))
            for method, path, about in operations
            if tag["name"] in about["tags"]
        ]
        nav.append(_node("b", tag["name"]))
        nav.append(_node("ul", *links))
    return nav


def _article(method: str, path: str, about: Document) -> Element:
    heading = _node("h3", _node("b", method, **{"class": "method"}), _node("code", path))
    shown = _node("article", heading, _node("p", about["summary"]), id=about["operationId"])
    shown.append(_node("p", about["description"]))
    if about["parameters"]:
        rows = [[_node("code", one["name"]), one["in"], one["description"]] for one in about["parameters"]]
        shown.append(_table(("Parameter", "In", ""), rows))
    body = about.get("requestBody")
    if body is not None:
        rows = [[_node("code", media), _kind(one["schema"])] for media, one in body["content"].items()]
        shown.append(_table(("Body", body["description"]), rows))
        for one in body["content"].values():
            if "example" in one:
                shown.append(_node("pre", msgspec.json.encode(one["example"]).decode()))
    answers: list[list[Node]] = []
    for status, one in about["responses"].items():
        media = ", ".join(one.get("content", {}))
        kinds = [_kind(content["schema"]) for content in one.get("content", {}).values()]
        answers.append([status, _node("p", one["description"]), media, _node("span", *kinds)])
    shown.append(_table(("Answer", "", "Type", "Shape"), answers))
    return shown


def _shape(name: str, schema: Document) -> Element:
    shown = _node("article", _node("h3", name), id=f"shape-{name}")
    if "description" in schema:
        shown.append(_node("p", schema["description"]))
    needed = set(schema.get("required", ()))
    rows = [
        [_node("code", field), "always" if field in needed else "", _kind(one), one.get("description", "")]
        for field, one in schema.get("properties", {}).items()
    ]
    shown.append(_table(("Field", "", "Type", ""), rows))
    return shown


def _kind(schema: Document) -> Element:
    """What a value of `schema` is, in few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _node("span", _node("a", name, href=f"#shape-{name}"), " ")
    for word, between in (("anyOf", " or "), ("allOf", " and ")):
        if word in schema:
            parts: list[Node] = []
            for one in schema[word]:
                parts += [between, _kind(one)] if parts else [_kind(one)]
            return _node("span", *parts)
    if "enum" in schema:
        return _node("span", ", ".join(str(value) for value in schema["enum"]))
    if schema.get("type") == "array":
        return _node("span", "list of ", _kind(schema.get("items", {})))
    return _node("span", str(schema.get("type", "anything")))


def _table(names: Iterable[str], rows: Iterable[Iterable[Node]]) -> Element:
    table = _node("table", _node("thead", _node("tr", *(_node("th", name) for name in names))))
    body = SubElement(table, "tbody")
    body.extend(_node("tr", *(_node("td", cell) for cell in row)) for row in rows)
    return table


def _node(tag: str, *children: Node, **attributes: str) -> Element:
    node = Element(tag, attributes)
    for child in children:
        if isinstance(child, str):
            _say(node, child)
        else:
            node.append(child)
    return node


def _say(node: Element, text: str) -> None:
    """Appends `text` to what stands in `node`."""
    if len(node) == 0:
        node.text = (node.text or "") + text
    else:
        node[-1].tail = (node[-1].tail or "") + text
