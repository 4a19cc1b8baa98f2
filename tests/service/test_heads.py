"""Heads of reports: bounded, and honest about it."""

import msgspec
import pytest
from hypothesis import given

from fulgurite.errors import Damaged, NotFound
from fulgurite.model import report as model
from fulgurite.model.activity import ListPage
from fulgurite.model.flow import Flow
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.static import StaticFacts
from fulgurite.service import heads
from tests import builders
from tests.strategies import reports

ID = "0" * 24
MANY = 3_000


def flow(number: int, text: str = "192.0.2.1:80") -> Flow:
    return Flow(flow=number, proto="tcp", src="10.0.0.1:1", dst=text)


def bounded(report: Report) -> tuple[Report, dict[str, tuple[int, int, str]]]:
    """The bounded head of `report`, and what was left out of it."""
    data, left_out = heads.bounded(model.encode(msgspec.structs.replace(report, events=())), ID)
    return model.decode(data), {name: (one.total, one.given, one.at) for name, one in left_out.items()}


@given(reports())
def test_a_usual_head_is_the_report_without_its_events(report: Report) -> None:
    assert bounded(report) == (msgspec.structs.replace(report, events=()), {})


def test_long_lists_are_cut_and_told() -> None:
    static = StaticFacts(imports=tuple(f"kernel32.f{number}" for number in range(MANY)))
    report = builders.report(flows=tuple(flow(number) for number in range(MANY)), static=static)
    head, left_out = bounded(report)
    assert head.static is not None
    assert (len(head.flows), len(head.static.imports)) == (heads.LISTS["flows"], heads.STATIC_ITEMS)
    assert left_out == {
        "flows": (MANY, heads.LISTS["flows"], f"/v4/sandbox/{ID}/report/flows"),
        "static.imports": (MANY, heads.STATIC_ITEMS, f"/v4/sandbox/{ID}/report/static.imports"),
    }


def test_large_elements_are_cut_by_their_bytes() -> None:
    head, left_out = bounded(builders.report(flows=tuple(flow(number, "x" * 100_000) for number in range(50))))
    assert len(head.flows) == 20
    assert left_out["flows"][:2] == (50, 20)
    alone, nothing = bounded(builders.report(flows=(flow(1, "x" * 3_000_000),)))
    assert (len(alone.flows), nothing) == (1, {})


def test_signatures_keep_their_first_events_and_indicators() -> None:
    signature = Signature(
        name="Odd", label="odd", events=tuple(range(500)), indicators=tuple(Indicator(event=n) for n in range(500))
    )
    head, left_out = bounded(builders.report(signatures=(signature, signature)))
    assert [(len(one.events), len(one.indicators)) for one in head.signatures] == [(20, 100)] * 2
    assert left_out == {
        "signatures.events": (1000, 40, f"/v4/sandbox/{ID}/signatures/{{label}}/events"),
        "signatures.indicators": (1000, 200, f"/v4/sandbox/{ID}/report/signatures"),
    }


def test_large_parts_of_a_foreign_body_are_left_to_the_body() -> None:
    head, left_out = bounded(builders.report(extra={"/summary/a": "x" * heads.EXTRA_BYTES, "/summary/b": 1}))
    assert (head.extra, left_out["extra"]) == ({}, (2, 0, f"/v4/sandbox/{ID}"))


def test_what_is_left_out_can_be_had_in_pages() -> None:
    static = StaticFacts(imports=tuple(f"kernel32.f{number}" for number in range(MANY)))
    head = model.encode(builders.report(flows=tuple(flow(number) for number in range(MANY)), static=static))
    told = msgspec.json.decode(heads.page(head, ID, "flows", MANY - 2, 5), type=ListPage)
    assert (told.total, told.skip, told.next) == (MANY, MANY - 2, None)
    assert [msgspec.json.decode(one, type=Flow).flow for one in told.items] == [MANY - 2, MANY - 1]
    told = msgspec.json.decode(heads.page(head, ID, "static.imports", 0, 1), type=ListPage)
    assert ([bytes(one) for one in told.items], told.next) == ([b'"kernel32.f0"'], 1)
    for name in heads.PAGED:
        assert msgspec.json.decode(heads.page(b"{}", ID, name, 0, 1), type=ListPage).total == 0


def test_there_are_no_other_lists() -> None:
    with pytest.raises(NotFound, match="processes"):
        heads.page(b"{}", ID, "events", 0, 1)
    with pytest.raises(Damaged):
        heads.bounded(b"[]", ID)
