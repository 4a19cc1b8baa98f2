"""Operations, their results and times."""

import csv
import io

import pytest

from fulgurite.importers.content import Content
from fulgurite.importers.procmon import Procmon
from fulgurite.model.events import FileAccess, FlowStart
from fulgurite.model.report import Report

HEAD = ("Time of Day", "Process Name", "PID", "Operation", "Path", "Result", "Detail")


def _read(*rows: tuple[str, ...]) -> Report:
    shown = io.StringIO()
    csv.writer(shown, quoting=csv.QUOTE_ALL).writerows([HEAD, *rows])
    return Procmon().parse(Content(shown.getvalue().encode()))


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("Desired Access: Generic Read, Disposition: Open", ("read", "OpenRead")),
        ("Desired Access: Generic Write, Disposition: Open, OpenResult: Opened", ("write", "OpenModify")),
        ("Desired Access: Generic Read, OpenResult: Created", ("write", "CreateModify")),
        ("Desired Access: Delete, Options: Delete On Close", ("delete", "Delete")),
    ],
)
def test_opened_files(detail: str, expected: tuple[str, str]) -> None:
    report = _read(("1:00:00", "a", "1", "CreateFile", "C:\\x", "SUCCESS", detail))
    (event,) = [event for event in report.events if isinstance(event, FileAccess)]
    assert ((event.verb, event.op), event.status) == (expected, 0)


@pytest.mark.parametrize(
    ("result", "status"),
    [("NAME NOT FOUND", 0xC0000034), ("ODD", 0xC0000001), ("", None), ("NO SUCH FILE", 0xC000000F)],
)
def test_results(result: str, status: int | None) -> None:
    (event,) = [one for one in _read(("", "a", "1", "ReadFile", "x", result, "")).events if isinstance(one, FileAccess)]
    assert event.status == status


def test_logs_that_run_past_midnight() -> None:
    report = _read(
        *[(at, "a", "1", "ReadFile", at, "", "") for at in ("11:59:59.5 PM", "12:00:00.25 AM", "12:00:01 AM")]
    )
    assert [event.at_ms for event in report.events if isinstance(event, FileAccess)] == [0, 750, 1500]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("g:1 -> a:https", ("a", 443)), ("[::1]:1 -> [2001:db8::1]:53", ("2001:db8::1", 53)), ("odd", None)],
)
def test_traffic(path: str, expected: tuple[str, int] | None) -> None:
    report = _read(("", "a", "1", "TCP Connect", path, "", ""))
    shown = [(event.remote_addr, event.remote_port) for event in report.events if isinstance(event, FlowStart)]
    assert shown == ([] if expected is None else [expected])
