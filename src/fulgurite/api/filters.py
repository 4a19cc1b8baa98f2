"""Which events are asked for, as query strings say it. What is not understood is refused, with the reason."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from starlette.datastructures import QueryParams

from fulgurite.api.problems import Problem
from fulgurite.model.activity import KINDS, NOBODY, SORTS, VERBS, Filter, Order, Window

MAX_LIMIT: Final = 500
"""Events of one page."""
DEFAULT_LIMIT: Final = 100
MAX_BUCKETS: Final = 500
DEFAULT_BUCKETS: Final = 120
MAX_VALUES: Final = 500
"""Of one parameter."""
MAX_CHARACTERS: Final = 500
"""Of the text looked for, and of a label."""
_MAX_NUMBER: Final = 10**15
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_PLACES: Final = ("skip", "after", "event")

_Value = TypeVar("_Value")


class Page(NamedTuple):
    """A page of events, and whether counts are to come with it."""

    filter: Filter
    order: Order
    window: Window
    with_facets: bool


def filter_of(query: QueryParams) -> Filter:
    """Which events `query` asks for. Raises Problem 400004."""
    return Filter(
        kinds=frozenset(_words(query, "kind", KINDS)),
        verbs=frozenset(_words(query, "verb", VERBS)),
        procids=frozenset(_values(query, "procid", lambda text: None if text == NOBODY else _number("procid", text))),
        flows=frozenset(_values(query, "flow", lambda text: _number("flow", text))),
        signatures=frozenset(_text("signature", text) for text in _few("signature", query.getlist("signature"))),
        text=_text("q", query.get("q", "")),
        from_ms=_optional(query, "from_ms"),
        to_ms=_optional(query, "to_ms"),
    )


def order_of(query: QueryParams) -> Order:
    """In which order: `sort` is one of SORTS, with `-` in front descending. Raises Problem 400004."""
    text = query.get("sort", SORTS[0])
    word = text.removeprefix("-")
    found = next((sort for sort in SORTS if sort == word), None)
    if found is None:
        raise _problem("sort", f"one of {', '.join(SORTS)}, with - in front the other way round")
    return Order(by=found, is_descending=text != word)


def page_of(query: QueryParams) -> Page:
    """Which page of them. Raises Problem 400004."""
    given = [name for name in _PLACES if name in query]
    if len(given) > 1:
        raise _problem(given[-1], f"not together with {given[0]}")
    window = Window(
        limit=_within(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT),
        skip=_within(query, "skip", 0, 0, _MAX_NUMBER),
        after=_index(query, "after"),
        event=_index(query, "event"),
    )
    return Page(filter_of(query), order_of(query), window, _flag(query, "facets"))


def buckets_of(query: QueryParams) -> int:
    """How many parts of time are counted by themselves. Raises Problem 400004."""
    return _within(query, "buckets", DEFAULT_BUCKETS, 1, MAX_BUCKETS)


def _problem(name: str, expected: str) -> Problem:
    return Problem(400004, f"{name}: {expected}")


def _few(name: str, values: Sequence[str]) -> Sequence[str]:
    if len(values) > MAX_VALUES:
        raise _problem(name, f"at most {MAX_VALUES} values")
    return values


def _values(query: QueryParams, name: str, read: Callable[[str], _Value]) -> list[_Value]:
    """The values of a parameter that may be repeated, or have several with commas."""
    texts = [text for given in query.getlist(name) for text in given.split(",") if text != ""]
    return [read(text) for text in _few(name, texts)]


def _words(query: QueryParams, name: str, known: Sequence[str]) -> list[str]:
    def read(text: str) -> str:
        if text not in known:
            raise _problem(name, f"of {', '.join(known)}")
        return text

    return _values(query, name, read)


def _number(name: str, text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise _problem(name, "whole numbers of at most 15 digits")
    return int(text)


def _optional(query: QueryParams, name: str) -> int | None:
    text = query.get(name)
    return None if text is None else _number(name, text)


def _index(query: QueryParams, name: str) -> int | None:
    return _within(query, name, 0, 0, _MAX_NUMBER) if name in query else None


def _within(query: QueryParams, name: str, default: int, least: int, most: int) -> int:
    value = _number(name, query.get(name, str(default)))
    if not least <= value <= most:
        raise _problem(name, f"{least} to {most}")
    return value


def _flag(query: QueryParams, name: str) -> bool:
    text = query.get(name, "0")
    if text not in {"0", "1"}:
        raise _problem(name, "0 or 1")
    return text == "1"


def _text(name: str, text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise _problem(name, f"at most {MAX_CHARACTERS} characters")
    # Halves of characters that a query may spell are in no report.
    return text.encode("utf-8", "replace").decode()
