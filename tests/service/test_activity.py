"""A report asked in parts, whatever form it is stored in."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fulgurite import importers
from fulgurite.errors import Damaged, InputError, NotFound
from fulgurite.exports.v4.events import some_of
from fulgurite.model import digest as digests
from fulgurite.model.activity import ActivityPage, Facets, Filter, Histogram, ListPage, Order, ReportHead, Window
from fulgurite.model.report import Report
from fulgurite.model.signature import Indicator, Signature
from fulgurite.model.viewer import PUBLIC
from fulgurite.service import evidence, rematch, rulebook, selecting
from fulgurite.service.activity import Activity, Asked
from fulgurite.store import Store, checking, compacting, framing
from tests import builders
from tests.importers.corpora import content, files
from tests.store.values import add_import, data_id, sandbox_id

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LARGE = 6_000
LARGEST_CAPE = sorted(files("cape_capa_testfiles"), key=lambda one: one.values[0] and -one.values[0].stat().st_size)[:1]
RULE = "name: own\nscore: 9\nwhen: {file: {verb: write}}\ncases: {match: [[]], miss: [[]]}\n"
OPEN, IN_ORDER = Filter(), Order()


def report(count: int, number: int = 1) -> Report:
    """A report of `count` writes, one a millisecond, every other of process 2, and of what is not timed."""
    writes = (
        builders.file_write(f"C:\\{'x' * 60}\\{n % 7}.txt", at_ms=n, procid=1 + n % 2, status=0) for n in range(count)
    )
    return builders.report(
        *writes,
        builders.flow_start(flow=3),
        processes=(builders.process(1), builders.process(2)),
        signatures=(
            Signature(name="Ours", label="both", is_ours=True, events=(1, 2, 99_999), event_count=2),
            Signature(name="Theirs", label="both", indicators=(Indicator(event=3), Indicator())),
            Signature(name="Unnamed"),
        ),
        sandbox_id=sandbox_id(number),
        data_id=data_id(number),
    )


@pytest.fixture
def activity(store: Store) -> Activity:
    return Activity(store, now=lambda: NOW)


@pytest.fixture(params=["small", "frames", "older"])
def kept(request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A stored report: a small one, a large one, a large one as it was stored before there were frames."""
    one = report(50 if request.param == "small" else LARGE)
    with monkeypatch.context() as patch:
        if request.param == "older":
            patch.setattr("fulgurite.store.records.LARGE_BYTES", 1 << 40)
        assert add_import(store, one, original=b"log").outcome == "stored"
    row = store.report(sandbox_id(1))
    assert row is not None
    assert (store.packing.framed(row) is not None) == (request.param == "frames")
    return one


def asked(wanted: Filter = OPEN, order: Order = IN_ORDER) -> Asked:
    return Asked(sandbox_id(1), wanted, order)


def page(activity: Activity, which: Asked, *, with_facets: bool = False, **window: Any) -> ActivityPage:
    return msgspec.json.decode(
        activity.page(which, Window(**window), PUBLIC, with_facets=with_facets), type=ActivityPage
    )


def indexes(one: ActivityPage) -> list[int]:
    return [event.index for event in one.events]


def test_the_head_is_the_report_and_its_figures(activity: Activity, kept: Report) -> None:
    head = msgspec.json.decode(activity.head(sandbox_id(1), PUBLIC), type=ReportHead)
    assert head.report == msgspec.structs.replace(kept, events=())
    assert head.digest == digests.digest(kept)
    assert head.events is not None
    assert (head.events.total, head.events.untimed, head.events.first_ms) == (len(kept.events), 1, 0)
    assert (head.entry.sandbox_id, head.left_out) == (sandbox_id(1), {})
    told = msgspec.json.decode(activity.listed(sandbox_id(1), "processes", 0, 10, PUBLIC), type=ListPage)
    assert told.total == 2


