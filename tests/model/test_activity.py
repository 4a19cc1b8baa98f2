"""What is asked of events."""

import typing

from fulgurite.model.activity import KINDS, OBJECT_FIELDS, Filter
from fulgurite.model.events import Event, ForeignEvent


def test_a_filter_that_asks_for_nothing_is_open() -> None:
    assert Filter().is_open
    assert not Filter(text="x").is_open
    assert not Filter(from_ms=0).is_open


def test_every_kind_has_its_word() -> None:
    assert len(KINDS) == len(set(KINDS)) == len(typing.get_args(Event))


def test_every_kind_but_those_without_a_text_is_about_something() -> None:
    about = {kind for kind in typing.get_args(Event) if set(OBJECT_FIELDS) & set(kind.__struct_fields__)}
    without = {str(kind.__struct_config__.tag) for kind in typing.get_args(Event) if kind not in about}
    assert without == {"process_create", "process_terminate", "flow_owner"}
    assert ForeignEvent in about
