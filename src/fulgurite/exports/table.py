"""Events as CSV, one a row, for spreadsheets.

What a sample wrote never becomes a formula there: a text that begins like one gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from fulgurite.model.activity import OBJECT_FIELDS
from fulgurite.model.events import Event
from fulgurite.model.process import Process

COLUMNS: Final = (
    "index",
    "at_ms",
    "procid",
    "pid",
    "image",
    "kind",
    "action",
    "object",
    "detail",
    "status",
    "flow",
    "count",
)
"""`action`: the verb or operation; `object`: what it was done to; `detail`: all other fields, as JSON."""
_ACTIONS: Final = ("verb", "op", "method", "kind", "proto", "type")
_OWN: Final = frozenset({"event", "procid", "at_ms", "count", "status", "flow"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How texts begin that a spreadsheet takes for a formula; the last four are the same signs in full width."""


def rows(events: Iterable[tuple[int, Event]], processes: Mapping[int, Process]) -> bytes:
    """`events`, each with its index, as CSV in UTF-8 without a head; `processes` by procid."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for index, event in events:
        process = None if event.procid is None else processes.get(event.procid)
        writer.writerow(_row(index, event, process))
    return text.getvalue().encode("utf-8", "replace")


HEAD: Final = ",".join(COLUMNS).encode() + b"\r\n"
"""The first row."""


def _row(index: int, event: Event, process: Process | None) -> list[object]:
    fields: dict[str, Any] = msgspec.to_builtins(event)
    rest = {name: value for name, value in fields.items() if name not in _OWN}
    action = _taken(rest, _ACTIONS)
    about = _taken(rest, OBJECT_FIELDS)
    return [
        index,
        event.at_ms,
        event.procid,
        None if process is None else process.pid,
        None if process is None else _safe(process.image),
        fields["event"],
        _safe(action),
        _safe(about),
        _safe(msgspec.json.encode(rest).decode()) if rest else None,
        fields.get("status"),
        fields.get("flow"),
        event.count,
    ]


def _taken(fields: dict[str, Any], names: Iterable[str]) -> str | None:
    """The first of these fields that is there, taken out of `fields`."""
    name = next((name for name in names if fields.get(name) is not None), None)
    return None if name is None else str(fields.pop(name))


def _safe(text: str | None) -> str | None:
    if text is None:
        return None
    return f"'{text}" if text.startswith(_FORMULA) else text
