"""A report in parts, over HTTP."""

import csv
import io
import json
from datetime import UTC, datetime

import msgspec
import pytest

from fulgurite.exports import v4
from fulgurite.model.activity import ActivityPage, Histogram, ListPage, ReportHead
from fulgurite.model.events import Event
from fulgurite.model.key import Role
from fulgurite.model.signature import Signature
from fulgurite.model.task import RunOptions
from fulgurite.service.submit import submit
from fulgurite.store.tasks import Limits
from tests import builders
from tests.api.running import Running

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
COUNT = 3_000
FORMULA = "=cmd|' /C calc'!A0"


def stored(api: Running, *events: Event, key_id: int | None = None) -> str:
    """A finished analysis with these events; its sandbox_id."""
    store = api.store
    kept = submit(
        store,
        b"MZ activity",
        options=RunOptions(),
        file_name=None,
        key_id=key_id,
        now=LONG_AGO,
        private_to=key_id,
    )
    task = store.claim(datetime.now(UTC), Limits())
    assert task is not None
    assert task.data_id == kept.data_id
    report = msgspec.structs.replace(
        builders.report(*events, sandbox_id=task.sandbox_id),
        signatures=(Signature(name="Odd", label="odd", is_ours=True, events=tuple(range(1, 60)), event_count=59),),
    )
    assert store.add_run(report, original=b"log", body=v4.body(report), format_="runlog", now=LONG_AGO)
    return task.sandbox_id


@pytest.fixture(scope="module")
def sandbox_id(api: Running) -> str:
    """An analysis with so many events that it is stored in frames."""
    paths = (f"C:\\Users\\Admin\\AppData\\Local\\Temp\\{'x' * 150}\\{number}.txt" for number in range(COUNT))
    events = (builders.file_write(path, at_ms=number * 10, status=0) for number, path in enumerate(paths))
    return stored(api, *events, builders.flow_start(at_ms=5), builders.file_write(FORMULA))


def page(api: Running, sandbox_id: str, query: str = "") -> ActivityPage:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity?{query}")
    assert reply.status == 200, reply.body
    return msgspec.json.decode(reply.body, type=ActivityPage)


def test_the_head_of_a_report(api: Running, sandbox_id: str) -> None:
    head = msgspec.json.decode(api.ask("GET", f"/v4/sandbox/{sandbox_id}/report").body, type=ReportHead)
    assert head.entry.sandbox_id == sandbox_id
    report = head.report
    assert report is not None
    assert (report.sandbox_id, report.events, len(report.signatures[0].events)) == (sandbox_id, (), 20)
    assert head.left_out["signatures.events"].total == 59
    assert head.events is not None
    assert (head.events.total, head.events.kinds["file"]) == (COUNT + 3, COUNT + 1)
    assert head.digest is not None
    assert head.digest.of("files").events == COUNT + 1


def test_an_analysis_that_waits_has_no_report_yet(api: Running) -> None:
    kept = submit(api.store, b"MZ waits", options=RunOptions(), file_name=None, key_id=None, now=datetime.now(UTC))
    [task] = api.store.tasks_of(kept.data_id)
    head = msgspec.json.decode(api.ask("GET", f"/v4/sandbox/{task.sandbox_id}/report").body, type=ReportHead)
    assert (head.report, head.events, head.digest, head.entry.state) == (None, None, None, "pending")
    assert api.ask("GET", f"/v4/sandbox/{task.sandbox_id}/activity").code == 404001


def test_pages_follow_one_another(api: Running, sandbox_id: str) -> None:
    seen: list[int] = []
    after = ""
    while True:
        one = page(api, sandbox_id, f"limit=500&kind=file{after}")
        seen += [event.index for event in one.events]
        if one.next is None:
            break
        after = f"&after={one.next}"
    assert seen == [*range(1, COUNT + 1), COUNT + 2]


def test_filters_sorts_and_counts(api: Running, sandbox_id: str) -> None:
    found = page(api, sandbox_id, "q=%5C17.TXT&facets=1&sort=-time")
    assert [event.index for event in found.events] == [18]
    assert found.facets is not None
    assert (found.facets.kinds, found.facets.signatures) == ({"file": 1}, {"odd": 1})
    assert page(api, sandbox_id, "signature=odd&from_ms=100&to_ms=109").events[0].index == 11
    assert page(api, sandbox_id, f"event={COUNT}&limit=7").event_at == COUNT


def test_empty_fields_of_a_form_ask_for_nothing(api: Running, sandbox_id: str) -> None:
    assert (
        page(api, sandbox_id, "kind=&q=&from_ms=&sort=&limit=&skip=&signature=&format=&facets=").matching == COUNT + 3
    )


def test_the_histogram(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity/histogram?buckets=3&kind=file")
    told = msgspec.json.decode(reply.body, type=Histogram)
    assert (told.kinds, told.untimed) == ({"file": (1000, 1000, 1000)}, 1)


@pytest.mark.parametrize("headers", [{"accept": "application/x-ndjson"}, {}])
def test_all_that_match_as_lines(api: Running, sandbox_id: str, headers: dict[str, str]) -> None:
    form = "" if headers else "&format=ndjson"
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity?kind=file{form}", **headers)
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert reply.headers["content-disposition"] == f'attachment; filename="{sandbox_id}-activity.ndjson"'
    assert [json.loads(line)["index"] for line in reply.body.splitlines()] == [*range(1, COUNT + 1), COUNT + 2]


def test_all_that_match_as_csv_without_formulas(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity?q=calc&format=csv")
    assert reply.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(reply.body.decode()))
    assert (row["index"], row["object"]) == (str(COUNT + 2), f"'{FORMULA}")


def test_lists_in_pages(api: Running, sandbox_id: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/report/processes?limit=1")
    told = msgspec.json.decode(reply.body, type=ListPage)
    assert (told.total, len(told.items), told.next) == (1, 1, None)
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/report/nothing").code == 404001


@pytest.mark.parametrize(
    "query",
    ["kind=nothing", "limit=501", "sort=size", "after=1&skip=1", "format=xml", "after=0&kind=file", "q=" + "x" * 501],
)
def test_what_is_not_understood_is_refused(api: Running, sandbox_id: str, query: str) -> None:
    reply = api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity?{query}")
    assert (reply.code, len(reply.json["error"]["messages"])) == (400004, 2)


def test_what_is_not_there(api: Running, sandbox_id: str) -> None:
    for path in ("report", "report/flows", "activity", "activity?format=csv", "activity/histogram"):
        assert api.ask("GET", f"/v4/sandbox/{'0' * 24}/{path}").code == 404001
    assert api.ask("GET", f"/v4/sandbox/{sandbox_id}/activity?signature=none").code == 404001


def test_what_is_private_is_not_there_for_others(api: Running) -> None:
    api.new_key(Role.SUBMIT, "activity owner")
    owner = next(key for key in api.store.listed_keys() if key.name == "activity owner")
    private = stored(api, builders.flow_start(), key_id=owner.id)
    stranger = api.new_key(Role.READ, "activity stranger")
    for path in ("report", "report/flows", "activity", "activity?format=ndjson", "activity/histogram"):
        assert api.ask("GET", f"/v4/sandbox/{private}/{path}", key=stranger).code == 404001
    assert page(api, private).total == 2
