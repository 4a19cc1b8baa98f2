"""The OpenAPI document: every endpoint is in it, it is valid, and the copy in docs/ is what the code makes."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator

from fulgurite.api.problems import MESSAGES
from fulgurite.api.reference.document import Row, document
from fulgurite.api.reference.operations import OPERATIONS, TAGS
from fulgurite.api.routes import rows
from tests.golden import ROOT, check

DOCUMENT: dict[str, Any] = document(rows())
BY_NAME = {
    f"{method.upper()} {path}": about for path, row in DOCUMENT["paths"].items() for method, about in row.items()
}


def test_the_copy_in_the_repository_is_up_to_date() -> None:
    check(ROOT / "docs/openapi.json", msgspec.json.encode(DOCUMENT))


def test_every_endpoint_is_in_it_and_nothing_else() -> None:
    names = [row.name for row in rows()]
    assert len(names) == len(set(names))
    assert sorted(BY_NAME) == sorted(names)
    assert sorted(OPERATIONS) == sorted(names)


def test_references_lead_somewhere() -> None:
    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                _, *names = part["$ref"].split("/")
                place = DOCUMENT
                for name in names:
                    place = place[name]
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(DOCUMENT)


def test_names_are_unique() -> None:
    names = [about["operationId"] for about in BY_NAME.values()]
    assert len(names) == len(set(names))
    assert {tag for about in BY_NAME.values() for tag in about["tags"]} == set(TAGS)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_an_operation_names_its_key_its_parameters_and_its_errors(name: str) -> None:
    row = next(row for row in rows() if row.name == name)
    about = BY_NAME[name]
    in_path = {one["name"] for one in about["parameters"] if one["in"] == "path"}
    assert all(f"{{{one}}}" in name for one in in_path)
    assert name.count("{") == len(in_path)
    assert (about["security"] == [{"apikey": []}]) is (row.role is not None)
    assert ("401" in about["responses"]) is (row.role is not None)
    assert {"200", "400", "500", "503"} <= set(about["responses"])
    for status, told in about["responses"].items():
        if int(status) >= 400:
            codes = told["content"]["application/json"]["schema"]["properties"]["error"]["properties"]["code"]["enum"]
            assert {code // 1000 for code in codes} == {int(status)}
            assert set(codes) <= set(MESSAGES)
            assert all(f"`{code}`" in told["description"] for code in codes)


def test_schemas_are_schemas() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        (
            Draft202012Validator(
                {
                    **json.loads(json.dumps(schema).replace("#/components/schemas/", "#/$defs/")),
                    "$defs": json.loads(
                        json.dumps(DOCUMENT["components"]["schemas"]).replace("#/components/schemas/", "#/$defs/")
                    ),
                }
            ),
            name,
        )


def test_what_is_in_no_table_is_left_out() -> None:
    assert document([Row("GET", "/v4/nothing", None)])["paths"] == {}
