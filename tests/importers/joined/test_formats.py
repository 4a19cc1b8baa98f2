"""The parts of one analysis, read as one report."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError
from fulgurite.exports import native
from fulgurite.importers.content import Content
from fulgurite.importers.joined import JOINED
from fulgurite.importers.packed import container
from fulgurite.model.events import FileAccess
from fulgurite.model.report import decode
from tests import golden
from tests.importers.packed.made import aes_zipped, zipped

DATA = golden.DATA / "importers"
CASES = {
    "vmray": {"logs/summary_v2.json": "vmray/second", "logs/flog.xml": "vmray-flog/calls"},
    "vmray_first": {"logs/summary.json": "vmray/first", "logs/flog.xml": "vmray-flog/calls"},
    "cuckoo3": {"post.json": "cuckoo3/post", "threemon.pb": "threemon/events"},
    "triage": {
        "behavioral1/report_triage.json": "triage/report",
        "behavioral1/logs/onemon.json": "triage-kernel/onemon",
        "overview.json": "triage/overview",
    },
    "drakvuf": {"procmon.log": "drakvuf/log", "ttps.json": "drakvuf/ttps", "report.json": "drakvuf-report/report"},
}


def parts(case: str) -> dict[str, bytes]:
    return {name: golden.input_of(DATA / told) for name, told in CASES[case].items()}


@pytest.mark.parametrize("case", CASES)
def test_the_cases(case: str) -> None:
    (document,) = importers.documents(aes_zipped({**parts(case), "sample.exe": b"MZ"}, "infected"))
    assert container.parts(document.data) == list(parts(case).items())
    content = Content(document.data)
    assert [one.name for one in importers.IMPORTERS if one.sniff(content)] == [f"{case.partition('_')[0]}-joined"]
    (report,) = importers.read_all(document.data)
    assert decode(native.body(report)) == report
    golden.check(DATA / "joined" / case / "report.json", native.body(report))


@pytest.mark.parametrize("case", CASES)
def test_the_original_is_read_again_as_the_same(case: str) -> None:
    (first,) = importers.documents(zipped(parts(case)))
    (again,) = importers.documents(first.data)
    assert again.data == first.data
    assert importers.read_all(again.data) == importers.read_all(first.data)


def test_what_both_tell_stands_there_once() -> None:
    both = parts("vmray")
    summary = json.loads(both["logs/summary_v2.json"])
    summary["filenames"]["filename_9"] = {"filename": "c:\\x.txt", "operations": ["create"]}
    both["logs/summary_v2.json"] = json.dumps(summary).encode()
    (document,) = importers.documents(zipped(both))
    (report,) = importers.read_all(document.data)
    told = [event for event in report.events if isinstance(event, FileAccess) and event.path.lower() == "c:\\x.txt"]
    assert [(event.verb, event.procid, event.at_ms) for event in told] == [("write", 1, 12)]
    assert len({process.procid for process in report.processes}) == len(report.processes) == 2


@pytest.mark.parametrize("case", CASES)
def test_one_part_alone_is_what_it_is(case: str) -> None:
    for name, data in parts(case).items():
        (document,) = importers.documents(zipped({name: data}))
        assert document.data == data
        assert importers.read_all(data) == (importers.read(data),)


@pytest.mark.parametrize("case", CASES)
@given(data=st.data())
def test_any_damage_is_read_or_refused(case: str, data: st.DataObject) -> None:
    whole = bytearray(container.joined(list(parts(case).items())))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        for document in importers.documents(bytes(whole)):
            if document.fault is None:
                for report in importers.read_all(document.data):
                    assert decode(native.body(report)) == report


@pytest.mark.parametrize("joined", JOINED, ids=[one.name for one in JOINED])
@pytest.mark.parametrize(
    "data", [b"", b"PK", container.joined([]), container.joined([("a", b"")]), container.joined([("post.json", b"")])]
)
def test_other_bytes_are_refused(joined: importers.Importer, data: bytes) -> None:
    joined.sniff(Content(data))
    with pytest.raises(InputError):
        joined.parse(Content(data))
