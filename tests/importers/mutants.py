"""Reports damaged in ways that accidents and enemies would: thousands, each made anew from its number.

Bytes are turned over, cut, doubled and moved; of JSON also the values, names, order, nesting and references. What JSON
has no value for (NaN, halves of surrogates, names twice, a hundred thousand brackets) is put into the text as it is.
"""

import contextlib
import copy
import json
import random
import re
from collections.abc import Callable
from typing import Any

Holder = tuple[Any, Any]
"""A list or object, and a place or name in it."""

DEPTH = 100_000
LONG = 20_000
_MARK = "\ufff0raw%d\ufff0"
_REFERENCE = re.compile(r"id$|parent|ref", re.IGNORECASE)
_MARKED = re.compile(rb'"\\ufff0raw(\d+)\\ufff0"')

RAW: tuple[bytes, ...] = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"1" * 400,
    b"9" * 5000,
    b"-" + b"9" * 25,
    b"0." + b"3" * 400,
    b'"\\ud800"',
    b'"\\udfff\\ud800x"',
    b'"\\u0000"',
    b'"\x00\x01\n"',
    b'"\xff\xfe"',
    b"'single'",
    b"None",
    b"[" * 70 + b"]" * 70,
    b'{"a":' * 70 + b"1" + b"}" * 70,
    b"[" * 5000 + b"]" * 5000,
    b'{"a":1,"a":2,"a":[3]}',
    b'{"":{"":{"":0}}}',
    b"{" + b",".join(b'"k%d":%d' % (at, at) for at in range(300)) + b"}",
    b"",
    b"tr",
    b"//x\n1",
)
"""Text put in a value's place."""
BARE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**32 - 1, 2**53, 2**63, 2**64, -(2**63), 1.5, -1e308, 1e308, "", " ", "0",
    "-1", "0x", "0xffffffffffffffffff", "x" * LONG, "\\" * 999, "%s%n", "..\\..\\x", "C:\\", "HKLM", "T1055",
    "T9999.999", "9999-12-31T23:59:59.999+14:00", "0001-01-01T00:00:00-14:00", "2023-13-45 99:99:99,999",
    "1e999", "nan", "0" * 64, "f" * 32, "::", "[::1]:99999", "256.1.1.1:80", "http://[", "http://a:b:c/", "a\u0000b",
    "\u202egnp.exe", "\ufffd", "\U0001f600" * 50, [], {}, [None], [[]], [{}], {"": None}, {"id": {}},
    [1, "a", None, {}, []], {"a": 1}, [[1, 2], [3]],
)  # fmt: skip
"""Values put in a value's place."""
SPLICES: tuple[bytes, ...] = (
    b"", b"\x00", b"\xff", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\n", b"\r\n", b"<", b">", b"&", b"]]>",
    b"<!--", b"\\ud800", b"\\", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"NaN", b"9" * 400, b"[" * 3000, b"{" * 3000,
    b"<a>" * 300,
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;", b"&#x110000;", b"\x1b[2J", b"null", b"'", b"b'", b"()",
)  # fmt: skip
"""Bytes put between others."""


def mutant(original: bytes, seed: str) -> bytes:
    """`original`, damaged as `seed` says."""
    dice = random.Random(seed)  # noqa: S311 - to be made again, not to be guessed
    bodies = bodies_in(original)
    if bodies is None or dice.random() < 0.3:
        return _bytes_changed(original, dice)
    damaged = _values_changed(bodies, dice, is_one=_is_one(original))
    return _bytes_changed(damaged, dice) if dice.random() < 0.15 else damaged


def bodies_in(original: bytes) -> list[Any] | None:
    """The JSON documents that `original` is, one or a line each; None where it is none."""
    try:
        return [json.loads(original)]
    except (ValueError, RecursionError):
        pass
    try:
        return [json.loads(line) for line in original.splitlines() if line.strip() != b""] or None
    except (ValueError, RecursionError):
        return None


def _is_one(original: bytes) -> bool:
    with contextlib.suppress(ValueError, RecursionError):
        json.loads(original)
        return True
    return False


# --- bytes ------------------------------------------------------------------------------------------------------


def _bytes_changed(data: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.choice((1, 1, 1, 2, 5, 40))):
        data = dice.choice(_OF_BYTES)(data, dice)
    return data


def _span(data: bytes, dice: random.Random, longest: int = 2000) -> tuple[int, int]:
    start = dice.randint(0, len(data))
    return start, min(len(data), start + dice.randint(0, longest))


