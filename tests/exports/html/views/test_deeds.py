"""Lists of the digest as tables."""

from fulgurite.exports.html.views.deeds import BEHAVIOUR, MAX_ROWS, behaviour, table
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.digest import LISTS, digest
from fulgurite.model.events import FileAccess, Injection
from tests.builders import file_write, process, report


def test_lines_name_who_did_it_and_to_whom() -> None:
    made = report(Injection(op="CreateRemoteThread", procid=1, procid_target=2), processes=(process(1), process(2)))
    shown = table("injections", digest(made), Cast(made, [1, 2]))
    (line,) = shown.lines
    assert [who.procid for who in line.by] == [1]
    assert line.target is not None
    assert line.target.procid == 2
    assert (shown.has_targets, shown.has_notes) == (True, False)


def test_what_is_left_out_is_told() -> None:
    made = report(*(file_write(f"C:\\{n}") for n in range(MAX_ROWS + 9)))
    shown = table("files", digest(made), Cast(made, ()))
    assert (len(shown.lines), shown.left, shown.events) == (MAX_ROWS, 9, MAX_ROWS + 9)


def test_empty_lists_are_left_out() -> None:
    made = report(FileAccess(verb="read", path="C:\\a", op="x"))
    assert [one.id for one in behaviour(digest(made), Cast(made, ()))] == ["files_read"]


def test_every_list_has_its_place() -> None:
    assert {*BEHAVIOUR, "names", "requests", "tls"} == set(LISTS)
