"""XML of strangers: elements as they end, nothing that grows without bound."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import MalformedReport
from fulgurite.importers import markup
from fulgurite.importers.markup import Element


def _read(data: bytes) -> list[Element]:
    found: list[Element] = []
    markup.read(data, frozenset({"one"}), found.append, "test")
    return found


def test_root_and_whole_elements_in_order() -> None:
    root, first, second = _read(b'<r v="1"><skip>x</skip><one a="2"><in>t<b/></in></one><list><one/></list></r>')
    assert (root.name, root.attributes, root.children) == ("r", {"v": "1"}, [])
    assert (first.attributes["a"], first.child("in"), first.child("none")) == ("2", "t", "")
    assert second.name == "one"


BOMB = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'
DEFAULTS = b'<!DOCTYPE r [<!ATTLIST one a CDATA "aaaa">]><r><one/><one/></r>'
OUTSIDE = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]><r>&a;</r>'


@pytest.mark.parametrize(
    "data", [BOMB, OUTSIDE, DEFAULTS, b"<a>" * 100, b"<r>", b"", b"<r></s>", b'<?xml version="1.0" encoding="x"?><r/>']
)
def test_refused(data: bytes) -> None:
    with pytest.raises(MalformedReport):
        _read(data)


@given(st.binary(max_size=80) | st.text("<one/> ar&;!DOCTYPE", max_size=60).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    with contextlib.suppress(MalformedReport):
        _read(data)