def _flipped(data: bytes, dice: random.Random) -> bytes:
    if data == b"":
        return data
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def _spliced(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice, 3)
    return data[:start] + dice.choice(SPLICES) + data[end:]


def _cut(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:start] + data[end:]


def _truncated(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randint(0, len(data))]


def _doubled(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    return data[:end] + data[start:end] * dice.choice((1, 2, 20)) + data[end:]


def _moved(data: bytes, dice: random.Random) -> bytes:
    start, end = _span(data, dice)
    rest = data[:start] + data[end:]
    at = dice.randint(0, len(rest))
    return rest[:at] + data[start:end] + rest[at:]


def _digits(data: bytes, dice: random.Random) -> bytes:
    found = list(re.finditer(rb"\d+", data[:100_000]))
    if not found:
        return data
    one = dice.choice(found)
    put = dice.choice((b"9" * 30, b"9" * 5000, b"-1", b"0", b"1e99", b"NaN", b"18446744073709551616", b"0x"))
    return data[: one.start()] + put + data[one.end() :]


def _requoted(data: bytes, dice: random.Random) -> bytes:
    """Another text between two quotes, or between two tags."""
    found = list(re.finditer(rb'(?<=")[^"<>\n]{0,200}(?=")|(?<=>)[^<>]{1,200}(?=<)', data[:100_000]))
    if not found:
        return data
    one = dice.choice(found)
    put = str(dice.choice(BARE)).encode("utf-8", "replace").replace(b"\x00", b"&#0;")
    return data[: one.start()] + put + data[one.end() :]


def _retagged(data: bytes, dice: random.Random) -> bytes:
    """An element left out, doubled, or put within itself."""
    found = list(re.finditer(rb"<(\w+)[^<>]*>[^<>]*</\1>|<\w+[^<>]*/>", data[:100_000]))
    if not found:
        return data
    one = dice.choice(found)
    put = dice.choice(
        (b"", one[0] * 2, one[0] * 50, b"<x>" * 70 + one[0] + b"</x>" * 70, one[0].replace(b">", b">" + one[0], 1))
    )
    return data[: one.start()] + put + data[one.end() :]


def _respelt(data: bytes, dice: random.Random) -> bytes:
    codec = dice.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7"))
    return data.decode("utf-8", "replace").encode(codec, "replace")


_OF_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _flipped, _flipped, _spliced, _spliced, _spliced, _cut, _truncated, _doubled, _moved, _digits, _requoted,
    _requoted, _retagged, _respelt,
)  # fmt: skip


# --- values -----------------------------------------------------------------------------------------------------


def _values_changed(bodies: list[Any], dice: random.Random, *, is_one: bool) -> bytes:
    tree: list[Any] = copy.deepcopy(bodies)
    raws: list[bytes] = []
    holders = holders_in(tree)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8, 30))):
        with contextlib.suppress(IndexError, KeyError, TypeError, ValueError, OverflowError):
            dice.choice(_OF_VALUES)(dice.choice(holders), holders, dice, raws)
    parts = [_written(one, raws) for one in tree]
    return parts[0] if is_one and parts else b"\n".join(parts)


def _written(value: Any, raws: list[bytes]) -> bytes:
    try:
        text = json.dumps(value).encode()
    except (ValueError, RecursionError):  # a value within itself
        return b"{}"
    return _MARKED.sub(lambda found: raws[int(found[1])], text)


def holders_in(value: Any, most: int = 20_000) -> list[Holder]:
    """Every place in `value`, the first `most` of them."""
    found: list[Holder] = []
    waiting = [value]
    while waiting and len(found) < most:
        one = waiting.pop()
        for key, inner in list(one.items()) if isinstance(one, dict) else list(enumerate(one)):
            found.append((one, key))
            if isinstance(inner, dict | list):
                waiting.append(inner)
    return found


def _raw(put: bytes, raws: list[bytes]) -> str:
    raws.append(put)
    return _MARK % (len(raws) - 1)


Change = Callable[[Holder, list[Holder], random.Random, list[bytes]], None]


def _replaced(one: Holder, _: list[Holder], dice: random.Random, __: list[bytes]) -> None:
    one[0][one[1]] = copy.deepcopy(dice.choice(BARE))


def _replaced_by_text(one: Holder, _: list[Holder], dice: random.Random, raws: list[bytes]) -> None:
    one[0][one[1]] = _raw(dice.choice(RAW), raws)


