"""The explorer as the server draws it: what the address asks for, and what the page shows of it."""

import json
from collections.abc import Iterator
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from fulgurite.errors import MalformedReport
from fulgurite.model import report as native
from fulgurite.model.events import DnsQuery, Event, FileAccess, RegistryAccess
from fulgurite.model.signature import Signature
from fulgurite.web.bridge import Answer
from fulgurite.web.explorer import asked_of, told_by
from tests import builders
from tests.api.running import Running
from tests.web.looking import look, text_of

HOSTILE = "C:\\<b>x</b>\u202egpj.exe"
COUNT = 250


def _events() -> Iterator[Event]:
    for number in range(COUNT - 2):
        yield FileAccess(procid=1 + number % 2, at_ms=number * 10, verb="read", op="OpenRead", path=f"C:\\{number:03}")
    yield RegistryAccess(procid=1, verb="write", op="SetValueKey", path=HOSTILE, value="1")
    yield DnsQuery(procid=2, at_ms=9_999, name="gate.example")


@pytest.fixture(scope="module")
def busy(web: Running) -> str:
    """The page of an analysis with COUNT events."""
    report = builders.report(
        sample=builders.sample(b"MZ busy", name="busy.exe"),
        source=builders.source(name="cape", engine=None),
        processes=(builders.process(1), builders.process(2, image="C:\\cmd.exe")),
        signatures=(Signature(name="Asks for a gate", label="test_gate", events=(COUNT - 1,)),),
        sandbox_id="e1" * 12,
        data_id=None,
    )
    whole = native.Report(
        **{name: getattr(report, name) for name in report.__struct_fields__} | {"events": tuple(_events())}
    )
    reply = web.ask("POST", "/v4/import", native.encode(whole), filename="busy.json")
    assert reply.status == 200, reply.body
    return f"/sandbox/{reply.json['data'][0]['sandbox_id']}/activity"


def test_first_page(web: Running, busy: str) -> None:
    page = look(web, busy)
    text = text_of(page)
    assert page.status == 200
    assert f"{COUNT} of {COUNT} events" in text
    assert "1\N{EN DASH}100" in text
    assert f'aria-rowcount="{COUNT + 1}"' in page.body.decode()
    assert "skip=100" in page.body.decode()


def test_a_filter_stands_in_the_address(web: Running, busy: str) -> None:
    page = look(web, f"{busy}?kind=registry&kind=dns_query&q=")
    text = text_of(page)
    assert f"2 of {COUNT} events" in text
    assert "C:\\<b>x</b>U+202Egpj.exe = 1" in text
    assert "gate[.]example" in text
    assert "<b>x" not in page.body.decode()
    assert "activity?kind=registry&amp;kind=dns_query&amp;format=csv" in page.body.decode()


def test_what_does_not_fit_can_still_be_chosen(web: Running, busy: str) -> None:
    shown = text_of(look(web, f"{busy}?kind=registry"))
    assert "cmd.exe (2) · 0" in shown
    assert "Asks for a gate · 0" in shown


def test_events_behind_a_signature(web: Running, busy: str) -> None:
    assert f"1 of {COUNT} events" in text_of(look(web, f"{busy}?signature=test_gate"))


def test_pages_lead_on_and_back(web: Running, busy: str) -> None:
    page = look(web, f"{busy}?skip=200&sort=-time").body.decode()
    assert "sort=-time&amp;skip=100" in page
    assert "skip=300" not in page
    assert 'aria-sort="descending"' in page


def test_one_event_in_full(web: Running, busy: str) -> None:
    text = text_of(look(web, f"{busy}?event={COUNT - 2}"))
    assert "201\N{EN DASH}250" in text
    assert f"Event {COUNT - 2} event registry" in text


def test_an_event_that_the_filter_leaves_out_is_shown_all_the_same(web: Running, busy: str) -> None:
    text = text_of(look(web, f"{busy}?event=3&kind=registry"))
    assert "Event 3 event file" in text
    assert f"1 of {COUNT} events" in text


def test_nothing_fits(web: Running, busy: str) -> None:
    assert "No event fits these filters." in text_of(look(web, f"{busy}?q=nowhere"))


@pytest.mark.parametrize("query", ["kind=teleport", "from_ms=soon", "sort=beauty", "skip=-1", "event=x"])
def test_what_the_interface_refuses_is_told(web: Running, busy: str, query: str) -> None:
    page = look(web, f"{busy}?{query}")
    assert page.status == 400
    assert "Traceback" not in page.body.decode()


def test_the_script_is_told_what_it_needs(web: Running, busy: str) -> None:
    page = look(web, busy).body.decode()
    start = page.index('data-explorer="') + len('data-explorer="')
    about = json.loads(unescape(page[start : page.index('"', start)]))
    assert (about["total"], about["names"]["2"]) == (COUNT, "cmd.exe")
    assert about["acts"]["file"]["object"] == [["", "path"], [" → ", "dst"]]


def test_what_is_asked_for() -> None:
    params = QueryParams("kind=file&kind=&kind=dns_query&q=+x+&from_ms=&sort=-time&theme=1&event=4")
    assert asked_of(params) == {"kind": ["file", "dns_query"], "q": "x", "sort": "-time", "event": "4"}


@given(st.lists(st.tuples(st.sampled_from(["kind", "q", "event", "procid", "other"]), st.text(max_size=600))))
def test_whatever_is_asked_for_is_bounded(items: list[tuple[str, str]]) -> None:
    for value in asked_of(QueryParams(items)).values():
        values = value if isinstance(value, list) else [value]
        assert len(values) <= 100
        assert all(0 < len(one) <= 500 for one in values)


def test_a_head_without_a_report_names_nothing() -> None:
    assert told_by(Answer(200, {}, b'{"entry": {}, "report": null}')).names == {}
    with pytest.raises(MalformedReport):
        told_by(Answer(200, {}, b"[]"))
