"""Names of arguments."""

from fulgurite.importers.calls.table import ROWS
from fulgurite.importers.speakeasy.parameters import PARAMETERS, named


def test_only_rows_have_parameters() -> None:
    assert PARAMETERS.keys() - ROWS.keys() == set()


def test_arguments_by_place() -> None:
    assert named(("a", "", "b"), ["1", "2", "3", "4"]) == {"a": "1", "b": "3"}
    assert named(("a", "b"), ["1"]) == {"a": "1"}
