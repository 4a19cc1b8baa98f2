"""What comes as a v4 body goes out as that body: importers.metadefender and exports.v4 held together."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.exports import v4
from fulgurite.exports.v4.vocabulary import BUCKETS, COMMON, VOCABULARY
from fulgurite.model.report import OURS, Report, Source
from tests import golden
from tests.strategies import JSON, TEXT, TYPED_EVENTS, built, reports

SMALL = st.integers(0, 3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("proc", "pid", "flow", "proc_target", "index", "count", "time", "address", "size"), SMALL),
    "orig": st.booleans(),
    "kind": st.sampled_from(["Existing", "Create"]),
    "cmd": TEXT | st.lists(TEXT, max_size=2),
    "image": st.sampled_from(["C:\\a\\b.exe", "c.exe", ""]),
    "remote_port": st.sampled_from(["80", "080", "x", "٣", "65535", ""]),
    "domains": st.just(["a.test"]) | st.lists(TEXT, max_size=2),
    "questions": st.just([{"name": "a.test", "type": "IN A"}]) | JSON,
    "answers": st.lists(
        st.fixed_dictionaries(
            {"name": st.just("a.test"), "type": st.sampled_from(["IN A", "IN CNAME", "MX"]), "value": TEXT}
        ),
        max_size=2,
    ),
    "ip": st.lists(TEXT, max_size=2),
    "headers": st.lists(TEXT, max_size=2),
    "args": st.lists(TEXT, max_size=2),
    "status": SMALL | st.sampled_from(["200", "0200"]),
    "value": SMALL | TEXT,
}
"""Values of fields, mostly of the form that has a type."""


def _items(n: str, fields: tuple[str, ...]) -> st.SearchStrategy[Any]:
    values = {field: VALUES.get(field, TEXT) for field in (*fields, *COMMON)}
    whole = st.fixed_dictionaries({}, optional=values)
    d = st.one_of(
        whole, whole, st.tuples(whole, st.dictionaries(TEXT, JSON, max_size=1)).map(lambda p: {**p[0], **p[1]})
    )
    return st.fixed_dictionaries(
        {"n": st.just(n), "d": d},
        optional={"name": st.sampled_from(["b.exe", "c.exe", ""])} if "image" in fields else {},
    )


ITEMS = st.one_of([_items(row.n.format(os="windows"), row.fields) for row in VOCABULARY]) | st.fixed_dictionaries(
    {"n": TEXT, "d": st.dictionaries(TEXT, JSON, max_size=2)}, optional={"name": TEXT}
)
LISTS = st.lists(ITEMS, max_size=4) | st.lists(ITEMS, max_size=4) | JSON
DATA = st.dictionaries(st.sampled_from([*BUCKETS, "flowLabels", "other", "a/b~c"]), LISTS, max_size=5)
PROCESS = st.fixed_dictionaries(
    {"procid": SMALL},
    optional={
        "pid": SMALL,
        "ppid": SMALL,
        "procid_parent": SMALL,
        "cmd": TEXT | st.lists(TEXT, max_size=1),
        "image": st.sampled_from(["C:\\a\\b.exe"]),
        "orig": st.booleans(),
        "started": SMALL,
        "terminated": SMALL,
        "odd": JSON,
    },
)
INDICATOR = st.fixed_dictionaries(
    {}, optional={"ioc": TEXT, "procid": SMALL, "at": SMALL, "flow": SMALL, "procid_target": SMALL, "stream": SMALL}
)
SIGNATURE = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        "indicators": st.lists(INDICATOR, max_size=2) | JSON,
        "score": st.integers(0, 11) | st.none() | st.floats(0, 10),
        "ttp": st.lists(TEXT, max_size=2),
        "tags": st.lists(TEXT, max_size=2),
        "desc": TEXT,
        "family": TEXT,
    },
)
DUMP = st.fixed_dictionaries(
    {"name": TEXT, "kind": TEXT},
    optional={"at": SMALL, "addr": SMALL, "length": SMALL, "size": SMALL, "md5": TEXT, "sha512": TEXT, "path": TEXT},
)
FLOW = st.fixed_dictionaries(
    {"id": SMALL, "src": TEXT, "dst": TEXT, "proto": TEXT}, optional={"pid": SMALL, "procid": SMALL, "domain": TEXT}
)
PLACE = {"dumped_file": TEXT | JSON, "resource": TEXT, "path": TEXT}
HELD = st.fixed_dictionaries({}, optional={"family": TEXT | JSON, "rule": TEXT, "c2": JSON})
EXTRACT = st.fixed_dictionaries({}, optional={**PLACE, "config": HELD | JSON, "dropper": HELD, "odd": JSON})
SUMMARY = st.fixed_dictionaries(
    {},
    optional={
        "processes": st.lists(PROCESS, max_size=3) | JSON,
        "signatures": st.lists(SIGNATURE, max_size=3) | JSON,
        "dumped": st.lists(DUMP, max_size=3) | JSON,
        "network": st.just({}) | st.fixed_dictionaries({"flows": st.lists(FLOW, max_size=2)}) | JSON,
        "ttp": st.lists(TEXT, max_size=2) | JSON,
        "extracted": st.lists(EXTRACT, max_size=3) | JSON,
    },
)
SCANS = st.sampled_from(
    [
        {"scan_all_result_a": "Infected", "scan_all_result_i": 1, "progress_percentage": 100, "infection_score": 8},
        {"scan_all_result_a": "Suspicious", "scan_all_result_i": 2, "progress_percentage": 100, "infection_score": 5},
        {"scan_all_result_a": "Infected", "scan_all_result_i": 1, "progress_percentage": 100, "infection_score": 3},
        {"progress_percentage": 100},
        {"progress_percentage": 100, "scan_all_result_i": 2},
        {"progress_percentage": 100, "infection_score": 7.5},
        {"progress_percentage": 100, "infection_score": 70},
        {"progress_percentage": 100, "infection_score": True},
    ]
)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of the documented form, more or less."""
    data = draw(DATA)
    items = data.get("processes")
    known = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    labels = [one for one in known if one.get("n") == "windows.proc.create"]
    details = draw(st.fixed_dictionaries({}, optional={"flowLabels": LISTS, "odd": JSON}))
    top = st.fixed_dictionaries(
        {"scan_results": SCANS, "sandbox_version": TEXT, "sha256": st.just("AB" * 32)},
        optional={
            "sandbox_id": st.just("ab" * 12),
            "data_id": st.just("bz_-"),
            "request_time": st.sampled_from(
                ["2021-04-07T08:12:17.123Z", "2021-04-07T08:12:17Z", "2021-04-07", "x", 3, "0001-01-01T00:00:00+09:00"]
            ),
            "browser": TEXT | JSON,
            "system": TEXT | JSON,
            "rescan_available": st.booleans() | JSON,
            "sandbox_outcome": st.sampled_from(["completed", "partial", "odd"]) | JSON,
            "sandbox_families": st.lists(TEXT, max_size=2) | JSON,
            "sandbox_import": JSON,
            "sandbox_warnings": st.lists(TEXT, max_size=2) | JSON,
            "a/b": JSON,
            "~": JSON,
        },
    )
    if draw(st.booleans()):
        details["procLabels"] = draw(st.just(labels) | LISTS)
    return {**draw(top), "details": {**details, "data": data}, "summary": draw(SUMMARY)}


