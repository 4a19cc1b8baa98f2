"""JSON bodies, over the endpoints that take them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.api.payload import MAX_BYTES
from tests.api.asking import JSON, is_problem, post
from tests.api.running import Running, replies_in

PATHS = ["/v4/hash", "/v4/hash/sandbox", "/v4/ip", "/v4/domain/", "/v4//url/", "/v4/file/rescan"]
FIELDS = ["hash", "hash", "address", "fqdn", "url", "file_ids"]
BASES = [400060, 400060, 400180, 400180, 400180, 400150]
MOSTS = [1_000, 10_000, 1_000, 1_000, 1_000, 100]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        (JSON, b"", 406001),
        (JSON, b" \n", 406001),
        ({}, b'{"hash":["x"]}', 406000),
        ({"content-type": "application/x-www-form-urlencoded"}, b'{"hash":["x"]}', 406000),
        (JSON, b"hash=x", 406000),
        (JSON, b'{"hash":["x"]', 406000),
        (JSON, b'{"hash":["\xff"]}', 406000),
        (JSON, b"[" * 100_000, 406000),
        (JSON, b'{"hash":[NaN]}', 406000),
        (JSON, b'["x"]', 400022),
        (JSON, b"null", 400022),
        (JSON, b" " * (MAX_BYTES + 1), 400021),
    ],
)
def test_what_is_no_json_object(api: Running, path: str, headers: dict[str, str], body: bytes, code: int) -> None:
    assert is_problem(api.ask_with("POST", path, headers, body), code)


@pytest.mark.parametrize(("path", "field", "base", "most"), list(zip(PATHS, FIELDS, BASES, MOSTS, strict=True)))
def test_what_is_no_list_of_the_right_length(api: Running, path: str, field: str, base: int, most: int) -> None:
    assert is_problem(post(api, path, {}), base)
    assert is_problem(post(api, path, {field: "x"}), base + 1)
    assert is_problem(post(api, path, {field: {}}), base + 1)
    assert is_problem(post(api, path, {field: None}), base + 1)
    assert is_problem(post(api, path, {field: []}), base + 2)
    assert is_problem(post(api, path, {field: ["x"] * (most + 1)}), base + 3)
    assert post(api, path, {field: ["x"] * most}).status == 200


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"])
def test_spellings_of_json(api: Running, kind: str) -> None:
    assert api.ask_with("POST", "/v4/hash", {"content-type": kind}, b'{"hash":["x"]}').status == 200


def test_a_chunked_body(api: Running) -> None:
    head = api.head("POST", "/v4/hash", b"content-type: application/json", b"transfer-encoding: chunked")
    said = api.said_to(head, b'8\r\n{"hash":\r\n', b'6\r\n["x"]}\r\n', b"0\r\n\r\n")
    assert replies_in(said)[0].status == 200


def test_a_client_that_leaves(api: Running) -> None:
    with api.connected() as connection:
        connection.sendall(api.head("POST", "/v4/hash", b"content-type: application/json", b"content-length: 100"))
        connection.sendall(b'{"hash"')


_TEXTS = st.text(st.characters(exclude_categories=()))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS, st.lists, max_leaves=20
    )
)
def test_any_list_is_answered(value: object) -> None:
    items = value if isinstance(value, list) else [value]
    for path, field in zip(PATHS[:5], FIELDS[:5], strict=True):
        reply = post(_API, path, {field: items or ["x"]})
        assert reply.status == 200
        assert len(reply.json["data"]) == len(items or ["x"])
        json.dumps(reply.json)


@pytest.fixture(autouse=True)
def known_api(api: Running) -> None:
    global _API  # noqa: PLW0603 - hypothesis runs its examples outside of fixtures
    _API = api


_API: Running
