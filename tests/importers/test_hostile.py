"""Values that are meant to break a reader, in every section of every format: read or refused, and cheaply.

`make mutants` puts them in at full size (FULGURITE_HUGE).
"""

import json
import os
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import InputError
from fulgurite.exports import native, v4
from fulgurite.model.report import decode
from tests import golden
from tests.importers import mutants
from tests.importers.test_mutants import ORIGINALS

HUGE = int(os.environ.get("FULGURITE_HUGE", "5000"))
MOST_SECTIONS = 12
PLACE = '"\\ufff0here"'
HOSTILE = {
    "lists without end": b"[" * 100_000,
    "lists in one another": b"[" * 100_000 + b"]" * 100_000,
    "objects in one another": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "as deep as can be read": b'{"a":' * 900 + b"1" + b"}" * 900,
    "a number of many digits": b"9" * 1_000_000,
    "beyond every float": b"1e400",
    "NaN": b"[NaN, -Infinity, Infinity]",
    "a lone surrogate": b'["\\ud800", {"\\udc00": "\\udfff\\ud800"}]',
    "NUL": b'["\\u0000", {"\\u0000a": "\\u0000"}, "\x00"]',
    "no UTF-8": b'["\xff\xfe", {"\xc3": 1}]',
    "names twice": b'{"a":1,"a":{"a":[],"a":"x"}}',
    "many names": b"{" + b",".join(b'"k%d":%d' % (at, at) for at in range(HUGE)) + b"}",
    "many objects": b"[" + b",".join(b'{"id":%d}' % at for at in range(HUGE)) + b"]",
    "many nothings": b"[" + b",".join(b"null" for _ in range(HUGE)) + b"]",
    "a long text": b'"' + b"x" * HUGE * 10 + b'"',
    "backslashes": b'"' + b"\\\\" * HUGE + b'"',
}


def _first_line(name: str, data: bytes) -> Any:
    """The object that the report is, or the first of its lines or of its list."""
    found = importers.Content(data).first
    return found if name != "procmon" else {}


CASES = {name.partition("/")[0]: data for name, data in reversed(ORIGINALS) if _first_line(name, data)}
"""One report a format, and a folder of real ones."""


def _read(data: bytes) -> None:
    """Reads `data`, tells it, and reads that again; or it is refused."""
    try:
        report = importers.read(data)
    except InputError:
        return
    assert decode(native.body(report)) == report
    v4.body(report)


@pytest.mark.parametrize("format_", sorted(CASES))
@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_in_every_section(format_: str, kind: str) -> None:
    data = CASES[format_]
    whole = _first_line(format_, data)
    for section in list(whole)[:MOST_SECTIONS]:
        told = json.dumps({**whole, section: json.loads(PLACE)})
        _read(told.encode().replace(PLACE.encode(), HOSTILE[kind]))


@pytest.mark.parametrize("format_", sorted(CASES))
def test_beside_every_section(format_: str) -> None:
    whole = json.dumps(_first_line(format_, CASES[format_])).encode()
    for put in HOSTILE.values():
        _read(whole[:-1] + b',"beside":' + put + b"}")
        _read(whole[:-1] + b"," + put[1:] if put[:1] == b"{" else put)
        _read(whole + put)


ODD = (
    b"1" * 400,
    b"-" + b"9" * 400,
    b"1e308",
    b"-1e308",
    b"18446744073709551616",
    b"-1",
    b"0.5",
    b"null",
    b"true",
    b'""',
    b'"0x"',
    b'"1e999"',
    b'"\\u0000"',
    b'"\\ud800"',
    b"[]",
    b"[[1]]",
    b"[null]",
    b'{"a":{"b":1}}',
    b'"9999-12-31T23:59:59.999-14:00"',
    b'"0001-01-01T00:00:00+14:00"',
    b"253402300800",
    b'"http://[::1"',
    b'"\xff"',
    b'"1.2.3.4:99999999999"',
    b'"T1055.9999999"',
)
STEP = 1 if HUGE > 5000 else len(ODD)
"""In a usual run one of the values in each place, in a full one all of them."""
MADE = [(name, data) for name, data in ORIGINALS if (golden.DATA / "importers" / name).exists()]


@pytest.mark.parametrize(("name", "data"), MADE, ids=[name for name, _ in MADE])
def test_in_every_place(name: str, data: bytes) -> None:
    bodies = mutants.bodies_in(data)
    for number, (holder, key) in enumerate(mutants.holders_in(bodies or [])):
        was, holder[key] = holder[key], json.loads(PLACE)
        told = "\n".join(map(json.dumps, bodies or [])).encode()
        holder[key] = was
        for put in ODD[number % STEP :: STEP]:
            _read(told.replace(PLACE.encode(), put))
    assert name