def test_pages_are_the_events_as_they_are(activity: Activity, kept: Report) -> None:
    one = page(activity, asked(), limit=10, skip=5)
    assert [bytes(event.event) for event in one.events] == [msgspec.json.encode(e) for e in kept.events[5:15]]
    assert (one.total, one.matching, one.searched, one.skip, one.next) == (*[len(kept.events)] * 3, 5, 14)
    last = page(activity, asked(), limit=10, after=len(kept.events) - 3)
    assert (indexes(last), last.next) == ([len(kept.events) - 2, len(kept.events) - 1], None)
    assert page(activity, asked(), skip=10**9).events == ()


def test_orders_and_places(activity: Activity, kept: Report) -> None:
    total = len(kept.events)
    newest_first = asked(Filter(procids=frozenset({2})), Order(by="time", is_descending=True))
    one = page(activity, newest_first, limit=3)
    assert indexes(one) == [total - 2, total - 4, total - 6]
    follows = page(activity, newest_first, limit=3, after=one.next)
    assert indexes(follows)[0] == total - 8
    there = page(activity, newest_first, limit=3, event=total - 10)
    assert (there.event_at, there.skip) == (4, 3)
    assert total - 10 in indexes(there)
    nowhere = page(activity, newest_first, limit=3, event=1)
    assert (nowhere.event_at, nowhere.skip) == (None, 0)
    with pytest.raises(InputError, match="after"):
        page(activity, newest_first, after=1)


