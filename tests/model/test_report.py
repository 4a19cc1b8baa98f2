"""The native form: what is written is read back the same, and nothing else is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.model.artifact import Artifact
from fulgurite.model.events import Event, FileAccess, ForeignEvent, ProcessCreate
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Report, Source, decode, encode
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Indicator, Signature

# JSON is UTF-8: a lone surrogate cannot be written, and importers must not let one in.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SMALL = st.integers(min_value=0, max_value=2**32)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(min_value=-(2**53), max_value=2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(ProcessCreate, procid=SMALL, kind=TEXT),
    st.builds(FileAccess, verb=st.sampled_from(["read", "write", "delete", "rename"]), path=TEXT, op=TEXT, dst=TEXT),
    st.builds(ForeignEvent, bucket=TEXT, n=TEXT, d=st.dictionaries(TEXT, JSON, max_size=4), name=st.none() | TEXT),
)
REPORTS = st.builds(
    Report,
    source=st.builds(Source, name=TEXT, version=st.none() | TEXT),
    sample=st.builds(Sample, name=st.none() | TEXT, size_bytes=st.none() | SMALL),
    machine=st.builds(Machine, system=st.none() | TEXT),
    requested_at=st.none() | st.datetimes(timezones=st.timezones().filter(lambda zone: zone.key == "UTC")),
    processes=st.lists(st.builds(Process, procid=SMALL, cmd=TEXT | st.tuples(TEXT, TEXT)), max_size=3).map(tuple),
    events=st.lists(EVENTS, max_size=4).map(tuple),
    flows=st.lists(st.builds(Flow, flow=SMALL, proto=TEXT, src=TEXT, dst=TEXT), max_size=2).map(tuple),
    artifacts=st.lists(st.builds(Artifact, name=TEXT, kind=TEXT), max_size=2).map(tuple),
    signatures=st.lists(
        st.builds(Signature, name=TEXT, indicators=st.lists(st.builds(Indicator, ioc=TEXT), max_size=2).map(tuple)),
        max_size=2,
    ).map(tuple),
    ttps=st.none() | st.lists(TEXT, max_size=2).map(tuple),
)


@given(REPORTS)
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
