"""The native export is what importers.native reads."""

from fulgurite import importers
from fulgurite.exports import native
from tests.builders import file_write, report


def test_the_native_form_is_read_back_equal() -> None:
    whole = report(file_write())
    assert importers.read(native.body(whole)) == whole
