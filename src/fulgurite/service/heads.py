"""The head of a report, everything but its events: bounded, so that it costs no more than a page can show.

What is left out is told, each with where it can be had.
"""

from typing import Any, Final

import msgspec

from fulgurite.errors import Damaged, NotFound
from fulgurite.model.activity import LeftOut, ListPage
from fulgurite.model.signature import Signature

LISTS: Final[dict[str, int]] = {
    "processes": 10_000,
    "flows": 1_000,
    "artifacts": 1_000,
    "signatures": 1_000,
    "configs": 100,
    "families": 100,
    "tags": 1_000,
    "ttps": 1_000,
    "reasons": 1_000,
}
"""Lists of a report, and how many elements of each are in its head at most."""
LIST_BYTES: Final = 2 << 20
"""Of the elements of one list in a head, as JSON; the first is there whatever its size."""
SIGNATURE_EVENTS: Final = 20
SIGNATURE_INDICATORS: Final = 100
"""Of each signature."""
STATIC_ITEMS: Final = 2_000
"""Of each list of what the bytes of the sample tell."""
PAGED: Final = (*LISTS, *(f"static.{name}" for name in ("imports", "exports", "sections", "resources")))
"""Lists that can be had in pages."""
EXTRA_BYTES: Final = 16 << 10
"""A larger `extra` is not in a head: the body has its parts as they came."""

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, Any] | None)
_items = msgspec.json.Decoder(list[msgspec.Raw])
_signatures = msgspec.json.Decoder(list[Signature])
_encoder = msgspec.json.Encoder()


def bounded(head: bytes, sandbox_id: str) -> tuple[bytes, dict[str, LeftOut]]:
    """`head`, a native report without events, within the bounds above; and what was left out. Raises Damaged."""
    fields = _decoded(_fields, head)
    left_out: dict[str, LeftOut] = {}
    base = f"/v4/sandbox/{sandbox_id}"
    for name, most in LISTS.items():
        items = _list(fields, name)
        given = _fitting(items, most)
        if len(given) < len(items):
            fields[name] = _raw(given)
            left_out[name] = LeftOut(total=len(items), given=len(given), at=f"{base}/report/{name}")
    if "signatures" in fields:
        _shorten_signatures(fields, left_out, base)
    if "static" in fields:
        _shorten_static(fields, left_out, base)
    if len(fields.get("extra", b"")) > EXTRA_BYTES:
        total = len(_decoded(_fields, fields.pop("extra")))
        left_out["extra"] = LeftOut(total=total, given=0, at=base)
    return _encoder.encode(fields), left_out


def page(head: bytes, sandbox_id: str, name: str, skip: int, limit: int) -> bytes:
    """A ListPage of the list `name` of `head`, as JSON. Raises NotFound for another name, Damaged."""
    if name not in PAGED:
        raise NotFound(f"a report has no list {name!r}; there are {', '.join(PAGED)}")
    outer, _, inner = name.partition(".")
    fields = _decoded(_fields, head)
    if inner:
        fields = _decoded(_fields, fields[outer]) if outer in fields else {}
    items = _list(fields, inner or outer)
    given = items[skip : skip + limit]
    end = skip + len(given)
    told = ListPage(
        sandbox_id=sandbox_id,
        list=name,
        total=len(items),
        skip=skip,
        items=tuple(given),
        next=end if given and end < len(items) else None,
    )
    return _encoder.encode(told)


def _list(fields: dict[str, msgspec.Raw], name: str) -> list[msgspec.Raw]:
    given = fields.get(name)
    found: list[msgspec.Raw] = [] if given is None or bytes(given) == b"null" else _decoded(_items, given)
    return found


def _fitting(items: list[msgspec.Raw], most: int) -> list[msgspec.Raw]:
    """The first of `items`, as many as the bounds allow."""
    left = LIST_BYTES
    for number, item in enumerate(items[:most]):
        left -= len(item)
        if left < 0 and number > 0:
            return items[:number]
    return items[:most]


def _shorten_signatures(fields: dict[str, msgspec.Raw], left_out: dict[str, LeftOut], base: str) -> None:
    signatures = _decoded(_signatures, fields["signatures"])
    shortened = [
        msgspec.structs.replace(
            one, events=one.events[:SIGNATURE_EVENTS], indicators=one.indicators[:SIGNATURE_INDICATORS]
        )
        for one in signatures
    ]
    fields["signatures"] = _raw(shortened)
    for what, at in (("events", f"{base}/signatures/{{label}}/events"), ("indicators", f"{base}/report/signatures")):
        total = sum(len(getattr(one, what)) for one in signatures)
        given = sum(len(getattr(one, what)) for one in shortened)
        if given < total:
            left_out[f"signatures.{what}"] = LeftOut(total=total, given=given, at=at)


def _shorten_static(fields: dict[str, msgspec.Raw], left_out: dict[str, LeftOut], base: str) -> None:
    static: dict[str, Any] = _decoded(_object, fields["static"]) or {}
    for name, value in static.items():
        if isinstance(value, list) and len(value) > STATIC_ITEMS:
            static[name] = value[:STATIC_ITEMS]
            left_out[f"static.{name}"] = LeftOut(
                total=len(value), given=STATIC_ITEMS, at=f"{base}/report/static.{name}"
            )
    if any(name.startswith("static.") for name in left_out):
        fields["static"] = _raw(static)


def _decoded(decoder: msgspec.json.Decoder[Any], data: bytes | msgspec.Raw) -> Any:
    try:
        return decoder.decode(data)
    except msgspec.DecodeError as error:
        raise Damaged(f"the head of a native report is damaged: {error}") from error


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(_encoder.encode(value))
