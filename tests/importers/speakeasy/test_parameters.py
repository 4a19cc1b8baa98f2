"""Names of arguments."""

from fulgurite.importers.calls.table import ROWS
from fulgurite.importers.speakeasy.parameters import PARAMETERS, named, spelt


def test_only_rows_have_parameters() -> None:
    assert PARAMETERS.keys() - ROWS.keys() == set()


def test_arguments_by_place() -> None:
    assert named(("a", "", "b"), ["1", "2", "3", "4"]) == {"a": "1", "b": "3"}
    assert named(("a", "b"), ["1"]) == {"a": "1"}


def test_pointers_where_text_is_due_tell_nothing() -> None:
    assert named(("FileName", "Handle"), ["0x1f", "0x1f"]) == {"Handle": "0x1f"}
    assert named(("URL",), [{"type": "ptr", "value": None, "display": "0x5"}]) == {}


def test_arguments_as_objects() -> None:
    text = {"name": "path", "type": "str", "value": 4096, "display": "a.txt"}
    assert named(("FileName", "Flags"), [text, {"type": "flags", "value": 3, "display": "A|B"}]) == {
        "FileName": "a.txt",
        "Flags": 3,
    }
    assert spelt(text) == "path=a.txt"
    assert spelt({"name": "p", "display": None}) is None
    assert spelt("0x1") == "0x1"
