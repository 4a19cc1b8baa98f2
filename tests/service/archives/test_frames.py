"""Lines between the child and its parent."""

import io

import msgspec

from fulgurite.service.archives.caps import Caps
from fulgurite.service.archives.frames import Order, tell


def test_a_line_has_no_line_break_in_it() -> None:
    out = io.BytesIO()
    order = Order(kind="zip", password="a\nb\u2028", caps=Caps())
    tell(out, order)
    assert out.getvalue().count(b"\n") == 1
    assert msgspec.json.decode(out.getvalue(), type=Order) == order
