"""Which events query strings ask for."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from fulgurite.api.filters import MAX_CHARACTERS, MAX_VALUES, buckets_of, filter_of, order_of, page_of
from fulgurite.api.problems import Problem
from fulgurite.model.activity import KINDS, SORTS, VERBS, Filter, Order, Window

NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1)
LABELS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FILTERS = st.builds(
    Filter,
    kinds=st.frozensets(st.sampled_from(KINDS)),
    verbs=st.frozensets(st.sampled_from(VERBS)),
    procids=st.frozensets(st.none() | NUMBERS, max_size=5),
    flows=st.frozensets(NUMBERS, max_size=5),
    signatures=st.frozensets(LABELS, max_size=3),
    text=LABELS,
    from_ms=st.none() | NUMBERS,
    to_ms=st.none() | NUMBERS,
)


def spelt(wanted: Filter) -> list[tuple[str, str]]:
    """The parameters that ask for `wanted`."""
    pairs = [("kind", kind) for kind in wanted.kinds] + [("verb", verb) for verb in wanted.verbs]
    pairs += [("procid", "none" if who is None else str(who)) for who in wanted.procids]
    pairs += [("flow", str(flow)) for flow in wanted.flows] + [("signature", label) for label in wanted.signatures]
    bounds = (("from_ms", wanted.from_ms), ("to_ms", wanted.to_ms))
    return [*pairs, ("q", wanted.text), *((name, str(value)) for name, value in bounds if value is not None)]


@given(FILTERS)
def test_what_is_asked_for_is_understood(wanted: Filter) -> None:
    assert filter_of(QueryParams(urlencode(spelt(wanted)))) == wanted


def test_several_values_may_have_commas_between_them_but_labels_not() -> None:
    asked = filter_of(QueryParams("kind=file,registry&kind=api,&procid=1,none&signature=a,b"))
    assert asked.kinds == {"file", "registry", "api"}
    assert asked.procids == {1, None}
    assert asked.signatures == {"a,b"}


NUMBERED = ["procid", "flow", "from_ms", "to_ms", "limit", "skip", "after", "event", "facets", "buckets"]
NAMES = ["kind", "verb", "signature", "q", "sort", *NUMBERED]
PAIRS = st.tuples(st.sampled_from(NAMES), st.text(max_size=6) | st.integers(-5, 600).map(str))


@given(st.lists(PAIRS, max_size=4))
def test_anything_is_understood_or_refused_with_the_reason(pairs: list[tuple[str, str]]) -> None:
    query = QueryParams(pairs)
    refusals: list[Problem] = []
    for read in (page_of, buckets_of):
        try:
            read(query)
        except Problem as problem:
            refusals.append(problem)
    assert all(one.code == 400004 and one.messages[1].partition(":")[0] in query for one in refusals)


def test_orders() -> None:
    assert order_of(QueryParams("")) == Order()
    assert [order_of(QueryParams(f"sort=-{sort}")) for sort in SORTS] == [
        Order(by=s, is_descending=True) for s in SORTS
    ]


def test_pages() -> None:
    assert page_of(QueryParams("")).window == Window(limit=100)
    page = page_of(QueryParams("limit=7&after=3&facets=1"))
    assert (page.window, page.with_facets) == (Window(limit=7, after=3), True)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=1e2",
        "skip=-1",
        "skip=1&after=1",
        "event=1&after=1",
        "from_ms=1.5",
        "to_ms=1234567890123456",
        "procid=%D9%A3",
        "sort=-",
        "sort=--time",
        "facets=yes",
        "kind=File",
        f"q={'x' * (MAX_CHARACTERS + 1)}",
        f"flow={'1,' * (MAX_VALUES + 1)}",
    ],
)
def test_what_cannot_be_meant_is_refused(query: str) -> None:
    with pytest.raises(Problem, match=query.partition("=")[0] if "&" not in query else "not together with"):
        page_of(QueryParams(query))
