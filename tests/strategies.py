"""Hypothesis strategies: model values of every kind, and JSON as hostile files have it."""

import typing
from datetime import UTC
from typing import Any

import msgspec
from hypothesis import strategies as st

from fulgurite.model.artifact import Artifact
from fulgurite.model.events import Event, ForeignEvent
from fulgurite.model.flow import Flow
from fulgurite.model.process import Process
from fulgurite.model.report import Machine, Report, Source
from fulgurite.model.sample import Sample
from fulgurite.model.signature import Signature

TEXT = st.text(max_size=12)
NUMBERS = st.integers(min_value=-(2**70), max_value=2**70)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)
TIMES = st.datetimes(timezones=st.just(UTC))

KINDS: tuple[type[Event], ...] = typing.get_args(Event)
"""Every class of event."""


def built(kind: type[Any], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of the model class `kind` with any values in its fields, or those of `fixed`."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for field in msgspec.structs.fields(kind):
        values = fixed[field.name] if field.name in fixed else _of(field.type)
        (required if field.required else optional)[field.name] = values
    return st.fixed_dictionaries(required, optional=optional).map(lambda fields: kind(**fields))


def _of(kind: Any) -> st.SearchStrategy[Any]:
    if kind is str:
        return TEXT
    if kind is int:
        return NUMBERS
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return st.lists(_of(inner[0]), max_size=3).map(tuple)
    if origin is dict:
        return OBJECTS
    if origin is typing.Literal or kind is bool or kind is type(None):
        return st.from_type(kind)
    if inner != ():  # a union
        return st.one_of([_of(one) for one in inner])
    return built(kind)


EVENTS: st.SearchStrategy[Event] = st.one_of([built(kind) for kind in KINDS])
TYPED_EVENTS: st.SearchStrategy[Event] = st.one_of([built(kind) for kind in KINDS if kind is not ForeignEvent])
PROCESSES = st.lists(built(Process, procid=st.integers(0, 9)), max_size=3, unique_by=lambda one: one.procid).map(tuple)


def reports(**fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Report]:
    """Reports with anything in them; `fixed` sets the values of fields."""
    known: dict[str, st.SearchStrategy[Any]] = {
        "source": built(Source),
        "sample": built(Sample),
        "machine": built(Machine),
        "outcome": st.sampled_from(["completed", "partial", "failed"]),
        "os": st.sampled_from(["windows", "linux"]),
        "reasons": st.lists(TEXT, max_size=2).map(tuple),
        "requested_at": st.none() | TIMES,
        "processes": PROCESSES,
        "events": st.lists(EVENTS, max_size=5).map(tuple),
        "flows": st.lists(built(Flow), max_size=2).map(tuple),
        "artifacts": st.lists(built(Artifact), max_size=2).map(tuple),
        "signatures": st.lists(built(Signature), max_size=2).map(tuple),
        "ttps": st.none() | st.lists(TEXT, max_size=2).map(tuple),
        "score": st.none() | st.integers(-3, 14),
        "sandbox_id": st.none() | TEXT,
        "data_id": st.none() | TEXT,
        "rescan_available": st.none() | st.booleans(),
        "extra": OBJECTS,
    }
    return st.fixed_dictionaries({**known, **fixed}).map(lambda fields: Report(**fields))
