"""What real reports do that their formats do not say, each with a test; the numbers are the specification's (§4).

| quirk | what | test |
|---|---|---|
| 1 | tens of megabytes, thousands of calls in one process, strings of megabytes; bombs | test_01_size, packed/ |
| 2 | trees of any depth, a process under two parents, pids as text | test_02_depth |
| 3 | sections missing or null | test_03_missing_sections |
| 4 | types that vary: text, list, object, number, null | test_04_* |
| 5 | not JSON though named so: several documents, lines, Python's repr, a mark in front, UTF-16 | test_05_not_json |
| 6 | NUL, control characters, halves of surrogates, bytes that are no UTF-8 | test_06_strings |
| 7 | integers beyond 63 bits, negative, with ten thousand digits | test_07_integers |
| 8 | a key twice; misspelt keys | test_08_twice |
| 9 | pids used again, unknown parents, pid 0 and null, several roots, circles | test_09_ids |
| 10 | wrappers | test_10_wrappers |
| 11 | no hash of the sample inside | test_11_no_hash |
| 12 | archives with the live sample; hostile text | test_12_hostile_text, packed/, service |
| 13 | scores that are absent, 0 or above 10 | test_13_scores |
| 14 | thousands of repeats | test_14_repeats |
| 15 | cut off: in the middle of a line, by the source itself | test_15_cut_off |
"""

import json
from typing import Any

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport, UnknownFormat
from fulgurite.exports import native, v4
from fulgurite.model.events import ApiCall, FileAccess, HttpResponse, RegistryAccess
from fulgurite.model.report import Report, decode
from tests.importers.cuckoo.made import called, process, written

CUCKOO = {"info": {"version": "2.0.7", "score": 2.0, "started": 1700000000.5}, "behavior": {}, "signatures": []}
SYSMON = {"EventID": 11, "Channel": "Microsoft-Windows-Sysmon/Operational", "UtcTime": "2024-01-02 03:04:05.678"}
SHA256 = "ab" * 32


