"""Reports one behind the other in one file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.importers.packed import series
from tests import golden
from tests.importers.packed.made import format_of

LOG = b'{"eventlog": 1}\n{"eventlog": 2}\n'


def split(data: bytes) -> list[bytes] | None:
    found = series.documents(data, format_of)
    return None if found is None else list(found)


def test_lines_and_pretty_printed_documents_are_told_apart() -> None:
    one, two = {"cape": {"a": [{"b": 1}]}}, {"cuckoo": None}
    for indent in (None, 1, 4):
        text = "\r\n".join(json.dumps(each, indent=indent) for each in (one, two))
        found = split(b"\xef\xbb\xbf" + text.encode() + b"\n")
        assert found is not None
        assert [json.loads(each) for each in found] == [one, two]


@pytest.mark.parametrize(
    "data", [b'{"cape": 1}', b'{"cape":\n{"a": 1}}', LOG, b"[1]\n{", b"", b'{"x y": 1}\n{"cape": 1}']
)
def test_all_else_stays_whole(data: bytes) -> None:
    assert split(data) is None


def test_reports_of_several_formats_in_one_file_are_all_imported() -> None:
    cases = ("cuckoo3/post", "triage/report", "cape/lite")
    lines = [json.dumps(json.loads(golden.input_of(golden.DATA / "importers" / case))) for case in cases]
    documents = list(importers.documents("\n".join([*lines, "{broken"]).encode(), name="all.jsonl"))
    assert [document.name for document in documents] == [f"all.jsonl#{number}" for number in (1, 2, 3, 4)]
    assert [importers.read(one.data).source.name for one in documents[:3]] == ["cuckoo3", "triage", "cape"]


@given(st.lists(st.sampled_from([b"{", b"}", b"\n", b'{"cape": 1}', b"x", b'{"eventlog": 1}'])))
def test_any_pieces(pieces: list[bytes]) -> None:
    split(b"".join(pieces))