def test_facets_leave_out_their_own_filter(activity: Activity, kept: Report) -> None:
    of_all = page(activity, asked(), with_facets=True).facets
    writes = len(kept.events) - 2
    assert of_all == Facets(
        kinds={"process_create": 1, "file": writes, "flow_start": 1},
        verbs={"write": writes},
        processes={"1": writes // 2 + 1, "2": writes // 2, "none": 1},
        flows={"3": 1},
        signatures={"both": 3},
    )
    wanted = Filter(kinds=frozenset({"file"}), procids=frozenset({2}))
    facets = page(activity, asked(wanted), with_facets=True).facets
    assert facets is not None
    assert facets.kinds == {"file": writes // 2}
    assert facets.processes == {"1": writes // 2, "2": writes // 2}
    assert (facets.verbs, facets.flows, facets.signatures) == ({"write": writes // 2}, {}, {"both": 1})


def test_events_behind_a_signature(activity: Activity, kept: Report) -> None:
    assert len(kept.signatures) == 3
    assert indexes(page(activity, asked(Filter(signatures=frozenset({"both"}))))) == [1, 2, 3]
    with pytest.raises(NotFound, match="'none'"):
        page(activity, asked(Filter(signatures=frozenset({"none"}))))


def test_the_endpoint_of_a_signature_tells_them_as_the_body_does(store: Store, kept: Report) -> None:
    told = msgspec.json.decode(evidence.behind(store, sandbox_id(1), "both", 10, 1, PUBLIC))
    assert (told["total"], told["kept"], told["next"], told["is_ours"]) == (2, 2, None, True)
    assert told["data"] == some_of(kept, [(2, kept.events[2])])


def test_histograms(activity: Activity, kept: Report) -> None:
    for _ in range(2):
        told = msgspec.json.decode(activity.histogram(asked(), 5, PUBLIC), type=Histogram)
        writes = len(kept.events) - 2
        assert told.kinds == {"process_create": (1, 0, 0, 0, 0), "file": (writes // 5,) * 5}
        assert (told.untimed, told.buckets) == (1, 5)
        assert (told.from_ms, told.to_ms) == (0, writes - 1)


def test_exports_hold_all_that_matches(activity: Activity, kept: Report) -> None:
    lines = b"".join(activity.exported(asked(), "ndjson", PUBLIC)).splitlines()
    assert [json.loads(line)["index"] for line in lines] == list(range(len(kept.events)))
    assert [json.loads(line)["event"] for line in lines] == [json.loads(msgspec.json.encode(e)) for e in kept.events]
    backwards = asked(Filter(procids=frozenset({2})), Order(by="time", is_descending=True))
    table = b"".join(activity.exported(backwards, "csv", PUBLIC)).decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [int(row["index"]) for row in rows] == [
        index for index in reversed(range(len(kept.events))) if kept.events[index].procid == 2
    ]
    assert {row["pid"] for row in rows} == {"1008"}


def test_an_export_that_could_not_hold_all_is_refused(
    activity: Activity, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_import(store, report(LARGE), original=b"log")
    monkeypatch.setattr(selecting, "MAX_SEARCHED_BYTES", framing.FRAME_BYTES)
    assert page(activity, asked(Filter(text="x"))).searched < LARGE
    with pytest.raises(InputError, match="only the first"):
        next(activity.exported(asked(Filter(text="x")), "csv", PUBLIC))


def test_what_is_not_there(activity: Activity) -> None:
    for ask in (
        lambda: activity.head(sandbox_id(9), PUBLIC),
        lambda: activity.listed(sandbox_id(9), "flows", 0, 1, PUBLIC),
        lambda: page(activity, asked()),
        lambda: activity.histogram(asked(), 3, PUBLIC),
        lambda: next(activity.exported(asked(), "csv", PUBLIC)),
    ):
        with pytest.raises(NotFound):
            ask()


def test_frames_live_through_compaction_and_new_rules(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yml").write_text(RULE)
    rule_set = rulebook.load([tmp_path / "rules"]).rules
    with Store.open(tmp_path / "data") as store:
        add_import(store, report(LARGE), original=b"log")
        before = page(Activity(store, now=lambda: NOW), asked(), limit=500, skip=LARGE // 2)
        assert rematch.apply(store, [tmp_path / "rules"], rule_set, jobs=1, progress=lambda _: None).done == 1
    with Store.open(tmp_path / "data") as store:
        # What the rules replaced is garbage.
        assert compacting.compact(store, now=NOW.timestamp()).packs == 1
        activity = Activity(store, now=lambda: NOW)
        assert list(checking.check(store)) == []
        row = store.report(sandbox_id(1))
        assert row is not None
        assert store.packing.framed(row) is not None
        assert page(activity, asked(), limit=500, skip=LARGE // 2) == before
        told = page(activity, asked(Filter(signatures=frozenset({"own"}))), limit=1)
        assert told.matching == 1_000


def test_what_is_no_report_is_named(activity: Activity, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add_import(store, report(3), original=b"log")
    monkeypatch.setattr(framing, "_MARK", b"elsewhere")
    with pytest.raises(Damaged, match=sandbox_id(1)):
        page(activity, asked())


@pytest.mark.parametrize("path", LARGEST_CAPE)
def test_the_largest_real_report_in_parts_is_what_it_is_as_a_whole(
    path: Path, activity: Activity, store: Store
) -> None:
    read = importers.read(content(path))
    whole = msgspec.structs.replace(read, sandbox_id=sandbox_id(1), data_id=data_id(1))
    assert add_import(store, whole, original=b"log").outcome == "stored"
    seen: list[bytes] = []
    one = page(activity, asked(), limit=500)
    while True:
        seen += [bytes(event.event) for event in one.events]
        if one.next is None:
            break
        one = page(activity, asked(), limit=500, after=one.next)
    assert seen == [msgspec.json.encode(event) for event in whole.events]
    head = msgspec.json.decode(activity.head(sandbox_id(1), PUBLIC), type=ReportHead)
    assert head.report is not None
    assert head.report.processes == whole.processes
    assert head.digest == digests.digest(whole)
    found = page(activity, asked(Filter(text="\\software\\microsoft", kinds=frozenset({"registry"}))), limit=1)
    assert found.matching == sum(
        "\\software\\microsoft" in json.dumps(json.loads(text), ensure_ascii=False).replace("\\\\", "\\").casefold()
        for text in seen
        if b'"event":"registry"' in text
    )
