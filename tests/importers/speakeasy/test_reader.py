"""The report round its entry points."""

import json
from typing import Any

from fulgurite.importers.content import Content
from fulgurite.importers.speakeasy import Speakeasy
from fulgurite.model.report import Report


def _read(**fields: Any) -> Report:
    return Speakeasy().parse(Content(json.dumps({"report_version": "1.1.0", "entry_points": [], **fields}).encode()))


def test_what_ran_what_where() -> None:
    report = _read(
        path="C:\\x\\a.exe", sha256="A" * 64, size=5, emu_version="1.5.11", os_run="windows.6_1", timestamp=1671121150
    )
    assert (report.sample.name, report.sample.sha256, report.sample.size_bytes) == ("a.exe", "a" * 64, 5)
    assert (report.source.engine, report.machine.system) == ("speakeasy 1.5.11", "windows7")
    assert report.requested_at is not None
    assert report.requested_at.year == 2022


def test_fields_of_another_kind() -> None:
    report = _read(
        path=5, sha256=None, size=-1, timestamp="x", errors=["one", {"two": 2}], strings={"a": 1}, image_base="0x1"
    )
    assert report.sample.sha256 is None
    assert report.reasons == ('the emulator says: "one"', 'the emulator says: {"two": 2}')
    assert report.tally is not None
    assert report.tally.left == {"strings": 1}


def test_files_and_pieces_of_code() -> None:
    point = {
        "dropped_files": [{"path": "C:\\a", "size": 5, "sha256": "f" * 64}, {"size": -1}],
        "dynamic_code_segments": [{"tag": "t", "base": "0x50000", "size": "0x1000"}],
    }
    shown = [(one.kind, one.sha256, one.address, one.size_bytes) for one in _read(entry_points=[point]).artifacts]
    assert shown == [("martian", "f" * 64, None, 5), ("martian", None, None, None), ("region", None, 0x50000, 0x1000)]
