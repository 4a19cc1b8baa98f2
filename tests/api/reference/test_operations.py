"""The table of operations: what it says of bodies, codes and parameters holds together."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from fulgurite.api.problems import MESSAGES
from fulgurite.api.reference.operations import OPERATIONS, PATH, TAGS
from fulgurite.api.reference.words import JSON, Operation


@pytest.fixture(params=sorted(OPERATIONS))
def about(request: pytest.FixtureRequest) -> Operation:
    return OPERATIONS[request.param]


def test_the_example_of_a_body_is_one(about: Operation) -> None:
    schemas: dict[str, Any] = {} if about.body is None else dict(about.body.media)
    if about.body is not None and JSON in schemas:
        validator = Draft202012Validator(schemas[JSON])
        assert validator.is_valid(about.body.example)
        assert not validator.is_valid({})
        assert not validator.is_valid([])


def test_examples_of_parameters_fit(about: Operation) -> None:
    for one in (*about.parameters, *PATH.values()):
        assert one.place in {"path", "query", "header"}
        if one.example is not None:
            assert Draft202012Validator(one.schema).is_valid(one.example)


def test_names_are_used_once(about: Operation) -> None:
    names = [one.name for one in about.parameters]
    assert len(names) == len(set(names))
    assert about.summary
    assert about.tag in TAGS


def test_codes_are_known(about: Operation) -> None:
    assert len(about.errors) == len(set(about.errors))
    assert set(about.errors) <= set(MESSAGES)
