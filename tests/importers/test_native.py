"""Reports in our own form are told by their first field."""

import pytest

from fulgurite.errors import MalformedReport
from fulgurite.exports import native
from fulgurite.importers.content import Content
from fulgurite.importers.native import Native
from tests.builders import file_write, report


@pytest.mark.parametrize(
    ("data", "is_native"),
    [
        (b'{"schema_version":1', True),
        (b' {\n "schema_version" : 1', True),
        (b'{"source":{}}', False),
        (b'{"a":{"schema_version":1}}', False),
        (b"", False),
    ],
)
def test_the_form_is_told_by_its_first_field(data: bytes, is_native: bool) -> None:
    assert Native().sniff(Content(data)) is is_native


def test_a_report_is_read_whole() -> None:
    whole = report(file_write())
    assert Native().parse(Content(native.body(whole))) == whole


def test_a_damaged_report_is_refused() -> None:
    with pytest.raises(MalformedReport, match="native report"):
        Native().parse(Content(native.body(report())[:-1]))
