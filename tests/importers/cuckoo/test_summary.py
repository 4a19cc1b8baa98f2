"""Lists that repeat the calls, and tell more where calls are missing."""

from fulgurite.model.events import FileAccess, RegistryAccess, SyncObject
from tests.importers.cuckoo.made import called, process, read


def test_what_the_calls_tell_is_not_told_again() -> None:
    opened = called("NtWriteFile", HandleName="C:\\a")
    summary = {"files": ["C:\\a"], "write_files": ["\\??\\C:\\a"], "mutexes": ["M", "M"], "keys": [["x"], None, ""]}
    report = read(behavior={"processes": [process(1, opened)], "summary": summary})
    files = [event for event in report.events if isinstance(event, FileAccess)]
    assert [(event.procid, event.path) for event in files] == [(1, "C:\\a")]
    assert [event.name for event in report.events if isinstance(event, SyncObject)] == ["M"]


def test_each_process_has_lists_of_its_own_in_cuckoo_2() -> None:
    generic = [
        {"pid": pid, "summary": {"file_read": ["C:\\a"], "regkey_written": ["HKEY_USERS\\b"]}} for pid in (1, 2, 3)
    ]
    report = read(behavior={"processes": [process(1), process(2)], "generic": generic})
    assert [event.procid for event in report.events if isinstance(event, FileAccess)] == [1, 2]
    written = [event for event in report.events if isinstance(event, RegistryAccess)]
    assert {event.path for event in written} == {"HKU\\b"}


def test_each_process_has_lists_of_its_own_in_later_versions_of_cape() -> None:
    lists = {"read_files": ["C:\\a"], "write_files": ["C:\\b"], "delete_files": ["C:\\c"], "odd": ["d"]}
    processes = [process(1, file_activities=lists), process(2, file_activities=None), process(3, file_activities=5)]
    report = read(behavior={"processes": processes, "summary": {"write_files": ["C:\\b"]}})
    files = [(event.procid, event.verb, event.path) for event in report.events if isinstance(event, FileAccess)]
    assert files == [(1, "read", "C:\\a"), (1, "write", "C:\\b"), (1, "delete", "C:\\c")]
    assert report.tally is not None
    assert report.tally.left == {"summary odd": 1, "unreadable file_activities": 1}


def test_lists_of_unknown_names_are_counted() -> None:
    report = read(behavior={"summary": {"guid": ["{0}", "{1}"], "file_moved": [["C:\\a"], 5, ["C:\\a", "C:\\b"]]}})
    assert report.tally is not None
    assert report.tally.left == {"summary guid": 2}
    (moved,) = [event for event in report.events if isinstance(event, FileAccess)]
    assert (moved.verb, moved.path, moved.dst) == ("rename", "C:\\a", "C:\\b")


def test_enhanced_events() -> None:
    told = [
        {"event": "move", "object": "file", "data": {"from": "C:\\a", "to": "C:\\b"}},
        {"event": "copy", "object": "file", "data": {"from": "C:\\a", "to": "C:\\c"}},
        {"event": "execute", "object": "file", "data": {"file": "C:\\a"}},
        {"event": "load", "object": "library", "data": {"file": "a.dll"}},
        {"event": "start", "object": "service", "data": {"service": ""}},
        {"event": "start", "object": "service", "data": {"service": "s"}},
        {"event": "create", "object": "dir", "data": {"file": "C:\\d"}},
        {"event": "read", "object": "registry", "data": None},
        {"event": None, "object": 5},
    ]
    report = read(behavior={"enhanced": told})
    assert len(report.events) == 6
    assert report.tally is not None
    assert sum(report.tally.left.values()) == 3