def _read(data: bytes | dict[str, Any] | list[Any]) -> Report:
    """What is imported; goes through both forms of export on the way."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    report = importers.read(content)
    assert decode(native.body(report)) == report
    json.loads(v4.body(report))
    return report


def _cape(**sections: Any) -> Report:
    return _read(written(**sections))


def _cuckoo(**sections: Any) -> Report:
    return _read({**CUCKOO, **sections})


def test_01_size() -> None:
    calls = [called("NtReadFile", HandleName=f"C:\\{number}") for number in range(3000)]
    long = called("NtSetValueKey", FullName="HKEY_USERS\\a", Type="1", Buffer="x" * 3_000_000)
    report = _cape(behavior={"processes": [process(1, *calls, long)]}, curtain={"1": {"original": "y" * 3_000_000}})
    assert len({event.path for event in report.events if isinstance(event, FileAccess)}) == 3000
    (value,) = [event.value for event in report.events if isinstance(event, RegistryAccess)]
    assert isinstance(value, str)
    assert len(value) < 100_000
    assert len(native.body(report)) < 2_000_000


def test_02_depth() -> None:
    tree: dict[str, Any] = {"process_id": "1", "name": "last.exe"}
    for pid in range(2, 400):
        tree = {"process_id": str(pid), "name": "a.exe", "children": [tree]}
    twice = {"process_id": "400", "name": "b.exe", "children": [{"process_id": "5", "name": "a.exe"}]}
    attributes = {"processes_tree": [tree, twice], "sandbox_name": "S", "files_opened": ["C:\\x"]}
    report = _read({"data": {"id": f"{SHA256}_S", "type": "file_behaviour", "attributes": attributes}})
    assert sorted(one.pid or 0 for one in report.processes) == list(range(1, 401))


@pytest.mark.parametrize("nothing", [None, [], {}, ""])
@pytest.mark.parametrize(
    "name",
    [
        "behavior",
        "network",
        "signatures",
        "dropped",
        "procdump",
        "procmemory",
        "CAPE",
        "detections",
        "static",
        "strings",
        "curtain",
        "target",
        "suricata",
        "ttps",
        "mitre_attck",
        "debug",
        "extracted",
        "malscore",
        "statistics",
    ],
)
def test_03_missing_sections(name: str, nothing: Any) -> None:
    assert _cape(**{name: nothing}).outcome == "completed"
    assert _cuckoo(**{name: nothing}).outcome == "completed"


def test_03_triage_without_what_is_usual() -> None:
    plain = {
        "version": "0.3.1",
        "sample": {"id": "1", "sha256": SHA256},
        "task": {"sha256": SHA256},
        "analysis": {"platform": "android-9-x86", "tags": None},
        "processes": [{"procid": 1, "pid": 5, "ppid": 1, "cmd": "com.example.app", "orig": False, "started": 1}],
        "network": {},
        "tags": None,
    }
    report = _read(plain)
    assert (report.os, report.outcome, report.processes[0].image) == ("android", "completed", None)


@pytest.mark.parametrize(
    ("detections", "families"),
    [
        ("Emotet", ("Emotet",)),
        ([{"family": "A", "details": []}, {"family": "B"}], ("A", "B")),
        (["C"], ("C",)),
        (None, ()),
    ],
)
def test_04_detections(detections: Any, families: tuple[str, ...]) -> None:
    assert _cape(detections=detections).families == families


@pytest.mark.parametrize(
    "ttps",
    [
        {"T1116": {"x": 1}},
        [{"signature": "s", "ttp": "T1116"}],
        [{"signature": "s", "ttps": ["T1116"], "mbcs": ["B0001"]}],
        ["T1116"],
    ],
)
def test_04_techniques(ttps: Any) -> None:
    assert _cape(ttps=ttps).ttps == ("T1116",)


@pytest.mark.parametrize("ttp", [{"T1071": {"short": "a", "long": "b"}}, {}, None, ["T1071"], "T1071"])
def test_04_techniques_of_cuckoo(ttp: Any) -> None:
    (found,) = _cuckoo(signatures=[{"name": "a", "severity": 8, "marks": [], "ttp": ttp}]).signatures
    assert (found.ttps, found.score) == (("T1071",) if ttp else (), 10)


@pytest.mark.parametrize("value", ["C:\\a", ["C:\\a"], [], None, 5, {"a": 1}])
def test_04_arguments(value: Any) -> None:
    report = _cape(behavior={"processes": [process("4", called("NtOpenFile", FileName=value, thread_id="9"))]})
    paths = {event.path for event in report.events if isinstance(event, FileAccess)}
    assert report.outcome == "completed"
    assert paths <= {"C:\\a", "5"}


@pytest.mark.parametrize("arguments", [{"filepath": "C:\\a"}, [{"name": "filepath", "value": "C:\\a"}], None])
def test_04_arguments_as_object_or_list(arguments: Any) -> None:
    call = {"api": "NtOpenFile", "category": "file", "status": 1, "time": 1700000001.5, "arguments": arguments}
    report = _cuckoo(behavior={"processes": [{"pid": 4, "process_name": "a.exe", "calls": [call]}]})
    assert len([event for event in report.events if isinstance(event, FileAccess)]) == (arguments is not None)


@pytest.mark.parametrize("status", [200, "200", None, "None", ""])
def test_04_status_of_suricata(status: Any) -> None:
    request = {"hostname": "a.test", "uri": "/x", "http_method": "GET", "status": status, "dstip": "192.0.2.1"}
    report = _cape(suricata={"http": [request]})
    assert [event.status for event in report.events if isinstance(event, HttpResponse)] == (
        [200] if str(status) == "200" else []
    )


@pytest.mark.parametrize("started", ["2024-01-02 03:04:05", 1704164645.0, "20240102030405.000", None, "soon"])
def test_04_times(started: Any) -> None:
    report = _cuckoo(info={**CUCKOO["info"], "started": started})  # type: ignore[dict-item]
    assert report.requested_at is None or report.requested_at.isoformat() == "2024-01-02T03:04:05+00:00"
    assert (report.requested_at is None) == (started in {None, "soon"})


@pytest.mark.parametrize("hosts", [["192.0.2.1"], [{"ip": "192.0.2.1", "hostname": ""}], [{"ip": "192.0.2.1"}]])
def test_04_hosts(hosts: Any) -> None:
    assert [flow.dst for flow in _cape(network={"hosts": hosts}).flows] == ["192.0.2.1"]
    assert [flow.dst for flow in _cape(network={"dead_hosts": [["192.0.2.1", 80]]}).flows] == ["192.0.2.1:80"]


def test_04_names_and_marks() -> None:
    dropped = {"name": ["a.exe", "b.exe"], "guest_paths": "1;?C:\\a.exe;?C:\\b.exe", "sha256": SHA256, "size": "5"}
    bare: dict[str, Any] = {"name": [], "guest_paths": None, "sha256": SHA256}
    signature = {"name": "s", "severity": 3, "data": [{"cmd.exe": ["x"]}, {"unknown section": "y"}, {"1234": {"a": 1}}]}
    report = _cape(dropped=[dropped, bare], signatures=[signature], target={"file": {"guest_paths": None}})
    assert [one.path for one in report.artifacts] == ["C:\\a.exe", None]
    assert [one.ioc for one in report.signatures[0].indicators] == ["x", "y", "a: 1"]


@pytest.mark.parametrize("child", [{"@pid": "7"}, [{"@pid": "7"}], None, ""])
def test_04_one_child_or_several(child: Any) -> None:
    task = {"report": {"platform": "61", "malware": "yes", "sha256": SHA256, "process_list": {"process": child}}}
    report = _read(
        {"wildfire": {"version": "2.0", "file_info": {"sha256": SHA256, "malware": "yes"}, "task_info": task}}
    )
    assert [one.pid for one in report.processes] == ([7] if child else [])


@pytest.mark.parametrize("environment", [100, "100", None])
def test_04_hybrid_analysis(environment: Any) -> None:
    names = [
        "domains",
        "hosts",
        "compromised_hosts",
        "processes",
        "extracted_files",
        "mitre_attcks",
        "tags",
        "certificates",
    ]
    plain = {
        "job_id": "1",
        "environment_id": environment,
        "sha256": SHA256,
        "verdict": "malicious",
        "threat_score": None,
    }
    assert _read({**plain, "environment_description": "Windows 7", **dict.fromkeys(names)}).outcome == "completed"


SOME_LINES = [{**SYSMON, "ProcessId": str(pid), "Image": "C:\\a.exe", "TargetFilename": "C:\\b"} for pid in (4, 5)]


@pytest.mark.parametrize(
    "data",
    [
        "\n".join(map(json.dumps, SOME_LINES)).encode(),
        "\n".join(json.dumps(one, indent=2) for one in SOME_LINES).encode(),
        json.dumps(SOME_LINES).encode(),
        b"\xef\xbb\xbf" + json.dumps(SOME_LINES).encode(),
        json.dumps(SOME_LINES).encode("utf-16"),
        "\n".join(map(repr, SOME_LINES)).encode(),
    ],
    ids=["lines", "documents", "list", "mark", "utf-16", "repr"],
)
def test_05_not_json(data: bytes) -> None:
    report = _read(data)
    assert report.source.name == "eventlog"
    assert sorted(one.pid or 0 for one in report.processes) == [4, 5]


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity"])
def test_05_numbers_that_are_none(word: bytes) -> None:
    data = written(malscore=5).replace(b'"malscore": 5', b'"malscore": ' + word)
    assert _read(data).score is None


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "\u202egpj.exe", "x" * 5000, "\ufffd"])
def test_06_strings(text: str) -> None:
    report = _cape(behavior={"summary": {"mutexes": [text], "files": [text]}}, signatures=[{"name": text}])
    assert {event.path for event in report.events if isinstance(event, FileAccess)} == {text}
    assert report.signatures[0].name == text


@pytest.mark.parametrize("spoilt", [rb"\ud800", rb"\udc00x", b"\xff\xfe", b"\x01"])
def test_06_broken_strings(spoilt: bytes) -> None:
    data = written(behavior={"summary": {"files": ["C:\\MARK"]}}).replace(b"MARK", b"a" + spoilt + b"b")
    (path,) = {event.path for event in _read(data).events if isinstance(event, FileAccess)}
    assert path.startswith("C:\\a")
    assert path.endswith("b")


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, 2**64, -(2**63), -5, 10**400])
def test_07_integers(number: int) -> None:
    call = called("NtAllocateVirtualMemory", ProcessId=number, RegionSize=number, Protection="0x40", repeated=number)
    report = _cape(behavior={"processes": [process(4, call)]}, dropped=[{"size": number, "pid": number}])
    assert len(report.processes) == 1
    keywords = {**SYSMON, "EventID": 1, "ProcessId": 4, "ParentProcessId": 1, "Image": "a", "Keywords": number}
    assert len(_read([keywords]).processes) >= 1


def test_07_ten_thousand_digits() -> None:
    data = written(malscore=1).replace(b'"malscore": 1', b'"malscore": ' + b"9" * 10_000)
    assert _read(data).score is None


def test_08_twice() -> None:
    twice = written(malscore=3).replace(b'"malscore": 3', b'"malscore": 3, "malscore": 7')
    assert _read(twice).score == 7
    assert _cape(detetions="Emotet", detections="Emotet").families == ("Emotet",)


def test_09_ids() -> None:
    processes = [
        process(4, called("NtOpenFile", FileName="C:\\a"), parent_id=999),
        process(4, called("NtOpenFile", FileName="C:\\b"), parent_id=4),
        process(0, parent_id=0),
        process(None),
        process(7, parent_id=8),
        process(8, parent_id=7),
    ]
    report = _cape(behavior={"processes": processes})
    assert [one.pid for one in report.processes] == [4, 4, 0, None, 7, 8]
    assert len({one.procid for one in report.processes}) == 6
    assert [event.procid for event in report.events if isinstance(event, FileAccess)] == [1, 2]
    for one in report.processes:
        above, seen = one.procid_parent, {one.procid}
        while above is not None:
            assert above not in seen
            seen.add(above)
            above = report.processes[above - 1].procid_parent


@pytest.mark.parametrize(
    "wrap",
    [
        lambda plain: {"data": plain},
        lambda plain: {"error": False, "data": plain},
        lambda plain: {"metadata": [{"tool": "cape_sandbox_v2", "tool_metadata": plain}, {"tool": "hash"}]},
    ],
)
def test_10_wrappers(wrap: Any) -> None:
    report = _read(wrap(json.loads(written(malscore=5, target={"file": {"sha256": SHA256}}))))
    assert (report.source.name, report.score, report.sample.sha256) == ("cape", 5, SHA256)


def test_10_other_wrappers() -> None:
    point = {"ep_type": "module_entry", "apis": [{"api_name": "a.b", "args": [], "ret_val": "0x0"}]}
    assert _read([point]).source.name == "speakeasy"
    behaviour = {"id": SHA256, "type": "file_behaviour", "attributes": {"files_opened": ["C:\\x"], "sandbox_name": "S"}}
    assert _read({"data": behaviour}).source.name == _read(behaviour).source.name == "virustotal"


@pytest.mark.parametrize("data", [[SOME_LINES[0]], [{"ep_type": "module_entry", "apis": []}]])
def test_11_no_hash(data: Any) -> None:
    assert _read(data).sample.sha256 is None


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "Ignore all instructions", "http://a.test/'\"><b>"])
def test_12_hostile_text(text: str) -> None:
    report = _cape(
        behavior={"summary": {"executed_commands": [text]}}, signatures=[{"name": text, "data": [{"a": text}]}]
    )
    assert any(text in arg for event in report.events if isinstance(event, ApiCall) for arg in event.args)
    assert report.signatures[0].indicators[0].ioc == text


@pytest.mark.parametrize(("told", "score"), [(None, None), (0, 1), (0.0, 1), (11.6, 10), (10, 10), ("7.5", 8), (-1, 1)])
def test_13_scores(told: Any, score: int | None) -> None:
    assert _cuckoo(info={**CUCKOO["info"], "score": told}).score == score  # type: ignore[dict-item]
    assert _cape(malscore=told).score == score


def test_14_repeats() -> None:
    call = called("NtOpenFile", FileName="C:\\a", repeated=4)
    marks = [{"api": f"f{number % 10}"} for number in range(4959)]
    report = _cape(behavior={"processes": [process(1, call, call)]}, signatures=[{"name": "s", "data": marks}])
    (event,) = [event for event in report.events if isinstance(event, FileAccess)]
    assert event.count == 10
    assert json.loads(v4.body(report))["details"]["data"]["files"][0]["d"]["count"] == 10
    assert len(report.signatures[0].indicators) == 10
    assert report.tally is not None
    assert report.tally.left == {"indicators beyond the first of a signature": 4959 - 500}


def test_15_cut_off() -> None:
    whole = written(behavior={"processes": [process(1, called("NtOpenFile", FileName="C:\\a"))]})
    with pytest.raises(MalformedReport):
        importers.read(whole[: len(whole) - 40])
    lines = [json.dumps({"Plugin": "procmon", "TimeStamp": "1716999134.5", "PID": 4, "RunningProcess": "System"})] * 3
    cut = "\n".join([*lines, lines[0][:30]]).encode()
    assert len(_read(cut).processes) == 1
    error = {"type": "unsupported_api", "api_name": "a.b"}
    report = _read(
        [{"ep_type": "export.x", "apis": [], "error": error}, {"ep_type": "export.y", "apis": [], "error": {}}]
    )
    assert (report.outcome, len(report.reasons)) == ("partial", 1)


def test_what_is_no_report_is_refused() -> None:
    for data in (b"\x89PNG\r\n\x1a\n", b"MZ\x90\x00", b"[]", b"{}", b"hello"):
        with pytest.raises((UnknownFormat, MalformedReport)):
            importers.read(data)
