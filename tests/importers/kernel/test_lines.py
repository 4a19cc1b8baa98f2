"""onemon.json, stahp.json, bigmac.json, droidy.json."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers.content import Content
from fulgurite.importers.kernel import KernelLog
from tests.strategies import JSON

LINE = b'{"kind":"onemon.Mutant","event":{"path":"M","pid":1}}\n'


def test_told_by_the_first_line() -> None:
    assert KernelLog().sniff(Content(LINE))
    assert KernelLog().sniff(Content(b"\xef\xbb\xbf" + LINE))
    for data in (b"", b'{"kind":"other.Mutant","event":{}}', b'{"x":"onemon."}', b"[" + LINE, b'"onemon.Process"'):
        assert not KernelLog().sniff(Content(data))


def test_lines_that_are_cut_or_spoilt() -> None:
    report = KernelLog().parse(Content(LINE + b'{"kind":"onemon.Mutant","event":{"path":"\\ud800"}}\n\n' + LINE[:-9]))
    assert len(report.events) == 2
    assert report.reasons == ("1 of lines not of the format's shape: kept only in the original",)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"{}", b"[" * 100_000, b"\x00"])
def test_what_holds_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        KernelLog().parse(Content(data))


KINDS = st.sampled_from(
    ["Process", "Registry", "File", "Mutant", "NetworkFlow", "Inject", "Suspicious", "SyscallI", "X"]
)
FIELDS = st.sampled_from(
    ["ts", "pid", "ppid", "kind", "status", "path", "srcpath", "dstip", "command", "valued", "arg0"]
)


@given(st.sampled_from(["onemon", "stahp", "droidy"]), KINDS, st.dictionaries(FIELDS, JSON))
def test_messages_of_any_shape_are_read_or_refused(monitor: str, kind: str, event: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedReport):
        KernelLog().parse(Content(json.dumps({"kind": f"{monitor}.{kind}", "event": event}).encode()))
