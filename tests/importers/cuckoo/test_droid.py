"""CuckooDroid's sections."""

from fulgurite.model.events import ApiCall, FileAccess, HttpRequest, HttpResponse
from tests.importers.cuckoo.made import read


def test_droidmon_without_a_package() -> None:
    lists = {"file_accessed": ["/a", 5], "x": [{"class": "C", "method": "m", "n": 1}, {}, None], "y": 7}
    report = read(droidmon=lists, apkinfo={"manifest": None})
    assert report.os == "android"
    assert report.processes == ()
    assert [event.path for event in report.events if isinstance(event, FileAccess)] == ["/a", "5"]
    assert [event.api for event in report.events if isinstance(event, ApiCall)] == ["C.m", "x", "y"]


def test_connections_and_counters() -> None:
    connections = [
        {"request": "GET http://a.test/x HTTP/1.1", "response": "HTTP/1.1 200 OK"},
        {"request": "POST http://b.test/ HTTP/1.1", "response": ""},
        {"request": "odd", "response": None},
    ]
    lists = {"httpConnections": connections, "running_tasks": 0, "types": {"file": 3, "net": 1}, "commands": ["su"]}
    report = read(droidmon=lists)
    assert [(e.method, e.url) for e in report.events if isinstance(e, HttpRequest)] == [
        ("GET", "http://a.test/x"),
        ("POST", "http://b.test/"),
    ]
    assert [event.status for event in report.events if isinstance(event, HttpResponse)] == [200]
    assert [event.api for event in report.events if isinstance(event, ApiCall)] == ["httpConnections", "commands"]
    assert report.tally is not None
    assert report.tally.left == {"droidmon running_tasks": 1, "droidmon types": 2}
