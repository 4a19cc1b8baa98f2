"""The endpoints below /v4/apikey, over a real server."""

import time
from typing import Any

import pytest
from mcl_platform_sdk.models.account_information import AccountInformation
from mcl_platform_sdk.models.apikey_usage import ApikeyUsage
from mcl_platform_sdk.models.apikey_usage1 import ApikeyUsage1
from mcl_platform_sdk.models.scan_history import ScanHistory

from fulgurite.api.problems import Problem
from fulgurite.model.key import Role
from tests.api.running import Reply, Running

UNKNOWN = "0" * 32
PATHS = ("/v4/apikey", "/v4/apikey/limits", "/v4/apikey/limits/status", "/v4/apikey/scan-history")


@pytest.fixture(scope="module")
def reader(api: Running) -> str:
    return api.new_key(Role.READ, "apikey reader")


def problem(reply: Reply, code: int) -> None:
    assert (reply.status, reply.body) == (code // 1000, Problem(code).body)


@pytest.mark.parametrize("path", ["/v4/apikey", "/v4/apikey/", "/v4//apikey", "/v4/apikey/{own}", "/v4/apikey/{own}/"])
def test_ones_own_account(api: Running, reader: str, path: str) -> None:
    reply = api.ask("GET", path.format(own=reader), key=reader)
    assert reply.status == 200
    told = AccountInformation.from_dict(reply.json)
    assert told is not None
    assert (told.nickname, told.max_upload_file_size) == ("apikey reader", 2)
    assert told.portal_api_key == reader[:6] + "*" * 26
    assert "expiration_date" not in reply.json


def test_another_key_is_told_to_administrators_only(api: Running, reader: str) -> None:
    for other in (api.key, UNKNOWN, "x", "%C3%A9" * 32, "' OR 1=1 --".replace(" ", "%20")):
        problem(api.ask("GET", f"/v4/apikey/{other}", key=reader), 403001)
    assert api.ask("GET", f"/v4/apikey/{reader}").json["nickname"] == "apikey reader"
    for unknown in (UNKNOWN, "x", "%00" * 32, reader.upper(), "f" * 5000):
        problem(api.ask("GET", f"/v4/apikey/{unknown}"), 404008)


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v4/apikey/limits", ApikeyUsage),
        ("/v4/apikey/limits/", ApikeyUsage),
        ("/v4/apikey/limits/status", ApikeyUsage1),
        ("/v4/apikey/scan-history", ScanHistory),
    ],
)
def test_bodies_are_strict_enough_for_the_sdk(api: Running, path: str, model: Any) -> None:
    reply = api.ask("GET", path)
    assert reply.status == 200
    assert model.from_dict(reply.json) is not None


@pytest.mark.parametrize("path", [*PATHS, "/v4/apikey/" + UNKNOWN])
def test_a_key_is_needed(api: Running, path: str) -> None:
    problem(api.ask("GET", path, key=None), 401006)
    problem(api.ask("GET", path, key=UNKNOWN), 401006)


@pytest.mark.parametrize("path", PATHS)
def test_what_a_client_has_is_not_sent_again(api: Running, reader: str, path: str) -> None:
    first = api.ask("GET", path, key=reader)
    again = api.ask("GET", path, key=reader, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-for"] == "reputation_api"
    assert api.ask("HEAD", path, key=reader).headers["etag"] == first.headers["etag"]


def test_what_was_used_shows(api: Running) -> None:
    key = api.new_key(Role.SUBMIT, f"used {time.monotonic()}")
    for _ in range(3):
        api.ask("GET", f"/v4/hash/{'0' * 32}/sandbox", key=key)
    sent = api.ask("POST", "/v4/file", b"kept by this key", key=key)
    used = api.ask("GET", "/v4/apikey/limits", key=key).json
    assert (used["reputation_api"], used["prevention_api"], used["sandbox_api"]) == (3, 1, 0)
    left = api.ask("GET", "/v4/apikey/limits/status", key=key).json
    account = api.ask("GET", "/v4/apikey", key=key).json
    assert left["reputation_api"] == account["limit_reputation"] - 3
    assert left["throttling_limit"] == account["throttling_limit"] - 1
    [row] = api.ask("GET", "/v4/apikey/scan-history", key=key).json["data"]
    assert row["data_id"] == sent.json["data_id"]
    assert api.ask("GET", "/v4/apikey/scan-history?offset=1", key=key).json == {"data": []}
    assert len(api.ask("GET", "/v4/apikey/scan-history?limit=1&offset=0", key=key).json["data"]) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        *((f"offset={bad}", 400027) for bad in ("-1", "x", "", "1.0", "%C2%B2", "9" * 30)),
        *((f"limit={bad}", 400028) for bad in ("0", "-1", "x", "", "10000", "1e3", "9" * 30)),
        ("limit=x&offset=x", 400027),
    ],
)
def test_a_part_that_is_no_number(api: Running, query: str, code: int) -> None:
    problem(api.ask("GET", f"/v4/apikey/scan-history?{query}"), code)
