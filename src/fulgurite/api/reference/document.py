"""The OpenAPI 3.1 document of the interface, made of the table of endpoints and the tables in this folder."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from fulgurite import __version__
from fulgurite.api.problems import MESSAGES
from fulgurite.api.reference import shapes
from fulgurite.api.reference.operations import OPERATIONS, PATH, TAGS
from fulgurite.api.reference.words import JSON, Operation, Parameter, Schema, Sent
from fulgurite.model.key import Role

_REFERENCE = "#/components/schemas/{name}"
_SAYS = """\
Dynamic analysis of programs, compatible with the v4 interface of MetaDefender Cloud.

Every answer but those of pictures, pages and streams is compact JSON. An error has the body
`{"error":{"code":...,"messages":[...]}}`; the first three digits of a code are the status. A path may have a trailing
slash and doubled ones; names of headers may be spelt with `_` or `-`. Where GET is answered, HEAD is too. Any other
method is answered with 405000 and `Allow`, any other path with 404000.

A key goes into the header `apikey`. Its role is one of `read`, `submit` (which may read too) and `admin`. Answers to a
key say in `X-RateLimit-*` what is used of its daily quota; 429 says in `Retry-After` when to come back.
"""
_WORD = re.compile(r"[a-z0-9]+(?!:)")
_OUR_FAULT = (500001, 503000)
_NO_HTTP = 400000
_HEAD = 400023
"""Too many header lines, on any path."""
_WRONG_KEY = (401006, 403002)
_WRONG_ROLE = 403003
_OVER_QUOTA = 429000
_THROTTLED = 429001
_STATUS = 1000
_HTTP_NAMES = {
    400: "The request is not right",
    401: "No key, or none that is known",
    403: "Not with this key",
    404: "Not found",
    406: "The body is no JSON",
    408: "Too slow",
    429: "Too much",
    500: "A fault of the server",
    503: "Not now",
}
_HEADERS: dict[str, tuple[str, Schema]] = {
    "X-Authenticated": ("How.", {"type": "string"}),
    "X-Account-Type": ("Always `other`.", {"type": "string"}),
    "X-RateLimit-For": ("The quota that is spoken of.", {"enum": ["sandbox_api", "prevention_api", "reputation_api"]}),
    "X-RateLimit-Limit": ("How many a day.", {"type": "integer", "minimum": 0}),
    "X-RateLimit-Used": ("How many were used.", {"type": "integer", "minimum": 0}),
    "X-RateLimit-Remaining": ("How many are left.", {"type": "integer", "minimum": 0}),
    "X-RateLimit-Reset-In": ("When the day is over, as `86400s`.", {"type": "string", "pattern": "^[0-9]+s$"}),
    "X-RateLimit-Interval": ("A day, in seconds.", {"type": "integer"}),
}
_OF_EVERY_ANSWER: dict[str, tuple[str, Schema]] = {
    "X-Content-Type-Options": ("Always `nosniff`.", {"const": "nosniff"}),
    "X-Response-Time": ("How long it took, as `3ms`.", {"type": "string", "pattern": "^[0-9]+ms$"}),
}
_RETRY_AFTER = {"Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0})}


class Row(NamedTuple):
    """What the document is told of one endpoint."""

    method: str
    path: str
    role: Role | None
    is_counted: bool = False
    is_throttled: bool = False
    is_poll: bool = False

    @property
    def name(self) -> str:
        """How the table of operations calls it."""
        return f"{self.method} {self.path.replace(':path}', '}')}"


def document(rows: Iterable[Row]) -> dict[str, Any]:
    """The document over `rows`. One that the table of operations does not have is left out."""
    paths: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row.name.partition(" ")[::-1]):
        if row.name in OPERATIONS:
            _, _, path = row.name.partition(" ")
            paths.setdefault(path, {})[row.method.lower()] = _operation(row, OPERATIONS[row.name])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fulgurite",
            "version": __version__,
            "description": _SAYS,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "headers": {
                name: {"description": says, "required": True, "schema": schema}
                for name, (says, schema) in {**_HEADERS, **_OF_EVERY_ANSWER, **_RETRY_AFTER}.items()
            },
            "securitySchemes": {"apikey": {"type": "apiKey", "in": "header", "name": "apikey"}},
        },
    }


def _schemas() -> dict[str, Any]:
    named = {
        shape
        for _, shape in inspect.getmembers(shapes, inspect.isclass)
        if issubclass(shape, msgspec.Struct) and shape is not msgspec.Struct
    }
    named.update(shape for about in OPERATIONS.values() if isinstance(about.answers, tuple) for shape in about.answers)
    _, found = msgspec.json.schema_components(sorted(named, key=lambda shape: shape.__name__), ref_template=_REFERENCE)
    return {name: _plain(schema) for name, schema in sorted(found.items())}


def _plain(schema: Any) -> Any:
    """`schema` without the defaults of fields that are left out when they have them."""
    if isinstance(schema, dict):
        return {name: _plain(part) for name, part in schema.items() if not (name == "default" and part is None)}
    # A default may be an empty tuple.
    return [_plain(part) for part in schema] if isinstance(schema, list | tuple) else schema


def _operation(row: Row, about: Operation) -> dict[str, Any]:
    given = {one.name: one for one in about.parameters}
    in_path = [part[1:-1] for part in row.name.partition(" ")[2].split("/") if part.startswith("{")]
    parameters = [given.pop(name) if name in given else PATH[name] for name in in_path] + list(given.values())
    shown: dict[str, Any] = {
        "tags": [about.tag],
        "summary": about.summary,
        "description": " ".join(part for part in (about.says, _of_key(row)) if part),
        "operationId": _identifier(row),
        "parameters": [_parameter(one) for one in parameters],
        "responses": _responses(row, about),
        "security": [{"apikey": []}] if row.role is not None else [],
    }
    if about.body is not None:
        shown["requestBody"] = _body(about.body)
    return shown


def _identifier(row: Row) -> str:
    return "_".join([row.method.lower(), *_WORD.findall(row.path.removeprefix("/v4"))])


def _of_key(row: Row) -> str:
    if row.role is None:
        return "No key is asked for."
    poll = " Where the server is set so (`keyless_poll`), no key is needed." if row.is_poll else ""
    return f"For keys of role `{row.role}`.{poll}{' Throttled.' if row.is_throttled else ''}"


def _parameter(one: Parameter) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": one.name, "in": one.place, "description": one.says, "schema": one.schema}
    if one.place == "path":
        shown["required"] = True
    if one.example is not None:
        shown["example"] = one.example
    return shown


def _body(sent: Sent) -> dict[str, Any]:
    content = {media: {"schema": schema} for media, schema in sent.media}
    if sent.example is not None:
        content[JSON]["example"] = sent.example
    return {"description": sent.says, "required": sent.is_required, "content": content}


def _responses(row: Row, about: Operation) -> dict[str, Any]:
    codes: dict[int, list[int]] = {}
    for code in sorted({*about.errors, *_codes(row)}):
        codes.setdefault(code // _STATUS, []).append(code)
    media = {about.media: {"schema": _answer(about.answers)}, **{kind: {"schema": one} for kind, one in about.also}}
    common = _OF_EVERY_ANSWER if row.role is None else {**_OF_EVERY_ANSWER, **_HEADERS}
    if row.is_poll:
        common = _OF_EVERY_ANSWER
    responses: dict[str, Any] = {"200": {"description": "Done", "headers": _headers(common), "content": media}}
    if row.method == "GET" and row.role is not None and about.media == JSON:
        responses["304"] = {"description": "The client has it, by its `If-None-Match`"}
    shape = shapes.OldError if about.is_old else shapes.Error
    for status, some in codes.items():
        responses[str(status)] = _failure(status, some, shape)
    return responses


def _codes(row: Row) -> list[int]:
    codes = [_HEAD, _NO_HTTP, *_OUR_FAULT]
    if row.role is not None:
        codes += _WRONG_KEY
    if row.role in {Role.SUBMIT, Role.ADMIN}:
        codes.append(_WRONG_ROLE)
    if row.is_counted:
        codes.append(_OVER_QUOTA)
    if row.is_throttled:
        codes.append(_THROTTLED)
    return codes


def _failure(status: int, codes: Sequence[int], shape: type[msgspec.Struct]) -> dict[str, Any]:
    told = "\n".join(f"- `{code}` {MESSAGES.get(code, '')}" for code in codes)
    schema = {
        # Errors of keys and quotas come before the endpoint, in the shape of today.
        "allOf": [{"$ref": _REFERENCE.format(name=shapes.Error.__name__)}],
        "properties": {"error": {"properties": {"code": {"enum": list(codes)}}}},
    }
    shown: dict[str, Any] = {
        "description": f"{_HTTP_NAMES[status]}\n\n{told}",
        "headers": _headers(_RETRY_AFTER) if _OVER_QUOTA in codes or _THROTTLED in codes else {},
        "content": {JSON: {"schema": schema}},
    }
    if shape is shapes.OldError:
        shown["description"] += f"\n\nIn the shape `{shape.__name__}`, unless the key is at fault."
    return {name: part for name, part in shown.items() if part != {}}


def _headers(names: Mapping[str, object]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _answer(answers: tuple[type[msgspec.Struct], ...] | Schema) -> Schema:
    if isinstance(answers, dict):
        return answers
    references = [{"$ref": _REFERENCE.format(name=shape.__name__)} for shape in answers]
    return references[0] if len(references) == 1 else {"anyOf": references}
