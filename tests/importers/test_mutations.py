"""Reports of every foreign format, hand-made and real, damaged at random: read or refused, never anything else."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError
from fulgurite.exports import native, v4
from fulgurite.model.report import decode
from tests import golden
from tests.importers import corpora
from tests.importers.test_golden import CASES

MOST_BYTES = 150_000
REAL = [
    corpora.content(path)
    for folder in ("triage_inquest", "triage_usaa", "cuckoo3", "cape_capa_testfiles", "speakeasy_v1_nebula")
    for path in sorted((corpora.CORPORA / folder).glob("*"))
    if path.stat().st_size < MOST_BYTES
]
WHOLE = [golden.input_of(case.values[1]) for case in CASES] + [data for data in REAL if len(data) < MOST_BYTES]  # type: ignore[arg-type]
ODD = st.sampled_from(
    [b"", b"\xff", b'"', b"{", b"[", b"NaN", b"\\ud800", b"\0", b"9" * 400, b"[" * 2000, b"1e999", b"-", b"null", b"\n"]
)
FRAMES = [
    b'{"info":{"version":"2.4-CAPE","started":%s},"malscore":%s,"behavior":{"processes":[{"process_id":%s,"calls":%s}]}}',
    b'{"info":{"version":"2.0.7","score":%s},"behavior":{"generic":%s},"network":{"tcp":%s},"signatures":[{"marks":%s}]}',
    b'{"version":"0.3","sample":{"size":%s},"analysis":{"score":%s},"processes":[{"pid":%s}],"extracted":[{"config":%s}]}',
    b'{"task_id":"1","score":%s,"signatures":%s,"ttps":%s,"processes":[{"procid":%s}]}',
    b'[{"ep_type":%s,"apis":[{"api_name":%s,"args":[%s]}],"error":%s}]',
    b'{"kind":"onemon.X","event":{"ts":%s,"pid":%s,"a":%s,"b":%s}}',
]
HOSTILE = [
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'{"a":' * 70 + b"1" + b"}" * 70,
    b"9" * 1_000_000,
    b"1e400",
    b"NaN",
    b"-Infinity",
    b'"\\ud800"',
    b'"\xff"',
    b'"\\u0000"',
    b'"\x01"',
    b"18446744073709551616",
    b"-9223372036854775809",
]


def _is_sound(data: bytes) -> None:
    """Reads `data`; what comes out can be stored, read again, and rendered."""
    with contextlib.suppress(InputError):
        report = importers.read(data)
        assert decode(native.body(report)) == report
        json.loads(v4.body(report))


@given(st.sampled_from(WHOLE), st.floats(0, 1), ODD, st.integers(0, 20))
@settings(max_examples=300)
def test_damaged_bytes(whole: bytes, share: float, put: bytes, cut: int) -> None:
    at = int(share * len(whole))
    _is_sound(whole[:at] + put + whole[at + cut :])


@pytest.mark.parametrize("frame", FRAMES, ids=["cape", "cuckoo", "triage", "cuckoo3", "speakeasy", "onemon"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values(frame: bytes, value: bytes) -> None:
    for place in range(4):
        parts: list[bytes] = [b"1"] * 4
        parts[place] = value
        _is_sound(frame % tuple(parts))


def _places(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every holder and key in `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        found.append((value, key))
        _places(held, found)
    return found


@given(st.data())
@settings(max_examples=300)
def test_values_of_another_kind(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([one for one in WHOLE if one[:1] in b"{[" and b"\n{" not in one]))
    body = json.loads(whole)
    places = _places(body, [])
    for _ in range(data.draw(st.integers(1, 5))):
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        holder[key] = data.draw(
            st.sampled_from([None, True, 0, -1, 2**64, 1.5, "", "x", "0x1f", [], {}, [None], {"a": 1}])
        )
    _is_sound(json.dumps(body).encode())