def _deep(one: Holder, _: list[Holder], dice: random.Random, raws: list[bytes]) -> None:
    depth = dice.choice((30, 60, 200, 990, 1010, DEPTH))
    opening, end = dice.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"children":[', b"]}")))
    one[0][one[1]] = _raw(opening * depth + b"1" + end * depth, raws)


def _wrapped(one: Holder, _: list[Holder], dice: random.Random, __: list[bytes]) -> None:
    value = one[0][one[1]]
    told = json.dumps(value)
    # What was multiplied before is not multiplied again: the mutants would grow, not what reads them.
    times = 50 if len(told) < LONG else 1
    one[0][one[1]] = dice.choice(([value], {"value": value}, str(value)[:1000], told[:1000], [value] * times))


def _spelt_otherwise(one: Holder, _: list[Holder], dice: random.Random, __: list[bytes]) -> None:
    value = one[0][one[1]]
    if isinstance(value, list):
        one[0][one[1]] = {str(at): inner for at, inner in enumerate(value)}
    elif isinstance(value, dict):
        one[0][one[1]] = list(value.values())
    elif isinstance(value, str):
        at = dice.randint(0, len(value))
        one[0][one[1]] = (
            value[:at] + dice.choice(("\x00", "\ud800", "\ufffe", "%00", "\\", '"', "x" * 999)) + value[at:]
        )
    elif isinstance(value, int | float):
        one[0][one[1]] = dice.choice((str(value), hex(int(value)), -value, value * 1.5, value * 10**20))


def _left_out(one: Holder, _: list[Holder], __: random.Random, ___: list[bytes]) -> None:
    del one[0][one[1]]


def _renamed(one: Holder, others: list[Holder], dice: random.Random, _: list[bytes]) -> None:
    names = [key for _, key in others if isinstance(key, str)]
    if isinstance(one[0], dict):
        one[0][dice.choice([*names, "", "a" * LONG, "\x00", "__proto__", "\ud800"])] = one[0].pop(one[1])


def _exchanged(one: Holder, others: list[Holder], dice: random.Random, _: list[bytes]) -> None:
    other = dice.choice(others)
    one[0][one[1]], other[0][other[1]] = copy.deepcopy(other[0][other[1]]), copy.deepcopy(one[0][one[1]])


def _reordered(one: Holder, _: list[Holder], dice: random.Random, __: list[bytes]) -> None:
    value = one[0][one[1]]
    if isinstance(value, list):
        dice.shuffle(value)
    elif isinstance(value, dict):
        listed = list(value.items())
        dice.shuffle(listed)
        value.clear()
        value.update(listed)


def _multiplied(one: Holder, _: list[Holder], dice: random.Random, __: list[bytes]) -> None:
    value = one[0][one[1]]
    if isinstance(value, list) and len(json.dumps(value)) < LONG:
        value *= dice.choice((2, 10, 50))


def _named_twice(one: Holder, _: list[Holder], dice: random.Random, raws: list[bytes]) -> None:
    value = one[0][one[1]]
    if isinstance(value, dict) and value:
        inner = json.dumps(value)[1:-1].encode()
        name = json.dumps(dice.choice(list(value))).encode()
        put = dice.choice((b"null", b"[]", b"{}", b"1", b'"x"', inner[:0] + b"NaN"))
        parts = [inner, name + b":" + put]
        dice.shuffle(parts)
        one[0][one[1]] = _raw(b"{" + b",".join(parts) + b"}", raws)


def _pointing_elsewhere(one: Holder, others: list[Holder], dice: random.Random, _: list[bytes]) -> None:
    """Numbers of processes and other references, all the same or in a circle."""
    name = dice.choice([key for _, key in others if isinstance(key, str) and _REFERENCE.search(key) is not None])
    same = dice.random() < 0.5
    told = [holder[name] for holder, key in others if key == name]
    for at, (holder, key) in enumerate(both for both in others if both[1] == name):
        holder[key] = told[0] if same else told[(at + 1) % len(told)]
    del one


_OF_VALUES: tuple[Change, ...] = (
    _replaced, _replaced, _replaced, _replaced_by_text, _replaced_by_text, _deep, _wrapped, _spelt_otherwise,
    _spelt_otherwise, _left_out, _left_out, _renamed, _exchanged, _exchanged, _reordered, _multiplied, _named_twice,
    _pointing_elsewhere,
)  # fmt: skip
