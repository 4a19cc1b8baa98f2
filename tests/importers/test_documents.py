"""From packed bytes to reports, with all importers: read or refused, never anything else."""

import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError, UnknownFormat
from tests import golden
from tests.importers import corpora
from tests.importers.packed.made import sevened, tarred, zipped

CASES = ("cape/lite", "speakeasy/v1_list", "eventlog/flat", "vmray-flog/calls", "threemon/events", "stix/observed")
FILES = {case.replace("/", "_") + ".json": golden.input_of(golden.DATA / "importers" / case) for case in CASES}
PACKED = [zipped(FILES), sevened(FILES), tarred(FILES), gzip.compress(tarred(FILES))]
MARKS = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd",
    b"ElfFile\0",
    b"{'",
]


def _all(data: bytes) -> list[str]:
    """The formats of all reports in `data`."""
    found = []
    for document in importers.documents(data):
        if document.fault is None:
            with contextlib.suppress(InputError):
                found += [report.source.name for report in importers.read_all(document.data)]
    return found


@pytest.mark.parametrize("data", PACKED, ids=["zip", "7z", "tar", "tar.gz"])
def test_reports_of_all_formats_come_out_of_one_archive(data: bytes) -> None:
    assert _all(data) == ["cape", "speakeasy", "eventlog", "vmray-flog", "threemon", "stix"]


@given(st.sampled_from(MARKS), st.binary(max_size=120))
def test_any_bytes(mark: bytes, tail: bytes) -> None:
    with contextlib.suppress(InputError):
        _all(mark + tail)


@given(st.sampled_from(PACKED), st.data())
@settings(max_examples=60)
def test_damaged_archives(whole: bytes, data: st.DataObject) -> None:
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InputError):
        _all(bytes(spoilt[: data.draw(st.integers(len(spoilt) // 2, len(spoilt)))]))


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"MZ\x90\0", "a Windows program"),
        (b"\x7fELF\x02\x01", "a Linux program"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"", "nothing"),
        (b" \n\t", "nothing but white space"),
        (b"<!DOCTYPE html><p>Not found", "an HTML page"),
        (bytes(range(128, 160)) * 9, "binary data|text"),
        (b'{"hello": "world"}', "JSON of no known kind"),
    ],
)
def test_what_is_no_report_is_refused_by_what_it_is(data: bytes, looks: str) -> None:
    for given_bytes in (data, gzip.compress(data)):
        (document,) = importers.documents(given_bytes)
        with pytest.raises(UnknownFormat, match=f"the bytes look like ({looks})"):
            importers.read_all(document.data)


@pytest.mark.parametrize("path", corpora.files("sysmon_otrf"))
def test_archives_beside_the_repository_hold_their_events(path: Path) -> None:
    assert _all(path.read_bytes()) == ["eventlog"]