@given(bodies())
def test_a_body_is_rendered_as_it_came(body: dict[str, Any]) -> None:
    shown = json.loads(v4.body(importers.read(json.dumps(body).encode())))
    golden.assert_kept(body, shown)


def test_the_documented_example_is_rendered_as_it_came() -> None:
    body = golden.documented_body()
    read = importers.read(json.dumps(body).encode())
    golden.assert_kept(body, json.loads(v4.body(read)))
    assert read.extra == {}


@pytest.mark.parametrize("case", golden.cases("importers/metadefender"))
def test_the_cases_are_rendered_as_they_came(case: Any) -> None:
    given_body = golden.input_of(case)
    golden.assert_kept(json.loads(given_body), json.loads(v4.body(importers.read(given_body))))


OWN = reports(
    source=built(Source, name=st.just(OURS)),
    events=st.lists(TYPED_EVENTS, max_size=5).map(tuple),
    sandbox_id=st.just("ab" * 12),
    data_id=st.just("bz_-"),
    extra=st.just({}),
    sample=st.just(None).map(
        lambda _: importers.read(b'{"sandbox_version":"2","scan_results":{"progress_percentage":100}}').sample
    ),
)


@given(OWN)
def test_what_we_export_we_read_and_render_the_same(report: Report) -> None:
    body = v4.body(report)
    again = v4.body(importers.read(body))
    golden.assert_kept(json.loads(body), json.loads(again))
