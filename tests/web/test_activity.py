"""The page of events: who may see it, and of what."""

from tests.api.running import Running
from tests.web.looking import look, text_of


def test_shows_the_events_of_an_analysis(web: Running, analysed: str) -> None:
    page = look(web, f"/sandbox/{analysed}/activity")
    assert page.status == 200
    assert "Events of <b>invoice</b>U+202Egpj.exe" in text_of(page)
    assert "2 of 2 events" in text_of(page)
    assert "notes.txt" in text_of(page)


def test_an_analysis_that_is_not_there(web: Running) -> None:
    assert look(web, f"/sandbox/{'0' * 24}/activity").status == 404


def test_needs_a_login(closed: Running) -> None:
    page = look(closed, f"/sandbox/{'0' * 24}/activity?kind=file", key=None)
    assert page.status == 303
    assert page.headers["location"].startswith("/login?target=%2Fsandbox%2F")
