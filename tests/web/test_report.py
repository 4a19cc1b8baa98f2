"""The report page: a report, one under way, one that failed, one that is not there."""

from fulgurite.model import report as native
from fulgurite.store import tasks
from tests import builders
from tests.api.running import Running
from tests.api.test_routes import PROGRAM
from tests.browser.contents import CONTENTS
from tests.web.conftest import NAME, Keys
from tests.web.looking import look, text_of


def _imported(web: Running, name: str) -> str:
    reply = web.ask("POST", "/v4/import", native.encode(CONTENTS[name]), filename=f"{name}.json")
    assert reply.status == 200, reply.body
    sandbox_id: str = reply.json["data"][0]["sandbox_id"]
    return sandbox_id


def _submitted(web: Running, key: str, more: bytes) -> str:
    reply = web.ask("POST", "/v4/file", PROGRAM + more, key=key, sandbox="windows10")
    assert reply.status == 200, reply.body
    sandbox_id: str = reply.json["sandbox_id"]
    return sandbox_id


def test_a_report(web: Running, roles: Keys) -> None:
    sandbox_id = _imported(web, "loader")
    reply = look(web, f"/sandbox/{sandbox_id}", key=roles.read)
    assert reply.status == 200
    page, text = reply.body.decode(), text_of(reply)
    assert "Injects into another process" in text
    assert f'data-behind="/session/v4/sandbox/{sandbox_id}/signatures/test_injects/events"' in page
    for part in ("signatures", "attack", "processes", "activity", "network", "behaviour", "artifacts"):
        assert f'id="{part}"' in page
        assert f'href="#{part}"' in page
    assert f"/session/v4/sandbox/{sandbox_id}/original" in page
    # Sent while it is rendered: it says that it is not whole until its last element has come.
    assert page.index('class="arriving"') < page.index('id="signatures"') < page.index('id="whole"')
    assert 'action="/again"' not in page


def test_other_analyses_of_the_file_can_be_picked(web: Running) -> None:
    first, second = _imported(web, "loader"), _imported(web, "elsewhere")
    page = look(web, f"/sandbox/{second}").body.decode()
    assert f'href="/sandbox/{first}"' in page
    assert f'href="/sandbox/{second}/compare/{first}"' in page


def test_hostile_names_are_text(web: Running, analysed: str) -> None:
    page = look(web, f"/sandbox/{analysed}").body.decode()
    assert "&lt;b&gt;invoice&lt;/b&gt;" in page
    assert NAME not in page
    assert "\u202e" not in page.replace('data-copy="\u202e', "")


def test_one_that_waits_says_so_and_can_be_followed(web: Running, roles: Keys) -> None:
    sandbox_id = _submitted(web, roles.submit, b"waits")
    reply = look(web, f"/sandbox/{sandbox_id}", key=roles.read)
    assert "Waits for its turn" in text_of(reply)
    assert f'data-live="/session/v4/sandbox/{sandbox_id}/events"' in reply.body.decode()
    assert "<noscript><meta http-equiv=" in reply.body.decode()


def test_one_that_failed_says_why(web: Running, roles: Keys) -> None:
    sandbox_id = _submitted(web, roles.submit, b"fails")
    with web.store.database.write("testing") as connection:
        assert tasks.fail(connection, sandbox_id, "the <guest> did not start")
    reply = look(web, f"/sandbox/{sandbox_id}", key=roles.submit)
    assert "The analysis failed: the <guest> did not start" in text_of(reply)
    assert "neither malicious nor clean" in text_of(reply)
    assert "Log of the run" not in text_of(reply)
    assert 'action="/again"' in reply.body.decode()
    assert "data-live" not in reply.body.decode()


def test_a_partial_run_is_not_shown_as_clean(web: Running) -> None:
    made = builders.report(
        builders.file_write(), outcome="partial", reasons=("the guest stopped early",),
        sample=builders.sample(b"MZ partial"), sandbox_id="00000000000000000000dddd", data_id="bzPartial",
    )  # fmt: skip
    reply = web.ask("POST", "/v4/import", native.encode(made), filename="partial.json")
    page = look(web, f"/sandbox/{reply.json['data'][0]['sandbox_id']}")
    assert "the guest stopped early" in text_of(page)
    assert '<section class="banner panel unknown"' in page.body.decode()


def test_one_that_is_not_there(web: Running) -> None:
    for sandbox_id in ("ffffffffffffffffffffffff", "x", "%2e%2e"):
        assert look(web, f"/sandbox/{sandbox_id}").status == 404


def test_the_page_of_a_stranger_is_the_login(closed: Running) -> None:
    assert look(closed, "/sandbox/ffffffffffffffffffffffff", key=None).status == 303
