"""CuckooDroid's sections."""

from fulgurite.model.events import ApiCall, FileAccess
from tests.importers.cuckoo.made import read


def test_droidmon_without_a_package() -> None:
    lists = {"file_accessed": ["/a", 5], "x": [{"class": "C", "method": "m", "n": 1}, {}, None], "y": 7}
    report = read(droidmon=lists, apkinfo={"manifest": None})
    assert report.os == "android"
    assert report.processes == ()
    assert [event.path for event in report.events if isinstance(event, FileAccess)] == ["/a", "5"]
    assert [event.api for event in report.events if isinstance(event, ApiCall)] == ["C.m", "x", "y"]
