"""The formats that can be imported, and what every importer keeps to."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite import importers
from fulgurite.errors import InputError, MalformedReport, UnknownFormat
from fulgurite.exports import native, v4
from fulgurite.importers.content import Content
from fulgurite.model.report import Report
from tests.builders import file_write, report, run_log
from tests.strategies import JSON, reports

HOSTILE = [
    pytest.param(b"[" * 100_000, id="lists without end"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, id="100,000 lists in one another"),
    pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="100,000 objects in one another"),
    pytest.param(b"9" * 100_000, id="a number of 100,000 digits"),
    pytest.param(b"1e400", id="a float beyond range"),
    pytest.param(b"NaN", id="NaN"),
    pytest.param(b"-Infinity", id="-Infinity"),
    pytest.param(b'"\\ud800"', id="a lone surrogate"),
    pytest.param(b'"\\udc00\\ud800"', id="surrogates in the wrong order"),
    pytest.param(b'"\xff"', id="no UTF-8"),
    pytest.param(b'"\\u0000"', id="NUL"),
    pytest.param(b"", id="nothing"),
]
FRAMES = [
    pytest.param(b"%s", id="bare"),
    pytest.param(b'{"record":"header","log_version":1,"source":%s}', id="run log"),
    pytest.param(b'{"record":"header","log_version":1,"source":{"name":"x"},"sample":{}}\n%s\n', id="run log line"),
    pytest.param(b'{"schema_version":1,"source":{"name":"x"},"sample":{},"extra":{"/a":%s}}', id="native"),
    pytest.param(b'{"schema_version":%s,"source":{"name":"x"},"sample":{}}', id="native version"),
    pytest.param(
        b'{"scan_results":{"progress_percentage":100},"sandbox_version":"2","details":{"data":{"misc":[%s]}}}',
        id="v4 item",
    ),
    pytest.param(
        b'{"scan_results":{"progress_percentage":100},"sandbox_version":"2","details":{"data":'
        b'{"files":[{"n":"windows.file.read","d":{"path":"a","op":"b","status":%s}}]}}}',
        id="v4 status",
    ),
    pytest.param(b'{"scan_results":{"progress_percentage":100},"sandbox_version":"2","x":%s,"x":1}', id="v4 twice"),
    pytest.param(
        b'{"scan_results":{"progress_percentage":100,"infection_score":%s},"sandbox_version":"2"}', id="v4 score"
    ),
]


def test_names_are_words_of_their_own() -> None:
    names = [importer.name for importer in importers.IMPORTERS]
    assert len(set(names)) == len(names)
    assert names[:3] == ["runlog", "native", "metadefender"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (run_log(), "runlog"),
        (native.body(report(file_write())), "native"),
        (v4.body(report(file_write())), "metadefender"),
        (b"\n { " + v4.body(report())[1:], "metadefender"),
    ],
)
def test_each_format_is_told_by_its_content(data: bytes, name: str) -> None:
    assert importers.importer_of(Content(data)).name == name
    assert importers.read(b"\xef\xbb\xbf" + data).sample.sha256 is not None


@pytest.mark.parametrize("data", [b"", b"MZ", b"{}", b"[]", b'{"data_id":"x","scan_results":{"scan_all_result_i":0}}'])
def test_other_bytes_are_of_no_known_format(data: bytes) -> None:
    with pytest.raises(UnknownFormat, match=r"no format that can be imported \(runlog, native, metadefender, "):
        importers.read(data)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_read_or_refused(frame: bytes, value: bytes) -> None:
    try:
        read = importers.read(frame % value)
    except InputError:
        return
    assert importers.read(native.body(read)) == read
    json.loads(v4.body(read))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for importer in importers.IMPORTERS:
        importer.sniff(Content(data))
        with pytest.raises(MalformedReport):
            importer.parse(Content(data))


@given(st.data(), reports())
def test_damaged_reports_are_read_or_refused(data: st.DataObject, whole: Report) -> None:
    for written in (native.body(whole), v4.body(whole), run_log()):
        at = data.draw(st.integers(0, len(written)))
        damaged = written[:at] + data.draw(st.binary(max_size=3)) + written[at + data.draw(st.integers(0, 3)) :]
        with contextlib.suppress(InputError):
            importers.read(damaged)


@given(st.dictionaries(st.sampled_from(["details", "summary", "scan_results", "sha256", "sandbox_id", "x"]), JSON))
def test_objects_of_any_form_are_read_or_refused(top: dict[str, object]) -> None:
    body = {"sandbox_version": "2", "scan_results": {"progress_percentage": 100}, **top}
    try:
        read = importers.read(json.dumps(body).encode())
    except InputError:
        return
    assert importers.read(native.body(read)) == read
