"""Addresses of a report's parts, whatever a sample put into names."""

from fulgurite.exports.html.links import ALONE, Links

ID = "0123456789abcdef01234567"
LINKS = Links(sandbox_id=ID)


def test_the_explorer_with_filters() -> None:
    assert LINKS.events() == f"/sandbox/{ID}/activity"
    assert LINKS.events(procid=3, kind="file") == f"/sandbox/{ID}/activity?procid=3&kind=file"
    assert LINKS.events(signature="a&b=c") == f"/sandbox/{ID}/activity?signature=a%26b%3Dc"


def test_names_stay_one_part_of_the_path() -> None:
    assert LINKS.artifact("files/../x y?#") == f"/session/v4/sandbox/{ID}/artifacts/files%2F..%2Fx%20y%3F%23"
    assert LINKS.behind("a/b") == f"/session/v4/sandbox/{ID}/signatures/a%2Fb/events"
    assert LINKS.file("../x") == "/hash/..%2Fx"
    assert LINKS.artifact("\ud83d") == f"/session/v4/sandbox/{ID}/artifacts/%3F"


def test_the_analysis_itself() -> None:
    assert LINKS.raw == f"/session/v4/sandbox/{ID}"
    assert LINKS.original == f"/session/v4/sandbox/{ID}/original"
    assert LINKS.export == f"/session/v4/sandbox/{ID}/export?format=html"
    assert LINKS.file(None) is None


def test_a_file_that_stands_alone_leads_nowhere() -> None:
    assert ALONE.is_offline
    named = (ALONE.events(procid=1), ALONE.behind("a"), ALONE.artifact("a"), ALONE.file("a"))
    assert {*named, ALONE.raw, ALONE.original, ALONE.export} == {None}
