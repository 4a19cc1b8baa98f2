"""The native form: what is written is read back the same, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.model.nesting import MAX_NESTING
from fulgurite.model.report import OURS, Report, Source, decode, encode
from fulgurite.model.sample import Sample
from tests.strategies import reports


@given(reports())
def test_what_is_written_is_read_back_the_same(report: Report) -> None:
    assert decode(encode(report)) == report


def test_the_schema_version_is_always_written() -> None:
    assert b'"schema_version":1' in encode(Report(source=Source(name="x"), sample=Sample()))


@given(st.binary())
def test_other_bytes_are_refused_and_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(MalformedReport, match="native report: "):
        decode(data)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"{}", b'{"source":{"name":1},"sample":{}}'])
def test_deep_and_incomplete_reports_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        decode(data)


def test_a_report_of_a_later_version_is_refused() -> None:
    with pytest.raises(MalformedReport, match="its schema_version is 2, this Fulgurite reads 1"):
        decode(b'{"schema_version":2,"source":{"name":"x"},"sample":{}}')


@pytest.mark.parametrize("at", ["2026-01-02T03:04:05", "0001-01-01T00:00:00+23:00", "9999-12-31T23:00:00-23:00"])
def test_times_without_utc_form_are_refused(at: str) -> None:
    with pytest.raises(MalformedReport):
        decode(b'{"source":{"name":"x"},"sample":{},"requested_at":"%s"}' % at.encode())


def test_values_that_nest_too_deep_are_refused() -> None:
    deep = b"[" * MAX_NESTING + b"]" * MAX_NESTING
    event = b'{"event":"foreign","bucket":"misc","n":"x","d":{"a":%s}}' % deep
    for field in (b'"extra":{"/a":%s}' % deep, b'"events":[%s]' % event):
        with pytest.raises(MalformedReport, match="nests deeper than 64 levels"):
            decode(b'{"source":{"name":"x"},"sample":{},%s}' % field)


def test_whose_report_it_is() -> None:
    assert Source(name=OURS).is_ours
    assert not Source(name="metadefender").is_ours
