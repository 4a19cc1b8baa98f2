"""The form of a rule file as a JSON Schema, for editors. Made from the same tables that rules are read by."""

from typing import Any

import msgspec

from fulgurite.model.attack import FORM
from fulgurite.model.verdict import MAX_SCORE, MIN_SCORE
from fulgurite.rules.conditions import MAX_PERCENT, TIME
from fulgurite.rules.fields import EVENT_KINDS, FIELDS, KINDS, Field
from fulgurite.rules.parse import CONFIDENCES, SYSTEMS, URL
from fulgurite.rules.patterns import NUMBER_TESTS, TEXT_TESTS

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COUNT = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string", "pattern": r"\S"}
_CONDITION = {"$ref": "#/$defs/condition"}
_CONDITIONS = {"type": "array", "items": _CONDITION, "minItems": 1}
_SAME = {
    "description": "What they have in common: process, tree, a field, or a list of these.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
}


def rendered() -> bytes:
    """The schema as indented JSON, the same bytes each time."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=1) + b"\n"


def schema() -> Schema:
    """The schema of a rule file."""
    return {
        "$schema": _DIALECT,
        "title": "A rule of Fulgurite",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "when", "cases"],
        "properties": _properties(),
        "$defs": {
            "condition": _condition(),
            "case": _case(),
            **{f"test_{kind}": _test(kind) for kind in ("text", "texts", "number", "flag")},
            **{f"fields_{word}": _fields(word, FIELDS[kind]) for word, kind in KINDS.items()},
        },
    }


def _properties() -> Schema:
    return {
        "name": {**_TEXT, "description": "As analysts know it."},
        "score": {
            "type": "integer",
            "minimum": MIN_SCORE,
            "maximum": MAX_SCORE,
            "description": "Left out: it informs and does not count.",
        },
        "confidence": {"enum": list(CONFIDENCES), "description": "How sure it is; bounds what the score counts."},
        "os": {"type": "array", "items": {"enum": list(SYSTEMS)}, "minItems": 1},
        "ttps": _list_of({"type": "string", "pattern": f"^{FORM.pattern}$"}),
        "tags": _list_of(_TEXT),
        "family": {**_TEXT, "description": "The family of malware that it tells."},
        "references": _list_of({"type": "string", "pattern": f"^{URL.pattern}$"}),
        "benign": {**_TEXT, "description": "What benign software does it too."},
        "description": _TEXT,
        "when": _CONDITION,
        "evidence": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"ioc": _TEXT, "description": _TEXT},
        },
        "cases": {
            "type": "object",
            "additionalProperties": False,
            "required": ["match", "miss"],
            "properties": {word: _list_of({"$ref": "#/$defs/case"}) for word in ("match", "miss")},
        },
    }


def _list_of(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _condition() -> Schema:
    time = {"type": "string", "pattern": f"^{TIME.pattern}$"}
    beside = {
        "count": _COUNT,
        "same": _SAME,
        "distinct": {"type": "string"},
        "within": time,
        "regular": {**_COUNT, "maximum": MAX_PERCENT},
    }
    kinds = [
        _one(word, {"$ref": f"#/$defs/fields_{word}"}, beside, {} if word in EVENT_KINDS else {"description": word})
        for word in KINDS
    ]
    joins = [
        _one("all", _CONDITIONS, {"same": _SAME}),
        _one("any", _CONDITIONS, {"least": _COUNT}),
        _one("not", _CONDITION, {}),
        _one("sequence", _CONDITIONS, {"same": _SAME, "within": time}),
        _one("rule", {"type": "string"}, {}),
    ]
    return {"oneOf": [*joins, *kinds]}


def _one(word: str, inner: Schema, beside: Schema, more: Schema | None = None) -> Schema:
    return {
        "type": "object",
        "required": [word],
        "additionalProperties": False,
        "properties": {word: inner, **beside},
        **(more or {}),
    }


def _fields(word: str, fields: dict[str, Field]) -> Schema:
    itself = {"$ref": f"#/$defs/fields_{word}"}
    joins = {"any": _list_of(itself), "all": _list_of(itself), "not": itself}
    tests = {name: {"$ref": f"#/$defs/test_{field.type}"} for name, field in fields.items()}
    return {"type": "object", "additionalProperties": False, "properties": {**tests, **joins}}


def _test(kind: str) -> Schema:
    if kind == "flag":
        return {"anyOf": [{"type": "boolean"}, _operators(kind, {}, {})]}
    value = {"type": "integer"} if kind == "number" else {"type": "string"}
    values = {"anyOf": [value, _list_of(value)]}
    words = NUMBER_TESTS if kind == "number" else TEXT_TESTS
    return {"anyOf": [value, _list_of(value), _operators(kind, values, dict.fromkeys(words, values))]}


def _operators(kind: str, values: Schema, tests: Schema) -> Schema:
    itself = {"$ref": f"#/$defs/test_{kind}"}
    more = (
        {"exists": {"type": "boolean"}}
        if not values
        else {
            "not": itself,
            "all": _list_of(itself),
            "exists": {"type": "boolean"},
        }
    )
    return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": {**tests, **more}}


def _case() -> Schema:
    events = {"type": "array", "items": {"type": "object", "minProperties": 1, "maxProperties": 1}}
    processes = {"type": "array", "items": {"type": "object", "required": ["procid"]}}
    whole = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"os": {"enum": list(SYSTEMS)}, "processes": processes, "events": events},
    }
    return {"anyOf": [events, whole]}
