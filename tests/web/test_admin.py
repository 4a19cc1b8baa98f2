"""Administration: what an administrator sees, keys made and revoked, forms filled in badly."""

import re

import pytest

from fulgurite.model.key import Role
from fulgurite.web.admin import TABS
from tests.api.running import Running
from tests.api.test_routes import PROGRAM
from tests.web.looking import look, send, text_of


def test_every_page_leads_to_the_others(web: Running) -> None:
    for tab in TABS:
        page = look(web, tab.path).body.decode()
        assert [other.path for other in TABS if f'href="{other.path}"' in page] == [other.path for other in TABS]
        assert f'href="{tab.path}" aria-current="page"' in page


def test_the_queue_says_why_a_task_waits(web: Running) -> None:
    sent = web.ask("POST", "/v4/file", PROGRAM + b"queued", sandbox="windows10", filename="<i>.exe").json
    reply = look(web, "/admin")
    assert f"/sandbox/{sent['sandbox_id']}" in reply.body.decode()
    assert "&lt;i&gt;.exe" in reply.body.decode()
    assert "No worker is alive" in text_of(reply)
    told = web.ask("GET", "/v4/admin/queue").json
    assert told["reason"] in text_of(reply)


def test_a_key_is_made_shown_once_and_revoked(web: Running) -> None:
    form = {"name": "<b>lab</b>", "role": "submit", "days": "30", "sandbox_api": "7", "per_minute": ""}
    made = send(web, "/admin/keys", form)
    assert made.status == 200
    secret = re.search(r"<code>([a-z0-9]{32})</code>", made.body.decode())
    assert secret is not None
    assert "<b>lab" not in made.body.decode()
    told = web.ask("GET", "/v4/apikey", key=secret[1]).json
    assert (told["nickname"], told["role"], told["limit_sandbox"]) == ("<b>lab</b>", "submit", 7)
    assert "expiration_date" in told
    listed = look(web, "/admin/keys")
    assert secret[1] not in listed.body.decode()
    assert "0 / 7" in text_of(listed)
    number = next(one["id"] for one in web.ask("GET", "/v4/admin/keys").json["keys"] if one["name"] == "<b>lab</b>")
    asked = look(web, f"/admin/keys/{number}/revoke")
    assert "Revoke “<b>lab</b>”?" in text_of(asked)
    assert "logged in with this key" not in text_of(asked)
    assert send(web, f"/admin/keys/{number}/revoke", {}).headers["location"] == "/admin/keys"
    assert "no longer in force" in text_of(look(web, "/admin/keys"))
    assert look(web, f"/admin/keys/{number}/revoke").headers["location"] == "/admin/keys"
    assert send(web, f"/admin/keys/{number}/revoke", {}).status == 404


def test_revoking_ones_own_key_is_warned_of(web: Running) -> None:
    web.new_key(Role.ADMIN, "myself")
    own = web.ask("GET", "/v4/apikey").json["nickname"]
    number = next(one["id"] for one in web.ask("GET", "/v4/admin/keys").json["keys"] if one["name"] == own)
    assert "you will be logged out" in text_of(look(web, f"/admin/keys/{number}/revoke"))


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "role": "read"},
        {"name": "x" * 101, "role": "read"},
        {"name": "x", "role": "root"},
        {"name": "x", "role": "read", "days": "0"},
        {"name": "x", "role": "read", "days": "-1"},
        {"name": "x", "role": "read", "days": "9" * 14},
        {"name": "x", "role": "read", "sandbox_api": "many"},
        {"name": "x", "role": "read", "per_minute": "9" * 16},
        {"name": "x", "role": "read", "per_minute": "\u0663"},
        {},
    ],
)
def test_a_key_that_cannot_be_is_not_made(web: Running, form: dict[str, str]) -> None:
    before = len(web.store.listed_keys())
    reply = send(web, "/admin/keys", form)
    assert reply.status == 400
    assert 'role="alert"' in reply.body.decode()
    if form.get("name"):
        assert f'value="{form["name"]}"' in reply.body.decode()
    assert len(web.store.listed_keys()) == before


def test_engines_say_what_to_install(web: Running) -> None:
    text = text_of(look(web, "/admin/engines"))
    for engine in web.ask("GET", "/v4/admin/engines").json["engines"]:
        assert engine["name"] in text
        assert engine["is_found"] or engine["install"] is None or " ".join(engine["install"].split()) in text


def test_storage_and_retention(web: Running) -> None:
    text = text_of(look(web, "/admin/storage"))
    for part in web.ask("GET", "/v4/admin/storage").json["parts"]:
        assert part["name"] in text
    assert "Everything is kept for ever" in text
    assert "entries made again" in text
