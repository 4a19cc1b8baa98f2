"""What those who run the service can see and do, over HTTP."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.administration import ROWS
from fulgurite.model.administration import Engines, KeyEntry, Keys, NewKey, Queue, Retention, Storage, Terms, Wish
from fulgurite.model.key import Role
from tests.api.running import Reply, Running
from tests.strategies import JSON

TYPED = {"content-type": "application/json"}


def sent(api: Running, method: str, path: str, fields: Any = None, *, key: str = "") -> Reply:
    return api.ask_with(method, path, TYPED, None if fields is None else json.dumps(fields), key=key)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in ROWS])
def test_they_are_for_administrators_alone(api: Running, method: str, path: str) -> None:
    for role in (Role.READ, Role.SUBMIT):
        key = api.new_key(role, f"{role} {method} {path}")
        assert sent(api, method, path.replace("{id}", "1"), {"name": "x", "role": "admin"}, key=key).code == 403003
    assert api.ask(method, path.replace("{id}", "1"), key=None).code == 401006


@pytest.mark.parametrize(
    ("path", "shape"),
    [("queue?limit=1", Queue), ("engines", Engines), ("storage", Storage), ("retention", Retention), ("keys", Keys)],
)
def test_each_has_its_shape(api: Running, path: str, shape: type[Any]) -> None:
    reply = api.ask("GET", f"/v4/admin/{path}")
    assert reply.status == 200, reply.body
    assert reply.headers["cache-control"] == "no-store"
    assert isinstance(msgspec.json.decode(reply.body, type=shape), shape)


def test_a_key_from_its_making_to_its_end(api: Running) -> None:
    wish = {"name": "a gateway", "role": "submit", "expires_at": "2099-01-01T00:00:00Z", "allowance": {"per_minute": 7}}
    made = msgspec.json.decode(sent(api, "POST", "/v4/admin/keys", wish).body, type=NewKey)
    assert api.ask("GET", "/v4/sandbox?limit=1", key=made.key).status == 200
    listed = api.ask("GET", "/v4/admin/keys").body
    assert made.key.encode() not in listed
    (entry,) = (one for one in msgspec.json.decode(listed, type=Keys).keys if one.id == made.id)
    assert (entry.name, entry.quotas.per_minute, entry.is_in_force) == ("a gateway", 7, True)
    terms = {"allowance": {"per_minute": None, "sandbox_api": 0}, "expires_at": None}
    changed = msgspec.json.decode(sent(api, "PATCH", f"/v4/admin/keys/{made.id}", terms).body, type=KeyEntry)
    assert (changed.allowance.per_minute, changed.quotas.sandbox_api, changed.expires_at) == (None, 0, None)
    assert sent(api, "PATCH", f"/v4/admin/keys/{made.id}", {}).code == 400022
    assert sent(api, "DELETE", f"/v4/admin/keys/{made.id}").json == {"id": made.id}
    assert api.store.key(made.key) is None
    assert sent(api, "DELETE", f"/v4/admin/keys/{made.id}").code == 404001
    assert sent(api, "PATCH", f"/v4/admin/keys/{made.id}", terms).code == 404001


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "", "role": "read"},
        {"name": "1", "role": "read"},
        {"name": "a\n", "role": "read"},
        {"name": "\ud800", "role": "read"},
        {"name": "x", "role": "owner"},
        {"name": "x", "role": "read", "expires_at": "2000-01-01T00:00:00Z"},
        {"name": "x", "role": "read", "allowance": {"per_minute": -1}},
        {"name": "x", "role": "read", "allowance": {"per_minute": 10**16}},
        {"name": "x", "role": "read", "secret": "mine"},
    ],
)
def test_what_no_key_is_made_of(api: Running, fields: dict[str, Any]) -> None:
    assert sent(api, "POST", "/v4/admin/keys", fields).code == 400022


@pytest.mark.parametrize("name", ["x", "-1", "1.0", "9" * 19, "%20"])
def test_ids_that_are_none(api: Running, name: str) -> None:
    assert sent(api, "DELETE", f"/v4/admin/keys/{name}").code == 404001


@pytest.mark.parametrize(
    "query", ["queue?limit=0", "queue?limit=x", "retention?files_days=-1", "retention?analyses_days="]
)
def test_numbers_that_are_none(api: Running, query: str) -> None:
    assert api.ask("GET", f"/v4/admin/{query}").status == 400


def test_a_dry_run_removes_nothing(api: Running) -> None:
    before = api.ask("GET", "/v4/sandbox?limit=500").body
    plan = api.ask("GET", "/v4/admin/retention?analyses_days=1&files_days=1").json
    assert plan["is_on"] is False
    assert api.ask("GET", "/v4/sandbox?limit=500").body == before


@given(st.dictionaries(st.sampled_from(["name", "role", "expires_at", "allowance", "x"]), JSON))
def test_whatever_comes_is_a_wish_or_none(fields: dict[str, Any]) -> None:
    for shape in (Wish, Terms):
        try:
            msgspec.convert(fields, shape)
        except msgspec.ValidationError as error:
            assert str(error) != ""  # noqa: PT017 - it may be raised or not
